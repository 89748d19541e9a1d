import { describe, expect, it } from "vitest"
import { diagnosisReason } from "../../src/diagnostics/reason.ts"
import { diagnostics } from "../../src/diagnostics/registry.ts"
import { type ParameterSummary, summarise } from "../../src/diagnostics/summarise.ts"
import { cases } from "./fixtures.ts"
import { normals } from "./random.ts"

const moving = (length: number, seed = 1): Float64Array => Float64Array.from({ length }, normals(seed))
const constant = (length: number, value: number): Float64Array => new Float64Array(length).fill(value)
const withValue = (at: readonly number[], value: number): Float64Array => {
  const chain = moving(100)
  for (const i of at) chain[i] = value
  return chain
}

describe("diagnosisReason", () => {
  it.each<[string | null, Float64Array[]]>([
    [null, [moving(100)]],
    [null, [moving(12), moving(12, 2)]],
    ["there are no draws", []],
    ["there are no draws", [constant(0, 0), constant(0, 0)]],
    ["the chains differ in length (100, 80 draws)", [moving(100), moving(80)]],
    ["the chains differ in length (100, 0 draws)", [moving(100), moving(0)]],
    ["the chain never moved: all 1000 draws are 3.2", [constant(1000, 3.2)]],
    ["the chains never moved: all 4000 draws are 0.333333", [1, 2, 3, 4].map(() => constant(1000, 1 / 3))],
    ["chain 2 never moved: all its 100 draws are 3.2", [moving(100), constant(100, 3.2), moving(100, 3)]],
    [
      "chain 1 never moved: all its 9 draws are 1; nor did 1 other chain",
      [constant(9, 1), constant(9, 2), moving(9)],
    ],
    ["1 of 100 draws is NaN: draw 18 of chain 1", [withValue([17], NaN)]],
    ["2 of 200 draws are NaN, the first is draw 5 of chain 2", [moving(100), withValue([4, 90], NaN)]],
    ["3 of 100 draws are infinite, the first is draw 1 of chain 1", [withValue([0, 1, 2], -Infinity)]],
    [
      "11 draws a chain, expected at least 12: half a chain is compared with the other half",
      [moving(11), moving(11, 2)],
    ],
    ["1 draw a chain, expected at least 12: half a chain is compared with the other half", [moving(1)]],
    [
      "the 95 % quantile is the largest draw, 1, so it has no effective sample size",
      [Float64Array.from({ length: 100 }, (_, i) => (i % 7 === 0 ? 1 : 0))],
    ],
    [
      "all draws lie at one distance from their median 0.5, so the folded draws have no R-hat",
      [Float64Array.from({ length: 100 }, (_, i) => i % 2)],
    ],
    [
      "the draws of chain 1 are too large for a variance in double precision: rescale them",
      [moving(100).map((value) => value * 1e200)],
    ],
    [
      "chain 2 stands still in its first tenth and in its last half, so it has no Geweke's z",
      [moving(100), Float64Array.from({ length: 100 }, (_, i) => (i > 20 && i < 40 ? i : 0))],
    ],
  ])("%j", (expected, chains) => {
    expect(diagnosisReason(chains)).toBe(expected)
  })

  it.each(cases)("explains every NaN: $name", ({ chains }) => {
    for (const { compute, reason } of diagnostics) {
      if (Number.isNaN(compute(chains)))
        expect(diagnosisReason(chains) ?? reason?.(chains)).toEqual(expect.any(String))
    }
    const [{ reason, ...summary }] = summarise([{ name: "x", chains }]) as [ParameterSummary]
    if (Object.values(summary).some(Number.isNaN)) expect(reason).not.toBeNull()
    if (reason !== null) expect(reason).toBe(diagnosisReason(chains))
  })
})
