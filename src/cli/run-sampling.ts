import type { Posterior } from "../chains/posterior.ts"
import { type SampleOptions, sample } from "../chains/sample.ts"
import type { HierarchicalModel } from "../samplers/model.ts"
import { catchInterrupt } from "./interrupt.ts"
import type { Io } from "./io.ts"
import type { DisplayFlags } from "./options.ts"
import { startProgress } from "./progress.ts"

/** Samples with progress on standard error; Ctrl-C stops the run and keeps its draws. */
export async function runSampling(
  model: HierarchicalModel,
  options: Omit<SampleOptions, "signal" | "onProgress">,
  display: DisplayFlags,
  io: Io,
): Promise<Posterior> {
  const progress = startProgress(display.progress ?? "auto", display.quiet ?? false, io)
  const interrupt = catchInterrupt(io)
  try {
    const { onProgress } = progress
    const posterior = await sample(model, {
      ...options,
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
  posterior: Posterior,
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
