/** Elements of an observed sum, moved against each other: the joint distribution stays, and not with a slip in a prior. */
import { expect, it } from "vitest"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { planRelations } from "../../../src/samplers/relations/plan-relations.ts"
import { bindRelationBlock } from "../../../src/samplers/relations/registry.ts"
import { relationShift, type StationaritySpecimen } from "../../kit/relation-stationarity.ts"

const SPECIMENS: readonly StationaritySpecimen[] = [
  {
    name: "counts",
    text: `model { for (i in 1:3) { y[i] ~ dsum(a[i], b[i], c[i]); a[i] ~ dpois(m); b[i] ~ dpois(2); c[i] ~ dbin(0.4, 5) }
      m ~ dgamma(4, 1) }`,
    data: { y: [6, 8, 7] },
    watched: ["m", "a", "b", "c"],
    wrong: ["dgamma(4, 1)", "dgamma(4, 2)"],
  },
  {
    name: "numbers, some of them each other's parents",
    text: `model { y ~ dsum(x[1], x[2], x[3]); x[1] ~ dnorm(m, 1); for (t in 2:3) { x[t] ~ dnorm(0.8 * x[t - 1], 2) }
      z ~ dnorm(x[1] - x[2], 1); m ~ dnorm(1, 1) }`,
    data: { y: 2, z: 0.3 },
    watched: ["m", "x"],
    wrong: ["dnorm(1, 1)", "dnorm(2, 1)"],
  },
]

it.each(SPECIMENS)("leaves the joint distribution as it is: $name", (specimen) => {
  const { text, wrong } = specimen
  const length = { replicates: 600, steps: 8, warmup: 20 }
  const right = relationShift(specimen, text, text, length)
  expect(right.names).toContain("sum-move")
  expect(right.shift).toBeLessThan(4.5)
  expect(relationShift(specimen, text, text.replace(...wrong), length).shift).toBeGreaterThan(5)
})

it("reaches every split of a sum, with its probability", () => {
  const { graph } = bugs("model { y ~ dsum(a, b); a ~ dpois(3); b ~ dpois(1) }", { y: 6 })
  const [block, ...others] = planRelations(graph).blocks
  expect(block!.sampler).toBe("sum-move")
  expect(others.length).toBeGreaterThan(0)
  const kernel = bindRelationBlock(block!.lowered)
  const place = (name: string) => graph.variables.find((one) => one.name === name)!.offset
  const s = graph.values.slice()
  s[place("a")] = 0
  s[place("b")] = 6
  const rng = streamFor("sum-move", 0, "splits")
  const seen = new Float64Array(7)
  const draws = 40_000
  for (let n = 0; n < draws; n++) {
    kernel.step(s, new Float64Array(0), rng, "sampling")
    expect(s[place("a")]! + s[place("b")]!).toBe(6)
    seen[s[place("a")]!]! += 1
  }
  // Given their sum, counts are binomial.
  const choose = [1, 6, 15, 20, 15, 6, 1]
  choose.forEach((count, k) => {
    const p = count * 0.75 ** k * 0.25 ** (6 - k)
    expect(Math.abs(seen[k]! / draws - p)).toBeLessThan(8 * Math.sqrt((p * (1 - p)) / draws))
  })
})

it("leaves alone sums of one drawn element, and what is multiplied before", () => {
  const samplersOf = (text: string) =>
    bugs(text, { y: 3 })
      .plan()
      .blocks.map(({ sampler }) => sampler)
  expect(samplersOf("model { y ~ dsum(a, 2); a ~ dpois(3) }")).not.toContain("sum-move")
  expect(samplersOf("model { y ~ dsum(2 * a, b); a ~ dpois(3); b ~ dpois(2) }")).not.toContain("sum-move")
})
