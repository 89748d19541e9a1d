import { createHash } from "node:crypto"
import { type TableInput, toTable } from "../data/to-table.ts"
import type { LogLikelihood, PredictiveFit } from "../diagnostics/log-likelihood.ts"
import { type PsisLoo, psisLoo } from "../diagnostics/psis-loo.ts"
import { waic } from "../diagnostics/waic.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { effectName, listEffects } from "../models/effect-quantities.ts"
import { newDesign } from "../models/formula/new-design.ts"
import type { Quantity } from "../models/graph.ts"
import type { ExplainablePlan, HierarchicalModel } from "../samplers/model.ts"
import { type EffectSummary, groupCoefficients, type VarcorrRow, varcorrRows } from "./group-summaries.ts"
import { checkNormalResponse, pointwiseLogLikelihood } from "./pointwise-likelihood.ts"
import { type Prediction, type PredictRowOptions, predictRows } from "./predict-rows.ts"
import { notRecorded, recordedDraws } from "./recorded-draws.ts"
import { newResidualScale } from "./residual-variance.ts"
import type { RunResult } from "./run-chains.ts"
import type { RunOptions } from "./run-spec.ts"
import type { PooledMoments, RunningMoments } from "./running-moments.ts"
import { SampledDraws } from "./sampled-draws.ts"

/** Draws of a model's posterior, and what is read off them. */
export class Posterior extends SampledDraws {
  readonly model: HierarchicalModel
  readonly plan: ExplainablePlan
  /** Of the effects, where these were kept instead of draws: node by node, level by level, term by term. */
  private readonly pooled: PooledMoments

  constructor(
    model: HierarchicalModel,
    plan: ExplainablePlan,
    run: RunOptions,
    quantities: readonly Quantity[],
    result: RunResult,
  ) {
    super(plan.method, run, quantities, result)
    this.model = model
    this.plan = plan
    this.pooled = result.moments
  }

  /** Whether means and sds of the effects were kept instead of draws. */
  get keepsMoments(): boolean {
    return this.pooled.mean.length > 0
  }

  /** Posterior mean and sd of every effect, where these were kept instead of draws; nothing otherwise. */
  get moments(): readonly RunningMoments[] {
    const { draws, mean, sd } = this.pooled
    if (mean.length === 0) return []
    const effects = this.model.graph.effects.flatMap(listEffects)
    return effects.map(({ name }, k) => ({ name, draws, mean: mean[k]!, sd: sd[k]! }))
  }

  /**
   * Posterior of every group's effects, by grouping factor. Needs the `u` family recorded, or its moments kept: quantiles
   * are NaN then.
   */
  ranef(): Record<string, EffectSummary[]> {
    const { mean, sd } = this.pooled
    const byName = new Map(mean.length > 0 ? [] : this.summary().map((summary) => [summary.name, summary]))
    const found: Record<string, EffectSummary[]> = {}
    let k = 0
    for (const { group, terms, levels } of this.model.graph.effects) {
      const list = (found[group] ??= [])
      for (const level of levels) {
        for (const term of terms) {
          const pooled =
            k < mean.length ? { mean: mean[k]!, sd: sd[k]!, q5: Number.NaN, q95: Number.NaN } : null
          const figures = pooled ?? byName.get(effectName(group, term, level)) ?? notRecorded("u")
          list.push({ level, term, mean: figures.mean, sd: figures.sd, q5: figures.q5, q95: figures.q95 })
          k++
        }
      }
    }
    return found
  }

  /**
   * Coefficients level by level, `b + u`, by grouping factor, as R's `coef.merMod` lays them out: every fixed coefficient, then
   * terms that vary without one. Needs the `b` and `u` families recorded.
   */
  coef(): Record<string, EffectSummary[]> {
    return groupCoefficients(this.model.design, recordedDraws(this.container))
  }

  /**
   * Sds, variances, covariances and correlations by grouping factor, the residual last.
   * @param fit a REML (or ML) fit of the same formula, whose estimates are put beside
   */
  varcorr(fit?: LmmFit): VarcorrRow[] {
    return varcorrRows(this.model.design, this.summary(), fit)
  }

  /**
   * Predictions for new rows: expectations `offset + X b + Σ Z u`, or new responses. A group that was not in the data
   * has effects drawn from their population, `Normal(0, Σ)` in each draw, and the row says so. Needs `b`, `u` and, for those,
   * the spreads recorded.
   * @throws DataError when the rows lack a column, or a factor has a level that the data did not; OptionError
   */
  predict(rows: TableInput, options: PredictRowOptions = {}): Prediction[] {
    const table = toTable(rows, "new rows")
    const design = newDesign(this.model.design, table)
    const rowNumbers = design.rowIndex.map((row) => row + 1)
    const residualScale =
      options.of === "response" ? newResidualScale(this.model.design, table, design.rowIndex) : undefined
    return predictRows({ ...design, residualScale }, rowNumbers, recordedDraws(this.container), {
      seed: this.sampling.seed,
      ...options,
    })
  }

  /**
   * log p(yᵢ | θ⁽ˢ⁾): one array of draws an observation, given its groups' effects; chains cut to the shortest, one after another.
   * @throws DataError when `b`, `u` or the residual spread were not recorded; ModelError for a response that is not normal
   */
  logLik(): LogLikelihood {
    const { design } = this.model
    checkNormalResponse(this.model, "logLik")
    return pointwiseLogLikelihood(design, design.response.values, recordedDraws(this.container, "equal"))
  }

  /** Leave-one-out cross-validation by Pareto-smoothed importance sampling; `refitLoo` mends its unreliable terms. */
  loo(): PsisLoo {
    const { lengths } = this.container
    return psisLoo(this.logLik(), {
      chains: lengths.filter((length) => length > 0).length,
      labels: Array.from(this.model.design.rowIndex, (row) => String(row + 1)),
    })
  }

  /** The widely applicable information criterion; prefer `loo`, which tells when it fails. */
  waic(): PredictiveFit {
    return waic(this.logLik())
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
