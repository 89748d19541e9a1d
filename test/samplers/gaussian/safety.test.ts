/** The collapsed sampler where its proposal is wrong, or a bound of the prior lies near the mode. */
import { describe, expect, it } from "vitest"
import type { LoweredCollapsed } from "../../../src/samplers/gaussian/collapsed.ts"
import { expectExact, GROUPS, run, SWEEPS } from "../../kit/collapsed-one-way.ts"
import { halfTSd, uniformSd } from "../../kit/one-way-quadrature.ts"

it("uniform priors, their bounds near the mode", () => {
  const groups = GROUPS["two groups"]
  const result = run(groups, ["sd(g) ~ uniform(0, 1)", "sd(residual) ~ uniform(0, 0.5)"])
  expectExact(result, groups, { group: uniformSd(1), residual: uniformSd(0.5) }, 0.1 * SWEEPS)
  expect(result.moved).toBeGreaterThan(0.5)
})

describe("a proposal that is wrong", () => {
  const groups = GROUPS["two groups"]
  const priors = ["sd(g) ~ halfT(3, 2)", "sd(residual) ~ halfT(3, 1)"]
  const exact = { group: halfTSd(3, 2), residual: halfTSd(3, 1) }
  const wrong = (shift: number, scale: number) => (lowered: LoweredCollapsed) => ({
    ...lowered,
    proposal: {
      centre: lowered.proposal.centre.map((value) => value + shift),
      factor: lowered.proposal.factor.map((value) => value * scale),
    },
  })

  it.each([
    ["far too wide", 0, 40],
    ["far too narrow", 0, 0.02],
    ["elsewhere", 8, 1],
  ])("%s: it is fitted anew in warm-up", (_, shift, scale) => {
    const result = run(groups, priors, wrong(shift, scale))
    expectExact(result, groups, exact, 0.1 * SWEEPS)
    expect(result.notes).toEqual([])
  })

  it("short of warm-up, slices do: exact, and said", () => {
    // The first look at the acceptance rate, before anything is fitted.
    const result = run(groups, priors, wrong(0, 25), 100)
    expectExact(result, groups, exact, 0.1 * SWEEPS)
    expect(result.notes.length).toBe(2)
    expect(result.notes[0]).toContain("slice sampling")
  })
})
