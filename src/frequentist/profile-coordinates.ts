/** θ in coordinates that single out a standard deviation or a correlation of one term. */

import { lowerTriangularFactor } from "../math/triangular-factor.ts"
import { countTheta, fromInternal, packTheta, toInternal, unpackTheta } from "./covariance-factor.ts"
import type { Criterion } from "./criterion.ts"
import type { SystemTerm } from "./lmm-system.ts"

/**
 * One vector: the entries of the chosen term's lower triangular factor for the columns as the user gave them, rows
 * permuted, column by column; then θ of the other terms.
 */
export interface HeldFactor {
  /** From T of all terms, internal coordinates. */
  pack(factors: readonly Float64Array[]): Float64Array
  /** To T of all terms; that of the chosen term is not triangular. */
  unpack(coordinates: Float64Array): readonly Float64Array[]
  /** The gradient in these coordinates from that in T. */
  pull(gradient: readonly Float64Array[]): Float64Array
}

/** @param first the coefficients whose rows come first: the first entry of the factor is then a relative sd */
export function heldFactor(criterion: Criterion, k: number, first: readonly number[]): HeldFactor {
  const { system } = criterion
  const { terms } = system
  const term = terms[k]!
  const q = term.width
  const rows = [...first, ...Array.from({ length: q }, (_, i) => i).filter((i) => !first.includes(i))]
  const own = (q * (q + 1)) / 2
  const others = (theta: Float64Array): readonly number[] => {
    return [...theta].filter((_, i) => i < term.thetaStart || i >= term.thetaStart + own)
  }
  return {
    pack: (factors) => {
      const user = fromInternal(term, factors[k]!, q)
      const permuted = permuteRows(user, rows, q)
      // A vanished direction gets a little length, so that a search from here can leave it.
      const lower = lowerTriangularFactor(permuted, q, q, 0)
      for (let j = 0; j < q; j++) {
        const length = Math.hypot(...lower.subarray(j * q, (j + 1) * q))
        const least = 0.02 * (length || 1)
        if (Math.abs(lower[j * (q + 1)]!) < least) lower[j * (q + 1)] = least
      }
      const entries: number[] = []
      for (let j = 0; j < q; j++) for (let i = j; i < q; i++) entries.push(lower[i * q + j]!)
      return Float64Array.from([...entries, ...others(packTheta(terms, factors))])
    },
    unpack: (coordinates) => {
      const lower = new Float64Array(q * q)
      let at = 0
      for (let j = 0; j < q; j++) for (let i = j; i < q; i++) lower[i * q + j] = coordinates[at++]!
      const user = new Float64Array(q * q)
      rows.forEach((row, i) => {
        user.set(lower.subarray(i * q, (i + 1) * q), row * q)
      })
      const theta = new Float64Array(countTheta(system))
      for (let i = 0; i < theta.length; i++) {
        if (i < term.thetaStart || i >= term.thetaStart + own) theta[i] = coordinates[at++]!
      }
      const factors = unpackTheta(terms, theta)
      return factors.map((factor, index) => (index === k ? toInternal(term, user) : factor))
    },
    pull: (gradient) => {
      const user = pullBack(term, gradient[k]!)
      const entries: number[] = []
      for (let j = 0; j < q; j++) for (let i = j; i < q; i++) entries.push(user[rows[i]! * q + j]!)
      return Float64Array.from([...entries, ...others(packTheta(terms, gradient))])
    },
  }
}

function permuteRows(m: Float64Array, rows: readonly number[], q: number): Float64Array {
  const out = new Float64Array(q * q)
  rows.forEach((row, i) => {
    out.set(m.subarray(row * q, (row + 1) * q), i * q)
  })
  return out
}

/** `R'G`: from a gradient in `RT` to one in T. */
function pullBack({ width: q, scaling }: SystemTerm, gradient: Float64Array): Float64Array {
  const out = new Float64Array(q * q)
  for (let a = 0; a < q; a++) {
    for (let k = 0; k <= a; k++) {
      for (let b = 0; b < q; b++) {
        out[a * q + b] = out[a * q + b]! + scaling[k * q + a]! * gradient[k * q + b]!
      }
    }
  }
  return out
}
