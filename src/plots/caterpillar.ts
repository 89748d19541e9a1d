import { OptionError } from "../core/errors.ts"
import { poolChains } from "../diagnostics/chains.ts"
import { quantileOfSorted } from "../diagnostics/quantile.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { normalQuantile } from "../math/normal-quantile.ts"
import { AROUND_POINTS, figures, label, listing, listingHeight, measure } from "./channels.ts"
import type { PlotSource } from "./plot-source.ts"
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

/** An effect of one level with its interval, in the units of the response. */
export interface EffectInterval {
  readonly group: string
  readonly term: string
  readonly level: string
  readonly estimate: number
  readonly lower: number
  readonly upper: number
}

/** The levels of one term of a grouping factor, the largest estimate first. */
export interface CaterpillarData {
  readonly group: string
  readonly term: string
  readonly levels: readonly EffectInterval[]
  /** How many levels there are; more than `levels` holds when only some are shown. */
  readonly total: number
}

/** Levels beyond this are thinned evenly over their order, both ends kept. */
const mostLevels = 120

/** What `ranef`, posterior or REML, is made of: the fits that a caterpillar can be drawn of. */
export type CaterpillarSource = PlotSource | Pick<LmmFit, "ranef" | "ranefSd"> | readonly EffectInterval[]

/** Posterior medians and central intervals of all scalars `u[group,term,level]` that the source has. */
export function effectsOfDraws(source: PlotSource, coverage = 0.9): readonly EffectInterval[] {
  const scales = source.names
    .filter((name) => name.startsWith("sd[") && name !== "sd[residual]")
    .map((name) => name.slice("sd[".length, -1))
  return source.names.flatMap((name): EffectInterval[] => {
    if (!name.startsWith("u[") || !name.endsWith("]")) return []
    const inside = name.slice("u[".length, -1)
    const scale = scales.find((one) => inside.startsWith(`${one},`))
    const [group, term, level] = scale === undefined ? splitInside(inside) : splitAfter(inside, scale)
    const sorted = poolChains(source.chains(name)).sort()
    return [
      {
        group,
        term,
        level,
        estimate: quantileOfSorted(sorted, 0.5),
        lower: quantileOfSorted(sorted, (1 - coverage) / 2),
        upper: quantileOfSorted(sorted, (1 + coverage) / 2),
      },
    ]
  })
}

/** Group and term as an sd names them, the rest is the level, commas and all. */
function splitAfter(inside: string, scale: string): readonly [string, string, string] {
  const [group, term] = splitInside(`${scale},`)
  return [group, term, inside.slice(scale.length + 1)]
}

/** At the first two commas: a term that is an interaction of functions may hold more, a group does not. */
function splitInside(inside: string): readonly [string, string, string] {
  const first = inside.indexOf(",")
  const second = inside.indexOf(",", first + 1)
  if (first === -1) return [inside, "", ""]
  if (second === -1) return [inside.slice(0, first), "", inside.slice(first + 1)]
  return [inside.slice(0, first), inside.slice(first + 1, second), inside.slice(second + 1)]
}

/** BLUPs with normal intervals of their conditional standard deviations: those of lme4's `dotplot(ranef(fit))`. */
export function effectsOfReml(
  fit: Pick<LmmFit, "ranef" | "ranefSd">,
  coverage = 0.9,
): readonly EffectInterval[] {
  const z = normalQuantile(0.5 + coverage / 2)
  const sds = fit.ranefSd()
  return Object.entries(fit.ranef()).flatMap(([group, rows]) =>
    rows.flatMap((row, j) =>
      Object.keys(row)
        .filter((term) => term !== "level")
        .map((term): EffectInterval => {
          const estimate = Number(row[term])
          const half = z * Number(sds[group]![j]![term])
          return { group, term, level: row.level, estimate, lower: estimate - half, upper: estimate + half }
        }),
    ),
  )
}

/** One entry a term of a grouping factor. */
export function caterpillarData(
  effects: readonly EffectInterval[],
  most: number = mostLevels,
): readonly CaterpillarData[] {
  const panels = new Map<string, EffectInterval[]>()
  for (const effect of effects) {
    const key = JSON.stringify([effect.group, effect.term])
    const panel = panels.get(key)
    if (panel === undefined) panels.set(key, [effect])
    else panel.push(effect)
  }
  return [...panels.values()].map((members) => {
    const sorted = members.toSorted((a, b) => b.estimate - a.estimate)
    const shown = Math.min(most, sorted.length)
    const levels = Array.from(
      { length: shown },
      (_, k) => sorted[shown === 1 ? 0 : Math.round((k * (sorted.length - 1)) / (shown - 1))]!,
    )
    return { group: members[0]!.group, term: members[0]!.term, levels, total: members.length }
  })
}

/** Effects in order of size with their intervals, a panel a term. */
export function caterpillarSpec(data: readonly CaterpillarData[], options: ChartOptions = {}): VegaLiteSpec {
  return composeGrid(
    data.map((one, panel) => caterpillarPanel(one, panel, data.length, options)),
    2,
    options,
  )
}

function caterpillarPanel(
  { group, term, levels, total }: CaterpillarData,
  panel: number,
  panels: number,
  options: ChartOptions,
): Panel {
  const rows = levels.map(({ level, estimate, lower, upper }) => ({
    level,
    estimate: shorten(estimate),
    lower: shorten(lower),
    upper: shorten(upper),
  }))
  const y = listing(
    "level",
    group,
    levels.map(({ level }) => level),
  )
  const x = (field: string) => measure(field, `${term} by ${group}`, AROUND_POINTS)
  const tooltip = [label("level", group), ...figures("estimate", "lower", "upper")]
  const some = levels.length < total ? `${levels.length} of ${total} levels; ` : ""
  return {
    ...panelTitle(`${term} by ${group}`, `${some}estimates with 90 % intervals`, options),
    width: options.width ?? (panels === 1 ? 480 : 260),
    height: options.height ?? listingHeight(levels.length),
    data: nameRows("effects", panel, rows),
    layer: [
      {
        data: nameRows("zero", panel, [{ zero: 0 }]),
        mark: { type: "rule", strokeDash: [4, 3], color: themeOf(options).muted },
        encoding: { x: x("zero") },
      },
      {
        mark: { type: "rule", strokeWidth: 1.6, opacity: 0.7, color: seriesColor(options, 0) },
        encoding: { y, x: x("lower"), x2: { field: "upper" }, tooltip },
      },
      {
        mark: {
          type: "point",
          filled: true,
          opacity: 1,
          size: levels.length > 40 ? 18 : 36,
          color: seriesColor(options, 0),
        },
        encoding: { y, x: x("estimate"), tooltip },
      },
    ],
  }
}

const isRows = (source: CaterpillarSource): source is readonly EffectInterval[] => Array.isArray(source)

/**
 * The caterpillar of the random effects: of draws (posterior median and 90 % interval), of a REML fit (BLUP ± its
 * conditional sd), or of rows with estimates and intervals of any origin; lattice's `dotplot(ranef(fit))`.
 * @throws OptionError where there are no effects
 */
export function plotCaterpillar(source: CaterpillarSource, options: ChartOptions = {}): VegaLiteSpec {
  const effects = isRows(source)
    ? source
    : "chains" in source
      ? effectsOfDraws(source)
      : effectsOfReml(source)
  if (effects.length === 0) {
    throw new OptionError("there are no random effects to chart", {
      code: "no-parameters",
      where: "plots.caterpillar",
      hint: "record the family u when sampling",
    })
  }
  return caterpillarSpec(caterpillarData(effects), options)
}
