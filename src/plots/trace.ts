import { thinForPlot } from "../diagnostics/thin-for-plot.ts"
import { chooseNames, type PlotSource } from "./plot-source.ts"
import {
  type ChartOptions,
  chainColor,
  finiteOrNull,
  nameRows,
  type Panel,
  panelTitle,
  stackPanels,
  type VegaLiteSpec,
} from "./spec.ts"
import { pointsEach, shorten } from "./thin-points.ts"

export interface TraceData {
  readonly parameter: string
  /** Kept draws a chain, before down-sampling. */
  readonly draws: number
  readonly series: readonly TraceSeries[]
}

export interface TraceSeries {
  /** Chain number, from 1. */
  readonly chain: number
  /** Draw number, from 1, ascending. */
  readonly draw: readonly number[]
  /** The value at that draw; `null` where it is not finite. */
  readonly value: readonly (number | null)[]
}

/** Points kept of a chain: more than a screen has columns to show them in. */
const tracePoints = 1000

/** The paths of all chains of one parameter, each min/max down-sampled to about `points` points. */
export function traceData(
  parameter: string,
  chains: readonly Float64Array[],
  points: number = tracePoints,
): TraceData {
  return {
    parameter,
    draws: chains.reduce((longest, chain) => Math.max(longest, chain.length), 0),
    series: chains.map((chain, c) => {
      const { index, value } = thinForPlot(chain, points)
      return {
        chain: c + 1,
        draw: Array.from(index, (i) => i + 1),
        value: Array.from(value, finiteOrNull),
      }
    }),
  }
}

/** A path a chain over the draw number; chains that mix cover one another like a hairy caterpillar. */
export function traceSpec(data: TraceData | readonly TraceData[], options: ChartOptions = {}): VegaLiteSpec {
  const all = "parameter" in data ? [data] : data
  return stackPanels(all, tracePanel, options)
}

function tracePanel(data: TraceData, panel: number, options: ChartOptions): Panel {
  const height = options.height ?? 160
  const chains = data.series.map((series) => series.chain)
  const rows = data.series.flatMap(({ chain, draw, value }) =>
    draw.map((at, i) => ({ chain, draw: at, value: shorten(value[i] ?? undefined) })),
  )
  return {
    ...panelTitle(data.parameter, "trace of each chain", options),
    width: options.width ?? 560,
    height,
    data: nameRows("trace", panel, rows),
    layer: [
      {
        mark: { type: "line", strokeWidth: 0.8, strokeJoin: "round", opacity: 0.85 },
        encoding: {
          x: {
            field: "draw",
            type: "quantitative",
            scale: { domain: [1, Math.max(2, data.draws)], nice: false },
            axis: { title: "draw", grid: false, tickCount: 5 },
          },
          y: {
            field: "value",
            type: "quantitative",
            scale: { zero: false },
            axis: { title: data.parameter, titleLimit: height, tickCount: 5 },
          },
          color: chainColor(chains, options),
          tooltip: [{ field: "chain", type: "nominal" }],
        },
      },
    ],
  }
}

/** The trace of each named parameter of a posterior, one panel below the other. */
export function plotTrace(source: PlotSource, names?: readonly string[], options: ChartOptions = {}) {
  const chosen = chooseNames(source, names)
  return traceSpec(
    chosen.map((name) => {
      const chains = source.chains(name)
      return traceData(name, chains, pointsEach(chains.length * chosen.length))
    }),
    options,
  )
}
