import { poolChains } from "../diagnostics/chains.ts"
import { type Bins, binValues } from "./bins.ts"
import { binned, figures, measure } from "./channels.ts"
import { plotEach } from "./plot-each.ts"
import {
  type ChartOptions,
  composeGrid,
  nameRows,
  type Panel,
  panelTitle,
  seriesColor,
  type VegaLiteSpec,
} from "./spec.ts"
import { shorten } from "./thin-points.ts"

export interface HistogramData {
  readonly parameter: string
  readonly bins: Bins
}

/** The draws of all chains, counted in intervals. */
export function histogramData(
  parameter: string,
  chains: readonly Float64Array[],
  bins?: number,
): HistogramData {
  return { parameter, bins: binValues(poolChains(chains), bins) }
}

/** Rows of the bars of a histogram. */
export function barRows({ from, width, counts }: Bins) {
  return counts.map((count, k) => ({
    from: shorten(from + k * width),
    to: shorten(from + (k + 1) * width),
    count,
  }))
}

/** The posterior of each parameter as bars, all chains together; three beside one another. */
export function histogramSpec(data: readonly HistogramData[], options: ChartOptions = {}): VegaLiteSpec {
  return composeGrid(
    data.map(
      ({ parameter, bins }, panel): Panel => ({
        ...panelTitle(parameter, undefined, options),
        width: options.width ?? (data.length === 1 ? 560 : 200),
        height: options.height ?? 160,
        data: nameRows("bars", panel, barRows(bins)),
        layer: [
          {
            mark: { type: "bar", color: seriesColor(options, 0), opacity: 0.85 },
            encoding: {
              x: binned("from", parameter),
              x2: { field: "to" },
              y: measure("count", "draws", { zero: true }),
              tooltip: figures("from", "to", ["count", "draws"]),
            },
          },
        ],
      }),
    ),
    3,
    options,
  )
}

/** A histogram of each named parameter; the `mcmc_hist` of bayesplot. */
export const plotHistogram = plotEach(histogramData, histogramSpec)
