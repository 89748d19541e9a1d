/** Sampling a formula's model without some rows, and what the rest says of these. */
import { jointLogLikelihood } from "../chains/joint-likelihood.ts"
import type { PredictorRows } from "../chains/linear-predictor.ts"
import { pointwiseLogLikelihood } from "../chains/pointwise-likelihood.ts"
import { recordedDraws } from "../chains/recorded-draws.ts"
import { type SampleOptions, sample } from "../chains/sample.ts"
import { DataError, GibbsError } from "../core/errors.ts"
import type { LogLikelihood } from "../diagnostics/log-likelihood.ts"
import type { Design } from "../models/formula/design.ts"
import { takeRows } from "../models/formula/design-rows.ts"
import { findIndependentColumns } from "../models/formula/rank.ts"
import { keepRows, takeScale } from "../samplers/change-data.ts"
import type { HierarchicalModel } from "../samplers/model.ts"

/** What the posterior without some rows says of these. */
export interface LeftOut {
  readonly converged: boolean
  /** Log density of each row that was left out, at each draw. */
  rows(): LogLikelihood
  /** Log density of some of them together, given by their places among those left out, at each draw. */
  joint(places: readonly number[]): Float64Array
}

/**
 * Samples the model without some rows. Effects of levels that have no other rows are integrated out exactly in each draw.
 *
 * @param rows of the design, from 0
 * @param name what errors call this part of the work
 * @throws DataError when the rest cannot be fitted; the signal's reason when it is aborted
 */
export async function leaveOutRows(
  model: HierarchicalModel,
  rows: Int32Array,
  name: string,
  options: SampleOptions,
): Promise<LeftOut> {
  options.signal?.throwIfAborted()
  const out = new Set(rows)
  const kept = Int32Array.from({ length: model.design.nobs }, (_, i) => i).filter((i) => !out.has(i))
  const rest = keepRows(model, kept)
  checkRank(model.design, rest.design, name)
  const posterior = await sampleRest(name, () => sample(rest, options))
  options.signal?.throwIfAborted()
  const held = heldOut(model.design, rest.design, rows)
  const response = takeRows(model.design.response.values, rows)
  const draws = recordedDraws(posterior.container)
  return {
    converged: posterior.verdict().converged,
    rows: () => pointwiseLogLikelihood(held, response, draws),
    joint: (places) => jointLogLikelihood(held, places, response, draws),
  }
}

/** @throws DataError naming the part of the work, where the rest of the data cannot be sampled */
export async function sampleRest<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof GibbsError)) throw error
    throw new DataError(`without its rows the model cannot be sampled: ${error.oneLine()}`, {
      code: "fold",
      where: name,
      hint: "take other folds (k), or proper priors",
      cause: error,
    })
  }
}

/** Rows of the full design, their groups coded as those of the rest; -1 for a group of which no row is left. */
function heldOut(full: Design, rest: Design, rows: Int32Array): PredictorRows {
  const take = (column: Float64Array): Float64Array => takeRows(column, rows)
  return {
    nobs: rows.length,
    offset: full.offset === null ? null : take(full.offset),
    fixed: { names: full.fixed.names, columns: full.fixed.columns.map(take) },
    residualScale: takeScale(full.residualScale, rows),
    newLevels: full.random.map(({ levels, codes }) => ({ levels, codes: takeRows(codes, rows) })),
    random: full.random.map((term, k) => {
      const { levels } = rest.random[k]!
      const codeOf = new Map(levels.map((level, code) => [level, code]))
      return {
        ...term,
        levels,
        codes: takeRows(term.codes, rows).map((code) => codeOf.get(term.levels[code]!) ?? -1),
        columns: term.columns.map(take),
      }
    }),
  }
}

function checkRank(full: Design, rest: Design, name: string): void {
  const { names, columns } = rest.fixed
  const independent = rest.nobs === 0 ? [] : findIndependentColumns(columns)
  if (independent.length === columns.length) return
  const lost = names.filter((_, j) => !independent.includes(j))
  throw new DataError(
    `the rows that are left do not tell ${lost.map((one) => `b[${one}]`).join(", ")} apart`,
    {
      code: "fold",
      where: name,
      hint: `${full.nobs - rest.nobs} of ${full.nobs} rows are left out: take more folds, or other groups`,
    },
  )
}
