import { ESS_PER_CHAIN, RHAT_LIMIT } from "../../diagnostics/verdict.ts"
import { shrinkageTitles } from "../chart-data.ts"
import { formatCount, formatFixed, formatNumber } from "../format.ts"
import { type Html, html } from "../html.ts"
import {
  keptDraws,
  type ReportComparison,
  type ReportInput,
  type ReportParameter,
  type ReportShrinkage,
} from "../report-input.ts"
import { type Column, renderTable } from "../table.ts"

/** The posterior in figures; single random effects fold away when there are other scalars. */
export function summarySection(input: ReportInput): Html {
  const { summary, sampling } = input
  const columns = summaryColumns(ESS_PER_CHAIN * sampling.chains)
  const effects = summary.filter((row) => row.name.startsWith("u["))
  const main = summary.filter((row) => !row.name.startsWith("u["))
  const fold = main.length > 0 && effects.length > 0
  return html`<section id="summary" aria-labelledby="summary-h">
<h2 id="summary-h">Posterior summary</h2>
${renderTable("summary-caption", `Means, sds and quantiles over ${sampling.chains * keptDraws(input)} draws`, columns, fold ? main : summary)}
${
  fold &&
  html`<details><summary>Random effects (${effects.length})</summary>
${renderTable("effects-caption", "Random effects", columns, effects)}
</details>`
}
<p class="note">MCSE: Monte Carlo standard error of the mean. R-hat: rank-normalised split R-hat, near 1 when the chains agree. ESS: how many independent draws the chains are worth, for the centre (bulk) and for the 5 % and 95 % quantiles (tail).</p>
</section>`
}

function summaryColumns(essLimit: number): readonly Column<ReportParameter>[] {
  const reason = (row: ReportParameter) => row.reason
  const number = (head: string, figure: (row: ReportParameter) => number, title: string) => ({
    head,
    title,
    kind: "number" as const,
    text: (row: ReportParameter) => formatNumber(figure(row)),
    hint: reason,
  })
  const ess = (head: string, figure: (row: ReportParameter) => number, title: string) => ({
    head,
    title,
    kind: "number" as const,
    text: (row: ReportParameter) => formatCount(figure(row)),
    alarm: (row: ReportParameter) => (figure(row) < essLimit ? `below ${essLimit}` : null),
    hint: reason,
  })
  return [
    { head: "Parameter", kind: "name", text: (row) => row.name },
    number("Mean", (row) => row.mean, "Posterior mean"),
    number("Sd", (row) => row.sd, "Posterior standard deviation"),
    number("MCSE", (row) => row.mcseMean, "Monte Carlo standard error of the mean"),
    number("5 %", (row) => row.q5, "5 % quantile"),
    number("Median", (row) => row.q50, "Median"),
    number("95 %", (row) => row.q95, "95 % quantile"),
    {
      head: "R-hat",
      title: "Rank-normalised split R-hat",
      kind: "number",
      text: (row) => formatFixed(row.rhat, 3),
      alarm: (row) => (row.rhat > RHAT_LIMIT ? `above ${RHAT_LIMIT}` : null),
      hint: reason,
    },
    ess("Bulk ESS", (row) => row.essBulk, "Effective sample size for the centre"),
    ess("Tail ESS", (row) => row.essTail, "Effective sample size for the 5 % and 95 % quantiles"),
  ]
}

const comparisonColumns: readonly Column<ReportComparison>[] = [
  { head: "Parameter", kind: "name", text: (row) => row.name },
  { head: "Posterior mean", kind: "number", text: (row) => formatNumber(row.posteriorMean) },
  { head: "Posterior sd", kind: "number", text: (row) => formatNumber(row.posteriorSd) },
  { head: "5 %", kind: "number", text: (row) => formatNumber(row.q5) },
  { head: "95 %", kind: "number", text: (row) => formatNumber(row.q95) },
  { head: "REML", kind: "number", text: (row) => formatNumber(row.reml) },
  { head: "REML se", kind: "number", text: (row) => formatNumber(row.remlSe) },
  {
    head: "Difference",
    title: "(posterior mean − REML) / posterior sd",
    kind: "number",
    text: (row) => formatFixed(row.differenceInSds, 2),
  },
]

/** The posterior beside the REML fit. */
export function comparisonSection({ comparison }: ReportInput): Html | null {
  if (comparison === null || comparison.length === 0) return null
  return html`<section id="comparison" aria-labelledby="comparison-h">
<h2 id="comparison-h">Posterior beside REML</h2>
${renderTable("comparison-caption", "Posterior and REML estimates", comparisonColumns, comparison)}
<p class="note">Difference: posterior mean minus REML, in posterior sds. A scale parameter with few groups has a skewed posterior whose mean lies above the REML estimate, which is a mode; that is no fault of either.</p>
</section>`
}

const shrinkageColumns: readonly Column<ReportShrinkage>[] = [
  { head: "Level", kind: "name", text: (row) => row.level },
  { head: "Group", kind: "text", text: (row) => row.group },
  { head: "Term", kind: "text", text: (row) => row.term },
  { head: "n", title: "Observations", kind: "number", text: (row) => formatCount(row.n) },
  { head: "OLS", title: "Separate least squares", kind: "number", text: (row) => formatNumber(row.ols) },
  {
    head: "BLUP",
    title: "Best linear unbiased prediction, REML",
    kind: "number",
    text: (row) => formatNumber(row.blup),
  },
  { head: "Posterior mean", kind: "number", text: (row) => formatNumber(row.posteriorMean) },
  { head: "5 %", kind: "number", text: (row) => formatNumber(row.q5) },
  { head: "95 %", kind: "number", text: (row) => formatNumber(row.q95) },
  {
    head: "Shrinkage",
    title: "Share of its own estimate that a level gives up to the common value",
    kind: "number",
    text: (row) => formatFixed(row.shrinkageFactor, 3),
  },
]

/** Rows of the table that stay open; more fold away below the chart. */
const openRows = 24

/** What the hierarchy does to each group: the chart, and the figures in it. */
export function shrinkageSection(input: ReportInput): Html | null {
  const { shrinkage } = input
  if (shrinkage.length === 0) return null
  const table = renderTable("shrinkage-caption", "Estimates of each level", shrinkageColumns, shrinkage)
  return html`<section id="shrinkage" aria-labelledby="shrinkage-h">
<h2 id="shrinkage-h">Shrinkage</h2>
<p>Each group's own least-squares estimate, its REML prediction and its posterior mean with a 90 % interval. The fewer observations a group has, the further it is pulled to the common value.</p>
${shrinkageTitles(input).map(
  (title, k) => html`<figure class="shrinkage"><figcaption>${title}</figcaption>
<div id="shrinkage-chart-${k + 1}" class="wide" role="img" aria-label="Shrinkage of ${title}; the table below holds its figures"></div></figure>
`,
)}${shrinkage.length <= openRows ? table : html`<details><summary>Figures of all ${shrinkage.length} levels</summary>${table}</details>`}
</section>`
}
