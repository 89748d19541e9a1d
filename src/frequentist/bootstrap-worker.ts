/** Entry point of a worker thread: refits the chunks that it is told to. */

import { parentPort } from "node:worker_threads"
import type { Replicator } from "./bootstrap-chunk.ts"
import { chunkStream, createReplicator } from "./bootstrap-chunk.ts"
import type { BootstrapMessage, BootstrapModel, BootstrapReply } from "./bootstrap-protocol.ts"
import { restoreFit } from "./fit-lmm.ts"
import { listParameters } from "./parameter-names.ts"

let prepared:
  | { readonly model: BootstrapModel; readonly replicate: Replicator; readonly width: number }
  | undefined

parentPort?.on("message", (message: BootstrapMessage) => {
  if (message.kind === "model") {
    const { model } = message
    const fit = restoreFit(model)
    prepared = { model, replicate: createReplicator(fit, undefined), width: listParameters(fit).length }
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
