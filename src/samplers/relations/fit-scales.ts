/** Log density that a scale falls short of its best by at no draw. */
const IMPOSSIBLE = 50
/** Times that the scales are gone through. */
const MOST_ROUNDS = 3
/** Steps of one climb, out and back, at most, and the length of the last ones. */
const MOST_STEPS = 60
const SHORTEST = 0.25

/** Log density along one scale, by its number and its coordinate. */
export type AlongScale = (scale: number, t: number) => number

/**
 * Moves scales that elements at their mode make impossible. From such a place a slice is as wide as the density there is low,
 * and a draw from it may leave the data with no weight and the elements to vague priors, from where few come back.
 *
 * @param phi coordinates of the scales, on a logarithmic scale; mutated
 * @param given log density given the elements; says which scales move
 * @param marginal log density with the elements integrated out; says where to. Given the elements, scales of effects that have
 * shrunk would shrink with them
 * @param settle called after each climb, with where it led in phi
 */
export function fitScales(
  phi: Float64Array,
  given: AlongScale,
  marginal: AlongScale,
  settle: () => void,
): void {
  for (let round = 0, isMoved = true; round < MOST_ROUNDS && isMoved; round++) {
    isMoved = false
    for (let scale = 0; scale < phi.length; scale++) {
      const from = phi[scale]!
      const best = climbLine((t) => given(scale, t), from)
      if (!(best.value - given(scale, from) > IMPOSSIBLE)) continue
      const { at } = climbLine((t) => marginal(scale, t), from)
      phi[scale] = at
      isMoved ||= at !== from
      settle()
    }
  }
}

/**
 * Climbs a function of one number by steps that double while it rises and are halved after that: a rough maximum, to about a
 * quarter.
 *
 * @returns the highest point that was met, `from` included, and f there; NaN is no rise
 */
export function climbLine(
  f: (t: number) => number,
  from: number,
): { readonly at: number; readonly value: number } {
  let at = from
  let value = f(from)
  let step = 1
  let isBetween = false
  for (let k = 0; k < MOST_STEPS && Math.abs(step) >= SHORTEST; k++) {
    const there = f(at + step)
    if (there > value) {
      at += step
      value = there
      if (!isBetween) step *= 2
    } else if (k === 0) step = -step
    else {
      isBetween = true
      step *= -0.5
    }
  }
  return { at, value }
}
