/** Factors that the largest is nearly nested in: a sparse factorisation of what is left agrees with a dense one, density and draws. */
import { describe, expect, it } from "vitest"
import { drawNormal } from "../../../src/random/normal.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { chooseBlocks } from "../../../src/samplers/crossed/choose-blocks.ts"
import {
  drawCoefficients,
  factorise,
  logCoefficientDensity,
  newFactorisation,
  restPriorsOf,
} from "../../../src/samplers/gaussian/factorisation.ts"
import { costOfFactorisation } from "../../../src/samplers/gaussian/factorisation-cost.ts"
import type { SpreadValue } from "../../../src/samplers/gaussian/factorisation-types.ts"
import { entryAt } from "../../../src/samplers/gaussian/rest-pattern.ts"
import { type GaussianStatistics, reduceRows } from "../../../src/samplers/gaussian/statistics.ts"
import { layOut } from "../../../src/samplers/kernel/layout.ts"
import { newContext } from "../../../src/samplers/kernel/lowering-context.ts"
import { lmm } from "../../../src/samplers/model.ts"
import { makePlan } from "../../../src/samplers/plan.ts"
import { matchOf } from "../crossed/crossed-specimens.ts"

const ROWS = 2400
const rng = streamFor("sparse-rest", 0, "data")
const column = (of: (i: number) => number) => Float64Array.from({ length: ROWS }, (_, i) => of(i))
const pupil = column((i) => i % 400)
const school = pupil.map((j, i) => (i >= 1600 && j % 25 === 0 ? (j + 7) % 90 : j % 90))
const item = column((i) => Math.floor(i / 400) + 6 * (i % 3))
const x = column(() => drawNormal(rng))
const y = column((i) => Math.sin(pupil[i]!) + Math.cos(3 * school[i]!) + 0.5 * x[i]! + drawNormal(rng))

function modelOf(formula: string) {
  const factor = ["pupil", "school", "item"]
  const { graph } = lmm(formula, { y, x, pupil, school, item }, { factor, priors: { b: "normal(0.5, 2)" } })
  const layout = layOut(graph)
  return { ...matchOf(newContext(graph, layout)), layout }
}

const scalar = (v: number): SpreadValue => ({
  q: 1,
  inverse: Float64Array.of(1 / v),
  logDeterminant: Math.log(v),
})
const pair: SpreadValue = { q: 2, inverse: Float64Array.of(2, 0.5, 0.5, 1), logDeterminant: -Math.log(1.75) }

/** The same statistics, the other columns as a dense matrix. */
function dense(s: GaussianStatistics): GaussianStatistics {
  const { pattern, rest } = s
  const restSquares = new Float64Array(rest * rest)
  for (let a = 0; a < rest; a++) {
    for (let k = pattern!.pointer[a]!; k < pattern!.pointer[a + 1]!; k++) {
      const b = pattern!.row[k]!
      expect(entryAt(pattern!, b, a)).toBe(k)
      restSquares[a * rest + b] = s.restSquares[k]!
      restSquares[b * rest + a] = s.restSquares[k]!
    }
  }
  return { ...s, restSquares, pattern: null }
}

describe.each([
  ["y ~ x + (1 | pupil) + (1 | school)", [scalar(0.5), scalar(2)]],
  ["y ~ x + (1 | pupil) + (x | school)", [scalar(0.3), pair]],
  ["y ~ x + (x | pupil) + (1 | school) + (1 | item)", [pair, scalar(0.7), scalar(0.4)]],
] as const)("%s", (formula, effects) => {
  const { model, layout } = modelOf(formula)
  const statistics = reduceRows(model)
  const priors = restPriorsOf(statistics, model.coefficients)
  const ours = newFactorisation(statistics, priors)
  const theirs = newFactorisation(dense(statistics), priors, "small")

  it("is sparse, and costs little", () => {
    expect(statistics.pattern!.row.length).toBeLessThan(0.2 * statistics.rest ** 2)
    expect(costOfFactorisation(model)).toBeLessThan(25 * ROWS)
  })

  it("densities are those of a dense factorisation, evaluated again, too", () => {
    for (const variance of [0.7, 3, 0.7]) {
      const expected = factorise(theirs, effects, variance)
      expect(Math.abs(factorise(ours, effects, variance) - expected)).toBeLessThan(1e-12 * Math.abs(expected))
    }
  })

  it("draws have the density of the normal numbers that they are made of, by both", () => {
    factorise(ours, effects, 0.7)
    factorise(theirs, effects, 0.7)
    const drawn = [1, 2].map((seed) => {
      const state = new Float64Array(layout.length)
      drawCoefficients(ours, state, streamFor(seed, 0, "draws"))
      const stream = streamFor(seed, 0, "draws")
      let squares = 0
      for (let k = 0; k < statistics.rest + statistics.ownSlots.length; k++)
        squares += drawNormal(stream) ** 2
      return {
        ours: logCoefficientDensity(ours, state),
        theirs: logCoefficientDensity(theirs, state),
        squares,
      }
    })
    const [a, b] = drawn as [(typeof drawn)[0], (typeof drawn)[0]]
    expect(Math.abs(a.squares - b.squares)).toBeGreaterThan(1)
    expect(a.ours - b.ours).toBeCloseTo(0.5 * (b.squares - a.squares), 7)
    for (const { ours: own, theirs: other } of drawn)
      expect(Math.abs(own - other)).toBeLessThan(1e-10 * Math.abs(other))
  })

  it("says when the equations are not positive definite", () => {
    const broken = (value: number) =>
      effects.map(({ q }) => ({ q, inverse: new Float64Array(q * q).fill(value), logDeterminant: 0 }))
    expect(factorise(ours, broken(-1e9), 0.7)).toBe(Number.NEGATIVE_INFINITY)
    expect(factorise(ours, [effects[0]!, ...broken(-1e9).slice(1)], 0.7)).toBe(Number.NEGATIVE_INFINITY)
  })
})

it("factors that many levels meet are dense", () => {
  const far = column((i) => (i * 7 + Math.floor(i / 13)) % 100)
  const { graph } = lmm("y ~ (1 | pupil) + (1 | far)", { y, pupil, far }, { factor: ["pupil", "far"] })
  expect(reduceRows(matchOf(newContext(graph, layOut(graph))).model).pattern).toBeNull()
})

it("the plan says so", () => {
  const { graph } = lmm(
    "y ~ (1 | pupil) + (1 | school)",
    { y, pupil, school },
    { factor: ["pupil", "school"] },
  )
  const because = makePlan(graph, "blocked").blocks.flatMap((b) => b.assignment.explain(graph).because)
  expect(because.join("; ")).toContain("factorised as a sparse matrix")
})

it("sweeps over crossed factors draw what is nearly nested together", () => {
  const { model } = modelOf("y ~ x + (1 | item) + (1 | pupil) + (1 | school)")
  const [block] = chooseBlocks(model)
  const nodes = block!.map((k) => model.effects[k]!.node)
  expect(nodes).toContain("u[pupil]")
  expect(nodes).toContain("u[school]")
})
