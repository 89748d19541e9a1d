import { EXIT, type Io } from "./io.ts"

export interface Interrupt {
  readonly signal: AbortSignal
  /** Gives Ctrl-C its usual meaning again. */
  release(): void
}

/**
 * Takes over Ctrl-C: the first one aborts the signal, so that a run stops and keeps its draws; the second ends the
 * process at once.
 */
export function catchInterrupt(io: Io): Interrupt {
  const controller = new AbortController()
  const release = io.onInterrupt(() => {
    if (controller.signal.aborted) {
      io.exit(EXIT.interrupted)
      return
    }
    controller.abort()
  })
  return { signal: controller.signal, release }
}
