import type { Derivation } from "../samplers/derive.ts"
import type { ReportStep } from "./report-input.ts"

/** Derivations of hundreds of coefficients are all alike, and would be most of the page. */
const MOST_DERIVED = 40

/**
 * Derivations as the page shows them, by block; undefined for a block that has none.
 * @param text every derivation as text
 * @param mathml the same in MathML
 */
export function reportDerivations(
  text: readonly Derivation[],
  mathml: readonly Derivation[],
): (readonly ReportStep[] | undefined)[] {
  return text.map(({ steps }, k) => {
    // One step says only that there is no closed form.
    if (steps.length < 2 || k >= MOST_DERIVED) return undefined
    return steps.map(({ words, formulas }, i) => ({
      words,
      formulas: formulas.map((formula, j) => ({
        text: formula,
        mathml: `<math display="block">${mathml[k]!.steps[i]!.formulas[j]!}</math>`,
      })),
    }))
  })
}
