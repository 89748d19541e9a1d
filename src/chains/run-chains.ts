/** Runs all chains of a spec: in this thread when that is quickest, otherwise in worker threads. */
import { availableParallelism } from "node:os"
import { setImmediate } from "node:timers/promises"
import { createDraws, type Draws, recordDraws } from "../draws/draws.ts"
import { advanceChains } from "./advance-chains.ts"
import { type Chain, startChain } from "./chain.ts"
import { createControl, progressOf, requestStop, setProgress, stopRequested } from "./control.ts"
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
  const control = createControl(spec.chains)
  const summarised = countSummarised(spec)
  const moments = new Float64Array(new SharedArrayBuffer(8 * momentsLength(summarised) * spec.chains))
  const stop = () => requestStop(control)
  if (controls.signal?.aborted) stop()
  // Several threads that were asked for are started; otherwise a short run is over before a thread is up.
  const mayStay = (controls.workers === undefined || workers === 1) && !stopRequested(control)
  const opening = mayStay ? openFirst(spec, momentsOf(moments, spec, 0)) : null
  const inline = opening !== null && isShort(spec, opening)
  if (!inline) moments.fill(0)
  const draws = createDraws({
    names: spec.monitors.map((quantity) => quantity.name),
    chains: spec.chains,
    capacity: spec.draws,
    shared: !inline,
  })
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
      ? await runInline(spec, opening, draws, control, moments)
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

/** The beginning of the first chain, made to see what a sweep costs; kept where the run stays in this thread. */
interface Opening {
  readonly chain: Chain
  /** What its sweeps recorded. */
  readonly records: readonly Float64Array[]
  /** When it began, and how long its first sweep took, which makes what later ones only use: by `performance.now()`. */
  readonly started: number
  readonly first: number
  /** Milliseconds of a later sweep. */
  readonly each: number
}

function openFirst(spec: RunSpec, moments: Float64Array): Opening {
  const started = performance.now()
  const chain = startChain(spec, 0, { moments })
  const record = new Float64Array(spec.monitors.length)
  const records: Float64Array[] = []
  const advance = () => {
    if (chain.advance(record)) records.push(record.slice())
  }
  advance()
  const warm = performance.now()
  while (!chain.done && performance.now() - warm < PROBE_MILLISECONDS) advance()
  const each = (performance.now() - warm) / Math.max(1, chain.sweep - 1)
  return { chain, records, started, first: warm - started, each }
}

/** Whether the rest of a run takes no longer than starting threads. */
function isShort(spec: RunSpec, { chain, first, each }: Opening): boolean {
  const left = each * (sweepsOf(spec) * spec.chains - chain.sweep) + first * (spec.chains - 1)
  return left < INLINE_MILLISECONDS
}

/** The part of the running moments that is a chain's. */
function momentsOf(moments: Float64Array, { chains }: RunSpec, chain: number): Float64Array {
  const length = moments.length / chains
  return moments.subarray(chain * length, (chain + 1) * length)
}

interface Finished {
  readonly milliseconds: number
  readonly notes: readonly string[]
}

async function runInline(
  spec: RunSpec,
  { chain, records, started }: Opening,
  draws: Draws,
  control: ReturnType<typeof createControl>,
  moments: Float64Array,
): Promise<Finished> {
  for (const record of records) recordDraws(draws, 0, record, 1)
  setProgress(control, 0, chain.sweep)
  const others = Array.from({ length: spec.chains - 1 }, (_, k) =>
    startChain(spec, k + 1, { moments: momentsOf(moments, spec, k + 1) }),
  )
  const chains = [chain, ...others]
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
