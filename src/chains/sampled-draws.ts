import { setImmediate } from "node:timers/promises"
import { type ParameterSummary, summarise } from "../diagnostics/summarise.ts"
import { judge, type Verdict } from "../diagnostics/verdict.ts"
import { allValues, chainsOf, type Draws } from "../draws/draws.ts"
import type { Quantity } from "../models/graph.ts"
import type { RunResult } from "./run-chains.ts"
import type { RunOptions } from "./run-spec.ts"

export interface Sampling extends RunOptions {
  readonly method: string
  /** Wall time from the first sweep to the last, all chains, warm-up included. */
  readonly seconds: number
  readonly cancelled: boolean
}

const SLICE_MILLISECONDS = 100

/** Draws of several chains and their diagnostics, whatever the model. */
export class SampledDraws {
  readonly sampling: Sampling
  /** The container: `[scalar][chain][draw]`. */
  readonly container: Draws
  /** What a reader of the draws should know of how the chains went. */
  readonly notes: readonly string[]
  private readonly quantities: readonly Quantity[]
  private summaries: ParameterSummary[] | null = null

  constructor(method: string, run: RunOptions, quantities: readonly Quantity[], result: RunResult) {
    this.sampling = { ...run, method, seconds: result.seconds, cancelled: result.cancelled }
    this.container = result.draws
    this.notes = result.notes
    this.quantities = quantities
  }

  /** Names of the recorded scalars, in the order of the public interface. */
  get names(): readonly string[] {
    return this.container.names
  }

  /** All draws of a scalar, chain after chain. @throws ModelError for an unknown name */
  draws(name: string): Float64Array {
    return allValues(this.container, name)
  }

  /** The draws of a scalar, one array a chain, all of the length of the shortest; views, not copies. */
  chains(name: string): readonly Float64Array[] {
    return chainsOf(this.container, name)
  }

  /** Mean, sd, quantiles, their Monte Carlo errors and the diagnostics of every recorded scalar. */
  summary(): ParameterSummary[] {
    this.summaries ??= summarise(this.names.map((name) => ({ name, chains: this.chains(name) })))
    return this.summaries
  }

  /**
   * Computes the summary in slices between which the event loop turns, for runs whose summary takes seconds.
   * @param onProgress called about ten times a second with the number of scalars done and their total
   */
  async summarise(onProgress?: (done: number, total: number) => void): Promise<void> {
    if (this.summaries !== null) return
    const summaries: ParameterSummary[] = []
    let reported = performance.now()
    for (const name of this.names) {
      summaries.push(...summarise([{ name, chains: this.chains(name) }]))
      if (performance.now() - reported < SLICE_MILLISECONDS) continue
      onProgress?.(summaries.length, this.names.length)
      await setImmediate()
      reported = performance.now()
    }
    this.summaries = summaries
  }

  /** Whether the chains have converged, and what to do if not. Scalars fixed by their prior do not count. */
  verdict(): Verdict {
    const constants = new Set(this.quantities.filter((q) => q.constant).map((q) => q.name))
    const { chains, draws } = this.sampling
    const verdict = judge(this.summary(), { chains, draws, constants })
    return { ...verdict, warnings: [...verdict.warnings, ...this.notes] }
  }
}
