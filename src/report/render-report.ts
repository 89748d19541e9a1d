import { createHash } from "node:crypto"
import { type BundledScript, escapeScript, readVegaBundle } from "../plots/vega-bundle.ts"
import { type ChartData, chartData } from "./chart-data.ts"
import { type Html, html, raw } from "./html.ts"
import { pageScript } from "./page-script.ts"
import { pageStyle } from "./page-style.ts"
import type { ReportInput } from "./report-input.ts"
import { chartDataElement, chartsSection } from "./sections/charts.ts"
import { checksSection } from "./sections/checks.ts"
import { conditionalsSection } from "./sections/conditionals.ts"
import { modelSection, priorsSection } from "./sections/model.ts"
import { reproduceSection, warningsSection } from "./sections/reproduce.ts"
import { comparisonSection, shrinkageSection, summarySection } from "./sections/summary.ts"
import { verdictSection } from "./sections/verdict.ts"

/** The sections in the order of the page, and what the table of contents calls them. */
const sections: readonly {
  readonly id: string
  readonly label: string
  readonly render: (input: ReportInput, charts: ChartData) => Html | null
}[] = [
  { id: "verdict", label: "Verdict", render: verdictSection },
  { id: "model", label: "Model", render: modelSection },
  { id: "priors", label: "Priors", render: priorsSection },
  { id: "conditionals", label: "Full conditionals", render: conditionalsSection },
  { id: "summary", label: "Summary", render: summarySection },
  { id: "comparison", label: "REML", render: comparisonSection },
  { id: "shrinkage", label: "Shrinkage", render: shrinkageSection },
  { id: "checks", label: "Model checks", render: checksSection },
  { id: "charts", label: "Charts", render: (_, charts) => chartsSection(charts) },
  { id: "warnings", label: "Messages", render: warningsSection },
  { id: "reproduce", label: "Reproduce", render: reproduceSection },
]

/**
 * The report as one HTML page that needs nothing else: style, scripts and numbers stand in it, and its content security
 * policy allows neither a request nor a script other than those, so it opens from disk and stays what it is.
 */
export function renderReport(input: ReportInput): string {
  const charts = chartData(input)
  const bundle = readVegaBundle()
  const scripts = [...bundle.map((script) => script.code), escapeScript(pageScript)]
  const shown = sections.flatMap(({ id, label, render }) => {
    const content = render(input, charts)
    return content === null ? [] : [{ id, label, content }]
  })
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(scripts, pageStyle)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="gibbsite ${input.reproduce.version}">
<link rel="icon" href="data:,">
<title>${input.title}</title>
<style>${raw(pageStyle)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the report</a>
<header>
<p class="eyebrow">gibbsite</p>
<h1>${input.title}</h1>
${input.formula !== input.title && html`<p class="formula"><code>${input.formula}</code></p>`}
<nav aria-label="Sections"><ul>${shown.map(({ id, label }) => html`<li><a href="#${id}">${label}</a></li>`)}</ul></nav>
</header>
<main id="content" tabindex="-1">
${shown.map(({ content }) => html`${content}\n`)}</main>
${footer(input, bundle)}
${chartDataElement(charts)}
${scripts.map((code) => html`<script>${raw(code)}</script>\n`)}</body>
</html>
`
  return page.markup
}

/** Nothing may be loaded; scripts and style run by the hash of their text (Content Security Policy Level 3, 6.7.3). */
function contentPolicy(scripts: readonly string[], style: string): string {
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`
  return [
    "default-src 'none'",
    `script-src ${scripts.map(hash).join(" ")}`,
    `style-src ${hash(style)}`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ")
}

function footer(input: ReportInput, bundle: readonly BundledScript[]): Html {
  return html`<footer>
<p>Written by gibbsite ${input.reproduce.version}. This page holds all it shows; it loads nothing and sends nothing.</p>
<details><summary>Licences of the charting code in this page</summary>
${bundle.map(({ name, version, license }) => html`<h3>${name} ${version}</h3>\n<pre tabindex="0" aria-label="Licence of ${name}">${license}</pre>`)}
</details>
</footer>`
}
