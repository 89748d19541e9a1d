/** The inner loop of moments by group: a block of rows into the sums of their groups. */

/**
 * Adds a block of rows to the records of their groups, of w columns each: the values that deviations are taken from (w), then
 * Σ weights, Σ deviations (w) and Σ products of deviations (lower triangle by rows), which grow.
 *
 * @param offsets where the record of each row's group begins
 * @param weights of the block's rows
 * @param values the columns, of which the block has `rows` from `start`
 */
export type Adding = (
  record: Float64Array,
  offsets: Int32Array,
  weights: Float64Array,
  values: readonly Float64Array[],
  start: number,
  rows: number,
) => void

/** Written out for the numbers of columns that are usual, twice as fast. */
const ADDING: readonly (Adding | undefined)[] = [undefined, addOne, addTwo, addThree, addFour]

export const addingFor = (columns: number): Adding => ADDING[columns] ?? addColumns

function addOne(
  record: Float64Array,
  offsets: Int32Array,
  weights: Float64Array,
  [first]: readonly Float64Array[],
  start: number,
  rows: number,
): void {
  const a = first!
  for (let i = 0; i < rows; i++) {
    const at = offsets[i]!
    const weight = weights[i]!
    const x = a[start + i]! - record[at]!
    const wx = weight * x
    record[at + 1]! += weight
    record[at + 2]! += wx
    record[at + 3]! += wx * x
  }
}

function addTwo(
  record: Float64Array,
  offsets: Int32Array,
  weights: Float64Array,
  [first, second]: readonly Float64Array[],
  start: number,
  rows: number,
): void {
  const [a, b] = [first!, second!]
  for (let i = 0; i < rows; i++) {
    const at = offsets[i]!
    const weight = weights[i]!
    const x = a[start + i]! - record[at]!
    const y = b[start + i]! - record[at + 1]!
    const wx = weight * x
    const wy = weight * y
    record[at + 2]! += weight
    record[at + 3]! += wx
    record[at + 4]! += wy
    record[at + 5]! += wx * x
    record[at + 6]! += wy * x
    record[at + 7]! += wy * y
  }
}

function addThree(
  record: Float64Array,
  offsets: Int32Array,
  weights: Float64Array,
  [first, second, third]: readonly Float64Array[],
  start: number,
  rows: number,
): void {
  const [a, b, c] = [first!, second!, third!]
  for (let i = 0; i < rows; i++) {
    const at = offsets[i]!
    const weight = weights[i]!
    const x = a[start + i]! - record[at]!
    const y = b[start + i]! - record[at + 1]!
    const z = c[start + i]! - record[at + 2]!
    const wx = weight * x
    const wy = weight * y
    const wz = weight * z
    record[at + 3]! += weight
    record[at + 4]! += wx
    record[at + 5]! += wy
    record[at + 6]! += wz
    record[at + 7]! += wx * x
    record[at + 8]! += wy * x
    record[at + 9]! += wy * y
    record[at + 10]! += wz * x
    record[at + 11]! += wz * y
    record[at + 12]! += wz * z
  }
}

function addFour(
  record: Float64Array,
  offsets: Int32Array,
  weights: Float64Array,
  [first, second, third, fourth]: readonly Float64Array[],
  start: number,
  rows: number,
): void {
  const [a, b, c, d] = [first!, second!, third!, fourth!]
  for (let i = 0; i < rows; i++) {
    const at = offsets[i]!
    const weight = weights[i]!
    const x = a[start + i]! - record[at]!
    const y = b[start + i]! - record[at + 1]!
    const z = c[start + i]! - record[at + 2]!
    const u = d[start + i]! - record[at + 3]!
    const wx = weight * x
    const wy = weight * y
    const wz = weight * z
    const wu = weight * u
    record[at + 4]! += weight
    record[at + 5]! += wx
    record[at + 6]! += wy
    record[at + 7]! += wz
    record[at + 8]! += wu
    record[at + 9]! += wx * x
    record[at + 10]! += wy * x
    record[at + 11]! += wy * y
    record[at + 12]! += wz * x
    record[at + 13]! += wz * y
    record[at + 14]! += wz * z
    record[at + 15]! += wu * x
    record[at + 16]! += wu * y
    record[at + 17]! += wu * z
    record[at + 18]! += wu * u
  }
}

function addColumns(
  record: Float64Array,
  offsets: Int32Array,
  weights: Float64Array,
  values: readonly Float64Array[],
  start: number,
  rows: number,
): void {
  const width = values.length
  const deviation = new Float64Array(width)
  for (let i = 0; i < rows; i++) {
    const at = offsets[i]!
    const weight = weights[i]!
    record[at + width]! += weight
    let product = at + 2 * width + 1
    for (let k = 0; k < width; k++) {
      const own = values[k]![start + i]! - record[at + k]!
      const weighted = weight * own
      deviation[k] = own
      record[at + width + 1 + k]! += weighted
      for (let j = 0; j <= k; j++) record[product++]! += weighted * deviation[j]!
    }
  }
}
