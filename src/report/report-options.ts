import type { PsisLoo } from "../diagnostics/psis-loo.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"

export interface ReportOptions {
  /** Where the page goes; an existing file is replaced. */
  readonly file: string
  /** Leave-one-out cross-validation, `posterior.loo()`; small problems have it computed. */
  readonly loo?: PsisLoo
  /** A REML fit of the same formula and data to compare with. */
  readonly reml?: LmmFit
  readonly title?: string
  /** What to type to get this result again. */
  readonly command?: string
  /** What to call the data. */
  readonly dataName?: string
  /** What to call a model that is no formula: the name of its file. */
  readonly modelName?: string
}
