/** The parameters of a fit that have intervals, under the names that posteriors use. */

import type { LmmEstimate } from "./lmm-estimate.ts"
import { workingOf } from "./structures/fitted-structure.ts"

export type NamedParameter =
  | { readonly kind: "fixed"; readonly name: string; readonly estimate: number; readonly index: number }
  | {
      readonly kind: "sd"
      readonly name: string
      readonly estimate: number
      /** Which of `covariances`, and which of its coefficients. */
      readonly term: number
      readonly a: number
    }
  | {
      readonly kind: "cor"
      readonly name: string
      /** NaN when one of the two variances is zero. */
      readonly estimate: number
      readonly term: number
      readonly a: number
      readonly b: number
    }
  | { readonly kind: "residual"; readonly name: string; readonly estimate: number }
  | {
      /** Of the residual structure. */
      readonly kind: "structure"
      readonly name: string
      readonly estimate: number
      /** Which of the structure's parameters. */
      readonly index: number
    }

/**
 * `b[floor]`, `sd[county,floor]`, `cor[county,(Intercept),floor]`, `sd[residual]`: fixed effects first. Then those of a
 * residual structure: `ar1`, `varIdent[Female]`, `varPower[age]`, `un[8,10]`. Coefficients that share a variance each have their sd.
 */
export function listParameters(fit: LmmEstimate): readonly NamedParameter[] {
  const parameters: NamedParameter[] = fit.fixed.map(({ name, estimate }, index) => {
    return { kind: "fixed", name: `b[${name}]`, estimate, index }
  })
  fit.covariances.forEach(({ group, terms, structure, covariance }, term) => {
    const q = terms.length
    terms.forEach((coefficient, a) => {
      const estimate = Math.sqrt(covariance[a * (q + 1)]!)
      parameters.push({ kind: "sd", name: `sd[${group},${coefficient}]`, estimate, term, a })
    })
    if (structure === "identity") return
    for (let a = 0; a < q; a++) {
      for (let b = a + 1; b < q; b++) {
        const estimate =
          covariance[a * q + b]! / Math.sqrt(covariance[a * (q + 1)]! * covariance[b * (q + 1)]!)
        parameters.push({ kind: "cor", name: `cor[${group},${terms[a]},${terms[b]}]`, estimate, term, a, b })
      }
    }
  })
  if (!fit.residualKnown) parameters.push({ kind: "residual", name: "sd[residual]", estimate: fit.sigma })
  const { structure } = fit.state
  if (structure !== null) {
    const working = workingOf(structure)
    structure.model.residual?.parameters.forEach(({ name, value }, index) => {
      parameters.push({ kind: "structure", name, estimate: value(working), index })
    })
  }
  return parameters
}
