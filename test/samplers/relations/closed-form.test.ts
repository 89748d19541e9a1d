/** Draws of models of relations against exact posteriors. */
import { describe, expect, it } from "vitest"
import { mcseMean } from "../../../src/diagnostics/mcse-mean.ts"
import { mean } from "../../../src/diagnostics/moments.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { bindEngine } from "../../../src/samplers/relations/engine.ts"
import { initialState } from "../../../src/samplers/relations/initial-state.ts"
import { bindRelationBlock } from "../../../src/samplers/relations/registry.ts"
import { MCSE_LIMIT } from "../../kit/goodness-of-fit.ts"
import { logJointOf, refresh } from "../../kit/relation-joint.ts"
import { RELATION_ZOO } from "../../kit/relation-zoo.ts"

const DRAWS = 4000

/** Draws of the one unknown number of a model, and its posterior mean and second moment by quadrature. */
function compare(text: string, data: Parameters<typeof bugs>[1], target: string, from: number, to: number) {
  const { graph, plan } = bugs(text, data)
  const slot = graph.variables.find(({ name }) => name === target)!.offset
  const rng = streamFor(text, 0, "closed form")
  const s = initialState(bindEngine(graph), new Map(), rng)
  const kernels = plan().blocks.map(({ lowered }) => bindRelationBlock(lowered))
  const memories = kernels.map(({ memoryLength }) => new Float64Array(memoryLength))
  const draws = new Float64Array(DRAWS)
  for (let n = -200; n < DRAWS; n++) {
    for (const [k, kernel] of kernels.entries())
      kernel.step(s, memories[k]!, rng, n < 0 ? "warmup" : "sampling")
    if (n >= 0) draws[n] = s[slot]!
  }
  // The midpoint rule on a fine grid, from the joint density of the interpreter.
  const steps = 4000
  const h = (to - from) / steps
  const grid = Float64Array.from({ length: steps }, (_, k) => from + (k + 0.5) * h)
  const logs = grid.map((x) => {
    s[slot] = x
    refresh(graph, s)
    return logJointOf(graph, s).value
  })
  const largest = logs.reduce((a, b) => Math.max(a, b), -Infinity)
  const weights = logs.map((log) => Math.exp(log - largest))
  const total = weights.reduce((a, b) => a + b, 0)
  const moment = (f: (x: number) => number) => grid.reduce((sum, x, k) => sum + f(x) * weights[k]!, 0) / total
  return [(x: number) => x, (x: number) => x * x].map((f) => {
    const values = draws.map(f)
    return (mean(values) - moment(f)) / mcseMean([values])
  })
}

describe("one number", () => {
  it.each([
    ["dunif(0, 10), dnorm of pow(x, -2)", 0, 10],
    ["dt(0, 0.2, 3) T(0, ), dexp of 1 / x^2", 0, 40],
    ["dinvgamma(3, 1) T(0.1, 4), dnorm of 1 / (w[i] * x)", 0.1, 4],
    ["upper end of uniform children, flat", 1, 20],
    ["a truncated normal", 0, 2],
    ["lognormal children", -1, 2],
    ["dunif(0.1, 0.8), b[i] ~ dbin(A, 3) of 1 - x", 0.1, 0.8],
  ] as const)("%s", (name, from, to) => {
    const { text, data, target } = RELATION_ZOO.find((one) => one.name === name)!
    for (const z of compare(text, data, target, from, to)) expect(Math.abs(z)).toBeLessThan(MCSE_LIMIT)
  })

  it("whose children are censored: what is known of them is that they lie beyond", () => {
    // With one exponential seen at 1 and one beyond 5 the posterior is Gamma(2, 7).
    const { graph, plan } = bugs("model { for (i in 1:2) { t[i] ~ dexp(x) I(c[i], ) } x ~ dgamma(1, 1) }", {
      t: [1, Number.NaN],
      c: [0, 5],
    })
    const slot = graph.variables.find(({ name }) => name === "x")!.offset
    const rng = streamFor("censored", 0, "closed form")
    const s = initialState(bindEngine(graph), new Map(), rng)
    const kernels = plan().blocks.map(({ lowered }) => bindRelationBlock(lowered))
    const draws = new Float64Array(DRAWS)
    for (let n = 0; n < DRAWS; n++) {
      for (const kernel of kernels) kernel.step(s, new Float64Array(kernel.memoryLength), rng, "sampling")
      draws[n] = s[slot]!
    }
    expect(Math.abs(mean(draws) - 2 / 7) / mcseMean([draws])).toBeLessThan(MCSE_LIMIT)
  })

  it("known by its interval far out in the tail", () => {
    const zs = compare("model { k ~ dinterval(x, 7); x ~ dnorm(0, 1) }", { k: 1 }, "x", 7, 12)
    for (const z of zs) expect(Math.abs(z)).toBeLessThan(MCSE_LIMIT)
  })

  it("an sd far beyond its flat prior", () => {
    const zs = compare(
      "model { for (i in 1:6) { y[i] ~ dnorm(0, pow(x, -2)) } x ~ dunif(0, 0.2) }",
      { y: [40, -60, 35, 51, -45, 70] },
      "x",
      0.1999,
      0.2,
    )
    for (const z of zs) expect(Math.abs(z)).toBeLessThan(MCSE_LIMIT)
  })
})
