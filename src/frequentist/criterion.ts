/** The profiled criterion of a linear mixed model as a function of the relative covariance factors. */

import { assembleFactors, extractTerm, packTheta, unpackTheta } from "./covariance-factor.ts"
import { eliminate, solveEquations } from "./eliminate.ts"
import type { Equations } from "./equations.ts"
import { createEquations, formEquations } from "./equations.ts"
import type { LmmSystem } from "./lmm-system.ts"
import { computeScore } from "./score.ts"
import { invertEquations } from "./selected-inverse.ts"

export type LmmMethod = "REML" | "ML"

export interface Criterion {
  readonly system: LmmSystem
  readonly method: LmmMethod
  readonly equations: Equations
  /** n − p for REML, n for ML. */
  readonly df: number
  /** Residual variance on the scale of the data when it is known (over the weights); null: it is profiled out. */
  readonly knownVariance: number | null
  /** The last evaluation, good for as long as the workspace is as it was left. */
  readonly memo: { last: Evaluated | null }
}

interface Evaluated {
  readonly termFactors: readonly Float64Array[]
  readonly value: CriterionValue
  readonly revision: number
}

export interface CriterionValue {
  /** REML criterion, or −2 log likelihood; +Infinity where it cannot be computed. */
  readonly value: number
  /** ∂ value / ∂T of each term, row-major q × q, whole (not only the lower triangle). */
  readonly gradient: readonly Float64Array[]
  /** The parts: log|M| (+ log|X'V⁻¹X| for REML) and r², with their own derivatives; scaled response. */
  readonly logDet: number
  readonly residualSquares: number
  readonly logDetGradient: readonly Float64Array[]
  readonly residualGradient: readonly Float64Array[]
}

/** The criterion of a system with the memory of its equations. @param knownVariance σ² where it is known; null where it is profiled out */
export function createCriterion(
  system: LmmSystem,
  method: LmmMethod,
  knownVariance: number | null = null,
): Criterion {
  const { nobs, fixed } = system.design
  const df = method === "REML" ? nobs - fixed.columns.length : nobs
  return { system, method, equations: createEquations(system.cross), df, knownVariance, memo: { last: null } }
}

/** Residual variance of the scaled response: the known one, or the estimate r²/df. */
export function scaledVariance({ system, df, knownVariance }: Criterion, residualSquares: number): number {
  return knownVariance === null ? residualSquares / df : knownVariance / system.responseScale ** 2
}

/**
 * Profiled deviance and profiled REML criterion of Bates et al. (2015), sections 3.4 and 3.5:
 * `log|M| + df (1 + log(2π r²/df))`, for REML plus `log|X'V⁻¹X|`; with its gradient. Where the residual variance σ² is
 * known, `log|M| + df log(2πσ²) + r²/σ²` instead. Leaves the factored equations, their solution and their inverse in
 * the workspace, and does nothing when that is where they are.
 *
 * @param termFactors T of each term in the order of θ, row-major q × q, in internal coordinates
 */
export function evaluateCriterion(
  criterion: Criterion,
  termFactors: readonly Float64Array[],
): CriterionValue {
  const { last } = criterion.memo
  if (last !== null && last.revision === criterion.equations.revision[0] && isSame(last, termFactors)) {
    return last.value
  }
  const value = evaluateAnew(criterion, termFactors)
  if (Number.isFinite(value.value)) {
    const copies = termFactors.map((t) => Float64Array.from(t))
    criterion.memo.last = { termFactors: copies, value, revision: criterion.equations.revision[0]! }
  }
  return value
}

function isSame(last: Evaluated, termFactors: readonly Float64Array[]): boolean {
  return last.termFactors.every((t, k) => t.every((value, i) => value === termFactors[k]![i]))
}

function evaluateAnew(criterion: Criterion, termFactors: readonly Float64Array[]): CriterionValue {
  const { system, equations, method, df } = criterion
  const factors = assembleFactors(system, termFactors)
  formEquations(equations, factors)
  const elimination = eliminate(equations)
  if (elimination === null || !(elimination.residualSquares > 0)) return undefinedValue(system)
  const { residualSquares } = elimination
  const variance = scaledVariance(criterion, residualSquares)
  const scale = system.responseScale
  const fixedPart = method === "REML" ? elimination.logDetFixed + system.logDetCrossproduct : 0
  const logDet = elimination.logDetEffects + fixedPart
  const spread = Math.log(2 * Math.PI * variance) + 2 * Math.log(scale)
  const value = logDet - system.logWeights + df * spread + residualSquares / variance
  if (!Number.isFinite(value)) return undefinedValue(system)
  solveEquations(equations)
  invertEquations(equations, method === "REML")
  const score = computeScore(equations, factors)
  const logDetGradient = system.terms.map((term) => extractTerm(system, term, score.logDet))
  const residualGradient = system.terms.map((term) => extractTerm(system, term, score.residualSquares))
  const gradient = logDetGradient.map((part, k) => {
    const other = residualGradient[k]!
    return part.map((derivative, i) => derivative + other[i]! / variance)
  })
  return { value, gradient, logDet, residualSquares, logDetGradient, residualGradient }
}

/** The criterion and its gradient in θ (internal coordinates): what an optimiser sees. */
export function evaluateTheta(
  criterion: Criterion,
  theta: Float64Array,
): { readonly value: number; readonly gradient: Float64Array } {
  const { terms } = criterion.system
  const { value, gradient } = evaluateCriterion(criterion, unpackTheta(terms, theta))
  return { value, gradient: packTheta(terms, gradient) }
}

function undefinedValue(system: LmmSystem): CriterionValue {
  const zeros = system.terms.map((term) => new Float64Array(term.width ** 2))
  return {
    value: Number.POSITIVE_INFINITY,
    gradient: zeros,
    logDet: Number.NaN,
    residualSquares: Number.NaN,
    logDetGradient: zeros,
    residualGradient: zeros,
  }
}
