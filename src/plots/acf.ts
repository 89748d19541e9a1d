import { autocorrelation } from "../diagnostics/autocorrelation.ts"
import { plotEach } from "./plot-each.ts"
import {
  type ChartOptions,
  chainColor,
  finiteOrNull,
  nameRows,
  type Panel,
  panelTitle,
  stackPanels,
  themeOf,
  type VegaLiteSpec,
} from "./spec.ts"

export interface AcfData {
  readonly parameter: string
  /** Draws a chain. */
  readonly draws: number
  /** Half-width of the band that holds 95 % of the sample autocorrelations of independent draws: 1.96 / sqrt(draws). */
  readonly band: number
  readonly series: readonly AcfSeries[]
}

export interface AcfSeries {
  /** Chain number, from 1. */
  readonly chain: number
  readonly lag: readonly number[]
  /** Autocorrelation at that lag; `null` where it is not defined (a constant chain). */
  readonly acf: readonly (number | null)[]
}

/** How far a chart looks, from the usual to the farthest; and at most how many lags it shows of that. */
const reaches = [40, 100, 200, 500] as const
const mostLags = 101
/** An autocorrelation that counts as gone; in short chains chance alone makes twice the band. */
const gone = 0.1

/** The lag up to which autocorrelations should be computed for `acfData`. */
export const farthestLag = 500

/**
 * The autocorrelations to show. Forty lags suffice for chains that mix; where some chain is still correlated there, the chart
 * reaches farther (100, 200, 500 lags, every second or fifth shown), so that slow mixing is seen for what it is.
 *
 * It never reaches beyond a quarter of the draws, where an autocorrelation is little but chance.
 *
 * @param acf one array a chain: autocorrelation at lag 0, 1, 2 …; NaN where undefined
 * @param draws the length of each chain
 */
export function acfData(parameter: string, acf: readonly ArrayLike<number>[], draws: number): AcfData {
  const band = draws > 0 ? 1.96 / Math.sqrt(draws) : 0
  const small = Math.max(gone, 2 * band)
  const available = Math.max(0, ...acf.map((one) => one.length - 1))
  const settled = reaches.find((reach) => acf.every((one) => !(Math.abs(one[reach] ?? 0) >= small)))
  const sensible = Math.max(reaches[0], Math.floor(draws / 4))
  const reach = Math.min(available, settled ?? farthestLag, sensible)
  const stride = Math.ceil((reach + 1) / mostLags)
  const lag = Array.from({ length: Math.floor(reach / stride) + 1 }, (_, k) => k * stride)
  return {
    parameter,
    draws,
    band,
    series: acf.map((one, c) => ({ chain: c + 1, lag, acf: lag.map((k) => finiteOrNull(one[k])) })),
  }
}

/** Autocorrelation over the lag, a line a chain, with the band of independent draws. */
export function acfSpec(data: AcfData | readonly AcfData[], options: ChartOptions = {}): VegaLiteSpec {
  const all = "parameter" in data ? [data] : data
  return stackPanels(all, acfPanel, options)
}

function acfPanel(data: AcfData, panel: number, options: ChartOptions): Panel {
  const rows = data.series.flatMap(({ chain, lag, acf }) =>
    lag.map((at, i) => ({ chain, lag: at, acf: acf[i] ?? null })),
  )
  const farthest = Math.max(0, ...data.series.map(({ lag }) => lag.at(-1) ?? 0))
  const band = [{ low: -data.band, high: data.band }]
  const single = data.series.length === 1
  const x = {
    field: "lag",
    type: "quantitative",
    axis: { title: "lag", grid: false, tickCount: 5 },
    // Without lags the chart is a template whose rows are still to come.
    scale: farthest > 0 ? { nice: false, domain: [0, farthest] } : { nice: false },
  } as const
  const y = { type: "quantitative", axis: { title: "autocorrelation", tickCount: 5 } } as const
  const chain = chainColor(
    data.series.map((series) => series.chain),
    options,
  )
  const tooltip = [
    { field: "chain", type: "nominal" as const },
    { field: "lag", type: "quantitative" as const },
    { field: "acf", type: "quantitative" as const, format: ".3f", title: "autocorrelation" },
  ]
  return {
    ...panelTitle(data.parameter, "autocorrelation; shaded: 95 % of independent draws", options),
    width: options.width ?? 560,
    height: options.height ?? 160,
    data: nameRows("acf", panel, rows),
    layer: [
      {
        data: nameRows("band", panel, band),
        mark: { type: "rect", opacity: 0.15, color: themeOf(options).muted },
        encoding: {
          y: { field: "low", ...y },
          y2: { field: "high" },
        },
      },
      {
        mark: { type: "rule", color: themeOf(options).muted },
        encoding: { y: { field: "zero", ...y } },
      },
      // One chain: stems, as in every textbook. Several: lines, since stems would hide one another.
      single
        ? {
            mark: { type: "bar", width: 2 },
            encoding: { x, y: { field: "acf", ...y }, color: chain, tooltip },
          }
        : {
            mark: { type: "line", strokeWidth: 1.4, opacity: 0.9 },
            encoding: { x, y: { field: "acf", ...y }, color: chain },
          },
      {
        mark: { type: "point", filled: true, size: single ? 14 : 12, opacity: 0.9 },
        encoding: { x, y: { field: "acf", ...y }, color: chain, tooltip },
      },
    ],
  }
}

/** Autocorrelations of the chains of one scalar, as the chart shows them. */
export function acfDataOf(parameter: string, chains: readonly Float64Array[]): AcfData {
  const draws = chains.reduce((longest, chain) => Math.max(longest, chain.length), 0)
  const acf = chains.map((chain) =>
    autocorrelation(chain, Math.min(farthestLag, Math.max(0, chain.length - 1))),
  )
  return acfData(parameter, acf, draws)
}

/** The autocorrelation of each named parameter of a posterior, one panel below the other. */
export const plotAcf = plotEach(acfDataOf, acfSpec)
