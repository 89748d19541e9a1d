/** What a likelihood-ratio test needs of two fits, and whether one is nested in the other. */
import { ModelError } from "../core/errors.ts"
import { dot } from "../math/compensated-sum.ts"
import { orthonormaliseColumns } from "../math/orthonormal-basis.ts"
import type { Design } from "../models/formula/design.ts"
import type { LmmMethod } from "./criterion.ts"
import { projectOut } from "./ols.ts"
import type { ResidualEstimate } from "./structures/residual-model.ts"
import type { TermStructure } from "./structures/term-parameters.ts"

/** What a test needs of a fit: a mixed model's estimate has it, `fitWithoutRandom` gives it for a linear model. */
export interface Comparable {
  readonly formula: string
  readonly method: LmmMethod
  readonly criterion: number
  readonly parameters: number
  readonly nobs: number
  readonly design: Design
  readonly weights: Float64Array | null
  readonly residualKnown: boolean
  readonly singular: boolean
  /** Random terms: group and names of the coefficients that vary. */
  readonly covariances: readonly {
    readonly group: string
    readonly terms: readonly string[]
    readonly structure: TermStructure
  }[]
  /** Estimates of the residual structure by kind; null without one. */
  readonly residual: ResidualEstimate | null
}

/** @throws ModelError for fits to different rows, responses or weights, or by different methods */
export function checkSameData(smaller: Comparable, larger: Comparable): void {
  const a = smaller.design
  const b = larger.design
  const rows = a.nobs === b.nobs && a.rowIndex.every((row, i) => row === b.rowIndex[i])
  const response = rows && a.response.values.every((value, i) => value === b.response.values[i])
  if (!response) {
    const what = rows ? "different responses" : `different rows (${a.nobs} and ${b.nobs})`
    throw new ModelError(`the two fits are to ${what}, their likelihoods cannot be compared`, {
      code: "different-rows",
      where: `${smaller.formula} against ${larger.formula}`,
      hint: 'leave out the rows where a variable of either formula is missing, subset "!is.na(x)", and fit both again',
    })
  }
  if (!sameValues(smaller.weights, larger.weights) || smaller.residualKnown !== larger.residualKnown) {
    throw new ModelError(
      "the two fits have different weights or known residual variances, their likelihoods cannot be compared",
      {
        code: "different-weights",
        where: `${smaller.formula} against ${larger.formula}`,
        hint: "fit both with the same weights, or the same standard errors",
      },
    )
  }
  if (smaller.method !== larger.method) {
    throw new ModelError(
      `one model was fitted by ${smaller.method}, the other by ${larger.method}; their criteria cannot be compared`,
      {
        code: "different-methods",
        where: `${smaller.formula} against ${larger.formula}`,
        hint: "fit both by maximum likelihood",
      },
    )
  }
}

function sameValues(a: Float64Array | null, b: Float64Array | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((value, i) => value === b[i])
}

/** @throws ModelError when a fixed effect is in the smaller model alone, offsets differ, or REML fits differ in fixed effects */
export function checkSameFixed(smaller: Comparable, larger: Comparable): void {
  const a = smaller.design.fixed
  const b = larger.design.fixed
  const { basis } = orthonormaliseColumns(b.columns)
  const outside = a.columns.findIndex((column) => {
    const rest = Float64Array.from(column)
    projectOut(basis, rest)
    return dot(rest, rest) > 1e-14 * dot(column, column)
  })
  if (outside !== -1) {
    throw notNested(smaller, larger, `the fixed effect ${a.names[outside]} is in the smaller model alone`)
  }
  if (!sameValues(smaller.design.offset, larger.design.offset)) {
    throw notNested(smaller, larger, "their offsets differ")
  }
  const same =
    a.columns.length === b.columns.length && a.columns.every((column, j) => sameValues(column, b.columns[j]!))
  if (smaller.method === "REML" && !same) {
    throw new ModelError("REML criteria of models with different fixed effects cannot be compared", {
      code: "reml-fixed-effects",
      where: `${smaller.formula} against ${larger.formula}`,
      hint: "fit both by maximum likelihood (--ml)",
    })
  }
}

/** @throws ModelError when a random term is in the smaller model alone */
export function checkNestedRandom(smaller: Comparable, larger: Comparable): void {
  for (const inner of smaller.covariances) {
    const { group, terms, structure } = inner
    const held = terms.every((term) => {
      return larger.covariances.some((other) => containsTerm(other, group, term))
    })
    // Independent coefficients of one variance are a special case of independent coefficients.
    const apart = held && (terms.length === 1 || structure === "identity")
    if (!apart && !larger.covariances.some((other) => contains(other, inner)))
      throw notNested(
        smaller,
        larger,
        `the random term (${terms.join(" + ")} | ${group}) is in the smaller model alone`,
      )
  }
}

/** The error of two fits that are not nested. */
export function notNested(smaller: Comparable, larger: Comparable, why: string): ModelError {
  return new ModelError(`"${smaller.formula}" is not a special case of "${larger.formula}": ${why}`, {
    code: "not-nested",
    where: "likelihood-ratio test",
    hint: "name the smaller model first, and make every one of its terms a part of the larger model",
  })
}

/** @throws ModelError when a structure of the residuals is in the smaller model alone */
export function checkNestedResidual(smaller: Comparable, larger: Comparable): void {
  const held = Object.keys(larger.residual ?? {})
  const alone = Object.keys(smaller.residual ?? {}).find((kind) => {
    return !held.includes(kind) && !held.some((larger) => SPECIAL_CASES[larger]?.includes(kind))
  })
  if (alone === undefined) return
  throw notNested(smaller, larger, `the residual structure ${alone} is in the smaller model alone`)
}

type RandomTerm = Comparable["covariances"][number]

/** Correlations of residuals that are special cases of another. */
const SPECIAL_CASES: Readonly<Record<string, readonly string[]>> = {
  un: ["symm", "toep", "cs", "ar1", "car1"],
  symm: ["toep", "cs", "ar1", "car1"],
  toep: ["cs", "ar1"],
}

/** Each is a special case of those after it. */
const GENERALITY: readonly TermStructure[] = ["identity", "cs", "unstructured"]

/** Coefficients whose variance can be set to zero in the outer term, and the rest left as in the inner one. */
function contains(outer: RandomTerm, inner: RandomTerm): boolean {
  if (outer.group !== inner.group || !inner.terms.every((term) => outer.terms.includes(term))) return false
  if (outer.structure === "unstructured") return true
  const general = GENERALITY.indexOf(outer.structure) >= GENERALITY.indexOf(inner.structure)
  return general && outer.terms.length === inner.terms.length
}

function containsTerm(outer: RandomTerm, group: string, term: string): boolean {
  return contains(outer, { group, terms: [term], structure: "identity" })
}

function isSame(a: RandomTerm, b: RandomTerm): boolean {
  return contains(a, b) && a.terms.length === b.terms.length && a.structure === b.structure
}

/** Whether two lists of terms let the same coefficients vary, and differ in what they assume of them alone. */
function sameCoefficients(a: readonly RandomTerm[], b: readonly RandomTerm[]): boolean {
  const names = (list: readonly RandomTerm[]): string => {
    return list
      .flatMap(({ group, terms }) => terms.map((term) => JSON.stringify([group, term])))
      .sort()
      .join()
  }
  return names(a) === names(b)
}

/** What the larger model's random part adds: nothing on the boundary, one variance with covariances, or more. */
export function compareRandom(
  smaller: Comparable,
  larger: Comparable,
): "regular" | "unknown" | { readonly covariances: number } {
  const added = larger.covariances.filter((term) => !smaller.covariances.some((other) => isSame(term, other)))
  const replaced = smaller.covariances.filter(
    (term) => !larger.covariances.some((other) => isSame(term, other)),
  )
  if (added.length === 0) return "regular"
  // Another variance at zero, or a correlation at ±1, and neither law holds.
  if (smaller.singular) return "unknown"
  if (sameCoefficients(added, replaced)) return "regular"
  const [term] = added
  if (added.length > 1 || term === undefined) return "unknown"
  const known = replaced.reduce((sum, { terms }) => sum + terms.length, 0)
  if (known === term.terms.length) return "regular"
  if (known === 0 && term.terms.length === 1) return { covariances: 0 }
  if (replaced.length === 1 && known === term.terms.length - 1) return { covariances: known }
  return "unknown"
}
