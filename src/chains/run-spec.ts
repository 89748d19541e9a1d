/** What a run is, as plain data: everything a worker needs, nothing that cannot be cloned. */
import { InternalError } from "../core/errors.ts"
import type { Quantity } from "../models/graph.ts"
import type { Seed } from "../random/stream.ts"
import type { StateLayout } from "../samplers/kernel/layout.ts"
import { slotOf } from "../samplers/kernel/recorder.ts"
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
  /** State slots of what mean and variance alone are kept of; nothing when absent. */
  readonly moments?: Int32Array
  /** What these are called: by the run, workers need no names. */
  readonly momentNames?: readonly string[]
}

/** Sweeps of one chain, warm-up included. */
export const sweepsOf = (spec: RunOptions): number => spec.warmup + spec.draws * spec.thin

/** Lowers a plan to a run of it. @param moments values of the state of which mean and variance alone are kept */
export function makeRunSpec(
  plan: Plan,
  options: RunOptions,
  monitors: readonly Quantity[],
  moments: readonly Quantity[] = [],
): RunSpec {
  const names = new Set(monitors.map((quantity) => quantity.name))
  if (names.size !== monitors.length) throw new InternalError("two monitored quantities have the same name")
  // The monitors of the plan's graph: the same names, in terms of what is sampled.
  const sampled = plan.graph.quantities.filter((quantity) => names.has(quantity.name))
  return {
    ...options,
    blocks: lowerPlan(plan),
    layout: plan.layout,
    initial: initialStates(plan, options.chains, options.seed),
    monitors: sampled,
    moments: Int32Array.from(moments, ({ name, value }) => slotOf(value, plan.layout) ?? notOfState(name)),
    momentNames: moments.map((quantity) => quantity.name),
  }
}

function notOfState(name: string): never {
  throw new InternalError(`moments of "${name}", which is no value of the state`)
}
