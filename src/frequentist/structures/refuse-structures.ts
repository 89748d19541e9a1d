import { ModelError } from "../../core/errors.ts"
import type { LmmEstimate } from "../lmm-estimate.ts"

/**
 * For what is defined, or worked out here, for models without structures alone.
 *
 * @throws ModelError `not-with-structures`, naming the structures and the remedy
 */
export function refuseStructures(
  { state: { structure }, design, formula }: LmmEstimate,
  what: string,
  hint: string,
): void {
  if (structure === null) return
  const terms = design.random.flatMap(({ structure: own, terms: names, group }) => {
    return own === undefined ? [] : [`${own}(${names.join(" + ")} | ${group})`]
  })
  const residual = structure.model.residual
  const found = residual === null ? terms : [...terms, residual.text]
  throw new ModelError(`there are no ${what} for a model with ${found.join(" and ")}`, {
    code: "not-with-structures",
    where: formula,
    hint,
  })
}
