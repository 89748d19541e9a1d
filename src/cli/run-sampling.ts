import { MOST_SWEEPS } from "../chains/control.ts"
import type { RunControls } from "../chains/run-chains.ts"
import { SAMPLE_DEFAULTS } from "../chains/run-options.ts"
import type { SampledDraws } from "../chains/sampled-draws.ts"
import { OptionError } from "../core/errors.ts"
import { catchInterrupt } from "./interrupt.ts"
import { EXIT, type Io } from "./io.ts"
import type { DisplayFlags, SamplingFlags } from "./options.ts"
import { startProgress } from "./progress.ts"

/** Samples with progress on standard error; Ctrl-C stops the run and keeps its draws. */
export async function runSampling<P extends SampledDraws>(
  start: (controls: Pick<RunControls, "signal" | "onProgress">) => Promise<P>,
  display: DisplayFlags,
  io: Io,
): Promise<P> {
  const progress = startProgress(display.progress ?? "auto", display.quiet ?? false, io)
  const interrupt = catchInterrupt(io)
  try {
    const { onProgress } = progress
    const posterior = await start({
      signal: interrupt.signal,
      ...(onProgress === undefined ? {} : { onProgress }),
    }).finally(() => progress.stop())
    await summariseDraws(posterior, interrupt.signal, display, io)
    return posterior
  } finally {
    interrupt.release()
  }
}

/** Summaries of many draws take seconds: they show how far they are, and a first Ctrl-C does not lose the run. */
async function summariseDraws(
  posterior: SampledDraws,
  signal: AbortSignal,
  display: DisplayFlags,
  io: Io,
): Promise<void> {
  const visible = display.quiet !== true && io.stderr.isTTY === true
  let warned = posterior.sampling.cancelled
  let shown = false
  await posterior.summarise((done, total) => {
    if (signal.aborted && !warned) {
      io.stderr.write("\nSampling is over; its draws are being summarised. Ctrl-C again gives up.\n")
      warned = true
    }
    if (!visible) return
    io.stderr.write(`\rsummarising ${done} of ${total} scalars`)
    shown = true
  })
  if (shown) io.stderr.write("\r\u001b[2K")
}

/** @throws OptionError for more sweeps than a chain can count */
export function checkLength(flags: SamplingFlags): void {
  const {
    draws = SAMPLE_DEFAULTS.draws,
    warmup = SAMPLE_DEFAULTS.warmup,
    thin = SAMPLE_DEFAULTS.thin,
  } = flags
  const sweeps = warmup + draws * thin
  if (sweeps <= MOST_SWEEPS) return
  throw new OptionError(`found ${sweeps} sweeps a chain, expected at most ${MOST_SWEEPS}`, {
    code: "invalid-option",
    where: "--draws times --thin",
    hint: "take fewer draws, or thin less",
  })
}

/** 2 for chains that have not converged, or were cancelled. */
export function statusOf(posterior: SampledDraws): number {
  return posterior.verdict().converged && !posterior.sampling.cancelled ? EXIT.fine : EXIT.notConverged
}
