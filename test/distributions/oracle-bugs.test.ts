import { describe, expect, it } from "vitest"
import { lookupDistribution, validateParameters } from "../../src/distributions/registry.ts"
import oracle from "../oracle/densities-bugs.json" with { type: "json" }

const close = (found: number, expected: number, relative: number, where: string): void => {
  if (Number.isFinite(expected) && expected !== 0)
    expect(Math.abs(found - expected), where).toBeLessThanOrEqual(relative * Math.abs(expected))
  else expect(found, where).toBe(expected)
}

describe("families of the BUGS language against R", () => {
  it("have R's log density, cdf and survival function, also far in the tails", () => {
    expect(oracle.scalar.length).toBeGreaterThan(250)
    for (const { family, p, x, logDensity, cdf, survival } of oracle.scalar) {
      const d = lookupDistribution(family)
      if (d.kind !== "scalar") throw new Error(family)
      const where = `${family}(${p.join(", ")}) at ${x}`
      const expected = Number(logDensity)
      const density = d.logDensity(x, p)
      if (Number.isFinite(expected))
        expect(Math.abs(density - expected), where).toBeLessThan(2e-11 * Math.max(1, Math.abs(expected)))
      else expect(density, where).toBe(expected)
      close(d.cdf(x, p), cdf, 2e-11, `cdf ${where}`)
      close(d.survival!(x, p), survival, 2e-11, `survival ${where}`)
    }
  })

  it("of vectors and matrices have the log density that eigenvalues give", () => {
    expect(oracle.matrix.length).toBeGreaterThan(30)
    for (const { family, q, p, x, logDensity } of oracle.matrix) {
      const d = lookupDistribution(family)
      if (d.kind === "scalar") throw new Error(family)
      validateParameters(d, p, q)
      close(d.logDensity(Float64Array.from(x), q, p), Number(logDensity), 1e-10, `${family}, q = ${q}`)
    }
  })
})
