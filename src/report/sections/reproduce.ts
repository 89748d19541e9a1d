import { type Html, html } from "../html.ts"
import type { ReportInput } from "../report-input.ts"

/** What the program said while it read data and built the model. */
export function warningsSection({ warnings }: ReportInput): Html | null {
  if (warnings.length === 0) return null
  return html`<section id="warnings" aria-labelledby="warnings-h">
<h2 id="warnings-h">Messages</h2>
<ul>${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>
</section>`
}

/** The command, and all that has to be the same for the same draws. */
export function reproduceSection({ reproduce, sampling, data }: ReportInput): Html {
  return html`<section id="reproduce" aria-labelledby="reproduce-h">
<h2 id="reproduce-h">How to reproduce</h2>
<pre tabindex="0" aria-label="Command"><code>${reproduce.command}</code></pre>
<dl class="facts">
<div><dt>gibbsite</dt><dd>${reproduce.version}</dd></div>
<div><dt>Node</dt><dd>${reproduce.node}</dd></div>
<div><dt>Seed</dt><dd>${sampling.seed}</dd></div>
<div><dt>Data</dt><dd>${data.name}</dd></div>
<div><dt>Hash of the data</dt><dd><code class="hash">${reproduce.dataHash}</code></dd></div>
</dl>
<p class="note">The same seed gives the same draws, bit for bit, whatever the number of workers.</p>
</section>`
}
