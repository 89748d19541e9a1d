/**
 * The joint precision matrix of all coefficients and effects given the spreads, factorised with the largest grouping
 * factor eliminated level by level: from it come the marginal density of the data and exact joint draws.
 *
 * With W = Z'Z/σ² + D⁻¹ block-diagonal, M the Schur complement of the other columns, and c, z the solved right sides:
 *   log p(y | spreads) = −(n log 2πσ² + r'r/σ² − Σ|c|² − |z|² + log|W| + log|M| + log|D| − log|prior precisions|) / 2 − …
 * Source: Henderson's mixed-model equations; Bates, Mächler, Bolker & Walker (2015), JSS 67(1), sections 3.2–3.5.
 */
import { cholesky, solveLower, solveLowerTransposed } from "../../math/small-dense.ts"
import { createSparseFactor, logDeterminantSparse } from "../../math/sparse-cholesky.ts"
import { createDenseArena } from "../../math/wasm-dense/dense-arena.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"
import { drawEffects } from "./draw-effects.ts"
import { eliminateLevels } from "./eliminate.ts"
import type { Factorisation, RestPriors, SpreadValue } from "./factorisation-types.ts"
import type { Coefficient } from "./gaussian-model.ts"
import {
  addSparsePrecisions,
  finishSparseDraw,
  solveSparseRest,
  sparseNoiseSquares,
  weighSparseProducts,
} from "./sparse-rest.ts"
import type { GaussianStatistics } from "./statistics.ts"

/** Priors of the other columns: those of the coefficients; effects get theirs from their spreads. */
export function restPriorsOf(s: GaussianStatistics, coefficients: readonly Coefficient[]): RestPriors {
  const precision = new Float64Array(s.rest)
  const mean = new Float64Array(s.rest)
  let quadratic = 0
  let logPrecision = 0
  coefficients.forEach(({ priorMean, priorPrecision }, k) => {
    const column = s.coefficientColumns[k]!
    precision[column] = priorPrecision
    mean[column] = priorMean - s.centre[column]!
    if (priorPrecision === 0) return
    quadratic += priorPrecision * mean[column]! ** 2
    logPrecision += Math.log(priorPrecision)
  })
  return { precision, mean, quadratic, logPrecision }
}

/** Other columns from which on the kernels for large blocks factorise them faster: twice as fast here, eight times at 200. */
export const LARGE_REST = 32

/**
 * Allocates everything a factorisation needs.
 * @param backend "typescript" to do without WebAssembly; "small" for the kernels of small blocks
 */
export function newFactorisation(
  statistics: GaussianStatistics,
  priors: RestPriors,
  backend: "fastest" | "typescript" | "small" = "fastest",
): Factorisation {
  const { q, rest, levels, column, pattern } = statistics
  const size = pattern === null ? rest * (rest + 1) : pattern.row.length
  const isSmall = backend === "small" || rest < LARGE_REST || pattern !== null
  const arena = isSmall ? null : createDenseArena(size, backend)
  const equations = arena === null ? new Float64Array(size) : arena.allocate(size)
  return {
    statistics,
    priors,
    own: new Float64Array(levels * q * q),
    solvedCross: new Float64Array(column.length * q),
    solvedResponse: new Float64Array(levels * q),
    rest: equations,
    solvedRest: pattern === null ? equations.subarray(rest * rest) : new Float64Array(rest),
    sparse: pattern === null ? null : createSparseFactor(pattern.symbolic),
    arena,
    ownPrecision: new Float64Array(q * q),
    draw: new Float64Array(rest),
    scratch: new Float64Array(q),
    logDeterminant: 0,
    eliminated: { quadratic: 0, logDeterminant: 0 },
  }
}

/**
 * Factorises for the given spreads and returns log p(y | spreads), up to what flat priors leave undetermined; −Infinity
 * when a matrix is not positive definite. `effects[k]` belongs to the model's k-th effects.
 */
export function factorise(f: Factorisation, effects: readonly SpreadValue[], variance: number): number {
  const { statistics: s, priors } = f
  const { q, rest, levels } = s
  const weight = 1 / variance
  let quadratic = 0
  /** Of W and M, and of the priors: of the covariances, less those of the precisions. */
  let logDeterminant = 0
  let logPriors = 0

  if (f.sparse === null) weighProducts(f, weight)
  else weighSparseProducts(f, weight)
  for (let k = 0; k < s.restTerms.length; k++) {
    const { effect, levels: members } = s.restTerms[k]!
    logPriors += members * effects[effect]!.logDeterminant
    if (f.sparse === null) addPrecisions(f, s.restTerms[k]!, effects[effect]!)
    else addSparsePrecisions(f, s.restTerms[k]!, effects[effect]!)
  }
  f.ownPrecision.fill(0)
  for (let k = 0; k < s.ownTerms.length; k++) {
    const { effect, first } = s.ownTerms[k]!
    const { q: order, inverse, logDeterminant: ofPrior } = effects[effect]!
    logPriors += levels * ofPrior
    for (let t = 0; t < order; t++) {
      for (let u = 0; u < order; u++) f.ownPrecision[(first + t) * q + first + u] = inverse[t * order + u]!
    }
  }

  if (!eliminateLevels(f, weight)) return Number.NEGATIVE_INFINITY
  quadratic += f.eliminated.quadratic
  logDeterminant += f.eliminated.logDeterminant

  if (!(f.sparse === null ? solveRest(f) : solveSparseRest(f, f.sparse))) return Number.NEGATIVE_INFINITY
  for (let a = 0; a < rest; a++) quadratic += f.solvedRest[a]! ** 2
  if (f.sparse !== null) logDeterminant += logDeterminantSparse(f.sparse)
  else for (let a = 0; a < rest; a++) logDeterminant += 2 * Math.log(f.rest[a * rest + a]!)
  // Terms of the coefficients' priors: the same in every evaluation.
  quadratic -= priors.quadratic
  logPriors -= priors.logPrecision
  f.logDeterminant = logDeterminant
  const data = s.rows * Math.log(2 * Math.PI * variance) + weight * s.squares - quadratic
  return -0.5 * (data + logDeterminant + logPriors)
}

/** Products and priors of the other columns into M and its right side. */
function weighProducts({ statistics: s, priors, rest: m, solvedRest }: Factorisation, weight: number): void {
  const { rest } = s
  for (let a = 0; a < rest; a++) {
    const row = a * rest
    for (let b = 0; b <= a; b++) m[row + b] = weight * s.restSquares[row + b]!
    m[row + a]! += priors.precision[a]!
    solvedRest[a] = weight * s.restResponse[a]! + priors.precision[a]! * priors.mean[a]!
  }
}

/** The inverse covariance of each level of a term into M. */
function addPrecisions(
  { statistics: { rest }, rest: m }: Factorisation,
  { first, levels }: GaussianStatistics["restTerms"][number],
  { q, inverse }: SpreadValue,
): void {
  for (let l = 0; l < levels; l++) {
    const base = first + l * q
    for (let t = 0; t < q; t++) {
      for (let u = 0; u <= t; u++) m[(base + t) * rest + base + u]! += inverse[t * q + u]!
    }
  }
}

/** Factorises M and solves its right side, in place; false when M is not positive definite. */
function solveRest({ arena, statistics: { rest }, rest: m, solvedRest }: Factorisation): boolean {
  if (arena !== null) return arena.choleskyLarge(m, rest, rest, 1) === -1
  if (!cholesky(m, 0, rest)) return false
  solveLower(m, 0, rest, solvedRest, 0)
  return true
}

/** `x := L⁻ᵀ x` row by row of L, which a large matrix is read faster by than by columns. */
function solveTransposedByRows(l: Float64Array, n: number, x: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n
    const value = x[i]! / l[row + i]!
    x[i] = value
    for (let k = 0; k < i; k++) x[k]! -= l[row + k]! * value
  }
}

/**
 * Normalised log density of the coefficients and effects in `state` given the spreads last factorised: with the
 * equations `L_M'δ = z + ε` and `L'u + Cδ = c + ε` of a draw, that of the ε times the determinant.
 */
export function logCoefficientDensity(f: Factorisation, state: Float64Array): number {
  const { statistics: s, draw } = f
  const { q, rest, levels, pointer, column } = s
  let squares = 0
  for (let a = 0; a < rest; a++) draw[a] = state[s.restSlots[a]!]! - s.centre[a]!
  if (f.sparse !== null) squares += sparseNoiseSquares(f, f.sparse)
  else {
    for (let a = 0; a < rest; a++) {
      let noise = -f.solvedRest[a]!
      for (let b = a; b < rest; b++) noise += f.rest[b * rest + a]! * draw[b]!
      squares += noise * noise
    }
  }
  for (let l = 0; l < levels; l++) {
    for (let t = 0; t < q; t++) {
      let noise = -f.solvedResponse[l * q + t]!
      for (let u = t; u < q; u++) noise += f.own[(l * q + u) * q + t]! * state[s.ownSlots[l * q + u]!]!
      for (let e = pointer[l]!; e < pointer[l + 1]!; e++)
        noise += f.solvedCross[e * q + t]! * draw[column[e]!]!
      squares += noise * noise
    }
  }
  return 0.5 * (f.logDeterminant - squares - (rest + levels * q) * Math.log(2 * Math.PI))
}

/** Draws all coefficients and effects jointly from their conditional given the spreads last factorised. */
export function drawCoefficients(f: Factorisation, state: Float64Array, rng: Stream): void {
  const { draw } = f
  for (let a = 0; a < draw.length; a++) draw[a] = drawNormal(rng)
  writeOthers(f, state, draw)
  drawEffects(f, state, rng)
}

/**
 * The part of that draw that is not of the eliminated factor, from standard normal `noise`; the effects given it are then
 * drawn by `drawEffects`.
 */
export function writeOthers(f: Factorisation, state: Float64Array, noise: Float64Array): void {
  const { statistics: s, draw } = f
  const { rest } = s
  for (let a = 0; a < rest; a++) draw[a] = f.solvedRest[a]! + noise[a]!
  if (f.sparse !== null) finishSparseDraw(f.sparse, draw)
  else if (f.arena === null) solveLowerTransposed(f.rest, 0, rest, draw, 0)
  else solveTransposedByRows(f.rest, rest, draw)
  for (let a = 0; a < rest; a++) state[s.restSlots[a]!] = s.centre[a]! + draw[a]!
}
