/** Elements of a block in groups given what these share: found, weighed group by group, and moved group by group. */
import { describe, expect, it } from "vitest"
import { bugs } from "../../../src/samplers/graph-model.ts"
import type { CurvatureBlockMatch } from "../../../src/samplers/relations/curvature-block.ts"
import { bindEngine } from "../../../src/samplers/relations/engine.ts"
import { bindGroupDensities, findLocalGroups } from "../../../src/samplers/relations/local-groups.ts"
import type { LoweredRelationBlock } from "../../../src/samplers/relations/registry.ts"
import { bindRelationBlock } from "../../../src/samplers/relations/registry.ts"

const N = 12
const RATES = `model { for (i in 1:N) { for (j in 1:2) { r[i, j] ~ dbin(p[i, j], 9); logit(p[i, j]) <- m[i] + x[j] * (d + e[i]) }
    m[i] ~ dnorm(0, 0.1); e[i] ~ dnorm(0, tau) } d ~ dnorm(0, 1); tau ~ dgamma(3, 1) }`
const DATA = { N, x: [-0.5, 0.5], r: Array.from({ length: N }, (_, i) => [i % 5, (3 * i) % 8]) }

const loweredOf = (text: string, data: Parameters<typeof bugs>[1]) => {
  const plan = bugs(text, data).plan()
  const block = plan.blocks.find(({ sampler }) => sampler === "curvature-block")!
  return block.lowered
}

const matchOf = ({ match }: LoweredRelationBlock) => (match as CurvatureBlockMatch).parts[0]!

const groupsOf = (lowered: LoweredRelationBlock) => findLocalGroups(matchOf(lowered))

describe("local groups", () => {
  it("are the elements of one stratum, given the mean that all share", () => {
    const groups = groupsOf(loweredOf(RATES, DATA))!
    // The last stratum, with the mean, is what is left when all others are eliminated.
    expect(groups.count).toBe(N)
    expect(groups.start[1]).toBe(3)
    for (let g = 1; g < N; g++) expect(groups.start[g + 1]! - groups.start[g]!).toBe(2)
  })

  it("are none where all elements hang together", () => {
    const crossed = `model { for (i in 1:4) { for (j in 1:4) { y[i, j] ~ dpois(exp(a[i] + b[j])) } a[i] ~ dnorm(0, 1); b[i] ~ dnorm(0, 1) } }`
    const y = Array.from({ length: 4 }, (_, i) => [i, 1, 2, 3])
    expect(groupsOf(loweredOf(crossed, { y }))).toBeNull()
  })

  it("have densities that sum to that of the block, and change one at a time", () => {
    const lowered = loweredOf(RATES, DATA)
    const match = matchOf(lowered)
    const engine = bindEngine(lowered.graph)
    const groups = findLocalGroups(match)!
    const weigh = bindGroupDensities(match, groups, engine)
    const kernel = bindRelationBlock(lowered)
    const s = lowered.graph.values.slice()
    match.factors.slots.forEach((slot, k) => {
      s[slot] = 0.1 * k - 1
    })
    s[match.scales[0]!] = 1.7
    const runs = match.after.computed
    const at = (): readonly [number, Float64Array] => {
      engine.compute(s, runs, 0, runs.relation.length)
      const out = new Float64Array(groups.count)
      return [weigh(s, out), out]
    }
    const [total, before] = at()
    // The block's own density lacks the slope of the scale's coordinate.
    expect(total).toBeCloseTo(kernel.logDensity!(s) + Math.log(1.7), 9)
    const column = groups.ofColumn.indexOf(5)
    s[match.factors.slots[column]!]! += 0.3
    const [, after] = at()
    after.forEach((value, g) => {
      if (g === 5) expect(value).not.toBe(before[g])
      else expect(value).toBe(before[g])
    })
  })
})
