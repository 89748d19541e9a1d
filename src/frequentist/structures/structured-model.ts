/**
 * The criterion of a model whose random terms or residuals have structures, as a function of one vector ω: numbers of
 * the random terms, then the working values of the residual structure.
 *
 * ```
 *  ω ─► T of each term ──────────────────────────┐
 *    └► residual structure ─► whitened rows ─► cross-products ─► criterion, gradient
 * ```
 *
 * Rows are whitened in the coordinates of the model without the structure (an orthonormal basis of X, scaled columns of Z),
 * which never change: T means the same at every ω.
 */

import { dot } from "../../math/compensated-sum.ts"
import type { Design } from "../../models/formula/design.ts"
import { assembleFactors } from "../covariance-factor.ts"
import type { Criterion, CriterionValue, LmmMethod } from "../criterion.ts"
import { evaluateCriterion, scaledVariance } from "../criterion.ts"
import type { CrossProducts } from "../cross-products.ts"
import { formCrossProducts } from "../cross-products.ts"
import { eliminate } from "../eliminate.ts"
import { createEquations, formEquations } from "../equations.ts"
import type { LmmSystem } from "../lmm-system.ts"
import { createSystem } from "../lmm-system.ts"
import type { CorrelationTransform } from "./correlation.ts"
import type { ResidualModel } from "./residual-model.ts"
import type { TermParameters } from "./term-parameters.ts"
import { combineBasis, listTermParameters } from "./term-parameters.ts"
import { rowsOf, whitenRows } from "./whitened-rows.ts"

export interface StructuredModel {
  readonly design: Design
  readonly method: LmmMethod
  readonly weights: Float64Array | null
  readonly residual: ResidualModel | null
  /** Residual variance when it is known, as in `Criterion`. */
  readonly knownVariance: number | null
  /** In the order of the system's terms. */
  readonly terms: readonly TermParameters[]
  /** How many numbers of ω belong to the random terms; the rest is the residual structure's. */
  readonly randomCount: number
  readonly count: number
  /** The criterion whose cross-products are those at ω; its workspace is shared by all ω. */
  criterionAt(omega: Float64Array): Criterion
  factorsAt(omega: Float64Array): readonly Float64Array[]
  evaluate(omega: Float64Array): StructuredValue
}

export interface StructuredValue {
  readonly value: number
  readonly gradient: Float64Array
  /** `log|V| (+ log|X'V⁻¹X|)` up to a constant, and r², with their derivatives in ω; scaled response. */
  readonly logDet: number
  readonly residualSquares: number
  readonly logDetGradient: Float64Array
  readonly residualGradient: Float64Array
}

/**
 * A model with structures of random terms or residuals, ready to be evaluated at values of ω.
 * @param weights of the rows; null for ones
 * @param knownVariance σ² where it is known
 */
export function createStructuredModel(
  design: Design,
  method: LmmMethod,
  weights: Float64Array | null,
  residual: ResidualModel | null,
  knownVariance: number | null = null,
): StructuredModel {
  const base = createSystem(design, weights)
  const terms = listTermParameters(design, base.terms)
  const randomCount = terms.reduce((sum, term) => sum + term.count, 0)
  const count = randomCount + (residual?.parameters.length ?? 0)
  const p = design.fixed.columns.length
  const df = method === "REML" ? design.nobs - p : design.nobs
  const workspace = createEquations(base.cross)
  const systemAt = residual === null ? () => base : whitenedSystems(base, residual)
  const criterionAt = (omega: Float64Array): Criterion => {
    const system = systemAt(omega.subarray(randomCount))
    const equations = { ...workspace, cross: system.cross }
    return { system, method, df, equations, knownVariance, memo: { last: null } }
  }
  const factorsAt = (omega: Float64Array): readonly Float64Array[] => {
    return terms.map(({ basis, start, count: own }, k) => {
      return combineBasis(basis, omega.subarray(start, start + own), base.terms[k]!.width)
    })
  }
  const pull = (gradient: readonly Float64Array[]): Float64Array => {
    const out = new Float64Array(count)
    terms.forEach(({ basis, start }, k) => {
      basis.forEach((matrix, i) => {
        let sum = 0
        for (let j = 0; j < matrix.length; j++) sum += matrix[j]! * gradient[k]![j]!
        out[start + i] = sum
      })
    })
    return out
  }
  const evaluate = (omega: Float64Array): StructuredValue => {
    const factors = factorsAt(omega)
    const criterion = criterionAt(omega)
    const at = evaluateCriterion(criterion, factors)
    const logDetGradient = pull(at.logDetGradient)
    const residualGradient = pull(at.residualGradient)
    const logDet = at.logDet - criterion.system.logWeights
    if (Number.isFinite(at.value)) {
      for (let k = randomCount; k < count; k++) {
        const [up, down] = [STEP, -STEP].map((step) => {
          const moved = Float64Array.from(omega)
          moved[k] = moved[k]! + step
          return partsOf(criterionAt(moved), factors)
        }) as [Parts, Parts]
        logDetGradient[k] = (up.logDet - down.logDet) / (2 * STEP)
        residualGradient[k] = (up.residualSquares - down.residualSquares) / (2 * STEP)
      }
    }
    const variance = scaledVariance(criterion, at.residualSquares)
    const gradient = logDetGradient.map((value, k) => value + residualGradient[k]! / variance)
    if (!gradient.every(Number.isFinite)) return undefinedAt(at, count)
    const { value, residualSquares } = at
    return { value, gradient, logDet, residualSquares, logDetGradient, residualGradient }
  }
  return {
    design,
    method,
    weights,
    residual,
    knownVariance,
    terms,
    randomCount,
    count,
    criterionAt,
    factorsAt,
    evaluate,
  }
}

/** Of the central differences in the working values of the residual structure, whose natural size is one. */
const STEP = 1e-4

interface Parts {
  readonly logDet: number
  readonly residualSquares: number
}

/** The two parts of the criterion without their derivatives in T. */
function partsOf({ system, equations, method }: Criterion, factors: readonly Float64Array[]): Parts {
  formEquations(equations, assembleFactors(system, factors))
  const found = eliminate(equations)
  if (found === null) return { logDet: Number.NaN, residualSquares: Number.NaN }
  const fixed = method === "REML" ? found.logDetFixed + system.logDetCrossproduct : 0
  const logDet = found.logDetEffects + fixed - system.logWeights
  return { logDet, residualSquares: found.residualSquares }
}

function undefinedAt(at: CriterionValue, count: number): StructuredValue {
  const zeros = new Float64Array(count)
  return {
    value: Number.POSITIVE_INFINITY,
    gradient: zeros,
    logDet: Number.NaN,
    residualSquares: at.residualSquares,
    logDetGradient: zeros,
    residualGradient: zeros,
  }
}

/** The last cross-products are kept: a search comes back to them for every difference in T. */
const KEPT = 8

function whitenedSystems(base: LmmSystem, residual: ResidualModel): (working: Float64Array) => LmmSystem {
  const { cross } = base
  const rows = rowsOf(base)
  const form = (transform: CorrelationTransform): CrossProducts => {
    const { basis, response, factors: whitened } = whitenRows(rows, transform)
    const factors = base.factors.map((factor, f) => ({ ...factor, columns: whitened[f]! }))
    return { ...formWhitened({ ...cross.layout, factors }, basis, response), layout: cross.layout }
  }
  const { mixture } = residual
  let nodes: readonly CrossProducts[] | undefined
  const kept: { readonly key: string; readonly system: LmmSystem }[] = []
  return (working) => {
    const key = working.join()
    const known = kept.find((entry) => entry.key === key)
    if (known !== undefined) return known.system
    const mixed = mixture?.at(working[0]!) ?? null
    let made: { readonly cross: CrossProducts; readonly logDet: number }
    if (mixture !== null && mixed !== null) {
      nodes ??= mixture.transforms.map(form)
      made = { cross: mixProducts(nodes, mixed.weights), logDet: mixed.logDet }
    } else {
      const transform = residual.at(working)
      made = { cross: form(transform), logDet: transform.logDet }
    }
    const system = { ...base, cross: made.cross, logWeights: base.logWeights - made.logDet }
    kept.unshift({ key, system })
    kept.length = Math.min(kept.length, KEPT)
    return system
  }
}

function mixProducts(nodes: readonly CrossProducts[], weights: readonly number[]): CrossProducts {
  const mix = (of: (cross: CrossProducts) => Float64Array): Float64Array => {
    const parts = nodes.map(of)
    const out = new Float64Array(parts[0]!.length)
    parts.forEach((part, k) => {
      const weight = weights[k]!
      for (let i = 0; i < out.length; i++) out[i] = out[i]! + weight * part[i]!
    })
    return out
  }
  const [first] = nodes
  return {
    ...first!,
    diagonal: first!.diagonal.map((_, c) => mix((cross) => cross.diagonal[c]!)),
    below: first!.below.map((_, c) => mix((cross) => cross.below[c]!)),
    tail: mix((cross) => cross.tail),
  }
}

/** As `formCrossProducts`, for columns of X that are not orthonormal and a response not orthogonal to them. */
function formWhitened(
  layout: CrossProducts["layout"],
  basis: readonly Float64Array[],
  response: Float64Array,
): CrossProducts {
  const cross = formCrossProducts(layout, basis, response, dot(response, response))
  const { tailEffects, tailSize } = layout
  const columns = [...basis, response]
  columns.forEach((a, i) => {
    columns.slice(0, i + 1).forEach((b, j) => {
      const value = dot(a, b)
      cross.tail[(tailEffects + i) * tailSize + tailEffects + j] = value
      cross.tail[(tailEffects + j) * tailSize + tailEffects + i] = value
    })
  })
  return cross
}
