/** Entry point of a worker thread: refits the chunks that it is told to. */

import { parentPort } from "node:worker_threads"
import type { Replicator } from "./bootstrap-chunk.ts"
import { chunkStream, createReplicator } from "./bootstrap-chunk.ts"
import type { BootstrapMessage, BootstrapModel, BootstrapReply } from "./bootstrap-protocol.ts"
import { restoreFit } from "./fit-lmm.ts"
import { createStatisticReplicator } from "./lrt-replicates.ts"
import { listParameters } from "./parameter-names.ts"

let prepared: (Prepared & { readonly model: BootstrapModel }) | undefined

interface Prepared {
  readonly replicate: Replicator
  /** Numbers a replicate. */
  readonly width: number
}

parentPort?.on("message", (message: BootstrapMessage) => {
  if (message.kind === "model") {
    prepared = { model: message.model, ...prepare(message.model) }
    return
  }
  if (prepared === undefined) return
  const { model, replicate, width } = prepared
  const { chunk, length } = message.order
  const rng = chunkStream(model.seed, chunk)
  const rows = new Float64Array(length * width)
  let notConverged = 0
  for (let i = 0; i < length; i++) if (!replicate(rng, rows, i * width).converged) notConverged++
  parentPort?.postMessage({ chunk, notConverged, rows } satisfies BootstrapReply)
})

function prepare({ fit, smaller }: BootstrapModel): Prepared {
  const larger = restoreFit(fit)
  if (smaller === null) {
    return { replicate: createReplicator(larger, undefined), width: listParameters(larger).length }
  }
  const other = smaller.kind === "mixed" ? restoreFit(smaller.fit) : smaller.fit
  return { replicate: createStatisticReplicator(larger, other, undefined), width: 1 }
}
