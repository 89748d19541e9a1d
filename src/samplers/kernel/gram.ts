/**
 * Sums over rows reduced to cross-products. For normal children `y = W θ + e` the two sums that full conditionals
 * need, `w_m'(y − W_{−T} θ_{−T})` (a score, with the target's own block T left out) and `|y − W θ|²`, depend on the
 * rows only through `W'W`, `W'y` and `y'y`; these are computed once, and a sweep never touches a row.
 *
 * θ is measured from a centre c (the least-squares coefficients of the columns without a grouping factor), so that
 * `y'y` becomes a residual sum of squares and nothing large cancels.
 */
import { type RowValues, sumProducts, sumProductsBy } from "../../math/grouped-sums.ts"
import { cholesky, solveLower, solveLowerTransposed } from "../../math/small-dense.ts"
import { findCells } from "./cells.ts"

/** One column of W, or one column for each level when `codes` is given. */
export interface DesignColumn {
  /** State slot of the coefficient; of level `l` it is `slot + stride · l`. */
  readonly slot: number
  readonly stride: number
  /** Values by row; null for a column of ones. */
  readonly values: Float64Array | null
  /** Level of each row; null for a coefficient that all rows share. */
  readonly codes: Int32Array | null
  readonly levels: number
  /** Columns of one block are drawn together: they are left out of each other's scores. */
  readonly block: number
}

/** Cross-products in compressed rows; plain data. Index `m` runs over the columns of W, level by level. */
export interface Gram {
  /** First index of each design column; the index of level l of column k is `first[k] + l`. */
  readonly first: readonly number[]
  /** Off-block entries of each row: `W'W[m, k]` in `value`, the state slot of k in `slot`. */
  readonly scorePointer: Int32Array
  readonly scoreSlot: Int32Array
  readonly scoreValue: Float64Array
  readonly scoreCentre: Float64Array
  /** `w_m'r` plus the own-block terms of the centre, r the rows' residuals from the centre. */
  readonly scoreBase: Float64Array
  /** For the residual sum of squares: lower triangle of `W'W` with the diagonal halved, and `w_m'r`. */
  readonly rowSlot: Int32Array
  readonly rowCentre: Float64Array
  readonly lowerPointer: Int32Array
  readonly lowerSlot: Int32Array
  readonly lowerValue: Float64Array
  readonly lowerCentre: Float64Array
  readonly residualProducts: Float64Array
  readonly residualSquares: number
}

/** Computes the cross-products of `y = W θ + e` from its rows; nothing is mutated. */
export function buildGram(
  columns: readonly DesignColumn[],
  { centre, residual, residualSquares }: CentredResponse,
): Gram {
  const first: number[] = []
  let size = 0
  for (const column of columns) {
    first.push(size)
    size += column.levels
  }
  const rowSlot = new Int32Array(size)
  const rowCentre = new Float64Array(size)
  const block = new Int32Array(size)
  const residualProducts = new Float64Array(size)
  columns.forEach((column, k) => {
    for (let l = 0; l < column.levels; l++) {
      const m = first[k]! + l
      rowSlot[m] = column.slot + column.stride * l
      rowCentre[m] = centre[k]!
      // Levels of one factor never meet in a row, so the level need not be part of the block's name.
      block[m] = column.block
    }
    if (column.codes === null)
      residualProducts[first[k]!] = sumProducts(column.values, residual, residual.length)
    else residualProducts.set(sumProductsBy(column.values, residual, column.codes, column.levels), first[k]!)
  })

  const whole = symmetricRows(collectMeetings(columns, first, residual.length), size)
  const scoreBase = residualProducts.slice()
  const score = selectEntries(whole, (m, k, value) => {
    if (block[m] !== block[k]) return value
    scoreBase[m]! += value * rowCentre[k]!
    return null
  })
  const lower = selectEntries(whole, (m, k, value) => (k > m ? null : k === m ? value / 2 : value))
  const centreOf = (index: Int32Array) => gather(rowCentre, index, new Float64Array(index.length))
  const slotOf = (index: Int32Array) => gather(rowSlot, index, new Int32Array(index.length))
  return {
    first,
    scorePointer: score.pointer,
    scoreSlot: slotOf(score.index),
    scoreValue: score.value,
    scoreCentre: centreOf(score.index),
    scoreBase,
    rowSlot,
    rowCentre,
    lowerPointer: lower.pointer,
    lowerSlot: slotOf(lower.index),
    lowerValue: lower.value,
    lowerCentre: centreOf(lower.index),
    residualProducts,
    residualSquares,
  }
}

/** The centre of each column, and the response less what the centre explains, by row. */
export interface CentredResponse {
  readonly centre: Float64Array
  readonly residual: Float64Array
  /** Sum of squares of `residual`. */
  readonly residualSquares: number
  /** Euclidean length of each column's values over the rows. */
  readonly lengths: readonly number[]
  /**
   * Lower Cholesky factor, row-major, of the cosines between the columns without a grouping factor, in their order; null
   * where these are dependent.
   */
  readonly cosineFactor: Float64Array | null
}

/** Least squares on the columns without a grouping factor, by sums alone; `y` is not changed. */
export function centreResponse(columns: readonly DesignColumn[], y: Float64Array): CentredResponse {
  const rows = y.length
  // Bars share their columns with each other and with the fixed part.
  const known = new Map<Float64Array | null, number>()
  const lengths = columns.map(({ values }) => {
    const length = known.get(values) ?? Math.sqrt(sumProducts(values, values, rows))
    known.set(values, length)
    return length
  })
  const { centre, cosineFactor } = leastSquares(columns, lengths, y)
  const residual = y.slice()
  columns.forEach(({ values }, k) => {
    const c = centre[k]!
    for (let start = 0; c !== 0 && start < rows; start += STRETCH)
      subtract(residual, c, values, start, Math.min(rows, start + STRETCH))
  })
  return { centre, residual, residualSquares: sumProducts(residual, residual, rows), lengths, cosineFactor }
}

/** Rows that are taken at once, by a function that is compiled after a few of them. */
const STRETCH = 4096

/** Subtracts `c` times the values, null for ones, from some rows of `target`. */
function subtract(target: Float64Array, c: number, values: RowValues, start: number, end: number): void {
  if (values === null) for (let i = start; i < end; i++) target[i]! -= c
  else for (let i = start; i < end; i++) target[i]! -= c * values[i]!
}

/** `w_m'(y − W_{−T} θ_{−T})`, T the block of m, for the coefficients in `state`. */
export function scoreOf(gram: Gram, m: number, state: Float64Array): number {
  const { scorePointer, scoreSlot, scoreValue, scoreCentre } = gram
  let score = gram.scoreBase[m]!
  const end = scorePointer[m + 1]!
  for (let k = scorePointer[m]!; k < end; k++)
    score -= scoreValue[k]! * (state[scoreSlot[k]!]! - scoreCentre[k]!)
  return score
}

/** `|y − W θ|²` for the coefficients in `state`. */
export function residualSumOfSquares(gram: Gram, state: Float64Array): number {
  const { lowerPointer, lowerSlot, lowerValue, lowerCentre, rowSlot, rowCentre, residualProducts } = gram
  let total = 0
  for (let m = 0; m < rowSlot.length; m++) {
    let inner = -residualProducts[m]!
    const end = lowerPointer[m + 1]!
    for (let k = lowerPointer[m]!; k < end; k++)
      inner += lowerValue[k]! * (state[lowerSlot[k]!]! - lowerCentre[k]!)
    total += inner * (state[rowSlot[m]!]! - rowCentre[m]!)
  }
  // Rounding can leave a tiny negative number where the fit is perfect.
  return Math.max(0, gram.residualSquares + 2 * total)
}

/** Calls back with every non-empty pair of levels and their cross-product over the rows. */
function crossProducts(
  a: DesignColumn,
  b: DesignColumn,
  n: number,
  emit: (levelA: number, levelB: number, value: number) => void,
): void {
  if (a.codes === null && b.codes === null) {
    emit(0, 0, sumProducts(a.values, b.values, n))
    return
  }
  if (a.codes === null || b.codes === null || a.codes === b.codes) {
    const { codes, levels } = a.codes === null ? b : a
    const met = sumProductsBy(null, null, codes!, levels)
    sumProductsBy(a.values, b.values, codes!, levels).forEach((value, l) => {
      if (met[l]! > 0) emit(a.codes === null ? 0 : l, b.codes === null ? 0 : l, value)
    })
    return
  }
  const { pointer, code, ofRow } = findCells(a.codes, a.levels, b.codes, b.levels)
  const sums = sumProductsBy(a.values, b.values, ofRow, code.length)
  for (let l = 0; l < a.levels; l++) {
    for (let e = pointer[l]!; e < pointer[l + 1]!; e++) emit(l, code[e]!, sums[e]!)
  }
}

/** Least-squares coefficients of the columns without a grouping factor, 0 for the others and for aliased columns. */
function leastSquares(
  columns: readonly DesignColumn[],
  lengths: readonly number[],
  y: Float64Array,
): Pick<CentredResponse, "centre" | "cosineFactor"> {
  const centre = new Float64Array(columns.length)
  const shared = columns.map((_, k) => k).filter((k) => columns[k]!.codes === null)
  const p = shared.length
  const rows = y.length
  const scale = shared.map((k) => lengths[k]! || 1)
  const normal = new Float64Array(p * p)
  const right = new Float64Array(p)
  shared.forEach((ka, a) => {
    right[a] = sumProducts(columns[ka]!.values, y, rows) / scale[a]!
    shared.slice(0, a).forEach((kb, b) => {
      const product = sumProducts(columns[ka]!.values, columns[kb]!.values, rows)
      normal[a * p + b] = product / (scale[a]! * scale[b]!)
    })
    normal[a * p + a] = lengths[ka]! > 0 ? 1 : 0
  })
  // Any centre is exact; a good one only keeps numbers small. Without full rank the origin serves.
  if (!cholesky(normal, 0, p)) return { centre, cosineFactor: null }
  solveLower(normal, 0, p, right, 0)
  solveLowerTransposed(normal, 0, p, right, 0)
  shared.forEach((k, a) => {
    centre[k] = right[a]! / scale[a]!
  })
  return { centre, cosineFactor: normal }
}

/** Entries `W'W[m, k]`, k ≤ m, of pairs of columns one after another: ascending in k for each m, and in m for each k. */
interface Meetings {
  readonly m: number[]
  readonly k: number[]
  readonly value: number[]
}

function collectMeetings(columns: readonly DesignColumn[], first: readonly number[], n: number): Meetings {
  const found: Meetings = { m: [], k: [], value: [] }
  for (let a = 0; a < columns.length; a++) {
    for (let b = 0; b <= a; b++) {
      crossProducts(columns[a]!, columns[b]!, n, (la, lb, value) => {
        found.m.push(first[a]! + la)
        found.k.push(first[b]! + lb)
        found.value.push(value)
      })
    }
  }
  return found
}

/** Compressed rows: entries of row m from `pointer[m]`, ascending in `index`. */
interface CompressedRows {
  readonly pointer: Int32Array
  readonly index: Int32Array
  readonly value: Float64Array
}

/** Both triangles; the order of the entries is kept, which leaves every row ascending. */
function symmetricRows({ m, k, value }: Meetings, size: number): CompressedRows {
  const pointer = new Int32Array(size + 1)
  for (let e = 0; e < m.length; e++) {
    pointer[m[e]! + 1]! += 1
    if (m[e] !== k[e]) pointer[k[e]! + 1]! += 1
  }
  for (let r = 0; r < size; r++) pointer[r + 1]! += pointer[r]!
  const next = pointer.slice(0, size)
  const index = new Int32Array(pointer[size]!)
  const values = new Float64Array(index.length)
  for (let e = 0; e < m.length; e++) {
    const [a, b] = [m[e]!, k[e]!]
    const own = next[a]!++
    index[own] = b
    values[own] = value[e]!
    if (a === b) continue
    const mirrored = next[b]!++
    index[mirrored] = a
    values[mirrored] = value[e]!
  }
  return { pointer, index, value: values }
}

/** The entries that `keep` maps to a number. */
function selectEntries(
  rows: CompressedRows,
  keep: (m: number, k: number, value: number) => number | null,
): CompressedRows {
  const size = rows.pointer.length - 1
  const pointer = new Int32Array(size + 1)
  const index = new Int32Array(rows.index.length)
  const value = new Float64Array(rows.index.length)
  let count = 0
  for (let m = 0; m < size; m++) {
    for (let e = rows.pointer[m]!; e < rows.pointer[m + 1]!; e++) {
      const kept = keep(m, rows.index[e]!, rows.value[e]!)
      if (kept === null) continue
      index[count] = rows.index[e]!
      value[count++] = kept
    }
    pointer[m + 1] = count
  }
  return { pointer, index: index.slice(0, count), value: value.slice(0, count) }
}

function gather<T extends Float64Array | Int32Array>(values: T, index: Int32Array, into: T): T {
  for (let e = 0; e < index.length; e++) into[e] = values[index[e]!]!
  return into
}
