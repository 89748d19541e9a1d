/** Many normal numbers: integrated out one by one when what they share moves. */
import { describe, expect, it } from "vitest"
import { startChain } from "../../../src/chains/chain.ts"
import { chooseElements, makeGraphRunSpec } from "../../../src/chains/sample-graph.ts"
import { mcseMean } from "../../../src/diagnostics/mcse-mean.ts"
import { mean } from "../../../src/diagnostics/moments.ts"
import { normalCdf } from "../../../src/math/normal-cdf.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import type { CurvatureBlockMatch } from "../../../src/samplers/relations/curvature-block.ts"
import { buildNetwork } from "../../../src/samplers/relations/dependents.ts"
import { bindEngine, withInterpreter } from "../../../src/samplers/relations/engine.ts"
import { findManyGroups } from "../../../src/samplers/relations/integrated-block.ts"
import { bindLatticeDraws } from "../../../src/samplers/relations/lattice-draws.ts"
import { bindLatticeSums } from "../../../src/samplers/relations/lattice-sums.ts"
import { bindQuadratureBlock } from "../../../src/samplers/relations/quadrature-block.ts"
import { classifyScalars } from "../../../src/samplers/relations/scalar-classes.ts"
import { findScalarGroups } from "../../../src/samplers/relations/scalar-groups.ts"
import { MCSE_LIMIT } from "../../kit/goodness-of-fit.ts"
import { disagreements } from "../../kit/joint-distribution.ts"
import { compareRelationSimulators } from "../../kit/relation-geweke.ts"

const N = 130
/** Answers to two items, one of them in three categories; some persons answer the first only. */
const ITEMS = (prior: string) => `model {
  for (j in 1:N) {
    theta[j] ~ dnorm(mu, tau)
    y[j] ~ dbern(p[j]); logit(p[j]) <- delta * theta[j] - 0.5
    z[j] ~ dcat(q[j, ])
    q[j, 1] <- phi(-1 - theta[j]); q[j, 2] <- 1 - q[j, 1] - q[j, 3]; q[j, 3] <- phi(theta[j] - a)
  }
  mu ~ ${prior}; tau ~ dgamma(3, 2); a ~ dnorm(1, 4) T(-1, ); delta ~ dnorm(0, 1) T(0, )
}`
const PRIOR = "dnorm(0.2, 4)"
const data = {
  N,
  y: Array.from({ length: N }, (_, j) => (j % 3 === 0 ? 1 : 0)),
  z: Array.from({ length: N }, (_, j) => [1, 2, 2, 3, 2][j % 5]!),
}

const planOf = (prior = PRIOR) => bugs(ITEMS(prior), data).plan()

function bind() {
  const { lowered } = planOf().blocks.find(({ sampler }) => sampler === "curvature-block")!
  const match = (lowered.match as CurvatureBlockMatch).parts[0]!
  const { graph } = lowered
  const engine = bindEngine(graph)
  const scalars = findScalarGroups(match, findManyGroups(match)!, buildNetwork(graph), engine)!
  const slotOf = (name: string) => graph.variables.find((one) => one.name === name)!.offset
  const stateAt = (mu: number, tau: number, delta: number): Float64Array => {
    const s = graph.values.slice()
    s.fill(0, slotOf("theta"), slotOf("theta") + N)
    for (const [name, value] of Object.entries({ mu, tau, delta, a: 0.8 })) s[slotOf(name)] = value
    return s
  }
  return { match, graph, engine, scalars, slotOf, stateAt }
}

/** Log density of person j's answers and ability. */
function logPerson(j: number, x: number, mu: number, tau: number, delta: number): number {
  const eta = delta * x - 0.5
  const q1 = normalCdf(-1 - x)
  const q3 = normalCdf(x - 0.8)
  const q = [q1, 1 - q1 - q3, q3][data.z[j]! - 1]!
  const p = 1 / (1 + Math.exp(data.y[j] === 1 ? -eta : eta))
  return Math.log(p * Math.max(q, 0)) + 0.5 * Math.log(tau / (2 * Math.PI)) - 0.5 * tau * (x - mu) ** 2
}

describe("numbers that are integrated out one by one", () => {
  it("fall into classes with equal answers", () => {
    const { scalars, stateAt } = bind()
    const { count, sizes } = classifyScalars(scalars, stateAt(0, 1, 1))
    expect(count).toBe(6)
    expect(sizes.reduce((a, b) => a + b)).toBe(N)
  })

  it("have the integral that a fine grid gives, wherever the search for it starts", () => {
    const { scalars, engine, stateAt } = bind()
    const sums = bindLatticeSums(scalars, engine)
    for (const [mu, tau, delta] of [
      [0, 1, 1],
      [-0.4, 30, 0.2],
      [0.3, 2.5, 6],
    ] as const) {
      const s = stateAt(mu, tau, delta)
      const classes = classifyScalars(scalars, s)
      const nodes = Array.from({ length: 701 }, (_, k) => mu + (k - 350) / 50 / Math.sqrt(tau))
      let exact = 0
      for (let j = 0; j < N; j++) {
        const sum = nodes.reduce((total, x) => total + Math.exp(logPerson(j, x, mu, tau, delta)), 0)
        exact += Math.log(sum / 50 / Math.sqrt(tau))
      }
      for (const says of [0, 3, 40]) {
        const linear = new Float64Array(N).fill(0.5 * says)
        const curvature = new Float64Array(N).fill(says)
        expect(sums.sum(s, classes, linear, curvature) / exact).toBeCloseTo(1, 8)
        sums.read(linear, curvature)
        expect(sums.sum(s, classes, linear, curvature) / exact).toBeCloseTo(1, 8)
      }
    }
  })

  it("are drawn from their distribution given the rest", () => {
    const { scalars, engine, stateAt } = bind()
    const s = stateAt(0.2, 1.5, 2)
    const classes = classifyScalars(scalars, s)
    const sums = bindLatticeSums(scalars, engine)
    const says = new Float64Array(N)
    sums.sum(s, classes, says, says)
    const draw = bindLatticeDraws(scalars, sums.lattice)
    const rng = streamFor("lattice", 0, "test")
    const draws = Array.from({ length: 200 }, () => {
      draw(s, classes, rng)
      return s[scalars.slots[4]!]!
    })
    const j = scalars.instances[4]!
    const nodes = Array.from({ length: 1001 }, (_, k) => (k - 500) / 80)
    const weights = nodes.map((x) => Math.exp(logPerson(j, x, 0.2, 1.5, 2)))
    const total = weights.reduce((a, b) => a + b)
    for (const f of [(x: number) => x, (x: number) => x * x]) {
      const exact = nodes.reduce((sum, x, k) => sum + f(x) * weights[k]!, 0) / total
      const own = Float64Array.from(draws, f)
      expect(Math.abs(mean(own) - exact) / mcseMean([own])).toBeLessThan(MCSE_LIMIT)
      expect(Math.abs(mean(own) - exact - 0.3) / mcseMean([own])).toBeGreaterThan(MCSE_LIMIT)
    }
  })

  it("change nothing else by being drawn, nor by code that is interpreted", () => {
    const run = (effects: "drawn" | "left", interpreted: boolean): Float64Array => {
      const { match, graph, engine, stateAt } = bind()
      const make = () => bindQuadratureBlock(match, bindEngine(interpreted ? { ...graph } : engine.graph))!
      const kernel = interpreted ? withInterpreter(make) : make()
      const memory = new Float64Array(kernel.memoryLength)
      const s = stateAt(0, 1, 1)
      const rng = streamFor("late", 0, "test")
      const own = effects === "drawn" ? streamFor("effects", 0, "test") : null
      for (let k = 0; k < 12; k++) kernel.step(s, memory, rng, k < 8 ? "warmup" : "sampling", own)
      const late = new Set(kernel.late)
      return s.filter((_, slot) => !late.has(slot))
    }
    const drawn = run("drawn", false)
    expect(run("left", false)).toEqual(drawn)
    expect(run("left", true)).toEqual(drawn)
  })

  it("go on from their memory as if they had not stopped", () => {
    const { match, engine, stateAt } = bind()
    const kernel = bindQuadratureBlock(match, engine)!
    const memory = new Float64Array(kernel.memoryLength)
    const s = stateAt(0, 1, 1)
    const rng = streamFor("resume", 0, "test")
    for (let k = 0; k < 60; k++) kernel.step(s, memory, rng, k < 45 ? "warmup" : "sampling")
    const [again, memoryAgain, rngAgain] = [s.slice(), memory.slice(), rng.clone()]
    const other = bindQuadratureBlock(match, engine)!
    for (let k = 0; k < 5; k++) {
      kernel.step(s, memory, rng, "sampling")
      other.step(again, memoryAgain, rngAgain, "sampling")
    }
    expect(again).toEqual(s)
    expect(memoryAgain).toEqual(memory)
  })

  it("leave the joint distribution as it is, and no other", () => {
    const few = { N, y: data.y }
    const text = (prior: string) => `model { for (j in 1:N) { theta[j] ~ dnorm(mu, tau)
      y[j] ~ dbern(p[j]); logit(p[j]) <- theta[j] - 0.5 } mu ~ ${prior}; tau ~ dgamma(3, 2) }`
    const { graph } = bugs(text(PRIOR), few)
    const options = { seed: "quadrature", draws: 500 }
    const plan = bugs(text(PRIOR), few).plan()
    expect(disagreements(compareRelationSimulators(graph, plan, options), MCSE_LIMIT)).toEqual([])
    const wrong = bugs(text("dnorm(1.2, 4)"), few).plan()
    expect(disagreements(compareRelationSimulators(graph, wrong, options), MCSE_LIMIT)).not.toEqual([])
  })

  it("are drawn in every sweep where another sampler moves them too, whoever looks at them", () => {
    const model = bugs(ITEMS(PRIOR), data)
    const plan = model.plan()
    expect(plan.blocks.map(({ sampler }) => sampler)).toContain("scaling")
    const drawMu = (monitored: readonly string[]): number[] => {
      const run = { chains: 1, draws: 5, warmup: 5, thin: 2, seed: 3 }
      const spec = makeGraphRunSpec(model, plan, run, chooseElements(model.graph, monitored))
      const chain = startChain(spec, 0)
      const record = new Float64Array(200)
      const at = bind().slotOf("mu")
      return Array.from({ length: 5 }, () => {
        while (!chain.advance(record));
        return chain.state[at]!
      })
    }
    expect(drawMu(["mu"])).toEqual(drawMu(["mu", "theta"]))
  })
})
