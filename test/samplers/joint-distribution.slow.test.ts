/** Geweke's joint-distribution test at length: every method, and every mutation of every block of every model. */
import { describe, expect, it } from "vitest"
import { lowerPlan } from "../../src/samplers/plan.ts"
import { MCSE_LIMIT } from "../kit/goodness-of-fit.ts"
import { compareSimulators, disagreements } from "../kit/joint-distribution.ts"
import { bindMutant, MUTATIONS } from "../kit/mutate.ts"
import { methodsFor, SMALL_ZOO, smallModelOf } from "../kit/small-zoo.ts"

describe.each(SMALL_ZOO)("$name", (specimen) => {
  const model = smallModelOf(specimen)

  it.each(methodsFor(specimen))("%s: both simulators agree", (method) => {
    const length = method === "gibbs" ? 100_000 : 20_000
    const options = { seed: `${specimen.name}, long`, independent: length, iterations: length }
    expect(disagreements(compareSimulators(model, method, options), MCSE_LIMIT)).toEqual([])
  })

  it.each(MUTATIONS)("$family, $name: found in every block", (mutation) => {
    lowerPlan(model.plan("gibbs")).forEach((block, target) => {
      if (bindMutant(block, mutation) === undefined) return
      const comparisons = compareSimulators(model, "gibbs", {
        seed: specimen.name,
        independent: 5000,
        iterations: 20_000,
        replace: (own, k) => (k === target ? bindMutant(own, mutation) : undefined),
      })
      expect(disagreements(comparisons, MCSE_LIMIT), `block ${target + 1}`).not.toEqual([])
    })
  })
})
