/** Every sampler, in order of preference: the first that takes a node draws it. One file and one line each. */
import type { ModelGraph, StochasticNode } from "../models/graph.ts"
import { isRefusal, type Refusal } from "./conditional.ts"
import { conjugate } from "./conjugate.ts"
import { crossed } from "./crossed/sampler.ts"
import { blocked, collapsed, interweave } from "./gaussian/samplers.ts"
import type { LoweringContext } from "./kernel/lowering-context.ts"
import { bindRelationBlock, type LoweredRelationBlock } from "./relations/registry.ts"
import type { BindOptions, Explanation, JointSampler, Kernel, Sampler } from "./sampler.ts"
import { slice } from "./slice.ts"

/** A sampler that has taken a node, its match sealed in. */
export interface Assignment {
  readonly sampler: string
  explain(graph: ModelGraph): Explanation
  /** Plain data for `bindLowered`. */
  lower(context: LoweringContext): LoweredBlock
}

/** What a worker receives: the name of a sampler and the data that its `bind` takes. */
export interface LoweredBlock {
  readonly sampler: string
  readonly data: unknown
}

export interface RegisteredSampler {
  readonly name: string
  assign(graph: ModelGraph, target: StochasticNode): Assignment | Refusal
  bind(data: unknown, options?: BindOptions): Kernel
}

/** Seals the types of a sampler's match, so that samplers of all kinds stand in one list. */
function register<M extends object, P>(sampler: Sampler<M, P>): RegisteredSampler {
  const { name } = sampler
  return {
    name,
    assign(graph, target) {
      const match = sampler.match(graph, target)
      if (isRefusal(match)) return match
      return {
        sampler: name,
        explain: (g) => sampler.explain(match, g),
        lower: (context) => ({ sampler: name, data: sampler.lower(match, context) }),
      }
    },
    // The data comes from `lower` of the sampler of the same name, possibly through a message to a worker.
    bind: (data, options) => sampler.bind(data as P, options),
  }
}

/** A sampler of many nodes at once: it takes what it can of the whole graph. */
export interface RegisteredJointSampler {
  readonly name: string
  /** @param stated the model before it was rewritten for this method @returns the nodes it draws, or why it draws none */
  assign(context: LoweringContext, stated: ModelGraph): JointAssignment | Refusal
  bind(data: unknown, options?: BindOptions): Kernel
}

export interface JointAssignment extends Assignment {
  readonly targets: readonly string[]
  /** Multiplications of one sweep, in order of magnitude. */
  readonly cost: number
  /** Coordinates that are drawn by Metropolis–Hastings; 0 for an exact sampler. */
  readonly dimension: number
}

function registerJoint<M extends object, P>(sampler: JointSampler<M, P>): RegisteredJointSampler {
  const { name } = sampler
  return {
    name,
    assign(context, stated) {
      const match = sampler.match(context, stated)
      if (isRefusal(match)) return match
      return {
        sampler: name,
        ...sampler.describe(match),
        explain: () => sampler.explain(match),
        lower: () => ({ sampler: name, data: sampler.lower(match) }),
      }
    },
    bind: (data, options) => sampler.bind(data as P, options),
  }
}

export const JOINT_SAMPLERS = {
  blocked: registerJoint(blocked),
  collapsed: registerJoint(collapsed),
  crossed: registerJoint(crossed),
  interweave: registerJoint(interweave),
} as const

export const SAMPLERS: readonly RegisteredSampler[] = [register(conjugate), register(slice)]

/** Turns lowered blocks into kernels; runs in the worker. */
export function bindLowered(block: LoweredBlock, options?: BindOptions): Kernel {
  if (block.sampler === "relations") return bindRelationBlock(block.data as LoweredRelationBlock)
  const all = [...SAMPLERS, ...Object.values(JOINT_SAMPLERS)]
  return all.find((sampler) => sampler.name === block.sampler)!.bind(block.data, options)
}
