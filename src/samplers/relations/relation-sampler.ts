/** The contract of samplers for relations, and what they are told about the model. */
import type { RelationGraph } from "../../models/relations/relation-graph.ts"
import type { Refusal } from "../conditional.ts"
import type { Kernel } from "../sampler.ts"
import type { Network } from "./dependents.ts"
import type { Engine } from "./engine.ts"

export interface RelationModel {
  readonly graph: RelationGraph
  readonly network: Network
  readonly engine: Engine
}

/** Instances of a relation that wait for a sampler. */
export interface Target {
  readonly relation: number
  readonly instances: Int32Array
}

/** What a reader is told of a block: the full conditional in words and symbols. */
export interface RelationExplanation {
  /** `alpha[i] ~ Normal(mean = …, variance = …)`, or `density ∝ …` where it has no closed form. */
  readonly formula: string
  readonly because: readonly string[]
}

/** What all samplers of relations have in common. `M`, a match, is structured-cloneable plain data. */
interface SamplerOf<M> {
  readonly name: string
  /** One phrase for people: what it does. */
  readonly describe: string
  /** Takes nothing of itself: only what a user gives it. */
  readonly onlyByRequest?: boolean
  explain(match: M, model: RelationModel): RelationExplanation
  /** Runs in the worker; every allocation happens here. The state of the kernel is the slots of the graph. */
  bind(match: M, engine: Engine): Kernel
  /** Exact draws that bring elements in line with the data at a first state that the model does not allow. */
  readonly mend?: (match: M, engine: Engine) => readonly Kernel[]
}

/** A sampler of the elements of one relation, one after another. */
export interface RelationSampler<M = unknown> extends SamplerOf<M> {
  match(model: RelationModel, target: Target): M | Refusal
}

/** A match that remembers what it said of a target: blocks ask the samplers of single elements before these have their turn. */
export function remember<M extends object>(
  match: (model: RelationModel, target: Target) => M | Refusal,
): (model: RelationModel, target: Target) => M | Refusal {
  type Answer = { readonly relation: number; readonly answer: M | Refusal }
  const byNetwork = new WeakMap<Network, WeakMap<Int32Array, Answer>>()
  return (model, target) => {
    const answers = byNetwork.get(model.network) ?? new WeakMap<Int32Array, Answer>()
    byNetwork.set(model.network, answers)
    const before = answers.get(target.instances)
    if (before?.relation === target.relation) return before.answer
    const answer = match(model, target)
    answers.set(target.instances, { relation: target.relation, answer })
    return answer
  }
}

/** A sampler of several relations at once: from what waits, it takes what it can. */
export interface RelationBlockSampler<M = unknown> extends SamplerOf<M> {
  /** @returns the blocks it makes of the targets, each with the targets that it draws; none, with the reason, when it takes none */
  match(
    model: RelationModel,
    targets: readonly Target[],
  ): {
    readonly blocks: readonly { readonly targets: readonly Target[]; readonly match: M }[]
    readonly reason: string
  }
}
