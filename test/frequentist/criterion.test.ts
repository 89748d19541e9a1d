import { describe, expect, it } from "vitest"
import { countTheta, toInternal, unpackTheta } from "../../src/frequentist/covariance-factor.ts"
import { createCriterion, evaluateCriterion, evaluateTheta } from "../../src/frequentist/criterion.ts"
import { createSystem } from "../../src/frequentist/lmm-system.ts"
import { denseCriterion } from "../kit/dense-criterion.ts"
import { scatter, scatterNormal } from "../kit/hand-made-design.ts"
import { mixedDesigns } from "../kit/mixed-designs.ts"

const methods = ["REML", "ML"] as const

describe.each(Object.entries(mixedDesigns))("%s", (_, make) => {
  it.each(methods)("%s agrees with the n × n covariance matrix", (method) => {
    for (const seed of [1, 2, 3]) {
      const design = make(seed)
      const system = createSystem(design)
      const theta = randomTheta(countTheta(system), seed)
      const user = unpackTheta(system.terms, theta)
      const byDesign: Float64Array[] = []
      system.terms.forEach((term, k) => {
        byDesign[term.designIndex] = user[k]!
      })
      const expected = denseCriterion(design, byDesign, method)
      const internal = user.map((t, k) => toInternal(system.terms[k]!, t))
      const { value } = evaluateCriterion(createCriterion(system, method), internal)
      expect(Math.abs(value - expected)).toBeLessThan(1e-9 * Math.abs(expected))
    }
  })

  it.each(methods)("%s gradient agrees with differences, inside and on the boundary", (method) => {
    const system = createSystem(make(7))
    const criterion = createCriterion(system, method)
    const count = countTheta(system)
    const inside = randomTheta(count, 11)
    const points = [
      inside,
      inside.map((value, i) => (i % 2 === 0 ? 0 : value)),
      inside.map((value, i) => (i % 3 === 2 ? value : 0)),
      new Float64Array(count),
      inside.map((value) => -20 * value),
    ]
    for (const theta of points) {
      const { gradient } = evaluateTheta(criterion, theta)
      for (let i = 0; i < count; i++) {
        const difference = centralDifference((t) => evaluateTheta(criterion, t).value, theta, i)
        expect(Math.abs(gradient[i]! - difference)).toBeLessThan(2e-6 * Math.max(1, Math.abs(difference)))
      }
    }
  })

  it("its two parts have the gradients they claim", () => {
    const system = createSystem(make(5))
    const criterion = createCriterion(system, "REML")
    const factors = unpackTheta(system.terms, randomTheta(countTheta(system), 3))
    const at = evaluateCriterion(criterion, factors)
    factors.forEach((factor, k) => {
      for (let i = 0; i < factor.length; i++) {
        const part = (name: "logDet" | "residualSquares") => {
          return centralDifference(
            (t) =>
              evaluateCriterion(
                criterion,
                factors.map((f, h) => (h === k ? t : f)),
              )[name],
            factor,
            i,
          )
        }
        expect(at.logDetGradient[k]![i]!).toBeCloseTo(part("logDet"), 5)
        expect(at.residualGradient[k]![i]!).toBeCloseTo(part("residualSquares"), 5)
      }
    })
  })
})

/** Richardson's extrapolation of the central difference: error of fourth order. */
function centralDifference(f: (t: Float64Array) => number, at: Float64Array, i: number): number {
  const slope = (h: number) => {
    const up = Float64Array.from(at)
    const down = Float64Array.from(at)
    up[i] = up[i]! + h
    down[i] = down[i]! - h
    return (f(up) - f(down)) / (2 * h)
  }
  const h = 2e-3 * Math.max(0.5, Math.abs(at[i]!))
  return (4 * slope(h / 2) - slope(h)) / 3
}

function randomTheta(count: number, seed: number): Float64Array {
  const uniform = scatter(1000 + seed)
  return Float64Array.from({ length: count }, () => 0.8 * scatterNormal(uniform))
}
