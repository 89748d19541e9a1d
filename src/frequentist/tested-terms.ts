/** The terms of a design that are tested, and their coefficients. */
import type { Design } from "../models/formula/design.ts"
import { INTERCEPT } from "../models/formula/model-matrix.ts"

/** The hypotheses about one term. */
export interface TermContrast {
  readonly term: string
  /** Number of hypotheses. */
  readonly rows: number
  /** Row-major rows × p, for the coefficients of the design; of full row rank. */
  readonly contrast: Float64Array
}

/** Coefficients of the terms that pass a test. @param assign the term of each coefficient */
export function indicesWhere(assign: readonly number[], test: (term: number) => boolean): readonly number[] {
  return assign.flatMap((term, j) => (test(term) ? [j] : []))
}

/** The contrast of a term whose hypotheses are its own rows of a p × p matrix. */
export function pick(term: string, own: readonly number[], rows: Float64Array, p: number): TermContrast {
  const contrast = new Float64Array(own.length * p)
  own.forEach((j, k) => {
    contrast.set(rows.subarray(j * p, (j + 1) * p), k * p)
  })
  return { term, rows: own.length, contrast }
}

/** Whether term `outer` contains term `inner`, both indices into `fixed.terms`. */
export function containment({ recipe, fixed }: Design): (outer: number, inner: number) => boolean {
  if (recipe === undefined) return () => false
  const model = recipe.fixed.terms
  const factors = new Set(recipe.factors.map(([label]) => label))
  const shift = fixed.terms[0] === INTERCEPT ? 1 : 0
  const variables = model.terms.map((term) => term.variables.map((index) => model.variables[index]!.label))
  return (outer, inner) => {
    const a = variables[outer - shift]
    const b = variables[inner - shift]
    if (a === undefined || b === undefined || a.length <= b.length) return false
    const sameNumbers = a.every((label) => factors.has(label) || b.includes(label))
    return sameNumbers && b.every((label) => a.includes(label))
  }
}

/** Names of the terms that have coefficients, the intercept aside, and which of `fixed.terms` they are. */
export type TestedTerms = readonly { readonly term: string; readonly t: number }[]
