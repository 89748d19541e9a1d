/** Intervals from the curvature of the criterion at the optimum. */

import { fromInternal } from "./covariance-factor.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import type { NamedParameter } from "./parameter-names.ts"
import { freeParameters } from "./satterthwaite.ts"
import type { FittedStructure } from "./structures/fitted-structure.ts"
import { freeNumbers, workingOf } from "./structures/fitted-structure.ts"

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
    const unknown = sensitivity.unidentified.some((direction) => {
      return Math.abs(gradient.reduce((sum, value, i) => sum + value * direction[i]!, 0)) > 1e-4
    })
    if (unknown) return Number.NaN
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
    if (parameter.kind === "structure") {
      const slopes = intervalSlopes(fit, parameter.index)
      return deviation(
        changes.map(({ working }) => working.reduce((sum, value, k) => sum + value * slopes[k]!, 0)),
      )
    }
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
  /** Of the working values of the residual structure. */
  readonly working: readonly number[]
}

/** Derivatives of a residual parameter, on the scale of its interval, in the working values of the structure. */
function intervalSlopes({ state: { structure } }: LmmEstimate, index: number): readonly number[] {
  if (structure === null) return []
  const { value, interval } = structure.model.residual!.parameters[index]!
  const working = workingOf(structure)
  const h = 1e-5
  return Array.from(working, (_, k) => {
    const [up, down] = [h, -h].map((step) => {
      const moved = Float64Array.from(working)
      moved[k] = moved[k]! + step
      return interval.to(value(moved))
    }) as [number, number]
    return (up - down) / (2 * h)
  })
}

/** In the order of the parameters of `differentiateVariance`: the free entries of θ, then σ² of the scaled response. */
function covarianceChanges(fit: LmmEstimate): readonly Change[] {
  const { criterion, factors, structure } = fit.state
  if (structure !== null) return structuredChanges(fit, structure)
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
        changes.push({ covariances, residual: 0, working: [] })
      }
    }
  })
  if (!fit.residualKnown) changes.push(residualChange(fit, responseScale))
  return changes
}

function residualChange(fit: LmmEstimate, responseScale: number): Change {
  const inside = fit.sigma ** 2 / responseScale ** 2
  return {
    covariances: fit.covariances.map(({ covariance }) => covariance.map((value) => value / inside)),
    residual: 1 / inside,
    working: [],
  }
}

/** In the order of the parameters of `differentiateStructured`. */
function structuredChanges(fit: LmmEstimate, structure: FittedStructure): readonly Change[] {
  const { model } = structure
  const { criterion, factors } = fit.state
  const { terms, responseScale } = criterion.system
  const none = () => fit.covariances.map(({ covariance }) => new Float64Array(covariance.length))
  const changes = freeNumbers(structure).map((parameter): Change => {
    if (parameter >= model.randomCount) {
      const working = Array.from({ length: model.count - model.randomCount }, (_, k) => {
        return k === parameter - model.randomCount ? 1 : 0
      })
      return { covariances: none(), residual: 0, working }
    }
    const k = model.terms.findIndex(({ start, count }) => parameter < start + count)
    const term = terms[k]!
    const q = term.width
    const root = fromInternal(term, factors[k]!, q)
    const moved = fromInternal(term, model.terms[k]!.basis[parameter - model.terms[k]!.start]!, q)
    const covariances = none()
    for (let a = 0; a < q; a++) {
      for (let b = 0; b < q; b++) {
        let sum = 0
        for (let c = 0; c < q; c++) {
          sum += moved[a * q + c]! * root[b * q + c]! + root[a * q + c]! * moved[b * q + c]!
        }
        covariances[k]![a * q + b] = fit.sigma ** 2 * sum
      }
    }
    return { covariances, residual: 0, working: [] }
  })
  return fit.residualKnown ? changes : [...changes, residualChange(fit, responseScale)]
}
