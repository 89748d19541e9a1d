import { createHash } from "node:crypto"
import type { VegaLiteSpec } from "./spec.ts"
import { escapeScript, readVegaBundle } from "./vega-bundle.ts"

const style =
  "body { margin: 1rem; font-family: system-ui, sans-serif; } #vg-tooltip-element { position: fixed; visibility: hidden; " +
  "padding: .35rem .55rem; font-size: .8rem; background: #fff; color: #1d2329; border: 1px solid #d8dee2; } " +
  "#vg-tooltip-element.visible { visibility: visible; }"

const program =
  '"use strict"; vegaEmbed("#chart", JSON.parse(document.getElementById("spec").textContent), ' +
  '{ ast: true, actions: false, renderer: "svg", defaultStyle: false, tooltip: { disableDefaultStyle: true } })'

/**
 * A page that shows one chart and needs nothing else: the charting code and the chart stand in it, and its content
 * security policy lets nothing be loaded.
 */
export function renderPage(spec: VegaLiteSpec): string {
  const bundle = readVegaBundle()
  const scripts = [...bundle.map(({ code }) => code), escapeScript(program)]
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`
  const policy = `default-src 'none'; script-src ${scripts.map(hash).join(" ")}; style-src ${hash(style)}; img-src data:`
  // No "<" in the JSON: neither </script> nor <!-- can end or change the element.
  const json = JSON.stringify(spec).replace(/</g, "\\u003c")
  const licences = bundle.map(({ name, version, license }) => `${name} ${version}\n${license}`).join("\n\n")
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="icon" href="data:,">
<title>Chart</title>
<style>${style}</style>
</head>
<body>
<div id="chart"></div>
<script type="application/json" id="spec">${json}</script>
${scripts.map((code) => `<script>${code}</script>\n`).join("")}<!--
${licences.replaceAll("--", "- -")}
-->
</body>
</html>
`
}
