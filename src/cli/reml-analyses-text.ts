/** The optional parts of `gibbsite reml` for people. */
import type { GroupEstimate } from "../frequentist/lm-list.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import {
  decimalsFor,
  formatFigure,
  formatP,
  formatSeconds,
  formatSignificant,
  plural,
} from "./format-figures.ts"
import type { Io } from "./io.ts"
import { formatTable, heading, type TableColumn } from "./output.ts"
import type { Analyses } from "./reml-analyses.ts"
import { meansText } from "./reml-means-text.ts"
import { type AnalysisFlags, anovaType, DDF_TITLES, isAdjusted } from "./reml-options.ts"
import { notPredictedText } from "./rows-not-predicted.ts"
import { widthOf, wrapText } from "./style-text.ts"

type Row<Key extends "anova" | "confint" | "predictions"> = NonNullable<Analyses[Key]>[number]

const right = { align: "right" } as const

/** One block of text for each analysis that was asked for, in a fixed order. */
export function analysesText(analyses: Analyses, fit: LmmFit, flags: AnalysisFlags, io: Io): string[] {
  const { anova, means, confint, lrt, rlrt, boot, separate, predictions } = analyses
  const percent = `${formatSignificant(100 * (flags.level ?? 0.95), 4).replace(/\.0+$/, "")} %`
  return [
    ...(anova === undefined ? [] : [anovaText(anova, flags, io)]),
    ...(means === undefined ? [] : [meansText(means, flags, percent, io)]),
    ...(confint === undefined ? [] : [confintText(confint, flags, percent, io)]),
    ...(lrt === undefined ? [] : [lrtText(lrt, io)]),
    ...(rlrt === undefined ? [] : [rlrtText(rlrt, io)]),
    ...(boot === undefined ? [] : [bootText(boot, io)]),
    ...(separate === undefined ? [] : [separateText(separate, io)]),
    ...(predictions === undefined
      ? []
      : [
          predictionsText(
            predictions,
            analyses.rowsNotPredicted ?? [],
            fit,
            intervalText(percent, flags),
            io,
          ),
        ]),
  ]
}

function anovaText(rows: readonly Row<"anova">[], flags: AnalysisFlags, io: Io): string {
  const method = DDF_TITLES[flags.ddf ?? "satterthwaite"]
  const isKnown = flags.se !== undefined && !isAdjusted(flags.ddf)
  const how = isKnown ? "χ² over its degrees of freedom, variances known" : `${method} degrees of freedom`
  const title = `F tests ${anovaType(flags.anova).title}, ${how}`
  if (rows.length === 0) return `${heading(title, io)}none: there is no fixed effect beside the intercept\n`
  const columns: readonly TableColumn<Row<"anova">>[] = [
    { title: "", align: "left", cell: ({ term }) => term },
    { ...right, title: "F value", cell: ({ F }) => formatFigure(F, 4) },
    { ...right, title: "df", cell: ({ ndf }) => String(ndf) },
    { ...right, title: "den. df", cell: ({ ddf }) => formatFigure(ddf, 2) },
    { ...right, title: "Pr(>F)", cell: ({ p }) => formatP(p) },
  ]
  return heading(title, io) + formatTable(columns, rows, io)
}

const METHODS = {
  wald: "Wald; standard deviations on the log scale, correlations on Fisher's",
  profile: "profile likelihood",
} as const

const BOOTSTRAPS = {
  percentile: "percentiles of the parametric bootstrap",
  basic: "percentiles of the parametric bootstrap, reflected at the estimates",
  normal: "bias and standard deviation of the parametric bootstrap",
} as const

function confintText(
  rows: readonly Row<"confint">[],
  { confint: method = "wald", bootInterval = "percentile" }: AnalysisFlags,
  percent: string,
  io: Io,
): string {
  const figure = (value: number | null, row: Row<"confint">) => {
    const spread = row.lower === null || row.upper === null ? Math.abs(value ?? 0) : row.upper - row.lower
    return formatFigure(value, decimalsFor(spread / 4))
  }
  const columns: readonly TableColumn<Row<"confint">>[] = [
    { title: "", align: "left", cell: ({ name }) => name },
    { ...right, title: "lower", cell: (row) => figure(row.lower, row) },
    { ...right, title: "upper", cell: (row) => figure(row.upper, row) },
  ]
  return (
    heading(`${percent} confidence intervals`, io) +
    formatTable(columns, rows, io) +
    `by ${method === "boot" ? BOOTSTRAPS[bootInterval] : METHODS[method]}\n`
  )
}

function lrtText(test: NonNullable<Analyses["lrt"]>, io: Io): string {
  const mixture =
    test.pMixture === null || test.pMixture === test.p ? "" : `, mixture p ${formatP(test.pMixture)}`
  const figures = `χ² ${test.statistic.toFixed(4)} on ${test.df} df, p ${formatP(test.p)}${mixture}\n`
  const note = wrapText(`Note: ${test.note}`, widthOf(io.stdout))
  return `${heading(`Likelihood-ratio test against ${test.formula}`, io)}${figures}${note}\n`
}

function rlrtText({ kind, statistic, p, method }: NonNullable<Analyses["rlrt"]>, io: Io): string {
  const name = kind === "RLRT" ? "restricted likelihood-ratio" : "likelihood-ratio"
  const how = method === "exact" ? "exact" : "from 10000 draws of its null distribution"
  return `${heading(`Exact ${name} test of the variance`, io)}${kind} ${statistic.toFixed(4)}, p ${formatP(p)} (${how})\n`
}

function bootText(boot: NonNullable<Analyses["boot"]>, io: Io): string {
  const share = `${(100 * boot.lrtZeroShare).toFixed(1)} % of the statistics are zero`
  const first = `statistic ${boot.statistic.toFixed(4)}, p ${formatP(boot.lrtP)}; ${share}\n`
  const title = `Likelihood-ratio test by ${plural(boot.replicates, "parametric bootstrap")}`
  return `${heading(title, io)}${first}in ${formatSeconds(boot.seconds)}\n`
}

function separateText(rows: readonly GroupEstimate[], io: Io): string {
  const scaled = (of: (row: GroupEstimate) => number | null) => (row: GroupEstimate) => {
    return formatFigure(of(row), decimalsFor(row.se ?? Math.abs(row.estimate ?? 0)))
  }
  const columns: readonly TableColumn<GroupEstimate>[] = [
    { title: rows[0]?.group ?? "", align: "left", cell: ({ level }) => level },
    { title: "", align: "left", cell: ({ term }) => term },
    { ...right, title: "Estimate", cell: scaled(({ estimate }) => estimate) },
    { ...right, title: "Std. Error", cell: scaled(({ se }) => se) },
    { ...right, title: "df", cell: ({ df }) => String(df) },
    { ...right, title: "Pr(>|t|)", cell: ({ p }) => formatP(p) },
  ]
  return heading("A regression in every group", io) + formatTable(columns, rows, io)
}

/** What the intervals of predictions are. */
export function intervalText(percent: string, { interval, boot }: AnalysisFlags): string {
  if (interval === undefined || interval === "confidence") {
    return `${percent} confidence intervals of the mean response`
  }
  const by = interval === "boot" ? `, from ${plural(boot ?? 1000, "parametric bootstrap")}` : ""
  return `${percent} prediction intervals of a new response${by}`
}

/** Also of a linear model. @param intervals what they are */
export function predictionsText(
  rows: readonly Row<"predictions">[],
  missing: readonly number[],
  fit: { readonly sigma: number },
  intervals: string,
  io: Io,
): string {
  const figure = (of: (row: Row<"predictions">) => number | null) => (row: Row<"predictions">) => {
    return formatFigure(of(row), decimalsFor(row.se ?? fit.sigma))
  }
  const columns: readonly TableColumn<Row<"predictions">>[] = [
    { ...right, title: "row", cell: ({ row }) => String(row) },
    { ...right, title: "prediction", cell: figure((row) => row.fit) },
    { ...right, title: "Std. Error", cell: figure((row) => row.se) },
    { ...right, title: "lower", cell: figure((row) => row.lower) },
    { ...right, title: "upper", cell: figure((row) => row.upper) },
  ]
  return `${heading("Predictions", io)}${formatTable(columns, rows, io)}${intervals}\n${notPredictedText(missing, io)}`
}
