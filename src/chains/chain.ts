/** One chain: a state, the kernels that change it, and the stream they draw from. */
import { NumericalError } from "../core/errors.ts"
import { nodesIn } from "../models/expression.ts"
import { Stream, streamFor } from "../random/stream.ts"
import { bindRecorder } from "../samplers/kernel/recorder.ts"
import { bindLowered } from "../samplers/registry.ts"
import type { BindOptions, Kernel } from "../samplers/sampler.ts"
import { countSummarised, type RunSpec, summarisedPlaces, sweepsOf } from "./run-spec.ts"
import { momentsLength, updateMoments } from "./running-moments.ts"

/** All there is to know to go on from here: state, adaptation memory, streams, and how far the chain has come. */
export interface Checkpoint {
  readonly sweep: number
  readonly state: Float64Array
  readonly memory: readonly Float64Array[]
  readonly stream: Int32Array
  /** The stream of effects that no later sweep depends on. */
  readonly effectsStream: Int32Array
  /** Running moments of what is not recorded. */
  readonly moments: Float64Array
}

export interface Chain {
  /** 0-based number of the chain in its run. */
  readonly number: number
  /** Sweeps made so far. */
  readonly sweep: number
  readonly done: boolean
  /**
   * Current values, as laid out by the plan; changed by every sweep. Effects that nothing later depends on are drawn
   * only in sweeps that end a kept draw, and only when some monitored quantity reads them.
   */
  readonly state: Float64Array
  /**
   * One sweep: every block once. Writes the monitored quantities into `record`, from `offset`, when the sweep
   * ends a kept draw.
   * @returns whether a draw was recorded
   * @throws NumericalError naming chain, sweep and node
   */
  advance(record: Float64Array, offset?: number): boolean
  /** Writes the monitored quantities at the current state into `record`. */
  read(record: Float64Array): void
  checkpoint(): Checkpoint
  /** What a reader of the draws should know of how the chain went. */
  notes(): readonly string[]
}

export interface ChainOptions extends BindOptions {
  /** Where to go on from. */
  readonly from?: Checkpoint
  /** Every sweep will be looked at, not only those that end a kept draw: all effects are drawn in each. */
  readonly showAll?: boolean
  /** Where the running moments go, zeros at first; memory of its own when absent. */
  readonly moments?: Float64Array
}

/** Starts a chain, or resumes it from a checkpoint. All allocation happens here, except for chains that show all sweeps. */
export function startChain(spec: RunSpec, number: number, options: ChainOptions = {}): Chain {
  const { from, showAll = false } = options
  const kernels: Kernel[] = spec.blocks.map((block) => bindLowered(block, options))
  const state = (from?.state ?? spec.initial[number]!).slice()
  const memory = kernels.map((kernel, k) => from?.memory[k]?.slice() ?? new Float64Array(kernel.memoryLength))
  const rng = from === undefined ? streamFor(spec.seed, number, "sweep") : Stream.restore(from.stream)
  const effects =
    from === undefined
      ? Stream.pair(
          streamFor(spec.seed, number, "effects"),
          streamFor(spec.seed, number, "effects, second lane"),
        )
      : Stream.restore(from.effectsStream)
  const wanted = findWanted(spec, kernels)
  const shared = findShared(kernels)
  const summarised = summarisedPlaces(spec, state)
  const moments = options.moments ?? new Float64Array(momentsLength(countSummarised(spec)))
  if (from !== undefined) moments.set(from.moments)
  const quantities = spec.monitors.map((quantity) => quantity.value)
  const recorder = bindRecorder(quantities, spec.layout, options.interpreted)
  const total = sweepsOf(spec)
  let sweep = from?.sweep ?? 0

  return {
    number,
    get sweep() {
      return sweep
    },
    get done() {
      return sweep >= total
    },
    state,
    advance(record, offset = 0) {
      const phase = sweep < spec.warmup ? "warmup" : "sampling"
      const kept = sweep >= spec.warmup && (sweep + 1 - spec.warmup) % spec.thin === 0
      // A look at a sweep that is not kept must not change the draws of those that are.
      const shown = !kept && showAll ? effects.clone() : null
      try {
        for (let k = 0; k < kernels.length; k++)
          kernels[k]!.step(
            state,
            memory[k]!,
            rng,
            phase,
            shared[k]! ? rng : kept && wanted[k]! ? effects : shown,
          )
      } catch (error) {
        throw inChain(error, number, sweep)
      }
      sweep++
      if (!kept) return false
      recorder(state, record, offset)
      if (summarised.length > 0) updateMoments(moments, summarised)
      return true
    },
    read: (record) => recorder(state, record, 0),
    checkpoint: () => ({
      sweep,
      state: state.slice(),
      memory: memory.map((m) => m.slice()),
      stream: rng.snapshot(),
      effectsStream: effects.snapshot(),
      moments: moments.slice(),
    }),
    notes: () => kernels.flatMap((kernel, k) => [...(kernel.notes?.(memory[k]!) ?? [])]),
  }
}

/** By kernel: whether its late draws are read by a monitored quantity, or by those of a later kernel that are. */
function findWanted(spec: RunSpec, kernels: readonly Kernel[]): readonly boolean[] {
  const wanted = kernels.map(() => false)
  if (kernels.every(({ late }) => late === undefined)) return wanted
  const read = new Uint8Array(spec.layout.length)
  const monitored = new Set(spec.moments)
  for (const { value } of spec.monitors) for (const node of nodesIn(value)) monitored.add(node)
  for (const node of monitored) {
    const { offset, stride, members } = spec.layout.slots[node]!
    read.fill(1, offset, offset + stride * members)
  }
  for (let k = kernels.length - 1; k >= 0; k--) {
    const { late, lateReads } = kernels[k]!
    if (late?.some((slot) => read[slot] === 1) !== true) continue
    wanted[k] = true
    for (const slot of lateReads ?? []) read[slot] = 1
  }
  return wanted
}

/** By kernel with late draws: whether another one moves what it draws as well, and so reads them in every sweep. */
function findShared(kernels: readonly Kernel[]): readonly boolean[] {
  const own = new Set<number>()
  const common = new Set<number>()
  if (kernels.every(({ late }) => late === undefined)) return kernels.map(() => false)
  for (const { writes } of kernels)
    for (const slot of new Set(writes)) (own.has(slot) ? common : own).add(slot)
  return kernels.map(({ late, writes }) => late !== undefined && writes.some((slot) => common.has(slot)))
}

function inChain(error: unknown, chain: number, sweep: number): unknown {
  if (!(error instanceof NumericalError)) return error
  const { code, hint, where } = error
  return new NumericalError(error.message, {
    code,
    where: `chain ${chain + 1}, sweep ${sweep + 1}${where === undefined ? "" : `, ${where}`}`,
    ...(hint === undefined ? {} : { hint }),
    cause: error,
  })
}
