import { OptionError } from "../core/errors.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { normalQuantile } from "../math/normal-quantile.ts"
import { figures, measure } from "./channels.ts"
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

/** A point of the profile of a parameter: the signed root of the deviance's increase. */
export interface ZetaPoint {
  readonly name: string
  readonly value: number
  readonly zeta: number
}

/** A line a parameter: straight where the likelihood is that of a normal distribution; dotted at 50, 80 and 95 %. */
export function profileZetaSpec(points: readonly ZetaPoint[], options: ChartOptions = {}): VegaLiteSpec {
  const names = [...new Set(points.map(({ name }) => name))]
  if (names.length === 0) {
    throw new OptionError("there is no profile to chart", {
      code: "no-parameters",
      where: "plots.profileZeta",
      hint: "pass the points of fit.profile()",
    })
  }
  const levels = [0.5, 0.8, 0.95].flatMap((coverage) => {
    const z = normalQuantile(0.5 + coverage / 2)
    return [{ level: -z }, { level: z }]
  })
  return composeGrid(
    names.map((name, panel): Panel => {
      const rows = points
        .filter((point) => point.name === name)
        .toSorted((a, b) => a.value - b.value)
        .map(({ value, zeta }) => ({ value: shorten(value), zeta: shorten(zeta) }))
      const x = measure("value", name, { grid: false })
      const y = measure("zeta", "zeta")
      return {
        ...panelTitle(name, undefined, options),
        width: options.width ?? (names.length === 1 ? 420 : 200),
        height: options.height ?? 180,
        data: nameRows("profile", panel, rows),
        layer: [
          {
            data: nameRows("levels", panel, levels),
            mark: { type: "rule", strokeDash: [2, 3], color: themeOf(options).muted, opacity: 0.7 },
            encoding: { y: measure("level", "zeta") },
          },
          {
            mark: { type: "line", interpolate: "monotone", strokeWidth: 1.6, color: seriesColor(options, 0) },
            encoding: { x, y, tooltip: figures("value", "zeta") },
          },
        ],
      }
    }),
    3,
    options,
  )
}

/** Profile zeta curves of a fit, or of points computed before; the `xyplot(profile(fit))` of lme4. */
export function plotProfileZeta(
  source: Pick<LmmFit, "profile"> | readonly ZetaPoint[],
  options: ChartOptions = {},
): VegaLiteSpec {
  return profileZetaSpec("profile" in source ? source.profile() : source, options)
}
