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
    return await sample(model, {
      ...options,
      signal: interrupt.signal,
      ...(onProgress === undefined ? {} : { onProgress }),
    })
  } finally {
    progress.stop()
    interrupt.release()
  }
}
