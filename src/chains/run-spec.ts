/** What a run is, as plain data: everything a worker needs, nothing that cannot be cloned. */
import { InternalError } from "../core/errors.ts"
import type { Quantity } from "../models/graph.ts"
import type { Seed } from "../random/stream.ts"
import type { StateLayout } from "../samplers/kernel/layout.ts"
import { lowerPlan, type Plan } from "../samplers/plan.ts"
import type { LoweredBlock } from "../samplers/registry.ts"
import { initialStates } from "./initial-values.ts"

export interface RunOptions {
  readonly chains: number
  /** Kept draws of each chain. */
  readonly draws: number
  readonly warmup: number
  /** Sweeps for each kept draw. */
  readonly thin: number
  readonly seed: Seed
}

export interface RunSpec extends RunOptions {
  readonly blocks: readonly LoweredBlock[]
  readonly layout: StateLayout
  /** One state a chain. */
  readonly initial: readonly Float64Array[]
  /** What is recorded for each draw. */
  readonly monitors: readonly Quantity[]
  /** Nodes of which mean and variance alone are kept; none when absent. */
  readonly moments?: readonly string[]
}

/** Sweeps of one chain, warm-up included. */
export const sweepsOf = (spec: RunOptions): number => spec.warmup + spec.draws * spec.thin

/** Values of which mean and variance are kept. */
export const countSummarised = ({ moments = [], layout }: RunSpec): number =>
  moments.reduce((total, node) => total + layout.slots[node]!.stride * layout.slots[node]!.members, 0)

/** The values of the state of which mean and variance are kept, node by node: views. */
export const summarisedPlaces = ({ moments = [], layout }: RunSpec, state: Float64Array): Float64Array[] =>
  moments.map((node) => {
    const { offset, stride, members } = layout.slots[node]!
    return state.subarray(offset, offset + stride * members)
  })

/** Lowers a plan to a run of it. @param moments nodes of which mean and variance alone are kept */
export function makeRunSpec(
  plan: Plan,
  options: RunOptions,
  monitors: readonly Quantity[],
  moments: readonly string[] = [],
): RunSpec {
  const names = new Set(monitors.map((quantity) => quantity.name))
  if (names.size !== monitors.length) throw new InternalError("two monitored quantities have the same name")
  // By the same names in terms of what is sampled; effects are sampled as they are.
  const sampled = new Map(plan.graph.quantities.map((quantity) => [quantity.name, quantity]))
  return {
    ...options,
    blocks: lowerPlan(plan),
    layout: plan.layout,
    initial: initialStates(plan, options.chains, options.seed),
    monitors: monitors.map((quantity) => sampled.get(quantity.name) ?? quantity),
    moments,
  }
}
