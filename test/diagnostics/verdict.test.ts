import { describe, expect, it } from "vitest"
import type { ParameterSummary } from "../../src/diagnostics/summarise.ts"
import { summarise } from "../../src/diagnostics/summarise.ts"
import { judge } from "../../src/diagnostics/verdict.ts"
import { uniforms } from "./random.ts"

const good: ParameterSummary = {
  name: "good",
  mean: 1,
  sd: 2,
  mcseMean: 0.1,
  mcseSd: 0.1,
  q5: -1,
  q50: 1,
  q95: 3,
  mcseQ5: 0.1,
  mcseQ50: 0.1,
  mcseQ95: 0.1,
  rhat: 1.01,
  essBulk: 400,
  essTail: 400,
  reason: null,
}
const make = (name: string, changes: Partial<ParameterSummary>): ParameterSummary => ({
  ...good,
  name,
  ...changes,
})
const stuck = make("stuck", {
  sd: 0,
  rhat: NaN,
  essBulk: NaN,
  essTail: NaN,
  reason: "the chains never moved: all 4000 draws are 3.2",
})

describe("judge", () => {
  it("accepts figures exactly on the limits", () => {
    const verdict = judge([good], { chains: 4 })
    expect(verdict).toEqual({
      converged: true,
      worst: {
        rhat: { name: "good", value: 1.01 },
        essBulk: { name: "good", value: 400 },
        essTail: { name: "good", value: 400 },
      },
      warnings: [],
    })
  })

  it.each([{ rhat: 1.0100001 }, { rhat: Infinity }, { essBulk: 399.99 }, { essTail: 399.99 }])(
    "refuses %j",
    (changes) => {
      const verdict = judge([good, make("bad", changes)], { chains: 4 })
      expect(verdict.converged).toBe(false)
      expect(verdict.warnings).toHaveLength(1)
      expect(verdict.warnings[0]).toContain("bad")
    },
  )

  it("a chain that stands still among others that move, and very few draws, are named", () => {
    const random = uniforms(3)
    const moving = (n: number) => Float64Array.from({ length: n }, random)
    const still = [moving(1000), moving(1000), new Float64Array(1000).fill(0.5), moving(1000)]
    const one = judge(summarise([{ name: "a", chains: still }]), { chains: 4 })
    expect(one.converged).toBe(false)
    expect(one.warnings[0]).toBe(
      "The figures of 1 of 1 parameter are not to be relied on (a: chain 3 never moved: all its 1000 draws are 0.5). Run longer if draws are few; a chain that stands still needs another start, a longer warm-up or another method.",
    )
    const few = judge(summarise([{ name: "b", chains: [moving(10), moving(10)] }]), { chains: 2 })
    expect(few.warnings[0]).toContain("b: 10 draws a chain, expected at least 12")
  })

  it("wants 100 effective draws a chain", () => {
    expect(judge([good], { chains: 5 }).converged).toBe(false)
    expect(judge([make("x", { essBulk: 101, essTail: 101 })], { chains: 1 }).converged).toBe(true)
  })

  it("names the worst three, tells what is wrong, how many draws would do, and what else to try", () => {
    const summaries = [
      make("a", { essBulk: 350 }),
      make("b", { essBulk: 120.7 }),
      good,
      make("c", { essBulk: 100 }),
      make("d", { essBulk: 200 }),
    ]
    expect(judge(summaries, { chains: 4, draws: 1000 }).warnings).toEqual([
      "The bulk effective sample size is below 400 (100 a chain) for 4 of 5 parameters (c 100, b 120, d 200, …): mean and median are not known well enough. Run longer (about 4800 draws a chain should do), or try another method, or a tighter prior for c.",
    ])
    expect(judge([make("a", { essTail: 150 })], { chains: 4 }).warnings).toEqual([
      "The tail effective sample size is below 400 (100 a chain) for 1 of 1 parameter (a 150): the 5 % and 95 % quantiles are not known well enough. Run longer (about 3.2 times as many draws should do), or try another method, or a tighter prior for a.",
    ])
  })

  it("does not advise to run a hundred times longer", () => {
    const [warning] = judge([make("a", { essBulk: 5 })], { chains: 4, draws: 1000 }).warnings
    expect(warning).toContain(
      "Running longer is no remedy (about 96 times the draws would be needed): try another method",
    )
  })

  it("tells chains that nearly agree from chains in different places", () => {
    expect(judge([make("a", { rhat: 1.03 }), good], { chains: 4, draws: 1000 }).warnings).toEqual([
      "R-hat is above 1.01 for 1 of 2 parameters (a 1.030): the chains do not agree yet. Run longer (about 3700 draws a chain should do), or try another method, or a tighter prior for a.",
    ])
    expect(judge([make("a", { rhat: 1.5 }), good], { chains: 4, draws: 1000 }).warnings).toEqual([
      "R-hat is above 1.01 for 1 of 2 parameters (a 1.500): the chains are in different places, or drift. More draws alone rarely help: look at the trace plots, then try a longer warm-up, another method, or a tighter prior for a.",
    ])
  })

  it("refuses a scalar that never moved, unless it is constant by construction", () => {
    const verdict = judge([good, stuck], { chains: 4 })
    expect(verdict.converged).toBe(false)
    expect(verdict.warnings).toEqual([
      "1 of 2 parameters cannot be judged (stuck: the chains never moved: all 4000 draws are 3.2). Give a chain that never moved another start, a longer warm-up or another method.",
    ])
    expect(judge([good, stuck], { chains: 4, constants: new Set(["stuck"]) }).converged).toBe(true)
  })

  it("leaves constants out of everything", () => {
    const verdict = judge([good, make("fixed", { rhat: 9, essBulk: 1 })], {
      chains: 4,
      constants: new Set(["fixed"]),
    })
    expect(verdict.converged).toBe(true)
    expect(verdict.worst.rhat?.name).toBe("good")
  })

  it("refuses infinite moments although ranks have an R-hat", () => {
    const infinite = make("x", { mean: Infinity, sd: NaN, reason: "2 of 4000 draws are infinite" })
    expect(judge([infinite], { chains: 4 }).warnings[0]).toContain("x: 2 of 4000 draws are infinite")
  })

  it("passes over figures that draws of two values do not have", () => {
    const random = uniforms(5)
    const chains = Array.from({ length: 4 }, () =>
      Float64Array.from({ length: 1000 }, () => (random() < 0.3 ? 1 : 0)),
    )
    const [summary] = summarise([{ name: "z", chains }])
    expect(summary!.essTail).toBeNaN()
    expect(judge([summary!], { chains: 4 })).toMatchObject({ converged: true, worst: { essTail: null } })
  })

  it("refuses a run without draws", () => {
    const verdict = judge(summarise([{ name: "x", chains: [] }]), { chains: 4 })
    expect(verdict.converged).toBe(false)
    expect(verdict.warnings[0]).toContain("x: there are no draws")
    expect(verdict.worst).toEqual({ rhat: null, essBulk: null, essTail: null })
  })
})
