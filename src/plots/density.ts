import { poolChains } from "../diagnostics/chains.ts"
import { type DensityOptions, kde } from "../diagnostics/kde.ts"
import { quantileOfSorted } from "../diagnostics/quantile.ts"
import { plotEach } from "./plot-each.ts"
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

export interface DensityData {
  readonly parameter: string
  /** A curve a chain; empty for chains that have no density (constant, or not finite). */
  readonly series: readonly DensitySeries[]
  /** Median and 90 % interval of all chains together; `null` when a draw is not finite. */
  readonly interval: { readonly q5: number; readonly q50: number; readonly q95: number } | null
}

export interface DensitySeries {
  /** Chain number, from 1. */
  readonly chain: number
  readonly x: readonly number[]
  /** Density at `x`, per unit of the parameter. */
  readonly density: readonly number[]
}

/** A density estimate: positions and heights. */
export interface DensityCurve {
  readonly x: ArrayLike<number>
  readonly density: ArrayLike<number>
}

/**
 * What the density chart shows: the curves given, one a chain, and median and 90 % interval of the pooled draws.
 * A curve with a value that is not finite is left out.
 */
export function densityData(
  parameter: string,
  curves: readonly DensityCurve[],
  chains: readonly Float64Array[],
): DensityData {
  const series = curves.map((curve, c) => ({
    chain: c + 1,
    x: Array.from(curve.x),
    density: Array.from(curve.density),
  }))
  return {
    parameter,
    series: series.map((one) =>
      [...one.x, ...one.density].every(Number.isFinite) ? one : { chain: one.chain, x: [], density: [] },
    ),
    interval: pooledInterval(chains),
  }
}

function pooledInterval(chains: readonly Float64Array[]): DensityData["interval"] {
  const sorted = poolChains(chains).sort()
  if (sorted.length === 0 || !sorted.every(Number.isFinite)) return null
  return {
    q5: quantileOfSorted(sorted, 0.05),
    q50: quantileOfSorted(sorted, 0.5),
    q95: quantileOfSorted(sorted, 0.95),
  }
}

/** The posterior density of a parameter, a curve a chain, above its median and 90 % interval. */
export function densitySpec(
  data: DensityData | readonly DensityData[],
  options: ChartOptions = {},
): VegaLiteSpec {
  const all = "parameter" in data ? [data] : data
  return stackPanels(all, densityPanel, options)
}

function densityPanel(data: DensityData, panel: number, options: ChartOptions): Panel {
  const { ink } = themeOf(options)
  const rows = data.series.flatMap(({ chain, x, density }) =>
    x.map((at, i) => ({ chain, x: at, density: density[i] ?? 0 })),
  )
  const interval = nameRows("interval", panel, data.interval === null ? [] : [{ ...data.interval }])
  const x = {
    type: "quantitative",
    scale: { zero: false, nice: false },
    axis: { title: data.parameter, grid: false, tickCount: 5 },
  } as const
  const intervalTooltip = (["q5", "q50", "q95"] as const).map((field) => ({
    field,
    type: "quantitative" as const,
    format: ".4g",
  }))
  return {
    ...panelTitle(data.parameter, "posterior density of each chain; bar: median and 90 % interval", options),
    width: options.width ?? 560,
    height: options.height ?? 160,
    data: nameRows("density", panel, rows),
    layer: [
      {
        mark: { type: "line", strokeWidth: 1.5, opacity: 0.9 },
        encoding: {
          x: { field: "x", ...x },
          y: {
            field: "density",
            type: "quantitative",
            // Heights follow from the area being one; only the shape is read.
            axis: { title: "density", labels: false, ticks: false, grid: false },
          },
          color: chainColor(
            data.series.map((series) => series.chain),
            options,
          ),
          tooltip: [{ field: "chain", type: "nominal" }],
        },
      },
      {
        data: interval,
        mark: { type: "rule", strokeWidth: 5, opacity: 0.35, color: ink },
        encoding: {
          x: { field: "q5", ...x },
          x2: { field: "q95" },
          y: { datum: 0 },
          tooltip: intervalTooltip,
        },
      },
      {
        data: interval,
        mark: { type: "point", filled: true, size: 45, opacity: 1, color: ink },
        encoding: { x: { field: "q50", ...x }, y: { datum: 0 }, tooltip: intervalTooltip },
      },
    ],
  }
}

/** Points of the grid of a curve: more than a curve as smooth as a kernel estimate needs. */
const gridPoints = 128
/** Draws beyond this have squares that overflow: they have no bandwidth, and a chart of them would show nothing. */
const largestDraw = 1e150

/** Kernel density estimates of the chains of one scalar, as the chart shows them. */
export function densityDataOf(
  parameter: string,
  chains: readonly Float64Array[],
  points: number = gridPoints,
): DensityData {
  const bounds = boundsOf(parameter, chains)
  const curves = chains.map((chain) =>
    chain.every((x) => Math.abs(x) < largestDraw) ? kde(chain, { points, ...bounds }) : noCurve,
  )
  return densityData(parameter, curves, chains)
}

const noCurve: DensityCurve = { x: [], density: [] }

/** Where a quantity of a family of names must lie; none when the draws say otherwise, as another program's may. */
function boundsOf(parameter: string, chains: readonly Float64Array[]): DensityOptions {
  const family = parameter.split("[", 1)[0] ?? ""
  const bounds = familyBounds[family]
  if (bounds === undefined) return {}
  const { lower, upper = Number.POSITIVE_INFINITY } = bounds
  return chains.every((chain) => chain.every((x) => x >= lower && x <= upper)) ? bounds : {}
}

const familyBounds: Readonly<Record<string, { readonly lower: number; readonly upper?: number }>> = {
  sd: { lower: 0 },
  var: { lower: 0 },
  cor: { lower: -1, upper: 1 },
}

/** The density of each named parameter of a posterior, one panel below the other. */
export const plotDensity = plotEach(densityDataOf, densitySpec)
