import { factoriseSparse, solveSparse } from "../../math/sparse-cholesky.ts"
import type { Coordinates } from "./curvature-coordinates.ts"
import type { Approximation } from "./normal-approximation.ts"

/** Newton steps, halved while the density falls, at the beginning of warm-up. */
const MOST_STEPS = 500
/** Rise of the log density that ends them: what is left to the mode is a small part of an sd. */
const CLIMBED = 1e-2
/** The longest of these steps in a coordinate that has bounds: close to a bound a Newton step has no measure. */
const LONGEST_STEP = 4

/**
 * A function that climbs from coordinates u to a mode of their density, where it leaves u and the state; it overwrites `trial` and
 * the approximation.
 * @param block the coordinates of a block, its curvature and gradient at a state, what writes coordinates into a state, and
 * their log density there
 */
export function bindClimb({
  coordinates,
  evaluate,
  place,
  logDensity,
}: {
  readonly coordinates: Coordinates
  readonly evaluate: (s: Float64Array, q: Float64Array, gradient: Float64Array) => void
  readonly place: (s: Float64Array, u: Float64Array) => void
  readonly logDensity: (s: Float64Array) => number
}): (s: Float64Array, u: Float64Array, trial: Float64Array, into: Approximation) => void {
  const n = coordinates.kinds.length
  /** Share of a step that is short enough in every coordinate with bounds. */
  const longestStep = (move: Float64Array): number => {
    let share = 1
    for (let k = 0; k < n; k++)
      if (coordinates.kinds[k] !== 0) share = Math.min(share, LONGEST_STEP / Math.abs(move[k]!))
    return share
  }
  return (s, u, trial, { q, move, factor }) => {
    let here = logDensity(s)
    // Far out, exponentials take one Newton step a unit: zero is closer to most things than the first values of chains.
    trial.fill(0)
    place(s, trial)
    const atZero = logDensity(s)
    if (atZero > here) {
      here = atZero
      u.set(trial)
    }
    place(s, u)
    for (let step = 0; step < MOST_STEPS; step++) {
      evaluate(s, q, move)
      if (!factoriseSparse(factor, q)) break
      solveSparse(factor, move)
      let length = longestStep(move)
      let there = -Infinity
      for (let halvings = 0; halvings < 14; halvings++, length *= 0.5) {
        for (let k = 0; k < n; k++) trial[k] = u[k]! + length * move[k]!
        place(s, trial)
        there = logDensity(s)
        if (there >= here) break
      }
      if (!(there >= here)) break
      u.set(trial)
      const gain = there - here
      here = there
      if (gain < CLIMBED) break
    }
    place(s, u)
  }
}
