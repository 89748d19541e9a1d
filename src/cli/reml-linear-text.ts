/** What `gibbsite reml` prints of a least-squares fit. */
import { quantile } from "../diagnostics/quantile.ts"
import type { HausmanTest } from "../frequentist/hausman.ts"
import type { LinearAnovaRow, LinearModel, NestedFTest } from "../frequentist/linear-model.ts"
import type { FixedEffect } from "../frequentist/lmm-estimate.ts"
import type { PredictedRow } from "../frequentist/predict.ts"
import { decimalsFor, formatFigure, formatP, formatSignificant } from "./format-figures.ts"
import type { Io } from "./io.ts"
import { formatTable, heading, type TableColumn } from "./output.ts"
import { intervalText, predictionsText } from "./reml-analyses-text.ts"
import { type AnalysisFlags, anovaType } from "./reml-options.ts"
import { rowsLeftOut } from "./rows-left-out.ts"
import { widthOf, wrapText } from "./style-text.ts"

/** What was asked of a least-squares fit beside its coefficients. */
export interface LinearAnalyses {
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

const right = { align: "right" } as const

/** The fit and what was asked of it, as text. */
export function linearText(
  fit: LinearModel,
  analyses: LinearAnalyses,
  source: string,
  flags: AnalysisFlags,
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

function anovaText(rows: readonly LinearAnovaRow[], flags: AnalysisFlags, io: Io): string {
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
