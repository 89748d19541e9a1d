/** Intervals from the curvature of the criterion at the optimum. */

import { fromInternal } from "./covariance-factor.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import type { NamedParameter } from "./parameter-names.ts"
import { freeParameters } from "./satterthwaite.ts"

/**
 * Standard error of a parameter on the scale where its interval is symmetric: as it is for a fixed effect, of the
 * logarithm for a standard deviation, of artanh for a correlation (Pinheiro & Bates 2000, section 2.4.3; Stata's
 * `mixed` reports the same). From the observed information of (θ, σ²), by the delta method.
 *
 * @returns NaN for a standard deviation of zero, a correlation of ±1 or none, and where the information is singular
 */
export function waldStandardErrors(fit: LmmEstimate): (parameter: NamedParameter) => number {
  const { sensitivity } = fit.state
  const changes = sensitivity === null ? [] : covarianceChanges(fit)
  const deviation = (gradient: readonly number[]): number => {
    if (sensitivity === null) return Number.NaN
    const k = gradient.length
    let sum = 0
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) {
        sum += gradient[i]! * sensitivity.parameterCovariance[i * k + j]! * gradient[j]!
      }
    }
    return Math.sqrt(sum)
  }
  return (parameter) => {
    if (parameter.kind === "fixed") return fit.fixed[parameter.index]!.se
    if (parameter.kind === "residual") return deviation(changes.map(({ residual }) => 0.5 * residual))
    const { term, a } = parameter
    const { covariance, terms } = fit.covariances[term]!
    const q = terms.length
    const share = (change: Change, i: number, j: number) => change.covariances[term]![i * q + j]!
    const variance = covariance[a * (q + 1)]!
    if (!(variance > 0)) return Number.NaN
    if (parameter.kind === "sd")
      return deviation(changes.map((change) => (0.5 * share(change, a, a)) / variance))
    const { b, estimate: rho } = parameter
    const other = covariance[b * (q + 1)]!
    if (!(other > 0) || !(Math.abs(rho) < 1 - 1e-8)) return Number.NaN
    const gradient = changes.map((change) => {
      const scaled = share(change, a, b) / Math.sqrt(variance * other)
      const shrink = 0.5 * rho * (share(change, a, a) / variance + share(change, b, b) / other)
      return (scaled - shrink) / (1 - rho * rho)
    })
    return deviation(gradient)
  }
}

/** Derivatives with respect to one parameter of the sensitivity. */
interface Change {
  /** Of each term's covariance matrix, in the order of `covariances`. */
  readonly covariances: readonly Float64Array[]
  /** Of log σ². */
  readonly residual: number
}

/** In the order of the parameters of `differentiateVariance`: the free entries of θ, then σ² of the scaled response. */
function covarianceChanges(fit: LmmEstimate): readonly Change[] {
  const { criterion, factors } = fit.state
  const { terms, responseScale } = criterion.system
  const free = new Set(freeParameters(terms, factors))
  const sigmaSquared = fit.sigma ** 2
  const none = () => fit.covariances.map(({ covariance }) => new Float64Array(covariance.length))
  const changes: Change[] = []
  terms.forEach((term, k) => {
    const { width: q, thetaStart } = term
    const root = fromInternal(term, factors[k]!, q)
    let at = thetaStart
    for (let column = 0; column < q; column++) {
      for (let row = column; row < q; row++, at++) {
        if (!free.has(at)) continue
        const unit = new Float64Array(q)
        unit[row] = 1
        // R⁻¹E has one column, R⁻¹e_row, in place `column`; times (R⁻¹T)' only that column of R⁻¹T counts.
        const moved = fromInternal(term, unit, 1)
        const covariances = none()
        for (let a = 0; a < q; a++) {
          for (let b = 0; b < q; b++) {
            covariances[k]![a * q + b] =
              sigmaSquared * (moved[a]! * root[b * q + column]! + root[a * q + column]! * moved[b]!)
          }
        }
        changes.push({ covariances, residual: 0 })
      }
    }
  })
  const inside = sigmaSquared / responseScale ** 2
  changes.push({
    covariances: fit.covariances.map(({ covariance }) => covariance.map((value) => value / inside)),
    residual: 1 / inside,
  })
  return changes
}
