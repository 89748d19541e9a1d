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
    let term = 0
    if (second === null) for (let i = start; i < end; i++) term += first[i]!
    else for (let i = start; i < end; i++) term += first[i]! * second[i]!
    const next = sum + term
    lost += Math.abs(sum) >= Math.abs(term) ? sum - next + term : term - next + sum
    sum = next
  }
  return Number.isFinite(lost) ? sum + lost : sum
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

/** Values by row, and what they are measured from in each group. */
export interface CentredValues {
  readonly values: Float64Array
  readonly centre: Float64Array
}

/**
 * Σ wᵢ (aᵢ − a₀)(bᵢ − b₀) over the rows of each group, a₀ and b₀ those of the group, by Kahan's compensated summation.
 *
 * @param weights length of `codes`, or null for ones
 * @param codes group of each row, 0 … groups − 1
 * @returns one sum a group; 0 for a group without rows
 */
export function sumCentredProductsBy(
  { values: a, centre: centreA }: CentredValues,
  { values: b, centre: centreB }: CentredValues,
  weights: Float64Array | null,
  codes: Int32Array,
  groups: number,
): Float64Array {
  const sum = new Float64Array(groups)
  /** What rounding added to each sum so far. */
  const excess = new Float64Array(groups)
  for (let i = 0; i < codes.length; i++) {
    const g = codes[i]!
    const product = (a[i]! - centreA[g]!) * (b[i]! - centreB[g]!)
    const term = (weights === null ? product : product * weights[i]!) - excess[g]!
    const before = sum[g]!
    const next = before + term
    excess[g] = next - before - term
    sum[g] = next
  }
  return sum
}
