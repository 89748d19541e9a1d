import { chooseNames, type PlotSource } from "./plot-source.ts"
import type { ChartOptions, VegaLiteSpec } from "./spec.ts"

/**
 * A chart of the draws of named scalars; of the main parameters where none is named.
 * @throws OptionError for a name that the source does not have
 */
export type PlotOfDraws = (
  source: PlotSource,
  names?: readonly string[],
  options?: ChartOptions,
) => VegaLiteSpec

/** A chart that shows each scalar by itself. @param dataOf what it shows of one @param specOf the chart of all */
export function plotEach<Data>(
  dataOf: (name: string, chains: readonly Float64Array[]) => Data,
  specOf: (data: readonly Data[], options: ChartOptions) => VegaLiteSpec,
): PlotOfDraws {
  return (source, names, options = {}) =>
    specOf(
      chooseNames(source, names).map((name) => dataOf(name, source.chains(name))),
      options,
    )
}
