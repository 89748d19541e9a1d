import { poolChains } from "../diagnostics/chains.ts"
import { quantileOfSorted } from "../diagnostics/quantile.ts"
import { figures, label, listing, listingHeight, measure } from "./channels.ts"
import { plotEach } from "./plot-each.ts"
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

/** The median of a parameter and the ends of its central 50 % and 90 % intervals; NaN where a draw is. */
export interface IntervalRow {
  readonly parameter: string
  readonly q5: number
  readonly q25: number
  readonly q50: number
  readonly q75: number
  readonly q95: number
}

/** Quantiles over all chains, definition 7. */
export function intervalRow(parameter: string, chains: readonly Float64Array[]): IntervalRow {
  const sorted = poolChains(chains).sort()
  const at = (probability: number) => quantileOfSorted(sorted, probability)
  return { parameter, q5: at(0.05), q25: at(0.25), q50: at(0.5), q75: at(0.75), q95: at(0.95) }
}

/** A forest: a line a parameter, thin over its 90 % and thick over its 50 % interval, a dot at the median. */
export function intervalsSpec(rows: readonly IntervalRow[], options: ChartOptions = {}): VegaLiteSpec {
  const names = rows.map(({ parameter }) => parameter)
  const y = listing("parameter", null, names)
  // Without a finite end there is nothing for the axis to span.
  const empty = !rows.some(({ q50 }) => Number.isFinite(q50))
  const x = (field: string) => measure(field, null, empty ? { domain: [0, 1] } : {})
  const tooltip = [label("parameter"), ...figures("q5", "q25", ["q50", "median"], "q75", "q95")]
  const color = seriesColor(options, 0)
  const values = rows.map(({ parameter, q5, q25, q50, q75, q95 }) => ({
    parameter,
    q5: shorten(q5),
    q25: shorten(q25),
    q50: shorten(q50),
    q75: shorten(q75),
    q95: shorten(q95),
  }))
  const spansZero = rows.some(({ q5, q95 }) => q5 <= 0 && q95 >= 0)
  const panel = {
    ...panelTitle("Posterior intervals", "dot: median; thick: 50 %, thin: 90 % interval", options),
    width: options.width ?? 560,
    height: options.height ?? listingHeight(names.length),
    data: nameRows("intervals", 0, values),
    layer: [
      ...(spansZero
        ? [
            {
              data: { values: [{ zero: 0 }] },
              mark: { type: "rule" as const, strokeDash: [4, 3], color: themeOf(options).muted },
              encoding: { x: x("zero") },
            },
          ]
        : []),
      {
        mark: { type: "rule" as const, strokeWidth: 1.5, color },
        encoding: { y, x: x("q5"), x2: { field: "q95" }, tooltip },
      },
      {
        mark: { type: "rule" as const, strokeWidth: 5, opacity: 0.6, color },
        encoding: { y, x: x("q25"), x2: { field: "q75" }, tooltip },
      },
      {
        mark: { type: "point" as const, filled: true, size: 40, opacity: 1, color: themeOf(options).ink },
        encoding: { y, x: x("q50"), tooltip },
      },
    ],
  }
  return composeSpec([panel], options)
}

/** The intervals of the named parameters, one below the other; the `mcmc_intervals` of bayesplot. */
export const plotIntervals = plotEach(intervalRow, intervalsSpec)
