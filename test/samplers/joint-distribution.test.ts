/** Geweke's joint-distribution test in a length that finds every mutation; all mutations of all models are in the slow tier. */
import { describe, expect, it } from "vitest"
import { lowerPlan } from "../../src/samplers/plan.ts"
import { bindLowered } from "../../src/samplers/registry.ts"
import { MCSE_LIMIT } from "../kit/goodness-of-fit.ts"
import { compareSimulators, disagreements } from "../kit/joint-distribution.ts"
import { bindMutant, inflate, MUTATIONS } from "../kit/mutate.ts"
import { methodsFor, SMALL_ZOO, smallModelOf } from "../kit/small-zoo.ts"

const LENGTH = { independent: 2500, iterations: 4500 }
/** A joint method reduces the rows anew for every data set: fewer iterations, which mix better, do. */
const JOINT_LENGTH = { independent: 1500, iterations: 1500 }

describe.each(SMALL_ZOO)("$name", (specimen) => {
  const model = smallModelOf(specimen)
  const options = { seed: specimen.name, ...LENGTH }

  it("gibbs: both simulators agree, and not when a full conditional is wrong", () => {
    expect(disagreements(compareSimulators(model, "gibbs", options), MCSE_LIMIT)).toEqual([])
    // The last block that the first fitting mutation is about: effects, or what comes nearest.
    const blocks = lowerPlan(model.plan("gibbs"))
    const target = blocks.findIndex((block) => MUTATIONS.some((m) => bindMutant(block, m) !== undefined))
    const mutation = MUTATIONS.find((m) => bindMutant(blocks[target]!, m) !== undefined)!
    const mutated = compareSimulators(model, "gibbs", {
      ...options,
      replace: (block, k) => (k === target ? bindMutant(block, mutation) : undefined),
    })
    expect(disagreements(mutated, MCSE_LIMIT), `${mutation.name} in block ${target + 1}`).not.toEqual([])
  })
})

describe.each(SMALL_ZOO.slice(0, 1))("$name", (specimen) => {
  const model = smallModelOf(specimen)
  const options = { seed: specimen.name, ...JOINT_LENGTH }

  it.each(methodsFor(specimen).filter((method) => method !== "gibbs"))(
    "%s: both simulators agree, and not when draws are 20 % too large",
    (method) => {
      expect(disagreements(compareSimulators(model, method, options), MCSE_LIMIT)).toEqual([])
      const inflated = compareSimulators(model, method, {
        ...options,
        replace: (block) =>
          block.sampler === "conjugate" ? undefined : inflate(bindLowered(block, { interpreted: true }), 1.2),
      })
      expect(disagreements(inflated, MCSE_LIMIT)).not.toEqual([])
    },
  )
})
