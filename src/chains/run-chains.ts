/** Runs all chains of a spec: in this thread when that is quickest, otherwise in worker threads. */
import { availableParallelism } from "node:os"
import { setImmediate } from "node:timers/promises"
import { createDraws, type Draws } from "../draws/draws.ts"
import { advanceChains } from "./advance-chains.ts"
import { startChain } from "./chain.ts"
import { createControl, progressOf, requestStop } from "./control.ts"
import { countSummarised, type RunSpec, sweepsOf } from "./run-spec.ts"
import { momentsLength, type PooledMoments, poolMoments } from "./running-moments.ts"
import { shareArrays } from "./share-arrays.ts"
import { runInThread } from "./threads.ts"
import { receiveError, type WorkerJob, type WorkerReply } from "./worker-protocol.ts"

/** How far one chain has come. */
export interface Progress {
  /** 0-based. */
  readonly chain: number
  readonly sweep: number
  readonly sweeps: number
  readonly phase: "warmup" | "sampling"
}

export interface RunControls {
  /** Worker threads, default as many as there are cores; a job of a few milliseconds needs none unless two are asked for. */
  readonly workers?: number
  /** Aborting keeps the draws made so far. */
  readonly signal?: AbortSignal
  /** Called about ten times a second for each chain, and once when it ends. */
  readonly onProgress?: (progress: Progress) => void
}

export interface RunResult {
  readonly draws: Draws
  /** Wall time from the first sweep to the last of all chains. */
  readonly seconds: number
  readonly cancelled: boolean
  /** Of what was summarised instead of recorded draw by draw. */
  readonly moments: PooledMoments
  /** What a reader of the draws should know of how the chains went; each once. */
  readonly notes: readonly string[]
}

/** Below this a run is over before a thread has started. */
const INLINE_MILLISECONDS = 60
/** How long a run is tried in this thread to see what a sweep costs. */
const PROBE_MILLISECONDS = 15
const REPORT_MILLISECONDS = 100

/**
 * Runs a spec. The draws depend on the spec alone: not on threads, machine or interruptions.
 * @throws NumericalError when a full conditional degenerates, naming chain, sweep and node
 */
export async function runChains(spec: RunSpec, controls: RunControls = {}): Promise<RunResult> {
  const workers = Math.min(spec.chains, controls.workers ?? availableParallelism())
  // Several threads that were asked for are started; otherwise a short run is over before a thread is up.
  const inline = (controls.workers === undefined || workers === 1) && isShort(spec)
  const draws = createDraws({
    names: spec.monitors.map((quantity) => quantity.name),
    chains: spec.chains,
    capacity: spec.draws,
    shared: !inline,
  })
  const control = createControl(spec.chains)
  const summarised = countSummarised(spec)
  const moments = new Float64Array(new SharedArrayBuffer(8 * momentsLength(summarised) * spec.chains))
  const stop = () => requestStop(control)
  if (controls.signal?.aborted) stop()
  controls.signal?.addEventListener("abort", stop, { once: true })
  const report = () => {
    for (let chain = 0; chain < spec.chains; chain++) {
      const sweep = progressOf(control, chain)
      const phase = sweep < spec.warmup ? "warmup" : "sampling"
      controls.onProgress?.({ chain, sweep, sweeps: sweepsOf(spec), phase })
    }
  }
  const timer = controls.onProgress === undefined ? null : setInterval(report, REPORT_MILLISECONDS)
  try {
    const { milliseconds, notes } = inline
      ? await runInline(spec, draws, control, moments)
      : await runInWorkers(spec, workers, draws, control, moments)
    report()
    const done = Array.from({ length: spec.chains }, (_, chain) => progressOf(control, chain))
    return {
      draws,
      seconds: milliseconds / 1000,
      cancelled: done.some((sweep) => sweep < sweepsOf(spec)),
      moments: poolMoments(summarised, moments, spec.chains),
      notes: [...new Set(notes)],
    }
  } finally {
    if (timer !== null) clearInterval(timer)
    controls.signal?.removeEventListener("abort", stop)
  }
}

/** Whether the whole run takes no longer than starting threads, judged by a chain that is thrown away. */
function isShort(spec: RunSpec): boolean {
  const chain = startChain(spec, 0)
  const record = new Float64Array(spec.monitors.length)
  const started = performance.now()
  while (!chain.done && performance.now() - started < PROBE_MILLISECONDS) chain.advance(record)
  const each = (performance.now() - started) / Math.max(1, chain.sweep)
  return each * sweepsOf(spec) * spec.chains < INLINE_MILLISECONDS
}

interface Finished {
  readonly milliseconds: number
  readonly notes: readonly string[]
}

async function runInline(
  spec: RunSpec,
  draws: Draws,
  control: ReturnType<typeof createControl>,
  moments: Float64Array,
): Promise<Finished> {
  const length = moments.length / spec.chains
  const chains = Array.from({ length: spec.chains }, (_, number) =>
    startChain(spec, number, { moments: moments.subarray(number * length, (number + 1) * length) }),
  )
  const started = performance.now()
  // Between slices the event loop turns, so that an abort signal or a timer is heard.
  while (advanceChains(chains, draws, control, performance.now() + REPORT_MILLISECONDS)) {
    await setImmediate()
    if (control.words[0] === 1) break
  }
  return { milliseconds: performance.now() - started, notes: chains.flatMap((chain) => chain.notes()) }
}

async function runInWorkers(
  spec: RunSpec,
  workers: number,
  draws: Draws,
  control: ReturnType<typeof createControl>,
  moments: Float64Array,
): Promise<Finished> {
  const shared = shareArrays(spec)
  const numbers = Array.from({ length: spec.chains }, (_, chain) => chain)
  const jobs = Array.from(
    { length: workers },
    (_, w): WorkerJob => ({
      spec: shared,
      chains: numbers.filter((chain) => chain % workers === w),
      draws: draws.buffer as SharedArrayBuffer,
      names: draws.names,
      control: control.buffer as SharedArrayBuffer,
      moments: moments.buffer as SharedArrayBuffer,
    }),
  )
  const replies = await Promise.all(jobs.map((job) => runOrStop(job, () => requestStop(control))))
  const times = replies.map((reply) => {
    if (reply.kind === "failed") throw receiveError(reply.error)
    return reply
  })
  return {
    milliseconds: Math.max(...times.map((t) => t.ended)) - Math.min(...times.map((t) => t.started)),
    notes: times.flatMap((t) => t.notes),
  }
}

/** A failure of one job stops the others, too. */
async function runOrStop(job: WorkerJob, stopOthers: () => void): Promise<WorkerReply> {
  try {
    const reply = await runInThread(job)
    if (reply.kind === "failed") stopOthers()
    return reply
  } catch (error) {
    stopOthers()
    throw error
  }
}
