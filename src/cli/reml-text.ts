/** A fitted mixed model for people, in the layout that lme4's users know. */
import { quantile } from "../diagnostics/quantile.ts"
import type { FixedEffect, LmmFit } from "../frequentist/lmm-fit.ts"
import { decimalsFor, formatFigure, formatP, formatSignificant } from "./format-figures.ts"
import type { Io } from "./io.ts"
import { formatTable, heading, type TableColumn } from "./output.ts"
import { DDF_TITLES, type DdfFlag, isAdjusted } from "./reml-options.ts"
import { rowsLeftOut } from "./rows-left-out.ts"
import { widthOf, wrapText } from "./style-text.ts"

/** More coefficients than this, and their correlations fill the page. */
const MOST_CORRELATED = 12

/** @param ddf whose degrees of freedom the fixed effects have; Satterthwaite's when left out */
export function remlText(fit: LmmFit, source: string, io: Io, ddf: DdfFlag = "satterthwaite"): string {
  const { design } = fit
  const fits = fit.method === "REML" ? "REML" : "maximum likelihood"
  const model = design.random.length === 0 ? "Generalised least squares" : "Linear mixed model"
  return [
    `${model} fit by ${fits}\nFormula: ${fit.formula}\nData:    ${[source, ...rowsLeftOut(design)].join(", ")}\n`,
    criterionText(fit),
    residualsText(fit, io),
    randomText(fit, io),
    ...errorText(fit, io),
    fixedText(fit, io, ddf),
    ...correlationText(fit, io),
    ...notes(fit, io),
  ].join("\n")
}

/** Estimates of the residual structure. */
function errorText({ state, residual }: LmmFit, io: Io): string[] {
  if (residual === null) return []
  const rows = Object.entries(residual).flatMap(([kind, value]) => {
    if (typeof value === "number") return [{ name: kind, value }]
    return Object.entries(value).map(([stratum, ratio]) => ({ name: `${kind} ${stratum}`, value: ratio }))
  })
  const columns: readonly TableColumn<(typeof rows)[number]>[] = [
    { title: "", align: "left", cell: ({ name }) => name },
    { title: "Estimate", align: "right", cell: ({ value }) => formatSignificant(value, 5) },
  ]
  const structure = state.structure?.model.residual?.text ?? ""
  return [heading(`Residual structure ${structure}`, io) + formatTable(columns, rows, io)]
}

function criterionText({ method, criterion, logLik, aic, bic }: LmmFit): string {
  if (method === "REML") return `REML criterion: ${criterion.toFixed(1)}\n`
  const figures = {
    AIC: aic,
    BIC: bic,
    logLik,
    "-2 log(L)": criterion,
  }
  const shown = Object.entries(figures).map(([name, value]) => `${name} ${value.toFixed(1)}`)
  return `${shown.join("   ")}\n`
}

function residualsText(fit: LmmFit, io: Io): string {
  const scaled = fit.residualsOf(fit.residual === null ? "scaled" : "normalized")
  const quartiles = [0, 0.25, 0.5, 0.75, 1].map((p) => quantile(scaled, p))
  const columns = ["Min", "1Q", "Median", "3Q", "Max"].map(
    (title, k): TableColumn<readonly number[]> => ({
      title,
      align: "right",
      cell: (row) => row[k]!.toFixed(4),
    }),
  )
  return heading("Scaled residuals", io) + formatTable(columns, [quartiles], io)
}

interface RandomRow {
  readonly group: string
  readonly term: string
  readonly variance: number
  readonly sd: number
  /** With the terms of the same group before this one. */
  readonly correlations: readonly number[]
}

function randomText(fit: LmmFit, io: Io): string {
  const rows = randomRows(fit)
  const most = Math.max(...rows.map((row) => row.correlations.length))
  const columns: TableColumn<RandomRow>[] = [
    { title: "Group", align: "left", cell: (row) => row.group },
    { title: "Term", align: "left", cell: (row) => row.term },
    { title: "Variance", align: "right", cell: (row) => formatSignificant(row.variance, 5) },
    { title: "Std.Dev.", align: "right", cell: (row) => formatSignificant(row.sd, 5) },
    ...Array.from(
      { length: most },
      (_, k): TableColumn<RandomRow> => ({
        title: k === 0 ? "Corr" : "",
        align: "right",
        cell: ({ correlations }) => (k < correlations.length ? formatFigure(correlations[k], 2) : ""),
      }),
    ),
  ]
  const groups = new Map(fit.design.random.map(({ group, levels }) => [group, levels.length]))
  const sizes = [...groups].map(([group, count]) => `${group} ${count}`)
  const count = `Observations: ${fit.nobs}${sizes.length === 0 ? "" : `; levels: ${sizes.join(", ")}`}\n`
  return rows.length === 0 ? count : heading("Random effects", io) + formatTable(columns, rows, io) + count
}

/** Correlations belong to the bar that a term stands in: two bars of one group are independent. */
function randomRows({ varcorr }: LmmFit): RandomRow[] {
  const rows: RandomRow[] = []
  for (const row of varcorr) {
    if ("cov" in row) continue
    const term = "term" in row ? row.term : ""
    const correlations =
      term === ""
        ? []
        : varcorr.flatMap((other) =>
            "cov" in other && other.group === row.group && other.term2 === term ? [other.cor] : [],
          )
    rows.push({ group: row.group, term, variance: row.variance, sd: row.sd, correlations })
  }
  return rows
}

function fixedText({ fixed, residualKnown }: LmmFit, io: Io, ddf: DdfFlag): string {
  const method = `${isAdjusted(ddf) ? "df and standard errors" : "df"} by ${DDF_TITLES[ddf]}`
  const isNormal = residualKnown && !isAdjusted(ddf)
  if (fixed.length === 0) return `${heading("Fixed effects", io)}none\n`
  const scaled =
    (of: (effect: FixedEffect) => number) =>
    (effect: FixedEffect): string =>
      formatFigure(of(effect), withOneMore(decimalsFor(effect.se)))
  const right = { align: "right" } as const
  const columns: readonly TableColumn<FixedEffect>[] = [
    { title: "", align: "left", cell: ({ name }) => name },
    { ...right, title: "Estimate", cell: scaled((effect) => effect.estimate) },
    { ...right, title: "Std. Error", cell: scaled((effect) => effect.se) },
    ...(isNormal
      ? []
      : [{ ...right, title: "df", cell: ({ df }: FixedEffect) => formatFigure(df, 1) } as const]),
    { ...right, title: isNormal ? "z value" : "t value", cell: ({ t }) => formatFigure(t, 2) },
    { ...right, title: isNormal ? "Pr(>|z|)" : "Pr(>|t|)", cell: ({ p }) => formatP(p) },
  ]
  const note = isNormal ? "the residual standard deviations are known: normal tests" : `${method} method`
  return `${heading("Fixed effects", io)}${formatTable(columns, fixed, io)}${note}\n`
}

const withOneMore = (decimals: number | null): number | null => (decimals === null ? null : decimals + 1)

/** Correlations of the estimates, below the diagonal, as lme4 prints them. */
function correlationText({ fixed, vcov }: LmmFit, io: Io): string[] {
  const p = fixed.length
  if (p < 2 || p > MOST_CORRELATED) return []
  const rows = fixed.map((effect, i) => ({
    name: effect.name,
    values: fixed
      .slice(0, i)
      .map((_, j) => vcov[i * p + j]! / Math.sqrt(vcov[i * p + i]! * vcov[j * p + j]!)),
  }))
  const columns: TableColumn<(typeof rows)[number]>[] = [
    { title: "", align: "left", cell: ({ name }) => name },
    ...fixed.slice(0, -1).map(
      ({ name }, j): TableColumn<(typeof rows)[number]> => ({
        title: name.length > 12 ? `${name.slice(0, 11)}.` : name,
        align: "right",
        cell: ({ values }) => (j < values.length ? formatFigure(values[j], 3) : ""),
      }),
    ),
  ]
  return [heading("Correlation of fixed effects", io) + formatTable(columns, rows.slice(1), io)]
}

function notes(fit: LmmFit, io: Io): string[] {
  const texts = [
    ...(fit.singular
      ? [
          "The fit is singular: a variance is zero or a correlation is ±1, on the boundary. Take a simpler random part, or look at the posterior with gibbsite fit.",
        ]
      : []),
    ...(fit.converged ? [] : [`The optimiser has not converged: ${fit.log.at(-1) ?? "no reason given"}.`]),
    ...fit.design.messages,
  ]
  return texts.map((text) => `${wrapText(`Note: ${text}`, widthOf(io.stdout))}\n`)
}
