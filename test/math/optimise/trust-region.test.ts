import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { differenceHessian, updateSymmetricRankOne } from "../../../src/math/optimise/hessian.ts"
import { minimiseLbfgs } from "../../../src/math/optimise/lbfgs.ts"
import type { Objective } from "../../../src/math/optimise/objective.ts"
import { minimiseTrustRegion } from "../../../src/math/optimise/trust-region.ts"
import { solveTrustRegion } from "../../../src/math/optimise/trust-region-step.ts"

const options = { decreaseTolerance: 1e-12, maxIterations: 500, initialRadius: 1 }

/** Sum over pairs of 100 (y − x²)² + (1 − x)². */
const rosenbrock: Objective = (x) => {
  const gradient = new Float64Array(x.length)
  let value = 0
  for (let i = 0; i < x.length; i += 2) {
    const bend = x[i + 1]! - x[i]! ** 2
    value += 100 * bend * bend + (1 - x[i]!) ** 2
    gradient[i] = -400 * x[i]! * bend - 2 * (1 - x[i]!)
    gradient[i + 1] = 200 * bend
  }
  return { value, gradient }
}

/** (x² − 1)² + y²: a saddle at the origin, minima at x = ±1. */
const saddle: Objective = (x) => ({
  value: (x[0]! ** 2 - 1) ** 2 + x[1]! ** 2,
  gradient: Float64Array.of(4 * x[0]! * (x[0]! ** 2 - 1), 2 * x[1]!),
})

describe.each(["difference", "update"] as const)("minimiseTrustRegion, Hessian by %s", (hessian) => {
  it("Rosenbrock's valley", () => {
    const found = minimiseTrustRegion(rosenbrock, Float64Array.of(-1.2, 1), { ...options, hessian })
    expect(found.converged).toBe(true)
    expect(found.x[0]).toBeCloseTo(1, 5)
    expect(found.x[1]).toBeCloseTo(1, 5)
    expect(found.iterations).toBeLessThan(100)
  })

  it("leaves a saddle although the gradient is zero there", () => {
    const found = minimiseTrustRegion(saddle, Float64Array.of(0, 0), { ...options, hessian })
    expect(found.converged).toBe(true)
    expect(found.value).toBeLessThan(1e-10)
  })

  it("comes closer where the function is not defined", () => {
    // x − log x, undefined for x ≤ 0.
    const objective: Objective = (x) => {
      const at = x[0]!
      return {
        value: at > 0 ? at - Math.log(at) : Number.POSITIVE_INFINITY,
        gradient: Float64Array.of(1 - 1 / at),
      }
    }
    const found = minimiseTrustRegion(objective, Float64Array.of(0.01), { ...options, hessian })
    expect(found.x[0]).toBeCloseTo(1, 5)
  })

  it("says so when it does not converge", () => {
    const found = minimiseTrustRegion(rosenbrock, Float64Array.of(-1.2, 1), {
      ...options,
      hessian,
      maxIterations: 3,
    })
    expect(found).toMatchObject({ converged: false, reason: "no convergence in 3 iterations" })
  })
})

describe("minimiseLbfgs", () => {
  it("Rosenbrock's valley in twenty dimensions", () => {
    const start = Float64Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? -1.2 : 1))
    const found = minimiseLbfgs(rosenbrock, start, options)
    expect(found.converged).toBe(true)
    found.x.forEach((value) => {
      expect(value).toBeCloseTo(1, 4)
    })
  })

  it("says so when it does not converge", () => {
    const found = minimiseLbfgs(rosenbrock, Float64Array.of(-1.2, 1), { ...options, maxIterations: 2 })
    expect(found.converged).toBe(false)
    expect(found.value).toBeLessThan(24.2)
  })
})

describe("solveTrustRegion", () => {
  it("no other step within the ball promises more", () => {
    const numbers = (n: number) =>
      fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: n, maxLength: n })
    fc.assert(
      fc.property(
        numbers(3),
        numbers(9),
        fc.double({ min: 0.05, max: 5, noNaN: true }),
        numbers(3),
        (g, raw, radius, d) => {
          const h = Float64Array.from(raw, (_, k) => raw[k]! + raw[(k % 3) * 3 + Math.floor(k / 3)]!)
          const model = (s: ArrayLike<number>) => {
            let value = 0
            for (let i = 0; i < 3; i++) {
              value += g[i]! * s[i]!
              for (let j = 0; j < 3; j++) value += 0.5 * s[i]! * h[i * 3 + j]! * s[j]!
            }
            return value
          }
          const { step, predicted, length } = solveTrustRegion(Float64Array.from(g), h, radius)
          expect(length).toBeLessThanOrEqual(radius * (1 + 1e-9))
          expect(model(step) + predicted).toBeCloseTo(0, 8)
          const norm = Math.hypot(...d)
          for (const share of [0.1, 0.5, 1]) {
            const other = d.map((value) => (norm > 0 ? (value / norm) * radius * share : 0))
            expect(predicted).toBeGreaterThanOrEqual(-model(other) - 1e-7)
          }
        },
      ),
      { numRuns: 300, seed: 3 },
    )
  })

  it("the hard case: along the lowest curvature, up to the ball", () => {
    const { step, onBoundary } = solveTrustRegion(Float64Array.of(0, 1), Float64Array.of(-2, 0, 0, 1), 3)
    expect(onBoundary).toBe(true)
    expect(Math.hypot(...step)).toBeCloseTo(3, 12)
    expect(step[1]).toBeCloseTo(-1 / 3, 12)
  })
})

describe("a function whose values round more coarsely than its gradient", () => {
  const rounded = (slope: number): Objective => {
    return (x) => ({
      value: 4000 + Math.round(1e7 * x[0]! ** 2) * 1e-7,
      gradient: Float64Array.of(2 * x[0]! + slope),
    })
  }
  it("has converged where a whole step would gain next to nothing", () => {
    const there = { ...options, decreaseTolerance: 1e-11, hessian: "difference" } as const
    expect(minimiseTrustRegion(rounded(-3e-4), Float64Array.of(0), there)).toMatchObject({ converged: true })
  })
  it("has not where it would gain more", () => {
    const there = { ...options, decreaseTolerance: 1e-11, hessian: "difference" } as const
    expect(minimiseTrustRegion(rounded(-3e-2), Float64Array.of(0), there)).toMatchObject({ converged: false })
  })
})

describe("Hessians", () => {
  it("by differences agree with the closed form", () => {
    const x = Float64Array.of(0.3, -0.7)
    const { gradient } = rosenbrock(x)
    const h = differenceHessian(rosenbrock, x, gradient)
    const exact = [1200 * 0.09 - 400 * -0.7 + 2, -400 * 0.3, -400 * 0.3, 200]
    exact.forEach((value, k) => {
      expect(Math.abs(h[k]! / value - 1)).toBeLessThan(1e-5)
    })
  })

  it("rank-one updates recover a quadratic from as many steps as it has dimensions", () => {
    const a = [3, 1, 1, -2]
    const times = (s: number[]) =>
      Float64Array.of(a[0]! * s[0]! + a[1]! * s[1]!, a[2]! * s[0]! + a[3]! * s[1]!)
    const h = Float64Array.of(1, 0, 0, 1)
    for (const s of [
      [1, 0.5],
      [-0.2, 1],
    ])
      updateSymmetricRankOne(h, Float64Array.from(s), new Float64Array(2), times(s))
    a.forEach((value, k) => {
      expect(h[k]).toBeCloseTo(value, 12)
    })
  })
})
