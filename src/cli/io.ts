/** What a command needs of the process it runs in; tests give their own. */

export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number }

export interface Io {
  /** The result, and nothing else. */
  readonly stdout: Output
  /** Errors, progress, notes. */
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  /** Calls `handler` at every Ctrl-C; the function returned stops that. */
  onInterrupt(handler: () => void): () => void
  /** Ends the process at once. */
  exit(status: number): void
}

/** Exit statuses of the public interface. */
export const EXIT = { fine: 0, error: 1, notConverged: 2, interrupted: 130 } as const

/**
 * The real process. A reader that closes standard output early (`gibbsite datasets | head -1`) ends the output, not
 * the command: files are still written and the exit status still tells the verdict.
 */
export function processIo(): Io {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreClosedPipe)
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    onInterrupt(handler) {
      process.on("SIGINT", handler)
      return () => process.off("SIGINT", handler)
    },
    exit: (status) => process.exit(status),
  }
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error
}
