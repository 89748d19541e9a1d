import { describe, expect, it } from "vitest"
import { barText, canvasLines, createCanvas, setDot, shortNumber } from "../../src/plots/text-canvas.ts"
import { textAcf, textHistogram, textPlots, textTrace } from "../../src/plots/text-plots.ts"
import { demoSource, pulpParameters } from "./demo-chains.ts"

const chains = demoSource(pulpParameters, { draws: 500 }).chains("sd[residual]")

describe("a canvas of dots", () => {
  it("sets the dot that Unicode says", () => {
    const canvas = createCanvas(2, 1)
    setDot(canvas, 0, 0)
    setDot(canvas, 3, 3)
    setDot(canvas, 4, 0)
    setDot(canvas, 0, -1)
    // Braille dot 1 (U+2801), braille dot 8 (U+2880).
    expect(canvasLines(canvas)).toEqual(["\u2801\u2880"])
  })
  it("bars step by eighths, numbers keep four digits", () => {
    expect([barText(0, 2), barText(0.5, 2), barText(0.0625, 2), barText(2, 2)]).toEqual(["", "█", "▏", "██"])
    expect([60.39871, 1e-9, 12345678, -0.5, NaN].map(shortNumber)).toEqual([
      "60.4",
      "1.000e-9",
      "1.235e+7",
      "-0.5",
      "NaN",
    ])
  })
})

describe("charts in a terminal", () => {
  for (const [name, plot] of Object.entries(textPlots)) {
    it.each([40, 80, 120])(`${name}: no line is wider than %i characters`, (width) => {
      const lines = plot("sd[residual]", chains, width).split("\n")
      expect(Math.max(...lines.slice(1).map((line) => line.length))).toBeLessThanOrEqual(width)
      expect(Math.max(...lines.slice(1).map((line) => line.length))).toBeGreaterThan(width / 2)
    })
    it(`${name}: says what there is no chart of`, () => {
      expect(plot("mu", [Float64Array.of(2, 2), Float64Array.of(2, 2)], 80)).toBe("mu: constant, 2\n")
      expect(plot("mu", [Float64Array.of(NaN)], 80)).toBe("mu: no finite draw\n")
    })
  }

  it("a trace from the largest to the smallest draw", () => {
    const text = textTrace("mu", [Float64Array.of(0, 1, 2, 3), Float64Array.of(3, 2, 1, 0)], 14)
    expect(text.split("\n")[0]).toBe("mu: trace of 2 chains, 4 draws")
    const rows = text.trimEnd().split("\n").slice(1)
    expect(rows.length).toBe(8)
    expect([rows[0]![0], rows[7]![0]]).toEqual(["3", "0"])
    // The two chains mirror each other: rows read the same from the bottom.
    const inked = rows.map((row) => [...row.slice(3)].filter((c) => c !== "\u2800").length)
    expect(inked).toEqual(inked.toReversed())
    expect(inked[0]).toBeGreaterThan(0)
  })

  it("a histogram whose counts are all the draws", () => {
    const text = textHistogram("sd[residual]", chains, 80)
    const counts = text
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => Number(/ (\d+)$/.exec(line)![1]))
    expect(counts.reduce((a, b) => a + b)).toBe(2000)
    expect(counts.length).toBe(12)
  })

  it("autocorrelations of each lag, with the range over the chains", () => {
    const alternating = Float64Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 1 : -1))
    const lines = textAcf("mu", [alternating], 60).split("\n")
    expect(lines[0]).toBe("mu: autocorrelation by lag; within ±0.10 for independent draws")
    // −(n − 1)/n at lag 1, (n − 2)/n at lag 2.
    expect(lines[1]).toMatch(/^ {3}1 -1\.00 │-█/)
    expect(textAcf("sd[residual]", chains, 80)).toContain(" … ")
    expect(textAcf("mu", [Float64Array.of(1, 2, 3)], 80)).toBe("mu: too few draws for autocorrelations\n")
  })
})
