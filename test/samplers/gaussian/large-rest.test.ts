/** A factor of many levels crossed with a larger one: the kernels for large blocks agree with those for small ones to rounding. */
import { describe, expect, it } from "vitest"
import { drawNormal } from "../../../src/random/normal.ts"
import { streamFor } from "../../../src/random/stream.ts"
import {
  drawCoefficients,
  factorise,
  LARGE_REST,
  logCoefficientDensity,
  newFactorisation,
  restPriorsOf,
} from "../../../src/samplers/gaussian/factorisation.ts"
import type { SpreadValue } from "../../../src/samplers/gaussian/factorisation-types.ts"
import { reduceRows } from "../../../src/samplers/gaussian/statistics.ts"
import { layOut } from "../../../src/samplers/kernel/layout.ts"
import { newContext } from "../../../src/samplers/kernel/lowering-context.ts"
import { lmm } from "../../../src/samplers/model.ts"
import { matchOf } from "../crossed/crossed-specimens.ts"

const ROWS = 900
const rng = streamFor("large-rest", 0, "data")
const column = (of: (i: number) => number) => Float64Array.from({ length: ROWS }, (_, i) => of(i))
const g = column((i) => i % 120)
const h = column(() => Math.floor(75 * rng.uniform()))
const x = column(() => drawNormal(rng))
const y = column((i) => Math.sin(g[i]!) + Math.cos(3 * h[i]!) + 0.5 * x[i]! + drawNormal(rng))

const spread = (inverse: number[], logDeterminant: number): SpreadValue => ({
  q: Math.sqrt(inverse.length),
  inverse: Float64Array.from(inverse),
  logDeterminant,
})

describe.each([
  ["y ~ x + (1 | g) + (1 | h)", [spread([2], -Math.log(2)), spread([0.5], Math.log(2))]],
  [
    "y ~ x + (x | g) + (x | h)",
    [spread([2, 0.5, 0.5, 1], -Math.log(1.75)), spread([3, 0, 0, 4], -Math.log(12))],
  ],
] as const)("%s", (formula, effects) => {
  const { graph } = lmm(formula, { y, x, g, h }, { factor: ["g", "h"] })
  const layout = layOut(graph)
  const { model } = matchOf(newContext(graph, layout))
  const statistics = reduceRows(model)
  const priors = restPriorsOf(statistics, model.coefficients)

  it("has a large rest", () => expect(statistics.rest).toBeGreaterThan(LARGE_REST))

  it.each(["fastest", "typescript"] as const)("%s: density and draws", (backend) => {
    const run = (which: "small" | typeof backend) => {
      const f = newFactorisation(statistics, priors, which)
      const density = factorise(f, effects, 0.7)
      const state = new Float64Array(layout.length)
      drawCoefficients(f, state, streamFor("draw", 0, "test"))
      return { f, density, state, own: logCoefficientDensity(f, state) }
    }
    const [ours, theirs] = [run(backend), run("small")]
    expect(ours.f.arena?.backend).toBe(backend === "fastest" ? "wasm-simd" : "typescript")
    expect(Math.abs(ours.density - theirs.density)).toBeLessThan(1e-12 * Math.abs(theirs.density))
    expect(Math.abs(ours.own - theirs.own)).toBeLessThan(1e-11 * Math.abs(theirs.own))
    theirs.state.forEach((value, k) => {
      expect(Math.abs(ours.state[k]! - value)).toBeLessThan(1e-11)
    })
  })

  it("says when the equations are not positive definite", () => {
    const f = newFactorisation(statistics, priors)
    const broken = effects.map(({ q, logDeterminant }) => ({
      q,
      inverse: new Float64Array(q * q).fill(Number.NaN),
      logDeterminant,
    }))
    expect(factorise(f, broken, 0.7)).toBe(Number.NEGATIVE_INFINITY)
  })
})
