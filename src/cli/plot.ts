/** `gibbsite plot`: a chart of draws of any origin as a file. */
import { chainsOf } from "../draws/draws.ts"
import { readDraws } from "../draws/read-draws.ts"
import { effectsOfDraws, plotCaterpillar } from "../plots/caterpillar.ts"
import type { PlotSource } from "../plots/plot-source.ts"
import { type DrawsPlot, type OtherPlot, plotRegistry } from "../plots/registry.ts"
import { checkPlotFile, savePlot } from "../plots/save-plot.ts"
import type { ChartOptions, VegaLiteSpec } from "../plots/spec.ts"
import type { Context } from "./command.ts"
import { isOfSampler } from "./diagnose-scalars.ts"
import { EXIT } from "./io.ts"
import { checkFile } from "./write-output.ts"

export interface PlotFlags {
  readonly kind?: string
  readonly parameters?: readonly string[]
  readonly out?: string
  readonly theme?: "light" | "dark"
  readonly quiet?: boolean
}

const entries: readonly (DrawsPlot | OtherPlot)[] = plotRegistry
const drawsPlots = entries.filter((entry): entry is DrawsPlot => entry.of === "draws")

/**
 * Reads files of draws, draws one chart of them, writes it.
 * @throws OptionError for an extension that there is not, or a name that the draws do not have; DataError when a file cannot be read or written
 */
export async function runPlot(files: readonly string[], flags: PlotFlags, { io }: Context): Promise<number> {
  const { kind = "trace", out = `${kind}.svg`, theme = "light" } = flags
  checkPlotFile(out)
  checkFile("--out", out)
  const draws = await readDraws(files)
  const source: PlotSource = {
    names: draws.names.filter((name) => !isOfSampler(name)),
    chains: (name) => chainsOf(draws, name),
  }
  await savePlot(chart(kind, source, flags.parameters, { theme }), out)
  if (flags.quiet !== true) io.stderr.write(`wrote ${out}\n`)
  return EXIT.fine
}

function chart(
  kind: string,
  source: PlotSource,
  names: readonly string[] | undefined,
  options: ChartOptions,
): VegaLiteSpec {
  const entry = drawsPlots.find(({ name }) => name === kind)
  if (entry !== undefined) return entry.plot(source, names, options)
  const known = names === undefined ? source : { ...source, names }
  return plotCaterpillar(effectsOfDraws(known), options)
}
