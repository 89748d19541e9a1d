/** The parametric bootstrap over worker threads, where that pays. */

import { availableParallelism } from "node:os"
import { setImmediate } from "node:timers/promises"
import { Worker } from "node:worker_threads"
import type { BootstrapLrt, BootstrapOptions, BootstrapParameters } from "./bootstrap.ts"
import { summariseStatistics, tabulateReplicates } from "./bootstrap.ts"
import type { Replicator } from "./bootstrap-chunk.ts"
import { CHUNK, checkReplicates, chunkLength, chunkStream, createReplicator } from "./bootstrap-chunk.ts"
import type { BootstrapMessage, BootstrapModel, BootstrapReply } from "./bootstrap-protocol.ts"
import type { Comparable } from "./comparable.ts"
import { fitWithoutRandom, likelihoodRatioTest } from "./likelihood-ratio.ts"
import type { FittedModel, LmmEstimate } from "./lmm-estimate.ts"
import { createStatisticReplicator } from "./lrt-replicates.ts"
import { listParameters } from "./parameter-names.ts"

export interface ParallelBootstrapOptions extends BootstrapOptions {
  /** Worker threads, as many as there are cores when left out; none for what is over sooner than they would start. */
  readonly workers?: number
}

/** What is left to do is left to threads when it takes longer than this. */
const WORTH_MILLISECONDS = 300
/** How often a run in this thread lets others have it. */
const BREATH_MILLISECONDS = 50

/**
 * As `bootstrapParameters`, without holding up the thread: the same seed gives the same replicates, bit for bit, whatever
 * the number of workers. Models with a residual structure or structured terms are refitted in this thread.
 *
 * @throws as a rejection: OptionError for a number of replicates that is no positive integer; the signal's reason when it
 *   is aborted, at once
 */
export async function bootstrapInParallel(
  fit: LmmEstimate,
  options: ParallelBootstrapOptions = {},
): Promise<BootstrapParameters> {
  const began = performance.now()
  const parameters = listParameters(fit)
  const model: BootstrapModel | null =
    fit.state.structure === null ? { fit: fittedModel(fit), smaller: null, seed: options.seed } : null
  const replicate = createReplicator(fit, options.signal)
  const { rows, notConverged } = await runAll(replicate, parameters.length, model, options)
  return {
    ...tabulateReplicates(parameters, rows),
    notConverged,
    seconds: (performance.now() - began) / 1000,
  }
}

/**
 * As `bootstrapLrt`, without holding up the thread: the same seed gives the same statistics, whatever the number of
 * workers. Throws, as a rejection, what `bootstrapLrt` and {@link bootstrapInParallel} do.
 */
export async function bootstrapLrtInParallel(
  larger: LmmEstimate,
  smaller?: Comparable | LmmEstimate,
  options: ParallelBootstrapOptions = {},
): Promise<BootstrapLrt> {
  const began = performance.now()
  const other =
    smaller ?? fitWithoutRandom(larger.design, larger.method, larger.weights, larger.residualKnown)
  const { statistic } = likelihoodRatioTest(other, larger)
  const replicate = createStatisticReplicator(larger, other, options.signal)
  const { rows } = await runAll(replicate, 1, modelOfTest(larger, other, options.seed), options)
  return summariseStatistics(statistic, rows, began)
}

function modelOfTest(
  larger: LmmEstimate,
  smaller: Comparable | LmmEstimate,
  seed: BootstrapOptions["seed"],
): BootstrapModel | null {
  if (larger.state.structure !== null) return null
  const fit = fittedModel(larger)
  if (!("state" in smaller)) {
    const { recipe: _, ...design } = smaller.design
    return { fit, smaller: { kind: "linear", fit: { ...smaller, design } }, seed }
  }
  if (smaller.state.structure !== null) return null
  return { fit, smaller: { kind: "mixed", fit: fittedModel(smaller) }, seed }
}

function fittedModel({ design: { recipe: _, ...design }, weights, state }: LmmEstimate): FittedModel {
  const { criterion, factors } = state
  return { design, method: criterion.method, weights, knownVariance: criterion.knownVariance, factors }
}

interface Run {
  readonly replicate: Replicator
  readonly options: ParallelBootstrapOptions
  readonly replicates: number
  /** Replicates × width. */
  readonly rows: Float64Array
  readonly width: number
  done: number
  notConverged: number
}

/** @param model what workers restore the replicator from; null: they cannot */
async function runAll(
  replicate: Replicator,
  width: number,
  model: BootstrapModel | null,
  options: ParallelBootstrapOptions,
): Promise<Run> {
  const replicates = checkReplicates(options.replicates ?? 1000)
  options.signal?.throwIfAborted()
  const rows = new Float64Array(replicates * width)
  const run: Run = { replicate, options, replicates, rows, width, done: 0, notConverged: 0 }
  const chunks = Array.from({ length: Math.ceil(replicates / CHUNK) }, (_, chunk) => chunk)
  const workers = Math.min(options.workers ?? availableParallelism(), chunks.length)
  const left = await runHere(run, chunks, workers > 1 && model !== null)
  if (left.length > 0 && model !== null) await runInWorkers(run, model, left, Math.min(workers, left.length))
  return run
}

/** Runs chunks in this thread; when threads may help, only until it is clear that they would. Returns what is left. */
async function runHere(run: Run, chunks: readonly number[], mayLeave: boolean): Promise<readonly number[]> {
  const { replicate, options, replicates, rows, width } = run
  const began = performance.now()
  let breathed = began
  let count = 0
  for (let k = 0; k < chunks.length; k++) {
    const chunk = chunks[k]!
    const rng = chunkStream(options.seed, chunk)
    const length = chunkLength(replicates, chunk)
    let failures = 0
    for (let i = 0; i < length; i++) {
      if (!replicate(rng, rows, (chunk * CHUNK + i) * width).converged) failures++
      count++
      const now = performance.now()
      if (now - breathed < BREATH_MILLISECONDS) continue
      // A chunk left half done is done again elsewhere, from the start of its stream.
      if (mayLeave && ((now - began) / count) * (replicates - count) > WORTH_MILLISECONDS)
        return chunks.slice(k)
      await setImmediate()
      options.signal?.throwIfAborted()
      breathed = performance.now()
    }
    finishChunk(run, length, failures)
  }
  return []
}

function finishChunk(run: Run, length: number, failures: number): void {
  run.done += length
  run.notConverged += failures
  run.options.onProgress?.(run.done, run.replicates)
}

async function runInWorkers(
  run: Run,
  model: BootstrapModel,
  chunks: readonly number[],
  workers: number,
): Promise<void> {
  const { options } = run
  const queue = [...chunks]
  const threads = Array.from({ length: workers }, () => new Worker(workerFile()))
  const aborted = new Promise<never>((_resolve, reject) => {
    options.signal?.addEventListener("abort", () => reject(options.signal?.reason), { once: true })
  })
  try {
    await Promise.race([aborted, Promise.all(threads.map((thread) => serve(run, thread, model, queue)))])
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()))
  }
}

/** Gives one thread chunk after chunk until none is left. */
function serve(run: Run, thread: Worker, model: BootstrapModel, queue: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const send = (message: BootstrapMessage) => thread.postMessage(message)
    const next = () => {
      const chunk = queue.shift()
      if (chunk === undefined) resolve()
      else send({ kind: "order", order: { chunk, length: chunkLength(run.replicates, chunk) } })
    }
    thread.on("error", reject)
    thread.on("message", ({ chunk, notConverged, rows }: BootstrapReply) => {
      run.rows.set(rows, chunk * CHUNK * run.width)
      finishChunk(run, rows.length / run.width, notConverged)
      next()
    })
    send({ kind: "model", model })
    next()
  })
}

/** Compiled beside this file; a run from source uses the build. */
function workerFile(): URL {
  const compiled = import.meta.url.endsWith(".js")
  const file = compiled ? "./bootstrap-worker.js" : "../../dist/lib/bootstrap-worker.js"
  return new URL(file, import.meta.url)
}
