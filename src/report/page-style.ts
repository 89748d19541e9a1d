import { themes } from "../plots/theme.ts"
import { widestFraction } from "./format.ts"

/** The roles of a palette as CSS custom properties; charts of the theme `page` use the same names. */
function palette(name: "light" | "dark", extra: Readonly<Record<string, string>>): string {
  const { ink, muted, grid, series } = themes[name]
  const roles = { ink, muted, grid, ...extra }
  const colors = Object.entries(roles).map(([role, color]) => `--${role}: ${color};`)
  return [...colors, ...series.map((color, i) => `--series-${i + 1}: ${color};`)].join(" ")
}

const light = palette("light", {
  paper: "#ffffff",
  panel: "#f5f7f8",
  line: "#d8dee2",
  accent: "#005f96",
  good: "#00664b",
  "good-panel": "#e9f5f1",
  bad: "#a23b00",
  "bad-panel": "#fdf0e7",
})

const dark = palette("dark", {
  paper: "#15191d",
  panel: "#1d2328",
  line: "#353e45",
  accent: "#7cc4f0",
  good: "#4fd0a9",
  "good-panel": "#14291f",
  bad: "#ffa266",
  "bad-panel": "#30200f",
})

const fractions = Array.from({ length: widestFraction }, (_, i) => `.f${i + 1} { width: ${i + 1}ch; }`).join(
  "\n",
)
const legendColors = themes.light.series
  .map((_, i) => `.series-${i + 1}::before { background: var(--series-${i + 1}); }`)
  .join("\n")

/** The style sheet of the page. Print always uses the light palette: charts name roles, so they follow without redrawing. */
export const pageStyle = `
:root { ${light} color-scheme: light; }
@media screen and (prefers-color-scheme: dark) { :root { ${dark} color-scheme: dark; } }
* { box-sizing: border-box; }
html { font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; color: var(--ink); background: var(--paper); scroll-behavior: smooth; text-size-adjust: 100%; }
body { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1.5rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; font-weight: 650; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 0 0 .75rem; font-weight: 650; }
h3 { font-size: 1rem; margin: 0; font-weight: 600; }
p { margin: 0 0 .75rem; max-width: 46rem; }
a { color: var(--accent); }
a:focus-visible, button:focus-visible, select:focus-visible, input:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
main:focus { outline: none; }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .9em; overflow-wrap: anywhere; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; margin: 0 0 .75rem; overflow-x: auto; line-height: 1.5; }
pre code { font-size: 1em; overflow-wrap: normal; }
.source .keyword { font-weight: 650; }
.source .distribution { color: var(--accent); }
.source .comment { color: var(--muted); font-style: italic; }
section { margin: 2.75rem 0 0; }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem 1rem; z-index: 2; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.eyebrow { margin: 0; color: var(--muted); font-size: .85rem; letter-spacing: .06em; }
.formula code { font-size: 1.05rem; }
.note { color: var(--muted); font-size: .875rem; }
nav ul { list-style: none; margin: 1rem 0 0; padding: 0 0 .75rem; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; border-bottom: 1px solid var(--line); font-size: .9rem; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }

.verdict { margin-top: 1.5rem; padding: 1.1rem 1.4rem .6rem; border-radius: 8px; border-left: 5px solid; }
.verdict.good { background: var(--good-panel); border-color: var(--good); }
.verdict.bad { background: var(--bad-panel); border-color: var(--bad); }
.verdict h2 { font-size: 1.45rem; margin-bottom: .5rem; }
.good .sign { color: var(--good); }
.bad .sign { color: var(--bad); }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: .9rem 0 .75rem; }
.facts dt { font-size: .8rem; color: var(--muted); }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }

.scroll { position: relative; overflow: auto; max-height: 36rem; margin: 0 0 .75rem; max-width: max-content; min-width: min(100%, 24rem); }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; min-width: 100%; }
caption { text-align: left; color: var(--muted); font-size: .875rem; padding: 0 0 .4rem; }
th, td { padding: .32rem .9rem .32rem 0; vertical-align: baseline; text-align: left; font-weight: inherit; }
th:last-child, td:last-child { padding-right: .25rem; }
thead th { position: sticky; top: 0; background: var(--paper); color: var(--muted); font-size: .8rem; white-space: nowrap; box-shadow: inset 0 -1px var(--muted); }
tbody tr { border-bottom: 1px solid var(--line); }
tbody tr:hover { background: var(--panel); }
tbody th { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .85rem; white-space: nowrap; padding-right: 1.5rem; }
.number { text-align: right; white-space: nowrap; }
.f { display: inline-block; text-align: left; }
${fractions}
.alarm { color: var(--bad); font-weight: 600; }
.mark { display: inline-block; width: 1.1em; height: 1.1em; line-height: 1.1em; margin-right: .35em; border-radius: 50%; text-align: center; font-size: .75em; background: var(--bad); color: var(--paper); }

.conditionals { padding-left: 1.5rem; margin: 0; }
.conditionals > li { margin: 0 0 1.5rem; padding-left: .25rem; }
.conditionals > li::marker { color: var(--muted); }
.conditionals h3 { margin-bottom: .5rem; }
.sampler { display: inline-block; font: 500 .8rem/1.4 system-ui, sans-serif; color: var(--muted); border: 1px solid var(--line); border-radius: 4px; padding: 0 .45em; margin-left: .25rem; }
.math { overflow-x: auto; overflow-y: hidden; padding: .6rem .2rem; margin-bottom: .5rem; font-size: 1.15rem; }
.derivation .math { font-size: 1.05rem; padding: .2rem; }
.statements { list-style: none; padding: 0; margin: .3rem 0; }
.statements .math { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 2rem; padding: .2rem; margin: 0; font-size: 1.05rem; }
.statements .loops { color: var(--muted); font-size: .85rem; white-space: nowrap; }
.math math { width: max-content; margin: 0; text-align: left; }
.because { color: var(--muted); font-size: .9rem; }
.because span { font-style: italic; }
.refused { margin: 0; padding-left: 0; list-style: none; font-size: .9rem; }
.refused .sampler { margin-left: 0; margin-right: .25rem; }
details { margin: 0 0 .75rem; }
summary { cursor: pointer; color: var(--accent); font-size: .9rem; margin-bottom: .5rem; }

.drawing { overflow-x: auto; margin: 0 0 .5rem; }
.graph { display: block; max-width: 100%; min-width: 20rem; height: auto; }
.graph .plate { fill: none; stroke: var(--muted); }
.graph .plate-label { fill: var(--muted); font-size: 11px; }
.graph .node { fill: var(--paper); stroke: var(--ink); stroke-width: 1.3; }
.graph .observed { fill: var(--line); }
.graph .node-label { fill: var(--ink); font-size: 15px; }
.graph .letter { font-style: italic; }
.graph .subscript { font-size: 11px; }
.graph .edge { fill: none; stroke: var(--ink); stroke-width: 1.1; }
.graph .head { fill: var(--ink); }
.checks { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: .5rem 2rem; }
.checks figure { min-width: 0; margin-bottom: 1rem; }
.checks figcaption { font-weight: 600; margin-bottom: .25rem; }
.range { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; }
.range input { width: 5.5rem; }
.controls { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin: 1rem 0; }
.controls[hidden] { display: none; }
.controls select { flex: 0 1 22rem; min-width: 0; }
select, button, input { font: inherit; font-size: .9rem; color: var(--ink); background: var(--paper); border: 1px solid var(--muted); border-radius: 5px; padding: .3rem .7rem; }
button { cursor: pointer; }
button:hover { background: var(--panel); }
figure { margin: 0 0 1.75rem; }
.shrinkage figcaption { font-weight: 600; margin-bottom: .25rem; }
.parameter { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .25rem 1.5rem; border-top: 1px solid var(--line); padding-top: .9rem; }
.parameter figcaption { grid-column: 1 / -1; display: flex; flex-wrap: wrap; align-items: baseline; gap: .15rem 1.25rem; }
.parameter h3 { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .95rem; overflow-wrap: anywhere; }
.figures { color: var(--muted); font-size: .85rem; font-variant-numeric: tabular-nums; }
.legend { margin: 0 0 0 auto; font-size: .8rem; color: var(--muted); }
.legend span { margin-left: .75rem; white-space: nowrap; }
.legend span::before { content: ""; display: inline-block; width: 1em; height: 3px; margin-right: .4em; vertical-align: middle; }
${legendColors}
.chart-title { margin: .25rem 0 .1rem; font-size: .8rem; color: var(--muted); }
.canvas, .wide { width: 100%; min-width: 0; }
.canvas { min-height: 195px; }
.vega-embed { width: 100%; }
.vega-embed svg { max-width: 100%; height: auto; display: block; }
#vg-tooltip-element { position: fixed; visibility: hidden; z-index: 10; padding: .35rem .55rem; font-size: .8rem; color: var(--ink); background: var(--paper); border: 1px solid var(--line); border-radius: 4px; box-shadow: 0 2px 8px rgb(0 0 0 / .18); pointer-events: none; }
#vg-tooltip-element.visible { visibility: visible; }
#vg-tooltip-element table { min-width: 0; font-size: .8rem; }
#vg-tooltip-element tr { border: 0; }
#vg-tooltip-element td { padding: .05rem .3rem; }
#vg-tooltip-element td.key { color: var(--muted); text-align: right; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--muted); font-size: .85rem; }
footer pre { font-size: .75rem; white-space: pre-wrap; }

@media (max-width: 46rem) {
  body { padding: 1rem 1rem 3rem; }
  h1 { font-size: 1.5rem; }
  section { margin-top: 2.25rem; }
  .verdict { padding: 1rem 1rem .5rem; }
  .parameter { grid-template-columns: minmax(0, 1fr); }
  .legend { margin: 0; }
  .legend span:first-child { margin-left: 0; }
}
@media print {
  html { font-size: 10pt; }
  body { max-width: none; padding: 0; }
  nav, .skip, .controls, footer details, .conditionals details:not([open]) { display: none; }
  section { margin-top: 1.5rem; }
  .scroll { max-height: none; overflow: visible; max-width: none; }
  thead th { position: static; }
  table { font-size: 8pt; }
  tbody th { font-size: 8pt; padding-right: .8rem; }
  th, td { padding-right: .6rem; }
  tr, figure, .conditionals > li, .verdict { break-inside: avoid; }
  h2, h3, figcaption, .shrinkage > p { break-after: avoid; }
  .shrinkage svg { max-height: 235mm; }
  pre { white-space: pre-wrap; }
  .verdict { border: 1px solid; border-left-width: 5px; }
  .parameter { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .drawing, .math { overflow: visible; }
  .math { font-size: .78rem; }
}
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
`
