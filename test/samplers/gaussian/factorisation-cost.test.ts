/** A factorisation that would not fit into memory is refused before anything is allocated. */
import { expect, it } from "vitest"
import { number } from "../../../src/models/expression.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { refusalBySize } from "../../../src/samplers/gaussian/factorisation-cost.ts"
import type { Reducible } from "../../../src/samplers/gaussian/statistics.ts"

const rows = 40_000
const rng = streamFor("large", 0, "codes")
const random = (levels: number) => Int32Array.from({ length: rows }, () => Math.floor(levels * rng.uniform()))

/** Two sets of effects of one value each. */
function twoFactors(codes: readonly [Int32Array, Int32Array], levels: readonly [number, number]): Reducible {
  const values = new Float64Array(rows).fill(1)
  const columns = codes.map((own, k) => ({
    node: `u[${k}]`,
    values,
    codes: own,
    levels: levels[k]!,
    slot: 0,
    stride: 1,
    block: 0,
    coefficient: number(1),
  }))
  const spread = { kind: "known", node: null, q: 1, slot: -1, value: [1] } as const
  return {
    child: { columns, residual: new Float64Array(rows), centre: new Float64Array(2), rows },
    coefficients: [],
    effects: columns.map(({ node }) => ({ node, q: 1, spread })),
  }
}

it("two crossed factors of many levels, saying how large", () => {
  // One level that meets most of the others is enough.
  const a = random(9000).fill(0, 0, rows / 2)
  const b = Int32Array.from({ length: rows }, (_, i) => i % 8000)
  const refused = refusalBySize(twoFactors([a, b], [9000, 8000]), 1)
  expect(refused).toMatchObject({ code: "too-large" })
  expect(refused!.reason).toContain("leave 8000 columns")
  expect(refused!.reason).toContain("takes 1.0 GB and 2e+11 multiplications")
})

it("not a factor nested in another, nor crossed ones of fewer levels", () => {
  const inner = Int32Array.from({ length: rows }, (_, i) => i % 20_000)
  const outer = inner.map((code) => code % 9000)
  expect(refusalBySize(twoFactors([inner, outer], [20_000, 9000]), 1)).toBeNull()
  expect(refusalBySize(twoFactors([random(9000), random(500)], [9000, 500]), 1)).toBeNull()
})
