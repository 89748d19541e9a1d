import { type AcfData, acfDataOf, acfSpec } from "../plots/acf.ts"
import { type DensityData, densityDataOf, densitySpec } from "../plots/density.ts"
import { plotParetoK } from "../plots/pareto-k.ts"
import { defaultParameters } from "../plots/plot-source.ts"
import { ppcDensityData, ppcDensitySpec } from "../plots/ppc-density.ts"
import { plotPpcStat } from "../plots/ppc-stat.ts"
import { type RankEcdfData, rankEcdfData, rankEcdfSpec } from "../plots/rank-ecdf.ts"
import { shrinkageData, shrinkageSpec } from "../plots/shrinkage.ts"
import type { ChartOptions, VegaLiteSpec } from "../plots/spec.ts"
import { shorten } from "../plots/thin-points.ts"
import { traceData, traceSpec } from "../plots/trace.ts"
import { formatCount, formatFixed, formatNumber } from "./format.ts"
import { type PackedNumbers, packNumbers } from "./pack-numbers.ts"
import { keptDraws, type ReportInput, type ReportParameter } from "./report-input.ts"

/** All that the page draws from: templates once, and for each parameter its numbers in little space. */
export interface ChartData {
  readonly placeholder: string
  readonly charts: readonly {
    readonly name: string
    readonly title: string
    readonly template: VegaLiteSpec
  }[]
  readonly parameters: readonly ChartedParameter[]
  /** Simultaneous envelope of the rank ECDFs of all parameters: `rank`, `lower`, `upper`. */
  readonly envelope: readonly object[]
  /** Positions in `parameters` that the page shows first. */
  readonly defaults: readonly number[]
  /** One chart a term of a grouping factor, in the order of `shrinkageTitles`. */
  readonly shrinkage: readonly VegaLiteSpec[]
  /** Charts of the model checks, in the order of `checkTitles`. */
  readonly checks: readonly VegaLiteSpec[]
  /** How many scalars there are; more than `parameters` holds when the page would grow too large. */
  readonly total: number
}

export interface ChartedParameter {
  readonly name: string
  /** A line of figures beside the name. */
  readonly figures: string
  readonly lagStep: number
  readonly band: number
  readonly interval: DensityData["interval"]
  readonly chains: readonly {
    readonly draws: number
    /** Values in the order of the draws, at equal distances. */
    readonly trace: PackedNumbers
    /** Ends of the grid on which `density` stands. */
    readonly from: number
    readonly to: number
    readonly density: PackedNumbers
    readonly acf: PackedNumbers
    /** Rank ECDF less uniform, at equal distances over [0, 1]; empty where there is nothing to compare. */
    readonly ranks: PackedNumbers
  }[]
}

/** Stands for the parameter's name in a template, where no other text is a single line break. */
const placeholder = "\n"

/** Chains of scalars that are charted at most: with those a page stays below 3 MB. */
const mostChains = 1600
/** Base64 characters for all traces together; two bytes a point make 8/3 characters. */
const traceBudget = 640_000
const mostPoints = 1000
const fewestPoints = 200
/** Points of a density curve. */
const densityPoints = 96

/** Templates and packed numbers for the page. Parameters charted first come first, random effects last. */
export function chartData(input: ReportInput): ChartData {
  const { source } = input.plots
  const known = new Set(source.names)
  const asked = input.plots.defaults.filter((name) => known.has(name))
  const main = asked.length > 0 ? asked : defaultParameters(source.names)
  const chains = Math.max(1, input.sampling.chains)
  const names = orderNames(source.names, main).slice(0, Math.max(1, Math.floor(mostChains / chains)))
  const shown = new Set(main)
  const room = (characters: number, parameters: number): number =>
    Math.max(
      fewestPoints,
      Math.min(mostPoints, Math.floor(characters / (Math.max(1, parameters) * chains * (8 / 3)))),
    )
  // Traces that are seen at once are the finest; the others share what is left.
  const finest = room(traceBudget / 4, shown.size)
  const rest = traceBudget - finest * shown.size * chains * (8 / 3)
  const others = room(rest, names.length - shown.size)
  const rows = new Map(input.summary.map((row) => [row.name, row]))
  return {
    placeholder,
    charts: templates(input),
    envelope: envelopeRows(names[0] === undefined ? [] : source.chains(names[0])),
    parameters: names.map((name) =>
      packParameter(name, source.chains(name), shown.has(name) ? finest : others, rows.get(name)),
    ),
    defaults: main.map((name) => names.indexOf(name)).filter((at) => at !== -1),
    shrinkage: shrinkageCharts(input),
    checks: checkCharts(input),
    total: source.names.length,
  }
}

/** All names, each once: those shown first, then the order of the source with random effects moved to the end. */
function orderNames(names: readonly string[], first: readonly string[]): readonly string[] {
  const isEffect = (name: string) => name.startsWith("u[")
  return [...new Set([...first, ...names.filter((name) => !isEffect(name)), ...names.filter(isEffect)])]
}

function templates(input: ReportInput): ChartData["charts"] {
  const options: ChartOptions = {
    theme: "page",
    width: "container",
    height: 150,
    legend: false,
    title: false,
  }
  const draws = keptDraws(input)
  const empty = Array.from({ length: input.sampling.chains }, (_, c) => c + 1)
  const trace = traceSpec(
    {
      parameter: placeholder,
      draws,
      series: empty.map((chain) => ({ chain, draw: [], value: [] })),
    },
    options,
  )
  const density = densitySpec(
    {
      parameter: placeholder,
      series: empty.map((chain) => ({ chain, x: [], density: [] })),
      interval: null,
    },
    options,
  )
  const acf = acfSpec(
    {
      parameter: placeholder,
      draws,
      band: 0,
      series: empty.map((chain) => ({ chain, lag: [], acf: [] })),
    },
    options,
  )
  const ranks = rankEcdfSpec(
    [{ parameter: placeholder, at: [], differences: empty.map(() => []), lower: [], upper: [] }],
    options,
  )
  return [
    { name: "trace", title: "Trace", template: trace },
    { name: "density", title: "Density", template: density },
    { name: "acf", title: "Autocorrelation", template: acf },
    // One chain has nothing to be ranked against.
    ...(empty.length > 1 ? [{ name: "ranks", title: "Rank ECDF", template: ranks }] : []),
  ]
}

/** Points of a rank ECDF in the page. */
const rankPoints = 40

function ranksOf(name: string, chains: readonly Float64Array[]): RankEcdfData | null {
  return chains.length > 1 ? rankEcdfData(name, chains, rankPoints) : null
}

function envelopeRows(chains: readonly Float64Array[]): readonly object[] {
  const data = ranksOf("", chains)
  if (data === null || data.at.length === 0) return []
  const end = (rank: number) => ({ rank, lower: 0, upper: 0 })
  return [
    end(0),
    ...data.at.map((rank, k) => ({ rank, lower: shorten(data.lower[k]), upper: shorten(data.upper[k]) })),
    end(1),
  ]
}

/** What the shrinkage charts are called; the page shows them in this order. */
export function shrinkageTitles({ shrinkage }: ReportInput): readonly string[] {
  return shrinkageData(shrinkage).map(({ group, term, levels, total }) => {
    const some = levels.length < total ? `, ${levels.length} of ${total} levels` : ""
    return `${term} by ${group}${some}`
  })
}

function shrinkageCharts({ shrinkage }: ReportInput): readonly VegaLiteSpec[] {
  return shrinkageData(shrinkage).map((term) =>
    shrinkageSpec(term, { theme: "page", width: "container", title: false }),
  )
}

/** Replicates drawn in the page: fewer than elsewhere, since the page holds many charts. */
const replicatesShown = 30

function checkCharts({ checks }: ReportInput): readonly VegaLiteSpec[] {
  if (checks === undefined || checks === null) return []
  const { replicates, loo } = checks
  const options: ChartOptions = { theme: "page", width: "container", title: false }
  const predictive = replicates.flatMap((one) => [
    ppcDensitySpec(ppcDensityData(one, replicatesShown), { ...options, height: 190 }),
    // Four panels follow no container: two rows of what a column of the page holds.
    plotPpcStat(one, { theme: "page", width: 160, height: 70 }),
  ])
  return [...predictive, ...(loo === null ? [] : [plotParetoK(loo, { ...options, height: 190 })])]
}

function packParameter(
  name: string,
  chains: readonly Float64Array[],
  points: number,
  row: ReportParameter | undefined,
): ChartedParameter {
  const trace = traceData(name, chains, points)
  const density = densityDataOf(name, chains, densityPoints)
  const acf = acfDataOf(name, chains)
  const ranks = ranksOf(name, chains)?.differences
  return {
    name,
    figures: row === undefined ? "" : figuresOf(row),
    lagStep: lagStep(acf),
    band: acf.band,
    interval: density.interval,
    chains: chains.map((chain, c) => {
      const x = density.series[c]?.x ?? []
      return {
        draws: chain.length,
        trace: packNumbers(trace.series[c]?.value ?? []),
        from: x[0] ?? 0,
        to: x.at(-1) ?? 0,
        density: packNumbers(density.series[c]?.density ?? []),
        acf: packNumbers(acf.series[c]?.acf ?? []),
        ranks: packNumbers(ranks?.[c] === undefined ? [] : [0, ...ranks[c], 0]),
      }
    }),
  }
}

function lagStep(acf: AcfData): number {
  const [first = 0, second = 1] = acf.series[0]?.lag ?? []
  return second - first
}

function figuresOf(row: ReportParameter): string {
  const parts = [
    `mean ${formatNumber(row.mean)}`,
    `sd ${formatNumber(row.sd)}`,
    `R-hat ${formatFixed(row.rhat, 3)}`,
    `bulk ESS ${formatCount(row.essBulk)}`,
    `tail ESS ${formatCount(row.essTail)}`,
  ]
  return row.reason === null ? parts.join(", ") : `${parts.join(", ")}; ${row.reason}`
}
