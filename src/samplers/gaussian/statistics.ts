/**
 * Sufficient statistics of a Gaussian hierarchical model: the rows reduced once to cross-products, arranged for
 * eliminating the grouping factor with the most levels. Plain data.
 */
import type { DesignColumn } from "../kernel/gram.ts"
import type { GaussianModel } from "./gaussian-model.ts"

export interface GaussianStatistics {
  readonly rows: number
  /** Levels of the eliminated factor, and effects of each level: those of all its terms, one after another. */
  readonly levels: number
  readonly q: number
  /** Per level: `Z'Z`, row-major q × q; and `Z'r`, q. r is the response less the centre. */
  readonly own: Float64Array
  readonly ownResponse: Float64Array
  /** Per level: the other columns it meets, ascending, from `pointer[l]`; entry e has `Z'x` in `cross[e·q …]`. */
  readonly pointer: Int32Array
  readonly column: Int32Array
  readonly cross: Float64Array
  /** The other columns (coefficients and effects of other factors) among themselves, row-major; and with r. */
  readonly rest: number
  readonly restSquares: Float64Array
  readonly restResponse: Float64Array
  /** `r'r`. */
  readonly squares: number
  /** State slots: of eliminated effects (level by level, q each) and of the other columns. */
  readonly ownSlots: Int32Array
  readonly restSlots: Int32Array
  /** Values from which the other columns are measured. */
  readonly centre: Float64Array
  /** Terms of the eliminated factor: index in `model.effects` and first of its q effects. */
  readonly ownTerms: readonly { readonly effect: number; readonly first: number }[]
  /** Effects among the other columns: index in `model.effects`, first column, levels. */
  readonly restTerms: readonly { readonly effect: number; readonly first: number; readonly levels: number }[]
  /** Other column of each coefficient of the model. */
  readonly coefficientColumns: readonly number[]
}

/** What decides the cost of a factorisation: Σ over levels of (columns that the level meets)², and the sizes. */
export function countMeetings(model: GaussianModel): {
  q: number
  levels: number
  rest: number
  meetings: number
} {
  const { columns } = model.child
  const grouped = columns.filter((column) => column.codes !== null)
  const largest = grouped.reduce((a, b) => (b.levels > a.levels ? b : a))
  const own = grouped.filter((column) => column.codes === largest.codes)
  const others = grouped.filter((column) => column.codes !== largest.codes)
  const shared = columns.length - grouped.length
  const met = new Float64Array(largest.levels).fill(shared)
  for (const { codes } of new Map(others.map((column) => [column.codes, column])).values()) {
    const width = others.filter((column) => column.codes === codes).length
    const cells = new Set<number>()
    codes!.forEach((code, i) => {
      const cell = largest.codes![i]! * 2 ** 26 + code
      if (cells.has(cell)) return
      cells.add(cell)
      met[largest.codes![i]!]! += width
    })
  }
  const rest = shared + others.reduce((total, column) => total + column.levels, 0)
  const meetings = met.reduce((total, m) => total + (m * m) / 2, 0)
  return { q: own.length, levels: largest.levels, rest, meetings }
}

/** Reduces the rows; cost linear in rows × (columns met by a row)². */
export function reduceRows(model: GaussianModel): GaussianStatistics {
  const { columns, residual, centre: centres } = model.child
  const rows = residual.length
  const columnsOf = (node: string) => columns.filter((column) => column.node === node)
  const effectColumns = model.effects.map((effect) => columnsOf(effect.node))
  const largest = effectColumns.reduce((a, b) => (b[0]!.levels > a[0]!.levels ? b : a))
  const { codes, levels } = largest[0]!

  const ownTerms: { effect: number; first: number }[] = []
  const restTerms: { effect: number; first: number; levels: number }[] = []
  const ownColumns: DesignColumn[] = []
  /** Columns of the rest with the index of their first level. */
  const restColumns: { column: DesignColumn; first: number; step: number }[] = []
  let rest = 0
  const coefficientColumns = model.coefficients.map(({ node }) => {
    restColumns.push({ column: columnsOf(node)[0]!, first: rest, step: 0 })
    return rest++
  })
  effectColumns.forEach((own, effect) => {
    if (own[0]!.codes === codes) {
      ownTerms.push({ effect, first: ownColumns.length })
      ownColumns.push(...own)
      return
    }
    restTerms.push({ effect, first: rest, levels: own[0]!.levels })
    own.forEach((column, t) => {
      restColumns.push({ column, first: rest + t, step: own.length })
    })
    rest += own.length * own[0]!.levels
  })

  const q = ownColumns.length
  const { pointer, column, entryOf } = findMeetings(codes!, levels, restColumns, rows, rest)
  const own = new Float64Array(levels * q * q)
  const ownResponse = new Float64Array(levels * q)
  const cross = new Float64Array(column.length * q)
  const restSquares = new Float64Array(rest * rest)
  const restResponse = new Float64Array(rest)
  const z = new Float64Array(q)
  const x = new Float64Array(restColumns.length)
  const at = new Int32Array(restColumns.length)
  let squares = 0
  for (let i = 0; i < rows; i++) {
    const level = codes![i]!
    const r = residual[i]!
    for (let t = 0; t < q; t++) z[t] = valueAt(ownColumns[t]!, i)
    restColumns.forEach(({ column: c, first, step }, k) => {
      x[k] = valueAt(c, i)
      at[k] = first + step * (c.codes === null ? 0 : c.codes[i]!)
    })
    squares += r * r
    for (let t = 0; t < q; t++) {
      ownResponse[level * q + t]! += z[t]! * r
      for (let s = 0; s < q; s++) own[(level * q + t) * q + s]! += z[t]! * z[s]!
    }
    for (let k = 0; k < x.length; k++) {
      restResponse[at[k]!]! += x[k]! * r
      const entry = entryOf(level, at[k]!) * q
      for (let t = 0; t < q; t++) cross[entry + t]! += z[t]! * x[k]!
      for (let m = 0; m < x.length; m++) restSquares[at[k]! * rest + at[m]!]! += x[k]! * x[m]!
    }
  }

  const ownSlots = Int32Array.from({ length: levels * q }, (_, k) => {
    const { slot, stride } = ownColumns[k % q]!
    return slot + stride * Math.floor(k / q)
  })
  const restSlots = new Int32Array(rest)
  const centre = new Float64Array(rest)
  for (const { column: c, first, step } of restColumns) {
    for (let l = 0; l < c.levels; l++) restSlots[first + step * l] = c.slot + c.stride * l
    if (c.codes === null) centre[first] = centres[columns.indexOf(c as (typeof columns)[number])]!
  }
  return {
    rows,
    levels,
    q,
    own,
    ownResponse,
    pointer,
    column,
    cross,
    rest,
    restSquares,
    restResponse,
    squares,
    ownSlots,
    restSlots,
    centre,
    ownTerms,
    restTerms,
    coefficientColumns,
  }
}

const valueAt = (column: DesignColumn, i: number): number => (column.values === null ? 1 : column.values[i]!)

/** Which other columns each level meets, in compressed rows. */
function findMeetings(
  codes: Int32Array,
  levels: number,
  restColumns: readonly { column: DesignColumn; first: number; step: number }[],
  rows: number,
  rest: number,
): { pointer: Int32Array; column: Int32Array; entryOf: (level: number, column: number) => number } {
  const met: Set<number>[] = Array.from({ length: levels }, () => new Set())
  for (const { column, first, step } of restColumns) {
    if (column.codes === null) for (const set of met) set.add(first)
    else for (let i = 0; i < rows; i++) met[codes[i]!]!.add(first + step * column.codes[i]!)
  }
  const pointer = new Int32Array(levels + 1)
  const lists = met.map((set) => Int32Array.from(set).sort())
  lists.forEach((list, l) => {
    pointer[l + 1] = pointer[l]! + list.length
  })
  const column = new Int32Array(pointer[levels]!)
  const entries = new Map<number, number>()
  lists.forEach((list, l) => {
    column.set(list, pointer[l]!)
    list.forEach((c, e) => {
      entries.set(l * rest + c, pointer[l]! + e)
    })
  })
  return { pointer, column, entryOf: (level, c) => entries.get(level * rest + c)! }
}
