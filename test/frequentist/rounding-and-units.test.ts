/** Fits hold whatever the unit of a covariate and the origin of the response. */

import { describe, expect, it } from "vitest"
import { OptionError } from "../../src/core/errors.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { drawNormal } from "../../src/random/normal.ts"
import { streamFor } from "../../src/random/stream.ts"

const rng = streamFor("rounding-and-units", 0, "test")
const rows = 80
const g = Array.from({ length: rows }, (_, i) => `g${i % 10}`)
const effect = Array.from({ length: 10 }, () => drawNormal(rng))
const x = Array.from({ length: rows }, () => drawNormal(rng))
const dose = Array.from({ length: rows }, (_, i) => 1 + (i % 7))
const y = x.map((value, i) => value + effect[i % 10]! + Math.exp(-0.2 * dose[i]!) * drawNormal(rng))

describe("variance functions", () => {
  it("give the same fit in whatever unit the covariate is", () => {
    const fit = reml("y ~ x + (1 | g)", { y, x, g, dose }, { weights: "varExp(dose)" })
    const delta = fit.residual!.varExp as number
    for (const unit of [1e-3, 150, 1e6]) {
      const scaled = reml(
        "y ~ x + (1 | g)",
        { y, x, g, dose: dose.map((value) => value * unit) },
        { weights: "varExp(dose)" },
      )
      expect(scaled.converged, `unit ${unit}`).toBe(true)
      expect(scaled.criterion).toBeCloseTo(fit.criterion, 7)
      expect((scaled.residual!.varExp as number) * unit).toBeCloseTo(delta, 4)
    }
  })
})

describe("a response far from zero", () => {
  it("is fitted as its distance from there is", () => {
    const near = reml("y ~ x + (1 | g)", { y, x, g })
    const far = reml("y ~ x + (1 | g)", { y: y.map((value) => value + 1e12), x, g })
    expect(far.fixed[1]!.estimate).toBeCloseTo(near.fixed[1]!.estimate, 3)
    expect(far.sigma).toBeCloseTo(near.sigma, 3)
  })
  it("is refused when the fixed effects alone reproduce it", () => {
    const exact = x.map((value) => 1e12 + 3 * value)
    expect(() => reml("y ~ x + (1 | g)", { y: x.map((value) => 0.1 + 3 * value), x, g })).toThrow(/exactly/)
    expect(() => reml("y ~ x + (1 | g)", { y: exact.map(() => 1e12 / 3), x, g })).toThrow(/exactly/)
  })
})

describe("refit", () => {
  it("is the fit of the same model to another response", () => {
    const other = y.map((value, i) => value + 0.5 * x[(i + 3) % rows]!)
    const weights = { weights: "dose" }
    const again = reml("y ~ x + (1 | g)", { y, x, g, dose }, weights).refit(other)
    const anew = reml("y ~ x + (1 | g)", { y: other, x, g, dose }, weights)
    expect(again.criterion).toBeCloseTo(anew.criterion, 9)
    const structured = { method: "ML", residual: "cs(1 | g)", weights: ["dose", "varExp(x)"] } as const
    const first = reml("y ~ x", { y, x, g, dose }, structured)
    const second = reml("y ~ x", { y: other, x, g, dose }, structured)
    expect(first.refit(other).criterion).toBeCloseTo(second.criterion, 7)
    expect(first.refit(other).method).toBe("ML")
  })
  it("refuses a response of another length", () => {
    const fit = reml("y ~ x + (1 | g)", { y, x, g })
    expect(() => fit.refit(y.slice(1))).toThrow(OptionError)
  })
})

it("refuses a method by another name", () => {
  for (const method of ["reml", "ml", "REM"]) {
    const options = JSON.parse(`{"method": "${method}"}`)
    expect(() => reml("y ~ x + (1 | g)", { y, x, g }, options)).toThrow(/expected "REML" or "ML"/)
  }
})

it("refuses options of other programs", () => {
  const options = JSON.parse('{"REML": false}')
  expect(() => reml("y ~ x + (1 | g)", { y, x, g }, options)).toThrow('no option is called "REML"')
})
