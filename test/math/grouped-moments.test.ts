import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { findGroupedMoments } from "../../src/math/grouped-moments.ts"
import { drawNormal } from "../../src/random/normal.ts"
import { streamFor } from "../../src/random/stream.ts"

/** Whole numbers, whose sums and products are exact as integers. */
interface Rows {
  readonly columns: readonly (Float64Array | null)[]
  readonly weights: Float64Array | null
  readonly codes: Int32Array
}

/** Columns whose means differ by group, and weights, of n rows. */
function simulate(n: number, groups: number, width: number, weighted: boolean, seed: number): Rows {
  const rng = streamFor(`grouped moments ${seed}`, 0, "test")
  const codes = Int32Array.from({ length: n }, () => Math.floor(groups * rng.uniform() ** 2))
  const column = (k: number) =>
    Float64Array.from(codes, (g) => Math.round(1000 * (drawNormal(rng) + 100 * k * g + 1e4)))
  const columns = [null, ...Array.from({ length: width }, (_, k) => column(k))]
  const weights = weighted ? Float64Array.from(codes, () => 1 + Math.floor(9 * rng.uniform())) : null
  return { columns, weights, codes }
}

/** Counts, means and products of one group in exact arithmetic, rounded once. */
function exactly({ columns, weights, codes }: Rows, group: number) {
  const rows = [...codes.keys()].filter((i) => codes[i] === group)
  const at = (values: Float64Array | null, i: number) => BigInt(values?.[i] ?? 1)
  const sum = (term: (i: number) => bigint) => rows.reduce((total, i) => total + term(i), 0n)
  const n = sum((i) => at(weights, i))
  const sums = columns.map((values) => sum((i) => at(weights, i) * at(values, i)))
  const products = columns.flatMap((a, k) =>
    columns.slice(0, k + 1).map((b, j) => {
      const whole = n * sum((i) => at(weights, i) * at(a, i) * at(b, i)) - sums[k]! * sums[j]!
      return Number(whole) / Number(n)
    }),
  )
  return { count: Number(n), mean: sums.map((value) => Number(value) / Number(n)), products }
}

function expectExact(rows: Rows, groups: number, tolerance = 5e-14): void {
  const { count, mean, products } = findGroupedMoments(rows.columns, rows.weights, rows.codes, groups)
  const w = rows.columns.length
  const triangle = (w * (w + 1)) / 2
  for (let g = 0; g < groups; g++) {
    if (!rows.codes.includes(g)) {
      expect(count[g]).toBe(0)
      continue
    }
    const expected = exactly(rows, g)
    expect(count[g]).toBe(expected.count)
    for (let k = 0, at = 0; k < w; k++) {
      const largest = rows.columns[k]?.reduce((most, value) => Math.max(most, Math.abs(value)), 0) ?? 1
      expect(Math.abs(mean[g * w + k]! - expected.mean[k]!)).toBeLessThanOrEqual(1e-15 * largest)
      for (let j = 0; j <= k; j++, at++) {
        const size = Math.sqrt(expected.products[(k * (k + 3)) / 2]! * expected.products[(j * (j + 3)) / 2]!)
        expect(Math.abs(products[g * triangle + at]! - expected.products[at]!)).toBeLessThanOrEqual(
          tolerance * size,
        )
      }
    }
  }
}

describe("moments by group", () => {
  it("are those of exact arithmetic, for any number of columns, with weights and without", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 5 }),
        fc.boolean(),
        fc.nat(1e6),
        (n, groups, width, weighted, seed) => expectExact(simulate(n, groups, width, weighted, seed), groups),
      ),
      { numRuns: 60, seed: 11 },
    )
  })

  it.each([false, true])("stay so over many stretches of a group (weights: %s)", (weighted) => {
    expectExact(simulate(9000, 3, 2, weighted, 1), 3)
  })

  it("lose no more than the digits of a stretch's rows to a first row that is 10⁸ sds from the others", () => {
    const rows = simulate(5000, 1, 2, false, 2)
    rows.columns[1]![0] = 2 ** 40
    expectExact(rows, 1, 2e-11)
  })

  it("do not suffer from a drift that leaves the first rows behind", () => {
    const rows = simulate(20_000, 1, 1, false, 3)
    rows.columns[1]!.forEach((value, i, values) => {
      values[i] = value + 1e5 * i
    })
    expectExact(rows, 1)
  })

  it("do not suffer from a first row of next to no weight", () => {
    const values = Float64Array.of(1e9, 1, 2, 3)
    const weights = Float64Array.of(1e-16, 1, 1, 1)
    const { mean, products } = findGroupedMoments([values], weights, new Int32Array(4), 1)
    expect(mean[0]).toBeCloseTo(2 + 1e9 * (1e-16 / 3), 12)
    // Σ w (x − x̄)²: 100 of the first row, 2 of the others.
    expect(products[0]).toBeCloseTo(102, 5)
  })

  it("leave a column of one value without deviation", () => {
    const { mean, products } = findGroupedMoments(
      [new Float64Array(1000).fill(0.1)],
      null,
      new Int32Array(1000),
      1,
    )
    expect(mean[0]).toBe(0.1)
    expect(products[0]).toBe(0)
  })
})
