/** Responses drawn from a fitted mixed model. */

import { OptionError } from "../core/errors.ts"
import { lowerTriangularFactor } from "../math/triangular-factor.ts"
import { drawNormal } from "../random/normal.ts"
import type { Seed, Stream } from "../random/stream.ts"
import { streamFor } from "../random/stream.ts"
import { fromInternal } from "./covariance-factor.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import { residualTransform } from "./structures/fitted-structure.ts"

export interface SimulateOptions {
  /** "gibbsite" by default; the same seed gives the same responses. */
  readonly seed?: Seed
  /** True keeps the random effects at their BLUPs; false (the default) draws new ones for every replicate. */
  readonly conditional?: boolean
}

/**
 * Draws responses `offset + Xβ̂ + Zb + e` for the rows of the fit, e with variance σ̂²/w and the residual structure.
 *
 * @param replicates number of responses, each of length nobs
 * @throws OptionError for a number of replicates that is no positive integer
 */
export function simulate(
  fit: LmmEstimate,
  replicates: number,
  options: SimulateOptions = {},
): readonly Float64Array[] {
  if (!Number.isSafeInteger(replicates) || replicates < 1) {
    throw new OptionError(`found ${replicates} replicates, expected a positive whole number`, {
      code: "bad-replicates",
      where: "simulate",
      hint: "for instance fit.simulate(1000)",
    })
  }
  const rng = streamFor(options.seed ?? "gibbsite", 0, "simulate")
  const conditional = options.conditional ?? false
  const centre = conditional ? fit.fitted : fixedPart(fit)
  const draw = conditional ? errorDrawer(fit) : responseDrawer(fit)
  return Array.from({ length: replicates }, () => {
    const y = Float64Array.from(centre)
    draw(rng, y)
    return y
  })
}

/** A function that adds `Zb + e` to y in place, b and e drawn afresh. */
export function responseDrawer(fit: LmmEstimate): (rng: Stream, y: Float64Array) => void {
  const drawEffects = randomEffectDrawer(fit)
  const drawErrors = errorDrawer(fit)
  return (rng, y) => {
    drawEffects(rng, y)
    drawErrors(rng, y)
  }
}

/** A function that adds errors e to y in place, with the weights and the residual structure of the fit. */
export function errorDrawer({ sigma, weights, state }: LmmEstimate): (rng: Stream, y: Float64Array) => void {
  const transform = residualTransform(state.structure)
  if (transform !== null) {
    return (rng, y) => {
      const errors = Float64Array.from(y, () => sigma * drawNormal(rng))
      transform.colour(errors)
      for (let i = 0; i < y.length; i++) y[i] = y[i]! + errors[i]! / Math.sqrt(weights?.[i] ?? 1)
    }
  }
  return (rng, y) => {
    for (let i = 0; i < y.length; i++) {
      const sd = weights === null ? sigma : sigma / Math.sqrt(weights[i]!)
      y[i] = y[i]! + sd * drawNormal(rng)
    }
  }
}

/** `offset + Xβ̂`, length nobs. */
export function fixedPart({ design, fixed }: LmmEstimate): Float64Array {
  const linear = new Float64Array(design.nobs)
  if (design.offset !== null) linear.set(design.offset)
  design.fixed.columns.forEach((column, j) => {
    for (let i = 0; i < linear.length; i++) linear[i] = linear[i]! + column[i]! * fixed[j]!.estimate
  })
  return linear
}

/** Random effects of a bar as they were drawn. */
export interface TermEffects {
  /** Index in `design.random`. */
  readonly designIndex: number
  /** Number of coefficients that vary. */
  readonly q: number
  /** Lower triangular relative covariance factor, row-major q × q. */
  readonly factor: Float64Array
  /** Row-major levels × q; overwritten by the next draw. */
  readonly effects: Float64Array
}

/**
 * A function that adds `Zb` to y in place, b drawn afresh from the fitted covariance matrices, and returns b, one entry a
 * bar.
 */
export function randomEffectDrawer(
  fit: LmmEstimate,
): (rng: Stream, y: Float64Array) => readonly TermEffects[] {
  const { criterion, factors } = fit.state
  const terms = criterion.system.terms.map((term, k) => {
    const { codes, columns, levels } = fit.design.random[term.designIndex]!
    const factor = lowerTriangularFactor(
      fromInternal(term, factors[k]!, term.width),
      term.width,
      term.width,
      0,
    )
    const effects = new Float64Array(levels.length * term.width)
    return { designIndex: term.designIndex, codes, columns, q: term.width, factor, effects }
  })
  return (rng, y) => {
    for (const term of terms) {
      const { codes, columns, q, effects } = term
      drawInto(term, fit.sigma, effects, rng)
      for (let i = 0; i < y.length; i++) {
        const at = codes[i]! * q
        for (let t = 0; t < q; t++) y[i] = y[i]! + columns[t]![i]! * effects[at + t]!
      }
    }
    return terms
  }
}

/** Effects of other levels of a bar, row-major levels × q. */
export function drawLevels(
  term: Pick<TermEffects, "q" | "factor">,
  sigma: number,
  levels: number,
  rng: Stream,
): Float64Array {
  const effects = new Float64Array(levels * term.q)
  drawInto(term, sigma, effects, rng)
  return effects
}

function drawInto(
  { q, factor }: Pick<TermEffects, "q" | "factor">,
  sigma: number,
  effects: Float64Array,
  rng: Stream,
): void {
  effects.fill(0)
  for (let at = 0; at < effects.length; at += q) {
    for (let b = 0; b < q; b++) {
      const z = sigma * drawNormal(rng)
      for (let a = b; a < q; a++) effects[at + a] = effects[at + a]! + factor[a * q + b]! * z
    }
  }
}
