import { ESS_PER_CHAIN, RHAT_LIMIT } from "../../diagnostics/verdict.ts"
import { formatCount, formatFixed, formatSeconds, plural } from "../format.ts"
import { type Html, html } from "../html.ts"
import { keptDraws, type ReportInput } from "../report-input.ts"

/** The first thing on the page: whether the draws can be used, in words, and the figures that say so. */
export function verdictSection(input: ReportInput): Html {
  const { verdict, sampling } = input
  const kept = keptDraws(input)
  const words = verdict.converged ? "The chains have converged" : "The chains have not converged"
  return html`<section id="verdict" class="verdict ${verdict.converged ? "good" : "bad"}" aria-labelledby="verdict-h">
<h2 id="verdict-h"><span class="sign" aria-hidden="true">${verdict.converged ? "✓" : "✗"}</span> ${words}</h2>
<p>${evidence(input)}</p>
${sampling.cancelled && html`<p><strong>Sampling was cancelled;</strong> the figures rest on the draws made until then.</p>`}
${verdict.warnings.length > 0 && html`<ul>${verdict.warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}
<dl class="facts">
${fact("Method", sampling.method)}
${fact("Chains", sampling.chains)}
${fact("Draws a chain", kept === sampling.draws ? kept : `${kept} of ${sampling.draws}`)}
${fact("Warm-up", sampling.warmup)}
${sampling.thin > 1 && fact("Sweeps a draw", sampling.thin)}
${fact("Time", formatSeconds(sampling.seconds))}
${fact("Seed", sampling.seed)}
</dl>
${input.warnings.length > 0 && html`<p><a href="#warnings">${plural(input.warnings.length, "message")} about the data and the model</a></p>`}
</section>`
}

function fact(term: string, value: string | number): Html {
  return html`<div><dt>${term}</dt><dd>${value}</dd></div>`
}

/** The largest R-hat and the smallest effective sample size, whose they are, and what follows. */
function evidence({ verdict, sampling }: ReportInput): Html {
  const { rhat, essBulk, essTail } = verdict.worst
  const ess = [essBulk, essTail].filter((one) => one !== null).sort((a, b) => a.value - b.value)[0]
  const figures = [
    rhat !== null &&
      html`The largest R-hat is <strong>${formatFixed(rhat.value, 3)}</strong> (<code>${rhat.name}</code>; at most ${RHAT_LIMIT} wanted). `,
    ess !== undefined &&
      html`The smallest effective sample size is <strong>${formatCount(ess.value)}</strong> (<code>${ess.name}</code>; at least ${ESS_PER_CHAIN * sampling.chains} wanted). `,
  ]
  const advice = verdict.converged
    ? "Means, sds and quantiles below can be used, to within their Monte Carlo errors."
    : "Do not use the figures below: the draws do not describe the posterior yet."
  return html`${figures}${advice}`
}
