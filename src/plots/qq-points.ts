import { quantileOfSorted } from "../diagnostics/quantile.ts"
import { normalQuantile } from "../math/normal-quantile.ts"
import { AROUND_POINTS, figures, measure } from "./channels.ts"
import { type ChartOptions, nameRows, type Panel, panelTitle, seriesColor, themeOf } from "./spec.ts"
import { shorten } from "./thin-points.ts"

/** Ordered values beside the quantiles of the standard normal distribution at (i − 1/2)/n. */
export interface QqData {
  readonly title: string
  readonly theoretical: readonly number[]
  readonly values: readonly number[]
  /** The line through the quartiles, as R's `qqline`: what normal values would lie along. */
  readonly intercept: number
  readonly slope: number
  /** How many values there are; more than `values` holds when the middle is thinned. */
  readonly total: number
}

/** Values kept at each end, where departures show, and evenly spaced between. */
const ends = 60
const middle = 400

/** @param values unchanged; those that are not finite are left out */
export function qqData(title: string, values: ArrayLike<number>): QqData {
  const sorted = Float64Array.from(Array.from(values).filter(Number.isFinite)).sort()
  const n = sorted.length
  const kept = new Set<number>()
  for (let i = 0; i < n; i++) if (i < ends || i >= n - ends || n <= middle + 2 * ends) kept.add(i)
  for (let k = 0; k < middle && n > middle + 2 * ends; k++)
    kept.add(ends + Math.floor((k * (n - 2 * ends)) / middle))
  const shown = [...kept].sort((a, b) => a - b)
  const quartile = normalQuantile(0.75)
  const [low, high] = [quantileOfSorted(sorted, 0.25), quantileOfSorted(sorted, 0.75)]
  return {
    title,
    theoretical: shown.map((i) => normalQuantile((i + 0.5) / n)),
    values: shown.map((i) => sorted[i]!),
    intercept: (low + high) / 2,
    slope: (high - low) / (2 * quartile),
    total: n,
  }
}

/** Points along the line when the values are normal. */
export function qqPanel(data: QqData, panel: number, panels: number, options: ChartOptions): Panel {
  const rows = data.theoretical.map((quantile, i) => ({
    quantile: shorten(quantile),
    value: shorten(data.values[i]),
  }))
  const reach = data.theoretical.at(-1) ?? 0
  const line = [-reach, reach].map((quantile) => ({
    quantile: shorten(quantile),
    line: shorten(data.intercept + data.slope * quantile),
  }))
  const x = measure("quantile", "standard normal quantile", AROUND_POINTS)
  return {
    ...panelTitle(data.title, "line: through the quartiles", options),
    width: options.width ?? (panels === 1 ? 420 : 260),
    height: options.height ?? (panels === 1 ? 320 : 220),
    data: nameRows("values", panel, rows),
    layer: [
      {
        data: nameRows("line", panel, line),
        mark: { type: "line", color: themeOf(options).muted, strokeDash: [4, 3] },
        encoding: { x, y: measure("line", data.title, AROUND_POINTS) },
      },
      {
        mark: { type: "point", size: 18, opacity: 0.7, color: seriesColor(options, 0) },
        encoding: {
          x,
          y: measure("value", data.title, AROUND_POINTS),
          tooltip: figures("quantile", "value"),
        },
      },
    ],
  }
}
