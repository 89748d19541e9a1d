/** Satterthwaite degrees of freedom of contrasts of the fixed effects. */

import { decomposeSymmetric } from "../math/symmetric-eigen.ts"
import { packTheta, unpackTheta } from "./covariance-factor.ts"
import type { Criterion } from "./criterion.ts"
import { evaluateCriterion } from "./criterion.ts"
import { unscaledCovariance } from "./fixed-effects.ts"

export interface VarianceSensitivity {
  /** Covariance matrix of the fixed effects, row-major p × p. */
  readonly vcov: Float64Array
  /** Derivative of `vcov` with respect to each variance parameter. */
  readonly derivatives: readonly Float64Array[]
  /** Asymptotic covariance matrix of the variance parameters, twice the inverse Hessian of the criterion. */
  readonly parameterCovariance: Float64Array
}

const STEP = 1e-4

/**
 * Derivatives and information at the optimum, with respect to (θ, σ²). The criterion that is not profiled is
 * `df log(2πσ²) + r²(θ)/σ² + log det(θ)`; its Hessian comes from central differences of the analytic gradients of r²
 * and log det, that of `vcov` from central differences of `(X'V⁻¹X)⁻¹`. Parameters in a zero column of T are on the
 * boundary and left out.
 *
 * @param factors the optimum, T of each term; the workspace is overwritten
 * @returns null when the information is not positive definite
 */
export function differentiateVariance(
  criterion: Criterion,
  factors: readonly Float64Array[],
): VarianceSensitivity | null {
  const { system, df } = criterion
  const { terms } = system
  const theta = packTheta(terms, factors)
  const free = freeParameters(terms, factors)
  const centre = evaluateCriterion(criterion, factors)
  const unscaled = unscaledCovariance(criterion)
  const variance = centre.residualSquares / df
  const k = free.length
  const size = k + 1
  const hessian = new Float64Array(size * size)
  const derivatives: Float64Array[] = []
  const dataVariance = variance * system.responseScale ** 2
  const residualGradient = packTheta(terms, centre.residualGradient)
  free.forEach((parameter, a) => {
    const h = STEP * Math.max(1, Math.abs(theta[parameter]!))
    const [up, down] = [h, -h].map((shift) => {
      const moved = Float64Array.from(theta)
      moved[parameter] = moved[parameter]! + shift
      const at = evaluateCriterion(criterion, unpackTheta(terms, moved))
      const logDet = packTheta(terms, at.logDetGradient)
      const residual = packTheta(terms, at.residualGradient)
      const gradient = logDet.map((value, i) => value + residual[i]! / variance)
      return { gradient, covariance: unscaledCovariance(criterion) }
    }) as [Probe, Probe]
    free.forEach((other, b) => {
      hessian[a * size + b] = (up.gradient[other]! - down.gradient[other]!) / (2 * h)
    })
    // σ² enters divided by the scale of the response, as everywhere inside.
    const mixed = -residualGradient[parameter]! / (variance * variance)
    hessian[a * size + k] = mixed
    hessian[k * size + a] = mixed
    derivatives.push(
      up.covariance.map((value, i) => (dataVariance * (value - down.covariance[i]!)) / (2 * h)),
    )
  })
  hessian[size * size - 1] = df / (variance * variance)
  derivatives.push(unscaled.map((value) => value * system.responseScale ** 2))
  const parameterCovariance = invertSymmetric(hessian, size)
  if (parameterCovariance === null) return null
  return {
    vcov: unscaled.map((value) => value * dataVariance),
    derivatives,
    parameterCovariance: parameterCovariance.map((value) => 2 * value),
  }
}

interface Probe {
  readonly gradient: Float64Array
  readonly covariance: Float64Array
}

/**
 * `2 (l'Φl)² / (g'Ag)`, g the derivative of `l'Φl` (Giesbrecht & Burns 1985, Biometrics 41, 477–486; Fai & Cornelius
 * 1996, J. Stat. Comput. Simul. 54, 363–378).
 *
 * @param contrast l, length p
 * @returns +Infinity when the variance of the contrast does not depend on the parameters
 */
export function satterthwaiteDf(sensitivity: VarianceSensitivity, contrast: Float64Array): number {
  const variance = quadraticForm(sensitivity.vcov, contrast)
  const gradient = Float64Array.from(sensitivity.derivatives, (d) => quadraticForm(d, contrast))
  return (2 * variance * variance) / quadraticForm(sensitivity.parameterCovariance, gradient)
}

function quadraticForm(m: Float64Array, v: Float64Array): number {
  let sum = 0
  for (let i = 0; i < v.length; i++) {
    for (let j = 0; j < v.length; j++) sum += v[i]! * m[i * v.length + j]! * v[j]!
  }
  return sum
}

/** Indices of the entries of θ that do not lie in a vanished column of T. */
export function freeParameters(
  terms: readonly { readonly width: number; readonly thetaStart: number }[],
  factors: readonly Float64Array[],
): readonly number[] {
  const free: number[] = []
  terms.forEach(({ width: q, thetaStart }, k) => {
    let at = thetaStart
    for (let column = 0; column < q; column++) {
      const onBoundary = factors[k]![column * q + column] === 0
      for (let row = column; row < q; row++, at++) if (!onBoundary) free.push(at)
    }
  })
  return free
}

/** By eigenvalues; null unless all are positive. */
export function invertSymmetric(m: Float64Array, n: number): Float64Array | null {
  const symmetric = m.map((value, i) => 0.5 * (value + m[(i % n) * n + Math.floor(i / n)]!))
  const { values, vectors } = decomposeSymmetric(symmetric, n)
  if (!(values[0]! > 1e-12 * values[n - 1]!)) return null
  const inverse = new Float64Array(n * n)
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) {
      for (let k = 0; k < n; k++) {
        inverse[a * n + b] = inverse[a * n + b]! + (vectors[a * n + k]! * vectors[b * n + k]!) / values[k]!
      }
    }
  }
  return inverse
}
