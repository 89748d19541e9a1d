/** Worker threads that outlive their job for a while: to start one takes longer than many a run. */
import { Worker } from "node:worker_threads"
import { InternalError } from "../core/errors.ts"
import type { WorkerJob, WorkerReply } from "./worker-protocol.ts"

interface IdleThread {
  readonly worker: Worker
  readonly timer: NodeJS.Timeout
}

const idle: IdleThread[] = []

/** How long a thread without work is kept, with what it remembers of its last job. */
const IDLE_MILLISECONDS = 5000

/**
 * Runs a job in a thread, one that waits for work if there is one. Neither waiting threads nor their timers keep a process alive.
 * @throws as a rejection: what the thread died of; failures of the job are in its reply
 */
export function runInThread(job: WorkerJob): Promise<WorkerReply> {
  const worker = takeThread()
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      worker.off("message", onReply)
      worker.off("error", onError)
      worker.off("exit", onExit)
    }
    const onReply = (reply: WorkerReply): void => {
      settle()
      keepThread(worker)
      resolve(reply)
    }
    const onError = (error: Error): void => {
      settle()
      reject(error)
    }
    const onExit = (code: number): void => {
      settle()
      reject(new InternalError(`a worker thread ended with code ${code} before its job was done`))
    }
    worker.on("message", onReply)
    worker.on("error", onError)
    worker.on("exit", onExit)
    worker.postMessage(job)
  })
}

function takeThread(): Worker {
  const found = idle.pop()
  if (found === undefined) {
    // Of a program given as text, `node --input-type=module -e …`; the thread's is a file.
    const execArgv = process.execArgv.filter((argument) => !argument.startsWith("--input-type"))
    return new Worker(workerFile(), { execArgv })
  }
  clearTimeout(found.timer)
  found.worker.off("exit", forgetEnded)
  found.worker.ref()
  return found.worker
}

function keepThread(worker: Worker): void {
  worker.unref()
  worker.on("exit", forgetEnded)
  const timer = setTimeout(() => {
    forget(worker)
    void worker.terminate()
  }, IDLE_MILLISECONDS)
  timer.unref()
  idle.push({ worker, timer })
}

/** A thread that ended by itself is not used again. */
function forgetEnded(this: Worker): void {
  forget(this)
}

function forget(worker: Worker): void {
  const at = idle.findIndex((thread) => thread.worker === worker)
  if (at < 0) return
  clearTimeout(idle[at]!.timer)
  idle.splice(at, 1)
}

/** The compiled worker; from the sources (in tests) the one of the build. */
function workerFile(): URL {
  const compiled = import.meta.url.endsWith(".js")
  return new URL(compiled ? "./worker.js" : "../../dist/lib/worker.js", import.meta.url)
}
