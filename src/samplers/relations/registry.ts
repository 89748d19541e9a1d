/** Every sampler of relations, in order of preference: blocks first, then element by element. One file and one line each. */
import type { RelationGraph } from "../../models/relations/relation-graph.ts"
import { isRefusal, type Refusal } from "../conditional.ts"
import type { Kernel } from "../sampler.ts"
import { arraySlice } from "./array-slice.ts"
import { collapsedBlock } from "./collapsed-block.ts"
import { collapsedGamma } from "./collapsed-gamma.ts"
import { conjugateSite } from "./conjugate-site.ts"
import { curvatureBlock } from "./curvature-block.ts"
import { bindDeviance, DEVIANCE, type DevianceMatch } from "./deviance.ts"
import { ellipticalSlice } from "./elliptical-slice.ts"
import { bindEngine, type Engine } from "./engine.ts"
import { enumerateSite } from "./enumerate-site.ts"
import { enumerationBlock } from "./enumeration-block.ts"
import { exchangeMove } from "./exchange-move.ts"
import { bindForward, type ForwardMatch } from "./forward.ts"
import { gaussianBlock } from "./gaussian-block.ts"
import { logNormal } from "./log-normal.ts"
import { marginalBlock } from "./marginal-block.ts"
import { mixtureBlock } from "./mixture-block.ts"
import { normalSite } from "./normal-site.ts"
import { pivotMove } from "./pivot-move.ts"
import type {
  RelationBlockSampler,
  RelationExplanation,
  RelationModel,
  RelationSampler,
  Target,
} from "./relation-sampler.ts"
import { scaleMixture } from "./scale-mixture.ts"
import { scalingMove } from "./scaling-move.ts"
import { sliceSite } from "./slice-site.ts"
import { stateBlock } from "./state-block.ts"
import { sumMove } from "./sum-move.ts"
import { truncatedSite } from "./truncated-site.ts"

/** A sampler that has taken targets, its match sealed in. */
export interface RelationAssignment {
  readonly sampler: string
  readonly targets: readonly Target[]
  explain(): RelationExplanation
  /** Plain data for `bindRelationBlock`. */
  readonly match: unknown
}

export interface RegisteredRelationSampler {
  readonly name: string
  readonly describe: string
  /** Whether it draws several relations at once; the others are what a course derives. */
  readonly joint: boolean
  /** Whether it takes only what a user gives it. */
  readonly onlyByRequest: boolean
  /** Takes some of the targets, all or none; the reason says why not those that it leaves. */
  assign(
    model: RelationModel,
    targets: readonly Target[],
  ): { readonly taken: readonly RelationAssignment[]; readonly reason: string }
  bind(match: unknown, engine: Engine): Kernel
  /** Exact draws that bring elements in line with the data at a first state that the model does not allow. */
  mend(match: unknown, engine: Engine): readonly Kernel[]
}

/** Seals the type of a sampler's match, so that samplers of all kinds stand in one list. */
function seal<M extends object>(
  sampler: RelationSampler<M> | RelationBlockSampler<M>,
  joint: boolean,
  assign: RegisteredRelationSampler["assign"],
): RegisteredRelationSampler {
  const { name, describe, onlyByRequest = false } = sampler
  return {
    name,
    describe,
    joint,
    onlyByRequest,
    assign,
    // The data comes from `assign` of the sampler of the same name, possibly through a message to a worker.
    bind: (match, engine) => sampler.bind(match as M, engine),
    mend: (match, engine) => sampler.mend?.(match as M, engine) ?? [],
  }
}

function register<M extends object>(sampler: RelationSampler<M>): RegisteredRelationSampler {
  return seal(sampler, false, (model, targets) => {
    const taken: RelationAssignment[] = []
    let reason = ""
    for (const target of targets) {
      const match: M | Refusal = sampler.match(model, target)
      if (isRefusal(match)) reason = match.reason
      else
        taken.push({
          sampler: sampler.name,
          targets: [target],
          match,
          explain: () => sampler.explain(match, model),
        })
    }
    return { taken, reason }
  })
}

/** The same for samplers of several relations at once. */
function registerBlock<M extends object>(sampler: RelationBlockSampler<M>): RegisteredRelationSampler {
  return seal(sampler, true, (model, targets) => {
    const { blocks, reason } = sampler.match(model, targets)
    return {
      reason,
      taken: blocks.map(({ targets: own, match }) => ({
        sampler: sampler.name,
        targets: own,
        match,
        explain: () => sampler.explain(match, model),
      })),
    }
  })
}

export const RELATION_SAMPLERS: readonly RegisteredRelationSampler[] = [
  registerBlock(scalingMove),
  registerBlock(exchangeMove),
  registerBlock(pivotMove),
  registerBlock(sumMove),
  registerBlock(scaleMixture),
  registerBlock(logNormal),
  registerBlock(mixtureBlock),
  registerBlock(stateBlock),
  registerBlock(collapsedGamma),
  registerBlock(marginalBlock),
  registerBlock(curvatureBlock),
  registerBlock(collapsedBlock),
  registerBlock(gaussianBlock),
  registerBlock(enumerationBlock),
  register(conjugateSite),
  register(truncatedSite),
  register(normalSite),
  register(enumerateSite),
  register(sliceSite),
  register(arraySlice),
  registerBlock(ellipticalSlice),
]

/** Name of the block that draws what no data inform. */
export const FORWARD = "forward"

/** What a worker receives of one block; the graph is one object for all blocks. */
export interface LoweredRelationBlock {
  readonly graph: RelationGraph
  readonly name: string
  readonly match: unknown
}

/** The kernels of a block that mend a first state. */
export function bindMending({ graph, name, match }: LoweredRelationBlock): readonly Kernel[] {
  return RELATION_SAMPLERS.find((sampler) => sampler.name === name)?.mend(match, bindEngine(graph)) ?? []
}

/** Turns a lowered block into a kernel; runs in the worker. */
export function bindRelationBlock({ graph, name, match }: LoweredRelationBlock): Kernel {
  const engine = bindEngine(graph)
  if (name === FORWARD) return bindForward(match as ForwardMatch, engine)
  if (name === DEVIANCE) return bindDeviance(match as DevianceMatch, engine)
  return RELATION_SAMPLERS.find((sampler) => sampler.name === name)!.bind(match, engine)
}
