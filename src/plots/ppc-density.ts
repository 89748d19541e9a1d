import { OptionError } from "../core/errors.ts"
import { kde } from "../diagnostics/kde.ts"
import { colorOf, measure } from "./channels.ts"
import {
  type ChartOptions,
  composeSpec,
  nameRows,
  panelTitle,
  seriesColor,
  themeOf,
  type VegaLiteSpec,
} from "./spec.ts"
import { shorten } from "./thin-points.ts"

/** The data, and data of the same shape drawn from the model, one array a posterior draw: what `posteriorPredict` returns. */
export interface Replicates {
  /** Null for new rows, whose responses are not known: there is nothing to compare with. */
  readonly observed: Float64Array | null
  readonly sets: readonly Float64Array[]
}

/** Density curves of the data and of some replicates, on one grid. */
export interface PpcDensityData {
  readonly x: readonly number[]
  /** Null where the data have no density: constant, or not finite. */
  readonly observed: readonly number[] | null
  readonly replicated: readonly (readonly number[])[]
}

/** Replicates drawn: enough to see how much they vary. */
const mostCurves = 50
const gridPoints = 80

/**
 * @param most replicates to take, evenly spaced among all
 * @throws OptionError where there are no replicates
 */
export function ppcDensityData(replicates: Replicates, most = mostCurves): PpcDensityData {
  const { observed, sets: replicated } = needReplicates(replicates, "ppcDensity")
  const count = Math.min(most, replicated.length)
  const chosen = Array.from(
    { length: count },
    (_, k) => replicated[Math.floor((k * replicated.length) / count)]!,
  )
  let [from, to] = [Infinity, -Infinity]
  for (const values of [observed, ...chosen]) {
    for (const value of values) {
      from = Math.min(from, value)
      to = Math.max(to, value)
    }
  }
  const margin = 0.05 * (to - from)
  const curve = (values: Float64Array) => {
    const { x, density } = kde(values, { points: gridPoints, from: from - margin, to: to + margin })
    return x.length === 0 ? null : Array.from(density)
  }
  const step = (to - from + 2 * margin) / (gridPoints - 1)
  return {
    x: Array.from({ length: gridPoints }, (_, k) => from - margin + k * step),
    observed: curve(observed),
    replicated: chosen.flatMap((values) => {
      const one = curve(values)
      return one === null ? [] : [one]
    }),
  }
}

/** @throws OptionError where there are no replicates, or no data to compare them with */
export function needReplicates({ observed, sets }: Replicates, chart: string) {
  if (sets.length > 0 && observed !== null) return { observed, sets }
  throw new OptionError(sets.length === 0 ? "found no replicated data" : "these replicates are of new rows", {
    code: "no-replicates",
    where: `plots.${chart}`,
    hint: "pass what posteriorPredict returns for the rows of the data",
  })
}

/** The density of the data over those of replicates: a model that fits could have made the data. */
export function ppcDensitySpec(data: PpcDensityData, options: ChartOptions = {}): VegaLiteSpec {
  const kinds = ["data", "replicates"]
  const rows = (density: readonly number[], curve: number, kind: string) =>
    data.x.map((x, i) => ({ x: shorten(x), density: shorten(density[i]), curve, kind }))
  const color = colorOf("kind", kinds, [themeOf(options).ink, seriesColor(options, 5)], options.legend)
  const encoding = {
    x: measure("x", "response", { grid: false }),
    y: measure("density", "density", { zero: true, labels: false }),
    detail: { field: "curve", type: "nominal" as const },
    color,
  }
  const panel = {
    ...panelTitle(
      "Posterior predictive check",
      `the data and ${data.replicated.length} replicates drawn from the model`,
      options,
    ),
    width: options.width ?? 560,
    height: options.height ?? 220,
    data: nameRows(
      "replicates",
      0,
      data.replicated.flatMap((density, k) => rows(density, k + 1, "replicates")),
    ),
    layer: [
      { mark: { type: "line" as const, strokeWidth: 0.8, opacity: 0.45 }, encoding },
      {
        data: nameRows("observed", 0, data.observed === null ? [] : rows(data.observed, 0, "data")),
        mark: { type: "line" as const, strokeWidth: 2.2 },
        encoding,
      },
    ],
  }
  return composeSpec([panel], options)
}

/** Densities of data and replicates; the `ppc_dens_overlay` of bayesplot. */
export function plotPpcDensity(replicates: Replicates, options: ChartOptions = {}): VegaLiteSpec {
  return ppcDensitySpec(ppcDensityData(replicates), options)
}
