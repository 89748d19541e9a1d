/** Geweke's test of marginal blocks and elliptical slices, longer, and of each with a slip in a prior, which must fail. */
import { describe, expect, it } from "vitest"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { planRelations } from "../../../src/samplers/relations/plan-relations.ts"
import { MCSE_LIMIT } from "../../kit/goodness-of-fit.ts"
import { disagreements } from "../../kit/joint-distribution.ts"
import {
  ELLIPTICAL,
  ELLIPTICAL_CASES,
  MARGINAL_CASES,
  NORMAL_DATA,
  samplersOf,
} from "../../kit/relation-blocks.ts"
import { compareRelationSimulators } from "../../kit/relation-geweke.ts"

const DRAWS = 10_000

const CASES = [
  ...MARGINAL_CASES.map((one) => ({ ...one, options: samplersOf(one.names) })),
  ...ELLIPTICAL_CASES.map((one) => ({ ...one, data: NORMAL_DATA, options: ELLIPTICAL })),
]

describe("blocks agree with forward draws, and not with another prior", () => {
  it.each(CASES)("$name", ({ name, text, data, wrong, options }) => {
    const { graph } = bugs(text, data)
    const run = { seed: name, draws: DRAWS }
    const right = compareRelationSimulators(graph, planRelations(graph, options), run)
    expect(disagreements(right, MCSE_LIMIT)).toEqual([])
    const other = planRelations(bugs(text.replace(wrong[0], wrong[1]), data).graph, options)
    expect(disagreements(compareRelationSimulators(graph, other, run), MCSE_LIMIT)).not.toEqual([])
  })
})
