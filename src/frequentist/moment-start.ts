/** Where to begin a costly search. */

import { packTheta } from "./covariance-factor.ts"
import type { LmmSystem } from "./lmm-system.ts"

const SMALLEST = 0.05
const LARGEST = 3

/**
 * θ, internal coordinates, from moments: columns of Z have unit mean square and y unit variance, of which τ² is owed to
 * the effects of one column. Where the rest varies within levels, `E Σ_j (Z_j'y)² = N (1 − τ²) + τ² Σ_j (Z_j'Z_j)²`
 * (after Henderson 1953, Biometrics 9, method 1, the columns taken as orthogonal). Covariances start at zero.
 */
export function momentStart({ cross, factors, terms, design }: LmmSystem): Float64Array {
  const { layout } = cross
  const rows = design.nobs
  const moments = factors.map((factor, f) => {
    const c = layout.chain.findIndex((chain) => chain.factor === f)
    return Array.from({ length: factor.width }, (_, t) => {
      const at = c >= 0 ? readChain(cross, c, t) : readTail(cross, f, t)
      let products = 0
      let squares = 0
      factor.levels.forEach((_, j) => {
        const { own, response } = at(j)
        products += response * response
        squares += own * own
      })
      return squares > rows ? Math.max(0, (products - rows) / (squares - rows)) : 0
    })
  })
  const explained = moments.flat().reduce((sum, variance) => sum + variance, 0)
  const residual = Math.max(0.1, 1 - explained)
  const start = terms.map(({ factor, offset, width: q }) => {
    const t = new Float64Array(q * q)
    for (let i = 0; i < q; i++) {
      const relative = Math.sqrt(moments[factor]![offset + i]! / residual)
      t[i * q + i] = Math.min(LARGEST, Math.max(SMALLEST, relative))
    }
    return t
  })
  return packTheta(terms, start)
}

type Cross = LmmSystem["cross"]
type Reader = (level: number) => { readonly own: number; readonly response: number }

/** `Z_j'Z_j` and `Z_j'y` of one column. */
function readChain({ layout, diagonal, below }: Cross, c: number, t: number): Reader {
  const { width: q, offPointer } = layout.chain[c]!
  return (j) => {
    return { own: diagonal[c]![j * q * q + t * (q + 1)]!, response: below[c]![offPointer[j + 1]! - q + t]! }
  }
}

function readTail({ layout, tail }: Cross, f: number, t: number): Reader {
  const { tailSize } = layout
  return (j) => {
    const row = layout.tailStart[f]! + j * layout.factors[f]!.width + t
    return { own: tail[row * (tailSize + 1)]!, response: tail[(tailSize - 1) * tailSize + row]! }
  }
}
