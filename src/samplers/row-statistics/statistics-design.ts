/**
 * A design with the cross-products of statistics: each cell becomes a row of its means, times the root of its count, and the
 * rows of a Cholesky factor of its centred products. `Σ (y − x'b − z'u)²` over these few rows is that over the rows that were
 * reduced, for any b and u.
 */
import type { Design } from "../../models/formula/design.ts"
import type { RowStatistics } from "./row-statistics.ts"

/** What is left of a pivot is rounding when it is smaller than this share of what it was. */
const DEPENDENT = 1e-13

/** A design of pseudo-rows with the sums of squares and products of all rows: as many for each cell as it has columns. */
export function designOf(statistics: RowStatistics): Design {
  const { columns, factors, codes, count, mean, products, fixed, random, rows, dropped, responses } =
    statistics
  const w = columns.length
  const triangle = (w * (w + 1)) / 2
  const values = columns.map((): number[] => [])
  const levels = factors.map((): number[] => [])
  const push = (cell: number, row: (k: number) => number): void => {
    for (let k = 0; k < w; k++) values[k]!.push(row(k))
    for (let f = 0; f < factors.length; f++) levels[f]!.push(codes[cell * factors.length + f]!)
  }
  const factor = new Float64Array(w * w)
  for (let c = 0; c < count.length; c++) {
    const root = Math.sqrt(count[c]!)
    push(c, (k) => root * mean[c * w + k]!)
    factorProducts(products.subarray(c * triangle, (c + 1) * triangle), w, factor)
    for (let j = 0; j < w; j++) {
      if (factor[j * w + j]! > 0) push(c, (k) => (k < j ? 0 : factor[k * w + j]!))
    }
  }
  const arrays = values.map((list) => Float64Array.from(list))
  const column = (name: string) => arrays[columns.indexOf(name)]!
  const codesOf = new Map(factors.map(({ group }, f) => [group, Int32Array.from(levels[f]!)]))
  const nobs = arrays[0]!.length
  // The weights are in the rows already; with standard errors these are rows of residual variance 1.
  const { weighting } = statistics
  const known = weighting?.kind === "se" ? { ...weighting, kind: weighting.kind } : null
  return {
    formula: statistics.formula,
    response: { name: statistics.response, values: arrays.at(-1)! },
    offset: null,
    fixed: { ...fixed, columns: fixed.names.map(column) },
    random: random.map(({ group, terms }) => ({
      group,
      levels: factors.find((of) => of.group === group)!.levels,
      codes: codesOf.get(group)!,
      terms,
      columns: terms.map(column),
    })),
    nobs,
    ...(known === null ? {} : { residualScale: { ...known, values: new Float64Array(nobs).fill(1) } }),
    dropped,
    rowIndex: Int32Array.from({ length: nobs }, (_, i) => i),
    messages: dropped === 0 ? [] : [`${dropped} rows were left out for missing values`],
    reducedFrom: { rows, responseSd: Math.sqrt(responses.squares / (rows - 1)) },
  }
}

/** Lower Cholesky factor (row-major w × w) of a positive semi-definite matrix; a column of zeros where a pivot is none. */
function factorProducts(products: Float64Array, w: number, factor: Float64Array): void {
  factor.fill(0)
  for (let j = 0; j < w; j++) {
    const whole = products[(j * (j + 1)) / 2 + j]!
    let pivot = whole
    for (let k = 0; k < j; k++) pivot -= factor[j * w + k]! ** 2
    if (!(pivot > DEPENDENT * whole)) continue
    const root = Math.sqrt(pivot)
    factor[j * w + j] = root
    for (let i = j + 1; i < w; i++) {
      let value = products[(i * (i + 1)) / 2 + j]!
      for (let k = 0; k < j; k++) value -= factor[i * w + k]! * factor[j * w + k]!
      factor[i * w + j] = value / root
    }
  }
}
