import { plural } from "../format.ts"
import { type Html, html } from "../html.ts"
import { checkMathml } from "../mathml.ts"
import type { ReportConditional, ReportInput, ReportStep } from "../report-input.ts"

const SINGLE_SITE =
  "In each sweep the sampler draws these blocks one after the other, each given the current values of all others."
const TEXTBOOK = "Below, the full conditionals from which single-site Gibbs would draw one node at a time."
const JOINT: Readonly<Record<string, string>> = {
  blocked: `In each sweep the spreads are drawn one after the other, then all coefficients and group effects jointly. ${TEXTBOOK}`,
  collapsed: `In each sweep the spreads are drawn with the coefficients and group effects integrated out, then all of these jointly and exactly. ${TEXTBOOK}`,
}

/** What each block is drawn from in every sweep, with the reasons and the samplers that were not taken. */
export function conditionalsSection({ conditionals, textbook = [], sampling }: ReportInput): Html | null {
  if (conditionals.length === 0) return null
  return html`<section id="conditionals" aria-labelledby="conditionals-h">
<h2 id="conditionals-h">Full conditionals</h2>
<p>${JOINT[sampling.method] ?? SINGLE_SITE}</p>
<ol class="conditionals">
${conditionals.map((one) => html`<li>${renderConditional(one)}</li>\n`)}</ol>
${
  textbook.length > 0 &&
  html`<details><summary>The same one element after another: ${plural(textbook.length, "full conditional")}</summary>
<ol class="conditionals">
${textbook.map((one) => html`<li>${renderConditional({ ...one, refused: [] })}</li>\n`)}</ol>
</details>`
}
</section>`
}

function renderConditional(one: ReportConditional): Html {
  const math = one.mathml === undefined ? null : checkMathml(one.mathml)
  const formula =
    math === null
      ? html`<pre tabindex="0" aria-label="Full conditional"><code>${one.text}</code></pre>`
      : html`<div class="math" tabindex="0" role="group" aria-label="Full conditional">${math}</div>`
  return html`<h3>${one.targets.map((target, i) => html`${i > 0 && ", "}<code>${target}</code>`)} <span class="sampler">${one.sampler}</span></h3>
${formula}
${one.because.length > 0 && html`<p class="because"><span>because</span> ${one.because.join("; ")}</p>`}
${one.derivation !== undefined && renderDerivation(one.derivation)}
${(one.latex !== undefined || math !== null || one.refused.length > 0) && details(one, math !== null)}`
}

function renderDerivation(steps: readonly ReportStep[]): Html {
  return html`<details class="derivation"><summary>Derivation</summary>
<ol>
${steps.map(
  ({ words, formulas }) => html`<li>${words}
${formulas.map(({ text, mathml }) => html`<div class="math" tabindex="0">${checkMathml(mathml) ?? html`<code>${text}</code>`}</div>\n`)}</li>\n`,
)}</ol>
</details>`
}

function details(one: ReportConditional, typeset: boolean): Html {
  return html`<details><summary>Source text and other samplers</summary>
${typeset && html`<pre tabindex="0" aria-label="Full conditional as text"><code>${one.text}</code></pre>`}
${one.latex !== undefined && html`<pre tabindex="0" aria-label="Full conditional in LaTeX"><code>${one.latex}</code></pre>`}
${
  one.refused.length > 0 &&
  html`<ul class="refused">${one.refused.map(
    ({ sampler, reason }) => html`<li><span class="sampler">${sampler}</span> not used: ${reason}</li>`,
  )}</ul>`
}</details>`
}
