/**
 * The program of the page, as text: it runs in the reader's browser and nowhere else. It unpacks the draws, puts them
 * into the chart templates and hands those to vega-embed; the interpreter of expressions (`ast`) makes do without
 * `eval`, which the content security policy of the page forbids. Every text goes into the page through `textContent`.
 */
export const pageScript = `"use strict"
{
  const options = {
    ast: true, actions: false, renderer: "svg", defaultStyle: false, logLevel: 1,
    tooltip: { disableDefaultStyle: true },
  }

  /** Numbers between low and high in 16-bit steps, little-endian, base64; 65535 is a missing value. */
  function unpack(packed) {
    const bytes = atob(packed.base64)
    const values = new Array(bytes.length / 2)
    for (let i = 0; i < values.length; i++) {
      const code = bytes.charCodeAt(2 * i) | (bytes.charCodeAt(2 * i + 1) << 8)
      const share = code / 65534
      values[i] = code === 65535 ? null : packed.low * (1 - share) + packed.high * share
    }
    return values
  }

  /** Rows of each data set of a parameter's charts, by name; of the trace those of the draws from first to last. */
  function rowsOf(parameter, envelope, first = 1, last = Infinity) {
    const rows = {
      trace: [], density: [], interval: parameter.interval ? [parameter.interval] : [], acf: [], band: [],
      ecdf: [], envelope: envelope || [],
    }
    parameter.chains.forEach((chain, c) => {
      const trace = unpack(chain.trace)
      const step = chain.draws / trace.length
      trace.forEach((value, i) => {
        const draw = (i + 0.5) * step + 0.5
        if (draw >= first && draw <= last) rows.trace.push({ chain: c + 1, draw, value })
      })
      const density = unpack(chain.density)
      const width = (chain.to - chain.from) / Math.max(1, density.length - 1)
      density.forEach((value, i) => rows.density.push({ chain: c + 1, x: chain.from + i * width, density: value }))
      const ranks = unpack(chain.ranks)
      ranks.forEach((difference, i) => rows.ecdf.push({ chain: c + 1, rank: i / (ranks.length - 1), difference }))
      unpack(chain.acf).forEach((acf, i) => rows.acf.push({ chain: c + 1, lag: i * parameter.lagStep, acf }))
    })
    rows.band.push({ low: -parameter.band, high: parameter.band })
    return rows
  }

  /** A copy of a chart with the parameter's name in place of the placeholder, and its rows in place of none. */
  function fill(part, name, rows, placeholder) {
    if (typeof part === "string") return part === placeholder ? name : part
    if (Array.isArray(part)) return part.map((item) => fill(item, name, rows, placeholder))
    if (part === null || typeof part !== "object") return part
    if (typeof part.name === "string" && Array.isArray(part.values)) return { values: rows[part.name] }
    return Object.fromEntries(Object.entries(part).map(([key, item]) => [key, fill(item, name, rows, placeholder)]))
  }

  /** The trace from one draw to another: its axis follows. */
  function zoom(chart, first, last) {
    for (const layer of chart.layer) {
      if (layer.encoding.x && layer.encoding.x.field === "draw") layer.encoding.x.scale.domain = [first, last]
    }
    return chart
  }

  /** What the reader asked to see of the traces; all draws where that is no range. */
  function rangeOf(draws) {
    const first = Math.max(1, Math.round(Number(document.getElementById("first-draw").value) || 1))
    const last = Math.min(draws, Math.round(Number(document.getElementById("last-draw").value) || draws))
    return first < last ? [first, last] : [1, Math.max(2, draws)]
  }

  function element(tag, className, text) {
    const made = document.createElement(tag)
    if (className) made.className = className
    if (text) made.textContent = text
    return made
  }

  function legend(chains) {
    const list = element("p", "legend")
    for (let c = 0; c < chains; c++) {
      const item = element("span", "series-" + ((c % 7) + 1), "chain " + (c + 1))
      list.append(item, " ")
    }
    return list
  }

  /** The figure of one parameter: its name, its figures, and a place for each of its charts. */
  function figureOf(parameter, data) {
    const figure = element("figure", "parameter")
    const caption = element("figcaption")
    caption.append(element("h3", "", parameter.name), element("span", "figures", parameter.figures))
    if (parameter.chains.length > 1) caption.append(legend(parameter.chains.length))
    figure.append(caption)
    const draws = Math.max(...parameter.chains.map((chain) => chain.draws))
    const [first, last] = rangeOf(draws)
    const rows = rowsOf(parameter, data.envelope, first, last)
    const jobs = data.charts.map(({ name, title, template }) => {
      const box = element("div", "chart " + name)
      const place = element("div", "canvas")
      place.setAttribute("role", "img")
      place.setAttribute("aria-label", title + " of " + parameter.name)
      box.append(element("p", "chart-title", title), place)
      figure.append(box)
      const chart = fill(template, parameter.name, rows, data.placeholder)
      return () => vegaEmbed(place, name === "trace" ? zoom(chart, first, last) : chart, options)
    })
    return { figure, jobs }
  }

  let views = []

  async function show(indices, data, place) {
    for (const view of views) view.finalize()
    views = []
    place.replaceChildren()
    place.setAttribute("aria-busy", "true")
    const parts = indices.map((i) => figureOf(data.parameters[i], data))
    place.append(...parts.map((part) => part.figure))
    const round = views
    for (const job of parts.flatMap((part) => part.jobs)) {
      const result = await job()
      // The reader chose something else meanwhile: this chart is no longer on the page.
      if (round !== views) return result.finalize()
      round.push(result)
    }
    place.removeAttribute("aria-busy")
    document.documentElement.dataset.charts = "drawn"
  }

  async function start() {
    const data = JSON.parse(document.getElementById("chart-data").textContent)
    for (const [k, chart] of data.shrinkage.entries()) {
      await vegaEmbed(document.getElementById("shrinkage-chart-" + (k + 1)), chart, options)
    }
    for (const [k, chart] of data.checks.entries()) {
      await vegaEmbed(document.getElementById("check-chart-" + (k + 1)), chart, options)
    }
    const place = document.getElementById("parameters")
    if (!place) return void (document.documentElement.dataset.charts = "drawn")
    const chooser = document.getElementById("chooser")
    const choose = () => show(chooser.value === "main" ? data.defaults : [Number(chooser.value)], data, place)
    const step = (by) => {
      chooser.selectedIndex = (chooser.selectedIndex + by + chooser.length) % chooser.length
      choose()
    }
    chooser.addEventListener("change", choose)
    document.getElementById("previous").addEventListener("click", () => step(-1))
    document.getElementById("next").addEventListener("click", () => step(1))
    for (const id of ["first-draw", "last-draw"]) document.getElementById(id).addEventListener("change", choose)
    document.getElementById("all-draws").addEventListener("click", () => {
      document.getElementById("first-draw").value = ""
      document.getElementById("last-draw").value = ""
      choose()
    })
    document.getElementById("controls").hidden = false
    await choose()
  }

  if (typeof document !== "undefined") start()
}
`
