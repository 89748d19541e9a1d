/** Small crossed models, and the crossed sampler bound to a plan's data with blocks of the test's choosing. */
import type { ModelGraph } from "../../../src/models/graph.ts"
import { isRefusal } from "../../../src/samplers/conditional.ts"
import { type BlockData, lowerBlock } from "../../../src/samplers/crossed/block.ts"
import { bindCrossed } from "../../../src/samplers/crossed/crossed.ts"
import { type CollapsedMatch, matchCollapsed } from "../../../src/samplers/gaussian/collapsed.ts"
import { coordinatesOf } from "../../../src/samplers/gaussian/spread-space.ts"
import { layOut } from "../../../src/samplers/kernel/layout.ts"
import { type LoweringContext, newContext } from "../../../src/samplers/kernel/lowering-context.ts"
import type { Kernel } from "../../../src/samplers/sampler.ts"
import type { Specimen } from "../../kit/zoo.ts"

const NORMAL = ["Intercept ~ normal(0.5, 1)", "var(residual) ~ inverseGamma(6, 4)"]

export interface CrossedSpecimen extends Specimen {
  /** Indices of the effects of each block. */
  readonly blocks: readonly (readonly number[])[]
}

export const CROSSED: readonly CrossedSpecimen[] = [
  {
    name: "two crossed factors",
    formula: "y ~ 1 + (1 | g) + (1 | h)",
    priors: [...NORMAL, "var(g) ~ inverseGamma(6, 5)", "sd(h) ~ halfT(9, 0.7)"],
    blocks: [[0], [1]],
  },
  {
    name: "slopes of both factors",
    formula: "y ~ x + (x | g) + (0 + x | h)",
    priors: [
      ...NORMAL,
      "b ~ normal(-0.3, var = 0.5)",
      "cov(g) ~ inverseWishart(9, [[5, 1], [1, 3]])",
      "sd(h) ~ halfNormal(1)",
    ],
    blocks: [[1], [0]],
  },
  {
    name: "three factors, one of them in both blocks",
    formula: "y ~ 1 + (1 | g) + (1 | h) + (1 | c)",
    priors: [
      ...NORMAL,
      "var(g) ~ inverseGamma(6, 5)",
      "var(h) ~ inverseGamma(6, 3)",
      "sd(c) ~ halfT(9, 0.5)",
    ],
    blocks: [
      [0, 2],
      [1, 2],
    ],
  },
  {
    name: "three factors apart, the residual known",
    formula: "y ~ 1 + (1 | g) + (1 | h) + (x | c)",
    priors: [
      "Intercept ~ normal(0.5, 1)",
      "sd(residual) ~ fixed(0.8)",
      "var(g) ~ inverseGamma(6, 5)",
      "var(h) ~ inverseGamma(6, 3)",
      "cov(c) ~ huangWand(9, [1, 0.5])",
    ],
    blocks: [[2], [0], [1]],
  },
]

export function matchOf(context: LoweringContext): CollapsedMatch {
  const match = matchCollapsed(context)
  if (isRefusal(match)) throw new Error(match.reason)
  return match
}

/** A kernel for the data as they stand in the graph, its proposals wide enough for any: nothing is fitted. */
export function bindTo(
  graph: ModelGraph,
  blocks: CrossedSpecimen["blocks"],
  { conditioned = true } = {},
): Kernel {
  const { model, priors } = matchOf(newContext(graph, layOut(graph)))
  return bindCrossed({
    blocks: blocks.map((effects) => {
      const block = withWideProposal(lowerBlock(model, effects, priors))
      return conditioned ? block : { ...block, ofOwn: [], ofRest: [] }
    }),
  })
}

function withWideProposal(block: BlockData) {
  const d = block.spreads.reduce((total, spread) => total + coordinatesOf(spread), 0)
  const centre = block.spreads.flatMap((spread) =>
    Array.from({ length: coordinatesOf(spread) }, (_, i) => (i < spread.q ? -0.5 : 0)),
  )
  const factor = new Float64Array(d * d)
  for (let i = 0; i < d; i++) factor[i * d + i] = 1
  return { ...block, proposal: { centre: Float64Array.from(centre), factor } }
}
