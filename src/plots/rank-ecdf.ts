import { measure } from "./channels.ts"
import { type EcdfEnvelope, rankEnvelope } from "./ecdf-envelope.ts"
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
import { shorten } from "./thin-points.ts"

/** How far the distribution of each chain's ranks is from uniform. */
export interface RankEcdfData {
  readonly parameter: string
  /** Points in (0, 1) at which `differences` and the envelope stand. */
  readonly at: readonly number[]
  /** ECDF of a chain's fractional ranks less the point itself; empty where a draw is NaN. */
  readonly differences: readonly (readonly number[])[]
  /** The envelope less the point: all curves lie in it with 95 % probability when the chains are alike. */
  readonly lower: readonly number[]
  readonly upper: readonly number[]
}

/**
 * Differences of the rank ECDFs from uniform, with their simultaneous envelope: Säilynoja, Bürkner & Vehtari (2022),
 * Statistics and Computing 32, 32, section 3. The envelope is that of independent draws: autocorrelated ones leave it sooner.
 * @param points intervals between the points; 100 unless told
 * @throws OptionError for a single chain
 */
export function rankEcdfData(
  parameter: string,
  chains: readonly Float64Array[],
  points?: number,
): RankEcdfData {
  needSeveralChains(chains, "rankEcdf")
  const shortest = chains.reduce((least, chain) => Math.min(least, chain.length), Infinity)
  // The envelope is of chains of one length: a cancelled run is cut to its shortest.
  const cut = chains.map((chain) => chain.subarray(0, shortest))
  const envelope: EcdfEnvelope =
    shortest > 0
      ? rankEnvelope(shortest, cut.length, points)
      : { at: new Float64Array(0), lower: new Float64Array(0), upper: new Float64Array(0) }
  const at = Array.from(envelope.at)
  const draws = shortest * cut.length
  const intervals = at.length + 1
  const differences = poolRanks(cut).map((ranks) => {
    const counts = new Int32Array(intervals + 1)
    // A rank counts at the first point that is not below it; the rounding of k/points must not lift it over one.
    for (const rank of ranks) counts[Math.ceil((rank * intervals) / draws - 1e-9)]!++
    let total = counts[0]!
    return at.map((z, k) => (total += counts[k + 1]!) / shortest - z)
  })
  return {
    parameter,
    at,
    differences,
    lower: at.map((z, k) => envelope.lower[k]! - z),
    upper: at.map((z, k) => envelope.upper[k]! - z),
  }
}

/** A curve a chain inside the shaded envelope, when the chains draw from one distribution. */
export function rankEcdfSpec(data: readonly RankEcdfData[], options: ChartOptions = {}): VegaLiteSpec {
  return stackPanels(data, rankEcdfPanel, options)
}

function rankEcdfPanel(data: RankEcdfData, panel: number, options: ChartOptions): Panel {
  const ends = (values: readonly number[]) => [0, ...values, 0]
  const at = data.at.length === 0 ? [] : [0, ...data.at, 1]
  const rows = data.differences.flatMap((values, c) => {
    const all = ends(values)
    return at.map((z, k) => ({ chain: c + 1, rank: shorten(z), difference: shorten(all[k]) }))
  })
  const [lower, upper] = [ends(data.lower), ends(data.upper)]
  const band = at.map((z, k) => ({ rank: shorten(z), lower: shorten(lower[k]), upper: shorten(upper[k]) }))
  const x = measure("rank", "fractional rank", { grid: false, domain: [0, 1] })
  const title = "ECDF − uniform"
  return {
    ...panelTitle(data.parameter, "rank ECDF of each chain; shaded: 95 % of chains that are alike", options),
    width: options.width ?? 560,
    height: options.height ?? 160,
    data: nameRows("ecdf", panel, rows),
    layer: [
      {
        data: nameRows("envelope", panel, band),
        mark: { type: "area", interpolate: "step-after", opacity: 0.18, color: themeOf(options).muted },
        encoding: { x, y: measure("lower", title), y2: { field: "upper" } },
      },
      {
        mark: { type: "line", interpolate: "step-after", strokeWidth: 1.4, opacity: 0.9 },
        encoding: {
          x,
          y: measure("difference", title),
          color: chainColor(
            data.differences.map((_, c) => c + 1),
            options,
          ),
        },
      },
    ],
  }
}

/** The rank ECDF of each named parameter with its simultaneous envelope; the `mcmc_rank_ecdf` of bayesplot. */
export const plotRankEcdf = plotEach(rankEcdfData, rankEcdfSpec)
