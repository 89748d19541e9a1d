/** K-fold cross-validation by refitting, of rows or of whole groups. */

import type { PredictorRows } from "../chains/linear-predictor.ts"
import { checkNormalResponse, pointwiseLogLikelihood } from "../chains/pointwise-likelihood.ts"
import type { Posterior } from "../chains/posterior.ts"
import { recordedDraws } from "../chains/recorded-draws.ts"
import { type SampleOptions, sample } from "../chains/sample.ts"
import { checkOptionNames, DataError, GibbsError, OptionError } from "../core/errors.ts"
import { logSumExp, type PredictiveFit, sumPointwise } from "../diagnostics/log-likelihood.ts"
import type { Design } from "../models/formula/design.ts"
import { takeRows } from "../models/formula/design-rows.ts"
import { findIndependentColumns } from "../models/formula/rank.ts"
import { type Stream, streamFor } from "../random/stream.ts"
import { keepRows, takeScale } from "../samplers/change-data.ts"
import type { HierarchicalModel } from "../samplers/model.ts"
import { rowsByGroup } from "./predictive-check.ts"

export interface KfoldOptions extends Omit<SampleOptions, "monitor" | "onProgress"> {
  /** A grouping factor or a column: whole levels are left out together, so that new groups are predicted. Rows without it. */
  readonly by?: string
  /** Folds, default 10, or as many as there are levels or rows if these are fewer. */
  readonly k?: number
  /** Called when a fold is done. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface KfoldFold {
  /** Rows of the design, from 0, that were left out. */
  readonly rows: Int32Array
  /** Levels of `by` that were left out; empty without it. */
  readonly levels: readonly string[]
  readonly converged: boolean
}

export interface Kfold extends PredictiveFit {
  readonly criterion: "kfold"
  readonly by: string | null
  readonly folds: readonly KfoldFold[]
}

const OWN_OPTIONS = ["by", "k", "onProgress"] as const
const SAMPLE_OPTIONS = ["chains", "draws", "warmup", "thin", "seed", "method", "workers", "signal"] as const

/**
 * Expected log predictive density by leaving folds out and sampling the rest anew. The terms are log densities of single rows,
 * `log Σ p(yᵢ | θ⁽ˢ⁾) / S`, the effects of groups that the fold leaves no row of integrated out exactly in each draw. Priors are those of
 * the model of all rows.
 * Vehtari, Gelman & Gabry (2017), Statistics and Computing 27, 1413–1432, section 3 (without its bias correction); groups: Roberts et
 * al. (2017), Ecography 40, 913–929.
 *
 * @throws OptionError, DataError when a fold leaves too little to fit, naming the fold; the signal's reason when it is aborted
 */
export async function kfold(model: HierarchicalModel, options: KfoldOptions = {}): Promise<Kfold> {
  checkOptionNames("kfold", options, [...OWN_OPTIONS, ...SAMPLE_OPTIONS])
  checkNormalResponse(model, "kfold")
  const { by, k, onProgress, ...sampling } = options
  const parts = assignFolds(model, by, k, streamFor(options.seed ?? "gibbsite", 0, "folds"))
  const elpd = new Float64Array(model.design.nobs)
  const folds: KfoldFold[] = []
  for (const [f, { rows, levels }] of parts.entries()) {
    const name = `fold ${f + 1} of ${parts.length}`
    const { posterior, terms } = await leaveOut(model, rows, name, {
      ...sampling,
      seed: `${options.seed ?? "gibbsite"} ${name}`,
    })
    rows.forEach((row, i) => {
      elpd[row] = terms[i]!
    })
    folds.push({ rows, levels, converged: posterior.verdict().converged })
    onProgress?.(folds.length, parts.length)
  }
  const failed = folds.flatMap(({ converged }, f) => (converged ? [] : [f + 1]))
  const warnings =
    failed.length === 0
      ? []
      : [
          `The chains of fold ${failed.join(", ")} have not converged: their terms are not to be trusted. Run with more draws or a longer warm-up.`,
        ]
  const unknown = elpd.map(() => NaN)
  return {
    ...sumPointwise("kfold", elpd, unknown, warnings),
    criterion: "kfold",
    by: by ?? null,
    folds,
  }
}

/**
 * Samples the model without some rows, and the log predictive densities of these.
 *
 * @param name what errors call this part of the work
 * @throws the signal's reason when it is aborted
 */
export async function leaveOut(
  model: HierarchicalModel,
  rows: Int32Array,
  name: string,
  options: SampleOptions,
): Promise<{ readonly posterior: Posterior; readonly terms: Float64Array }> {
  options.signal?.throwIfAborted()
  const out = new Set(rows)
  const kept = Int32Array.from({ length: model.design.nobs }, (_, i) => i).filter((i) => !out.has(i))
  const rest = keepRows(model, kept)
  checkRank(model.design, rest.design, name)
  try {
    const posterior = await sample(rest, options)
    options.signal?.throwIfAborted()
    const held = heldOut(model.design, rest.design, rows)
    const response = takeRows(model.design.response.values, rows)
    const logLikelihood = pointwiseLogLikelihood(held, response, recordedDraws(posterior.container))
    const terms = Float64Array.from(logLikelihood, (row) => logSumExp(row) - Math.log(row.length))
    return { posterior, terms }
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

function assignFolds(
  model: HierarchicalModel,
  by: string | undefined,
  wanted: number | undefined,
  rng: Stream,
): { readonly rows: Int32Array; readonly levels: readonly string[] }[] {
  const groups = by === undefined ? null : rowsByGroup(model, by)
  const units: (string | number)[] =
    groups === null ? Array.from({ length: model.design.nobs }, (_, i) => i) : [...groups.keys()]
  const covered =
    groups === null ? units.length : [...groups.values()].reduce((sum, rows) => sum + rows.length, 0)
  if (covered < model.design.nobs) {
    throw new DataError(`${model.design.nobs - covered} rows have no ${by}`, {
      code: "missing-group",
      where: "by",
      hint: "leave these rows out of the data, or take another column",
    })
  }
  const most = units.length
  const k = wanted ?? Math.min(10, most)
  if (!(Number.isSafeInteger(k) && k >= 2 && k <= most)) {
    const what = by === undefined ? "rows" : `levels of ${by}`
    throw new OptionError(`found ${k}, expected a whole number from 2 to the ${most} ${what}`, {
      code: "invalid-option",
      where: "k",
      hint: "for instance k: 10",
    })
  }
  shuffle(units, rng)
  return Array.from({ length: k }, (_, f) => {
    const own = units.filter((_, position) => position % k === f)
    const levels = own.filter((unit) => typeof unit === "string")
    const rows = own.flatMap((unit) => (typeof unit === "string" ? [...groups!.get(unit)!] : [unit]))
    return { rows: Int32Array.from(rows).sort(), levels }
  })
}

/** Fisher and Yates's shuffle, in place. */
function shuffle<T>(items: T[], rng: Stream): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(rng.uniform() * (i + 1))
    ;[items[i], items[j]] = [items[j]!, items[i]!]
  }
}
