import { createHash } from "node:crypto"
import { setImmediate } from "node:timers/promises"
import { DataError } from "../core/errors.ts"
import { type TableInput, toTable } from "../data/to-table.ts"
import { mean } from "../diagnostics/moments.ts"
import { quantile } from "../diagnostics/quantile.ts"
import { type ParameterSummary, summarise } from "../diagnostics/summarise.ts"
import { judge, type Verdict } from "../diagnostics/verdict.ts"
import { allValues, chainsOf, type Draws } from "../draws/draws.ts"
import { newDesign } from "../models/formula/new-design.ts"
import type { Quantity } from "../models/graph.ts"
import type { ExplainablePlan, HierarchicalModel } from "../samplers/model.ts"
import type { RunResult } from "./run-chains.ts"
import type { RunOptions } from "./run-spec.ts"

export interface Sampling extends RunOptions {
  readonly method: string
  /** Wall time from the first sweep to the last, all chains, warm-up included. */
  readonly seconds: number
  readonly cancelled: boolean
}

/** One effect of one level, in the units of the response. */
export interface EffectSummary {
  readonly level: string
  readonly term: string
  readonly mean: number
  readonly sd: number
  readonly q5: number
  readonly q95: number
}

/** A row predicted: posterior mean of its expectation, the sd of that, and its central 90 % interval. */
export interface Prediction {
  /** 1-based row of the new data. */
  readonly row: number
  readonly fit: number
  readonly se: number
  readonly lower: number
  readonly upper: number
}

const SLICE_MILLISECONDS = 100

/** Draws of a model's posterior, and what is read off them. */
export class Posterior {
  readonly model: HierarchicalModel
  readonly plan: ExplainablePlan
  readonly sampling: Sampling
  /** The container: `[scalar][chain][draw]`. */
  readonly container: Draws
  private readonly quantities: readonly Quantity[]
  private summaries: ParameterSummary[] | null = null

  constructor(
    model: HierarchicalModel,
    plan: ExplainablePlan,
    run: RunOptions,
    quantities: readonly Quantity[],
    result: RunResult,
  ) {
    this.model = model
    this.plan = plan
    this.sampling = { ...run, method: plan.method, seconds: result.seconds, cancelled: result.cancelled }
    this.container = result.draws
    this.quantities = quantities
  }

  /** Names of the recorded scalars, in the order of the public interface: b, sd, var, cov, cor, u. */
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
    return judge(this.summary(), { chains, draws, constants })
  }

  /** Posterior of every group's effects, by grouping factor. Needs the `u` family recorded. */
  ranef(): Record<string, EffectSummary[]> {
    const effects: Record<string, EffectSummary[]> = {}
    const byName = new Map(this.summary().map((s) => [s.name, s]))
    for (const { group, levels, terms } of this.model.design.random) {
      const list = (effects[group] ??= [])
      for (const level of levels) {
        for (const term of terms) {
          const summary = byName.get(`u[${group},${term},${level}]`)
          if (summary === undefined) throw notRecorded("u")
          const { mean: m, sd, q5, q95 } = summary
          list.push({ level, term, mean: m, sd, q5, q95 })
        }
      }
    }
    return effects
  }

  /**
   * Expected responses for new rows: `offset + X b + Σ Z u` for groups that were in the data; a group that was not
   * contributes its mean, zero. Needs the `b` and `u` families recorded.
   * @throws DataError when the rows lack a column, or a factor has a level that the data did not
   */
  predict(rows: TableInput): Prediction[] {
    const design = newDesign(this.model.design, toTable(rows, "new rows"))
    const draw = (name: string): Float64Array => {
      if (!this.names.includes(name)) throw notRecorded(name)
      return this.draws(name)
    }
    const coefficients = design.fixed.names.map((name) => draw(`b[${name}]`))
    const count = coefficients[0]?.length ?? this.draws(this.names[0]!).length
    return Array.from({ length: design.nobs }, (_, i) => {
      const values = new Float64Array(count).fill(design.offset?.[i] ?? 0)
      const addTerm = (x: number, draws: Float64Array) => {
        if (x !== 0) for (let d = 0; d < count; d++) values[d]! += x * draws[d]!
      }
      coefficients.forEach((draws, j) => {
        addTerm(design.fixed.columns[j]![i]!, draws)
      })
      for (const { group, levels, codes, terms, columns } of design.random) {
        const level = codes[i]! < 0 ? undefined : levels[codes[i]!]
        if (level === undefined) continue
        terms.forEach((term, t) => {
          addTerm(columns[t]![i]!, draw(`u[${group},${term},${level}]`))
        })
      }
      const fit = mean(values)
      const se = Math.sqrt(values.reduce((total, v) => total + (v - fit) ** 2, 0) / (count - 1))
      return {
        row: design.rowIndex[i]! + 1,
        fit,
        se,
        lower: quantile(values, 0.05),
        upper: quantile(values, 0.95),
      }
    })
  }

  /** SHA-256 of the response and design, to tell whether two results are about the same data. */
  dataHash(): string {
    const { response, offset, fixed, random } = this.model.design
    const hash = createHash("sha256").update(response.values)
    if (offset !== null) hash.update(offset)
    for (const column of fixed.columns) hash.update(column)
    for (const term of random) {
      hash.update(term.codes)
      for (const column of term.columns) hash.update(column)
    }
    return hash.digest("hex")
  }
}

const notRecorded = (name: string): DataError =>
  new DataError(`the draws of ${name} were not recorded`, {
    code: "not-monitored",
    hint: "sample again with it among the monitors, or without a monitor list",
  })
