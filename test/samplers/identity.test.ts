import { describe, expect, it } from "vitest"
import { lowerDesign } from "../../src/models/formula/lower.ts"
import { parsePrior } from "../../src/models/formula/priors.ts"
import { resolvePriors } from "../../src/models/formula/resolve-priors.ts"
import { streamFor } from "../../src/random/stream.ts"
import { lowerPlan, makePlan, type Plan } from "../../src/samplers/plan.ts"
import { bindLowered } from "../../src/samplers/registry.ts"
import { identityDefect } from "../kit/identity.ts"
import { bindMutant, MUTATIONS } from "../kit/mutate.ts"
import { modelOf, ZOO } from "../kit/zoo.ts"

/**
 * The acceptance is 1e-8. Sums of some hundred terms come out to about 1e-13; a predictor near 1970 whose slope alone is
 * moved far away takes three digits more.
 */
const TOLERANCE = 1e-9

function checkPlan(plan: Plan, name: string): void {
  lowerPlan(plan).forEach((block, k) => {
    it(plan.blocks[k]!.targets[0]!, () => {
      const rng = streamFor("identity", k, name)
      expect(identityDefect(plan, plan.blocks[k]!.targets[0]!, bindLowered(block), rng)).toBeLessThan(
        TOLERANCE,
      )
    })
  })
}

describe.each(ZOO)("log joint − log conditional is constant: $name", (specimen) => {
  checkPlan(modelOf(specimen).plan("gibbs"), specimen.name)
})

describe("log joint − log conditional is constant: a level without rows", () => {
  const { design } = modelOf(ZOO.find(({ name }) => name === "crossed with slopes")!)
  const random = design.random.map((term) => ({ ...term, levels: [...term.levels, "nowhere"] }))
  const emptyLevel = { ...design, random }
  checkPlan(makePlan(lowerDesign(emptyLevel, resolvePriors(emptyLevel, [])), "gibbs"), "empty level")

  it("has the prior as conditional", () => {
    const priors = resolvePriors(emptyLevel, [parsePrior("cov(g) ~ fixed([[2, 0.5], [0.5, 1]])")])
    const plan = makePlan(lowerDesign(emptyLevel, priors), "gibbs")
    const k = plan.blocks.findIndex(({ targets }) => targets[0] === "u[g]")
    const kernel = bindLowered(lowerPlan(plan)[k]!)
    const { offset, stride, members } = plan.layout.slots["u[g]"]!
    const last = offset + stride * (members - 1)
    const state = new Float64Array(plan.layout.length).fill(1)
    const at = (a: number, b: number): number => {
      state[last] = a
      state[last + 1] = b
      return kernel.logConditional!(state)
    }
    // Inverse of the covariance: [[1, −0.5], [−0.5, 2]] / 1.75.
    const form = (a: number, b: number) => (a * a - a * b + 2 * b * b) / 1.75
    expect(at(0.3, -0.8) - at(0, 0)).toBeCloseTo(-0.5 * form(0.3, -0.8), 10)
    expect(at(-2, 1.5) - at(0, 0)).toBeCloseTo(-0.5 * form(-2, 1.5), 10)
  })
})

describe("a wrong full conditional is found", () => {
  it.each(MUTATIONS)("$family: $name", (mutation) => {
    let tried = 0
    for (const specimen of ZOO) {
      const plan = modelOf(specimen).plan("gibbs")
      lowerPlan(plan).forEach((block, k) => {
        const mutant = bindMutant(block, mutation)
        if (mutant === undefined) return
        tried++
        const rng = streamFor("mutant", k, specimen.name)
        expect(identityDefect(plan, plan.blocks[k]!.targets[0]!, mutant, rng)).toBeGreaterThan(
          100 * TOLERANCE,
        )
      })
    }
    expect(tried).toBeGreaterThan(5)
  })
})

it("the zoo has every family of conditional and every sampler", () => {
  const explained = ZOO.flatMap((specimen) => {
    const plan = modelOf(specimen).plan("gibbs")
    return plan.blocks.map(({ assignment }) => ({
      sampler: assignment.sampler,
      family: assignment.explain(plan.graph).conditional?.family,
    }))
  })
  expect(new Set(explained.map(({ sampler }) => sampler))).toEqual(new Set(["conjugate", "slice"]))
  expect(new Set(explained.map(({ family }) => family))).toEqual(
    new Set(["normal", "multivariateNormal", "inverseGamma", "inverseWishart", undefined]),
  )
})
