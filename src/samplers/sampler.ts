/** The contract between the plan and what it schedules: matching on the main thread, kernels in the worker. */
import type { ModelGraph, StochasticNode } from "../models/graph.ts"
import type { Stream } from "../random/stream.ts"
import type { FullConditional, Refusal } from "./conditional.ts"
import type { LoweringContext } from "./kernel/lowering-context.ts"

/** Whether adaptation is allowed. */
export type Phase = "warmup" | "sampling"

export interface Kernel {
  /** State slots that `step` may change. */
  readonly writes: Int32Array
  /** Those of them that no later update depends on, drawn only when asked for: see `step`. None when absent. */
  readonly late?: Int32Array
  /** Slots of other kernels' late draws from which its own are made. None when absent. */
  readonly lateReads?: Int32Array
  /** Doubles of adaptation memory. */
  readonly memoryLength: number
  /**
   * One update: a deterministic function of (state, memory, streams) that changes its declared slots and memory only
   * and allocates nothing.
   * @param effects where the draws come from that no later update depends on (random effects of the collapsed sampler):
   *   a stream of their own, so that all else is the same whether they are drawn or not; null to leave them as they were,
   *   in a sweep that nobody looks at; `rng` when absent. Kernels without such draws ignore it.
   * @throws NumericalError when the conditional allows no draw
   */
  step(state: Float64Array, memory: Float64Array, rng: Stream, phase: Phase, effects?: Stream | null): void
  /** What a reader of the draws should know of how a chain with this memory went; nothing when absent. */
  notes?(memory: Float64Array): readonly string[]
  /** Normalised log density of the target's current value given the rest; exact kernels have it. */
  logConditional?(state: Float64Array): number
  /** Log density of the target's current value given the rest, up to a constant; kernels without `logConditional` have it. */
  logDensity?(state: Float64Array): number
}

export interface Explanation {
  /** Null where the conditional has no closed form. */
  readonly conditional: FullConditional | null
  /** What is drawn, in words, when there is no closed form. */
  readonly density: string | null
  readonly because: readonly string[]
}

/** `M` is structured-cloneable plain data, `P` what the worker needs of it. */
export interface Sampler<M = unknown, P = unknown> {
  readonly name: string
  match(graph: ModelGraph, target: StochasticNode): M | Refusal
  explain(match: M, graph: ModelGraph): Explanation
  /** Plain data for the worker: tables and cross-products, computed once. */
  lower(match: M, context: LoweringContext): P
  /** Runs in the worker; every allocation happens here. */
  bind(lowered: P, options?: BindOptions): Kernel
}

/** A sampler of many nodes at once. */
export interface JointSampler<M = unknown, P = unknown> {
  readonly name: string
  /** @param stated the model before it was rewritten for this method */
  match(context: LoweringContext, stated: ModelGraph): M | Refusal
  /** The nodes it draws, the multiplications of a sweep, and the coordinates of its Metropolis–Hastings step. */
  describe(match: M): {
    readonly targets: readonly string[]
    readonly cost: number
    readonly dimension: number
  }
  explain(match: M): Explanation
  lower(match: M): P
  bind(lowered: P, options?: BindOptions): Kernel
}

export interface BindOptions {
  /** Closures instead of generated code, as on a page that forbids `eval`. Same draws, bit for bit. */
  readonly interpreted?: boolean
}
