/**
 * Steps that would leave standard normals, or a few together standard t, as they are. Sources: Neal (1998), Regression and
 * classification using Gaussian process priors, section 5; Kamatani (2018), Efficient strategy for the Markov chain Monte Carlo
 * in high-dimension with heavy-tailed target, section 2.
 */
import { drawGamma } from "../../random/gamma.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"

/** Autocorrelation of a step that is otherwise independent: a little to the other side. */
const OVERRELAXATION = -0.3
/** Numbers up to which they have the tails of a t, and its degrees of freedom. */
const FEW = 8
const DF = 6
/** Every so often a step is short, which leaves places that longer ones do not. */
const SHORT_SHARE = 0.2
const SHORT = 0.3

/** Minus the log density of what a step from z at `places[from..to)` leaves unchanged. */
export function tailOf(z: Float64Array, places: Int32Array, from: number, to: number): number {
  const squares = squaresOf(z, places, from, to)
  const n = to - from
  return n <= FEW ? 0.5 * (DF + n) * Math.log1p(squares / DF) : 0.5 * squares
}

/**
 * Draws a step from z at `places[from..to)` into `out`.
 * @param logOdds of the step's size, which is 1 where steps are independent
 */
export function drawStep(
  z: Float64Array,
  places: Int32Array,
  from: number,
  to: number,
  logOdds: number,
  out: Float64Array,
  rng: Stream,
): void {
  const n = to - from
  const full = 1 / (1 + Math.exp(-logOdds))
  const size = rng.uniform() < SHORT_SHARE ? SHORT * full : full
  const rho = size > 0.95 ? OVERRELAXATION : Math.sqrt(1 - size * size)
  // Given the scale that mixes a t, its steps are normal.
  const spread =
    n <= FEW ? Math.sqrt((0.5 * (DF + squaresOf(z, places, from, to))) / drawGamma(rng, 0.5 * (DF + n))) : 1
  const width = spread * Math.sqrt(1 - rho * rho)
  for (let k = from; k < to; k++) out[places[k]!] = rho * z[places[k]!]! + width * drawNormal(rng)
}

function squaresOf(z: Float64Array, places: Int32Array, from: number, to: number): number {
  let total = 0
  for (let k = from; k < to; k++) total += z[places[k]!]! * z[places[k]!]!
  return total
}
