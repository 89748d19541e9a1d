import { poolChains } from "../diagnostics/chains.ts"
import { crossCorrelation } from "../diagnostics/cross-correlation.ts"
import { binValues } from "./bins.ts"
import { figures, measure } from "./channels.ts"
import { barRows } from "./histogram.ts"
import { chooseNames, defaultParameters, type PlotSource } from "./plot-source.ts"
import {
  type ChartOptions,
  composeGrid,
  nameRows,
  type Panel,
  panelTitle,
  seriesColor,
  themeOf,
  type VegaLiteSpec,
} from "./spec.ts"
import { shorten, thinPoints } from "./thin-points.ts"

export interface PairsData {
  readonly parameters: readonly string[]
  /** Row-major p × p; NaN where a parameter did not move. */
  readonly correlations: Float64Array
  /** Draws of each parameter, all chains. */
  readonly draws: readonly Float64Array[]
  /** Smallest and largest finite draw of each parameter. */
  readonly extents: readonly (readonly [low: number, high: number])[]
}

/** Parameters shown when nobody says which: the chart grows with their square. */
const defaultCount = 4
/** Points of a scatter; fewer each where there are many scatters. */
const mostPoints = 800
const pointBudget = 9000

/** Draws of each parameter, all chains together, their correlations and extents. */
export function pairsData(source: PlotSource, names: readonly string[]): PairsData {
  const scalars = names.map((name) => ({ name, chains: source.chains(name) }))
  const draws = scalars.map(({ chains }) => poolChains(chains))
  return { parameters: names, correlations: crossCorrelation(scalars), draws, extents: draws.map(extentOf) }
}

/** Around a value that all draws have, and for no draws, an interval of length one. */
function extentOf(draws: Float64Array): readonly [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity]
  for (const value of draws) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  if (low > high) return [0, 1]
  return low < high ? [low, high] : [low - 0.5, high + 0.5]
}

/** A square of panels: histograms on the diagonal, scatters of the draws below it, correlations above. */
export function pairsSpec(data: PairsData, options: ChartOptions = {}): VegaLiteSpec {
  const p = data.parameters.length
  const side = options.height ?? Math.max(90, Math.min(170, Math.floor(640 / p)))
  const points = Math.min(mostPoints, Math.floor(pointBudget / Math.max(1, (p * (p - 1)) / 2)))
  const panels = data.parameters.flatMap((_, row) =>
    data.parameters.map((_, column): Panel => {
      const place = { row, column, panel: row * p + column, side, points }
      if (row === column) return marginal(data, place, options)
      return row > column ? scatter(data, place, options) : correlation(data, place, options)
    }),
  )
  // Flush: panels line up by their plotting areas, whatever stands beside them.
  return composeGrid(panels, p, { ...options, columns: p }, { spacing: 10, bounds: "flush" })
}

interface Place {
  readonly row: number
  readonly column: number
  readonly panel: number
  /** Pixels of a panel's side. */
  readonly side: number
  readonly points: number
}

/** The axis of a parameter: alike in all panels of its row and column, so that labels stand at the outer edges only. */
function axisOf({ parameters, extents }: PairsData, field: string, parameter: number, outer: boolean) {
  const { axis, ...channel } = measure(field, outer ? parameters[parameter]! : null, {
    grid: false,
    domain: extents[parameter]!,
  })
  return { ...channel, axis: { ...axis, tickCount: 3, labels: outer, ticks: outer } }
}

function marginal(data: PairsData, place: Place, options: ChartOptions): Panel {
  const { row, panel, side } = place
  const last = data.parameters.length - 1
  const { axis, ...y } = measure("count", row === 0 ? data.parameters[0]! : null, {
    zero: true,
    labels: false,
  })
  return {
    ...(panel === 0 ? panelTitle("Pairs", "draws below, correlations above the diagonal", options) : {}),
    width: side,
    height: side,
    data: nameRows("bars", panel, barRows(binValues(data.draws[row]!, 20, data.extents[row]))),
    layer: [
      {
        mark: { type: "bar", color: seriesColor(options, 0), opacity: 0.7 },
        encoding: {
          x: { ...axisOf(data, "from", row, row === last), bin: "binned" },
          x2: { field: "to" },
          y: { ...y, axis: { ...axis, domain: false } },
        },
      },
    ],
  }
}

function scatter(data: PairsData, place: Place, options: ChartOptions): Panel {
  const [x, y] = [data.draws[place.column]!, data.draws[place.row]!]
  const rows = thinPoints(x, y, place.points).map((i) => ({ x: shorten(x[i]), y: shorten(y[i]) }))
  const last = data.parameters.length - 1
  return {
    width: place.side,
    height: place.side,
    data: nameRows("points", place.panel, rows),
    layer: [
      {
        mark: {
          type: "point",
          filled: true,
          // A few points are to be seen, many to be told apart.
          size: rows.length < 300 ? 16 : 8,
          opacity: rows.length < 300 ? 0.7 : 0.35,
          color: seriesColor(options, 0),
        },
        encoding: {
          x: axisOf(data, "x", place.column, place.row === last),
          y: axisOf(data, "y", place.row, place.column === 0),
        },
      },
    ],
  }
}

function correlation({ parameters, correlations }: PairsData, place: Place, options: ChartOptions): Panel {
  const value = correlations[place.row * parameters.length + place.column]!
  const text = Number.isFinite(value) ? value.toFixed(2).replace("-", "−") : "–"
  return {
    width: place.side,
    height: place.side,
    data: nameRows("correlation", place.panel, [{ text, value: shorten(value) }]),
    layer: [
      {
        mark: {
          type: "text",
          // The stronger, the larger.
          fontSize: 13 + Math.round(11 * Math.abs(Number.isFinite(value) ? value : 0)),
          color: themeOf(options).ink,
        },
        encoding: {
          text: { field: "text", type: "nominal" },
          tooltip: figures(["value", `${parameters[place.row]} and ${parameters[place.column]}`]),
        },
      },
    ],
  }
}

/** Scatters, histograms and correlations of the named parameters; the `mcmc_pairs` of bayesplot. */
export function plotPairs(
  source: PlotSource,
  names: readonly string[] = defaultParameters(source.names, defaultCount),
  options: ChartOptions = {},
): VegaLiteSpec {
  return pairsSpec(pairsData(source, chooseNames(source, names)), options)
}
