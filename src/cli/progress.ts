/** How far the chains have come: a bar a chain on a terminal, JSON lines for programs, or nothing. */
import cliProgress from "cli-progress"
import type { Progress } from "../chains/run-chains.ts"
import type { Io } from "./io.ts"
import type { ProgressMode } from "./progress-mode.ts"

export interface ProgressDisplay {
  readonly onProgress?: (progress: Progress) => void
  /** Leaves the last state standing and the terminal as it was. */
  stop(): void
}

const SILENT: ProgressDisplay = { stop: () => undefined }

/** The display for a run: `auto` means bars where standard error is a terminal, else nothing. */
export function startProgress(mode: ProgressMode, quiet: boolean, io: Io): ProgressDisplay {
  if (mode === "json") return jsonLines(io)
  if (mode === "none" || quiet || (mode === "auto" && io.stderr.isTTY !== true)) return SILENT
  return bars(io)
}

/** `{"chain":1,"phase":"warmup","sweep":640,"sweeps":2000}`, a line where a chain has moved. */
function jsonLines(io: Io): ProgressDisplay {
  const last = new Map<number, number>()
  return {
    onProgress: ({ chain, sweep, sweeps, phase }) => {
      if (last.get(chain) === sweep) return
      last.set(chain, sweep)
      io.stderr.write(`${JSON.stringify({ chain: chain + 1, phase, sweep, sweeps })}\n`)
    },
    stop: () => undefined,
  }
}

/** Bars appear with the first report, so that a run of a blink leaves only full ones. */
function bars(io: Io): ProgressDisplay {
  const display = new cliProgress.MultiBar({
    stream: io.stderr,
    format: (_, { eta }, progress: Progress) => formatBar(progress, eta, io.stderr.columns ?? 80),
    hideCursor: true,
    // Without a terminal (`--progress bar` into a file) the last state alone is written.
    noTTYOutput: true,
    notTTYSchedule: 1000,
    gracefulExit: false,
  })
  const byChain = new Map<number, ReturnType<typeof display.create>>()
  const restore = () => display.stop()
  process.once("exit", restore)
  return {
    onProgress: (progress) => {
      const { chain, sweep, sweeps } = progress
      const bar = byChain.get(chain)
      if (bar === undefined) byChain.set(chain, display.create(sweeps, sweep, progress))
      else bar.update(sweep, progress)
    },
    stop() {
      process.off("exit", restore)
      display.stop()
    },
  }
}

/**
 * `chain 1  █████░░░░░  50%  sampling  13500/27000 sweeps  3 s left`
 * @param eta seconds; not a number before the pace is known
 */
export function formatBar({ chain, sweep, sweeps, phase }: Progress, eta: unknown, columns: number): string {
  const width = Math.max(8, Math.min(30, columns - 58))
  const filled = Math.round((width * sweep) / sweeps)
  const left =
    sweep < sweeps && typeof eta === "number" && Number.isFinite(eta) ? `  ${Math.ceil(eta)} s left` : ""
  return [
    `chain ${chain + 1}`,
    "█".repeat(filled) + "░".repeat(width - filled),
    `${Math.floor((100 * sweep) / sweeps)}%`.padStart(4),
    (sweep >= sweeps ? "done" : phase).padEnd(8),
    `${String(sweep).padStart(String(sweeps).length)}/${sweeps} sweeps${left}`,
  ].join("  ")
}
