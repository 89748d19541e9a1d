/** Satterthwaite degrees of freedom of contrasts of the fixed effects. */

import { decomposeSymmetric } from "../math/symmetric-eigen.ts"
import { packTheta, unpackTheta } from "./covariance-factor.ts"
import type { Criterion } from "./criterion.ts"
import { evaluateCriterion, scaledVariance } from "./criterion.ts"
import { unscaledCovariance } from "./fixed-effects.ts"

export interface VarianceSensitivity {
  /** Covariance matrix of the fixed effects, row-major p × p. */
  readonly vcov: Float64Array
  /** Derivative of `vcov` with respect to each variance parameter. */
  readonly derivatives: readonly Float64Array[]
  /** Asymptotic covariance matrix of the variance parameters, twice the inverse Hessian of the criterion. */
  readonly parameterCovariance: Float64Array
  /**
   * Directions of the variance parameters along which neither the criterion nor `vcov` changes, as between the intercept
   * and all levels of a factor in `(f || g)`. `parameterCovariance` says nothing of them; empty as a rule.
   */
  readonly unidentified: readonly Float64Array[]
}

const STEP = 1e-4

/** What the criterion and `(X'V⁻¹X)⁻¹` are at one value of the parameters of the covariance. */
export interface Probe {
  /** Scaled residual sum of squares at the best fixed effects. */
  readonly residualSquares: number
  /** Gradients with respect to all parameters. */
  readonly logDetGradient: Float64Array
  readonly residualGradient: Float64Array
  /** `(X'V⁻¹X)⁻¹` in units of the residual variance, row-major p × p. */
  readonly covariance: Float64Array
}

/** A criterion around its optimum, as a function of the parameters of the covariance. */
export interface Surface {
  readonly criterion: Criterion
  readonly optimum: Float64Array
  /** Indices of the parameters that are not on the boundary. */
  readonly free: readonly number[]
  /** Half the distance of the two points of a central difference. */
  step(parameter: number): number
  probe(parameters: Float64Array): Probe
}

/**
 * Derivatives and information at the optimum, with respect to (θ, σ²), or to θ where σ² is known. Parameters in a zero
 * column of T are on the boundary and left out.
 *
 * @param factors the optimum, T of each term; the workspace is overwritten
 * @returns null when the information is not positive definite
 */
export function differentiateVariance(
  criterion: Criterion,
  factors: readonly Float64Array[],
): VarianceSensitivity | null {
  const { terms } = criterion.system
  const theta = packTheta(terms, factors)
  return differentiateSurface({
    criterion,
    optimum: theta,
    free: freeParameters(terms, factors),
    step: (parameter) => STEP * Math.max(1, Math.abs(theta[parameter]!)),
    probe: (moved) => {
      const { residualSquares, ...at } = evaluateCriterion(criterion, unpackTheta(terms, moved))
      return {
        residualSquares,
        logDetGradient: packTheta(terms, at.logDetGradient),
        residualGradient: packTheta(terms, at.residualGradient),
        covariance: unscaledCovariance(criterion),
      }
    },
  })
}

/**
 * Derivatives and information with respect to the free parameters and σ², or to the former where σ² is known. The
 * criterion that is not profiled is `df log(2πσ²) + r²(θ)/σ² + log det(θ)`; its Hessian comes from central differences
 * of the analytic gradients of r² and log det, that of `vcov` from central differences of `(X'V⁻¹X)⁻¹`.
 *
 * @returns null when the information is not positive definite
 */
export function differentiateSurface(surface: Surface): VarianceSensitivity | null {
  const { criterion, optimum, free } = surface
  const centre = surface.probe(optimum)
  const variance = scaledVariance(criterion, centre.residualSquares)
  const toData = criterion.system.responseScale ** 2
  const dataVariance = variance * toData
  const isKnown = criterion.knownVariance !== null
  const k = free.length
  const size = isKnown ? k : k + 1
  const hessian = new Float64Array(size * size)
  const derivatives: Float64Array[] = []
  const slope = (at: Probe, i: number) => at.logDetGradient[i]! + at.residualGradient[i]! / variance
  free.forEach((parameter, a) => {
    const h = surface.step(parameter)
    const shifted = (shift: number) => {
      const moved = Float64Array.from(optimum)
      moved[parameter] = moved[parameter]! + shift
      return surface.probe(moved)
    }
    const up = shifted(h)
    const down = shifted(-h)
    free.forEach((other, b) => {
      hessian[a * size + b] = (slope(up, other) - slope(down, other)) / (2 * h)
    })
    if (!isKnown) {
      // σ² enters divided by the scale of the response, as everywhere inside.
      const mixed = -centre.residualGradient[parameter]! / (variance * variance)
      hessian[a * size + k] = mixed
      hessian[k * size + a] = mixed
    }
    derivatives.push(
      up.covariance.map((value, i) => (dataVariance * (value - down.covariance[i]!)) / (2 * h)),
    )
  })
  if (!isKnown) {
    hessian[size * size - 1] = criterion.df / (variance * variance)
    derivatives.push(centre.covariance.map((value) => value * toData))
  }
  const vcov = centre.covariance.map((value) => value * dataVariance)
  return sensitivityOf(vcov, derivatives, hessian)
}

/**
 * Inverts the Hessian. Where it is flat and `vcov` is flat as well, the parameters are not identified but contrasts'
 * variances are: such directions are left out of the inverse. Elsewhere all eigenvalues must be positive.
 *
 * @param hessian row-major k × k, not changed; k the number of derivatives
 * @returns null when the information is not positive definite
 */
function sensitivityOf(
  vcov: Float64Array,
  derivatives: readonly Float64Array[],
  hessian: Float64Array,
): VarianceSensitivity | null {
  const k = derivatives.length
  const largest = derivatives.reduce((most, _, i) => Math.max(most, hessian[i * (k + 1)]!), 0)
  const scales = derivatives.map((_, i) => 1 / Math.sqrt(Math.max(hessian[i * (k + 1)]!, 1e-14 * largest)))
  const scaled = hessian.map((value, x) => {
    const [i, j] = [Math.floor(x / k), x % k]
    return 0.5 * (value + hessian[j * k + i]!) * scales[i]! * scales[j]!
  })
  const { values, vectors } = decomposeSymmetric(scaled, k)
  const parameterCovariance = new Float64Array(k * k)
  const unidentified: Float64Array[] = []
  for (let e = 0; e < k; e++) {
    const direction = Float64Array.from(scales, (scale, i) => scale * vectors[i * k + e]!)
    if (Math.abs(values[e]!) < FLAT && isFlat(vcov, derivatives, direction)) {
      unidentified.push(direction)
      continue
    }
    if (!(values[e]! > 1e-12)) return null
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) {
        const share = (2 * direction[i]! * direction[j]!) / values[e]!
        parameterCovariance[i * k + j] = parameterCovariance[i * k + j]! + share
      }
    }
  }
  return { vcov, derivatives, parameterCovariance, unidentified }
}

/** Eigenvalues of a Hessian of unit diagonal that differences cannot tell from zero. */
const FLAT = 1e-6

/** Whether `vcov` does not change along the direction, in which a step of one changes the criterion by one or less. */
function isFlat(vcov: Float64Array, derivatives: readonly Float64Array[], direction: Float64Array): boolean {
  const p = Math.sqrt(vcov.length)
  return vcov.every((_, x) => {
    const change = derivatives.reduce((sum, derivative, i) => sum + direction[i]! * derivative[x]!, 0)
    return Math.abs(change) < 1e-5 * Math.sqrt(vcov[Math.floor(x / p) * (p + 1)]! * vcov[(x % p) * (p + 1)]!)
  })
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
