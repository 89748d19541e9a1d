import { OptionError } from "../core/errors.ts"
import { quantile } from "../diagnostics/quantile.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { fitSeparately } from "../frequentist/separate-fits.ts"
import { colorOf, figures, label, measure, shapeOf } from "./channels.ts"
import {
  type ChartOptions,
  composeSpec,
  nameRows,
  panelTitle,
  seriesColor,
  themeOf,
  type VegaLiteSpec,
} from "./spec.ts"
import { shorten } from "./thin-points.ts"

/** Two coefficients of a level: from its own rows alone, and from the mixed model. */
export interface InterceptSlopeRow {
  readonly level: string
  /** Null where the rows of the level do not identify both. */
  readonly separate: readonly [x: number, y: number] | null
  readonly blup: readonly [x: number, y: number]
}

export interface InterceptSlopeData {
  readonly group: string
  readonly terms: readonly [string, string]
  readonly levels: readonly InterceptSlopeRow[]
}

/**
 * The first two coefficients of the first bar that has two. Separate estimates are least squares within the level on the
 * columns of the bar, the others fixed effects and BLUPs together.
 * @param group a grouping factor, where several have slopes
 * @throws OptionError when no bar has two coefficients
 */
export function interceptSlopeData(
  fit: Pick<LmmFit, "design" | "groupLines">,
  group?: string,
): InterceptSlopeData {
  const at = fit.design.random.findIndex(
    (term) => term.terms.length > 1 && (group === undefined || term.group === group),
  )
  const term = fit.design.random[at]
  if (term === undefined) {
    throw new OptionError(`no bar ${group === undefined ? "" : `of "${group}" `}has two coefficients`, {
      code: "no-slope",
      where: "plots.interceptSlope",
      hint: "fit a random slope, (x | group), or chart the effects with plots.caterpillar",
    })
  }
  const terms = [term.terms[0]!, term.terms[1]!] as const
  const lines = new Map(
    fit.groupLines(term.group).map((line) => [JSON.stringify([line.level, line.term]), line.estimate]),
  )
  const separate = fitSeparately(fit.design, at)
  const q = term.terms.length
  const levels = term.levels.map((level, j): InterceptSlopeRow => {
    const own = [separate.estimates[j * q]!, separate.estimates[j * q + 1]!] as const
    const [x, y] = terms.map((name) => lines.get(JSON.stringify([level, name]))!)
    return { level, separate: own.every(Number.isFinite) ? own : null, blup: [x!, y!] }
  })
  return { group: term.group, terms, levels }
}

/** Arrows without heads from each level's own estimates to those of the mixed model: towards the others, together. */
export function interceptSlopeSpec(data: InterceptSlopeData, options: ChartOptions = {}): VegaLiteSpec {
  const kinds = ["separate OLS", "mixed model"] as const
  const rows = data.levels.flatMap(({ level, separate, blup }) => [
    ...(separate === null
      ? []
      : [{ level, kind: kinds[0], x: shorten(separate[0]), y: shorten(separate[1]) }]),
    { level, kind: kinds[1], x: shorten(blup[0]), y: shorten(blup[1]) },
  ])
  const channel = (axis: 0 | 1) => {
    const title = `${data.terms[axis]} by ${data.group}`
    return measure(axis === 0 ? "x" : "y", title, { domain: domainOf(data, axis) })
  }
  const [x, y] = [channel(0), channel(1)]
  const isOutside = (value: number, axis: 0 | 1): boolean => {
    const [low, high] = domainOf(data, axis)
    return !(value >= low && value <= high)
  }
  const outside = data.levels.filter(({ separate }) =>
    separate?.some((value, k) => isOutside(value, k === 0 ? 0 : 1)),
  )
  const cut =
    outside.length === 0
      ? ""
      : `; ${outside.length === 1 ? "1 level reaches" : `${outside.length} levels reach`} beyond the frame`
  const panel = {
    ...panelTitle(
      `Coefficients by ${data.group}`,
      `from each level's own estimate to that of the mixed model${cut}`,
      options,
    ),
    width: options.width ?? 480,
    height: options.height ?? 380,
    data: nameRows("coefficients", 0, rows),
    layer: [
      {
        mark: {
          type: "line" as const,
          clip: true,
          strokeWidth: 1,
          opacity: 0.6,
          color: themeOf(options).muted,
        },
        encoding: { x, y, detail: { field: "level", type: "nominal" as const } },
      },
      {
        mark: { type: "point" as const, clip: true, filled: true, size: 30, opacity: 0.9 },
        encoding: {
          x,
          y,
          color: colorOf("kind", kinds, [seriesColor(options, 4), seriesColor(options, 2)], options.legend),
          shape: shapeOf("kind", kinds, ["circle", "diamond"], options.legend),
          tooltip: [label("level", data.group), label("kind"), ...figures("x", "y")],
        },
      },
    ],
  }
  return composeSpec([panel], options)
}

/**
 * All BLUPs and the central 90 % of the separate estimates, with those beyond that are no further off than half this
 * range: levels with two rows may lie anywhere.
 */
function domainOf({ levels }: InterceptSlopeData, axis: 0 | 1): readonly [number, number] {
  const own = Float64Array.from(levels.flatMap(({ separate }) => (separate === null ? [] : [separate[axis]])))
  const all = levels.map(({ blup }) => blup[axis])
  if (own.length > 0) all.push(quantile(own, 0.05), quantile(own, 0.95))
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const reach = (high - low) / 2
  const near = [...own].filter((value) => value > low - reach && value < high + reach)
  const [least, most] = [Math.min(low, ...near), Math.max(high, ...near)]
  const margin = 0.05 * (most - least) || 1
  return [least - margin, most + margin]
}

/** Intercept against slope of each group, separate and mixed: Bates (2010), lme4, figure 4.8. @throws OptionError without a slope */
export function plotInterceptSlope(
  fit: Pick<LmmFit, "design" | "groupLines">,
  options: ChartOptions & { readonly group?: string } = {},
): VegaLiteSpec {
  return interceptSlopeSpec(interceptSlopeData(fit, options.group), options)
}
