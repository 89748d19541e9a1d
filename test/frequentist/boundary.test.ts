import { describe, expect, it } from "vitest"
import { steepestBoundaryDirection, stepOffBoundary } from "../../src/frequentist/boundary.ts"
import { countTheta, packTheta, toInternal, unpackTheta } from "../../src/frequentist/covariance-factor.ts"
import { createCriterion, evaluateCriterion, evaluateTheta } from "../../src/frequentist/criterion.ts"
import { fitLmm } from "../../src/frequentist/fit-lmm.ts"
import { createSystem } from "../../src/frequentist/lmm-system.ts"
import { optimiseTheta } from "../../src/frequentist/optimise-theta.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { buildDesign } from "../../src/models/formula/build-design.ts"
import { loadCsv } from "../kit/load-csv.ts"
import { mixedDesigns } from "../kit/mixed-designs.ts"

const radonFormula = "log_radon ~ floor * log_uranium + (floor | county)"
const grunfeldFormula = "invest ~ value + capital + (value + capital | firm)"

describe("data that trap optimisers", () => {
  it("radon with a group-level predictor: 2126.579375, from the usual start and from the trap", async () => {
    const design = buildDesign(radonFormula, await loadCsv("radon.csv"))
    // The trap: an intercept variance of exactly zero, where the criterion is 2132.2351.
    for (const start of [undefined, [0, 0, 0.36], [0, 0.36, 0], [0, 0, 0], [1e-8, 0, 0.36]]) {
      const fit = fitLmm(design, start === undefined ? {} : { start: Float64Array.from(start) })
      expect(fit.criterion).toBeCloseTo(2126.579375, 5)
      expect(fit.converged).toBe(true)
      expect(fit.singular).toBe(false)
    }
    const fit = fitLmm(design)
    const [intercept, floor, pair] = fit.varcorr
    expect(intercept).toMatchObject({ group: "county", term: "(Intercept)" })
    expect("sd" in intercept! && intercept.sd).toBeCloseTo(0.124, 3)
    expect("sd" in floor! && floor.sd).toBeCloseTo(0.307, 3)
    expect("cor" in pair! && pair.cor).toBeCloseTo(0.41, 3)
  })

  it("Grunfeld slopes: 2297.715543 and rank 2, from several starts", async () => {
    const design = buildDesign(grunfeldFormula, await loadCsv("grunfeld.csv"))
    const usual = [0.371687854, -0.001283932794, -0.002551211842, 0, 0.001505896086, 0.000555844546]
    for (const start of [undefined, usual, [0, 0, 0, 0, 0, 0], [1, 0, 0, 1, 0, 1]]) {
      const fit = fitLmm(design, start === undefined ? {} : { start: Float64Array.from(start) })
      expect(fit.criterion).toBeCloseTo(2297.715543, 5)
      expect(fit.converged).toBe(true)
      expect(fit.singular).toBe(true)
      expect(fit.ranks).toEqual([{ group: "firm", size: 3, rank: 2 }])
      expect(fit.kktResidual).toBeLessThan(1e-3)
    }
  })

  it("Grunfeld slopes: the criterion at the published θ of the usual default is 2299.11635", async () => {
    const design = buildDesign(grunfeldFormula, await loadCsv("grunfeld.csv"))
    const system = createSystem(design)
    const theta = [0.371687854, -0.001283932794, -0.002551211842, 0, 0.001505896086, 0.000555844546]
    const user = unpackTheta(system.terms, Float64Array.from(theta))
    const internal = user.map((t, k) => toInternal(system.terms[k]!, t))
    const { value } = evaluateCriterion(createCriterion(system, "REML"), internal)
    expect(value).toBeCloseTo(2299.11635, 4)
  })

  it("Grunfeld slopes: fitted values are the lines of fixed effects plus BLUPs", async () => {
    const fit = reml(grunfeldFormula, await loadCsv("grunfeld.csv"))
    const line = (firm: string, value: number, capital: number) => {
      const b = fit.ranef().firm!.find((row) => row.level === firm)!
      const fixed = fit.fixed.map((row) => row.estimate)
      const at = (k: number, name: string) => fixed[k]! + Number(b[name])
      return at(0, "(Intercept)") + at(1, "value") * value + at(2, "capital") * capital
    }
    const [, value, capital] = fit.design.fixed.columns
    const { levels, codes } = fit.design.random[0]!
    fit.fitted.forEach((fitted, i) => {
      expect(fitted).toBeCloseTo(line(levels[codes[i]!]!, value![i]!, capital![i]!), 8)
    })
  })
})

describe("the one-sided check", () => {
  it("finds a zero covariance matrix stationary, refuses it, and steps off", () => {
    const design = mixedDesigns["one factor, three columns"]!(2)
    const system = createSystem(design)
    const criterion = createCriterion(system, "REML")
    const zero = new Float64Array(countTheta(system))
    const there = evaluateTheta(criterion, zero)
    expect(Math.max(...there.gradient.map(Math.abs))).toBe(0)
    const factors = unpackTheta(system.terms, zero)
    const direction = steepestBoundaryDirection(criterion, factors)!
    expect(direction.slope).toBeLessThan(-1)
    const off = stepOffBoundary(criterion, factors, direction, there.value)!
    expect(evaluateCriterion(criterion, off).value).toBeLessThan(there.value)
    expect(packTheta(system.terms, off).some((value) => value !== 0)).toBe(true)
  })

  it("agrees with the difference quotient in Σ", () => {
    const system = createSystem(mixedDesigns["one factor, intercept"]!(4))
    const criterion = createCriterion(system, "REML")
    const at = (variance: number) => evaluateTheta(criterion, Float64Array.of(Math.sqrt(variance))).value
    const h = 1e-3
    // One-sided, of second order.
    const slope = (-3 * at(0) + 4 * at(h) - at(2 * h)) / (2 * h)
    const checked = steepestBoundaryDirection(criterion, [new Float64Array(1)])!
    expect(Math.abs(checked.slope - slope)).toBeLessThan(1e-3 * Math.abs(slope))
  })

  it("every shape started from zero reaches what it reaches from T = I", () => {
    for (const make of Object.values(mixedDesigns)) {
      const criterion = createCriterion(createSystem(make(6)), "REML")
      const usual = optimiseTheta(criterion, undefined, undefined)
      const zero = new Float64Array(countTheta(criterion.system))
      const fromZero = optimiseTheta(criterion, zero, undefined)
      expect(usual.converged).toBe(true)
      expect(Math.abs(fromZero.value - usual.value)).toBeLessThan(1e-7 * Math.abs(usual.value))
    }
  })
})
