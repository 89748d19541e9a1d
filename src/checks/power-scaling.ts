/** Power-scaling sensitivity: how much the posterior moves when the prior or the likelihood counts a little more or less. */

import { GraphPosterior } from "../chains/graph-posterior.ts"
import { chooseMonitors } from "../chains/monitors.ts"
import { checkNormalResponse } from "../chains/pointwise-likelihood.ts"
import type { Posterior } from "../chains/posterior.ts"
import { type DrawsByName, recordedDraws } from "../chains/recorded-draws.ts"
import { checkOptionNames, DataError, OptionError, suggest } from "../core/errors.ts"
import { effectiveSampleSize } from "../diagnostics/effective-sample-size.ts"
import { cumulativeJensenShannon } from "../diagnostics/jensen-shannon.ts"
import { orderValues } from "../diagnostics/ordered.ts"
import { paretoSmooth } from "../diagnostics/pareto-smoothing.ts"
import { listQuantities } from "../models/effect-quantities.ts"
import type { Quantity } from "../models/graph.ts"
import { graphLogPrior, variablesOfEffects } from "./graph-log-prior.ts"
import { type LogPrior, logPrior } from "./log-prior.ts"

export interface PowerScalingOptions {
  /** Names, families or variables, default everything that was recorded but effects (`u`, what is drawn given other draws). */
  readonly variables?: readonly string[]
  /** Exponents that priors or likelihood are raised to, default 0.99 and 1.01. */
  readonly lowerAlpha?: number
  readonly upperAlpha?: number
  /** Sensitivities above are remarked on, default 0.05. */
  readonly threshold?: number
}

export interface SensitivityRow {
  readonly name: string
  /** Distance moved for a doubling of the exponent of all priors; 0 where all are flat. */
  readonly prior: number
  /** The same of the likelihood. */
  readonly likelihood: number
  /** What both together mean. */
  readonly diagnosis: "-" | "potential prior-data conflict" | "potential strong prior / weak likelihood"
}

export interface PowerScaling {
  readonly rows: readonly SensitivityRow[]
  /** Shape of the tail of the weights: above 0.7 the sensitivities are not to be trusted. */
  readonly paretoK: { readonly prior: number; readonly likelihood: number }
  /** Sentences: what is wrong, and what to do. */
  readonly warnings: readonly string[]
}

const SHORTEST = 10
const K_LIMIT = 0.7

/**
 * Sensitivity of every scalar's posterior to the power-scaling of all priors at once, p(θ)^α p(y | θ), and of the likelihood,
 * p(θ) p(y | θ)^α: the draws are reweighted by p(θ)^(α − 1), Pareto-smoothed, and the cumulative Jensen–Shannon distances at both exponents
 * are taken over their distance in log₂ α. Priors of groups' effects are part of the model and not scaled; in a model of relations
 * whatever is drawn given nothing drawn is a parameter, and its prior is.
 * Kallioinen, Paananen, Bürkner & Vehtari (2024), Detecting and diagnosing prior and likelihood sensitivity with power-scaling, Statistics
 * and Computing 34, 57, sections 2.2 to 2.5.
 *
 * @throws DataError when `b`, `u` or the spreads were not recorded, or draws are fewer than 10; OptionError
 */
export function powerScaling(
  posterior: Posterior | GraphPosterior,
  options: PowerScalingOptions = {},
): PowerScaling {
  checkOptionNames("powerScaling", options, ["variables", "lowerAlpha", "upperAlpha", "threshold"])
  const { variables, ...exponents } = options
  const draws = recordedDraws(posterior.container, "equal")
  const { names, prior } =
    posterior instanceof GraphPosterior
      ? {
          names: chosenElements(posterior, variables),
          prior: graphLogPrior(posterior.model.graph, draws, "powerScaling"),
        }
      : formulaParts(posterior, draws, variables)
  const input: PowerScalingInput = {
    draws: new Map(names.map((name) => [name, draws(name)!])),
    logPrior: prior.parameters.length === 0 ? null : prior.values,
    logLikelihood: sumRows(posterior.logLik()),
    chains: posterior.container.lengths.filter((length) => length > 0).length,
  }
  const found = powerScalingOf(input, exponents)
  return { ...found, warnings: [...found.warnings, ...warnOfFlat(prior.flat)] }
}

function formulaParts(
  posterior: Posterior,
  draws: DrawsByName,
  variables: readonly string[] | undefined,
): { readonly names: string[]; readonly prior: LogPrior } {
  checkNormalResponse(posterior.model, "powerScaling")
  return { names: chosenNames(posterior, variables), prior: logPrior(posterior, draws) }
}

/** What sensitivities are computed from; draws of any origin. */
export interface PowerScalingInput {
  /** Draws of each scalar, chain after chain. */
  readonly draws: ReadonlyMap<string, Float64Array>
  /** Log prior density at each draw; null where every prior is flat. */
  readonly logPrior: Float64Array | null
  /** Log likelihood of all data at each draw. */
  readonly logLikelihood: Float64Array
  /** Chains that the draws consist of, of equal length. */
  readonly chains: number
}

/**
 * `powerScaling` of draws, log priors and log likelihoods that are at hand.
 *
 * @throws DataError for fewer than 10 draws, arrays of different lengths, or densities that are not finite; OptionError for exponents
 *   that are not on both sides of 1
 */
export function powerScalingOf(
  { draws, logPrior: prior, logLikelihood, chains }: PowerScalingInput,
  options: Omit<PowerScalingOptions, "variables"> = {},
): PowerScaling {
  const { lowerAlpha = 0.99, upperAlpha = 1.01, threshold = 0.05 } = options
  if (!(lowerAlpha > 0 && lowerAlpha < 1 && upperAlpha > 1 && Number.isFinite(upperAlpha))) {
    throw new OptionError(
      `found the exponents ${lowerAlpha} and ${upperAlpha}, expected one below and one above 1`,
      {
        code: "invalid-option",
        where: "lowerAlpha, upperAlpha",
        hint: "for instance 0.99 and 1.01",
      },
    )
  }
  checkDensities(logLikelihood, prior, draws)
  const alphas = [lowerAlpha, upperAlpha]
  const scale = Math.log2(upperAlpha) - Math.log2(lowerAlpha)
  const priorWeights = prior === null ? null : weighAll(prior, alphas, chains)
  const likelihoodWeights = weighAll(logLikelihood, alphas, chains)
  const rows = [...draws].map(([name, values]): SensitivityRow => {
    const { sorted, order } = orderValues(values)
    const sensitivity = (weights: readonly Weights[]): number =>
      weights.reduce((sum, { values: weight }) => {
        const ordered = Float64Array.from(order, (draw) => weight[draw]!)
        return sum + cumulativeJensenShannon(sorted, ordered)
      }, 0) / scale
    const priorSensitivity = priorWeights === null ? 0 : sensitivity(priorWeights)
    const likelihood = sensitivity(likelihoodWeights)
    const diagnosis = diagnose(priorSensitivity, likelihood, threshold)
    return { name, prior: priorSensitivity, likelihood, diagnosis }
  })
  const paretoK = { prior: largestK(priorWeights ?? []), likelihood: largestK(likelihoodWeights) }
  return { rows, paretoK, warnings: [...warnOfPrior(rows), ...warnOfTails(paretoK)] }
}

function checkDensities(
  logLikelihood: Float64Array,
  prior: Float64Array | null,
  draws: ReadonlyMap<string, Float64Array>,
): void {
  const count = logLikelihood.length
  const refuse = (message: string, hint: string): never => {
    throw new DataError(message, { code: "power-scaling", where: "powerScaling", hint })
  }
  if (count < SHORTEST) refuse(`found ${count} draws, expected at least ${SHORTEST}`, "sample more")
  const lengths = [prior ?? logLikelihood, ...draws.values()].map((values) => values.length)
  const other = lengths.find((length) => length !== count)
  if (other !== undefined)
    refuse(`found ${other} draws beside ${count} log likelihoods`, "give one for each draw")
  for (const [part, values] of [
    ["likelihood", logLikelihood],
    ["prior", prior],
  ] as const) {
    const bad = values?.findIndex((value) => !Number.isFinite(value)) ?? -1
    if (bad < 0) continue
    refuse(
      `the log ${part} of draw ${bad + 1} is ${values![bad]}, expected a finite number`,
      "look at the draws",
    )
  }
}

interface Weights {
  readonly values: Float64Array
  readonly paretoK: number
}

/** Normalised weights of the draws at each exponent. */
function weighAll(logDensity: Float64Array, alphas: readonly number[], chains: number): Weights[] {
  return alphas.map((alpha) => {
    const ratios = logDensity.map((value) => (alpha - 1) * value)
    const { logWeights, paretoK } = paretoSmooth(ratios, relativeEfficiency(ratios, chains))
    return { values: logWeights.map(Math.exp), paretoK }
  })
}

/** Of the ratios themselves, chains whole; 1 where it cannot be estimated. */
function relativeEfficiency(logRatios: Float64Array, chains: number): number {
  const largest = logRatios.reduce((most, value) => Math.max(most, value), -Infinity)
  const length = logRatios.length / chains
  const ratios = logRatios.map((value) => Math.exp(value - largest))
  const series = Array.from({ length: chains }, (_, c) => ratios.subarray(c * length, (c + 1) * length))
  const ess = effectiveSampleSize(series)
  return Number.isNaN(ess) ? 1 : ess / logRatios.length
}

function sumRows(rows: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(rows[0]?.length ?? 0)
  for (const row of rows) for (let s = 0; s < sum.length; s++) sum[s]! += row[s]!
  return sum
}

/** What was asked for, without constants: a parameter that is fixed does not move. */
function chosenNames({ model, names }: Posterior, wanted?: readonly string[]): string[] {
  const recorded = new Set(names)
  const isMeant = ({ name, constant }: Quantity): boolean => !constant && recorded.has(name)
  if (wanted === undefined) return model.graph.quantities.filter(isMeant).map(({ name }) => name)
  const quantities = listQuantities(model.graph).filter(isMeant)
  return chooseMonitors({ quantities, effects: [] }, wanted).map(({ name }) => name)
}

/** The same of a model of relations: elements, or all of a variable. @throws OptionError for a name that was not recorded */
function chosenElements({ model, names }: GraphPosterior, wanted?: readonly string[]): string[] {
  const variableOf = (name: string): string => name.split("[", 1)[0]!
  for (const one of wanted ?? []) {
    if (names.some((name) => name === one || variableOf(name) === one)) continue
    throw new OptionError(`nothing that was recorded is called "${one}"`, {
      code: "unknown-variable",
      where: "variables",
      hint: suggest(one, [...new Set(names.map(variableOf))]),
    })
  }
  const effects = variablesOfEffects(model.graph)
  return names.filter((name) =>
    wanted === undefined
      ? !effects.has(variableOf(name))
      : wanted.includes(name) || wanted.includes(variableOf(name)),
  )
}

/** Kallioinen et al., section 2.5. */
function diagnose(prior: number, likelihood: number, threshold: number): SensitivityRow["diagnosis"] {
  if (!(prior >= threshold)) return "-"
  return likelihood >= threshold
    ? "potential prior-data conflict"
    : "potential strong prior / weak likelihood"
}

const largestK = (weights: readonly Weights[]): number =>
  weights.reduce(
    (most, { paretoK }) => Math.max(most, Number.isFinite(paretoK) ? paretoK : -Infinity),
    -Infinity,
  )

function warnOfPrior(rows: readonly SensitivityRow[]): string[] {
  const listed = (diagnosis: SensitivityRow["diagnosis"]): string =>
    rows
      .filter((row) => row.diagnosis === diagnosis)
      .slice(0, 4)
      .map(({ name, prior }) => `${name} (${prior.toFixed(2)})`)
      .join(", ")
  const conflict = listed("potential prior-data conflict")
  const strong = listed("potential strong prior / weak likelihood")
  return [
    ...(conflict === ""
      ? []
      : [
          `Prior and data may be in conflict over ${conflict}: look at the prior beside the data, and state one that you would defend.`,
        ]),
    ...(strong === ""
      ? []
      : [`The data say little about ${strong}, and the prior decides: report it, or justify the prior.`]),
  ]
}

const warnOfFlat = (flat: readonly string[]): string[] =>
  flat.length === 0
    ? []
    : [
        `Flat priors cannot be scaled: those of ${flat.slice(0, 4).join(", ")}${flat.length > 4 ? ", …" : ""} do not count.`,
      ]

function warnOfTails(paretoK: PowerScaling["paretoK"]): string[] {
  return Object.entries(paretoK)
    .filter(([, k]) => k > K_LIMIT)
    .map(
      ([part, k]) =>
        `The Pareto k of the weights for the ${part} is ${k.toFixed(2)}, above ${K_LIMIT}: its sensitivities are not to be trusted. Sample more draws, or take exponents nearer to 1.`,
    )
}
