import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { plotHistogram } from "../../src/plots/histogram.ts"
import { renderPage } from "../../src/plots/render-page.ts"
import { renderPng } from "../../src/plots/render-png.ts"
import { savePlot } from "../../src/plots/save-plot.ts"

const folder = mkdtempSync(path.join(tmpdir(), "gibbsite-plot-"))
afterAll(() => rmSync(folder, { recursive: true }))
const evil = "</script><script>alert(1)</script><!--"
const source = { names: [evil], chains: () => [Float64Array.of(1, 2, 3, 2, 1, 4)] }
const spec = plotHistogram(source)

describe("savePlot", () => {
  it("SVG, specification and page", async () => {
    for (const name of ["a.svg", "a.json", "a.HTML"]) await savePlot(spec, path.join(folder, name))
    expect(readFileSync(path.join(folder, "a.svg"), "utf8").slice(0, 4)).toBe("<svg")
    expect(JSON.parse(readFileSync(path.join(folder, "a.json"), "utf8"))).toEqual(spec)
    expect(readFileSync(path.join(folder, "a.HTML"), "utf8").slice(0, 15)).toBe("<!doctype html>")
  })

  it("PNG: a picture twice as large as the chart", async () => {
    const png = Buffer.from(await renderPng(spec))
    expect(png.subarray(1, 4).toString()).toBe("PNG")
    // Width and height stand in the first chunk. 560 pixels of plot, and the axis beside it.
    expect(png.readUInt32BE(16)).toBeGreaterThan(2 * 560)
    expect(png.readUInt32BE(20)).toBeGreaterThan(2 * 160)
  })

  it("says which files there are, and that a folder is missing", async () => {
    await expect(savePlot(spec, "a.gif")).rejects.toThrow(
      'found the extension ".gif", expected .svg, .png, .html, .json',
    )
    await expect(savePlot(spec, path.join(folder, "none/a.svg"))).rejects.toThrow(/cannot write the chart/)
  })

  it("a page from which a name cannot break out, and which loads nothing", () => {
    const page = renderPage(spec)
    expect(page.includes("<script>alert")).toBe(false)
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)![1]!
    expect(policy.startsWith("default-src 'none'; script-src 'sha256-")).toBe(true)
    expect([...page.matchAll(/<script>/g)].length).toBe(4)
  })
})
