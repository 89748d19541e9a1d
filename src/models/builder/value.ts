/** Values of a model under construction: they are combined like numbers, and know along which plate they run. */
import { ModelError } from "../../core/errors.ts"
import type { BugsExpr, BugsIndex } from "../bugs/ast.ts"

/** A repeated dimension: the rows of the data, the levels of an index. Its size is known once the data are. */
export interface PlateRef {
  readonly name: string
  /** Loop variable in what is printed. */
  readonly index: string
}

export type Operand = number | Value

const SPAN = { start: 0, end: 0 } as const

export const numberExpr = (value: number): BugsExpr => ({ kind: "number", value, span: SPAN })
export const callExpr = (name: string, ...args: BugsExpr[]): BugsExpr => ({
  kind: "call",
  name,
  args,
  span: SPAN,
})
export const indexOf = (value: BugsExpr): BugsIndex => ({ kind: "value", value, span: SPAN })
export const nameExpr = (
  name: string,
  indices: readonly BugsIndex[] | null = null,
): Extract<BugsExpr, { kind: "variable" }> => ({
  kind: "variable",
  name,
  indices: indices === null || indices.length === 0 ? null : indices,
  span: SPAN,
})
/** `1:n` */
export const rangeExpr = (n: number): BugsExpr => callExpr(":", numberExpr(1), numberExpr(n))

/** A number, or one number for each member of a plate. Immutable. */
export class Value {
  /** Null for a value that all members share. */
  readonly plate: PlateRef | null
  readonly expr: BugsExpr

  constructor(plate: PlateRef | null, expr: BugsExpr) {
    this.plate = plate
    this.expr = expr
  }

  plus(other: Operand): Value {
    return combine("+", this, other)
  }
  minus(other: Operand): Value {
    return combine("-", this, other)
  }
  times(other: Operand): Value {
    return combine("*", this, other)
  }
  over(other: Operand): Value {
    return combine("/", this, other)
  }
  /** This value to a power. */
  power(exponent: Operand): Value {
    return combine("^", this, exponent)
  }
  negate(): Value {
    return new Value(this.plate, callExpr("-", this.expr))
  }
}

/**
 * A function of the model language at values: `call("exp", x)`, `call("ilogit", eta)`. Those along one plate give a value along it.
 * @throws ModelError for values along two plates
 */
export function call(name: string, ...args: Operand[]): Value {
  return new Value(commonPlate(args, name), callExpr(name, ...args.map(toExpr)))
}

export const exp = (x: Operand): Value => call("exp", x)
export const log = (x: Operand): Value => call("log", x)
export const sqrt = (x: Operand): Value => call("sqrt", x)
/** Inverse of the logit: a probability. */
export const ilogit = (x: Operand): Value => call("ilogit", x)
/** Distribution function of the standard normal: the inverse of the probit. */
export const phi = (x: Operand): Value => call("phi", x)

export const toExpr = (x: Operand): BugsExpr => (typeof x === "number" ? signed(x) : x.expr)

/** Number literals have no sign in the language. */
const signed = (x: number): BugsExpr => (x < 0 ? callExpr("-", numberExpr(-x)) : numberExpr(x))

const combine = (name: string, a: Operand, b: Operand): Value =>
  new Value(commonPlate([a, b], name), callExpr(name, toExpr(a), toExpr(b)))

/** The plate of operands; null without one. @throws ModelError for two */
export function commonPlate(operands: readonly Operand[], where: string): PlateRef | null {
  let found: PlateRef | null = null
  for (const operand of operands) {
    if (typeof operand === "number" || operand.plate === null) continue
    if (found !== null && found.name !== operand.plate.name) {
      throw new ModelError(`"${where}" of values along ${found.name} and along ${operand.plate.name}`, {
        code: "plates-differ",
        hint: `gather the one by an index: u.at(g) runs along the plate of g`,
      })
    }
    found = operand.plate
  }
  return found
}
