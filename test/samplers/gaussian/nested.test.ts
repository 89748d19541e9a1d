/** Nested factors eliminated level by level agree with one factorisation of all effects, density and draws. */
import { describe, expect, it } from "vitest"
import { drawNormal } from "../../../src/random/normal.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { isRefusal } from "../../../src/samplers/conditional.ts"
import {
  factorise,
  logCoefficientDensity,
  newFactorisation,
  restPriorsOf,
} from "../../../src/samplers/gaussian/factorisation.ts"
import type { SpreadValue } from "../../../src/samplers/gaussian/factorisation-types.ts"
import { findGaussianModel } from "../../../src/samplers/gaussian/gaussian-model.ts"
import { bindNested } from "../../../src/samplers/gaussian/nested.ts"
import { findNests, reduceNests } from "../../../src/samplers/gaussian/nested-statistics.ts"
import { reduceRows } from "../../../src/samplers/gaussian/statistics.ts"
import { layOut } from "../../../src/samplers/kernel/layout.ts"
import { newContext } from "../../../src/samplers/kernel/lowering-context.ts"
import { lmm } from "../../../src/samplers/model.ts"

const ROWS = 700
const rng = streamFor("nested", 0, "data")
const column = (of: (i: number) => number) => Float64Array.from({ length: ROWS }, (_, i) => of(i))
const pupil = column((i) => i % 160)
const room = pupil.map((j) => j % 40)
const school = room.map((j) => j % 7)
const x = column(() => drawNormal(rng))
const y = column((i) => Math.sin(pupil[i]!) + Math.cos(room[i]!) + 0.5 * x[i]! + drawNormal(rng))
const data = { y, x, pupil, room, school }

function modelOf(formula: string) {
  const { graph } = lmm(formula, data, {
    factor: ["pupil", "room", "school"],
    priors: { Intercept: "normal(0.5, 2)" },
  })
  const layout = layOut(graph)
  const model = findGaussianModel(newContext(graph, layout))
  if (isRefusal(model)) throw new Error(model.reason)
  return { model, layout }
}

const scalar = (v: number): SpreadValue => ({
  q: 1,
  inverse: Float64Array.of(1 / v),
  logDeterminant: Math.log(v),
})
const pair: SpreadValue = { q: 2, inverse: Float64Array.of(2, 0.5, 0.5, 1), logDeterminant: -Math.log(1.75) }

describe.each([
  ["y ~ x + (1 | pupil) + (1 | room)", [scalar(0.5), scalar(2)]],
  ["y ~ x + (1 | school) + (x | room) + (1 | pupil)", [scalar(0.3), pair, scalar(0.7)]],
  ["y ~ x + (x | pupil) + (1 | room) + (0 + x | room)", [pair, scalar(0.4), scalar(0.9)]],
] as const)("%s", (formula, effects) => {
  const { model, layout } = modelOf(formula)
  const { statistics, nested } = reduceNests(model, findNests(model)!)
  const likelihood = bindNested(nested, statistics, restPriorsOf(statistics, model.coefficients))
  const whole = reduceRows(model)
  const general = newFactorisation(whole, restPriorsOf(whole, model.coefficients), "small")

  it("the density is that of one factorisation, evaluated again, too", () => {
    for (const variance of [0.7, 3, 0.7]) {
      const density = factorise(general, effects, variance)
      expect(Math.abs(likelihood.evaluate(effects, variance) - density)).toBeLessThan(
        1e-11 * Math.abs(density),
      )
    }
  })

  it("draws have the density of the normal numbers that they are made of", () => {
    factorise(general, effects, 0.7)
    likelihood.evaluate(effects, 0.7)
    const drawn = (seed: number) => {
      const state = new Float64Array(layout.length)
      const stream = streamFor(seed, 0, "draws")
      const normals = Array.from({ length: statistics.rest + nested.slots.length }, () => drawNormal(stream))
      const noise = Float64Array.from(normals.slice(0, statistics.rest))
      const again = streamFor(seed, 0, "draws")
      for (let k = 0; k < noise.length; k++) drawNormal(again)
      likelihood.drawCoefficients(state, noise)
      likelihood.drawEffects(state, again)
      return {
        density: logCoefficientDensity(general, state),
        squares: normals.reduce((s, z) => s + z * z, 0),
      }
    }
    const [a, b] = [drawn(1), drawn(2)]
    expect(Math.abs(a.squares - b.squares)).toBeGreaterThan(1)
    expect(a.density - b.density).toBeCloseTo(0.5 * (b.squares - a.squares), 7)
  })

  it("says when the equations are not positive definite", () => {
    const broken = effects.map(({ q }) => ({
      q,
      inverse: new Float64Array(q * q).fill(-1e9),
      logDeterminant: 0,
    }))
    expect(likelihood.evaluate(broken, 0.7)).toBe(Number.NEGATIVE_INFINITY)
  })
})

it("crossed and small factors are not taken", () => {
  expect(findNests(modelOf("y ~ x + (1 | school) + (1 | room)").model)).toBeNull()
  data.room = room.map((j, i) => (i === 0 ? (j + 1) % 40 : j))
  expect(findNests(modelOf("y ~ x + (1 | pupil) + (1 | room)").model)).toBeNull()
})
