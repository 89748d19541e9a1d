import { plural } from "../format.ts"
import { type Html, html } from "../html.ts"
import { checkMathml } from "../mathml.ts"
import { highlightSource } from "../model-source.ts"
import { drawPlateGraph } from "../plate-graph.ts"
import type { ReportInput, ReportPrior, ReportStatement } from "../report-input.ts"
import { type Column, renderTable } from "../table.ts"

/** The data in a sentence, and the model graph as a drawing, as text and as mathematics. */
export function modelSection({ model, typeset = [], source, graph, data }: ReportInput): Html {
  const drawing = graph === undefined || graph === null ? null : drawPlateGraph(graph)
  const groups = Object.entries(data.groups)
  return html`<section id="model" aria-labelledby="model-h">
<h2 id="model-h">Model</h2>
<p><strong>${data.name}</strong>: ${plural(data.nobs, "observation")}${groups.map(
    ([name, levels]) => html`, ${levels} levels of <code>${name}</code>`,
  )}${
    data.subset !== undefined &&
    html`; ${plural(data.subset.excluded, "row")} left out by subset${
      data.subset.condition !== null && html` <code>${data.subset.condition}</code>`
    }`
  }${data.dropped > 0 && html`; ${plural(data.dropped, "row")} left out because of missing values`}.</p>
${
  drawing !== null &&
  html`<div class="drawing" tabindex="0" role="group" aria-label="Graph of the model">${drawing}</div>
<p class="note">Circles are quantities, shaded ones data; a box is repeated for each of its members; an arrow leads to what is drawn given its start.</p>`
}
${
  source === undefined
    ? html`<pre tabindex="0" aria-label="Statements of the model"><code>${model.join("\n")}</code></pre>`
    : html`<pre class="source" tabindex="0" aria-label="Text of the model"><code>${highlightSource(source.trimEnd())}</code></pre>`
}
${typeset.length > 0 && typesetStatements(typeset)}
</section>`
}

function typesetStatements(statements: readonly ReportStatement[]): Html {
  const math = ({ text, mathml }: ReportStatement): Html =>
    (mathml === undefined ? null : checkMathml(mathml)) ?? html`<code>${text}</code>`
  return html`<details open><summary>The same as mathematics</summary>
<ul class="statements">
${statements.map(
  (one) =>
    html`<li class="math" tabindex="0">${math(one)}${one.loops !== "" && html` <span class="loops">${one.loops}</span>`}</li>\n`,
)}</ul>
</details>`
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
