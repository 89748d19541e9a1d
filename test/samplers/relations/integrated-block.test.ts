/** Blocks of many groups: these are integrated out when what they share moves. */
import { describe, expect, it } from "vitest"
import { mcseMean } from "../../../src/diagnostics/mcse-mean.ts"
import { mean } from "../../../src/diagnostics/moments.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import type { CurvatureBlockMatch } from "../../../src/samplers/relations/curvature-block.ts"
import { bindEngine } from "../../../src/samplers/relations/engine.ts"
import {
  bindGroupApproximation,
  createGroupApproximation,
} from "../../../src/samplers/relations/group-approximation.ts"
import { bindIntegratedBlock, findManyGroups } from "../../../src/samplers/relations/integrated-block.ts"
import { MCSE_LIMIT } from "../../kit/goodness-of-fit.ts"

const N = 130
const SIZE = 3
const EFFECTS = `model { for (i in 1:N) { r[i] ~ dbin(p[i], 3); logit(p[i]) <- mu + b[i]; b[i] ~ dnorm(0, 0.5) } mu ~ dnorm(1, 4) }`
const r = Array.from({ length: N }, (_, i) => [0, 1, 3, 2, 3, 3, 1][i % 7]!)

const planOf = (text: string, data: Parameters<typeof bugs>[1]) => {
  const { blocks } = bugs(text, data).plan()
  return blocks.find(({ sampler }) => sampler === "curvature-block")!
}

/** Mean and sd of mu given the counts, effects integrated out, by the trapezoidal rule. */
function exact(priorMean: number): { readonly mean: number; readonly sd: number } {
  const nodes = Array.from({ length: 161 }, (_, k) => (k - 80) / 10)
  const logDensity = (mu: number): number => {
    const byCount = [0, 1, 2, 3].map((count) => {
      let sum = 0
      for (const z of nodes) {
        const p = 1 / (1 + Math.exp(-mu - z / Math.sqrt(0.5)))
        sum += Math.exp(-0.5 * z * z) * p ** count * (1 - p) ** (SIZE - count)
      }
      return Math.log(sum)
    })
    return r.reduce((total, count) => total + byCount[count]!, -2 * (mu - priorMean) ** 2)
  }
  const at = Array.from({ length: 241 }, (_, k) => -0.4 + k / 100)
  const logs = at.map(logDensity)
  const most = Math.max(...logs)
  const weights = logs.map((log) => Math.exp(log - most))
  const total = weights.reduce((a, b) => a + b)
  const first = at.reduce((sum, mu, k) => sum + mu * weights[k]!, 0) / total
  const second = at.reduce((sum, mu, k) => sum + (mu - first) ** 2 * weights[k]!, 0) / total
  return { mean: first, sd: Math.sqrt(second) }
}

/** Draws of mu, from the kernel alone. */
function drawMu(draws: number): Float64Array {
  const { lowered } = planOf(EFFECTS, { N, r })
  const match = (lowered.match as CurvatureBlockMatch).parts[0]!
  const kernel = bindIntegratedBlock(match, bindEngine(lowered.graph))!
  const memory = new Float64Array(kernel.memoryLength)
  const rng = streamFor("integrated", 0, "test")
  const { graph } = lowered
  const s = graph.values.map((value) => (Number.isNaN(value) ? 0.5 : value))
  const { offset } = graph.variables.find(({ name }) => name === "mu")!
  for (let k = 0; k < 260; k++) kernel.step(s, memory, rng, "warmup")
  return Float64Array.from({ length: draws }, () => {
    kernel.step(s, memory, rng, "sampling")
    return s[offset]!
  })
}

describe("many groups", () => {
  it("share what all of them hang on, and nothing else", () => {
    const { lowered } = planOf(EFFECTS, { N, r })
    const match = (lowered.match as CurvatureBlockMatch).parts[0]!
    const groups = findManyGroups(match)!
    expect(groups.count).toBe(N + 1)
    expect(groups.start[1]).toBe(1)
    expect(new Set(groups.columns).size).toBe(N + 1)
  })

  it("are not looked for where there are few", () => {
    const { lowered } = planOf(EFFECTS, { N: 20, r: r.slice(0, 20) })
    const match = (lowered.match as CurvatureBlockMatch).parts[0]!
    expect(findManyGroups(match)).toBeNull()
  })

  it("hold the abilities of many persons, which a discrimination multiplies", () => {
    const text = `model { for (j in 1:N) { theta[j] ~ dnorm(0, 1); for (k in 1:2) { y[j, k] ~ dbern(p[j, k])
      logit(p[j, k]) <- beta * theta[j] - alpha[k] } } beta ~ dnorm(0, 1) T(0,); for (k in 1:2) { alpha[k] ~ dnorm(0, 1) } }`
    const y = Array.from({ length: 410 }, (_, j) => [j % 2, j % 3 === 0 ? 1 : 0])
    expect([...planOf(text, { N: 410, y }).targets].sort()).toEqual(["alpha[k]", "beta", "theta[j]"])
  })

  it("are standardised and back by their own curvature", () => {
    const { lowered } = planOf(EFFECTS, { N, r })
    const match = (lowered.match as CurvatureBlockMatch).parts[0]!
    const groups = findManyGroups(match)!
    const into = createGroupApproximation(match.symbolic, groups)
    const { factorise, standardise, unstandardise } = bindGroupApproximation(match.symbolic, groups)
    into.q.fill(0)
    match.diagonal.forEach((place, k) => {
      into.q[place] = 2 + (k % 3)
    })
    into.gradient.forEach((_, k) => {
      into.gradient[k] = (k % 5) - 2
    })
    into.from.fill(0.25)
    const gradient = into.gradient.slice()
    expect(factorise(into)).toBe(true)
    const z = Float64Array.from(into.gradient, (_, k) => Math.sin(k))
    const u = new Float64Array(z.length)
    unstandardise(into, z, u)
    const column = groups.columns[groups.start[5]!]!
    const curvature = 2 + (column % 3)
    expect(u[column]).toBeCloseTo(
      0.25 + gradient[column]! / curvature + z[column]! / Math.sqrt(curvature),
      12,
    )
    const back = new Float64Array(z.length)
    standardise(into, u, back)
    for (const k of groups.columns.subarray(groups.start[1]!)) expect(back[k]).toBeCloseTo(z[k]!, 12)
  })

  it("leave what they share its exact posterior, and no other", () => {
    const draws = drawMu(500)
    const error = mcseMean([draws])
    const squares = draws.map((mu) => (mu - mean(draws)) ** 2)
    const spread = mcseMean([squares])
    const right = exact(1)
    const wrong = exact(1.6)
    expect(Math.abs(mean(draws) - right.mean) / error).toBeLessThan(MCSE_LIMIT)
    expect(Math.abs(mean(squares) - right.sd ** 2) / spread).toBeLessThan(MCSE_LIMIT)
    expect(Math.abs(mean(draws) - wrong.mean) / error).toBeGreaterThan(MCSE_LIMIT)
  })
})
