/**
 * The likelihood of the spreads where every grouping factor is nested in the next: each level is eliminated after those inside it,
 * and what is left goes to the level it is in, so that the cost is linear in all levels. Same mathematics as `factorisation.ts`.
 * Source: Duff & Reid (1983), ACM Transactions on Mathematical Software 9, on fronts; here the tree is that of the levels.
 */
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"
import type { Likelihood, RestPriors, SpreadValue } from "./factorisation-types.ts"
import type { NestedStatistics } from "./nested-statistics.ts"
import type { GaussianStatistics } from "./statistics.ts"

/** A product of pivots within these bounds can take another pivot without leaving the range of doubles. */
const LARGE = 1e100
const SMALL = 1e-100

/**
 * Allocates everything; evaluations and draws allocate nothing.
 * @param s of the coefficients among themselves; what it says of effects is not read
 */
export function bindNested(nested: NestedStatistics, s: GaussianStatistics, priors: RestPriors): Likelihood {
  const { factors } = nested
  const p = s.rest
  const coefficients = p + 1
  /** By factor, of the level at hand: what those inside it left of its equations; the upper triangle. The coefficients' at the end. */
  const fronts = [...factors.map(({ width }) => width), coefficients].map((n) => new Float64Array(n * n))
  /** By factor: q rows of the Cholesky factor's transpose for each level, the response's column solved. */
  const solved = factors.map(({ levels, q, width }) => new Float64Array(levels * q * width))
  const precisions = factors.map(({ q }) => new Float64Array(q * q))
  const last = fronts.at(-1)!
  /** The draws of the levels around the one at hand, then the coefficients, as the innermost front has them. */
  const path = new Float64Array(factors[0]!.width - 1)
  let weight = 1
  let logDeterminant = 0
  let proper = true

  /** Eliminates a level and all inside it; adds what is left to the front of the factor after `k`. */
  function eliminate(k: number, l: number): void {
    const { q, width, products, pointer, child } = factors[k]!
    const front = fronts[k]!
    const rows = solved[k]!
    const precision = precisions[k]!
    const base = l * q * width
    const begin = pointer[l]!
    const end = pointer[l + 1]!
    const holds = end > begin
    if (holds) {
      front.fill(0)
      if (k === 1 && factors[0]!.q === 1) eliminateScalars(child, begin, end, front)
      else for (let e = begin; e < end; e++) eliminate(k - 1, child[e]!)
    }
    let pivots = 1
    for (let t = 0; t < q; t++) {
      const row = base + t * width
      for (let c = t; c < width; c++) {
        let value = weight * products[row + c]! + (holds ? front[t * width + c]! : 0)
        if (c < q) value += precision[t * q + c]!
        for (let d = 0; d < t; d++) value -= rows[base + d * width + t]! * rows[base + d * width + c]!
        rows[row + c] = value
      }
      const square = rows[row + t]!
      if (!(square > 0)) proper = false
      pivots *= square
      const pivot = Math.sqrt(square)
      rows[row + t] = pivot
      const scale = 1 / pivot
      for (let c = t + 1; c < width; c++) rows[row + c]! *= scale
    }
    logDeterminant += Math.log(pivots)
    const target = fronts[k + 1]!
    const order = width - q
    for (let t = 0; t < q; t++) {
      const row = base + t * width + q
      for (let a = 0; a < order; a++) {
        const value = rows[row + a]!
        for (let c = a; c < order; c++) target[a * order + c]! -= value * rows[row + c]!
      }
    }
    if (!holds) return
    for (let a = 0; a < order; a++) {
      for (let c = a; c < order; c++) target[a * order + c]! += front[(a + q) * width + c + q]!
    }
  }

  /** The same for levels of one effect with nothing inside them, most of all levels: what is left goes to `front`. */
  function eliminateScalars(child: Int32Array, begin: number, end: number, front: Float64Array): void {
    const { width, products } = factors[0]!
    const rows = solved[0]!
    const prior = precisions[0]![0]!
    const order = width - 1
    let product = 1
    for (let e = begin; e < end; e++) {
      const base = child[e]! * width
      const square = weight * products[base]! + prior
      if (!(square > 0)) proper = false
      product *= square
      // One logarithm for many pivots.
      if (product > LARGE || product < SMALL) {
        logDeterminant += Math.log(product)
        product = 1
      }
      const pivot = Math.sqrt(square)
      const scale = weight / pivot
      rows[base] = pivot
      for (let a = 1; a < width; a++) {
        const value = scale * products[base + a]!
        rows[base + a] = value
        const column = a - 1
        for (let b = 0; b < a; b++) front[b * order + column]! -= rows[base + b + 1]! * value
      }
    }
    logDeterminant += Math.log(product)
  }

  /** Factorises the coefficients' equations in place; what the response's corner is left with is its residual square. */
  function finish(): void {
    for (let a = 0; a < p; a++) {
      const precision = priors.precision[a]!
      for (let c = a; c < p; c++) last[a * coefficients + c]! += weight * s.restSquares[a * p + c]!
      last[a * coefficients + a]! += precision
      last[a * coefficients + p]! += weight * s.restResponse[a]! + precision * priors.mean[a]!
    }
    last[p * coefficients + p]! += weight * s.squares + priors.quadratic
    for (let t = 0; t < p; t++) {
      const square = last[t * coefficients + t]!
      if (!(square > 0)) proper = false
      logDeterminant += Math.log(square)
      const scale = 1 / Math.sqrt(square)
      for (let c = t; c <= p; c++) last[t * coefficients + c]! *= scale
      for (let a = t + 1; a <= p; a++) {
        const value = last[t * coefficients + a]!
        for (let c = a; c <= p; c++) last[a * coefficients + c]! -= value * last[t * coefficients + c]!
      }
    }
  }

  /** Draws the effects of a level given those of the levels around it, then of all inside it. */
  function draw(k: number, l: number, state: Float64Array, rng: Stream): void {
    const { q, width, pointer, child, slots } = factors[k]!
    const rows = solved[k]!
    const from = path.length - (width - 1)
    for (let t = q - 1; t >= 0; t--) {
      const row = (l * q + t) * width
      let value = rows[row + width - 1]! + drawNormal(rng)
      for (let c = t + 1; c < width - 1; c++) value -= rows[row + c]! * path[from + c]!
      value /= rows[row + t]!
      path[from + t] = value
      state[slots[l * q + t]!] = value
    }
    const end = pointer[l + 1]!
    for (let e = pointer[l]!; e < end; e++) draw(k - 1, child[e]!, state, rng)
  }

  const outermost = factors.length - 1
  return {
    evaluate(effects, variance) {
      weight = 1 / variance
      logDeterminant = 0
      proper = true
      last.fill(0)
      const logPriors = gatherPrecisions(nested, effects, precisions) - priors.logPrecision
      for (let l = 0; l < factors[outermost]!.levels; l++) eliminate(outermost, l)
      finish()
      if (!proper) return Number.NEGATIVE_INFINITY
      const data = s.rows * Math.log(2 * Math.PI * variance) + last[p * coefficients + p]!
      return -0.5 * (data + logDeterminant + logPriors)
    },
    drawCoefficients(state, noise) {
      const from = path.length - p
      for (let a = p - 1; a >= 0; a--) {
        let value = last[a * coefficients + p]! + noise[a]!
        for (let c = a + 1; c < p; c++) value -= last[a * coefficients + c]! * path[from + c]!
        path[from + a] = value / last[a * coefficients + a]!
        state[s.restSlots[a]!] = s.centre[a]! + path[from + a]!
      }
    },
    drawEffects(state, rng) {
      for (let l = 0; l < factors[outermost]!.levels; l++) draw(outermost, l, state, rng)
    },
    workspace: null,
  }
}

/** Writes the inverse covariances of each factor's terms; returns Σ log|D| over all levels. */
function gatherPrecisions(
  { factors }: NestedStatistics,
  effects: readonly SpreadValue[],
  precisions: readonly Float64Array[],
): number {
  let logPriors = 0
  for (let k = 0; k < factors.length; k++) {
    const { q, levels, terms } = factors[k]!
    const precision = precisions[k]!
    precision.fill(0)
    for (let j = 0; j < terms.length; j++) {
      const { effect, first } = terms[j]!
      const { q: order, inverse, logDeterminant } = effects[effect]!
      logPriors += levels * logDeterminant
      for (let t = 0; t < order; t++) {
        for (let u = 0; u < order; u++) precision[(first + t) * q + first + u] = inverse[t * order + u]!
      }
    }
  }
  return logPriors
}
