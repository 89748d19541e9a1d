import { plural } from "../format.ts"
import { type Html, html } from "../html.ts"
import type { ReportInput, ReportPrior } from "../report-input.ts"
import { type Column, renderTable } from "../table.ts"

/** The data in a sentence, and the model graph as text. */
export function modelSection({ model, data }: ReportInput): Html {
  const groups = Object.entries(data.groups)
  return html`<section id="model" aria-labelledby="model-h">
<h2 id="model-h">Model</h2>
<p><strong>${data.name}</strong>: ${plural(data.nobs, "observation")}${groups.map(
    ([name, levels]) => html`, ${levels} levels of <code>${name}</code>`,
  )}${data.dropped > 0 && html`; ${plural(data.dropped, "row")} left out because of missing values`}.</p>
<pre tabindex="0" aria-label="Model graph"><code>${model.join("\n")}</code></pre>
</section>`
}

const priorColumns: readonly Column<ReportPrior>[] = [
  { head: "Parameter", kind: "name", text: (row) => row.target },
  { head: "Prior", kind: "text", text: (row) => row.prior },
  {
    head: "Chosen by",
    kind: "text",
    text: (row) => (row.chosenBy === "user" ? "you" : "default"),
  },
]

/** Every prior in force, and whether the user or the program chose it. */
export function priorsSection({ priors }: ReportInput): Html | null {
  if (priors.length === 0) return null
  return html`<section id="priors" aria-labelledby="priors-h">
<h2 id="priors-h">Priors</h2>
${renderTable("priors-caption", "Prior distribution of each parameter", priorColumns, priors)}
</section>`
}
