import { describe, expect, it } from "vitest"
import { lowerPlan } from "../../src/samplers/plan.ts"
import { bindLowered } from "../../src/samplers/registry.ts"
import { bindMutant, inflate, MUTATIONS } from "../kit/mutate.ts"
import { methodsFor, SMALL_ZOO, smallModelOf } from "../kit/small-zoo.ts"
import { brokenLaws } from "../kit/stationarity.ts"

/** A replicate of the collapsed sampler fits its proposal anew; the slow tier has 20,000 of all. */
const REPLICATES = { gibbs: 350, blocked: 350, collapsed: 250 } as const
/** What it takes to see half a degree of freedom. */
const MUTANT_REPLICATES = 2500

describe.each(SMALL_ZOO)("one sweep leaves the posterior unchanged: $name", (specimen) => {
  it.each(methodsFor(specimen))("%s", (method) => {
    const options = { replicates: REPLICATES[method], seed: specimen.name }
    expect(brokenLaws(smallModelOf(specimen), method, options)).toEqual([])
  })
})

describe("a wrong full conditional does not", () => {
  it.each(MUTATIONS)("$family: $name", (mutation) => {
    const specimen = SMALL_ZOO.find((candidate) =>
      lowerPlan(smallModelOf(candidate).plan("gibbs")).some((block) => bindMutant(block, mutation)),
    )!
    const model = smallModelOf(specimen)
    lowerPlan(model.plan("gibbs")).forEach((block, target) => {
      if (bindMutant(block, mutation) === undefined) return
      const broken = brokenLaws(model, "gibbs", {
        replicates: MUTANT_REPLICATES,
        seed: specimen.name,
        replace: (own, k) => (k === target ? bindMutant(own, mutation) : undefined),
      })
      expect(broken, `${specimen.name}, block ${target + 1}`).not.toEqual([])
    })
  })

  it.each(["blocked", "collapsed"] as const)("%s: draws 20 % too large", (method) => {
    const [specimen] = SMALL_ZOO
    const broken = brokenLaws(smallModelOf(specimen!), method, {
      replicates: REPLICATES[method],
      seed: specimen!.name,
      replace: (block) =>
        block.sampler === "conjugate" ? undefined : inflate(bindLowered(block, { interpreted: true }), 1.2),
    })
    expect(broken).not.toEqual([])
  })
})
