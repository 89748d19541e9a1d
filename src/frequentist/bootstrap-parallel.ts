/** The parametric bootstrap over worker threads, where that pays. */

import { availableParallelism } from "node:os"
import { setImmediate } from "node:timers/promises"
import { Worker } from "node:worker_threads"
import type { BootstrapOptions, BootstrapParameters } from "./bootstrap.ts"
import { tabulateReplicates } from "./bootstrap.ts"
import { CHUNK, checkReplicates, chunkLength, chunkStream, createReplicator } from "./bootstrap-chunk.ts"
import type { BootstrapMessage, BootstrapModel, BootstrapReply } from "./bootstrap-protocol.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
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
  const replicates = checkReplicates(options.replicates ?? 1000)
  options.signal?.throwIfAborted()
  const parameters = listParameters(fit)
  const rows = new Float64Array(replicates * parameters.length)
  const state: Run = { fit, options, replicates, rows, width: parameters.length, done: 0, notConverged: 0 }
  const chunks = Array.from({ length: Math.ceil(replicates / CHUNK) }, (_, chunk) => chunk)
  const workers = Math.min(options.workers ?? availableParallelism(), chunks.length)
  const left = await runHere(state, chunks, workers > 1 && fit.state.structure === null)
  if (left.length > 0) await runInWorkers(state, left, Math.min(workers, left.length))
  const { notConverged } = state
  return {
    ...tabulateReplicates(parameters, rows),
    notConverged,
    seconds: (performance.now() - began) / 1000,
  }
}

interface Run {
  readonly fit: LmmEstimate
  readonly options: ParallelBootstrapOptions
  readonly replicates: number
  /** Replicates × parameters. */
  readonly rows: Float64Array
  readonly width: number
  done: number
  notConverged: number
}

/** Runs chunks in this thread; when threads may help, only until it is clear that they would. Returns what is left. */
async function runHere(run: Run, chunks: readonly number[], mayLeave: boolean): Promise<readonly number[]> {
  const { fit, options, replicates, rows, width } = run
  const replicate = createReplicator(fit, options.signal)
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

async function runInWorkers(run: Run, chunks: readonly number[], workers: number): Promise<void> {
  const { fit, options } = run
  const { criterion, factors } = fit.state
  const { recipe: _, ...design } = fit.design
  const model: BootstrapModel = {
    design,
    method: criterion.method,
    weights: fit.weights,
    knownVariance: criterion.knownVariance,
    factors,
    seed: options.seed,
  }
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
