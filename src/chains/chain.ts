/** One chain: a state, the kernels that change it, and the stream they draw from. */
import { NumericalError } from "../core/errors.ts"
import { Stream, streamFor } from "../random/stream.ts"
import { bindRecorder } from "../samplers/kernel/recorder.ts"
import { bindLowered } from "../samplers/registry.ts"
import type { BindOptions, Kernel } from "../samplers/sampler.ts"
import { type RunSpec, sweepsOf } from "./run-spec.ts"

/** All there is to know to go on from here: state, adaptation memory, stream, and how far the chain has come. */
export interface Checkpoint {
  readonly sweep: number
  readonly state: Float64Array
  readonly memory: readonly Float64Array[]
  readonly stream: Int32Array
}

export interface Chain {
  /** 0-based number of the chain in its run. */
  readonly number: number
  /** Sweeps made so far. */
  readonly sweep: number
  readonly done: boolean
  /** Current values, as laid out by the plan; changed by every sweep. */
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
}

/** Starts a chain, or resumes it from a checkpoint. All allocation happens here. */
export function startChain(
  spec: RunSpec,
  number: number,
  options: BindOptions & { readonly from?: Checkpoint } = {},
): Chain {
  const { from } = options
  const kernels: Kernel[] = spec.blocks.map((block) => bindLowered(block, options))
  const state = (from?.state ?? spec.initial[number]!).slice()
  const memory = kernels.map((kernel, k) => from?.memory[k]?.slice() ?? new Float64Array(kernel.memoryLength))
  const rng = from === undefined ? streamFor(spec.seed, number, "sweep") : Stream.restore(from.stream)
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
      try {
        for (let k = 0; k < kernels.length; k++) kernels[k]!.step(state, memory[k]!, rng, phase)
      } catch (error) {
        throw inChain(error, number, sweep)
      }
      sweep++
      if (sweep <= spec.warmup || (sweep - spec.warmup) % spec.thin !== 0) return false
      recorder(state, record, offset)
      return true
    },
    read: (record) => recorder(state, record, 0),
    checkpoint: () => ({
      sweep,
      state: state.slice(),
      memory: memory.map((m) => m.slice()),
      stream: rng.snapshot(),
    }),
  }
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
