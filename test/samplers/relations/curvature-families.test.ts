/** Slopes of densities in their arguments against differences, for every family of one number. */
import { describe, expect, it } from "vitest"
import { lookupBugsDistribution } from "../../../src/models/bugs/distribution-table.ts"
import { ARGUMENT_FAMILIES } from "../../../src/samplers/relations/curvature-families.ts"

/** A value and arguments at which a distribution has a density. */
const PLACES: Readonly<Record<string, readonly [number, readonly number[]]>> = {
  dnorm: [1.3, [0.4, 2]],
  dlnorm: [1.3, [0.4, 2]],
  dbern: [1, [0.3]],
  dbin: [4, [0.3, 9]],
  dpois: [4, [2.5]],
  dnegbin: [4, [0.3, 2.5]],
  dbetabin: [4, [1.5, 2.5, 9]],
  dexp: [1.3, [0.7]],
  dgamma: [1.3, [2.5, 0.7]],
  dweib: [1.3, [2.5, 0.7]],
  dbeta: [0.3, [2.5, 0.7]],
  // Far from the centre, where the slope is smoothed.
  ddexp: [9, [0.4, 2]],
  dt: [1.3, [0.4, 2, 5]],
  dlogis: [1.3, [0.4, 2]],
  dpar: [1.3, [2.5, 0.7]],
}

const scalar = ARGUMENT_FAMILIES.filter(({ child }) => lookupBugsDistribution(child).calling === "numbers")

describe("families of arguments", () => {
  it.each(scalar.map((family) => [`${family.child} ${family.arguments}`, family] as const))(
    "%s",
    (_, family) => {
      const d = lookupBugsDistribution(family.child)
      const [y, args] = PLACES[family.child]!
      const k = family.arguments.length
      const out = new Float64Array(k + k * k)
      family.evaluate(Float64Array.of(y), 0, Float64Array.of(...args, 0, 0, 0), 0, out, k)
      family.arguments.forEach((argument, a) => {
        const at = (step: number): number => {
          const [p, q, r, s] = args.map((arg, j) => (j === argument ? arg + step : arg))
          return d.calling === "numbers" ? d.logDensity(y, p!, q ?? 0, r ?? 0, s ?? 0) : Number.NaN
        }
        expect(out[a]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 6)
        expect(out[k + a * k + a]).toBeGreaterThan(0)
      })
      if (k === 2) {
        expect(out[3]).toBe(out[4])
        expect(out[2]! * out[5]!).toBeGreaterThan(out[3]! ** 2)
      }
    },
  )

  it("counts of categories say what all of them say", () => {
    const family = ARGUMENT_FAMILIES.find(({ child }) => child === "dcat")!
    const weights = Float64Array.of(0.4, 1.5, 0, 0.7)
    const drawn = [1, 2, 2, 4, 1, 2]
    const sum = new Float64Array(20)
    const out = new Float64Array(20)
    for (const y of drawn) {
      family.evaluate(Float64Array.of(y), 0, weights, 0, out, 4)
      out.forEach((value, k) => {
        sum[k]! += value
      })
    }
    family.evaluateCounts!(Float64Array.of(9, 2, 3, 0, 1), 1, weights, 0, out, 4)
    out.forEach((value, k) => {
      expect(value).toBeCloseTo(sum[k]!, 12)
    })
  })
})
