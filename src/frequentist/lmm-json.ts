/** The JSON that `gibbsite reml --json` prints. */

import { countLeftOut, type Design } from "../models/formula/design.ts"
import type { FixedEffect, LmmFit, RandomEffectRow, VarianceComponent } from "./lmm-fit.ts"
import type { ResidualEstimate } from "./structures/residual-model.ts"

export interface LmmFitJson {
  readonly method: "REML" | "ML"
  readonly criterion: number
  readonly logLik: number
  readonly sigma: number
  readonly theta: readonly number[]
  readonly nobs: number
  /** Rows left out for missing values. */
  readonly dropped: number
  /** Present where the option `subset` chose rows. */
  readonly subset?: NonNullable<Design["subset"]>
  readonly singular: boolean
  readonly converged: boolean
  readonly evaluations: number
  readonly seconds: number
  readonly fixed: readonly FixedEffect[]
  /** As in the fit; a correlation that does not exist is null. */
  readonly varcorr: readonly (VarianceComponent | CovarianceJson)[]
  readonly ranef: Readonly<Record<string, readonly RandomEffectRow[]>>
  /** Present with a residual structure: `{"ar1": 0.67}`, `{"varIdent": {"Male": 1, "Female": 0.47}}`. */
  readonly residual?: ResidualEstimate
}

interface CovarianceJson {
  readonly group: string
  readonly term: string
  readonly term2: string
  readonly cov: number
  readonly cor: number | null
}

/** Plain data for `JSON.stringify`, in the layout of the public interface. */
export function lmmFitToJson(fit: LmmFit): LmmFitJson {
  return {
    method: fit.method,
    criterion: fit.criterion,
    logLik: fit.logLik,
    sigma: fit.sigma,
    theta: [...fit.theta],
    nobs: fit.nobs,
    ...countLeftOut(fit.design),
    singular: fit.singular,
    converged: fit.converged,
    evaluations: fit.evaluations,
    seconds: fit.seconds,
    fixed: fit.fixed,
    varcorr: fit.varcorr.map((row) => {
      return "cor" in row && !Number.isFinite(row.cor) ? { ...row, cor: null } : row
    }),
    ranef: fit.ranef(),
    ...(fit.residual === null ? {} : { residual: fit.residual }),
  }
}
