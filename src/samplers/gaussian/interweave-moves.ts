/**
 * The two moves of a spread that interweaving alternates: given its effects, and together with them given the standardised
 * effects ũ, u = L ũ with L the Cholesky factor of the covariance. Either draws each coordinate of the spread by a slice.
 *
 * With w_ts = Z_t u_s (row by row) and u' = M u, M = L'L⁻¹ lower triangular, the residuals change by −Σ (M − 1)_ts w_ts: a
 * sweep needs w'r and w'w of one term at a time, from cross-products over the non-empty cells.
 *
 * Source: Yu & Meng (2011), Journal of Computational and Graphical Statistics 20, 531–570.
 */
import type { Stream } from "../../random/stream.ts"
import { drawSlice } from "../slice.ts"
import type { Spread } from "./gaussian-model.ts"
import type { ColumnProducts } from "./interweave-products.ts"
import {
  bindLogPrior,
  coordinatesOf,
  evaluateSpread,
  readCoordinates,
  type SpreadPrior,
  writeFactor,
  writeState,
} from "./spread-space.ts"

/** A spread with what it takes to move it. Plain data. */
export interface MovedTerm {
  /** As the model states it, with its prior; and as it stands in the state. */
  readonly stated: Spread
  readonly prior: SpreadPrior
  readonly spread: Spread
  readonly products: ColumnProducts
}

/** Width of a slice's first interval: log sds and inverse hyperbolic tangents of correlations are of order one. */
const WIDTH = 1.5

/** Moves of one spread, of which every allocation happens here. */
export interface TermMoves {
  /** Given the effects, on which alone it then hangs: `log p(φ) − (J log|D| + tr(D⁻¹ Σ u u')) / 2`. */
  moveAlone(state: Float64Array, rng: Stream): void
  /** Given the standardised effects and the data, with the effects. @param precision of the residuals */
  moveTogether(state: Float64Array, precision: number, rng: Stream): void
}

/** The moves of the spread of one term: given its effects, and given these standardised. Moves allocate nothing. */
export function bindTermMoves({ spread, stated, prior, products }: MovedTerm): TermMoves {
  const { q } = spread
  const d = coordinatesOf(spread)
  const logPrior = bindLogPrior(stated, prior)
  const phi = new Float64Array(d)
  const scratch = new Float64Array(q * q)
  const factor = new Float64Array(q * q)
  const change = new Float64Array(q * q)
  const value = { q, inverse: new Float64Array(q * q), logDeterminant: 0 }
  const pairs = (q * (q + 1)) / 2
  const score = new Float64Array(pairs)
  const gram = new Float64Array(pairs * pairs)
  const evaluation = bindProducts(products, score, gram)
  /** Precision of the residuals, and the coordinate that moves. */
  let weight = 1
  let moving = 0

  const densityAt = (x: number): number => {
    phi[moving] = x
    evaluateSpread(phi, 0, value, scratch)
    const ofPrior = logPrior(phi, 0, value)
    if (!(ofPrior > Number.NEGATIVE_INFINITY)) return Number.NEGATIVE_INFINITY
    writeChange()
    let sum = 0
    let a = 0
    for (let t = 0; t < q; t++) {
      for (let s = 0; s <= t; s++) {
        let inner = -2 * score[a]!
        let b = 0
        for (let u = 0; u < q; u++) {
          for (let v = 0; v <= u; v++) inner += gram[a * pairs + b++]! * change[u * q + v]!
        }
        sum += change[t * q + s]! * inner
        a++
      }
    }
    return ofPrior - 0.5 * weight * sum
  }

  /** `M − 1` with M = L(φ) L⁻¹, L the factor at the start. */
  function writeChange(): void {
    writeFactor(q, phi, 0, change)
    for (let t = 0; t < q; t++) {
      for (let s = t; s >= 0; s--) {
        let entry = change[t * q + s]!
        for (let u = s + 1; u <= t; u++) entry -= change[t * q + u]! * factor[u * q + s]!
        change[t * q + s] = entry / factor[s * q + s]!
      }
    }
    for (let t = 0; t < q; t++) change[t * q + t]! -= 1
  }

  const { slots, levels } = products
  const squares = new Float64Array(q * q)

  /** The density of the spread given the effects. */
  const aloneAt = (x: number): number => {
    phi[moving] = x
    evaluateSpread(phi, 0, value, scratch)
    let sum = levels * value.logDeterminant
    for (let k = 0; k < q * q; k++) sum += value.inverse[k]! * squares[k]!
    const density = logPrior(phi, 0, value) - 0.5 * sum
    return Number.isNaN(density) ? Number.NEGATIVE_INFINITY : density
  }

  function moveEach(density: (x: number) => number, rng: Stream): void {
    for (moving = 0; moving < d; moving++) {
      const before = phi[moving]!
      const drawn = drawSlice(density, before, WIDTH, Number.NEGATIVE_INFINITY, Infinity, rng)
      phi[moving] = Number.isNaN(drawn) ? before : drawn
    }
  }

  function moveAlone(state: Float64Array, rng: Stream): void {
    squares.fill(0)
    for (let l = 0; l < slots.length; l += q) {
      for (let t = 0; t < q; t++) {
        for (let s = 0; s < q; s++) squares[t * q + s]! += state[slots[l + t]!]! * state[slots[l + s]!]!
      }
    }
    readCoordinates(spread, state, phi, 0, scratch)
    moveEach(aloneAt, rng)
    writeState(spread, phi, 0, state, scratch)
  }

  function moveTogether(state: Float64Array, precision: number, rng: Stream): void {
    weight = precision
    readCoordinates(spread, state, phi, 0, scratch)
    writeFactor(q, phi, 0, factor)
    evaluation(state)
    moveEach(densityAt, rng)
    writeChange()
    writeState(spread, phi, 0, state, scratch)
    for (let l = 0; l < slots.length; l += q) {
      for (let t = q - 1; t >= 0; t--) {
        let moved = state[slots[l + t]!]!
        for (let s = 0; s <= t; s++) moved += change[t * q + s]! * state[slots[l + s]!]!
        scratch[t] = moved
      }
      for (let t = 0; t < q; t++) state[slots[l + t]!] = scratch[t]!
    }
  }

  return { moveAlone, moveTogether }
}

/** Fills `w'r` and `w'w` for the pairs t ≥ s of a term's columns at the effects in a state. */
function bindProducts(products: ColumnProducts, score: Float64Array, gram: Float64Array) {
  const { q, levels, slots, own, response, others } = products
  const pairs = (q * (q + 1)) / 2
  const residuals = new Float64Array(levels * q)
  return (state: Float64Array): void => {
    residuals.set(response)
    for (let k = 0; k < others.length; k++) {
      const { first, pointer, slot, value, centre } = others[k]!
      for (let l = 0; l < levels; l++) {
        let sum = 0
        const end = pointer[l + 1]!
        for (let e = pointer[l]!; e < end; e++) sum += value[e]! * (state[slot[e]!]! - centre)
        residuals[l * q + first]! -= sum
      }
    }
    score.fill(0)
    gram.fill(0)
    for (let l = 0; l < levels; l++) {
      const base = l * q
      const square = base * q
      // What the term's own effects explain is part of what its residuals lack.
      for (let t = 0; t < q; t++) {
        for (let s = 0; s < q; s++)
          residuals[base + t]! -= own[square + t * q + s]! * state[slots[base + s]!]!
      }
      let a = 0
      for (let t = 0; t < q; t++) {
        for (let s = 0; s <= t; s++) {
          const effect = state[slots[base + s]!]!
          score[a]! += effect * residuals[base + t]!
          let b = 0
          for (let u = 0; u < q; u++) {
            const product = effect * own[square + t * q + u]!
            for (let v = 0; v <= u; v++) gram[a * pairs + b++]! += product * state[slots[base + v]!]!
          }
          a++
        }
      }
    }
  }
}
