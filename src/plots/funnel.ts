import { OptionError } from "../core/errors.ts"
import { poolChains } from "../diagnostics/chains.ts"
import { measure } from "./channels.ts"
import { chooseNames, type PlotSource } from "./plot-source.ts"
import {
  type ChartOptions,
  composeGrid,
  nameRows,
  type Panel,
  panelTitle,
  seriesColor,
  type VegaLiteSpec,
} from "./spec.ts"
import { pointsEach, shorten, thinPoints } from "./thin-points.ts"

/** Draws of an effect against the logarithm of the sd of its group. */
export interface FunnelData {
  readonly effect: string
  readonly scale: string
  readonly x: readonly number[]
  /** ln sd. */
  readonly logScale: readonly number[]
}

/** @param points draws to show at most, about; extremes are kept. Draws whose sd is zero have no logarithm and are left out */
export function funnelData(
  effect: { readonly name: string; readonly chains: readonly Float64Array[] },
  scale: { readonly name: string; readonly chains: readonly Float64Array[] },
  points = 1500,
): FunnelData {
  const x = poolChains(effect.chains)
  const logScale = poolChains(scale.chains).map(Math.log)
  const kept = thinPoints(x, logScale, points)
  return {
    effect: effect.name,
    scale: scale.name,
    x: kept.map((i) => x[i]!),
    logScale: kept.map((i) => logScale[i]!),
  }
}

/** Points that narrow towards a small sd: a funnel whose neck a sampler of one node at a time hardly enters. */
export function funnelSpec(data: readonly FunnelData[], options: ChartOptions = {}): VegaLiteSpec {
  return composeGrid(
    data.map(
      (one, panel): Panel => ({
        ...panelTitle(one.effect, `against the logarithm of ${one.scale}`, options),
        width: options.width ?? (data.length === 1 ? 420 : 260),
        height: options.height ?? (data.length === 1 ? 320 : 200),
        data: nameRows(
          "points",
          panel,
          one.x.map((x, i) => ({ x: shorten(x), y: shorten(one.logScale[i]) })),
        ),
        layer: [
          {
            mark: { type: "point", filled: true, size: 9, opacity: 0.35, color: seriesColor(options, 0) },
            encoding: { x: measure("x", one.effect), y: measure("y", `ln ${one.scale}`) },
          },
        ],
      }),
    ),
    2,
    options,
  )
}

/**
 * Draws of each named effect (the first level of each term unless told) against the sd of its group, which
 * `u[group,term,level]` and `sd[group,term]` tell by their names. Of other draws: elements, and last the sd (or variance, or
 * precision) that they share, `["theta[1]", "theta[2]", "tau"]`.
 * @throws OptionError when a name is no effect, or its sd was not recorded
 */
export function plotFunnel(
  source: PlotSource,
  names: readonly string[] = firstEffects(source.names),
  options: ChartOptions = {},
): VegaLiteSpec {
  const chosen = chooseNames(source, names)
  const shared = chosen.length > 1 && chosen.every((name) => !name.startsWith("u[")) ? chosen.at(-1)! : null
  const effects = shared === null ? chosen : chosen.slice(0, -1)
  const points = pointsEach(effects.length * 8) * 8
  return funnelSpec(
    effects.map((name) => {
      const scale = shared ?? scaleOf(name, source.names)
      return funnelData(
        { name, chains: source.chains(name) },
        { name: scale, chains: source.chains(scale) },
        Math.min(1500, points),
      )
    }),
    options,
  )
}

/** `sd[county,floor]` of `u[county,floor,AITKIN]`: the recorded sd whose brackets the name continues. */
function scaleOf(effect: string, names: readonly string[]): string {
  const found = names.find(
    (name) => name.startsWith("sd[") && effect.startsWith(`u[${name.slice("sd[".length, -1)},`),
  )
  if (found !== undefined) return found
  throw new OptionError(`found "${effect}", expected an effect u[group,term,level] whose sd was recorded`, {
    code: "no-scale",
    where: "plots.funnel",
    hint: "name effects, and record the families u and sd; or name elements and last the scale that they share",
  })
}

/** The first level of each term of each group that has an sd. */
function firstEffects(names: readonly string[]): readonly string[] {
  return names
    .filter((name) => name.startsWith("sd["))
    .flatMap((scale) => {
      const start = `u[${scale.slice("sd[".length, -1)},`
      return names.find((name) => name.startsWith(start)) ?? []
    })
}
