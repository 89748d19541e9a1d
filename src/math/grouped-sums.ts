/** Sums of products over rows, in total or by group: each is one pass over typed arrays, compensated for rounding. */

/** A column of ones, which is not stored. */
export type RowValues = Float64Array | null

/** Rows that are summed plainly before the compensated total takes them in. */
const CHUNK = 512

/**
 * Σ aᵢ bᵢ over all rows. Short stretches are summed plainly, their sums by Neumaier's compensated summation (Neumaier
 * 1974, ZAMM 54, 39–51): the error does not grow with the number of rows.
 *
 * @param a,b length `rows`, or null for ones
 */
export function sumProducts(a: RowValues, b: RowValues, rows: number): number {
  const first = a ?? b
  if (first === null) return rows
  const second = a === null ? null : b
  let sum = 0
  let lost = 0
  for (let start = 0; start < rows; start += CHUNK) {
    const end = Math.min(rows, start + CHUNK)
    const term =
      second === null ? sumStretch(first, start, end) : sumStretchProducts(first, second, start, end)
    const next = sum + term
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum
    sum = next
  }
  return Number.isFinite(lost) ? sum + lost : sum
}

/** Functions for a stretch are compiled after a few of them, where a loop over all rows would be half through by then. */
function sumStretch(a: Float64Array, start: number, end: number): number {
  let sum = 0
  for (let i = start; i < end; i++) sum += a[i]!
  return sum
}

function sumStretchProducts(a: Float64Array, b: Float64Array, start: number, end: number): number {
  let sum = 0
  for (let i = start; i < end; i++) sum += a[i]! * b[i]!
  return sum
}

/**
 * Σ aᵢ bᵢ of every pair of columns, as `sumProducts` but for the order within a stretch. The columns are read once: a stretch of
 * all of them stays in the cache.
 *
 * @param columns p columns of length `rows`, null for ones
 * @returns p × p, symmetric
 */
export function sumCrossProducts(columns: readonly RowValues[], rows: number): Float64Array {
  const p = columns.length
  const sum = new Float64Array(p * p)
  const lost = new Float64Array(p * p)
  for (let start = 0; start < rows; start += CHUNK) {
    const end = Math.min(rows, start + CHUNK)
    for (let j = 0; j < p; j++) {
      for (let k = 0; k <= j; k++) {
        const [a, b] = [columns[j] ?? columns[k]!, columns[j] === null ? null : columns[k]!]
        const term =
          a === null
            ? end - start
            : b === null
              ? sumPairwise(a, start, end)
              : sumProductsPairwise(a, b, start, end)
        const at = j * p + k
        const before = sum[at]!
        const next = before + term
        lost[at]! += Math.abs(before) >= Math.abs(term) ? before - next + term : term - next + before
        sum[at] = next
      }
    }
  }
  for (let j = 0; j < p; j++) {
    for (let k = 0; k <= j; k++) {
      const at = j * p + k
      if (Number.isFinite(lost[at]!)) sum[at]! += lost[at]!
      sum[k * p + j] = sum[at]!
    }
  }
  return sum
}

/** Two sums: an addition waits for the one before it. */
function sumPairwise(a: Float64Array, start: number, end: number): number {
  let [even, odd] = [0, 0]
  let i = start
  for (; i + 1 < end; i += 2) {
    even += a[i]!
    odd += a[i + 1]!
  }
  return even + odd + (i < end ? a[i]! : 0)
}

function sumProductsPairwise(a: Float64Array, b: Float64Array, start: number, end: number): number {
  let [even, odd] = [0, 0]
  let i = start
  for (; i + 1 < end; i += 2) {
    even += a[i]! * b[i]!
    odd += a[i + 1]! * b[i + 1]!
  }
  return even + odd + (i < end ? a[i]! * b[i]! : 0)
}

/**
 * Σ aᵢ bᵢ over the rows of each group, by Kahan's compensated summation in every group.
 *
 * @param a,b length of `codes`, or null for ones
 * @param codes group of each row, 0 … groups − 1
 * @returns one sum a group; 0 for a group without rows
 */
export function sumProductsBy(a: RowValues, b: RowValues, codes: Int32Array, groups: number): Float64Array {
  const sum = new Float64Array(groups)
  const first = a ?? b
  if (first === null) {
    for (let i = 0; i < codes.length; i++) sum[codes[i]!]! += 1
    return sum
  }
  const second = a === null ? null : b
  /** What rounding added to each sum so far. */
  const excess = new Float64Array(groups)
  if (second === null) {
    for (let i = 0; i < codes.length; i++) {
      const g = codes[i]!
      const term = first[i]! - excess[g]!
      const before = sum[g]!
      const next = before + term
      excess[g] = next - before - term
      sum[g] = next
    }
  } else {
    for (let i = 0; i < codes.length; i++) {
      const g = codes[i]!
      const term = first[i]! * second[i]! - excess[g]!
      const before = sum[g]!
      const next = before + term
      excess[g] = next - before - term
      sum[g] = next
    }
  }
  return sum
}
