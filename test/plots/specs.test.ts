import { describe, expect, it } from "vitest"
import { acfData, acfSpec } from "../../src/plots/acf.ts"
import { densityData, densityDataOf, densitySpec } from "../../src/plots/density.ts"
import { renderSvg } from "../../src/plots/render-svg.ts"
import { plotShrinkage, shrinkageData } from "../../src/plots/shrinkage.ts"
import type { VegaLiteSpec } from "../../src/plots/spec.ts"
import { themes } from "../../src/plots/theme.ts"
import { traceData, traceSpec } from "../../src/plots/trace.ts"
import { itDraws, itMatchesRecord } from "./check-chart.ts"
import { pulpShrinkage } from "./demo-chains.ts"

// Plain numbers, so that the golden files change only when a chart does.
const chains = [Float64Array.of(1, 2, 3, 2, 1), Float64Array.of(2, 3, 1, 1, 2)]
const trace = traceData("sd[residual]", chains)
const acf = acfData(
  "sd[residual]",
  [
    [1, 0.5, 0.2, 0.1],
    [1, -0.3, 0.05, 0],
  ],
  400,
)
const curves = [
  { x: [1, 2, 3], density: [0.2, 0.6, 0.2] },
  { x: [1, 2, 3], density: [0.3, 0.5, 0.2] },
]
const density = densityData("sd[residual]", curves, chains)

const golden: Readonly<Record<string, VegaLiteSpec>> = {
  trace: traceSpec(trace),
  acf: acfSpec(acf),
  density: densitySpec(density),
  shrinkage: plotShrinkage(pulpShrinkage),
}

/** Every chart, alone and stacked, in each theme, and the cases at the edge. */
const variants: Readonly<Record<string, VegaLiteSpec>> = {
  ...golden,
  "trace, stacked": traceSpec([trace, trace], { theme: "dark" }),
  "acf, stacked": acfSpec([acf, acf], { theme: "dark" }),
  "acf of one chain": acfSpec(acfData("mu", [[1, 0.5, 0.2]], 100)),
  "density, stacked": densitySpec([density, density], { theme: "page", legend: false, title: false }),
  "shrinkage of two terms": plotShrinkage([
    ...pulpShrinkage,
    ...pulpShrinkage.map((row) => ({ ...row, term: "x", ols: null, blup: null })),
  ]),
  "trace with a draw that is not finite": traceSpec(traceData("mu", [Float64Array.of(1, Number.NaN, 3)])),
  "acf of a constant chain": acfSpec(acfData("mu", [[Number.NaN, Number.NaN]], 100)),
  "density of a constant chain": densitySpec(
    densityData("mu", [{ x: [Number.NaN], density: [Number.NaN] }], [Float64Array.of(2, 2, 2)]),
  ),
  "names that look like markup": traceSpec(traceData("<script>alert(1)</script>", chains)),
}

describe("charts", () => {
  itMatchesRecord(golden)
  itDraws(variants)

  it("draws one path a chain in the colour of the chain", async () => {
    const svg = await renderSvg(golden.trace!)
    const lines = svg.matchAll(/<path[^>]*aria-roledescription="line mark"[^>]*stroke="([^"]+)"/g)
    const strokes = [...lines].map(([, stroke]) => stroke)
    expect(strokes).toEqual(themes.light.series.slice(0, 2))
  })

  it("escapes names in the drawing", async () => {
    const svg = await renderSvg(variants["names that look like markup"]!)
    expect(svg.includes("<script")).toBe(false)
    expect(svg.includes("&lt;script&gt;")).toBe(true)
  })
})

describe("renderSvg", () => {
  it("leaves the chart as it was", async () => {
    const spec = densitySpec(density)
    const before = structuredClone(spec)
    await renderSvg(spec)
    expect(spec).toEqual(before)
  })

  it("says that a chart is not one", async () => {
    await expect(renderSvg({ mark: "nonsense" } as never)).rejects.toThrow(
      /Vega-Lite does not accept the chart/,
    )
  })
})

describe("traceData", () => {
  it("numbers chains and draws from one", () => {
    expect(trace).toEqual({
      parameter: "sd[residual]",
      draws: 5,
      series: [
        { chain: 1, draw: [1, 2, 3, 4, 5], value: [1, 2, 3, 2, 1] },
        { chain: 2, draw: [1, 2, 3, 4, 5], value: [2, 3, 1, 1, 2] },
      ],
    })
  })

  it("keeps about a thousand points of a long chain", () => {
    const long = Float64Array.from({ length: 50_000 }, (_, i) => Math.sin(i))
    const { series, draws } = traceData("mu", [long])
    expect(draws).toBe(50_000)
    expect(series[0]!.value.length).toBeGreaterThan(900)
    expect(series[0]!.value.length).toBeLessThanOrEqual(1000)
  })
})

describe("acfData", () => {
  const decaying = (phi: number, lags: number) => Array.from({ length: lags + 1 }, (_, k) => phi ** k)

  it("shows forty lags of a chain that mixes", () => {
    const data = acfData("mu", [decaying(0.5, 500)], 2500)
    expect(data.band).toBe(1.96 / 50)
    expect(data.series[0]!.lag.at(-1)).toBe(40)
    expect(data.series[0]!.acf[3]).toBe(0.125)
  })

  it("reaches farther, in wider steps, as long as one chain is still correlated", () => {
    const slow = acfData("mu", [decaying(0.5, 500), decaying(0.99, 500)], 10_000).series[1]!
    expect(slow.lag.at(-1)).toBe(500)
    expect(slow.lag.length).toBe(101)
    expect(slow.acf[1]).toBe(0.99 ** 5)
    expect(acfData("mu", [decaying(0.97, 500)], 10_000).series[0]!.lag.at(-1)).toBe(100)
  })

  it("stays within a quarter of the draws, and is not led on by chance in short chains", () => {
    expect(acfData("mu", [decaying(0.99, 500)], 600).series[0]!.lag.at(-1)).toBe(150)
    const noise = Array.from({ length: 60 }, (_, k) => (k === 0 ? 1 : 0.4 * (-1) ** k))
    expect(acfData("mu", [noise], 60).series[0]!.lag.at(-1)).toBe(40)
  })

  it("shows what there is of a short chain", () => {
    expect(acfData("mu", [[1, 0.9, 0.8]], 3).series[0]!.lag).toEqual([0, 1, 2])
  })
})

describe("densityData", () => {
  it("takes quantiles over all chains, type 7", () => {
    // R: quantile(c(1, 2, 3, 2, 1, 2, 3, 1, 1, 2), c(.05, .5, .95))
    expect(density.interval).toEqual({ q5: 1, q50: 2, q95: 3 })
    const ten = densityData("x", [], [Float64Array.of(0, 10, 20), Float64Array.of(30, 40)])
    expect(ten.interval?.q5).toBeCloseTo(2, 12)
    expect(ten.interval?.q95).toBeCloseTo(38, 12)
  })

  it("has no interval for draws that are not finite", () => {
    expect(densityData("x", [], [Float64Array.of(0, Number.NaN)]).interval).toBeNull()
    expect(densityData("x", [], []).interval).toBeNull()
  })
})

describe("shrinkageData", () => {
  it("makes a panel a term, the largest posterior mean first", () => {
    const [panel, other, ...rest] = shrinkageData([...pulpShrinkage, { ...pulpShrinkage[0]!, term: "x" }])
    expect(panel!.levels.map((row) => row.level)).toEqual(["d", "c", "a", "b"])
    expect(other!.term).toBe("x")
    expect(rest).toEqual([])
  })

  it("thins many levels, keeping both ends", () => {
    const many = Array.from({ length: 1000 }, (_, i) => ({
      ...pulpShrinkage[0]!,
      level: `${i}`,
      posteriorMean: i,
    }))
    const [panel] = shrinkageData(many, 50)
    expect(panel!.total).toBe(1000)
    expect(panel!.levels.length).toBe(50)
    expect(panel!.levels[0]!.level).toBe("999")
    expect(panel!.levels.at(-1)!.level).toBe("0")
  })
})

describe("densityDataOf", () => {
  const draws = [Float64Array.of(0.1, 0.2, 0.3, 0.9), Float64Array.of(0.2, 0.4, 0.1, 0.8)]

  it("keeps the curve of a standard deviation above zero, that of a correlation within its bounds", () => {
    expect(densityDataOf("sd[g,x]", draws).series[0]!.x[0]).toBe(0)
    const correlation = densityDataOf("cor[g,x,z]", draws).series[0]!.x
    expect(correlation.at(-1)).toBe(1)
    expect(correlation[0]).toBeGreaterThanOrEqual(-1)
    expect(densityDataOf("b[x]", draws).series[0]!.x[0]).toBeLessThan(0)
  })

  it("drops a bound that the draws do not keep", () => {
    expect(densityDataOf("sd[log]", [Float64Array.of(-1, 0, 1)]).series[0]!.x[0]).toBeLessThan(-1)
  })

  it("has no curve for chains that are constant, not finite or beyond all scales", () => {
    const chains = [Float64Array.of(2, 2, 2), Float64Array.of(1, Number.NaN, 2), Float64Array.of(1e300, 1, 2)]
    expect(densityDataOf("mu", chains).series.map(({ x }) => x.length)).toEqual([0, 0, 0])
  })
})
