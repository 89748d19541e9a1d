/** Predictions of rows: draws of their expectation or of a new response, and what is read off them. */
import { checkOptionNames, DataError, OptionError } from "../core/errors.ts"
import { mean, variance } from "../diagnostics/moments.ts"
import { quantileOfSorted } from "../diagnostics/quantile.ts"
import { drawNormal } from "../random/normal.ts"
import { type Seed, streamFor } from "../random/stream.ts"
import { linearPredictor, type PredictorRows } from "./linear-predictor.ts"
import type { DrawsByName } from "./recorded-draws.ts"
import { residualVariance } from "./residual-variance.ts"

export interface PredictRowOptions {
  /** What is predicted: the expectation of a response (default), or a new response, residual included. */
  readonly of?: "expectation" | "response"
  /** Probability of the central intervals, default 0.9. */
  readonly level?: number
  /** Give the draws of every row as well. */
  readonly draws?: boolean
  /** Of what is drawn beside the posterior: effects of new groups, residuals. Default: that of the run. */
  readonly seed?: Seed
}

/**
 * A row predicted. `fit` and `se` are the mean and sd of the predictive distribution; what new groups and residuals add to
 * them is integrated exactly, not drawn. The interval is that of the draws.
 */
export interface Prediction {
  /** 1-based row of the new data. */
  readonly row: number
  readonly fit: number
  readonly se: number
  readonly lower: number
  readonly upper: number
  /** `county: NEWTON` for each level that the data did not have; its effects are drawn from their population. */
  readonly newGroups: readonly string[]
  /** Draws chain after chain, when asked for. */
  readonly draws?: Float64Array
}

const PREDICT_OPTIONS: readonly (keyof PredictRowOptions)[] = ["of", "level", "draws", "seed"]

/**
 * @param rows the rows, coded as those of the model
 * @param rowNumbers 1-based number of each row in the user's table
 * @throws OptionError for an option that cannot be; DataError when draws that are needed were not recorded
 */
export function predictRows(
  rows: PredictorRows,
  rowNumbers: Int32Array,
  draws: DrawsByName,
  options: PredictRowOptions & { readonly seed: Seed },
): Prediction[] {
  checkOptionNames("predict", options, PREDICT_OPTIONS)
  const { of = "expectation", level = 0.9 } = options
  if (of !== "expectation" && of !== "response")
    throw badOption("of", of, 'expected "expectation" or "response"')
  if (!(level > 0 && level < 1)) throw badOption("level", level, "expected a probability between 0 and 1")
  const rng = streamFor(options.seed, 0, "predict")
  const predictor = linearPredictor(rows, draws, rng)
  const { count } = predictor
  if (count === 0)
    throw new DataError("there are no draws to predict from", { code: "no-draws", hint: "sample again" })
  const residual = of === "response" ? residualVariance(rows.residualScale, draws) : null
  const noise = new Float64Array(count)
  return Array.from({ length: rows.nobs }, (_, i) => {
    const values = new Float64Array(count)
    predictor.known(i, values)
    const fit = mean(values)
    const between = variance(values, fit)
    const spread = new Float64Array(count)
    predictor.addNewVariance(i, spread)
    predictor.addNewEffects(i, values)
    if (residual !== null) {
      residual(i, noise)
      for (let s = 0; s < count; s++) {
        spread[s]! += noise[s]!
        values[s]! += Math.sqrt(noise[s]!) * drawNormal(rng)
      }
    }
    const sorted = values.slice().sort()
    return {
      row: rowNumbers[i]!,
      fit,
      // The law of total variance: between draws, and within each.
      se: Math.sqrt(between + mean(spread)),
      lower: quantileOfSorted(sorted, (1 - level) / 2),
      upper: quantileOfSorted(sorted, (1 + level) / 2),
      newGroups: predictor.newGroupsOf(i),
      ...(options.draws === true ? { draws: values } : {}),
    }
  })
}

function badOption(name: string, found: unknown, message: string): OptionError {
  return new OptionError(`found ${String(found)}, ${message}`, {
    code: "invalid-option",
    where: name,
    hint: name === "level" ? "for instance level: 0.9" : 'for instance of: "response"',
  })
}
