/** The mode of very many levels, approached from that of some: what a search among all finds. */
import { expect, it } from "vitest"
import { drawNormal } from "../../../src/random/normal.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { isRefusal } from "../../../src/samplers/conditional.ts"
import {
  type CollapsedMatch,
  lowerCollapsed,
  matchCollapsed,
} from "../../../src/samplers/gaussian/collapsed.ts"
import { approachMode } from "../../../src/samplers/gaussian/proposal.ts"
import { thinLevels } from "../../../src/samplers/gaussian/thin-levels.ts"
import { layOut } from "../../../src/samplers/kernel/layout.ts"
import { newContext } from "../../../src/samplers/kernel/lowering-context.ts"
import { type LmmOptions, lmm } from "../../../src/samplers/model.ts"

const LEVELS = 3000
const PER_LEVEL = 4
const table = simulate()

it.each([
  ["correlated slopes", "y ~ x + (x | g)", {}],
  ["slopes alone", "y ~ x + (0 + x | g)", {}],
  [
    "sds that priors bound",
    "y ~ x + (0 + x | g)",
    { priors: ["sd(g) ~ uniform(0, 3)", "sd(residual) ~ uniform(0, 3)"] },
  ],
] as const)("%s", (_name, formula, options) => {
  const match = matchOf(formula, options)
  const far = lowerCollapsed(match, 1e9)
  const near = lowerCollapsed(match, 1e9, 300)
  const d = far.proposal.centre.length
  const { factor, centre } = far.proposal
  for (let i = 0; i < d; i++) {
    const sd = Math.hypot(...factor.subarray(i * d, i * d + i + 1))
    const other = Math.hypot(...near.proposal.factor.subarray(i * d, i * d + i + 1))
    expect(Math.abs(near.proposal.centre[i]! - centre[i]!)).toBeLessThan(0.1 * sd)
    expect(Math.abs(other / sd - 1)).toBeLessThan(0.3)
  }
  // It is another way to get there.
  expect(near.proposal.centre).not.toEqual(centre)
})

it("takes all rows of every k-th level, and leaves small models and other factors alone", () => {
  const { model } = matchOf("y ~ x + (x | g)", {})
  const { thinned, share } = thinLevels(model, LEVELS, 300)!
  const { residual, columns } = thinned.child
  const { codes, values } = columns.find((column) => column.codes !== null && column.values !== null)!
  expect(share).toBeCloseTo(0.1, 3)
  expect(residual.length).toBe(codes!.length)
  const all = model.child.columns.find((column) => column.codes !== null && column.values !== null)!
  const kept = [...all.codes!.keys()].filter((i) => all.codes![i]! % 10 === 0)
  expect([...codes!]).toEqual(kept.map((i) => all.codes![i]! / 10))
  expect([...values!]).toEqual(kept.map((i) => all.values![i]!))
  expect(thinLevels(model, 1199, 300)).toBeNull()
  expect(thinLevels(matchOf("y ~ x + (1 | g) + (1 | h)", {}).model, LEVELS, 300)).toBeNull()
})

it("gives up where the curvatures are not alike", () => {
  const density = (phi: Float64Array) => -50 * phi[0]! ** 2
  const near = (curvature: number) => ({ centre: Float64Array.of(3), hessian: Float64Array.of(curvature) })
  expect(approachMode(density, near(10), 10)!.centre[0]).toBeCloseTo(0, 8)
  expect(approachMode(density, near(4), 10)).toBeNull()
  expect(approachMode(density, near(1e6), 10)).toBeNull()
})

function matchOf(formula: string, options: LmmOptions): CollapsedMatch {
  const { graph } = lmm(formula, table, options)
  const match = matchCollapsed(newContext(graph, layOut(graph)))
  if (isRefusal(match)) throw match
  return match
}

function simulate() {
  const rng = streamFor("thin levels", 0, "test")
  const rows = LEVELS * PER_LEVEL
  const effects = Float64Array.from({ length: 2 * LEVELS }, () => drawNormal(rng))
  const g = Int32Array.from({ length: rows }, (_, i) => i % LEVELS)
  const x = Float64Array.from(g, () => drawNormal(rng))
  const y = Float64Array.from(g, (l, i) => {
    const slope = 0.5 + 0.5 * effects[LEVELS + l]!
    return 1 + effects[l]! + slope * x[i]! + drawNormal(rng)
  })
  return { y, x, g, h: g.map((l, i) => (l + i) % 5) }
}
