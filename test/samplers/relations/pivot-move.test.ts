/** An intercept, a slope and what it multiplies: the values of the line stay, and draws of everything stay draws. */
import { describe, expect, it } from "vitest"
import { mean, variance } from "../../../src/diagnostics/moments.ts"
import { slotName } from "../../../src/models/relations/relation-graph.ts"
import { drawNormal } from "../../../src/random/normal.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { bindEngine } from "../../../src/samplers/relations/engine.ts"
import { initialState } from "../../../src/samplers/relations/initial-state.ts"
import { type PivotMatch, pivotMove } from "../../../src/samplers/relations/pivot-move.ts"
import { planRelations } from "../../../src/samplers/relations/plan-relations.ts"
import { bindRelationBlock } from "../../../src/samplers/relations/registry.ts"
import type { Kernel } from "../../../src/samplers/sampler.ts"
import { MCSE_LIMIT } from "../../kit/goodness-of-fit.ts"
import { simulate } from "../../kit/relation-joint.ts"

const TEXT = `model {
  for (j in 1:3) { y[j] ~ dbin(p[j], 9); logit(p[j]) <- a + b * v[j]; v[j] ~ dnorm(x[j], 1) }
  a ~ dnorm(0, 1); b ~ dnorm(0.5, 1)
}`
const DATA = { y: [2, 4, 7], x: [-0.5, 0, 0.7] }

function setUp(text: string) {
  const { graph } = bugs(text, DATA)
  const block = planRelations(graph).blocks.find(({ sampler }) => sampler === "pivot")!
  const match = block.lowered.match as Parameters<typeof pivotMove.bind>[0]
  return { graph, match, kernel: pivotMove.bind(match, bindEngine(graph)) }
}

/** Largest |z| of the mean change of some functions by a step from independent draws of everything. */
function largestShift({ graph, match }: ReturnType<typeof setUp>, kernel: Kernel): number {
  const rng = streamFor("pivot", 0, "stationarity")
  const draws = 2500
  const changes = Array.from({ length: 5 }, () => new Float64Array(draws))
  const functions = (s: Float64Array): number[] => {
    const a = s[match.intercept]!
    const b = s[match.slope]!
    const v = Array.from(match.multiplied, (slot) => s[slot]!)
    return [a, b, a * a, b * b, v[2]! - v[0]!].map((x) => x / (1 + Math.abs(x)))
  }
  for (let n = 0; n < draws; n++) {
    const s = graph.values.slice()
    simulate(graph, s, rng)
    const before = functions(s)
    kernel.step(s, new Float64Array(0), rng, "sampling")
    functions(s).forEach((after, k) => {
      changes[k]![n] = after - before[k]!
    })
  }
  // What never moves has no change to judge.
  const moved = changes.filter((list) => variance(list) > 0)
  return Math.max(...moved.map((list) => Math.abs(mean(list)) / Math.sqrt(variance(list) / draws)))
}

describe("pivot", () => {
  it("keeps the values of the line, and moves it", () => {
    const { graph, match, kernel } = setUp(TEXT)
    const rng = streamFor("pivot", 3, "orbit")
    const s = graph.values.slice()
    simulate(graph, s, rng)
    const line = () =>
      Array.from(match.multiplied, (slot) => s[match.intercept]! + s[match.slope]! * s[slot]!)
    const before = line()
    const slopes = new Set<number>()
    for (let k = 0; k < 200; k++) {
      kernel.step(s, new Float64Array(0), rng, "sampling")
      slopes.add(s[match.slope]!)
    }
    line().forEach((value, j) => {
      expect(value).toBeCloseTo(before[j]!, 8)
    })
    expect(slopes.size).toBe(200)
    expect(Math.min(...slopes) < 0 && Math.max(...slopes) > 0).toBe(true)
  })

  it("leaves draws of everything as they are, and not with another prior", () => {
    const right = setUp(TEXT)
    expect(largestShift(right, right.kernel)).toBeLessThan(MCSE_LIMIT)
    const wrong = setUp(TEXT.replace("dnorm(0.5, 1)", "dnorm(1.5, 3)"))
    expect(largestShift(right, wrong.kernel)).toBeGreaterThan(MCSE_LIMIT)
  })

  it("leaves the intercept alone where the slope multiplies deviations from a mean", () => {
    const text = TEXT.replace("b * v[j]", "b * (v[j] - mean(v))")
    const { graph, match, kernel } = setUp(text)
    const rng = streamFor("pivot", 4, "orbit")
    const s = graph.values.slice()
    simulate(graph, s, rng)
    const intercept = s[match.intercept]!
    const line = () => {
      const v = Array.from(match.multiplied, (slot) => s[slot]!)
      return v.map((one) => s[match.slope]! * (one - (v[0]! + v[1]! + v[2]!) / 3))
    }
    const before = line()
    const slopes = new Set<number>()
    for (let k = 0; k < 200; k++) {
      kernel.step(s, new Float64Array(0), rng, "sampling")
      slopes.add(s[match.slope]!)
    }
    line().forEach((value, j) => {
      expect(value).toBeCloseTo(before[j]!, 8)
    })
    expect(s[match.intercept]).toBe(intercept)
    expect(slopes.size).toBe(200)
    const right = setUp(text)
    expect(largestShift(right, right.kernel)).toBeLessThan(MCSE_LIMIT)
  })

  it("brings back many covariates known with error from a steep line of the wrong sign", () => {
    const rng = streamFor("pivot", 5, "data")
    const x = Array.from({ length: 40 }, () => 2 + drawNormal(rng))
    const data = {
      y: x.map((one) => 1 + 0.8 * one + 0.6 * drawNormal(rng)),
      w: x.map((one) => [one + drawNormal(rng) / 2, one + drawNormal(rng) / 2]),
    }
    const text = `model {
      for (i in 1:40) {
        x[i] ~ dnorm(mux, taux)
        for (j in 1:2) { w[i, j] ~ dnorm(x[i], tauw) }
        y[i] ~ dnorm(a + b * x[i], tau)
      }
      tau ~ dgamma(0.01, 0.01); taux ~ dgamma(0.01, 0.01); tauw ~ dgamma(0.01, 0.01)
      mux ~ dnorm(0, 0.001); a ~ dnorm(0, 0.001); b ~ dnorm(0, 0.001)
    }`
    const { graph } = bugs(text, data)
    const { blocks } = planRelations(graph)
    const pivot = blocks.find(({ sampler }) => sampler === "pivot")!.lowered.match as PivotMatch
    // The precision enters the same children, but not the line.
    expect(slotName(graph, pivot.intercept)).toBe("a")
    const kernels = blocks.map(({ lowered }) => bindRelationBlock(lowered))
    const memory = kernels.map(({ memoryLength }) => new Float64Array(memoryLength))
    const slopes = [0, 1, 2, 3].flatMap((chain) => {
      const s = initialState(bindEngine(graph), new Map(), streamFor("pivot", chain, "start"))
      return Array.from({ length: 500 }, (_, n) => {
        kernels.forEach((kernel, k) => {
          kernel.step(s, memory[k]!, rng, n < 300 ? "warmup" : "sampling")
        })
        return s[pivot.slope]!
      }).slice(300)
    })
    // 0.8 with an sd of about 0.13; from lines that fall chains did not come back.
    expect(Math.min(...slopes)).toBeGreaterThan(0.2)
    expect(Math.max(...slopes)).toBeLessThan(1.5)
  })

  it("leaves the intercept of a curved line to the step of its slope", () => {
    const text = `model {
      for (i in 1:20) { y[i] ~ dpois(exp(a + b * x[i])); x[i] ~ dnorm(m + z[i], 4) }
      m ~ dnorm(0, 1); a ~ dnorm(0, 1); b ~ dnorm(0, 1)
    }`
    const z = Array.from({ length: 20 }, (_, i) => i / 10)
    const { blocks } = bugs(text, { y: z.map((one) => Math.round(Math.exp(one))), z }).plan()
    const curved = blocks.filter(({ sampler }) => sampler === "curvature-block")
    expect(curved.map(({ targets }) => [...targets].sort())).toEqual([
      ["m", "x[i]"],
      ["a", "b"],
    ])
  })

  it("needs an intercept that enters the same children", () => {
    const text = TEXT.replace("a + b", "2 + b").replace("a ~ dnorm(0, 1);", "")
    const samplers = bugs(text, DATA)
      .plan()
      .blocks.map(({ sampler }) => sampler)
    expect(samplers).not.toContain("pivot")
  })
})
