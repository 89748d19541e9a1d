import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { AROUND_POINTS, figures, measure } from "./channels.ts"
import {
  type ChartOptions,
  composeSpec,
  nameRows,
  panelTitle,
  seriesColor,
  themeOf,
  type VegaLiteSpec,
} from "./spec.ts"
import { shorten, thinPoints } from "./thin-points.ts"

export interface ResidualsFittedData {
  readonly fitted: readonly number[]
  /** Residual over its standard deviation. */
  readonly residual: readonly number[]
  /** Mean residual of equally many neighbouring fitted values: what is left of a trend. */
  readonly trend: readonly { readonly fitted: number; readonly residual: number }[]
  readonly total: number
}

/** Points shown, about; the extremes are kept. */
const mostPoints = 3000
const mostBins = 20

/** @param residuals of the length of `fitted`, neither changed */
export function residualsFittedData(fitted: Float64Array, residuals: Float64Array): ResidualsFittedData {
  const kept = thinPoints(fitted, residuals, mostPoints)
  const order = Array.from(fitted.keys()).sort((a, b) => fitted[a]! - fitted[b]!)
  const bins = Math.max(1, Math.min(mostBins, Math.floor(order.length / 5)))
  const trend = Array.from({ length: order.length === 0 ? 0 : bins }, (_, k) => {
    const members = order.slice(
      Math.floor((k * order.length) / bins),
      Math.floor(((k + 1) * order.length) / bins),
    )
    const average = (values: Float64Array) =>
      members.reduce((sum, i) => sum + values[i]!, 0) / Math.max(1, members.length)
    return { fitted: average(fitted), residual: average(residuals) }
  })
  return {
    fitted: kept.map((i) => fitted[i]!),
    residual: kept.map((i) => residuals[i]!),
    trend,
    total: fitted.length,
  }
}

/** A band of one width about zero, with a trend that stays there, when the model fits. */
export function residualsFittedSpec(data: ResidualsFittedData, options: ChartOptions = {}): VegaLiteSpec {
  const x = measure("fitted", "fitted value", AROUND_POINTS)
  const y = measure("residual", "scaled residual", AROUND_POINTS)
  const some = data.fitted.length < data.total ? `${data.fitted.length} of ${data.total} rows; ` : ""
  const panel = {
    ...panelTitle("Residuals against fitted values", `${some}line: means of neighbours`, options),
    width: options.width ?? 560,
    height: options.height ?? 260,
    data: nameRows(
      "residuals",
      0,
      data.fitted.map((fitted, i) => ({ fitted: shorten(fitted), residual: shorten(data.residual[i]) })),
    ),
    layer: [
      {
        mark: { type: "point" as const, size: 16, opacity: 0.5, color: seriesColor(options, 0) },
        encoding: { x, y, tooltip: figures("fitted", "residual") },
      },
      {
        data: nameRows("zero", 0, [{ residual: 0 }]),
        mark: { type: "rule" as const, strokeDash: [4, 3], color: themeOf(options).ink },
        encoding: { y },
      },
      {
        data: nameRows(
          "trend",
          0,
          data.trend.map(({ fitted, residual }) => ({
            fitted: shorten(fitted),
            residual: shorten(residual),
          })),
        ),
        mark: { type: "line" as const, strokeWidth: 2, color: seriesColor(options, 1) },
        encoding: { x, y },
      },
    ],
  }
  return composeSpec([panel], options)
}

/** Scaled residuals of a fit against its fitted values; the `plot(fit)` of lme4. */
export function plotResidualsFitted(
  fit: Pick<LmmFit, "fitted" | "residualsOf">,
  options: ChartOptions = {},
): VegaLiteSpec {
  return residualsFittedSpec(residualsFittedData(fit.fitted, fit.residualsOf("scaled")), options)
}
