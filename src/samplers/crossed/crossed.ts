/**
 * Collapsed Gibbs over crossed factors. One factorisation of all effects costs the cube of the second factor's levels;
 * instead the effects of each large factor are drawn in turn, jointly with all coefficients, with the small factors that
 * go with it, and with the spreads of all these, which are drawn first with everything else in the block integrated
 * out. A sweep costs as much as there are non-empty cells.
 *
 * Sources: Papaspiliopoulos, Roberts & Zanella (2020), Biometrika 107, section 4, on drawing the general mean with each
 * factor, which keeps the number of sweeps bounded as factors grow; van Dyk & Park (2008), JASA 103, on partially
 * collapsed Gibbs: a spread that is drawn with its effects integrated out moves however small it is, so that no
 * interweaving is needed.
 */
import { NumericalError } from "../../core/errors.ts"
import { streamFor } from "../../random/stream.ts"
import { isRefusal, type Refusal, refusal } from "../conditional.ts"
import { type CollapsedMatch, matchCollapsed } from "../gaussian/collapsed.ts"
import { drawCoefficients } from "../gaussian/factorisation.ts"
import { fitAtMode, type Proposal } from "../gaussian/proposal.ts"
import { coordinatesOf, insideSupport } from "../gaussian/spread-space.ts"
import type { LoweringContext } from "../kernel/lowering-context.ts"
import type { Kernel } from "../sampler.ts"
import { type BlockData, bindBlock, lowerBlock } from "./block.ts"
import { chooseBlocks } from "./choose-blocks.ts"
import { bindSpreadStep } from "./spread-step.ts"

export interface CrossedMatch extends CollapsedMatch {
  /** Indices in `model.effects` of each block. */
  readonly blocks: readonly (readonly number[])[]
}

export interface LoweredCrossed {
  readonly blocks: readonly (BlockData & { readonly proposal: Proposal })[]
}

/** Takes a whole model with several grouping factors. */
export function matchCrossed(context: LoweringContext): CrossedMatch | Refusal {
  const match = matchCollapsed(context)
  if (isRefusal(match)) return match
  const blocks = chooseBlocks(match.model)
  if (blocks.length < 2) return refusal("one-block", "there is one large grouping factor")
  return { ...match, blocks }
}

/** Rounds of fitting a block's proposal at the mode and drawing the block, before the chains start. */
const ROUNDS = 2

/** Reduces the rows and fits the proposals where the data put the effects outside each block; the same for every chain. */
export function lowerCrossed({ model, priors, blocks: chosen }: CrossedMatch): LoweredCrossed {
  const data = chosen.map((effects) => lowerBlock(model, effects, priors))
  const state = new Float64Array(
    1 + Math.max(...model.child.columns.map((c) => c.slot + c.stride * c.levels), ...slotsOf(data)),
  )
  const rng = streamFor("crossed", 0, "proposals")
  const bound = data.map(bindBlock)
  let proposals: Proposal[] = data.map((block) => startingPoint(block))
  for (let round = 0; round < ROUNDS; round++) {
    proposals = bound.map(({ densities: [density], condition }, k) => {
      condition(state)
      const fitted = fitAtMode(density.logDensity, proposals[k]!.centre)
      if (Number.isFinite(density.logDensity(fitted.centre)))
        drawCoefficients(density.factorisation, state, rng)
      return fitted
    })
  }
  return { blocks: data.map((block, k) => ({ ...block, proposal: proposals[k]! })) }
}

const slotsOf = (data: readonly BlockData[]): number[] =>
  data.flatMap(({ spreads }) => spreads.map(({ slot, q }) => slot + q * q))

/** All sds at that of the residuals from the coefficients alone, or where their priors allow them. */
function startingPoint({ statistics, spreads, priors }: BlockData): Proposal {
  const logSd = 0.5 * Math.log(Math.max(statistics.squares / statistics.rows, 1e-300))
  const centre = spreads.flatMap((spread, k) => {
    const prior = priors[k]!
    if (prior === null) return []
    return Array.from({ length: coordinatesOf(spread) }, (_, i) =>
      i < spread.q ? insideSupport(spread, prior, logSd) : 0,
    )
  })
  return { centre: Float64Array.from(centre), factor: new Float64Array(centre.length ** 2) }
}

/** The memory of the blocks, one after another. */
export function bindCrossed({ blocks }: LoweredCrossed): Kernel {
  const bound = blocks.map((data) => {
    const block = bindBlock(data)
    return { ...block, ...bindSpreadStep(block, data.proposal) }
  })
  const starts = bound.map((_, k) => bound.slice(0, k).reduce((total, b) => total + b.memoryLength, 0))
  const writes = new Set<number>()
  for (const { statistics, spreads } of blocks) {
    for (const slot of [...statistics.restSlots, ...statistics.ownSlots]) writes.add(slot)
    for (const { kind, slot, q } of spreads) {
      if (kind !== "known") for (let k = 0; k < q * q; k++) writes.add(slot + k)
    }
  }
  let seen: Float64Array | null = null
  let memories: readonly Float64Array[] = []
  return {
    writes: Int32Array.from(writes).sort(),
    memoryLength: bound.reduce((total, block) => total + block.memoryLength, 0),
    step(state, memory, rng, phase) {
      if (memory !== seen) {
        seen = memory
        memories = bound.map(({ memoryLength }, k) => memory.subarray(starts[k]!, starts[k]! + memoryLength))
      }
      for (let k = 0; k < bound.length; k++) {
        const block = bound[k]!
        block.condition(state)
        const density = block.step(state, memories[k]!, rng, phase)
        if (density === null) throw notFinite()
        drawCoefficients(density.factorisation, state, rng)
      }
    },
    notes: (memory) => {
      const walking = bound.filter((block, k) =>
        block.isWalking(memory.subarray(starts[k]!, starts[k]! + block.memoryLength)),
      )
      return walking.length === 0 ? [] : [WALKING]
    },
  }
}

const WALKING =
  "few proposals for the spreads of a block were taken: random walks move them as well, which mix more slowly"

const notFinite = (): NumericalError =>
  new NumericalError("the marginal density of the spreads is not finite at their current values", {
    code: "not-finite",
    hint: "state priors whose supports overlap, or use --method gibbs",
  })
