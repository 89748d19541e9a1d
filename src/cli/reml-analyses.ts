/** Tests, intervals and predictions that `gibbsite reml` adds to a fit: the optional parts of its JSON. */
import { type FittedMeans, fittedMeans } from "../checks/fitted-means.ts"
import { OptionError } from "../core/errors.ts"
import type { Table } from "../data/table.ts"
import { bootstrapLrtInParallel } from "../frequentist/bootstrap-parallel.ts"
import type { Comparable } from "../frequentist/comparable.ts"
import type { AnovaRow } from "../frequentist/f-test.ts"
import type { RemlOptions } from "../frequentist/fit-options.ts"
import type { LikelihoodRatioTest } from "../frequentist/likelihood-ratio.ts"
import { fitWithoutRandom, likelihoodRatioTest } from "../frequentist/likelihood-ratio.ts"
import { type GroupEstimate, separateRows } from "../frequentist/lm-list.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { readKnownWeights, readStandardErrors } from "../frequentist/read-weights.ts"
import { reml } from "../frequentist/reml.ts"
import { fitSeparately } from "../frequentist/separate-fits.ts"
import {
  columnsOfErrors,
  isCall,
  parseCorrelation,
  parseVariance,
} from "../frequentist/structures/parse-residual.ts"
import { buildDesign } from "../models/formula/build-design.ts"
import { parseFormula } from "../models/formula/parse.ts"
import { printFormula } from "../models/formula/print.ts"
import { isFormulaChange, updateFormula } from "../models/formula/update-formula.ts"
import { designOptions, readData } from "./load-model.ts"
import type { DataFlags } from "./options.ts"
import { type AnalysisFlags, anovaType, DDF_OPTIONS } from "./reml-options.ts"
import { rowsNotPredicted } from "./rows-not-predicted.ts"

export interface Analyses {
  readonly anova?: readonly AnovaRow[]
  readonly means?: FittedMeans
  readonly confint?: readonly {
    readonly name: string
    readonly lower: number | null
    readonly upper: number | null
  }[]
  readonly lrt?: Pick<LikelihoodRatioTest, "statistic" | "df" | "p" | "pMixture" | "note"> & {
    /** The smaller formula. */
    readonly formula: string
  }
  readonly rlrt?: {
    readonly statistic: number
    readonly p: number
    readonly method: "exact" | "simulated"
    readonly kind: "RLRT" | "LRT"
    readonly zeroShare: number
  }
  readonly boot?: {
    readonly replicates: number
    readonly seconds: number
    readonly lrtP: number
    readonly lrtZeroShare: number
    readonly statistic: number
  }
  readonly separate?: readonly GroupEstimate[]
  readonly predictions?: readonly {
    /** Row of the file, counted from 1, the header not included. */
    readonly row: number
    readonly fit: number
    readonly se: number | null
    readonly lower: number | null
    readonly upper: number | null
  }[]
  /** Rows of the file where a predictor is missing, present where there are any. */
  readonly rowsNotPredicted?: readonly number[]
}

/** @throws GibbsError for what the fit or the flags do not allow */
export async function analyse(
  fit: LmmFit,
  table: Table,
  flags: AnalysisFlags & DataFlags,
): Promise<Analyses> {
  const seed = flags.seed === undefined ? {} : { seed: flags.seed }
  const level = flags.level === undefined ? {} : { level: flags.level }
  const lrt = smallerFormula(fit.formula, table, flags)
  const smaller = lrt === undefined ? undefined : fitSmaller(lrt, fit, table, flags)
  return {
    ...(flags.anova === undefined ? {} : { anova: testTerms(fit, flags) }),
    ...(flags.means === undefined ? {} : { means: meansOf(fit, flags.means, flags) }),
    ...(flags.confint === undefined
      ? {}
      : {
          confint: fit
            .confint({
              method: flags.confint,
              ...level,
              boot: {
                ...seed,
                ...(flags.boot === undefined ? {} : { replicates: flags.boot }),
                ...(flags.bootInterval === undefined ? {} : { interval: flags.bootInterval }),
              },
            })
            .map(({ name, lower, upper }) => ({ name, lower, upper })),
        }),
    ...(smaller === undefined || lrt === undefined ? {} : { lrt: compare(smaller, fit, lrt) }),
    ...(flags.rlrt === true ? { rlrt: testVariance(fit, seed) } : {}),
    ...(isBootstrapTest(flags) ? { boot: await bootstrap(fit, smaller, flags.boot ?? 1000, seed) } : {}),
    ...(flags.separate === true ? { separate: separate(fit) } : {}),
    ...(flags.predict === undefined ? {} : await predictFile(fit, flags.predict, flags)),
  }
}

/** `--boot` is a test, too, unless it says how many replicates the intervals of predictions take. */
function isBootstrapTest({ boot, predict, interval, lrt }: AnalysisFlags): boolean {
  const isForPredictions = predict !== undefined && interval === "boot"
  return boot !== undefined && (lrt !== undefined || !isForPredictions)
}

function meansOf(fit: LmmFit, factors: string, { ddf, level }: AnalysisFlags): FittedMeans {
  return fittedMeans(
    fit,
    factors.split(",").map((factor) => factor.trim()),
    { ...(ddf === undefined ? {} : DDF_OPTIONS[ddf]), ...(level === undefined ? {} : { level }) },
  )
}

function separate(fit: LmmFit): readonly GroupEstimate[] {
  const [bar, ...others] = fit.design.random
  if (bar !== undefined && others.length === 0) return separateRows(fitSeparately(fit.design, 0))
  throw new OptionError(`the formula has ${fit.design.random.length} random terms, expected one`, {
    code: "invalid-option",
    where: "--separate",
    hint: "name one bar: its coefficients are estimated in every group",
  })
}

function testTerms(fit: LmmFit, { anova, ddf }: AnalysisFlags): readonly AnovaRow[] {
  return fit.anova({ type: anovaType(anova).type, ...(ddf === undefined ? {} : DDF_OPTIONS[ddf]) })
}

/** The formula that `--lrt` names; `. ~ . - x` is a change of the larger one. Undefined without the option. */
export function smallerFormula(
  larger: string,
  table: Table,
  { lrt }: Pick<AnalysisFlags, "lrt">,
): string | undefined {
  if (lrt === undefined || !isFormulaChange(lrt)) return lrt
  return updateFormula(larger, lrt, [...table.columns.keys()])
}

/**
 * The smaller model, fitted to the same table in the same way; without bars it is a linear model. The same formula again
 * is that of the model without its residual structures.
 */
function fitSmaller(
  formula: string,
  { method, formula: larger }: LmmFit,
  table: Table,
  flags: AnalysisFlags & DataFlags,
): Comparable {
  const same = printFormula(parseFormula(formula)) === printFormula(parseFormula(larger))
  const errors = same ? withoutStructure(flags) : flags
  const { weights = [] } = errors
  const design = buildDesign(formula, table, {
    ...designOptions(flags),
    complete: columnsOfFlags(flags),
  })
  if (design.random.length > 0 || hasErrorStructure(errors)) {
    return reml(formula, table, {
      ...designOptions(flags),
      ...errorOptions(errors),
      complete: columnsOfFlags(flags),
      method,
    })
  }
  const [column] = weights
  if (flags.se !== undefined) {
    const known = readStandardErrors(design, table, flags.se).map((value) => 1 / (value * value))
    return fitWithoutRandom(design, method, known, true)
  }
  return fitWithoutRandom(
    design,
    method,
    column === undefined ? null : readKnownWeights(design, table, column),
  )
}

/** Known weights stay; correlations and variance functions go. */
function withoutStructure({ weights = [], se, dropCollinear }: AnalysisFlags): AnalysisFlags {
  const known = weights.filter((text) => !isCall(text))
  const kept = {
    ...(se === undefined ? {} : { se }),
    ...(dropCollinear === undefined ? {} : { dropCollinear }),
  }
  return { ...(known.length === 0 ? {} : { weights: known }), ...kept }
}

/** The columns outside the formula that the larger model reads: the smaller must have the same rows. */
function columnsOfFlags({ residual, weights = [], se }: AnalysisFlags): readonly string[] {
  const functions = weights.filter(isCall)
  return [
    ...(se === undefined ? [] : [se]),
    ...weights.filter((text) => !isCall(text)),
    ...columnsOfErrors(residual === undefined ? null : parseCorrelation(residual), null),
    ...functions.flatMap((text) => columnsOfErrors(null, parseVariance(text))),
  ]
}

/** Whether residuals are correlated or a variance function is asked for: a model even without bars. */
export function hasErrorStructure({ residual, weights = [] }: AnalysisFlags): boolean {
  return residual !== undefined || weights.some(isCall)
}

/** What the flags say of the residuals, as options of `reml`. */
export function errorOptions({
  residual,
  weights,
  se,
  dropCollinear,
}: AnalysisFlags): Pick<RemlOptions, "residual" | "weights" | "se" | "collinear"> {
  return {
    ...(dropCollinear === true ? { collinear: "drop" } : {}),
    ...(se === undefined ? {} : { se }),
    ...(weights === undefined ? {} : { weights }),
    ...(residual === undefined ? {} : { residual }),
  }
}

function compare(smaller: Comparable, larger: LmmFit, formula: string): Analyses["lrt"] & {} {
  const { statistic, df, p, pMixture, note } = likelihoodRatioTest(smaller, larger)
  return { formula, statistic, df, p, pMixture, note }
}

function testVariance(fit: LmmFit, seed: { readonly seed?: string }): Analyses["rlrt"] & {} {
  const { statistic, p, method, kind, zeroShare } = fit.exactVarianceTest(seed)
  return { statistic, p, method, kind, zeroShare }
}

async function bootstrap(
  fit: LmmFit,
  smaller: Comparable | undefined,
  replicates: number,
  seed: { readonly seed?: string },
): Promise<Analyses["boot"] & {}> {
  const { seconds, p, zeroShare, statistic } = await bootstrapLrtInParallel(fit, smaller, {
    replicates,
    ...seed,
  })
  return { replicates, seconds, lrtP: p, lrtZeroShare: zeroShare, statistic }
}

async function predictFile(
  fit: LmmFit,
  file: string,
  flags: AnalysisFlags & DataFlags,
): Promise<Pick<Analyses, "predictions" | "rowsNotPredicted">> {
  const table = await readData(file, { ...(flags.na === undefined ? {} : { na: flags.na }) })
  const { interval, random, newLevels, level, boot, seed } = flags
  const options = {
    ...(random === undefined ? {} : { random }),
    ...(newLevels === undefined ? {} : { newLevels }),
    ...(level === undefined ? {} : { level }),
  }
  const bootstrap = {
    ...(boot === undefined ? {} : { replicates: boot }),
    ...(seed === undefined ? {} : { seed }),
  }
  const predictions =
    interval === "boot"
      ? fit.bootstrapPredict(table, { ...options, ...bootstrap })
      : fit.predict(table, { ...options, ...(interval === undefined ? {} : { interval }) })
  return { predictions, ...noteMissing(table.rows, predictions) }
}

/** The rows without a prediction, where there are any. */
export function noteMissing(
  rows: number,
  predictions: Analyses["predictions"] & {},
): Pick<Analyses, "rowsNotPredicted"> {
  const missing = rowsNotPredicted(rows, predictions)
  return missing.length === 0 ? {} : { rowsNotPredicted: missing }
}
