import { describe, expect, it } from "vitest"
import { averageInformation } from "../../src/frequentist/average-information.ts"
import { countTheta, unpackTheta } from "../../src/frequentist/covariance-factor.ts"
import { createCriterion, evaluateCriterion } from "../../src/frequentist/criterion.ts"
import { fitLmm } from "../../src/frequentist/fit-lmm.ts"
import type { LmmSystem } from "../../src/frequentist/lmm-system.ts"
import { createSystem } from "../../src/frequentist/lmm-system.ts"
import { momentStart } from "../../src/frequentist/moment-start.ts"
import { drawNormal } from "../../src/random/normal.ts"
import { streamFor } from "../../src/random/stream.ts"
import { handMadeDesign, scatter } from "../kit/hand-made-design.ts"
import { invertDense } from "../kit/invert-dense.ts"
import { mixedDesigns } from "../kit/mixed-designs.ts"

type Matrix = number[][]

const multiply = (a: Matrix, b: Matrix): Matrix => {
  const columns = b[0]!.map((_, j) => b.map((row) => row[j]!))
  return a.map((row) => columns.map((column) => row.reduce((sum, value, k) => sum + value * column[k]!, 0)))
}
const transpose = (a: Matrix): Matrix => a[0]!.map((_, j) => a.map((row) => row[j]!))
const combine = (a: Matrix, b: Matrix, sign: number): Matrix =>
  a.map((row, i) => row.map((value, j) => value + sign * b[i]![j]!))
const traceOf = (a: Matrix, b: Matrix) =>
  a.reduce((sum, row, i) => sum + row.reduce((s, value, k) => s + value * b[k]![i]!, 0), 0)

/** Z E of each parameter of θ, E the unit matrix of its entry, and Z T of its term, n × levels·q. */
function columnsOf(system: LmmSystem, theta: Float64Array): { zt: Matrix; ze: Matrix }[] {
  return system.terms.flatMap(({ factor, offset, width: q }, k) => {
    const { codes, columns, levels } = system.factors[factor]!
    const t = unpackTheta(system.terms, theta)[k]!
    const spread = (m: (a: number, b: number) => number): Matrix =>
      Array.from(codes, (code, i) => {
        const row = new Array<number>(levels.length * q).fill(0)
        for (let a = 0; a < q; a++) {
          for (let b = 0; b < q; b++) row[code * q + b]! += columns[offset + a]![i]! * m(a, b)
        }
        return row
      })
    const zt = spread((a, b) => t[a * q + b]!)
    return Array.from({ length: q }, (_, column) =>
      Array.from({ length: q - column }, (_, r) => {
        return { zt, ze: spread((a, b) => (a === column + r && b === column ? 1 : 0)) }
      }),
    ).flat()
  })
}

describe.each(Object.entries(mixedDesigns))("%s", (_, make) => {
  it.each(["REML", "ML"] as const)("%s agrees with n × n matrices", (method) => {
    const design = make(3)
    const system = createSystem(design)
    const criterion = createCriterion(system, method)
    const size = countTheta(system)
    const uniform = scatter(size)
    const theta = Float64Array.from({ length: size }, () => 0.4 + 0.8 * uniform())
    const factors = unpackTheta(system.terms, theta)
    const hessian = averageInformation(criterion, factors, evaluateCriterion(criterion, factors))

    const n = design.nobs
    const parts = columnsOf(system, theta)
    let v: Matrix = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)),
    )
    for (const zt of new Set(parts.map((part) => part.zt))) v = combine(v, multiply(zt, transpose(zt)), 1)
    const inverse = invertDense(v)
    const x = Array.from({ length: n }, (_, i) => design.fixed.columns.map((column) => column[i]!))
    const vx = multiply(inverse, x)
    const p = combine(
      inverse,
      multiply(multiply(vx, invertDense(multiply(transpose(x), vx))), transpose(vx)),
      -1,
    )
    const y = Array.from(design.response.values, (value) => [value / system.responseScale])
    const py = multiply(p, y)
    const form = (m: Matrix) => multiply(transpose(py), multiply(m, py))[0]![0]!
    const images = parts.map(({ zt, ze }) => {
      const forward = multiply(ze, multiply(transpose(zt), py))
      return combine(forward, multiply(zt, multiply(transpose(ze), py)), 1)
    })
    const projected = images.map((image) => multiply(p, image))
    const slopes = images.map((image) => multiply(transpose(py), image)[0]![0]!)
    const variance = multiply(transpose(y), py)[0]![0]! / criterion.df
    const weights = method === "REML" ? p : inverse
    parts.forEach((a, i) => {
      parts.forEach((b, j) => {
        const information = multiply(transpose(images[i]!), projected[j]!)[0]![0]!
        const product = a.zt === b.zt ? multiply(a.ze, transpose(b.ze)) : undefined
        const second =
          product === undefined ? 0 : traceOf(weights, product) * 2 - (2 * form(product)) / variance
        const profiled = (slopes[i]! * slopes[j]!) / (criterion.df * variance * variance)
        const expected = information / variance + second - profiled
        expect(Math.abs(hessian[i * size + j]! - expected)).toBeLessThan(
          1e-8 * Math.max(1, Math.abs(expected)),
        )
      })
    })
  })
})

describe("a tail large enough to be costly", () => {
  const rng = streamFor("costly", 0, "test")
  const normal = () => drawNormal(rng)
  const n = 3000
  const g = Array.from({ length: n }, () => Math.floor(300 * rng.uniform()))
  const h = Array.from({ length: n }, () => Math.floor(250 * rng.uniform()))
  const u = Array.from({ length: 300 }, () => 0.5 * normal())
  const w = Array.from({ length: 250 }, () => 0.8 * normal())
  const slope = Array.from({ length: 300 }, () => 0.3 * normal())
  const x = Array.from({ length: n }, () => normal())
  const response = g.map((code, i) => 1 + u[code]! + slope[code]! * x[i]! + w[h[i]!]! + normal())
  const one = new Array<number>(n).fill(1)
  const bars: Parameters<typeof handMadeDesign>[2] = [
    { group: "g", codes: g, columns: { "(Intercept)": one, x } },
    { group: "h", codes: h, columns: { "(Intercept)": one } },
  ]
  const design = handMadeDesign(response, { "(Intercept)": one, x }, bars)

  it("is fitted in a few evaluations from estimates by moments", () => {
    const start = momentStart(createSystem(design))
    const fit = fitLmm(design)
    expect(fit.converged).toBe(true)
    expect(fit.gradientNorm).toBeLessThan(1e-3)
    expect(fit.evaluations).toBeLessThan(9)
    for (const k of [0, 2, 3]) expect(Math.abs(start[k]! / fit.theta[k]! - 1)).toBeLessThan(0.2)
    // From elsewhere the search ends at the same place.
    const other = fitLmm(design, { start: Float64Array.of(2, -0.5, 1, 0.1) })
    expect(Math.abs(other.criterion - fit.criterion)).toBeLessThan(1e-8)
    fit.theta.forEach((value, i) => {
      expect(Math.abs(value - other.theta[i]!)).toBeLessThan(1e-5)
    })
  })

  it("a factor without effect comes out as zero", () => {
    const flat = handMadeDesign(
      response.map((value, i) => value - w[h[i]!]!),
      { "(Intercept)": one, x },
      bars,
    )
    const fit = fitLmm(flat)
    expect(fit.converged).toBe(true)
    expect(fit.theta[3]!).toBeLessThan(0.1)
    if (fit.theta[3] === 0) expect(fit.singular).toBe(true)
    expect(fit.kktResidual).toBeLessThan(1e-3)
  })
})
