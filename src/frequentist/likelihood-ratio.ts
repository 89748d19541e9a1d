/** Likelihood-ratio tests between nested models. */

import { ModelError, NumericalError } from "../core/errors.ts"
import { dot } from "../math/compensated-sum.ts"
import { orthonormaliseColumns } from "../math/orthonormal-basis.ts"
import type { Design } from "../models/formula/design.ts"
import { checkNumbers } from "./check-design.ts"
import type { LmmMethod } from "./criterion.ts"
import { projectOut } from "./ols.ts"
import type { ResidualEstimate } from "./structures/residual-model.ts"
import type { TermStructure } from "./structures/term-parameters.ts"
import { chiSquareTail } from "./tail-probabilities.ts"
import { checkWeights, weightRows } from "./weights.ts"

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

export interface LikelihoodRatioTest {
  readonly statistic: number
  /** Difference of the numbers of parameters. */
  readonly df: number
  /** From χ² with `df` degrees of freedom. */
  readonly p: number
  /** The asymptotic null distribution where it is known: weights and degrees of freedom of a mixture of χ². */
  readonly mixture: readonly { readonly weight: number; readonly df: number }[] | null
  /** From the mixture; null where it is not known. */
  readonly pMixture: number | null
  /** How `p` is to be read. */
  readonly note: string
}

/**
 * Compares two nested fits to the same rows. Where the smaller model puts a variance at zero, that is at the boundary, the
 * χ² distribution gives p values that are too large. The right mixture is known for one added variance, ½χ²_f +
 * ½χ²_{f+1}, and for one coefficient added to an unstructured covariance matrix of order r, ½χ²_{f+r} + ½χ²_{f+r+1}, f the
 * number of fixed effects that differ (Self & Liang 1987, JASA 82, 605–610; Stram & Lee 1994, Biometrics 50,
 * 1171–1177).
 *
 * @throws ModelError when the fits are not to the same rows by the same method, are REML fits with different fixed
 *   effects, or are not nested
 */
export function likelihoodRatioTest(smaller: Comparable, larger: Comparable): LikelihoodRatioTest {
  checkSameData(smaller, larger)
  checkSameFixed(smaller, larger)
  checkNestedRandom(smaller, larger)
  checkNestedResidual(smaller, larger)
  const df = larger.parameters - smaller.parameters
  if (df <= 0) {
    throw notNested(
      smaller,
      larger,
      `it has ${larger.parameters} parameters, the smaller ${smaller.parameters}`,
    )
  }
  const difference = smaller.criterion - larger.criterion
  // What is left of a difference when both optima are the same point.
  const statistic = difference > 1e-8 ? difference : 0
  const fixed = larger.design.fixed.columns.length - smaller.design.fixed.columns.length
  const kind = compareRandom(smaller, larger)
  const p = chiSquareTail(statistic, df)
  if (kind === "regular") {
    return {
      statistic,
      df,
      p,
      mixture: [{ weight: 1, df }],
      pMixture: p,
      note: `χ² with ${df} ${df === 1 ? "degree" : "degrees"} of freedom`,
    }
  }
  if (kind === "unknown") {
    const note =
      "conservative: variances are tested on the boundary, and the mixture of χ² distributions is not known"
    return { statistic, df, p, mixture: null, pMixture: null, note }
  }
  const mixture = [
    { weight: 0.5, df: fixed + kind.covariances },
    { weight: 0.5, df: fixed + kind.covariances + 1 },
  ]
  const pMixture = mixture.reduce((sum, part) => sum + part.weight * chiSquareTail(statistic, part.df), 0)
  const note = `conservative: one variance is tested on the boundary; the mixture ½χ²(${mixture[0]!.df}) + ½χ²(${mixture[1]!.df}) is exact for large samples`
  return { statistic, df, p, mixture, pMixture, note }
}

/**
 * The linear model of a design's fixed part with independent errors, ready for comparison: criterion
 * `df (1 + log(2π rss/df)) [+ log|X'X|] − Σ log w`; of known residual variances 1/w, `df log(2π) + rss [+ …] − Σ log w`.
 *
 * @throws NumericalError and DataError as `fitOls` does, OptionError for weights as `fitLmm` does
 */
export function fitWithoutRandom(
  design: Design,
  method: LmmMethod,
  weights: Float64Array | null = null,
  residualKnown = false,
): Comparable {
  checkNumbers(design)
  if (weights !== null) checkWeights(design, weights)
  const rows = weights === null ? design : weightRows(design, weights)
  const { basis, coordinates } = independentBasis(rows)
  const residual = rows.response.values.map((value, i) => value - (rows.offset?.[i] ?? 0))
  projectOut(basis, residual)
  const rss = dot(residual, residual)
  const p = basis.length
  const df = method === "REML" ? design.nobs - p : design.nobs
  let criterion = residualKnown
    ? df * Math.log(2 * Math.PI) + rss
    : df * (1 + Math.log((2 * Math.PI * rss) / df))
  if (weights !== null) for (const weight of weights) criterion -= Math.log(weight)
  if (method === "REML") {
    coordinates.forEach((column, j) => {
      criterion += 2 * Math.log(column[j]!)
    })
  }
  return {
    formula: design.formula,
    method,
    criterion,
    parameters: residualKnown ? p : p + 1,
    nobs: design.nobs,
    design: { ...design, random: [] },
    weights,
    residualKnown,
    singular: false,
    covariances: [],
    residual: null,
  }
}

function independentBasis(design: Design) {
  const orthonormal = orthonormaliseColumns(design.fixed.columns)
  const first = orthonormal.dependent[0]
  if (first === undefined) return orthonormal
  const name = design.fixed.names[first]!
  throw new NumericalError(`fixed effect ${name} is a linear combination of the fixed effects before it`, {
    code: "collinear",
    where: design.formula,
    hint: `leave ${name} out`,
  })
}

function checkSameData(smaller: Comparable, larger: Comparable): void {
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

function checkSameFixed(smaller: Comparable, larger: Comparable): void {
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

function checkNestedRandom(smaller: Comparable, larger: Comparable): void {
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

function notNested(smaller: Comparable, larger: Comparable, why: string): ModelError {
  return new ModelError(`"${smaller.formula}" is not a special case of "${larger.formula}": ${why}`, {
    code: "not-nested",
    where: "likelihood-ratio test",
    hint: "name the smaller model first, and make every one of its terms a part of the larger model",
  })
}

function checkNestedResidual(smaller: Comparable, larger: Comparable): void {
  const held = Object.keys(larger.residual ?? {})
  const alone = Object.keys(smaller.residual ?? {}).find((kind) => {
    return !held.includes(kind) && !held.some((larger) => SPECIAL_CASES[larger]?.includes(kind))
  })
  if (alone === undefined) return
  throw notNested(smaller, larger, `the residual structure ${alone} is in the smaller model alone`)
}

type RandomTerm = Comparable["covariances"][number]

/** Each is a special case of those after it. */
/** Correlations of residuals that are special cases of another. */
const SPECIAL_CASES: Readonly<Record<string, readonly string[]>> = {
  un: ["symm", "toep", "cs", "ar1", "car1"],
  symm: ["toep", "cs", "ar1", "car1"],
  toep: ["cs", "ar1"],
}

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
function compareRandom(
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
