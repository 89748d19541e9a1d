/** Openings less closings of a pair of brackets. */
export const unbalanced = (text: string, [open, close]: string): number =>
  [...text].reduce((depth, c) => depth + (c === open ? 1 : c === close ? -1 : 0), 0)

/** What is wrong with a LaTeX formula, or null: braces and `\left … \right` in pairs, nothing special outside `\text{}`. */
export function latexDefect(formula: string): string | null {
  const withoutEscapes = formula.replace(/\\[{}$&#%_]/g, "")
  if (unbalanced(withoutEscapes, "{}") !== 0) return "braces"
  const count = (pattern: RegExp) => (formula.match(pattern) ?? []).length
  if (count(/\\left\b/g) !== count(/\\right\b/g)) return "left without right"
  const outside = withoutEscapes.replace(/\\text\{[^{}]*(?:\{\}[^{}]*)*\}/g, "")
  return /[#%&$]/.test(outside.replace(/\\begin\{pmatrix\}.*?\\end\{pmatrix\}/g, ""))
    ? "special character"
    : null
}
