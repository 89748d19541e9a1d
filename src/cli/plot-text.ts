/** `--plot`: charts of draws as text, after the tables. */

import { chooseNames, type PlotSource } from "../plots/plot-source.ts"
import { textPlots } from "../plots/text-plots.ts"
import type { Io } from "./io.ts"
import { widthOf } from "./style-text.ts"

type TextPlotName = keyof typeof textPlots

export interface TextPlotFlags {
  readonly plot?: readonly TextPlotName[]
  readonly parameters?: readonly string[]
}

/**
 * The charts asked for, parameter by parameter; nothing without `--plot`.
 * @throws OptionError for a name that the draws do not have
 */
export function textPlotsOf(source: PlotSource, flags: TextPlotFlags, io: Io): string {
  if (flags.plot === undefined) return ""
  const width = Math.min(120, widthOf(io.stdout))
  const charts = chooseNames(source, flags.parameters).flatMap((name) =>
    flags.plot!.map((kind) => textPlots[kind](name, source.chains(name), width)),
  )
  return `\n${charts.join("\n")}`
}
