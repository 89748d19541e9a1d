/** `gibbsite reml` for a formula without bars: least squares. */

import { OptionError } from "../core/errors.ts"
import type { Table } from "../data/table.ts"
import { quantile } from "../diagnostics/quantile.ts"
import { type HausmanTest, hausman } from "../frequentist/hausman.ts"
import {
  type LinearAnovaRow,
  type LinearModel,
  type NestedFTest,
  nestedFTest,
  ols,
} from "../frequentist/linear-model.ts"
import type { FixedEffect } from "../frequentist/lmm-fit.ts"
import type { PredictedRow } from "../frequentist/predict.ts"
import { findNodes, isBar } from "../models/formula/ast.ts"
import { countLeftOut } from "../models/formula/design.ts"
import { parseFormula } from "../models/formula/parse.ts"
import { decimalsFor, formatFigure, formatP, formatSignificant } from "./format-figures.ts"
import { EXIT, type Io } from "./io.ts"
import { designOptions, readData } from "./load-model.ts"
import type { DataFlags } from "./options.ts"
import { formatTable, heading, type TableColumn, toJson } from "./output.ts"
import { hasErrorStructure, noteMissing, smallerFormula } from "./reml-analyses.ts"
import { intervalText, predictionsText } from "./reml-analyses-text.ts"
import { type AnalysisFlags, anovaType } from "./reml-options.ts"
import { rowsLeftOut } from "./rows-left-out.ts"
import { widthOf, wrapText } from "./style-text.ts"

type Flags = DataFlags & AnalysisFlags & { readonly json?: boolean }

interface LinearAnalyses {
  readonly anova?: readonly LinearAnovaRow[]
  readonly confint?: readonly {
    readonly name: string
    readonly lower: number | null
    readonly upper: number | null
  }[]
  readonly ftest?: NestedFTest & { readonly formula: string }
  readonly hausman?: HausmanTest
  readonly predictions?: readonly PredictedRow[]
  readonly rowsNotPredicted?: readonly number[]
}

/** Whether a formula has neither bars nor a residual structure, and the residual variance is to be estimated. */
export function isLinear(formula: string, flags: AnalysisFlags): boolean {
  return (
    !hasErrorStructure(flags) &&
    flags.se === undefined &&
    findNodes(parseFormula(formula).right, isBar).length === 0
  )
}

/** @throws OptionError for an option that needs a formula without bars */
export function refuseLinearOnly({ hausman: group }: AnalysisFlags): void {
  if (group === undefined) return
  throw new OptionError("Hausman's test takes a formula without bars, and errors without structure", {
    code: "invalid-option",
    where: "--hausman",
    hint: `leave the random terms out: --hausman ${group} puts them in`,
  })
}

/** @throws GibbsError for what the fit or the flags do not allow */
export async function runLinear(
  formula: string,
  source: string,
  table: Table,
  flags: Flags,
  io: Io,
): Promise<number> {
  refuseMixedOnly(flags)
  const began = performance.now()
  const fit = ols(formula, table, linearOptions(flags))
  const seconds = (performance.now() - began) / 1000
  const analyses = await analyseLinear(fit, table, flags)
  io.stdout.write(
    flags.json === true
      ? toJson(linearJson(fit, analyses, seconds))
      : linearText(fit, analyses, source, flags, io),
  )
  return EXIT.fine
}

const MIXED_ONLY = [
  ...(["ml", "ddf", "means", "rlrt", "boot", "separate", "random", "newLevels"] as const),
  ...(["measures", "ranef", "contrast", "simulate", "bootInterval"] as const),
] as const

function refuseMixedOnly(flags: Flags): void {
  const found = MIXED_ONLY.find((name) => flags[name] !== undefined)
  if (flags.interval === "boot") {
    throw new OptionError("a linear model needs no bootstrap for its intervals", {
      code: "invalid-option",
      where: "--interval",
      hint: "take --interval prediction: it is exact",
    })
  }
  const option = found ?? (flags.confint === undefined || flags.confint === "wald" ? undefined : "confint")
  if (option === undefined) return
  throw new OptionError("the formula has no random term, and the option is of mixed models", {
    code: "invalid-option",
    where: `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    hint: "leave the option out, or add a bar such as (1 | group)",
  })
}

function linearOptions(flags: Flags) {
  const [weights] = flags.weights ?? []
  return { ...designOptions(flags), ...(weights === undefined ? {} : { weights }) }
}

async function analyseLinear(fit: LinearModel, table: Table, flags: Flags): Promise<LinearAnalyses> {
  const level = flags.level ?? 0.95
  const lrt = smallerFormula(fit.formula, table, flags)
  const { type } = anovaType(flags.anova)
  const rows =
    flags.predict === undefined
      ? undefined
      : await readData(flags.predict, flags.na === undefined ? {} : { na: flags.na })
  return {
    ...(flags.anova === undefined ? {} : { anova: fit.anova({ type: type === "sequential" ? 1 : type }) }),
    ...(flags.confint === undefined
      ? {}
      : { confint: fit.confint(level).map(({ name, lower, upper }) => ({ name, lower, upper })) }),
    ...(lrt === undefined
      ? {}
      : { ftest: { formula: lrt, ...nestedFTest(ols(lrt, table, linearOptions(flags)), fit) } }),
    ...(flags.hausman === undefined
      ? {}
      : { hausman: hausman(fit.formula, table, { ...designOptions(flags), group: flags.hausman }) }),
    ...(rows === undefined ? {} : predictTable(fit, rows, level, flags)),
  }
}

function predictTable(fit: LinearModel, table: Table, level: number, { interval }: AnalysisFlags) {
  const predictions = fit.predict(table, {
    level,
    interval: interval === "prediction" ? "prediction" : "confidence",
  })
  return { predictions, ...noteMissing(table.rows, predictions) }
}

/** The layout of a mixed model's JSON, without random effects. */
function linearJson(fit: LinearModel, { anova, ...analyses }: LinearAnalyses, seconds: number): object {
  const { method, logLik, sigma, nobs, fixed, df, rSquared, adjustedRSquared, overall } = fit
  return {
    method,
    criterion: -2 * logLik,
    logLik,
    sigma,
    theta: [],
    nobs,
    ...countLeftOut(fit.design),
    singular: false,
    converged: true,
    evaluations: 0,
    seconds,
    fixed,
    varcorr: [{ group: "residual", sd: sigma, variance: sigma ** 2 }],
    ranef: {},
    df,
    rSquared,
    adjustedRSquared,
    overall,
    ...(anova === undefined
      ? {}
      : {
          anova: anova.map(({ term, F, df: ndf, p, sumSq, meanSq }) => {
            return { term, F, ndf, ddf: F === null ? null : df, p, sumSq, meanSq }
          }),
        }),
    ...analyses,
  }
}

const right = { align: "right" } as const

function linearText(
  fit: LinearModel,
  analyses: LinearAnalyses,
  source: string,
  flags: Flags,
  io: Io,
): string {
  const { anova, confint, ftest: nested, hausman: test, predictions, rowsNotPredicted = [] } = analyses
  const { messages } = fit.design
  const percent = `${formatSignificant(100 * (flags.level ?? 0.95), 4).replace(/\.0+$/, "")} %`
  return [
    `Linear model fit by least squares\nFormula: ${fit.formula}\nData:    ${[source, ...rowsLeftOut(fit.design)].join(", ")}\n`,
    residualsText(fit, io),
    coefficientsText(fit, io),
    ...(anova === undefined ? [] : [anovaText(anova, flags, io)]),
    ...(confint === undefined ? [] : [confintText(confint, percent, io)]),
    ...(nested === undefined ? [] : [`${heading(`F test against ${nested.formula}`, io)}${fText(nested)}\n`]),
    ...(test === undefined ? [] : [hausmanText(test, flags.hausman ?? "", io)]),
    ...(predictions === undefined
      ? []
      : [predictionsText(predictions, rowsNotPredicted, fit, intervalText(percent, flags), io)]),
    ...messages.map((text) => `${wrapText(`Note: ${text}`, widthOf(io.stdout))}\n`),
  ].join("\n")
}

function fText({ F, ndf, ddf, p }: NestedFTest): string {
  return `F ${F.toFixed(4)} on ${ndf} and ${ddf} df, p ${formatP(p)}`
}

function residualsText({ residuals, sigma }: LinearModel, io: Io): string {
  const quartiles = [0, 0.25, 0.5, 0.75, 1].map((p) => quantile(residuals, p))
  const columns = ["Min", "1Q", "Median", "3Q", "Max"].map((title, k): TableColumn<readonly number[]> => {
    return { ...right, title, cell: (row) => formatFigure(row[k], decimalsFor(sigma)) }
  })
  return heading("Residuals", io) + formatTable(columns, [quartiles], io)
}

function coefficientsText(fit: LinearModel, io: Io): string {
  const scaled = (of: (effect: FixedEffect) => number) => (effect: FixedEffect) => {
    const decimals = decimalsFor(effect.se)
    return formatFigure(of(effect), decimals === null ? null : decimals + 1)
  }
  const columns: readonly TableColumn<FixedEffect>[] = [
    { title: "", align: "left", cell: ({ name }) => name },
    { ...right, title: "Estimate", cell: scaled(({ estimate }) => estimate) },
    { ...right, title: "Std. Error", cell: scaled(({ se }) => se) },
    { ...right, title: "t value", cell: ({ t }) => formatFigure(t, 2) },
    { ...right, title: "Pr(>|t|)", cell: ({ p }) => formatP(p) },
  ]
  const squares = `R² ${formatFigure(fit.rSquared, 4)}, adjusted ${formatFigure(fit.adjustedRSquared, 4)}`
  const overall = fit.overall === null ? "" : `\n${squares}; ${fText(fit.overall)}`
  const sigma = `residual standard deviation ${formatSignificant(fit.sigma, 5)} on ${fit.df} df`
  return `${heading("Coefficients", io)}${formatTable(columns, fit.fixed, io)}${sigma}${overall}\n`
}

function anovaText(rows: readonly LinearAnovaRow[], flags: Flags, io: Io): string {
  const title = anovaType(flags.anova).title.replace("of ", "")
  const columns: readonly TableColumn<LinearAnovaRow>[] = [
    { title: "", align: "left", cell: ({ term }) => term },
    { ...right, title: "df", cell: ({ df }) => String(df) },
    { ...right, title: "Sum Sq", cell: ({ sumSq }) => formatSignificant(sumSq, 5) },
    { ...right, title: "Mean Sq", cell: ({ meanSq }) => formatSignificant(meanSq, 5) },
    { ...right, title: "F value", cell: ({ F }) => (F === null ? "" : formatFigure(F, 4)) },
    { ...right, title: "Pr(>F)", cell: ({ F, p }) => (F === null ? "" : formatP(p)) },
  ]
  return heading(`Analysis of variance, ${title}`, io) + formatTable(columns, rows, io)
}

type IntervalRow = NonNullable<LinearAnalyses["confint"]>[number]

function confintText(rows: readonly IntervalRow[], percent: string, io: Io): string {
  const figure = (of: (row: IntervalRow) => number | null) => (row: IntervalRow) => {
    return formatFigure(of(row), decimalsFor(((row.upper ?? 0) - (row.lower ?? 0)) / 4))
  }
  const columns: readonly TableColumn<IntervalRow>[] = [
    { title: "", align: "left", cell: ({ name }) => name },
    { ...right, title: "lower", cell: figure(({ lower }) => lower) },
    { ...right, title: "upper", cell: figure(({ upper }) => upper) },
  ]
  return heading(`${percent} confidence intervals`, io) + formatTable(columns, rows, io)
}

function hausmanText(test: HausmanTest, group: string, io: Io): string {
  type Row = HausmanTest["coefficients"][number]
  const scaled = (of: (row: Row) => number, by: (row: Row) => number) => (row: Row) => {
    return formatFigure(of(row), decimalsFor(by(row)))
  }
  const columns: readonly TableColumn<Row>[] = [
    { title: "", align: "left", cell: ({ name }) => name },
    {
      ...right,
      title: "fixed",
      cell: scaled(
        (row) => row.fixed,
        (row) => row.fixedSe,
      ),
    },
    {
      ...right,
      title: "Std. Error",
      cell: scaled(
        (row) => row.fixedSe,
        (row) => row.fixedSe,
      ),
    },
    {
      ...right,
      title: "random",
      cell: scaled(
        (row) => row.random,
        (row) => row.randomSe,
      ),
    },
    {
      ...right,
      title: "Std. Error",
      cell: scaled(
        (row) => row.randomSe,
        (row) => row.randomSe,
      ),
    },
  ]
  const { statistic, df, p, regression } = test
  const classical =
    statistic === null ? "not computed" : `χ² ${statistic.toFixed(4)} on ${df} df, p ${formatP(p)}`
  const other =
    regression === null
      ? "not computed"
      : `χ² ${regression.statistic.toFixed(4)} on ${regression.df} df, p ${formatP(regression.p)}`
  return [
    heading(`Hausman's test, fixed against random effects of ${group}`, io) +
      formatTable(columns, test.coefficients, io),
    `classical ${classical}\nregression form ${other}\n`,
    `${wrapText(`Note: ${test.note}`, widthOf(io.stdout))}\n`,
  ].join("")
}
