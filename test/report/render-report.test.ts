import { createHash } from "node:crypto"
import vm from "node:vm"
import { describe, expect, it } from "vitest"
import { summarise } from "../../src/diagnostics/summarise.ts"
import { judge } from "../../src/diagnostics/verdict.ts"
import { escapeScript, readVegaBundle } from "../../src/plots/vega-bundle.ts"
import type { ChartData } from "../../src/report/chart-data.ts"
import { renderReport } from "../../src/report/render-report.ts"
import type { ReportInput, ReportParameter } from "../../src/report/report-input.ts"
import { type DemoParameter, pulpParameters } from "../plots/demo-chains.ts"
import { demoInput } from "./demo-input.ts"

const input = demoInput()
const page = renderReport(input)
/** The page without the charting code and the numbers, so that a failed test shows what one can read. */
const text = withoutScripts(page)

function withoutScripts(markup: string): string {
  return markup.replace(/<script[^>]*>[\s\S]*?<\/script>/g, "").replace(/<style>[\s\S]*?<\/style>/, "")
}

function chartDataIn(markup: string): ChartData {
  const [, json = ""] = /<script type="application\/json" id="chart-data">(.*?)<\/script>/s.exec(markup) ?? []
  return JSON.parse(json) as ChartData
}

function section(markup: string, id: string): string {
  return new RegExp(`<section id="${id}"[\\s\\S]*?</section>`).exec(markup)?.[0] ?? ""
}

describe("the page", () => {
  it("has its sections in order, and a table of contents that leads to each", () => {
    const ids = [...text.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id)
    expect(ids).toEqual([
      "verdict",
      "model",
      "priors",
      "conditionals",
      "summary",
      "comparison",
      "shrinkage",
      "checks",
      "charts",
      "reproduce",
    ])
    const links = [...text.matchAll(/<li><a href="#([^"]+)"/g)].map(([, id]) => id)
    expect(links).toEqual(ids)
  })

  it("opens and closes every element it uses", () => {
    const open: string[] = []
    const empty = new Set(["meta", "link", "br", "hr", "img", "input"])
    for (const [tag, closing, name = ""] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g)) {
      if (empty.has(name) || tag.endsWith("/>")) continue
      if (closing === "") open.push(name)
      else expect(open.pop()).toBe(name)
    }
    expect(open).toEqual([])
  })

  it("gives every id once, and every reference to one its target", () => {
    const ids = [...text.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
    const references = [...text.matchAll(/(?:aria-labelledby|for|href)="#?([^":,]+)"/g)].flatMap(
      ([, id = ""]) => id.split(" "),
    )
    expect(references.filter((id) => !ids.includes(id))).toEqual([])
  })

  it("has one first heading, a skip link, a language, and a caption on every table", () => {
    expect([...text.matchAll(/<h1>/g)].length).toBe(1)
    expect(text).toContain('<a class="skip" href="#content">')
    expect(text).toContain('<html lang="en">')
    expect([...text.matchAll(/<table>\s*<caption/g)].length).toBe([...text.matchAll(/<table>/g)].length)
  })

  it("loads nothing: no address but those of name spaces and of the chart schema", () => {
    expect(text).not.toMatch(/(?:src|href)="(?!#|data:,)/)
    expect(text).not.toMatch(/@import|url\((?!#)/)
  })

  it("runs no script and no style but its own, by their hashes", () => {
    const [, policy = ""] = /Content-Security-Policy" content="([^"]+)"/.exec(page) ?? []
    expect(policy).not.toContain("unsafe")
    expect(policy).toContain("default-src &#39;none&#39;")
    const hash = (code: string) => `&#39;sha256-${createHash("sha256").update(code).digest("base64")}&#39;`
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, code = ""]) => code)
    expect(scripts.length).toBe(4)
    for (const code of scripts) {
      expect(policy.includes(hash(code))).toBe(true)
      expect(() => new vm.Script(code)).not.toThrow()
    }
    const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? []
    expect(policy.includes(hash(style))).toBe(true)
    expect(text).not.toMatch(/\sstyle="/)
    expect(text).not.toMatch(/\son[a-z]+="/)
  })

  it("passes on the licences of the code in it", () => {
    for (const { license, name } of readVegaBundle()) {
      expect(license, name).toMatch(/Redistribution and use in source and binary forms/)
    }
    expect([...text.matchAll(/Redistribution and use/g)].length).toBe(3)
  })
})

describe("what it says", () => {
  it("begins with the verdict, in words, with its evidence", () => {
    const verdict = section(text, "verdict")
    expect(verdict).toContain("The chains have converged")
    const { rhat, essBulk } = input.verdict.worst
    expect(verdict).toContain(
      `The largest R-hat is <strong>${rhat?.value.toFixed(3)}</strong> (<code>${rhat?.name}</code>; at most 1.01 wanted)`,
    )
    expect(verdict).toContain(
      `The smallest effective sample size is <strong>${essBulk?.value.toFixed(0)}</strong> (<code>${essBulk?.name}</code>`,
    )
    expect(verdict).toContain("at least 400 wanted")
  })

  it("says no where the chains have not converged, with the reasons and the mark on the figure", () => {
    const summary = input.summary.map((row, i) => (i === 0 ? { ...row, rhat: 1.234, essTail: 41 } : row))
    const name = "b[(Intercept)]"
    const worst = { rhat: { name, value: 1.234 }, essBulk: null, essTail: { name, value: 41 } }
    const warning = "b[(Intercept)]: R-hat 1.234 is above 1.01"
    const bad = withoutScripts(
      renderReport({ ...input, summary, verdict: { converged: false, worst, warnings: [warning] } }),
    )
    expect(section(bad, "verdict")).toContain("The chains have not converged")
    expect(section(bad, "verdict")).toContain(`<li>${warning}</li>`)
    expect(section(bad, "verdict")).toContain("<strong>1.234</strong>")
    expect(section(bad, "verdict")).toContain("<strong>41</strong>")
    expect([...section(bad, "summary").matchAll(/class="number alarm" title="above 1.01"/g)].length).toBe(1)
    expect([...section(bad, "summary").matchAll(/class="number alarm" title="below 400"/g)].length).toBe(1)
    expect(section(text, "summary")).not.toContain("alarm")
  })

  it("says that sampling was cancelled, and how many messages there are", () => {
    const sampling = { ...input.sampling, cancelled: true }
    const cancelled = withoutScripts(renderReport({ ...input, sampling, warnings: ["column z dropped"] }))
    expect(section(cancelled, "verdict")).toContain("Sampling was cancelled")
    expect(section(cancelled, "verdict")).toContain('<a href="#warnings">1 message about')
    expect(section(cancelled, "warnings")).toContain("<li>column z dropped</li>")
  })

  it("counts the draws there are, also when there are none", () => {
    for (const draws of [0, 7]) {
      const chains = [new Float64Array(draws).fill(1), new Float64Array(draws).fill(2)]
      const source = { names: ["mu"], chains: () => chains }
      const summary = summarise([{ name: "mu", chains }])
      const short = renderReport({
        ...input,
        summary,
        verdict: judge(summary, { chains: 2 }),
        plots: { source, defaults: [] },
        sampling: { ...input.sampling, chains: 2, cancelled: true },
      })
      expect(section(withoutScripts(short), "verdict")).toContain(`<dd>${draws} of 1000</dd>`)
      expect(section(withoutScripts(short), "verdict")).toContain("have not converged")
      expect(section(withoutScripts(short), "summary")).toContain(`over ${2 * draws} draws`)
      expect(chartDataIn(short).parameters[0]!.chains.map((chain) => chain.draws)).toEqual([draws, draws])
    }
  })

  it("shows model, priors and who chose them", () => {
    expect(section(text, "model")).toContain("20 observations, 4 levels of <code>operator</code>")
    expect(section(text, "model")).toContain("  bright[i] ~ normal(mean = b[(Intercept)]")
    expect(section(text, "priors")).toMatch(/sd\(operator\).*halfT\(df = 3, scale = 0.63\).*you/)
    expect(section(text, "priors")).toMatch(/sd\(residual\).*default/)
  })

  it("typesets a full conditional where it can, and shows its text where it cannot", () => {
    const shown = section(text, "conditionals")
    expect([...shown.matchAll(/<math /g)].length).toBe(1)
    expect(shown).toContain("u[j] ~ Normal(mean = ")
    expect(shown).toContain("\\mathrm{Normal}")
    expect(shown).toContain("prior flat; 20 normal children")
    expect(shown).toContain('<span class="sampler">slice</span> not used: an exact full conditional exists')
  })

  it("typesets statements with their loops, and derivations step by step", () => {
    const mathml = '<math display="block"><mi>θ</mi></math>'
    const typeset = [
      { text: "theta[i] ~ dnorm(0, 1)", mathml, loops: "i = 1…30" },
      { text: "a ? b", loops: "" },
    ]
    const derivation = [{ words: "Collected:", formulas: [{ text: "A = 2", mathml }] }]
    const conditionals = [{ ...input.conditionals[0]!, derivation }]
    const made = withoutScripts(renderReport({ ...input, typeset, conditionals }))
    expect(section(made, "model")).toContain(`${mathml} <span class="loops">i = 1…30</span>`)
    expect(section(made, "model")).toContain("<code>a ? b</code>")
    expect(section(made, "conditionals")).toMatch(
      /<summary>Derivation<.*Collected:\n<div class="math"[^>]*><math/s,
    )
    expect(section(text, "conditionals")).not.toContain("Derivation")
  })

  it("falls back to text for MathML that holds anything else", () => {
    const conditionals = [{ ...input.conditionals[0]!, mathml: "<math><script>alert(1)</script></math>" }]
    const fallen = section(withoutScripts(renderReport({ ...input, conditionals })), "conditionals")
    expect(fallen).not.toContain("<math")
    expect(fallen).toContain("b[(Intercept)] ~ Normal(mean = sum_i")
  })

  it("keeps the order of the summary and folds random effects away", () => {
    const summary = section(text, "summary")
    const [main = "", folded = ""] = summary.split("<details>")
    expect(rowNames(main)).toEqual(["b[(Intercept)]", "sd[operator,(Intercept)]", "sd[residual]"])
    expect(rowNames(folded)).toEqual(pulpParameters.slice(3).map(({ name }) => name))
    expect(folded).toContain("Random effects (4)")
  })

  it("puts the posterior beside REML, with a dash where there is no figure", () => {
    const comparison = section(text, "comparison")
    expect(comparison).toContain('60<span class="f f5">.40</span>')
    expect(comparison).toContain("–")
    expect(section(withoutScripts(renderReport({ ...input, comparison: null })), "comparison")).toBe("")
  })

  it("shows a dash and the reason for a figure that does not exist", () => {
    const constant: ReportParameter = {
      ...input.summary[0]!,
      rhat: Number.NaN,
      essBulk: Number.NaN,
      essTail: Number.NaN,
      reason: "all draws are equal",
    }
    const shown = section(withoutScripts(renderReport({ ...input, summary: [constant] })), "summary")
    expect(shown).toContain('title="all draws are equal">–')
    expect(shown).not.toContain("NaN")
  })

  it("says how to get the same draws", () => {
    const shown = section(text, "reproduce")
    expect(shown).toContain("gibbsite fit &quot;bright ~ 1 + (1 | operator)&quot; @pulp")
    expect(shown).toContain(input.reproduce.dataHash)
    expect(shown).toContain("20.20.2")
  })
})

describe("hostile names", () => {
  const evil = "<script>alert('x')</script>\"><img src=x onerror=alert(1)>"

  it("stay text wherever they stand", () => {
    const parameters = [{ ...pulpParameters[0]!, name: evil }, ...pulpParameters.slice(1)]
    const made = demoInput(parameters)
    const hostile: ReportInput = {
      ...made,
      title: evil,
      formula: evil,
      model: [evil],
      typeset: [{ text: evil, mathml: `<math><mi>${evil}</mi></math>`, loops: evil }],
      priors: [{ target: evil, prior: evil, chosenBy: "user" }],
      conditionals: [
        {
          targets: [evil],
          sampler: evil,
          text: evil,
          mathml: `<math><mi>${evil}</mi></math>`,
          latex: evil,
          derivation: [{ words: evil, formulas: [{ text: evil, mathml: `<math><mi>${evil}</mi></math>` }] }],
          because: [evil],
          refused: [{ sampler: evil, reason: evil }],
        },
      ],
      summary: made.summary.map((row) => ({ ...row, reason: evil })),
      verdict: { ...made.verdict, converged: false, warnings: [evil] },
      comparison: made.comparison!.map((row) => ({ ...row, name: evil })),
      shrinkage: made.shrinkage.map((row) => ({ ...row, group: evil, term: evil, level: evil + row.level })),
      data: { name: evil, nobs: 1, dropped: 2, groups: { [evil]: 3 } },
      sampling: { ...made.sampling, seed: evil, method: evil },
      reproduce: { command: evil, version: evil, node: evil, dataHash: evil },
      warnings: [evil],
    }
    const shown = renderReport(hostile)
    expect([...shown.matchAll(/<script\b/g)].length).toBe(5 + scriptsInBundle())
    expect(withoutScripts(shown)).not.toMatch(/<img|<script/)
    expect(chartDataIn(shown).parameters[0]!.name).toBe(evil)
  })

  /** The charting code itself may contain the word. */
  function scriptsInBundle(): number {
    return readVegaBundle().reduce((sum, { code }) => sum + [...code.matchAll(/<script\b/g)].length, 0)
  }

  it("escapes what would end a script", () => {
    expect(escapeScript("a = '</script>' + '</SCRIPT' + '<!--'")).toBe(
      "a = '\\x3C/script>' + '\\x3C/SCRIPT' + '\\x3C!--'",
    )
  })
})

describe("charts", () => {
  it("shows the main parameters first, and offers all", () => {
    const { parameters, defaults } = chartDataIn(page)
    expect(parameters.map(({ name }) => name)).toEqual(pulpParameters.map(({ name }) => name))
    expect(defaults).toEqual([0, 1, 2])
    const charts = section(text, "charts")
    expect([...charts.matchAll(/<option value="\d+">/g)].length).toBe(7)
    expect([...charts.matchAll(/<optgroup label="([^"]+)"/g)].map(([, label]) => label)).toEqual([
      "b",
      "sd",
      "u[operator]",
    ])
  })

  it("shows the parameters asked for, and ignores names that are not there", () => {
    const plots = { ...input.plots, defaults: ["u[operator,(Intercept),d]", "gone"] }
    const { parameters, defaults } = chartDataIn(renderReport({ ...input, plots }))
    expect(defaults.map((at) => parameters[at]!.name)).toEqual(["u[operator,(Intercept),d]"])
  })

  it("stays below 3 MB with 185 scalars on four chains, slow ones among them", () => {
    const many: DemoParameter[] = Array.from({ length: 185 }, (_, i) => ({
      name: i < 5 ? `b[x${i}]` : `u[county,(Intercept),level ${i}]`,
      mean: i,
      sd: 1,
      phi: i % 2 === 0 ? 0.99 : 0.2,
    }))
    const large = renderReport(demoInput(many))
    expect(Buffer.byteLength(large)).toBeLessThan(3_000_000)
    expect(chartDataIn(large).parameters.length).toBe(185)
  })

  it("leaves some out, and says so, rather than grow without bound", () => {
    const chain = Float64Array.of(1, 2, 1, 3)
    const names = Array.from({ length: 5000 }, (_, i) => `u[g,x,${i}]`)
    const plots = { source: { names, chains: () => [chain, chain, chain, chain] }, defaults: [] }
    const large = renderReport({ ...input, plots })
    expect(Buffer.byteLength(large)).toBeLessThan(3_000_000)
    expect(chartDataIn(large).parameters.length).toBe(400)
    expect(withoutScripts(large)).toContain("4600 further scalars")
  })
})

function rowNames(markup: string): (string | undefined)[] {
  return [...markup.matchAll(/<th scope="row" class="name">([^<]+)/g)].map(([, name]) => name)
}
