/** The joint samplers of normal elements, for blocks that see a model with other distributions (mixtures, logarithms). */
import type { Kernel } from "../sampler.ts"
import { collapsedBlock } from "./collapsed-block.ts"
import { curvatureBlock } from "./curvature-block.ts"
import type { Engine } from "./engine.ts"
import { gaussianBlock } from "./gaussian-block.ts"
import type { RelationBlockSampler, RelationModel, Target } from "./relation-sampler.ts"

/** In order of preference. */
const JOINT = [seal(curvatureBlock), seal(collapsedBlock), seal(gaussianBlock)]

/** Seals the type of a sampler's match, so that samplers of all kinds stand in one list. */
function seal<M extends object>({ name, match, bind }: RelationBlockSampler<M>) {
  return {
    name,
    match: (model: RelationModel, targets: readonly Target[]): readonly SealedBlock[] =>
      match(model, targets).blocks,
    // The data comes from `match` of the sampler of the same name, possibly through a message to a worker.
    bind: (data: unknown, engine: Engine): Kernel => bind(data as M, engine),
  }
}

interface SealedBlock {
  readonly targets: readonly Target[]
  readonly match: unknown
}

/** A block, with the name of the sampler that takes it. */
export interface JointBlock extends SealedBlock {
  readonly name: string
}

/** Blocks of a model in which some of the targets are drawn by given relations. */
export function matchJointly(
  model: RelationModel,
  targets: readonly Target[],
  wanted: readonly number[],
): readonly JointBlock[] {
  let waiting = targets
  return JOINT.flatMap(({ name, match }) => {
    const found = match(model, waiting).filter(({ targets: own }) =>
      own.some(({ relation }) => wanted.includes(relation)),
    )
    const taken = found.flatMap(({ targets: own }) => own)
    waiting = waiting.filter((target) => !taken.includes(target))
    return found.map((block) => ({ name, ...block }))
  })
}

/** The kernel of a block that `matchJointly` found. */
export const bindJointly = (sampler: string, match: unknown, engine: Engine): Kernel =>
  JOINT.find(({ name }) => name === sampler)!.bind(match, engine)
