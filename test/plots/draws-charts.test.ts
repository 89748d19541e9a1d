import { describe, expect, it } from "vitest"
import { quantile } from "../../src/diagnostics/quantile.ts"
import { binValues } from "../../src/plots/bins.ts"
import { caterpillarData, effectsOfDraws, plotCaterpillar } from "../../src/plots/caterpillar.ts"
import { plotEssGrowth } from "../../src/plots/ess-growth.ts"
import { funnelData, plotFunnel } from "../../src/plots/funnel.ts"
import { plotHistogram } from "../../src/plots/histogram.ts"
import { intervalRow, plotIntervals } from "../../src/plots/intervals.ts"
import { pairsData, plotPairs } from "../../src/plots/pairs.ts"
import type { PlotSource } from "../../src/plots/plot-source.ts"
import { plotPriorPosterior, priorPosteriorData } from "../../src/plots/prior-posterior.ts"
import { plotRankEcdf, rankEcdfData } from "../../src/plots/rank-ecdf.ts"
import { plotRankOverlay, rankOverlayData } from "../../src/plots/rank-overlay.ts"
import { poolRanks } from "../../src/plots/ranks.ts"
import { renderSvg } from "../../src/plots/render-svg.ts"
import { plotRunningMean, runningMeanData } from "../../src/plots/running-mean.ts"
import { plotTrace } from "../../src/plots/trace.ts"
import { countMarks, itDraws, itMatchesRecord } from "./check-chart.ts"
import { demoSource, pulpParameters } from "./demo-chains.ts"

const f = (...values: readonly number[]) => Float64Array.from(values)
/** Two chains of six plain numbers a scalar, so that the golden files change only when a chart does. */
const plain = new Map([
  ["b[x]", [f(1, 2, 3, 2, 1, 4), f(2, 3, 1, 1, 2, 5)]],
  ["sd[g,x]", [f(1, 2, 1, 2, 0.5, 1), f(2, 1, 1, 0.25, 2, 1)]],
  ["u[g,x,a,b]", [f(-1, 0, 1, 0, 2, 1), f(0, 1, -1, 0.5, 0, 3)]],
  ["u[g,x,c]", [f(0, 0, 1, -2, 0, 1), f(1, 0, -1, -0.5, 0, 2)]],
])
const source: PlotSource = { names: [...plain.keys()], chains: (name) => plain.get(name) ?? [] }

const golden = {
  rankOverlay: plotRankOverlay(source, ["b[x]"]),
  rankEcdf: plotRankEcdf(source, ["b[x]"]),
  histogram: plotHistogram(source, ["b[x]"]),
  intervals: plotIntervals(source),
  pairs: plotPairs(source, ["b[x]", "sd[g,x]"]),
  runningMean: plotRunningMean(source, ["b[x]"]),
  essGrowth: plotEssGrowth(source, ["b[x]"]),
  funnel: plotFunnel(source),
  caterpillar: plotCaterpillar(source),
  priorPosterior: plotPriorPosterior(source, source, ["b[x]"]),
}

const demo = demoSource(pulpParameters, { draws: 200 })
const stuck: PlotSource = { names: ["mu"], chains: () => [f(2, 2, 2), f(2, 2, 2)] }
const broken: PlotSource = { names: ["mu"], chains: () => [f(2, NaN, 1), f(Infinity, 2, 3)] }
const single: PlotSource = { names: ["mu", "tau"], chains: () => [f(1, 3, 2, 4, 2)] }

describe("charts of draws", () => {
  itMatchesRecord(golden)
  itDraws({
    ...golden,
    "rankOverlay, stacked and dark": plotRankOverlay(demo, undefined, { theme: "dark" }),
    "rankEcdf, stacked": plotRankEcdf(demo),
    "histogram, side by side": plotHistogram(demo, undefined, { theme: "page", title: false }),
    "histogram of a constant": plotHistogram(stuck),
    "histogram of draws that are not finite": plotHistogram(broken),
    "pairs of four": plotPairs(demo),
    "pairs of a constant": plotPairs(stuck, ["mu"]),
    "pairs of one chain": plotPairs(single),
    "running means, stacked": plotRunningMean(demo, undefined, { legend: false }),
    "running mean of draws that are not finite": plotRunningMean(broken),
    "ESS, stacked": plotEssGrowth(demo),
    "ESS of a constant": plotEssGrowth(stuck),
    "intervals of a constant": plotIntervals(stuck),
    "funnels of four levels": plotFunnel(
      demo,
      demo.names.filter((name) => name.startsWith("u[")),
    ),
    "caterpillar of four": plotCaterpillar(demo, { theme: "dark" }),
  })

  it.each([plotRankOverlay, plotRankEcdf])("ranks need a second chain", (plot) => {
    expect(() => plot(single)).toThrow("found 1 chain, expected at least two to compare")
  })

  it("funnels need the sd of the effect", () => {
    expect(() => plotFunnel(source, ["b[x]"])).toThrow('found "b[x]", expected an effect')
    expect(() => plotFunnel({ ...source, names: ["u[g,x,c]"] }, ["u[g,x,c]"])).toThrow(
      /whose sd was recorded/,
    )
  })

  it("intervals of draws that are not finite have no marks, and no place that is no number", async () => {
    const svg = await renderSvg(plotIntervals(broken))
    expect(/NaN|undefined|Infinity/.test(svg)).toBe(false)
    expect(countMarks(svg, "point")).toBe(0)
  })

  it("a caterpillar needs effects", () => {
    expect(() => plotCaterpillar(stuck)).toThrow("there are no random effects to chart")
  })

  it("draws a bar a bin, a symbol a level", async () => {
    const filled = binValues(Float64Array.from(plain.get("b[x]")!.flatMap((chain) => [...chain]))).counts
    expect(countMarks(await renderSvg(golden.histogram), "bar")).toBe(filled.length)
    expect(countMarks(await renderSvg(golden.caterpillar), "point")).toBe(2)
  })
})

describe("a chart of 4 × 100,000 draws", () => {
  const long = Array.from({ length: 4 }, (_, c) =>
    Float64Array.from({ length: 100_000 }, (_, i) => Math.sin(i * 12.9898 + c) * 43758.5453 - i / 7),
  )
  long[2]![54_321] = 1e6
  const big: PlotSource = {
    names: ["a", "b", "c", "d", "e", "f"],
    chains: () => long,
  }
  it.each([
    ["trace", plotTrace],
    ["histogram", plotHistogram],
    ["running mean", plotRunningMean],
    ["rank overlay", plotRankOverlay],
    ["rank ECDF", plotRankEcdf],
    ["pairs", plotPairs],
  ] as const)("%s of six parameters stays under a megabyte", (_, plot) => {
    expect(JSON.stringify(plot(big)).length).toBeLessThan(1e6)
  })

  it("shows the one draw that stands out", () => {
    expect(JSON.stringify(plotTrace(big))).toContain('"draw":54322,"value":1000000')
    expect(JSON.stringify(plotPairs(big, ["a", "b"]))).toContain('{"x":1000000,"y":1000000}')
  })
})

describe("ranks", () => {
  it("count from one and average ties", () => {
    // R: rank(c(3, 1, 2, 2, 5, 2))
    expect(poolRanks([f(3, 1, 2), f(2, 5, 2)]).map((chain) => [...chain])).toEqual([
      [5, 1, 3],
      [3, 6, 3],
    ])
    expect(poolRanks([f(3, NaN)])).toEqual([])
  })

  it("fill bins alike when chains alternate, one bin each when they are apart", () => {
    const even = Float64Array.from({ length: 100 }, (_, i) => 2 * i)
    const odd = even.map((value) => value + 1)
    expect(rankOverlayData("mu", [even, odd], 10)).toEqual({
      parameter: "mu",
      draws: 200,
      expected: 10,
      counts: [new Array(10).fill(10), new Array(10).fill(10)],
    })
    const apart = rankOverlayData("mu", [even, even.map((value) => value + 1000)], 2)
    expect(apart.counts).toEqual([
      [100, 0],
      [0, 100],
    ])
  })

  it("leave the envelope when chains differ, and stay inside when they alternate", () => {
    const even = Float64Array.from({ length: 400 }, (_, i) => 2 * i)
    const outside = (chains: readonly Float64Array[]) => {
      const { differences, lower, upper } = rankEcdfData("mu", chains)
      return differences.flatMap((curve) =>
        curve.filter((value, k) => value < lower[k]! - 1e-12 || value > upper[k]! + 1e-12),
      ).length
    }
    expect(outside([even, even.map((value) => value + 1)])).toBe(0)
    expect(outside([even, even.map((value) => value + 150)])).toBeGreaterThan(50)
  })

  it("end where they must: the ECDF differences of all chains sum to nothing", () => {
    const { differences, at } = rankEcdfData("b", demo.chains("sd[residual]"))
    at.forEach((z, k) => {
      // Each rank belongs to one chain: the ECDFs average to floor(z S)/S.
      const mean = differences.reduce((sum, curve) => sum + curve[k]!, 0) / 4
      expect(mean).toBeCloseTo(Math.floor(z * 800 + 1e-9) / 800 - z, 12)
    })
  })
})

describe("what charts compute", () => {
  it("bins: every value once, the largest in the last", () => {
    const { from, width, counts } = binValues(f(0, 1, 2, 3, 4, 5, 6, 7, 8, 10), 5)
    expect([from, width]).toEqual([0, 2])
    expect(counts).toEqual([2, 2, 2, 2, 2])
    expect(binValues(f(NaN, 1, 1), 5)).toEqual({ from: 0.5, width: 1, counts: [2] })
    expect(binValues(f(NaN)).counts).toEqual([])
  })

  it("bins by the rule of Freedman and Diaconis", () => {
    const values = Float64Array.from({ length: 1000 }, (_, i) => i)
    // IQR 499.5, n^(1/3) = 10: width 99.9.
    expect(binValues(values).counts.length).toBe(10)
    const skew = values.map((i) => (i / 1000) ** 4)
    const iqr = quantile(skew, 0.75) - quantile(skew, 0.25)
    expect(binValues(skew).counts.length).toBe(Math.ceil((skew[999]! - skew[0]!) / ((2 * iqr) / 10)))
  })

  it("running means end at the mean of the chain", () => {
    const { series, mean } = runningMeanData("b", [f(1, 2, 3, 6), f(0, 0, 0, 4)])
    expect(series[0]!.value).toEqual([1, 1.5, 2, 3])
    expect(series[1]!.value.at(-1)).toBe(1)
    expect(mean).toBe(2)
  })

  it("intervals are quantiles over all chains", () => {
    // R: quantile(0:20, c(.05, .25, .5, .75, .95))
    const chains = [
      Float64Array.from({ length: 10 }, (_, i) => i),
      Float64Array.from({ length: 11 }, (_, i) => 20 - i),
    ]
    expect(intervalRow("b", chains)).toEqual({ parameter: "b", q5: 1, q25: 5, q50: 10, q75: 15, q95: 19 })
  })

  it("pairs hold the correlations", () => {
    const { correlations } = pairsData(
      { names: [], chains: (name) => (name === "a" ? [f(1, 2), f(3, 4)] : [f(-2, -4), f(-6, -8)]) },
      ["a", "b"],
    )
    expect(correlations[1]).toBeCloseTo(-1, 12)
  })

  it("funnels pair each draw with the sd of the same draw", () => {
    const { x, logScale } = funnelData(
      { name: "u", chains: [f(1, 2), f(3, 4)] },
      { name: "sd", chains: [f(1, Math.E), f(0, 1)] },
    )
    // A vanished sd has no logarithm.
    expect(x).toEqual([1, 2, 4])
    expect(logScale).toEqual([0, 1, 0])
  })

  it("effects are told apart by their sds, commas in a level's name and all", () => {
    expect(effectsOfDraws(source).map(({ group, term, level }) => [group, term, level])).toEqual([
      ["g", "x", "a,b"],
      ["g", "x", "c"],
    ])
  })

  it("caterpillars put the largest first and thin evenly", () => {
    const many = Array.from({ length: 1001 }, (_, i) => ({
      group: "g",
      term: "x",
      level: `${i}`,
      estimate: i,
      lower: i - 1,
      upper: i + 1,
    }))
    const [panel] = caterpillarData(many, 11)
    expect(panel!.levels.map(({ level }) => Number(level))).toEqual([
      1000, 900, 800, 700, 600, 500, 400, 300, 200, 100, 0,
    ])
    expect(panel!.total).toBe(1001)
  })

  it("priors with heavy tails are cut, their height is not", () => {
    const heavy = Float64Array.from({ length: 1001 }, (_, i) => Math.tan(Math.PI * ((i + 0.5) / 1001 - 0.5)))
    // @ts-expect-error what JavaScript may forget
    expect(() => plotPriorPosterior(source)).toThrow("found no draws from the prior")
    const { prior } = priorPosteriorData("b", [heavy], [f(-1, 0, 1, 0.5)])
    expect(Math.max(...prior.x)).toBeLessThan(50)
    const area = prior.density.reduce((sum, height) => sum + height, 0) * (prior.x[1]! - prior.x[0]!)
    // 98 % of the draws lie between the quantiles that are kept.
    expect(area).toBeCloseTo(0.98, 2)
  })
})
