import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { qqData, qqPanel } from "./qq-points.ts"
import { type ChartOptions, composeSpec, type VegaLiteSpec } from "./spec.ts"

/** Scaled residuals of a REML or ML fit against normal quantiles; lattice's `qqmath(fit)`. */
export function plotQqResiduals(fit: Pick<LmmFit, "residualsOf">, options: ChartOptions = {}): VegaLiteSpec {
  return composeSpec([qqPanel(qqData("scaled residual", fit.residualsOf("scaled")), 0, 1, options)], options)
}
