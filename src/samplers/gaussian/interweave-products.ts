/** Cross-products of one set of effects with everything else, level by level: what moving them together needs. */
import type { DesignColumn } from "../kernel/gram.ts"
import type { GaussianModel } from "./gaussian-model.ts"
import { rememberSums } from "./remember-sums.ts"
import { slotsByLevel } from "./statistics.ts"

/** Plain data. */
export interface ColumnProducts {
  /** Effects of a level, and levels. */
  readonly q: number
  readonly levels: number
  /** State slots of the effects, level by level, q each. */
  readonly slots: Int32Array
  /** Per level `Z'Z`, row-major q × q, and `Z'r`, q; r is the response less the centre. */
  readonly own: Float64Array
  readonly response: Float64Array
  readonly others: readonly OtherProducts[]
}

/** Products of one of the term's columns with a column of anything else. */
interface OtherProducts {
  /** Which of the q. */
  readonly first: number
  /** Entries of level l: from `pointer[l]` to `pointer[l + 1]`. */
  readonly pointer: Int32Array
  /** State slot of the other column's value, and the product. */
  readonly slot: Int32Array
  readonly value: Float64Array
  /** Value from which the other column is measured. */
  readonly centre: number
}

/** Reduces the rows for the effects of `node`. */
export function reduceTerm(model: GaussianModel, node: string): ColumnProducts {
  const { columns, residual, centre } = model.child
  const sums = rememberSums(residual.length)
  const own = columns.filter((column) => column.node === node)
  const { codes, levels } = own[0]!
  const q = own.length
  const outside = columns.filter((column) => column.node !== node)
  const products = new Float64Array(levels * q * q)
  const response = new Float64Array(levels * q)
  own.forEach((z, t) => {
    sums.by(z.values, residual, codes!, levels).forEach((value, l) => {
      response[l * q + t] = value
    })
    own.forEach((other, s) => {
      sums.by(z.values, other.values, codes!, levels).forEach((value, l) => {
        products[(l * q + t) * q + s] = value
      })
    })
  })
  // Entry l is level l's: the same list for every column that each level meets once.
  const oneEach = new Int32Array(levels + 1)
  for (let l = 0; l <= levels; l++) oneEach[l] = l
  const withOther = (z: DesignColumn, other: DesignColumn): Omit<OtherProducts, "first" | "centre"> => {
    if (other.codes === null || other.codes === codes) {
      return {
        pointer: oneEach,
        slot: slotsByLevel([{ ...other, stride: other.codes === null ? 0 : other.stride }], levels),
        value: sums.by(z.values, other.values, codes!, levels),
      }
    }
    const { pointer, code, ofRow } = sums.cells(codes!, levels, other.codes, other.levels)
    return {
      pointer,
      slot: code.map((level) => other.slot + other.stride * level),
      value: sums.by(z.values, other.values, ofRow, code.length),
    }
  }
  return {
    q,
    levels,
    slots: slotsByLevel(own, levels),
    own: products,
    response,
    others: own.flatMap((z, first) =>
      outside.map((other) => ({
        first,
        ...withOther(z, other),
        centre: other.codes === null ? centre[columns.indexOf(other as (typeof columns)[number])]! : 0,
      })),
    ),
  }
}
