/** Kenward and Roger's adjustment for small samples. */

import { OptionError } from "../core/errors.ts"
import { invertPositiveDefinite } from "../math/small-dense.ts"
import { decomposeSymmetric } from "../math/symmetric-eigen.ts"
import { evaluateCriterion, scaledVariance } from "./criterion.ts"
import { multiplySquare, traceOf, traceOfProduct } from "./dense-products.ts"
import { gatherParts } from "./gather-kenward-roger.ts"
import type { BoundaryParameters } from "./kenward-roger-directions.ts"
import { listDirections } from "./kenward-roger-directions.ts"
import type { Parts } from "./kenward-roger-parts.ts"

import type { LmmEstimate } from "./lmm-estimate.ts"
import { formRandomBlocks } from "./random-blocks.ts"

/** In the coordinates of the orthonormal basis of X and for a residual variance of one. */
export interface KenwardRoger {
  readonly p: number
  /** Φ = (X'V⁻¹X)⁻¹, row-major p × p. */
  readonly covariance: Float64Array
  /** Φ_A, which allows for the variance parameters being estimates. */
  readonly adjusted: Float64Array
  /** Asymptotic covariance matrix W of the variance parameters, row-major k × k. */
  readonly parameterCovariance: Float64Array
  /** ΦP_iΦ, P_i = ∂(X'V⁻¹X)/∂γ_i. */
  readonly derivatives: readonly Float64Array[]
}

export interface KenwardRogerOptions {
  /** What becomes of parameters at a singular fit; kept, as pbkrtest has them, when left out. */
  readonly boundary?: BoundaryParameters
  /**
   * Of the variance parameters: `expected`, as the paper and pbkrtest have it, when left out; `observed` as SAS's PROC MIXED.
   */
  readonly information?: "expected" | "observed"
  /** Leaves out the second derivatives of V, as SAS's `DDFM=KR(FIRSTORDER)`: Φ_A is then not smaller than Φ. */
  readonly firstOrder?: boolean
}

/**
 * Kenward & Roger (1997, Biometrics 53, 983–997), equations 2 to 5:
 *
 *   Φ_A = Φ + 2Φ {Σ_ij W_ij (Q_ij − P_iΦP_j − R_ij / 4)} Φ
 *   P_i = −X'V⁻¹V_iV⁻¹X,  Q_ij = X'V⁻¹V_iV⁻¹V_jV⁻¹X,  R_ij = X'V⁻¹V_ijV⁻¹X
 *   2 (W⁻¹)_ij = tr(V⁻¹V_iV⁻¹V_j) − 2 tr(ΦQ_ij) + tr(ΦP_iΦP_j)                      expected information
 *   2 (W⁻¹)_ij = 2 y'PV_iPV_jPy − tr(PV_iPV_j) + tr(PV_ij) − y'PV_ijPy              observed
 *
 * The random terms' parameters are the elements of their covariance matrices; those of residuals are of `ResidualCovariance`. V is linear in
 * variances and covariances, R_ij is of correlations and of the power of a covariate: there Φ_A depends on what the
 * parameters are, which are SAS's.
 *
 * @throws OptionError for a maximum-likelihood fit, and when crossed factors are too large, series too long, or the scale of structured
 *   residuals is known
 */
export function adjustKenwardRoger(fit: LmmEstimate, options: KenwardRogerOptions = {}): KenwardRoger {
  const { criterion, factors } = fit.state
  const { boundary = "keep", information: kind = "expected", firstOrder = false } = options
  checkAdjustable(fit)
  const { residualSquares } = evaluateCriterion(criterion, factors)
  const variance = scaledVariance(criterion, residualSquares)
  const p = criterion.system.cross.layout.fixedEffects
  const information = fixedInformation(fit)
  const covariance = new Float64Array(p * p)
  invertPositiveDefinite(information, 0, p, covariance, 0, new Float64Array(p * p))
  const directions = listDirections(fit, boundary)
  const blocks = formRandomBlocks(criterion, factors, variance)
  const parts = gatherParts(fit, blocks, directions, information, variance)
  // V itself comes last, and does not move where the residual variance is known.
  const all = parts.p.length
  const k = fit.residualKnown ? all - 1 : all
  const inner = (m: Float64Array): Float64Array => leadingBlock(m, p)
  const own = parts.p.slice(0, k).map(inner)
  const sandwiches = own.map((m) => multiplySquare(covariance, multiplySquare(m, covariance, p), p))
  const twiceInformation = new Float64Array(k * k)
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      twiceInformation[i * k + j] =
        parts.trace[i * all + j]! -
        2 * traceOfProduct(covariance, inner(parts.q[i * all + j]!), p) +
        traceOfProduct(sandwiches[i]!, own[j]!, p)
    }
  }
  if (kind === "observed") observe(twiceInformation, parts, covariance, p, k)
  const parameterCovariance = invertInformation(twiceInformation, k, fit)
  const sum = new Float64Array(p * p)
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      const w = parameterCovariance[i * k + j]!
      const second = multiplySquare(own[i]!, multiplySquare(covariance, own[j]!, p), p)
      const q = inner(parts.q[i * all + j]!)
      for (let x = 0; x < sum.length; x++) sum[x] = sum[x]! + w * (q[x]! - second[x]!)
    }
  }
  for (const { i, j, matrix } of firstOrder ? [] : parts.second.filter((part) => !part.isOfFactor)) {
    const w = (i === j ? 0.25 : 0.5) * parameterCovariance[i * k + j]!
    inner(matrix).forEach((value, x) => {
      sum[x] = sum[x]! - w * value
    })
  }
  const correction = multiplySquare(covariance, multiplySquare(sum, covariance, p), p)
  const adjusted = covariance.map((value, x) => {
    const mirrored = (x % p) * p + Math.floor(x / p)
    return value + correction[x]! + correction[mirrored]!
  })
  return { p, covariance, adjusted, parameterCovariance, derivatives: sandwiches }
}

/** From twice the expected information to twice the observed one, in place. */
function observe(twice: Float64Array, parts: Parts, covariance: Float64Array, p: number, k: number): void {
  const c = p + 1
  const all = parts.p.length
  // Their last columns: X'V⁻¹V_iPy.
  const ends = parts.p.map((m) => Float64Array.from({ length: p }, (_, x) => m[x * c + p]!))
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      let quadratic = parts.q[i * all + j]![c * c - 1]!
      for (let a = 0; a < p; a++) {
        for (let b = 0; b < p; b++) quadratic -= ends[i]![a]! * covariance[a * p + b]! * ends[j]![b]!
      }
      twice[i * k + j] = 2 * quadratic - twice[i * k + j]!
    }
  }
  for (const { i, j, matrix, trace } of parts.second) {
    const bend = trace - traceOfProduct(covariance, leadingBlock(matrix, p), p) - matrix[c * c - 1]!
    twice[i * k + j] = twice[i * k + j]! + bend
    if (i !== j) twice[j * k + i] = twice[j * k + i]! + bend
  }
}

/** The first p rows and columns of a matrix of p + 1. */
function leadingBlock(m: Float64Array, p: number): Float64Array {
  const out = new Float64Array(p * p)
  for (let a = 0; a < p; a++) out.set(m.subarray(a * (p + 1), a * (p + 1) + p), a * p)
  return out
}

function checkAdjustable(fit: LmmEstimate): void {
  if (fit.method !== "REML") {
    throw new OptionError("Kenward and Roger's adjustment is defined for REML fits, this is an ML fit", {
      code: "needs-reml",
      where: fit.formula,
      hint: "fit by REML, or use Satterthwaite's degrees of freedom",
    })
  }
  if (!fit.residualKnown || fit.residual === null) return
  throw new OptionError(
    "Kenward and Roger's adjustment moves the scale of the residuals, which is known here",
    {
      code: "not-with-structures",
      where: fit.formula,
      hint: "leave the residual structure out",
    },
  )
}

export interface ScaledF {
  /** Factor of the F statistic that is made with Φ_A. */
  readonly scale: number
  readonly ddf: number
}

/**
 * Denominator degrees of freedom and scale of the F test of `lβ = 0`, by matching the first two moments (Kenward & Roger
 * 1997, section 4; Halekoh & Højsgaard 2014, section 3).
 *
 * @param contrast row-major q × p of full row rank, in the coordinates of `adjustment`
 */
export function matchMoments(adjustment: KenwardRoger, contrast: Float64Array, q: number): ScaledF {
  const { p, covariance, derivatives, parameterCovariance } = adjustment
  const k = derivatives.length
  const inverse = invertContrast(covariance, contrast, q, p)
  const reduced = derivatives.map((d) => multiplySquare(inverse, restrict(d, contrast, q, p), q))
  let a1 = 0
  let a2 = 0
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      const w = parameterCovariance[i * k + j]!
      a1 += w * traceOf(reduced[i]!, q) * traceOf(reduced[j]!, q)
      a2 += w * traceOfProduct(reduced[i]!, reduced[j]!, q)
    }
  }
  const b = (a1 + 6 * a2) / (2 * q)
  const g = ((q + 1) * a1 - (q + 4) * a2) / ((q + 2) * a2)
  const denominator = 3 * q + 2 * (1 - g)
  const v0 = 1 + (g / denominator) * b
  const v1 = 1 - ((q - g) / denominator) * b
  const v2 = 1 - ((q + 2 - g) / denominator) * b
  const expectation = 1 - a2 / q
  // Both vanish together in the exact cases where the F distribution has no mean; their ratio tends to one.
  const ratio = Math.abs(expectation) < 1e-10 && Math.abs(v1) < 1e-10 ? 1 : expectation / v1
  const rho = (ratio * ratio * (Math.abs(v0) < 1e-10 ? 0 : v0)) / (q * v2)
  const ddf = 4 + (q + 2) / (q * rho - 1)
  const scale = Math.abs(ddf - 2) < 1e-2 ? 1 : (ddf * expectation) / (ddf - 2)
  return { scale, ddf }
}

/** `(lΦl')⁻¹`, row-major q × q. */
export function invertContrast(
  covariance: Float64Array,
  contrast: Float64Array,
  q: number,
  p: number,
): Float64Array {
  const inverse = new Float64Array(q * q)
  invertPositiveDefinite(restrict(covariance, contrast, q, p), 0, q, inverse, 0, new Float64Array(q * q))
  return inverse
}

/** `l M l'`. */
export function restrict(m: Float64Array, l: Float64Array, q: number, p: number): Float64Array {
  const half = new Float64Array(q * p)
  for (let a = 0; a < q; a++) {
    for (let x = 0; x < p; x++) {
      for (let y = 0; y < p; y++) half[a * p + y] = half[a * p + y]! + l[a * p + x]! * m[x * p + y]!
    }
  }
  const out = new Float64Array(q * q)
  for (let a = 0; a < q; a++) {
    for (let b = 0; b < q; b++) {
      for (let y = 0; y < p; y++) out[a * q + b] = out[a * q + b]! + half[a * p + y]! * l[b * p + y]!
    }
  }
  return out
}

/** Q'H⁻¹Q = LL', L the last block of the factored equations. */
function fixedInformation(fit: LmmEstimate): Float64Array {
  const { equations, system } = fit.state.criterion
  const { tailEffects, tailSize, fixedEffects: p } = system.cross.layout
  const information = new Float64Array(p * p)
  for (let a = 0; a < p; a++) {
    for (let b = 0; b < p; b++) {
      for (let k = 0; k <= Math.min(a, b); k++) {
        information[a * p + b] =
          information[a * p + b]! +
          equations.tail[(tailEffects + a) * tailSize + tailEffects + k]! *
            equations.tail[(tailEffects + b) * tailSize + tailEffects + k]!
      }
    }
  }
  return information
}

/** Eigenvalues of an information matrix of unit diagonal that rounding cannot tell from zero. */
const FLAT = 1e-10

/**
 * Twice the inverse, after scaling to a unit diagonal. Directions without information, as between the intercept and all
 * levels of a factor in `(f || g)`, are left out: V does not change along them.
 */
function invertInformation(twice: Float64Array, k: number, fit: LmmEstimate): Float64Array {
  const scales = Float64Array.from({ length: k }, (_, i) => 1 / Math.sqrt(twice[i * (k + 1)]!))
  const scaled = twice.map((value, x) => value * scales[x % k]! * scales[Math.floor(x / k)]!)
  const { values, vectors } = decomposeSymmetric(scaled, k)
  if (!values.every((value) => value > -FLAT)) {
    throw new OptionError("the information about the variance parameters is not positive definite", {
      code: "singular-information",
      where: fit.formula,
      hint: "use Satterthwaite's degrees of freedom, or fewer variance parameters",
    })
  }
  const inverse = new Float64Array(k * k)
  for (let e = 0; e < k; e++) {
    if (values[e]! < FLAT) continue
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) {
        const share = (scales[i]! * vectors[i * k + e]! * vectors[j * k + e]! * scales[j]!) / values[e]!
        inverse[i * k + j] = inverse[i * k + j]! + 2 * share
      }
    }
  }
  return inverse
}
