import { measure } from "./channels.ts"
import { plotEach } from "./plot-each.ts"
import { needSeveralChains, poolRanks } from "./ranks.ts"
import {
  type ChartOptions,
  chainColor,
  nameRows,
  type Panel,
  panelTitle,
  stackPanels,
  themeOf,
  type VegaLiteSpec,
} from "./spec.ts"

/** How the ranks of each chain, among the draws of all, spread over equal bins. */
export interface RankOverlayData {
  readonly parameter: string
  /** Draws of all chains together: the largest rank. */
  readonly draws: number
  /** Counts in each bin when the chains are alike. */
  readonly expected: number
  /** Counts of each chain, bin after bin; empty where a draw is NaN. */
  readonly counts: readonly (readonly number[])[]
}

/**
 * Rank histograms: Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16(2), section 4.
 * @param bins 20 unless told
 * @throws OptionError for a single chain
 */
export function rankOverlayData(
  parameter: string,
  chains: readonly Float64Array[],
  bins = 20,
): RankOverlayData {
  needSeveralChains(chains, "rankOverlay")
  const draws = chains.reduce((sum, chain) => sum + chain.length, 0)
  const counts = poolRanks(chains).map((ranks) => {
    const count = new Array<number>(bins).fill(0)
    // Rank r covers ((r − 1)/S, r/S]: its middle decides the bin.
    for (const rank of ranks) count[Math.min(bins - 1, Math.floor(((rank - 0.5) / draws) * bins))]!++
    return count
  })
  return { parameter, draws, expected: draws / chains.length / bins, counts }
}

/** A stepped line a chain; all lie near the dashed line when the chains draw from one distribution. */
export function rankOverlaySpec(data: readonly RankOverlayData[], options: ChartOptions = {}): VegaLiteSpec {
  return stackPanels(data, rankPanel, options)
}

function rankPanel(
  { parameter, draws, expected, counts }: RankOverlayData,
  panel: number,
  options: ChartOptions,
): Panel {
  const rows = counts.flatMap((count, c) => {
    const width = draws / count.length
    // The last bin ends with a point of its own.
    return [...count, count.at(-1) ?? 0].map((value, k) => ({ chain: c + 1, rank: k * width, count: value }))
  })
  const y = measure("count", "draws", { zero: true })
  return {
    ...panelTitle(parameter, "ranks of each chain among all draws; dashed: chains that are alike", options),
    width: options.width ?? 560,
    height: options.height ?? 160,
    data: nameRows("ranks", panel, rows),
    layer: [
      {
        mark: { type: "rule", strokeDash: [4, 3], color: themeOf(options).ink, opacity: 0.6 },
        data: nameRows("expected", panel, [{ count: expected }]),
        encoding: { y },
      },
      {
        mark: { type: "line", interpolate: "step-after", strokeWidth: 1.4, opacity: 0.9 },
        encoding: {
          x: measure("rank", "rank", { grid: false, domain: [0, draws] }),
          y,
          color: chainColor(
            counts.map((_, c) => c + 1),
            options,
          ),
        },
      },
    ],
  }
}

/** The rank histograms of each named parameter, overlaid; the `mcmc_rank_overlay` of bayesplot. */
export const plotRankOverlay = plotEach(rankOverlayData, rankOverlaySpec)
