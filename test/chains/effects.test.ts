/** What is kept of random effects: draws, running moments, or nothing. */

import { describe, expect, it } from "vitest"
import { startChain } from "../../src/chains/chain.ts"
import type { EffectsKept } from "../../src/chains/effects-kept.ts"
import { makeRunSpec } from "../../src/chains/run-spec.ts"
import { momentsLength, poolMoments, updateMoments } from "../../src/chains/running-moments.ts"
import { iterateChain, sample } from "../../src/chains/sample.ts"
import { mean, standardDeviation } from "../../src/diagnostics/moments.ts"
import { listQuantities } from "../../src/models/effect-quantities.ts"
import { lmm } from "../../src/samplers/model.ts"
import { standardTable } from "../kit/zoo.ts"

const SHORT = { chains: 3, draws: 80, warmup: 60, thin: 2, seed: "effects" } as const
const CASES = [
  { name: "collapsed, one factor", formula: "y ~ x + (x | g)", method: "collapsed" },
  { name: "collapsed, crossed", formula: "y ~ x + (x | g) + (1 | h)", method: "collapsed" },
  { name: "blocked", formula: "y ~ x + (x | g)", method: "blocked" },
  { name: "gibbs", formula: "y ~ x + (1 | g)", method: "gibbs" },
] as const

describe.each(CASES)("$name", async ({ formula, method }) => {
  const model = lmm(formula, standardTable())
  const keep = (effects: EffectsKept) => sample(model, { ...SHORT, method, effects })
  const [all, moments, none] = await Promise.all([keep("draws"), keep("moments"), keep("none")])

  it("nothing else depends on what is kept of them", () => {
    const others = all.names.filter((name) => !name.startsWith("u["))
    for (const posterior of [moments, none]) {
      expect(posterior.names).toEqual(others)
      for (const name of others) expect(posterior.draws(name)).toEqual(all.draws(name))
    }
  })

  it("moments are those of the draws", () => {
    const effects = all.names.filter((name) => name.startsWith("u["))
    expect(moments.moments.map(({ name }) => name)).toEqual(effects)
    for (const { name, draws, mean: m, sd } of moments.moments) {
      expect(draws).toBe(240)
      expect(m).toBeCloseTo(mean(all.draws(name)), 12)
      expect(sd).toBeCloseTo(standardDeviation(all.draws(name)), 12)
    }
    const [expected, found] = [all.ranef().g!, moments.ranef().g!]
    found.forEach((row, k) => {
      expect(row.level).toBe(expected[k]!.level)
      expect(row.mean).toBeCloseTo(expected[k]!.mean, 12)
      expect(row.q5).toBeNaN()
    })
    expect(all.moments).toEqual([])
    expect(() => none.ranef()).toThrow("the draws of u were not recorded")
  })

  it("kept sweeps are the same whether the others are looked at or not", () => {
    const options = { draws: 20, warmup: 10, thin: 3, seed: "effects", method }
    const quantities = listQuantities(model.graph)
    const chain = startChain(makeRunSpec(model.plan(method), { ...options, chains: 1 }, quantities), 0)
    const record = new Float64Array(quantities.length)
    for (const sweep of iterateChain(model, options)) {
      if (!chain.advance(record)) continue
      quantities.forEach(({ name }, k) => {
        expect(sweep.get(name)).toBe(record[k])
      })
    }
  })

  it("a chain resumed goes on with its moments", () => {
    const quantities = listQuantities(model.graph)
    const effects = model.graph.effects.map(({ node }) => node)
    const options = { ...SHORT, chains: 1 }
    const spec = makeRunSpec(model.plan(method), options, quantities.slice(0, 1), effects)
    const straight = startChain(spec, 0)
    while (straight.sweep < 101) straight.advance(new Float64Array(1))
    const resumed = startChain(spec, 0, { from: structuredClone(straight.checkpoint()) })
    for (const chain of [straight, resumed]) while (!chain.done) chain.advance(new Float64Array(1))
    expect(resumed.checkpoint()).toEqual(straight.checkpoint())
    expect(straight.checkpoint().moments[0]).toBe(80)
  })
})

describe("running moments", () => {
  it("do not lose a small spread beside a large mean", () => {
    const values = Array.from({ length: 1000 }, (_, i) => 1e9 + (i % 7))
    const all = new Float64Array(2 * momentsLength(1))
    values.forEach((value, i) => {
      const chain = i < 300 ? 0 : 1
      updateMoments(all.subarray(3 * chain, 3 * chain + 3), [Float64Array.of(value)])
    })
    const pooled = poolMoments(1, all, 2)
    const small = Float64Array.from(values, (value) => value - 1e9)
    expect(pooled.draws).toBe(1000)
    expect(pooled.mean[0]! - 1e9).toBeCloseTo(mean(small), 6)
    expect(pooled.sd[0]).toBeCloseTo(standardDeviation(small), 8)
  })

  it("of no draw are NaN", () => {
    const none = Float64Array.of(Number.NaN)
    expect(poolMoments(1, new Float64Array(3), 1)).toEqual({ draws: 0, mean: none, sd: none })
  })
})

it("an unknown choice is refused", async () => {
  const text: string = "mean"
  const effects = text as EffectsKept
  await expect(sample(lmm("y ~ 1 + (1 | g)", standardTable()), { ...SHORT, effects })).rejects.toThrow(
    'unknown choice "mean"',
  )
})
