import { plotAcf } from "./acf.ts"
import { plotDensity } from "./density.ts"
import type { PlotSource } from "./plot-source.ts"
import { plotShrinkage, type ShrinkageRow } from "./shrinkage.ts"
import type { ChartOptions, VegaLiteSpec } from "./spec.ts"
import { plotTrace } from "./trace.ts"

/** A chart of the draws of one or several scalars. */
export interface DrawsPlot {
  readonly of: "draws"
  readonly name: string
  readonly title: string
  /** What one sees in it, and what it looks like when all is well. */
  readonly shows: string
  readonly plot: (source: PlotSource, names?: readonly string[], options?: ChartOptions) => VegaLiteSpec
}

/** A chart of the comparison with REML. */
export interface ComparisonPlot {
  readonly of: "comparison"
  readonly name: string
  readonly title: string
  readonly shows: string
  readonly plot: (comparison: readonly ShrinkageRow[], options?: ChartOptions) => VegaLiteSpec
}

/** Every chart there is; a new one is one file and one entry here. */
export const plotRegistry = [
  {
    of: "draws",
    name: "trace",
    title: "Trace",
    shows:
      "the path of each chain over the draws: chains that have converged and mix cover the same band and cannot be told apart",
    plot: plotTrace,
  },
  {
    of: "draws",
    name: "density",
    title: "Density",
    shows: "the posterior density of each chain: the curves lie on one another when the chains agree",
    plot: plotDensity,
  },
  {
    of: "draws",
    name: "acf",
    title: "Autocorrelation",
    shows:
      "the correlation of draws so many sweeps apart: it falls into the shaded band soon when the chains mix well",
    plot: plotAcf,
  },
  {
    of: "comparison",
    name: "shrinkage",
    title: "Shrinkage",
    shows:
      "each group's own estimate, its BLUP and its posterior mean: the less data a group has, the further it is pulled to the common value",
    plot: plotShrinkage,
  },
] as const satisfies readonly (DrawsPlot | ComparisonPlot)[]
