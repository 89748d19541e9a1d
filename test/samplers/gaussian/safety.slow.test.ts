/** The collapsed sampler on posteriors of unpleasant shapes, against quadrature. */
import { describe, expect, it } from "vitest"
import { expectExact, GROUPS, run, SWEEPS } from "../../kit/collapsed-one-way.ts"
import { halfCauchySd, uniformSd } from "../../kit/one-way-quadrature.ts"

describe.each(Object.entries(GROUPS))("%s", (_, groups) => {
  it("half-Cauchy priors, wide", () => {
    const priors = ["sd(g) ~ halfCauchy(10)", "sd(residual) ~ halfCauchy(1)"]
    const result = run(groups, priors)
    expectExact(result, groups, { group: halfCauchySd(10), residual: halfCauchySd(1) }, 0.1 * SWEEPS)
    expect(result.notes).toEqual([])
  })

  it("uniform priors, their bounds near the mode", () => {
    const priors = ["sd(g) ~ uniform(0, 1)", "sd(residual) ~ uniform(0, 0.5)"]
    const result = run(groups, priors)
    expectExact(result, groups, { group: uniformSd(1), residual: uniformSd(0.5) }, 0.1 * SWEEPS)
    expect(result.moved).toBeGreaterThan(0.5)
  })
})
