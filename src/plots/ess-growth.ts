import { type EssGrowth, essGrowth } from "../diagnostics/ess-growth.ts"
import { ESS_PER_CHAIN } from "../diagnostics/verdict.ts"
import { colorOf, figures, label, measure } from "./channels.ts"
import { plotEach } from "./plot-each.ts"
import {
  type ChartOptions,
  nameRows,
  type Panel,
  panelTitle,
  seriesColor,
  stackPanels,
  themeOf,
  type VegaLiteSpec,
} from "./spec.ts"
import { shorten } from "./thin-points.ts"

export interface EssGrowthData {
  readonly parameter: string
  readonly chains: number
  /** Bulk and tail ESS of the first draws of every chain. */
  readonly growth: EssGrowth
}

/** Bulk and tail ESS of growing parts of the chains. */
export function essGrowthData(parameter: string, chains: readonly Float64Array[]): EssGrowthData {
  return { parameter, chains: chains.length, growth: essGrowth(chains) }
}

/** Bulk and tail ESS over the draws: straight lines through zero when the chains mix. */
export function essGrowthSpec(data: readonly EssGrowthData[], options: ChartOptions = {}): VegaLiteSpec {
  return stackPanels(data, essPanel, options)
}

function essPanel({ parameter, chains, growth }: EssGrowthData, panel: number, options: ChartOptions): Panel {
  const kinds = ["bulk", "tail"] as const
  const rows = kinds.flatMap((kind) =>
    Array.from(growth.draws, (draw, k) => ({ kind, draws: draw * chains, ess: shorten(growth[kind][k]) })),
  )
  const x = measure("draws", "draws of all chains", { zero: true, grid: false })
  const y = measure("ess", "effective sample size", { zero: true })
  const color = colorOf("kind", kinds, [seriesColor(options, 0), seriesColor(options, 1)], options.legend)
  const wanted = ESS_PER_CHAIN * chains
  return {
    ...panelTitle(parameter, `effective sample size as the run grows; dashed: the ${wanted} wanted`, options),
    width: options.width ?? 560,
    height: options.height ?? 160,
    data: nameRows("ess", panel, rows),
    layer: [
      {
        data: nameRows("wanted", panel, [{ ess: wanted }]),
        mark: { type: "rule", strokeDash: [4, 3], color: themeOf(options).ink, opacity: 0.6 },
        encoding: { y },
      },
      { mark: { type: "line", strokeWidth: 1.4 }, encoding: { x, y, color } },
      {
        mark: { type: "point", filled: true, size: 22, opacity: 1 },
        encoding: { x, y, color, tooltip: [label("kind"), ...figures("draws", "ess")] },
      },
    ],
  }
}

/** The growth of the effective sample sizes of each named parameter; ArviZ's `plot_ess(kind="evolution")`. */
export const plotEssGrowth = plotEach(essGrowthData, essGrowthSpec)
