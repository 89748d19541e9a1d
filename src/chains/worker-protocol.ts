/** Messages between a run and its worker threads: plan and data go in, times and errors come out, never closures. */
import { GibbsError, NumericalError } from "../core/errors.ts"
import type { RunSpec } from "./run-spec.ts"

export interface WorkerJob {
  readonly spec: RunSpec
  /** Numbers of the chains this worker runs. */
  readonly chains: readonly number[]
  /** Shared buffers of the draws and of the control words. */
  readonly draws: SharedArrayBuffer
  readonly names: readonly string[]
  readonly control: SharedArrayBuffer
  /** Running moments of all chains, one after another. */
  readonly moments: SharedArrayBuffer
}

export type WorkerReply =
  /** Wall-clock times of the first and last sweep, milliseconds since the epoch. */
  | {
      readonly kind: "done"
      readonly started: number
      readonly ended: number
      readonly notes: readonly string[]
    }
  | { readonly kind: "failed"; readonly error: SentError }

/** An error as plain data: classes do not survive a message. */
export interface SentError {
  readonly numerical: boolean
  readonly message: string
  readonly code: string
  readonly hint: string | undefined
  readonly where: string | undefined
  readonly stack: string | undefined
}

/** An error as plain data for a message; anything else than a GibbsError gets the code `worker-failed`. */
export function sendError(error: unknown): SentError {
  const known = error instanceof GibbsError ? error : null
  return {
    numerical: known instanceof NumericalError,
    message: error instanceof Error ? error.message : String(error),
    code: known?.code ?? "worker-failed",
    hint: known?.hint,
    where: known?.where,
    stack: error instanceof Error ? error.stack : undefined,
  }
}

/** The error of a message, with the stack of the thread it came from as its cause. */
export function receiveError(sent: SentError): GibbsError {
  const { message, code, hint, where } = sent
  const details = {
    code,
    ...(hint === undefined ? {} : { hint }),
    ...(where === undefined ? {} : { where }),
    cause: sent.stack,
  }
  return sent.numerical ? new NumericalError(message, details) : new GibbsError(message, details)
}
