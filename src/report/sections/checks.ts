import { formatFixed, formatNumber } from "../format.ts"
import { type Html, html } from "../html.ts"
import type { ReportInput, ReportLoo } from "../report-input.ts"

/** Charts of the section, in the order in which the page draws them. */
function checkTitles({ checks }: ReportInput): readonly { readonly title: string; readonly text: string }[] {
  if (checks === undefined || checks === null) return []
  return [
    ...checks.replicates.flatMap(({ name }) => {
      const of = name === undefined ? "" : ` of ${name}`
      return [
        {
          title: `Posterior predictive densities${of}`,
          text: "The data and data sets drawn from the model. A model that fits could have made the data.",
        },
        {
          title: `Posterior predictive statistics${of}`,
          text: "A line at the statistic of the data, bars for the replicates. Far in a tail, the model misses that feature.",
        },
      ]
    }),
    ...(checks.loo === null
      ? []
      : [
          {
            title: "Influence of each observation",
            text: "Pareto k of leave-one-out cross-validation. Above the dashed limit, the term of that observation is not to be trusted.",
          },
        ]),
  ]
}

/** What the data say against the model. */
export function checksSection(input: ReportInput): Html | null {
  const { checks } = input
  const charts = checkTitles(input)
  if (checks === undefined || checks === null || (charts.length === 0 && checks.remarks.length === 0))
    return null
  return html`<section id="checks" aria-labelledby="checks-h">
<h2 id="checks-h">Model checks</h2>
${checks.remarks.length > 0 ? html`<ul>${checks.remarks.map((remark) => html`<li>${remark}</li>`)}</ul>` : html`<p>Replicated data agree with the data in what is shown here.</p>`}
${checks.loo !== null && looFacts(checks.loo)}
<div class="checks">${charts.map(
    ({ title, text }, k) => html`<figure><figcaption>${title}</figcaption>
<div id="check-chart-${k + 1}" class="wide" role="img" aria-label="${title}. ${text}"></div>
<p class="note">${text}</p></figure>
`,
  )}</div>
</section>`
}

function looFacts({ elpd, elpdSe, effectiveParameters, paretoK, paretoKLimit }: ReportLoo): Html {
  const high = paretoK.reduce((count, k) => count + (k > paretoKLimit ? 1 : 0), 0)
  return html`<dl class="facts">
<div><dt>Expected log predictive density (LOO)</dt><dd>${formatFixed(elpd, 1)} ± ${formatFixed(elpdSe, 1)}</dd></div>
<div><dt>Effective parameters</dt><dd>${formatFixed(effectiveParameters, 1)}</dd></div>
<div><dt>Pareto k above ${formatNumber(paretoKLimit, 2)}</dt><dd>${high} of ${paretoK.length}</dd></div>
</dl>`
}
