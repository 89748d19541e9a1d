/** Entry point of a worker thread: runs the chains of one job after another, each to the end or until told to stop. */
import { parentPort } from "node:worker_threads"
import { viewDraws } from "../draws/draws.ts"
import { advanceChains } from "./advance-chains.ts"
import { startChain } from "./chain.ts"
import { viewControl } from "./control.ts"
import { countSummarised } from "./run-spec.ts"
import { momentsLength } from "./running-moments.ts"
import { sendError, type WorkerJob, type WorkerReply } from "./worker-protocol.ts"

parentPort?.on("message", (job: WorkerJob) => {
  parentPort?.postMessage(runJob(job))
})

function runJob(job: WorkerJob): WorkerReply {
  try {
    const draws = viewDraws(job.draws, job.names)
    const length = momentsLength(countSummarised(job.spec))
    const moments = (number: number) => new Float64Array(job.moments, 8 * length * number, length)
    const chains = job.chains.map((number) => startChain(job.spec, number, { moments: moments(number) }))
    const now = () => performance.timeOrigin + performance.now()
    const started = now()
    advanceChains(chains, draws, viewControl(job.control))
    return { kind: "done", started, ended: now(), notes: chains.flatMap((chain) => chain.notes()) }
  } catch (error) {
    return { kind: "failed", error: sendError(error) }
  }
}
