/** What `gibbsite fit` computes when asked for: leave-one-out cross-validation, hypotheses, predictions. */
import { chooseMonitors } from "../chains/monitors.ts"
import type { Posterior } from "../chains/posterior.ts"
import type { Prediction } from "../chains/predict-rows.ts"
import { parseHypothesis } from "../checks/draws-expression.ts"
import { type Hypothesis, hypothesis } from "../checks/hypothesis.ts"
import { OptionError } from "../core/errors.ts"
import type { Table } from "../data/table.ts"
import type { Dic } from "../diagnostics/dic.ts"
import type { PsisLoo } from "../diagnostics/psis-loo.ts"
import { listQuantities } from "../models/effect-quantities.ts"
import { newDesign } from "../models/formula/new-design.ts"
import type { HierarchicalModel } from "../samplers/model.ts"
import { formatSignificant } from "./format-figures.ts"
import type { Io } from "./io.ts"
import { readData } from "./load-model.ts"
import type { AfterFitFlags, DataFlags, SamplingFlags } from "./options.ts"
import { formatTable, heading, type TableColumn } from "./output.ts"
import { notPredictedText, rowsNotPredicted } from "./rows-not-predicted.ts"

export interface AfterFit {
  readonly loo?: PsisLoo
  /** Of a model of relations. */
  readonly dic?: Dic
  readonly hypotheses?: readonly Hypothesis[]
  readonly predictions?: readonly Prediction[]
  /** Rows of the file where a predictor is missing. */
  readonly rowsNotPredicted?: readonly number[]
}

/** What is checked before sampling, so that a slip does not cost a run. */
export interface PreparedAfterFit {
  readonly loo: boolean
  readonly hypotheses: readonly string[]
  readonly rows: Table | null
}

/** @throws ModelSyntaxError for a hypothesis, DataError for rows that the model cannot code, OptionError for draws that are not recorded */
export async function prepareAfterFit(
  model: HierarchicalModel,
  flags: AfterFitFlags & DataFlags & SamplingFlags,
): Promise<PreparedAfterFit> {
  const keepsEffects = flags.effects === undefined || flags.effects === "draws"
  const { hypothesis = [], loo = false, predict } = flags
  const needsAll = loo ? "--loo" : predict === undefined ? null : "--predict"
  if (hypothesis.length > 0 || needsAll !== null) {
    const names = chooseMonitors(model.graph, flags.monitor, keepsEffects).map(({ name }) => name)
    for (const text of hypothesis) parseHypothesis(text, names)
    const recorded = new Set(names)
    const missing = listQuantities(model.graph).find(
      ({ name, family }) => ["b", "u", "sd"].includes(family) && !recorded.has(name),
    )
    if (needsAll !== null && missing !== undefined) {
      throw new OptionError(
        `${needsAll} needs the draws of ${missing.name}, which are not among those to record`,
        {
          code: "not-monitored",
          where: keepsEffects ? "--monitor" : "--effects",
          hint: keepsEffects ? "leave it out, or monitor b,sd,var,cov,u" : "leave it out",
        },
      )
    }
  }
  if (predict === undefined) return { loo, hypotheses: hypothesis, rows: null }
  // Conversions are those of the model, and done when the rows are coded.
  const rows = await readData(predict, flags.na === undefined ? {} : { na: flags.na })
  newDesign(model.design, rows)
  return { loo, hypotheses: hypothesis, rows }
}

/** @throws GibbsError for what the draws do not allow */
export function afterFit(posterior: Posterior, { loo, hypotheses, rows }: PreparedAfterFit): AfterFit {
  return {
    ...(loo ? { loo: posterior.loo() } : {}),
    ...(hypotheses.length === 0 ? {} : { hypotheses: hypotheses.map((text) => hypothesis(posterior, text)) }),
    ...(rows === null ? {} : predictTable(posterior, rows)),
  }
}

function predictTable(posterior: Posterior, rows: Table) {
  const predictions = posterior.predict(rows)
  return { predictions, rowsNotPredicted: rowsNotPredicted(rows.rows, predictions) }
}

/** What was asked for after the fit, with the keys of the public interface. */
export function afterFitToJson({ loo, dic, hypotheses, predictions, rowsNotPredicted = [] }: AfterFit) {
  return {
    ...(dic === undefined ? {} : { dic: dicToJson(dic) }),
    ...(loo === undefined ? {} : { loo: looToJson(loo) }),
    ...(hypotheses === undefined ? {} : { hypotheses: hypotheses.map(hypothesisToJson) }),
    ...(predictions === undefined
      ? {}
      : {
          predictions: predictions.map(({ row, fit, se, lower, upper, newGroups }) => ({
            ...{ row, fit, se, lower, upper },
            new_groups: newGroups,
          })),
          ...(rowsNotPredicted.length === 0 ? {} : { rows_not_predicted: rowsNotPredicted }),
        }),
  }
}

function looToJson({
  elpd,
  effectiveParameters,
  informationCriterion,
  paretoK,
  paretoKLimit,
  mcse,
}: PsisLoo) {
  return {
    elpd: elpd.value,
    elpd_se: elpd.se,
    p_loo: effectiveParameters.value,
    p_loo_se: effectiveParameters.se,
    looic: informationCriterion.value,
    looic_se: informationCriterion.se,
    mcse,
    pareto_k_limit: paretoKLimit,
    pareto_k_above: paretoK.filter((k) => !(k <= paretoKLimit)).length,
    pareto_k: [...paretoK],
  }
}

const dicToJson = ({ meanDeviance, devianceAtEstimate, effectiveParameters, halfVariance, dic }: Dic) => ({
  ...{ dic, mean_deviance: meanDeviance, deviance_at_mean: devianceAtEstimate, p_d: effectiveParameters },
  p_v: halfVariance,
})

function hypothesisToJson(found: Hypothesis) {
  const {
    hypothesis: text,
    estimate,
    sd,
    lower,
    upper,
    probability,
    mcse,
    evidenceRatio,
    rhat,
    essBulk,
    reason,
  } = found
  return {
    ...{ hypothesis: text, estimate, sd, q5: lower, q95: upper, probability, mcse },
    ...{ evidence_ratio: evidenceRatio, rhat, ess_bulk: essBulk },
    ...(reason === null ? {} : { reason }),
  }
}

/** A paragraph for each part there is. */
export function afterFitText(
  { loo, dic, hypotheses, predictions, rowsNotPredicted = [] }: AfterFit,
  io: Io,
): string[] {
  return [
    ...(dic === undefined ? [] : [heading("Deviance information criterion", io) + dicText(dic)]),
    ...(loo === undefined ? [] : [heading("Leave-one-out cross-validation", io) + looText(loo)]),
    ...(hypotheses === undefined
      ? []
      : [heading("Hypotheses", io) + formatTable(HYPOTHESIS_COLUMNS, hypotheses, io)]),
    ...(predictions === undefined
      ? []
      : [
          heading("Predictions", io) +
            formatTable(PREDICTION_COLUMNS, predictions, io) +
            notPredictedText(rowsNotPredicted, io),
        ]),
  ]
}

function looText({
  elpd,
  effectiveParameters,
  informationCriterion,
  paretoK,
  paretoKLimit,
}: PsisLoo): string {
  const good = paretoK.filter((k) => k <= paretoKLimit).length
  return [
    `  elpd   ${elpd.value.toFixed(1)} (se ${elpd.se.toFixed(1)})`,
    `  p_loo  ${effectiveParameters.value.toFixed(1)} (se ${effectiveParameters.se.toFixed(1)})`,
    `  looic  ${informationCriterion.value.toFixed(1)} (se ${informationCriterion.se.toFixed(1)})`,
    `  Pareto k at most ${paretoKLimit.toFixed(2)} for ${good} of ${paretoK.length} observations`,
    "",
  ].join("\n")
}

function dicText({ meanDeviance, effectiveParameters, halfVariance, dic }: Dic): string {
  return [
    `  mean deviance  ${meanDeviance.toFixed(1)}`,
    `  p_D            ${effectiveParameters.toFixed(1)}   (p_V, half the variance of the deviance: ${halfVariance.toFixed(1)})`,
    `  DIC            ${dic.toFixed(1)}`,
    "",
  ].join("\n")
}

const right = { align: "right" } as const
const show = (value: number | null): string => (value === null ? "-" : formatSignificant(value, 4))

const HYPOTHESIS_COLUMNS: readonly TableColumn<Hypothesis>[] = [
  { title: "", align: "left", cell: ({ hypothesis: text }) => `  ${text}` },
  { ...right, title: "difference", cell: ({ estimate }) => show(estimate) },
  { ...right, title: "5%", cell: ({ lower }) => show(lower), dropFirst: 1 },
  { ...right, title: "95%", cell: ({ upper }) => show(upper), dropFirst: 1 },
  {
    ...right,
    title: "probability",
    cell: ({ probability }) => (probability === null ? "-" : probability.toFixed(3)),
  },
  { ...right, title: "evidence ratio", cell: ratioText },
]

/** Where no draw contradicts, the ratio is known to be large, not how large. */
function ratioText({ evidenceRatio, draws }: Hypothesis): string {
  if (evidenceRatio === null) return "-"
  return evidenceRatio === Number.POSITIVE_INFINITY
    ? `over ${draws.length}`
    : formatSignificant(evidenceRatio, 3)
}

const PREDICTION_COLUMNS: readonly TableColumn<Prediction>[] = [
  { ...right, title: "row", cell: ({ row }) => String(row) },
  { ...right, title: "expectation", cell: ({ fit }) => show(fit) },
  { ...right, title: "sd", cell: ({ se }) => show(se) },
  { ...right, title: "5%", cell: ({ lower }) => show(lower) },
  { ...right, title: "95%", cell: ({ upper }) => show(upper) },
  {
    title: "",
    align: "left",
    cell: ({ newGroups }) => (newGroups.length === 0 ? "" : `new ${newGroups.join(", ")}`),
  },
]
