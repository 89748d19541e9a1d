/** An augmented graph has the prior that was stated, once its auxiliary variables are forgotten. */
import { describe, expect, it } from "vitest"
import { streamFor } from "../../src/random/stream.ts"
import { makePlan } from "../../src/samplers/plan.ts"
import { asNumber, evaluate } from "../kit/evaluate-expression.ts"
import { fits, testFit } from "../kit/goodness-of-fit.ts"
import { lawsOf } from "../kit/known-laws.ts"
import { simulatorOf, withOwnData } from "../kit/simulate.ts"
import { smallModelOf } from "../kit/small-zoo.ts"

const PROPER = ["Intercept ~ normal(0, 1)", "b ~ normal(0, 1)", "var(residual) ~ inverseGamma(3, 1)"]
const DRAWS = 10_000

function simulate(formula: string, priors: readonly string[]) {
  const model = smallModelOf({ name: formula, formula, priors: [...PROPER, ...priors] })
  const plan = makePlan(withOwnData(model.graph), "gibbs")
  expect(plan.rewrites.length).toBeGreaterThan(0)
  const simulator = simulatorOf(plan.graph, plan.layout)
  const rng = streamFor(formula, priors.length, priors.join())
  const states = Array.from({ length: DRAWS }, () => {
    const state = new Float64Array(plan.layout.length)
    simulator.drawPrior(state, rng)
    return state
  })
  return { plan, states }
}

describe.each([
  ["y ~ x + (1 | g)", ["sd(g) ~ halfT(3, 1.7)"]],
  ["y ~ x + (1 | g)", ["sd(g) ~ halfT(0.8, 2)"]],
  ["y ~ x + (1 | g)", ["sd(g) ~ halfCauchy(0.3)"]],
  ["y ~ x + (x | g)", ["cov(g) ~ huangWand(2, [1.5, 0.2])"]],
  ["y ~ x + (x | g)", ["sd(g) ~ halfT(4, 1)", "sd(g, x) ~ halfT(4, 3)"]],
] as const)("%s with %j", (formula, priors) => {
  const { plan, states } = simulate(formula, priors)

  it("every spread has its stated law", () => {
    const laws = lawsOf(plan).filter(({ name }) => name.startsWith("sd["))
    expect(laws).toHaveLength(formula.includes("(x |") ? 2 : 1)
    for (const law of laws) {
      const draws = Float64Array.from(states, (state) => law.read(state)[0]!)
      expect(fits(testFit(draws, law.cdf)), law.name).toBe(true)
    }
  })
})

it("Huang–Wand with 2 degrees of freedom: the correlation is uniform", () => {
  const { plan, states } = simulate("y ~ x + (x | g)", ["cov(g) ~ huangWand(2, 1)"])
  const correlation = plan.graph.quantities.find(({ name }) => name === "cor[g,(Intercept),x]")!.value
  const { graph, layout } = plan
  const draws = Float64Array.from(states, (state) =>
    asNumber(evaluate(correlation, { graph, layout, state, variables: {} })),
  )
  expect(fits(testFit(draws, (x) => Math.min(1, Math.max(0, (x + 1) / 2))))).toBe(true)
})
