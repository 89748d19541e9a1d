/** The likelihood by classes of levels where one coefficient varies: `one-factor.ts` without its inner loops. */

import { cholesky, solveLower, solveLowerTransposed } from "../math/small-dense.ts"
import type { OneFactorLikelihood } from "./one-factor.ts"
import type { OneFactorModel } from "./one-factor-model.ts"

/**
 * As `createLikelihood` for q = 1. With `d = 1 + at²` the gradient is
 * `Σ (2t/d) {m a − (m c'Ψc + df O_β / r²) / d}` over the classes, the term with Ψ for REML only.
 */
export function createScalarLikelihood({ p, df, reml, classes }: OneFactorModel): OneFactorLikelihood {
  const xx = new Float64Array(p * p)
  const beta = new Float64Array(p)
  const residualSquares = new Float64Array(1)
  const w = new Float64Array(p)
  const counts = Float64Array.from(classes, ({ count }) => count)
  const sizes = Float64Array.from(classes, ({ a }) => a[0]!)
  return {
    beta,
    residualSquares,
    evaluate: (theta, { sums, squares, total }, gradient) => {
      const t = theta[0]!
      const square = t * t
      gradient[0] = 0
      xx.fill(0)
      beta.fill(0)
      for (let x = 0; x < p; x++) xx[x * (p + 1)] = 1
      let rest = total[0]!
      let value = 0
      for (let k = 0; k < counts.length; k++) {
        const { c } = classes[k]!
        const d = 1 + square * sizes[k]!
        const n = square / d
        const s = n * sums[k]![0]!
        const m = n * counts[k]!
        value += counts[k]! * Math.log(d)
        rest -= n * squares[k]![0]!
        for (let x = 0; x < p; x++) {
          beta[x] = beta[x]! - c[x]! * s
          for (let y = 0; y <= x; y++) xx[x * p + y] = xx[x * p + y]! - m * c[x]! * c[y]!
        }
      }
      if (!cholesky(xx, 0, p)) return Number.POSITIVE_INFINITY
      solveLower(xx, 0, p, beta, 0)
      for (let x = 0; x < p; x++) rest -= beta[x]! * beta[x]!
      solveLowerTransposed(xx, 0, p, beta, 0)
      residualSquares[0] = rest
      if (!(rest > 0)) return Number.POSITIVE_INFINITY
      value += df * Math.log(rest)
      if (reml) for (let x = 0; x < p; x++) value += 2 * Math.log(xx[x * (p + 1)]!)
      const pull = df / rest
      let slope = 0
      for (let k = 0; k < counts.length; k++) {
        const { c } = classes[k]!
        const m = counts[k]!
        const d = 1 + square * sizes[k]!
        let shift = 0
        for (let x = 0; x < p; x++) {
          shift += c[x]! * beta[x]!
          w[x] = c[x]!
        }
        let b = pull * (squares[k]![0]! - 2 * sums[k]![0]! * shift + m * shift * shift)
        if (reml) {
          // c'Ψc = ‖L⁻¹c‖²
          solveLower(xx, 0, p, w, 0)
          for (let x = 0; x < p; x++) b += m * w[x]! * w[x]!
        }
        slope += (2 * t * (m * sizes[k]! - b / d)) / d
      }
      gradient[0] = slope
      return value
    },
  }
}
