/** Lines along which an array moves without leaving its support, one for each coordinate of an unconstrained scale. */
import { cholesky } from "../../math/small-dense.ts"
import type { Stream } from "../../random/stream.ts"

/** Which scale: of any real vector, of probabilities, of counts with a fixed sum, of positive definite matrices. */
export type ArrayScale = "real" | "simplex" | "counts" | "positiveDefinite"

/** A line through the array's present value. Holds buffers of one size. */
export interface ArrayMoves {
  readonly coordinates: number
  /**
   * Prepares coordinate c of the array x, which is not changed (but that probabilities of exactly 0 that can be positive
   * become tiny). Returns false when there is nothing to move.
   * @param args arguments of its distribution, the first from 0
   */
  begin(x: Float64Array, args: Float64Array, c: number, rng: Stream): boolean
  /** Place on the line now, and its ends. */
  origin: number
  lower: number
  upper: number
  /** A width to begin with; does not matter for long. */
  width: number
  /** Writes the array at a place on the line into `out`; returns the log Jacobian of the scale there. */
  at(place: number, out: Float64Array): number
}

/** Smallest probability from which a logarithm is taken. */
const TINY = 1e-300

/** @param n number of elements */
export function createMoves(scale: ArrayScale, n: number): ArrayMoves {
  return { real: realMoves, simplex: simplexMoves, counts: countMoves, positiveDefinite: matrixMoves }[scale](
    n,
  )
}

function realMoves(n: number): ArrayMoves {
  const base = new Float64Array(n)
  let c = 0
  return {
    coordinates: n,
    origin: 0,
    lower: -Infinity,
    upper: Infinity,
    width: 1,
    begin(x, _args, coordinate) {
      base.set(x)
      c = coordinate
      this.origin = x[c]!
      this.width = Math.abs(x[c]!) || 1
      return true
    },
    at(place, out) {
      out.set(base)
      out[c] = place
      return 0
    },
  }
}

/**
 * One log probability moves, the others keep their ratios. In log ratios the density of x gets the factor ∏ x_k over
 * elements that can be positive; a line in log x_j, renormalised, is a straight line there.
 */
function simplexMoves(n: number): ArrayMoves {
  const base = new Float64Array(n)
  const isOpen = new Uint8Array(n)
  let c = 0
  return {
    coordinates: n,
    origin: 0,
    lower: -Infinity,
    upper: Infinity,
    width: 1,
    begin(x, alpha, coordinate) {
      let open = 0
      for (let k = 0; k < n; k++) {
        isOpen[k] = alpha[k]! > 0 ? 1 : 0
        open += isOpen[k]!
        if (isOpen[k] === 1 && x[k]! < TINY) x[k] = TINY
      }
      base.set(x)
      c = coordinate
      return isOpen[c] === 1 && open > 1
    },
    at(place, out) {
      // In logarithms of the larger part, so that nothing overflows.
      const factor = place > 0 ? 1 : Math.exp(place)
      const others = place > 0 ? Math.exp(-place) : 1
      const sum = base[c]! * factor + (1 - base[c]!) * others
      let jacobian = 0
      for (let k = 0; k < n; k++) {
        out[k] = (base[k]! * (k === c ? factor : others)) / sum
        if (isOpen[k] === 1) jacobian += Math.log(out[k]!)
      }
      return jacobian
    },
  }
}

/** Counts pass between element c and one chosen at random. */
function countMoves(n: number): ArrayMoves {
  const base = new Float64Array(n)
  let c = 0
  let partner = 0
  return {
    coordinates: n,
    origin: 0,
    lower: 0,
    upper: 0,
    width: 2,
    begin(x, _args, coordinate, rng) {
      base.set(x)
      if (n < 2) return false
      c = coordinate
      partner = (c + 1 + Math.floor(rng.uniform() * (n - 1))) % n
      this.upper = x[c]! + x[partner]! + 1
      // Where one stands on the step of an integer does not matter.
      this.origin = x[c]! + rng.uniform()
      return this.upper > 1
    },
    at(place, out) {
      out.set(base)
      out[c] = Math.floor(place)
      out[partner] = base[c]! + base[partner]! - out[c]!
      return 0
    },
  }
}

/**
 * X = L L'; coordinates log L_ii and L_ij, whose Jacobian is 2^q ∏ L_ii^(q − i + 1), i from 0.
 * Source: Muirhead (1982), Aspects of Multivariate Statistical Theory, theorem 2.1.9.
 */
function matrixMoves(n: number): ArrayMoves {
  const q = Math.round(Math.sqrt(n))
  const factor = new Float64Array(n)
  let row = 0
  let column = 0
  return {
    coordinates: (q * (q + 1)) / 2,
    origin: 0,
    lower: -Infinity,
    upper: Infinity,
    width: 1,
    begin(x, _args, coordinate) {
      factor.set(x)
      row = 0
      column = coordinate
      while (column > row) {
        row++
        column -= row
      }
      if (!cholesky(factor, 0, q)) return false
      const value = factor[row * q + column]!
      this.origin = row === column ? Math.log(value) : value
      this.width = row === column ? 1 : factor[row * (q + 1)]!
      return true
    },
    at(place, out) {
      factor[row * q + column] = row === column ? Math.exp(place) : place
      let jacobian = 0
      for (let i = 0; i < q; i++) {
        jacobian += (q - i + 1) * Math.log(factor[i * (q + 1)]!)
        for (let j = 0; j <= i; j++) {
          let sum = 0
          for (let k = 0; k <= j; k++) sum += factor[i * q + k]! * factor[j * q + k]!
          out[i * q + j] = sum
          out[j * q + i] = sum
        }
      }
      return jacobian
    },
  }
}
