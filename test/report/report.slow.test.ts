/**
 * The report in a real browser. It needs Chromium, which is not among the packages that `npm install` brings:
 *
 *     sudo apt-get install chromium          # or any Chromium or Chrome, named by the variable below
 *     CHROMIUM=/usr/bin/chromium npx vitest run --config vitest.slow.config.ts test/report
 *
 * Without the variable the usual places are tried. Where there is none the tests fail and say so.
 */
import { existsSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { sample } from "../../src/chains/sample.ts"
import { renderReport } from "../../src/report/render-report.ts"
import { reportInput } from "../../src/report/report.ts"
import type { ReportInput } from "../../src/report/report-input.ts"
import { writeReport } from "../../src/report/write-report.ts"
import { bugs } from "../../src/samplers/graph-model.ts"
import { type DemoParameter, pulpParameters, pulpShrinkage } from "../plots/demo-chains.ts"
import { demoInput } from "./demo-input.ts"

const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
]

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]

function findChromium(): string {
  const named = process.env.CHROMIUM
  const found = (named === undefined ? usualPlaces : [named]).find((file) => existsSync(file))
  if (found === undefined) {
    throw new Error(
      `no Chromium found (looked for ${named ?? usualPlaces.join(", ")}); install one, or set CHROMIUM to its path`,
    )
  }
  return found
}

let browser: Browser
let folder = ""
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "report-"))
  browser = await chromium.launch({ executablePath: findChromium(), args: flags })
})
afterAll(async () => {
  await browser?.close()
  await rm(folder, { recursive: true })
})

interface Opened {
  readonly page: Page
  /** What the console said, and every request but that of the page itself. */
  readonly noise: string[]
}

/** Writes a report, opens it from disk, and waits until its charts are drawn. */
async function open(input: ReportInput, options: BrowserContextOptions = {}): Promise<Opened> {
  const file = path.join(folder, `${Math.random().toString(36).slice(2)}.html`)
  await writeReport(input, file)
  const url = pathToFileURL(file).href
  const context = await browser.newContext({ viewport: { width: 1180, height: 900 }, ...options })
  const page = await context.newPage()
  const noise: string[] = []
  page.on("console", (message) => noise.push(`${message.type()}: ${message.text()}`))
  page.on("pageerror", (error) => noise.push(`error: ${error.message}`))
  page.on("dialog", (dialog) => {
    noise.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on("request", (request) => {
    if (request.url() !== url && !request.url().startsWith("data:")) noise.push(`request: ${request.url()}`)
  })
  await page.goto(url)
  await drawn(page)
  return { page, noise }
}

async function drawn(page: Page): Promise<void> {
  await page.waitForSelector("html[data-charts=drawn]", { state: "attached", timeout: 60_000 })
}

/** Widths of the document and of the window. */
function widths(page: Page): Promise<readonly [number, number]> {
  return page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
}

describe("the report in a browser", () => {
  it("draws its charts from disk, without a word on the console and without a request", async () => {
    const { page, noise } = await open(demoInput())
    // Trace, density, autocorrelation and ranks of three parameters, the shrinkage chart, three charts of model checks.
    expect(await page.locator("main svg.marks").count()).toBe(16)
    expect(await page.locator("#checks svg.marks").count()).toBe(3)
    expect(await page.locator(".chart.ranks .mark-line path").count()).toBe(12)
    const paths = await page
      .locator(".chart.trace .mark-line path")
      .evaluateAll((lines) => lines.map((line) => line.getAttribute("d") ?? ""))
    expect(paths.length).toBe(12)
    expect(paths.every((d) => d.length > 1000 && !d.includes("NaN"))).toBe(true)
    expect(await page.locator("#shrinkage-chart-1 .mark-symbol path").count()).toBeGreaterThanOrEqual(12)
    expect(noise).toEqual([])
  })

  it("puts the draws back where they were, to less than a pixel", async () => {
    const input = demoInput()
    const { page } = await open(input)
    const chain = input.plots.source.chains("b[(Intercept)]")[0]!
    const span = Math.max(...chain) - Math.min(...chain)
    const ys = await page
      .locator(".chart.trace .mark-line path")
      .first()
      .evaluate((line) =>
        [...(line.getAttribute("d") ?? "").matchAll(/,(-?[\d.]+)/g)].map((m) => Number(m[1])),
      )
    expect(ys.length).toBe(chain.length)
    const [top, bottom] = [Math.min(...ys), Math.max(...ys)]
    ys.forEach((y, i) => {
      const expected = bottom - ((chain[i]! - Math.min(...chain)) / span) * (bottom - top)
      expect(Math.abs(y - expected)).toBeLessThan(0.05)
    })
  })

  it("follows the chooser and its buttons, by keyboard alone", async () => {
    const { page, noise } = await open(demoInput())
    const heading = page.locator("#parameters h3")
    await page.focus("#next")
    await page.keyboard.press("Enter")
    await expect.poll(() => heading.allTextContents()).toEqual(["b[(Intercept)]"])
    await page.focus("#previous")
    await page.keyboard.press("Enter")
    await expect.poll(() => heading.count()).toBe(3)
    await page.selectOption("#chooser", { label: "u[operator,(Intercept),c]" })
    await expect.poll(() => heading.allTextContents()).toEqual(["u[operator,(Intercept),c]"])
    await page.waitForSelector("#parameters:not([aria-busy])")
    expect(await page.locator("#parameters svg.marks").count()).toBe(4)
    expect(noise).toEqual([])
  })

  it("zooms into a range of draws, by keyboard alone, and out again", async () => {
    const { page, noise } = await open(demoInput())
    await page.selectOption("#chooser", { label: "sd[residual]" })
    const labels = () => page.locator(".chart.trace .role-axis-label text").allTextContents()
    await page.focus("#first-draw")
    await page.keyboard.type("101")
    await page.keyboard.press("Tab")
    await page.keyboard.type("200")
    await page.keyboard.press("Tab")
    await expect.poll(labels).toContain("120")
    await page.waitForSelector("#parameters:not([aria-busy])")
    const points = await page
      .locator(".chart.trace .mark-line path")
      .first()
      .evaluate((line) => (line.getAttribute("d") ?? "").match(/[ML]/g)?.length)
    expect(points).toBe(100)
    await page.focus("#all-draws")
    await page.keyboard.press("Enter")
    await expect.poll(labels).toContain("1,000")
    expect(noise).toEqual([])
  })

  it("draws the graph of the model, each node inside the picture and no two in one place", async () => {
    const { page } = await open(demoInput())
    const boxes = await page.locator(".graph .node").evaluateAll((nodes) => {
      const frame = nodes[0]!.closest("svg")!.getBoundingClientRect()
      return nodes.map((node) => {
        const { left, right, top, bottom } = node.getBoundingClientRect()
        return {
          left,
          right,
          top,
          bottom,
          inside: left >= frame.left && right <= frame.right && bottom <= frame.bottom,
        }
      })
    })
    expect(boxes.length).toBe(5)
    expect(boxes.every(({ inside }) => inside)).toBe(true)
    const overlap = boxes.some((a, i) =>
      boxes
        .slice(i + 1)
        .some((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom),
    )
    expect(overlap).toBe(false)
    expect(await page.locator("#graph-text").textContent()).toContain("bright, observed")
  })

  it("draws a model in the BUGS language: its text, its graph with arrows, its checks", async () => {
    const model = bugs(
      `model { # <b>rates</b>
        for (i in 1:6) { theta[i] ~ dgamma(alpha, beta); x[i] ~ dpois(theta[i] * t[i]) }
        alpha ~ dexp(1); beta ~ dgamma(1, 1) }`,
      { x: [5, 1, 5, 14, 3, 19], t: [9, 2, 6, 12, 1, 3] },
    )
    const posterior = await sample(model, { chains: 2, draws: 400, warmup: 100, workers: 1 })
    const { page, noise } = await open(reportInput(posterior, { file: "", modelName: "rates.bug" }))
    expect(await page.locator("#model pre.source .comment").textContent()).toBe("# <b>rates</b>")
    expect(await page.locator("#model pre.source .distribution").allTextContents()).toEqual([
      ...["dgamma", "dpois", "dexp", "dgamma"],
    ])
    expect(await page.locator(".graph .node").count()).toBe(4)
    expect(await page.locator(".graph .edge").count()).toBe(3)
    expect(await page.locator("#checks svg.marks").count()).toBe(3)
    expect(await page.locator("#model .statements math").first().textContent()).toContain("Gamma")
    expect(await page.locator("#conditionals .derivation math").count()).toBeGreaterThan(5)
    // A formula is drawn, and one wider than the window scrolls by itself.
    await page.setViewportSize({ width: 400, height: 800 })
    expect((await page.locator("#model .statements math").first().boundingBox())!.height).toBeGreaterThan(10)
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(400)
    expect(await page.locator("#parameters h3").first().textContent()).toBe("alpha")
    expect(noise).toEqual([])
  })

  it("jumps over the navigation with the first key", async () => {
    const { page } = await open(demoInput())
    await page.keyboard.press("Tab")
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the report")
    await page.keyboard.press("Enter")
    expect(await page.evaluate("location.hash")).toBe("#content")
  })

  it("shows a tooltip in its own style", async () => {
    const { page, noise } = await open(demoInput())
    await page.locator("#shrinkage-chart-1 .mark-symbol path").first().hover()
    await expect.poll(() => page.locator("#vg-tooltip-element").textContent()).toContain("separate OLS")
    expect(noise).toEqual([])
  })

  for (const width of [400, 700, 1180]) {
    it(`does not overflow a window ${width} pixels wide`, async () => {
      const { page } = await open(demoInput(), { viewport: { width, height: 800 } })
      const [document, window] = await widths(page)
      expect(document).toBeLessThanOrEqual(window)
    })
  }

  it("stays below 3 MB with 185 scalars of 4 × 2,000 draws, their shrinkage, and many observations", async () => {
    const levels = Array.from({ length: 85 }, (_, i) => `LEVEL ${i}`)
    const parameters: DemoParameter[] = [
      ...Array.from({ length: 15 }, (_, i) => ({ name: `b[x${i}]`, mean: i, sd: 1, phi: 0.5 })),
      ...["(Intercept)", "floor"].flatMap((term) =>
        levels.map((level) => ({ name: `u[county,${term},${level}]`, mean: 0, sd: 1, phi: 0.2 })),
      ),
    ]
    const made = demoInput(parameters, 2000)
    const shrinkage = ["(Intercept)", "floor"].flatMap((term) =>
      levels.map((level) => ({ ...pulpShrinkage[0]!, group: "county", term, level })),
    )
    const paretoK = Float64Array.from({ length: 919 }, (_, i) => Math.sin(i) / 3)
    const checks = { ...made.checks!, loo: { ...made.checks!.loo!, paretoK } }
    const page = renderReport({ ...made, shrinkage, checks })
    expect(Buffer.byteLength(page)).toBeLessThan(3e6)
  })

  it("keeps long names and 185 scalars within a narrow window", async () => {
    const many: DemoParameter[] = Array.from({ length: 185 }, (_, i) => ({
      name:
        i < 5 ? `b[a_rather_long_name_of_a_coefficient_${i}:another]` : `u[county,(Intercept),level ${i}]`,
      mean: i,
      sd: 1,
      phi: 0.5,
    }))
    const { page, noise } = await open(demoInput(many), { viewport: { width: 400, height: 800 } })
    const [document, window] = await widths(page)
    expect(document).toBeLessThanOrEqual(window)
    expect(noise).toEqual([])
  })

  it("has colours of its own in the dark, and prints in the light", async () => {
    const { page } = await open(demoInput(), { colorScheme: "dark" })
    const colors =
      "[getComputedStyle(document.documentElement).backgroundColor, " +
      "getComputedStyle(document.querySelector('.role-axis-title text')).fill]"
    expect(await page.evaluate(colors)).toEqual(["rgb(21, 25, 29)", "rgb(230, 234, 237)"])
    await page.emulateMedia({ media: "print" })
    expect(await page.evaluate(colors)).toEqual(["rgb(255, 255, 255)", "rgb(29, 35, 41)"])
  })

  it("leaves a name that looks like a script a name", async () => {
    const evil = "<script>alert('x')</script><img src=x onerror=alert(1)>"
    const parameters = [{ ...pulpParameters[0]!, name: evil }, ...pulpParameters.slice(1)]
    const made = demoInput(parameters)
    const shrinkage = made.shrinkage.map((row) => ({ ...row, level: `${evil} ${row.level}` }))
    const { page, noise } = await open({ ...made, title: evil, shrinkage, warnings: [evil] })
    expect(await page.title()).toBe(evil)
    expect(await page.locator("#parameters h3").first().textContent()).toBe(evil)
    await page.locator("#shrinkage-chart-1 .mark-symbol path").first().hover()
    await expect.poll(() => page.locator("#vg-tooltip-element").textContent()).toContain("<script>")
    expect(await page.locator("img").count()).toBe(0)
    expect(noise).toEqual([])
  })

  it("opens without a word when a run was cancelled before its first draw", async () => {
    const made = demoInput()
    const source = { names: ["mu"], chains: () => [new Float64Array(0), new Float64Array(0)] }
    const sampling = { ...made.sampling, chains: 2, cancelled: true }
    const { noise } = await open({ ...made, plots: { source, defaults: [] }, sampling })
    expect(noise).toEqual([])
  })

  it("draws one chain, and chains that do not move", async () => {
    const made = demoInput()
    const source = { names: ["mu", "fixed"], chains: (name: string) => [chainOf(name)] }
    const chainOf = (name: string) =>
      Float64Array.from({ length: 300 }, (_, i) => (name === "mu" ? Math.sin(i) : 2))
    const { page, noise } = await open({
      ...made,
      plots: { source, defaults: [] },
      sampling: { ...made.sampling, chains: 1, draws: 300 },
      shrinkage: [],
    })
    expect(await page.locator("#parameters svg.marks").count()).toBe(6)
    expect(noise).toEqual([])
  })
})
