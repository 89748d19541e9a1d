import { colorOf, figures, label, measure, shapeOf } from "./channels.ts"
import {
  type ChartOptions,
  composeSpec,
  nameRows,
  panelTitle,
  seriesColor,
  themeOf,
  type VegaLiteSpec,
} from "./spec.ts"
import { shorten, thinPoints } from "./thin-points.ts"

/** What is charted of a leave-one-out fit: a shape for each observation, and the limit up to which they are to be trusted. */
export interface ParetoShapes {
  readonly paretoK: Float64Array
  readonly paretoKLimit: number
}

export interface ParetoKData {
  /** Observation, from 1. */
  readonly observation: readonly number[]
  readonly k: readonly (number | null)[]
  readonly limit: number
  /** How many there are above the limit, among all. */
  readonly high: number
  readonly total: number
}

/** Observations shown whatever they are; all above the limit are shown besides. */
const mostPoints = 3000

/** Observations and their k: all above the limit, and at most so many of the others, by their extremes. */
export function paretoKData({ paretoK, paretoKLimit: limit }: ParetoShapes): ParetoKData {
  const indices = Array.from(paretoK.keys())
  const high = indices.filter((i) => paretoK[i]! > limit)
  const kept = new Set([...thinPoints(indices, paretoK, mostPoints), ...high.slice(0, mostPoints)])
  const shown = [...kept].sort((a, b) => a - b)
  return {
    observation: shown.map((i) => i + 1),
    k: shown.map((i) => shorten(paretoK[i])),
    limit,
    high: high.length,
    total: paretoK.length,
  }
}

/** The shape of each observation; those above the dashed limit have too much to say for the estimate without them. */
export function paretoKSpec(data: ParetoKData, options: ChartOptions = {}): VegaLiteSpec {
  const kinds = ["fine", "above the limit"]
  const rows = data.observation.map((observation, i) => ({
    observation,
    k: data.k[i] ?? null,
    kind: (data.k[i] ?? 0) > data.limit ? kinds[1] : kinds[0],
  }))
  const y = measure("k", "Pareto k", { zero: true })
  const panel = {
    ...panelTitle(
      "Influence of each observation",
      `${data.high} of ${data.total} above the limit ${data.limit.toFixed(2)}`,
      options,
    ),
    width: options.width ?? 560,
    height: options.height ?? 200,
    data: nameRows("shapes", 0, rows),
    layer: [
      {
        data: nameRows("limit", 0, [{ k: data.limit }]),
        mark: { type: "rule" as const, strokeDash: [4, 3], color: themeOf(options).ink, opacity: 0.7 },
        encoding: { y },
      },
      {
        mark: { type: "point" as const, size: 26, opacity: 0.8, strokeWidth: 1.4 },
        encoding: {
          x: measure("observation", "observation", { grid: false }),
          y,
          color: colorOf("kind", kinds, [seriesColor(options, 0), seriesColor(options, 1)], options.legend),
          shape: shapeOf("kind", kinds, ["circle", "cross"], options.legend),
          tooltip: [label("observation"), ...figures(["k", "Pareto k"])],
        },
      },
    ],
  }
  return composeSpec([panel], options)
}

/** The Pareto shapes of a `psisLoo`; the `plot` of R's loo. */
export function plotParetoK(loo: ParetoShapes, options: ChartOptions = {}): VegaLiteSpec {
  return paretoKSpec(paretoKData(loo), options)
}
