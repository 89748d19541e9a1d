/**
 * The likelihood of a model with a single grouping factor, in the few numbers it depends on: levels whose blocks of Z'Z
 * and Z'X are equal are one class, of which only their number, `Σ Z_j'y` and `Σ Z_j'yy'Z_j` count. For balanced data
 * an evaluation costs one small Cholesky factorisation. Nothing is allocated after the workspace is made.
 */

import { cholesky } from "../math/small-dense.ts"
import type { OneFactorModel, ResponseStatistics } from "./one-factor-model.ts"

export interface OneFactorLikelihood {
  /**
   * The criterion up to a constant, `log|M| [+ log|X'H⁻¹X|] + df log r²`; +Infinity where it cannot be computed.
   * Overwrites `gradient` with its derivatives with respect to θ, and `beta` and `residualSquares`.
   */
  evaluate(theta: Float64Array, statistics: ResponseStatistics, gradient: Float64Array): number
  /** Coefficients of Q that the last evaluation adds to the projection, length p. */
  readonly beta: Float64Array
  /** r² of the last evaluation, in one cell. */
  readonly residualSquares: Float64Array
}

/**
 * With `N = TM⁻¹T'`, `M = T'AT + I`, Ψ = (X'H⁻¹X)⁻¹ and O_β the squares of Z_j'(r − Qβ) the gradient in T is
 *
 *   2 Σ {m A − (I − AN)(m C'ΨC + df O_β / r²)} T M⁻¹
 *
 * over the classes, the term with Ψ for REML only (the derivative of the profiled criterion of Bates et al. 2015 by the
 * envelope theorem and `dN = (I − NA) dT M⁻¹T' + its transpose`).
 */
export function createLikelihood(model: OneFactorModel): OneFactorLikelihood {
  const { q, p, df, reml, classes, place } = model
  const square = () => new Float64Array(q * q)
  const t = square()
  const at = square()
  const g = square()
  const b = square()
  const nb = square()
  const slope = square()
  const shift = new Float64Array(q)
  const u = new Float64Array(q * p)
  const w = new Float64Array(q)
  const xx = new Float64Array(p * p)
  const psi = new Float64Array(p * p)
  const h = new Float64Array(p)
  const beta = new Float64Array(p)
  const residualSquares = new Float64Array(1)
  // Of each class G⁻¹T', M⁻¹T' and N.
  const ps = classes.map(square)
  const ms = classes.map(square)
  const ns = classes.map(square)

  const forward = (theta: Float64Array, statistics: ResponseStatistics): number => {
    for (let i = 0; i < place.length; i++) t[place[i]!] = theta[i]!
    xx.fill(0)
    for (let x = 0; x < p; x++) xx[x * (p + 1)] = 1
    h.fill(0)
    let rest = statistics.total[0]!
    let logDet = 0
    for (let k = 0; k < classes.length; k++) {
      const { a, c, count } = classes[k]!
      for (let i = 0; i < q; i++) {
        for (let j = 0; j < q; j++) {
          let sum = 0
          for (let x = 0; x < q; x++) sum += a[i * q + x]! * t[x * q + j]!
          at[i * q + j] = sum
        }
      }
      for (let i = 0; i < q; i++) {
        for (let j = 0; j <= i; j++) {
          let sum = i === j ? 1 : 0
          for (let x = 0; x < q; x++) sum += t[x * q + i]! * at[x * q + j]!
          g[i * q + j] = sum
        }
      }
      if (!cholesky(g, 0, q)) return Number.POSITIVE_INFINITY
      for (let i = 0; i < q; i++) logDet += 2 * count * Math.log(g[i * (q + 1)]!)
      const half = ps[k]!
      const whole = ms[k]!
      const n = ns[k]!
      for (let j = 0; j < q; j++) {
        for (let i = 0; i < q; i++) {
          let value = t[j * q + i]!
          for (let x = 0; x < i; x++) value -= g[i * q + x]! * half[x * q + j]!
          half[i * q + j] = value / g[i * (q + 1)]!
        }
        for (let i = q - 1; i >= 0; i--) {
          let value = half[i * q + j]!
          for (let x = i + 1; x < q; x++) value -= g[x * q + i]! * whole[x * q + j]!
          whole[i * q + j] = value / g[i * (q + 1)]!
        }
      }
      const s = statistics.sums[k]!
      const o = statistics.squares[k]!
      for (let i = 0; i < q; i++) {
        let sum = 0
        for (let j = 0; j < q; j++) {
          sum += half[i * q + j]! * s[j]!
          let product = 0
          for (let x = 0; x < q; x++) product += half[x * q + i]! * half[x * q + j]!
          n[i * q + j] = product
          rest -= product * o[i * q + j]!
        }
        w[i] = sum
        for (let x = 0; x < p; x++) {
          let value = 0
          for (let j = 0; j < q; j++) value += half[i * q + j]! * c[x * q + j]!
          u[i * p + x] = value
        }
      }
      for (let i = 0; i < q; i++) {
        for (let x = 0; x < p; x++) {
          const value = u[i * p + x]!
          h[x] = h[x]! + value * w[i]!
          for (let y = 0; y <= x; y++) xx[x * p + y] = xx[x * p + y]! - count * value * u[i * p + y]!
        }
      }
    }
    if (!cholesky(xx, 0, p)) return Number.POSITIVE_INFINITY
    // β = −Ψh, by L then L'.
    for (let x = 0; x < p; x++) {
      let value = -h[x]!
      for (let y = 0; y < x; y++) value -= xx[x * p + y]! * beta[y]!
      beta[x] = value / xx[x * (p + 1)]!
      rest -= beta[x]! * beta[x]!
    }
    for (let x = p - 1; x >= 0; x--) {
      let value = beta[x]!
      for (let y = x + 1; y < p; y++) value -= xx[y * p + x]! * beta[y]!
      beta[x] = value / xx[x * (p + 1)]!
    }
    residualSquares[0] = rest
    if (!(rest > 0)) return Number.POSITIVE_INFINITY
    let value = logDet + df * Math.log(rest)
    if (reml) for (let x = 0; x < p; x++) value += 2 * Math.log(xx[x * (p + 1)]!)
    return value
  }

  /** Ψ from its factor, by columns. */
  const invertFixed = (): void => {
    for (let z = 0; z < p; z++) {
      for (let x = 0; x < p; x++) {
        let value = x === z ? 1 : 0
        for (let y = z; y < x; y++) value -= xx[x * p + y]! * psi[y * p + z]!
        psi[x * p + z] = x < z ? 0 : value / xx[x * (p + 1)]!
      }
      for (let x = p - 1; x >= 0; x--) {
        let value = psi[x * p + z]!
        for (let y = x + 1; y < p; y++) value -= xx[y * p + x]! * psi[y * p + z]!
        psi[x * p + z] = value / xx[x * (p + 1)]!
      }
    }
  }

  const backward = (statistics: ResponseStatistics): void => {
    slope.fill(0)
    const pull = df / residualSquares[0]!
    if (reml) invertFixed()
    for (let k = 0; k < classes.length; k++) {
      const { a, c, count } = classes[k]!
      const s = statistics.sums[k]!
      const o = statistics.squares[k]!
      const n = ns[k]!
      const whole = ms[k]!
      for (let i = 0; i < q; i++) {
        let value = 0
        for (let x = 0; x < p; x++) value += c[x * q + i]! * beta[x]!
        shift[i] = value
      }
      for (let i = 0; i < q; i++) {
        for (let j = 0; j < q; j++) {
          let value =
            pull * (o[i * q + j]! - s[i]! * shift[j]! - shift[i]! * s[j]! + count * shift[i]! * shift[j]!)
          if (reml) {
            let sum = 0
            for (let x = 0; x < p; x++) {
              for (let y = 0; y < p; y++) sum += c[x * q + i]! * psi[x * p + y]! * c[y * q + j]!
            }
            value += count * sum
          }
          b[i * q + j] = value
        }
      }
      for (let i = 0; i < q; i++) {
        for (let j = 0; j < q; j++) {
          let value = i === j ? count : 0
          for (let x = 0; x < q; x++) value += n[i * q + x]! * b[x * q + j]!
          nb[i * q + j] = value
        }
      }
      // D = A(mI + NB) − B, then the slope gains D T M⁻¹.
      for (let i = 0; i < q; i++) {
        for (let j = 0; j < q; j++) {
          let value = -b[i * q + j]!
          for (let x = 0; x < q; x++) value += a[i * q + x]! * nb[x * q + j]!
          at[i * q + j] = value
        }
      }
      for (let i = 0; i < q; i++) {
        for (let j = 0; j < q; j++) {
          let value = 0
          for (let x = 0; x < q; x++) value += at[i * q + x]! * whole[j * q + x]!
          slope[i * q + j] = slope[i * q + j]! + 2 * value
        }
      }
    }
  }

  return {
    beta,
    residualSquares,
    evaluate: (theta, statistics, gradient) => {
      const value = forward(theta, statistics)
      if (value === Number.POSITIVE_INFINITY) {
        gradient.fill(0)
        return value
      }
      backward(statistics)
      for (let i = 0; i < place.length; i++) gradient[i] = slope[place[i]!]!
      return value
    },
  }
}
