import { GibbsError } from "../core/errors.ts"
import type { Table } from "../data/table.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { reml } from "../frequentist/reml.ts"
import { designOptions } from "./load-model.ts"
import type { DataFlags, PriorFlags } from "./options.ts"

export interface RemlBeside {
  /** Null where REML has no answer. */
  readonly fit: LmmFit | null
  readonly warnings: readonly string[]
}

/**
 * The REML fit to hold a posterior against. A model that REML cannot fit has a posterior all the same: then there is a
 * warning in its place.
 */
export function fitBeside(formula: string, table: Table, flags: DataFlags & PriorFlags): RemlBeside {
  const { weights, se } = flags
  try {
    const fit = reml(formula, table, {
      ...designOptions(flags),
      collinear: "drop",
      ...(weights === undefined ? {} : { weights }),
      ...(se === undefined ? {} : { se }),
    })
    return { fit, warnings: remarks(fit) }
  } catch (error) {
    if (!(error instanceof GibbsError)) throw error
    return { fit: null, warnings: [`There is no REML fit to compare with: ${error.message}.`] }
  }
}

function remarks(fit: LmmFit): string[] {
  return [
    ...(fit.singular
      ? ["The REML fit is singular: it puts a variance at zero or a correlation at ±1, on the boundary."]
      : []),
    ...(fit.converged ? [] : ["The REML fit has not converged: take its estimates with care."]),
  ]
}
