import { ModelError } from "../../core/errors.ts"
import type { LmmEstimate } from "../lmm-estimate.ts"

/**
 * For what is defined, or worked out here, for models without structures alone.
 *
 * @param which `residual`: only a structure of the residuals is in the way; structures of random terms are not
 * @throws ModelError `not-with-structures`, naming the structures and the remedy
 */
export function refuseStructures(
  { state: { structure }, design, formula }: LmmEstimate,
  what: string,
  hint: string,
  which: "any" | "residual" = "any",
): void {
  if (structure === null) return
  const terms = design.random.flatMap(({ structure: own, terms: names, group }) => {
    return own === undefined || which === "residual" ? [] : [`${own}(${names.join(" + ")} | ${group})`]
  })
  const residual = structure.model.residual
  const found = residual === null ? terms : [...terms, residual.text]
  if (found.length === 0) return
  throw new ModelError(`there are no ${what} for a model with ${found.join(" and ")}`, {
    code: "not-with-structures",
    where: formula,
    hint,
  })
}
