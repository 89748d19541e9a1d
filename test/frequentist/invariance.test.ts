import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { fitLmm } from "../../src/frequentist/fit-lmm.ts"
import type { Design, RandomDesign } from "../../src/models/formula/design.ts"
import { mixedDesigns } from "../kit/mixed-designs.ts"

/** Every shape, any data: the fit of the changed design must be the changed fit of the design. */
const anyDesign = fc
  .tuple(fc.constantFrom(...Object.values(mixedDesigns)), fc.integer({ min: 1, max: 1e6 }))
  .map(([make, seed]) => make(seed))

const runs = { numRuns: 30, seed: 20240917 }

describe("invariance", () => {
  it("the order of the rows does not matter", () => {
    fc.assert(
      fc.property(anyDesign, fc.integer({ min: 1, max: 1e6 }), (design, seed) => {
        const order = shuffled(design.nobs, seed)
        const fit = fitLmm(design)
        const moved = fitLmm(mapRows(design, order))
        expectSameFit(moved, fit)
        order.forEach((from, to) => {
          expect(moved.fitted[to]!).toBeCloseTo(fit.fitted[from]!, 4)
        })
      }),
      runs,
    )
  })

  it("the numbering of the levels does not matter", () => {
    fc.assert(
      fc.property(anyDesign, fc.integer({ min: 1, max: 1e6 }), (design, seed) => {
        const random = design.random.map((term) => relabel(term, shuffled(term.levels.length, seed)))
        const fit = fitLmm(design)
        const other = fitLmm({ ...design, random })
        expectSameFit(other, fit)
        const before = fit.ranef()
        for (const [group, rows] of Object.entries(other.ranef())) {
          for (const row of rows) {
            const match = before[group]!.find(({ level }) => level === row.level)!
            for (const [term, value] of Object.entries(row)) {
              if (typeof value === "number") expect(value).toBeCloseTo(Number(match[term]), 4)
            }
          }
        }
      }),
      runs,
    )
  })

  it("another unit of the response: the criterion moves by its Jacobian, θ not at all", () => {
    fc.assert(
      fc.property(
        anyDesign,
        fc.constantFrom("REML" as const, "ML" as const),
        fc.constantFrom(1e-6, 0.01, 3, 1e7),
        (design, method, unit) => {
          const values = design.response.values.map((value) => value * unit)
          const fit = fitLmm(design, { method })
          const scaled = fitLmm({ ...design, response: { name: "y", values } }, { method })
          const df = method === "REML" ? design.nobs - design.fixed.columns.length : design.nobs
          expect(scaled.criterion - 2 * df * Math.log(unit)).toBeCloseTo(fit.criterion, 6)
          expect(scaled.sigma / unit / fit.sigma).toBeCloseTo(1, 5)
          scaled.theta.forEach((value, k) => {
            expect(value).toBeCloseTo(fit.theta[k]!, 4)
          })
        },
      ),
      runs,
    )
  })

  it("another unit and origin of a predictor: the REML criterion moves by its Jacobian, the line stays", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.constantFrom(0.001, 1, 50),
        fc.constantFrom(0, 1970, -40),
        (seed, unit, origin) => {
          // Only terms with an intercept beside the slope can absorb a new origin.
          const design = mixedDesigns["nested with vector child and vector parent"]!(seed)
          const fit = fitLmm(design)
          const moved = fitLmm(replaceColumn(design, "x", (value) => origin + unit * value))
          expect(moved.criterion - 2 * Math.log(unit)).toBeCloseTo(fit.criterion, 5)
          expect(moved.fixed[1]!.estimate * unit).toBeCloseTo(fit.fixed[1]!.estimate, 4)
          expect((moved.fixed[1]!.se * unit) / fit.fixed[1]!.se).toBeCloseTo(1, 4)
          expect(moved.sigma).toBeCloseTo(fit.sigma, 4)
          moved.fitted.forEach((value, i) => {
            expect(value).toBeCloseTo(fit.fitted[i]!, 3)
          })
        },
      ),
      runs,
    )
  })

  it("a multiple of a fixed effect added to the response moves that estimate only", () => {
    fc.assert(
      fc.property(anyDesign, fc.double({ min: -1e4, max: 1e4, noNaN: true }), (design, slope) => {
        const x = design.fixed.columns[1]!
        const values = design.response.values.map((value, i) => value + slope * x[i]!)
        const fit = fitLmm(design)
        const moved = fitLmm({ ...design, response: { name: "y", values } })
        expect(moved.criterion).toBeCloseTo(fit.criterion, 5)
        expect(moved.fixed[1]!.estimate - slope).toBeCloseTo(fit.fixed[1]!.estimate, 4)
        // The same through an offset.
        const offset = x.map((value) => slope * value)
        const withOffset = fitLmm({ ...design, response: { name: "y", values }, offset })
        expectSameFit(withOffset, fit)
      }),
      runs,
    )
  })
})

function expectSameFit(a: ReturnType<typeof fitLmm>, b: ReturnType<typeof fitLmm>): void {
  expect(a.criterion).toBeCloseTo(b.criterion, 6)
  expect(a.sigma / b.sigma).toBeCloseTo(1, 5)
  a.fixed.forEach((row, j) => {
    expect(row.estimate).toBeCloseTo(b.fixed[j]!.estimate, 4)
    expect(row.se / b.fixed[j]!.se).toBeCloseTo(1, 4)
  })
}

function mapRows(design: Design, order: readonly number[]): Design {
  const pick = (values: Float64Array) => Float64Array.from(order, (i) => values[i]!)
  return {
    ...design,
    response: { ...design.response, values: pick(design.response.values) },
    fixed: { ...design.fixed, columns: design.fixed.columns.map(pick) },
    random: design.random.map((term) => ({
      ...term,
      codes: Int32Array.from(order, (i) => term.codes[i]!),
      columns: term.columns.map(pick),
    })),
  }
}

function relabel(term: RandomDesign, order: readonly number[]): RandomDesign {
  const levels = term.levels.map((_, code) => term.levels[order.indexOf(code)]!)
  return { ...term, levels, codes: term.codes.map((code) => order[code]!) }
}

function replaceColumn(design: Design, name: string, change: (value: number) => number): Design {
  const changeNamed = (names: readonly string[], columns: readonly Float64Array[]) => {
    return columns.map((column, j) => (names[j] === name ? column.map(change) : column))
  }
  return {
    ...design,
    fixed: { ...design.fixed, columns: changeNamed(design.fixed.names, design.fixed.columns) },
    random: design.random.map((term) => ({ ...term, columns: changeNamed(term.terms, term.columns) })),
  }
}

function shuffled(n: number, seed: number): number[] {
  const order = Array.from({ length: n }, (_, i) => i)
  let state = seed
  for (let i = n - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    const j = state % (i + 1)
    const kept = order[i]!
    order[i] = order[j]!
    order[j] = kept
  }
  return order
}
