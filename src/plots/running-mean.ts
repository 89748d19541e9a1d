import { thinForPlot } from "../diagnostics/thin-for-plot.ts"
import { measure } from "./channels.ts"
import { chooseNames, type PlotSource } from "./plot-source.ts"
import {
  type ChartOptions,
  chainColor,
  nameRows,
  type Panel,
  panelTitle,
  stackPanels,
  themeOf,
  type VegaLiteSpec,
} from "./spec.ts"
import { pointsEach, shorten } from "./thin-points.ts"

/** The mean of the first draws of each chain, as their number grows. */
export interface RunningMeanData {
  readonly parameter: string
  /** Draws of the longest chain. */
  readonly draws: number
  /** Mean of all draws of all chains; NaN where one is not finite. */
  readonly mean: number
  readonly series: readonly {
    readonly chain: number
    /** Draws the mean is of, ascending. */
    readonly draw: readonly number[]
    readonly value: readonly (number | null)[]
  }[]
}

/** @param points about how many points of each chain to keep, by their extremes */
export function runningMeanData(
  parameter: string,
  chains: readonly Float64Array[],
  points = pointsEach(chains.length),
): RunningMeanData {
  let [total, count] = [0, 0]
  const series = chains.map((chain, c) => {
    let mean = 0
    // Updating the mean keeps the digits that dividing a large sum would lose (Welford 1962, Technometrics 4, 419–420).
    const means = chain.map((value, i) => (mean += (value - mean) / (i + 1)))
    total += mean * chain.length
    count += chain.length
    const { index, value } = thinForPlot(means, points)
    return { chain: c + 1, draw: Array.from(index, (i) => i + 1), value: Array.from(value, shorten) }
  })
  const draws = chains.reduce((longest, chain) => Math.max(longest, chain.length), 0)
  return { parameter, draws, mean: total / count, series }
}

/** A line a chain; all settle on the dashed line, the mean of all draws. */
export function runningMeanSpec(data: readonly RunningMeanData[], options: ChartOptions = {}): VegaLiteSpec {
  return stackPanels(data, runningMeanPanel, options)
}

function runningMeanPanel(data: RunningMeanData, panel: number, options: ChartOptions): Panel {
  const height = options.height ?? 160
  const y = measure("value", data.parameter)
  return {
    ...panelTitle(data.parameter, "mean of the draws so far; dashed: of all draws of all chains", options),
    width: options.width ?? 560,
    height,
    data: nameRows(
      "means",
      panel,
      data.series.flatMap(({ chain, draw, value }) =>
        draw.map((at, i) => ({ chain, draw: at, value: value[i] ?? null })),
      ),
    ),
    layer: [
      {
        data: nameRows("mean", panel, [{ value: shorten(data.mean) }]),
        mark: { type: "rule", strokeDash: [4, 3], color: themeOf(options).ink, opacity: 0.6 },
        encoding: { y },
      },
      {
        mark: { type: "line", strokeWidth: 1.3, opacity: 0.9 },
        encoding: {
          x: measure("draw", "draws", { grid: false, domain: [1, Math.max(2, data.draws)] }),
          y,
          color: chainColor(
            data.series.map(({ chain }) => chain),
            options,
          ),
        },
      },
    ],
  }
}

/** The running mean of each named parameter; the `ggs_running` of ggmcmc. */
export function plotRunningMean(
  source: PlotSource,
  names?: readonly string[],
  options: ChartOptions = {},
): VegaLiteSpec {
  const chosen = chooseNames(source, names)
  return runningMeanSpec(
    chosen.map((name) => {
      const chains = source.chains(name)
      return runningMeanData(name, chains, pointsEach(chains.length * chosen.length))
    }),
    options,
  )
}
