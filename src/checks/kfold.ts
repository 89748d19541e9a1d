/** K-fold cross-validation by refitting, of rows or of whole groups. */
import { observationsOf } from "../chains/graph-likelihood.ts"
import { checkNormalResponse } from "../chains/pointwise-likelihood.ts"
import type { SampleOptions } from "../chains/sample.ts"
import type { SampleGraphOptions } from "../chains/sample-graph.ts"
import { checkOptionNames, DataError, OptionError } from "../core/errors.ts"
import { logSumExp, type PredictiveFit, sumPointwise } from "../diagnostics/log-likelihood.ts"
import { streamFor } from "../random/stream.ts"
import type { GraphModel } from "../samplers/graph-model.ts"
import type { HierarchicalModel } from "../samplers/model.ts"
import { assignFolds } from "./assign-folds.ts"
import { drawsByGroup, leaveOutDraws } from "./leave-out-draws.ts"
import { type LeftOut, leaveOutRows } from "./leave-out-rows.ts"
import { rowsByGroup } from "./predictive-check.ts"

interface FoldOptions {
  /** Whole groups are left out together, so that new groups are predicted; rows without it. */
  readonly by?: string
  /** With `by`: one term a group, the log density of all its rows together, in place of one a row. */
  readonly joint?: boolean
  /** Folds, default 10, or as many as there are levels or rows if these are fewer. */
  readonly k?: number
  /** Called when a fold is done. */
  readonly onProgress?: (done: number, total: number) => void
}

/** `by` is a grouping factor or a column. */
export interface KfoldOptions extends FoldOptions, Omit<SampleOptions, "monitor" | "onProgress"> {}

/** `by` is the array of the groups' effects (`alpha`), or a data array of the shape of what is observed. */
export interface GraphKfoldOptions extends FoldOptions, Omit<SampleGraphOptions, "onProgress"> {}

export interface KfoldFold {
  /** Rows of the design that were left out, from 0; of a model of relations, numbers of its observed draws. */
  readonly rows: Int32Array
  /** Levels of `by` that were left out; empty without it. */
  readonly levels: readonly string[]
  readonly converged: boolean
}

export interface Kfold extends PredictiveFit {
  readonly criterion: "kfold"
  readonly by: string | null
  /** What the terms are of where they are of groups, in their order. */
  readonly groups: readonly string[] | null
  readonly folds: readonly KfoldFold[]
}

const OWN_OPTIONS = ["by", "joint", "k", "onProgress"] as const
const SAMPLE_OPTIONS = ["chains", "draws", "warmup", "thin", "seed", "method", "workers", "signal"] as const
/** Draws that a mean of densities has to rest on. */
const FEWEST_DRAWS = 50

/**
 * Expected log predictive density by leaving folds out and sampling the rest anew, under the priors of the model of all rows. A term is
 * `log Σ p(y_i | θ⁽ˢ⁾) / S`, of a row, or with `joint` of all rows of a group together. The effects of groups of which no row is left are
 * integrated out: in a model from a formula exactly in each draw, so that the joint density of a group is that of
 * `Normal(X b, Z Σ Z' + σ² I)`; in a model of relations by drawing them, one value a draw, so that terms of large groups
 * rest on few draws, which is warned of.
 * Vehtari, Gelman & Gabry (2017), Statistics and Computing 27, 1413–1432, section 3 (without its bias correction); groups: Roberts et
 * al. (2017), Ecography 40, 913–929; joint densities: Merkle, Furr & Rabe-Hesketh (2019), Psychometrika 84, 802–829.
 *
 * @throws OptionError; DataError when a fold leaves too little to fit, naming the fold; the signal's reason when it is aborted
 */
export async function kfold(model: HierarchicalModel, options?: KfoldOptions): Promise<Kfold>
export async function kfold(model: GraphModel, options?: GraphKfoldOptions): Promise<Kfold>
export async function kfold(
  model: HierarchicalModel | GraphModel,
  options: KfoldOptions & GraphKfoldOptions = {},
): Promise<Kfold> {
  const graph = "kind" in model
  const known = [...OWN_OPTIONS, ...SAMPLE_OPTIONS, ...(graph ? (["monitor", "samplers"] as const) : [])]
  checkOptionNames("kfold", options, known)
  const { by, joint = false, k, onProgress, ...sampling } = options
  if (joint && by === undefined) {
    throw new OptionError("joint densities are of groups, and none are named", {
      code: "invalid-option",
      where: "joint",
      hint: 'name the groups: by: "school"',
    })
  }
  const seed = options.seed ?? "gibbsite"
  const { count, groups, labelOf, leaveOut } = graph ? drawsOf(model, by) : rowsOf(model, by)
  const what = by === undefined ? "rows" : graph ? `groups by ${by}` : `levels of ${by}`
  const parts = assignFolds(count, groups, k, what, streamFor(seed, 0, "folds"))
  const labels = joint && groups !== null ? [...groups.keys()] : null
  const elpd = new Float64Array(labels?.length ?? count)
  const thin: string[] = []
  const folds: KfoldFold[] = []
  for (const [f, { rows, levels }] of parts.entries()) {
    const name = `fold ${f + 1} of ${parts.length}`
    const left = await leaveOut(rows, name, { ...sampling, seed: `${seed} ${name}` })
    const places = new Map([...rows].map((row, place) => [row, place]))
    const terms =
      labels === null
        ? left.rows().map((values, place) => ({ at: rows[place]!, values, name: labelOf(rows[place]!) }))
        : levels.map((level) => ({
            at: labels.indexOf(level),
            values: left.joint([...groups!.get(level)!].map((row) => places.get(row)!)),
            name: level,
          }))
    for (const { at, values, name: term } of terms) {
      elpd[at] = logSumExp(values) - Math.log(values.length)
      if (!(effectiveDraws(values) >= Math.min(FEWEST_DRAWS, values.length / 2))) thin.push(term)
    }
    folds.push({ rows, levels, converged: left.converged })
    onProgress?.(folds.length, parts.length)
  }
  return {
    ...sumPointwise(
      "kfold",
      elpd,
      elpd.map(() => NaN),
      [...warnOfFolds(folds), ...warnOfThin(thin)],
    ),
    criterion: "kfold",
    by: by ?? null,
    groups: labels,
    folds,
  }
}

interface Parts {
  readonly count: number
  readonly groups: ReadonlyMap<string, Int32Array> | null
  readonly labelOf: (row: number) => string
  readonly leaveOut: (
    rows: Int32Array,
    name: string,
    options: SampleOptions & SampleGraphOptions,
  ) => Promise<LeftOut>
}

function rowsOf(model: HierarchicalModel, by: string | undefined): Parts {
  checkNormalResponse(model, "kfold")
  const count = model.design.nobs
  const groups = by === undefined ? null : rowsByGroup(model, by)
  const covered = groups === null ? count : [...groups.values()].reduce((sum, rows) => sum + rows.length, 0)
  if (covered < count) {
    throw new DataError(`${count - covered} rows have no ${by}`, {
      code: "missing-group",
      where: "by",
      hint: "leave these rows out of the data, or take another column",
    })
  }
  return {
    count,
    groups,
    labelOf: (row) => `row ${model.design.rowIndex[row]! + 1}`,
    leaveOut: (rows, name, options) => leaveOutRows(model, rows, name, options),
  }
}

function drawsOf(model: GraphModel, by: string | undefined): Parts {
  const observations = observationsOf(model.graph)
  return {
    count: observations.length,
    groups: by === undefined ? null : drawsByGroup(model, by),
    labelOf: (term) => observations[term]!.label,
    leaveOut: (rows, name, options) => leaveOutDraws(model, rows, name, options),
  }
}

/** (Σ w)² / Σ w² of densities by their logarithms: how many draws their mean rests on. */
function effectiveDraws(logDensities: Float64Array): number {
  return Math.exp(2 * logSumExp(logDensities) - logSumExp(logDensities.map((value) => 2 * value)))
}

function warnOfFolds(folds: readonly KfoldFold[]): string[] {
  const failed = folds.flatMap(({ converged }, f) => (converged ? [] : [f + 1]))
  return failed.length === 0
    ? []
    : [
        `The chains of fold ${failed.join(", ")} have not converged: their terms are not to be trusted. Run with more draws or a longer warm-up.`,
      ]
}

function warnOfThin(names: readonly string[]): string[] {
  if (names.length === 0) return []
  const listed = names.slice(0, 5).join(", ")
  return [
    `${names.length === 1 ? "A term rests" : `${names.length} terms rest`} on few draws (${listed}${names.length > 5 ? " …" : ""}): hardly any draw makes such data likely. Draw more.`,
  ]
}
