import { mean, standardDeviation } from "../diagnostics/moments.ts"
import { type Bins, binValues } from "./bins.ts"
import { binned, figures, measure } from "./channels.ts"
import { barRows } from "./histogram.ts"
import { needReplicates, type Replicates } from "./ppc-density.ts"
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
import { shorten } from "./thin-points.ts"

/** A statistic of the data, and of each replicate: a row of `predictiveCheck`. */
export interface ReplicatedStatistic {
  readonly statistic: string
  /** The group whose rows it is about; null or left out for all rows. */
  readonly group?: string | null
  readonly observed: number
  readonly replicated: Float64Array
}

export interface PpcStatData {
  readonly name: string
  readonly observed: number
  readonly bins: Bins
  /** Share of the replicates whose statistic is at least that of the data; those equal count half. */
  readonly p: number
}

/** Statistics that a normal model is not told: what it leaves out shows in them. */
const usual: Readonly<Record<string, (values: Float64Array) => number>> = {
  mean,
  sd: standardDeviation,
  minimum: (values) => values.reduce((least, value) => Math.min(least, value), Infinity),
  maximum: (values) => values.reduce((most, value) => Math.max(most, value), -Infinity),
}

/** Statistics of data and replicates: mean, sd, smallest and largest value unless told. */
export function statisticsOf(
  replicates: Replicates,
  statistics: Readonly<Record<string, (values: Float64Array) => number>> = usual,
): readonly ReplicatedStatistic[] {
  const { observed, sets } = needReplicates(replicates, "ppcStat")
  return Object.entries(statistics).map(([statistic, compute]) => ({
    statistic,
    observed: compute(observed),
    replicated: Float64Array.from(sets, compute),
  }))
}

/**
 * The posterior predictive p-value is Rubin's (1984), Annals of Statistics 12, 1151–1172.
 * @throws OptionError where there are no replicates
 */
export function ppcStatData({ statistic, group, observed, replicated }: ReplicatedStatistic): PpcStatData {
  const name = typeof group === "string" ? `${statistic} in ${group}` : statistic
  needReplicates({ observed: replicated, sets: replicated.length === 0 ? [] : [replicated] }, "ppcStat")
  const atLeast = replicated.reduce(
    (sum, value) => sum + (value > observed ? 1 : value === observed ? 0.5 : 0),
    0,
  )
  const complete = Number.isFinite(observed) && replicated.every(Number.isFinite)
  return { name, observed, bins: binValues(replicated), p: complete ? atLeast / replicated.length : NaN }
}

/** Bars of the replicates' statistic, a line at that of the data. */
export function ppcStatSpec(data: readonly PpcStatData[], options: ChartOptions = {}): VegaLiteSpec {
  return composeGrid(
    data.map(
      ({ name, observed, bins, p }, panel): Panel => ({
        ...panelTitle(name, Number.isNaN(p) ? undefined : `p = ${p.toFixed(3)}`, options),
        width: options.width ?? 260,
        height: options.height ?? 150,
        data: nameRows("bars", panel, barRows(bins)),
        layer: [
          {
            mark: { type: "bar", color: seriesColor(options, 5), opacity: 0.75 },
            encoding: {
              x: binned("from", name),
              x2: { field: "to" },
              y: measure("count", "replicates", { zero: true }),
              tooltip: figures("from", "to", ["count", "replicates"]),
            },
          },
          {
            data: nameRows("observed", panel, [{ observed: shorten(observed) }]),
            mark: { type: "rule", strokeWidth: 2.5, color: themeOf(options).ink },
            encoding: {
              x: measure("observed", name, { grid: false }),
              tooltip: figures(["observed", "data"]),
            },
          },
        ],
      }),
    ),
    2,
    options,
  )
}

/** Data against replicates in a few statistics; the `ppc_stat` of bayesplot. */
export function plotPpcStat(
  source: Replicates | readonly ReplicatedStatistic[],
  options: ChartOptions = {},
): VegaLiteSpec {
  const statistics = "sets" in source ? statisticsOf(source) : source
  return ppcStatSpec(statistics.map(ppcStatData), options)
}
