import { OptionError } from "../core/errors.ts"
import { poolChains } from "../diagnostics/chains.ts"
import { quantileOfSorted } from "../diagnostics/quantile.ts"
import { colorOf, measure } from "./channels.ts"
import { densityDataOf } from "./density.ts"
import { chooseNames, defaultParameters, type PlotSource } from "./plot-source.ts"
import {
  type ChartOptions,
  composeGrid,
  nameRows,
  type Panel,
  panelTitle,
  seriesColor,
  themeOf,
  type VegaLiteSpec,
} from "./spec.ts"
import { shorten } from "./thin-points.ts"

export interface PriorPosteriorData {
  readonly parameter: string
  readonly prior: Curve
  readonly posterior: Curve
}

/** Draws from the prior by name. */
export interface PriorDraws {
  readonly parameters: ReadonlyMap<string, Float64Array>
}

const sourceOf = ({ parameters }: PriorDraws): PlotSource => ({
  names: [...parameters.keys()],
  chains: (name) => [parameters.get(name) ?? new Float64Array(0)],
})

interface Curve {
  readonly x: readonly number[]
  readonly density: readonly number[]
}

/**
 * Density estimates of draws of the prior and of the posterior. Heavy tails of the prior are cut to its central 98 % and
 * the range of the posterior, the height of the curve staying that of all draws.
 */
export function priorPosteriorData(
  parameter: string,
  prior: readonly Float64Array[],
  posterior: readonly Float64Array[],
): PriorPosteriorData {
  const [before, after] = [poolChains(prior).filter(Number.isFinite), poolChains(posterior)]
  const sorted = before.slice().sort()
  const low = Math.min(
    quantileOfSorted(sorted, 0.01),
    after.reduce((a, b) => Math.min(a, b), Infinity),
  )
  const high = Math.max(
    quantileOfSorted(sorted, 0.99),
    after.reduce((a, b) => Math.max(a, b), -Infinity),
  )
  const kept = before.filter((value) => value >= low && value <= high)
  return {
    parameter,
    prior: curveOf(parameter, kept, before.length === 0 ? 1 : kept.length / before.length),
    posterior: curveOf(parameter, after, 1),
  }
}

function curveOf(parameter: string, draws: Float64Array, share: number): Curve {
  const { x = [], density = [] } = densityDataOf(parameter, [draws], 160).series[0] ?? {}
  return { x, density: density.map((height) => height * share) }
}

/** Two curves a parameter: what the data added is the difference between them. */
export function priorPosteriorSpec(
  data: readonly PriorPosteriorData[],
  options: ChartOptions = {},
): VegaLiteSpec {
  const kinds = ["prior", "posterior"] as const
  const color = colorOf("kind", kinds, [themeOf(options).muted, seriesColor(options, 0)], options.legend)
  return composeGrid(
    data.map(
      (one, panel): Panel => ({
        ...panelTitle(one.parameter, undefined, options),
        width: options.width ?? (data.length === 1 ? 560 : 260),
        height: options.height ?? 150,
        data: nameRows(
          "curves",
          panel,
          kinds.flatMap((kind) =>
            one[kind].x.map((x, i) => ({ kind, x: shorten(x), density: shorten(one[kind].density[i]) })),
          ),
        ),
        layer: [
          {
            mark: { type: "area", line: true, opacity: 0.25 },
            encoding: {
              x: measure("x", one.parameter, { grid: false }),
              // Curves lie over one another; stacking would add them up.
              y: { ...measure("density", "density", { zero: true, labels: false }), stack: null },
              color,
            },
          },
        ],
      }),
    ),
    2,
    options,
  )
}

/**
 * Prior against posterior of the named parameters.
 * @param prior draws from the prior, with the same names, or what `priorPredict` returns
 * @throws OptionError for a name that one of the two does not have
 */
export function plotPriorPosterior(
  posterior: PlotSource,
  prior: PlotSource | PriorDraws,
  names?: readonly string[],
  options: ChartOptions = {},
): VegaLiteSpec {
  if (typeof prior !== "object" || prior === null || !("parameters" in prior || "chains" in prior)) {
    throw new OptionError("found no draws from the prior", {
      code: "no-prior",
      where: "plots.priorPosterior",
      hint: "give them as the second argument: plots.priorPosterior(posterior, priorPredict(model))",
    })
  }
  const before = "chains" in prior ? prior : sourceOf(prior)
  const known = new Set(before.names)
  const shared = defaultParameters(posterior.names).filter((name) => known.has(name))
  const chosen = chooseNames(before, chooseNames(posterior, names ?? shared))
  return priorPosteriorSpec(
    chosen.map((name) => priorPosteriorData(name, before.chains(name), posterior.chains(name))),
    options,
  )
}
