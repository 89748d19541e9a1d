import type { ChartData } from "../chart-data.ts"
import { plural } from "../format.ts"
import { type Html, html, inlineJson } from "../html.ts"

/** The chooser, the place where the charts go, and the numbers they are drawn from. */
export function chartsSection(data: ChartData): Html | null {
  if (data.parameters.length === 0) return null
  const left = data.total - data.parameters.length
  const draws = Math.max(0, ...(data.parameters[0]?.chains ?? []).map((chain) => chain.draws))
  return html`<section id="charts" aria-labelledby="charts-h">
<h2 id="charts-h">Charts</h2>
<p>Chains that agree cover the same band in the trace, and their densities lie on one another. The autocorrelation falls into the shaded band, where independent draws would be, the sooner the better the chains mix. The rank ECDFs stay in the shaded envelope where the chains draw from one distribution. The bar below a density spans the 90 % interval, the dot is the median.</p>
<div id="controls" class="controls" hidden>
<label for="chooser">Show</label>
<select id="chooser">
<option value="main">Main parameters (${data.defaults.length})</option>
${families(data).map(
  ([family, members]) =>
    html`<optgroup label="${family}">${members.map(({ name, at }) => html`<option value="${at}">${name}</option>`)}</optgroup>\n`,
)}</select>
<button type="button" id="previous">Previous</button>
<button type="button" id="next">Next</button>
<span class="range"><label for="first-draw">Draws from</label>
<input type="number" id="first-draw" min="1" max="${draws}" step="1" placeholder="1">
<label for="last-draw">to</label>
<input type="number" id="last-draw" min="1" max="${draws}" step="1" placeholder="${draws}">
<button type="button" id="all-draws">All</button></span>
</div>
${left > 0 && html`<p class="note">${plural(left, "further scalar")} would make this page too large and ${left === 1 ? "is" : "are"} not charted.</p>`}
<noscript><p>The charts are drawn by a script in this page, which your browser does not run.</p></noscript>
<div id="parameters" aria-live="polite"></div>
</section>`
}

/** The numbers, as a script element that the browser does not run. */
export function chartDataElement(data: ChartData): Html {
  return html`<script type="application/json" id="chart-data">${inlineJson(data)}</script>`
}

interface Member {
  readonly name: string
  /** Position among the charted parameters. */
  readonly at: number
}

/** Parameters by family, the part of the name before `[`, random effects also by their grouping factor. */
function families(data: ChartData): readonly (readonly [string, readonly Member[]])[] {
  const found = new Map<string, Member[]>()
  data.parameters.forEach(({ name }, at) => {
    const family = /^u\[([^,\]]*)/.exec(name)?.[0] ?? name.split("[", 1)[0] ?? name
    const label = family.startsWith("u[") ? `${family}]` : family
    const members = found.get(label)
    if (members === undefined) found.set(label, [{ name, at }])
    else members.push({ name, at })
  })
  return [...found]
}
