/**
 * The likelihood of a model with a single grouping factor, in the few numbers it depends on: levels whose blocks of Z'Z
 * and Z'X are equal are one class, of which only their number, `Σ Z_j'y` and `Σ Z_j'yy'Z_j` count. For balanced data
 * an evaluation costs one small Cholesky factorisation. Nothing is allocated after the workspace is made.
 */

import { cholesky } from "../math/small-dense.ts"
import { decomposeSymmetric } from "../math/symmetric-eigen.ts"
import type { LmmMethod } from "./criterion.ts"
import type { LmmSystem } from "./lmm-system.ts"

export interface LevelClass {
  /** Number of levels, and which they are. */
  readonly count: number
  readonly levels: readonly number[]
  /** Z_j'Z_j, row-major q × q. */
  readonly a: Float64Array
  /** Q'Z_j, row-major p × q. */
  readonly c: Float64Array
  /** `Z_j'Z_j = LL'`, row-major q × r, r the rank. */
  readonly l: Float64Array
  readonly rank: number
  /** `Q'Z_j L⁺'`, row-major p × r. */
  readonly e: Float64Array
}

export interface OneFactorModel {
  readonly q: number
  readonly p: number
  readonly nobs: number
  /** n − p for REML, n for ML. */
  readonly df: number
  readonly reml: boolean
  readonly classes: readonly LevelClass[]
  /** Where the entries of θ stand in T, row-major q × q. */
  readonly place: Int32Array
}

/** What a likelihood needs of a response: of its residual on X, class by class. */
export interface ResponseStatistics {
  /** `Σ Z_j'r` over the levels of each class, length q. */
  readonly sums: readonly Float64Array[]
  /** `Σ Z_j'r r'Z_j`, row-major q × q. */
  readonly squares: readonly Float64Array[]
  /** Q'y, what was taken out. */
  readonly projection: Float64Array
  /** r'r, in one cell. */
  readonly total: Float64Array
}

/** Null when the model has more than one grouping factor, or more than `most` different levels. */
export function describeOneFactor(
  system: LmmSystem,
  method: LmmMethod,
  most = Number.POSITIVE_INFINITY,
): OneFactorModel | null {
  if (system.factors.length !== 1) return null
  const { layout, diagonal, below } = system.cross
  const chain = layout.chain[0]!
  const { width: q, levels } = chain
  const p = layout.fixedEffects
  const size = diagonal[0]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const blocks = new Map<string, number[]>()
  const blockOf = (level: number) => ({
    a: diagonal[0]!.subarray(level * q * q, (level + 1) * q * q),
    c: below[0]!.subarray(chain.offPointer[level]!, chain.offPointer[level]! + p * q),
  })
  for (let level = 0; level < levels; level++) {
    const { a, c } = blockOf(level)
    const key = [...a, ...c].map((value) => Math.round((value / size) * 1e9)).join()
    const members = blocks.get(key)
    if (members !== undefined) members.push(level)
    else if (blocks.size >= most) return null
    else blocks.set(key, [level])
  }
  const place: number[] = []
  for (const { offset, width } of system.terms) {
    for (let column = 0; column < width; column++) {
      for (let row = column; row < width; row++) place.push((offset + row) * q + offset + column)
    }
  }
  const { nobs } = system.design
  return {
    q,
    p,
    nobs,
    df: method === "REML" ? nobs - p : nobs,
    reml: method === "REML",
    classes: [...blocks.values()].map((members) => makeClass(members, blockOf(members[0]!), q, p)),
    place: Int32Array.from(place),
  }
}

function makeClass(
  levels: readonly number[],
  block: { readonly a: Float64Array; readonly c: Float64Array },
  q: number,
  p: number,
): LevelClass {
  const a = block.a.slice()
  const c = block.c.slice()
  const { values, vectors } = decomposeSymmetric(a, q)
  const kept = [...values.keys()].filter((k) => values[k]! > 1e-10 * values[q - 1]!)
  const rank = kept.length
  const l = new Float64Array(q * rank)
  const e = new Float64Array(p * rank)
  kept.forEach((k, to) => {
    const root = Math.sqrt(values[k]!)
    for (let i = 0; i < q; i++) l[i * rank + to] = vectors[i * q + k]! * root
    for (let x = 0; x < p; x++) {
      for (let i = 0; i < q; i++) {
        e[x * rank + to] = e[x * rank + to]! + (c[x * q + i]! * vectors[i * q + k]!) / root
      }
    }
  })
  return { count: levels.length, levels, a, c, l, rank, e }
}

export function createStatistics({ classes, q, p }: OneFactorModel): ResponseStatistics {
  return {
    sums: classes.map(() => new Float64Array(q)),
    squares: classes.map(() => new Float64Array(q * q)),
    projection: new Float64Array(p),
    total: new Float64Array(1),
  }
}

/**
 * Turns statistics of a response into those of its residual on X, in place: `Z_j'r = Z_j'y − Z_j'Q b`, b = Q'y.
 */
export function takeOutProjection(model: OneFactorModel, statistics: ResponseStatistics): void {
  const { q, p, classes } = model
  const { projection: b, total } = statistics
  for (let x = 0; x < p; x++) total[0] = total[0]! - b[x]! * b[x]!
  for (let k = 0; k < classes.length; k++) {
    const { count, c } = classes[k]!
    const s = statistics.sums[k]!
    const o = statistics.squares[k]!
    for (let i = 0; i < q; i++) {
      let shift = 0
      for (let x = 0; x < p; x++) shift += c[x * q + i]! * b[x]!
      for (let j = 0; j <= i; j++) {
        let other = 0
        for (let x = 0; x < p; x++) other += c[x * q + j]! * b[x]!
        const value = o[i * q + j]! - s[i]! * other - shift * s[j]! + count * shift * other
        o[i * q + j] = value
        o[j * q + i] = value
      }
    }
    for (let i = 0; i < q; i++) {
      for (let x = 0; x < p; x++) s[i] = s[i]! - count * c[x * q + i]! * b[x]!
    }
  }
}

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
