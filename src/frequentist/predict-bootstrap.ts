/** Prediction intervals by parametric bootstrap. */

import { quantileOfSorted } from "../diagnostics/quantile.ts"
import { drawNormal } from "../random/normal.ts"
import type { BootstrapOptions } from "./bootstrap.ts"
import { CHUNK, checkReplicates, chunkStream } from "./bootstrap-chunk.ts"
import { unpackTheta } from "./covariance-factor.ts"
import { type Criterion, evaluateCriterion } from "./criterion.ts"
import { createEquations, type Equations } from "./equations.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import { createResponder } from "./lmm-system.ts"
import type { Coefficients, PredictedRow, PredictOptions, PredictRows } from "./predict.ts"
import { checkLevel, locateLevels, predictRows, readRows, residualVariances } from "./predict.ts"
import { extractRandomEffects } from "./random-effects.ts"
import { createRefitter } from "./refit.ts"
import { drawLevels, errorDrawer, fixedPart, randomEffectDrawer, type TermEffects } from "./simulate.ts"

export interface BootstrapPredictOptions
  extends Omit<PredictOptions, "se">,
    Pick<BootstrapOptions, "replicates" | "seed" | "signal" | "onProgress"> {}

type Refit = (response: Float64Array) => Coefficients

/**
 * Predicts as `predict` does, with intervals from the distribution of the prediction error over responses drawn from the
 * model: random effects, those of new levels among them, and responses are drawn, the model is fitted to them, and what it
 * predicts is taken from what was drawn (Davison & Hinkley 1997, *Bootstrap Methods and their Application*, sections
 * 6.3.3 and 3.8). Other than the normal intervals these allow for the estimation of the variances.
 *
 * `interval` is `prediction` by default: of a new response; `confidence` is that of its mean.
 *
 * @param refit fits the model to another response of its rows; used where the model has structures
 * @returns `se` is the root mean square of the error
 * @throws what `predict` throws; OptionError for a number of replicates that is no positive integer; the signal's reason
 */
export function bootstrapPredictions(
  fit: LmmEstimate,
  refit: Refit,
  table: Parameters<typeof readRows>[1],
  options: BootstrapPredictOptions = {},
): readonly PredictedRow[] {
  const level = checkLevel(options.level ?? 0.95)
  const replicates = checkReplicates(options.replicates ?? 1000)
  const rows = readRows(fit, table, options.random ?? "known")
  const codes = rows.random.map((term) => locateLevels(fit, term, rows, options.newLevels ?? "error"))
  const centre = predictRows(fit, rows, codes)
  const again = fit.state.structure === null ? createEffectsRefitter(fit, options.signal) : refit
  const errors = drawErrors(fit, again, rows, codes, replicates, options, table)
  return Array.from(centre, (value, i): PredictedRow => {
    const sorted = errors.subarray(i * replicates, (i + 1) * replicates).sort()
    return {
      row: rows.rowIndex[i]! + 1,
      fit: value,
      se: Math.sqrt(sorted.reduce((sum, error) => sum + error * error, 0) / replicates),
      lower: value + quantileOfSorted(sorted, 0.5 - 0.5 * level),
      upper: value + quantileOfSorted(sorted, 0.5 + 0.5 * level),
    }
  })
}

/** Refits at the pace of a bootstrap, with the BLUPs. */
function createEffectsRefitter(fit: LmmEstimate, signal: AbortSignal | undefined): Refit {
  const { criterion } = fit.state
  const { system } = criterion
  const refitter = createRefitter(fit, signal)
  const respond = createResponder(system)
  let equations: Equations | undefined
  return (response) => {
    const { offset } = fit.design
    const y = offset === null ? response : response.map((value, i) => value - offset[i]!)
    const { fixed, theta, sigma } = refitter.fit(y)
    const drawn = respond(y)
    equations ??= createEquations(drawn.cross)
    const own: Criterion = { ...criterion, system: drawn, equations, memo: { last: null } }
    const factors = unpackTheta(system.terms, theta)
    evaluateCriterion(own, factors)
    return {
      fixed: Array.from(fixed, (estimate) => ({ estimate })),
      randomEffects: extractRandomEffects(own, factors, sigma),
    }
  }
}

/** Truth less prediction, rows × replicates. */
function drawErrors(
  fit: LmmEstimate,
  refit: Refit,
  rows: PredictRows,
  codes: readonly Int32Array[],
  replicates: number,
  options: BootstrapPredictOptions,
  table: Parameters<typeof readRows>[1],
): Float64Array {
  const errors = new Float64Array(rows.nobs * replicates)
  const drawEffects = randomEffectDrawer(fit)
  const drawResiduals = errorDrawer(fit)
  const centre = fixedPart(fit)
  const mean = predictRows(fit, { ...rows, random: [] }, [])
  const variance = options.interval === "confidence" ? null : residualVariances(fit, table, rows)
  const sds = Float64Array.from({ length: rows.nobs }, (_, i) => Math.sqrt(variance?.(i) ?? 0))
  for (let r = 0; r < replicates; r++) {
    options.signal?.throwIfAborted()
    const rng = chunkStream(options.seed, r)
    const response = Float64Array.from(centre)
    const effects = drawEffects(rng, response)
    drawResiduals(rng, response)
    const predicted = predictRows(refit(response), rows, codes)
    const truth = Float64Array.from(mean)
    rows.random.forEach((_, k) => {
      const drawn = effects.find(({ designIndex }) => designIndex === k)!
      addEffects(fit, rows, codes[k]!, k, drawn, rng, truth)
    })
    for (let i = 0; i < rows.nobs; i++) {
      const residual = variance === null ? 0 : sds[i]! * drawNormal(rng)
      errors[i * replicates + r] = truth[i]! + residual - predicted[i]!
    }
    if ((r + 1) % CHUNK === 0 || r + 1 === replicates) options.onProgress?.(r + 1, replicates)
  }
  return errors
}

/** Adds `z'b` of one bar: b as it was drawn for levels of the fit, drawn now for new ones. */
function addEffects(
  fit: LmmEstimate,
  rows: PredictRows,
  codes: Int32Array,
  k: number,
  drawn: TermEffects,
  rng: Parameters<typeof drawNormal>[0],
  truth: Float64Array,
): void {
  const { columns } = rows.random[k]!
  const q = columns.length
  const fresh = rows.newLevels[k]
  const others = fresh === undefined ? null : drawLevels(drawn, fit.sigma, fresh.levels.length, rng)
  for (let i = 0; i < truth.length; i++) {
    const code = codes[i]!
    const effects = code >= 0 ? drawn.effects : others!
    const at = (code >= 0 ? code : fresh!.codes[i]!) * q
    for (let t = 0; t < q; t++) truth[i] = truth[i]! + columns[t]![i]! * effects[at + t]!
  }
}
