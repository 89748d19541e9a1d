/**
 * Means and centred cross-products of columns within groups, all of them in one pass over the rows.
 *
 * Deviations are taken from a value near the mean of the group (its first row, then the mean so far), summed plainly over
 * stretches of a group's rows, and a stretch is added to what the group came to before by the formulas of Chan, Golub & LeVeque
 * (1983), The American Statistician 37, 242–247, eq. 2.1, with Neumaier's compensated summation. The value that deviations are
 * taken from is a row of the stretch, or the mean of more rows than it has: a centred sum of squares is at least the share of
 * one row in that about it, so that what cancels is bounded by the rows of a stretch, whatever the means and however many rows.
 */
import { addingFor } from "./add-deviations.ts"
import { type RowValues, sumProductsBy } from "./grouped-sums.ts"

export interface GroupedMoments {
  /** Rows of each group, or their weights. */
  readonly count: Float64Array
  /** (Weighted) means, group by group; of a group without rows 0, but for columns of ones. */
  readonly mean: Float64Array
  /** Lower triangles by rows of (weighted) centred products, group by group. */
  readonly products: Float64Array
}

/** Rows of a group that are summed plainly, but for those that come in the same block. */
const STRETCH = 512

/** Rows of a block: what is noted of them stays in the nearest cache. */
const BLOCK = 1024

/**
 * @param columns w columns of the length of `codes`; null for a column of ones
 * @param weights length of `codes`, positive; null for ones
 * @param codes group of each row, 0 … groups − 1
 */
export function findGroupedMoments(
  columns: readonly RowValues[],
  weights: Float64Array | null,
  codes: Int32Array,
  groups: number,
): GroupedMoments {
  const varying = columns.flatMap((values, place) => (values === null ? [] : [{ values, place }]))
  const values = varying.map((column) => column.values)
  const sums = newSums(values.length, groups)
  const totals = newTotals(columns, varying, groups)
  const { record, pending } = sums
  // The first row of a group may weigh next to nothing: then its deviations would cancel.
  if (weights !== null) startFromMeans(sums, values, weights, codes, groups)

  const offsets = new Int32Array(BLOCK)
  const weighing = new Float64Array(BLOCK).fill(1)
  const full: number[] = []
  const add = addingFor(values.length)
  for (let start = 0; start < codes.length; start += BLOCK) {
    const rows = Math.min(BLOCK, codes.length - start)
    if (weights !== null) weighing.set(weights.subarray(start, start + rows))
    findOffsets(sums, codes, start, rows, offsets, full)
    if (weights === null) startNewGroups(sums, values, codes, start, rows, offsets)
    add(record, offsets, weighing, values, start, rows)
    for (const group of full) flush(sums, totals, group)
    full.length = 0
  }
  for (let group = 0; group < groups; group++) if (pending[group]! > 0) flush(sums, totals, group)
  return finish(totals)
}

/** What is summed of each group at present. */
interface Sums {
  readonly width: number
  readonly stride: number
  /** Per group: the values that deviations are taken from (w), Σ weights, Σ deviations (w), Σ products (w(w + 1)/2). */
  readonly record: Float64Array
  /** Rows of each group in the sums. */
  readonly pending: Int32Array
  /** 1 for groups that have a value to take deviations from. */
  readonly started: Uint8Array
}

function newSums(width: number, groups: number): Sums {
  const stride = 1 + 2 * width + (width * (width + 1)) / 2
  return {
    width,
    stride,
    record: new Float64Array(groups * stride),
    pending: new Int32Array(groups),
    started: new Uint8Array(groups),
  }
}

function startFromMeans(
  { width, stride, record, started }: Sums,
  values: readonly Float64Array[],
  weights: Float64Array,
  codes: Int32Array,
  groups: number,
): void {
  const count = sumProductsBy(weights, null, codes, groups)
  for (let k = 0; k < width; k++) {
    const sum = sumProductsBy(values[k]!, weights, codes, groups)
    for (let g = 0; g < groups; g++) if (count[g]! > 0) record[g * stride + k] = sum[g]! / count[g]!
  }
  started.fill(1)
}

/** Notes where each row's group has its record, and the groups whose stretch ends in this block. */
function findOffsets(
  { stride, pending }: Sums,
  codes: Int32Array,
  start: number,
  rows: number,
  offsets: Int32Array,
  full: number[],
): void {
  for (let i = 0; i < rows; i++) {
    const group = codes[start + i]!
    offsets[i] = group * stride
    if (++pending[group]! === STRETCH) full.push(group)
  }
}

function startNewGroups(
  { width, record, started }: Sums,
  values: readonly Float64Array[],
  codes: Int32Array,
  start: number,
  rows: number,
  offsets: Int32Array,
): void {
  for (let i = 0; i < rows; i++) {
    const group = codes[start + i]!
    if (started[group] === 1) continue
    started[group] = 1
    for (let k = 0; k < width; k++) record[offsets[i]! + k] = values[k]![start + i]!
  }
}

/** What the stretches so far came to, in the columns of the result. */
interface Totals extends GroupedMoments {
  /** Places of the varying columns, and of their products, among all. */
  readonly places: Int32Array
  readonly pairs: Int32Array
  readonly width: number
  readonly triangle: number
  /** What rounding took from means and products; null while no group has had two stretches. */
  lost: { readonly mean: Float64Array; readonly products: Float64Array } | null
}

function newTotals(
  columns: readonly RowValues[],
  varying: readonly { readonly place: number }[],
  groups: number,
): Totals {
  const width = columns.length
  const triangle = (width * (width + 1)) / 2
  const places = Int32Array.from(varying, ({ place }) => place)
  const mean = new Float64Array(groups * width)
  columns.forEach((values, k) => {
    for (let g = 0; values === null && g < groups; g++) mean[g * width + k] = 1
  })
  return {
    count: new Float64Array(groups),
    mean,
    products: new Float64Array(groups * triangle),
    places,
    pairs: Int32Array.from(
      varying.flatMap((a, k) => varying.slice(0, k + 1).map((b) => triangleAt(a.place, b.place))),
    ),
    width,
    triangle,
    lost: null,
  }
}

const triangleAt = (row: number, column: number): number => (row * (row + 1)) / 2 + column

/** Adds a group's stretch to its totals; the next one starts from the mean so far. */
function flush(sums: Sums, totals: Totals, group: number): void {
  const { width, stride, record, pending } = sums
  const { places, pairs, count, mean, products } = totals
  const at = group * stride
  const sumAt = at + width + 1
  const productAt = sumAt + width
  const meanAt = group * totals.width
  const before = count[group]!
  const all = before + record[at + width]!
  const isFirst = before === 0
  if (!isFirst) {
    totals.lost ??= { mean: new Float64Array(mean.length), products: new Float64Array(products.length) }
  }
  let pair = 0
  for (let k = 0; k < width; k++) {
    for (let j = 0; j <= k; j++, pair++) {
      // Deviations are from the mean before: moved to the mean after, of all rows.
      const added = record[productAt + pair]! - (record[sumAt + k]! * record[sumAt + j]!) / all
      const place = group * totals.triangle + pairs[pair]!
      if (isFirst) products[place] = added
      else addTo(products, totals.lost!.products, place, added)
      record[productAt + pair] = 0
    }
  }
  for (let k = 0; k < width; k++) {
    const place = meanAt + places[k]!
    const shift = record[sumAt + k]! / all
    if (isFirst) mean[place] = record[at + k]! + shift
    else addTo(mean, totals.lost!.mean, place, shift)
    record[sumAt + k] = 0
    record[at + k] = mean[place]!
  }
  record[at + width] = 0
  count[group] = all
  pending[group] = 0
}

/** Neumaier's compensated summation (1974, ZAMM 54, 39–51), of one place. */
function addTo(values: Float64Array, lost: Float64Array, place: number, term: number): void {
  const value = values[place]!
  const next = value + term
  lost[place]! += Math.abs(value) >= Math.abs(term) ? value - next + term : term - next + value
  values[place] = next
}

function finish({ count, mean, products, lost }: Totals): GroupedMoments {
  if (lost !== null) {
    for (let k = 0; k < mean.length; k++) mean[k]! += lost.mean[k]!
    for (let k = 0; k < products.length; k++) products[k]! += lost.products[k]!
  }
  return { count, mean, products }
}
