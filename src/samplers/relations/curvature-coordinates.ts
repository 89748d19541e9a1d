/** Coordinates without bounds for elements that have some, and what their own priors say about slope and curvature. */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"

/** How an element x follows from its coordinate u: x = u, x = lower + exp(u), x = upper − exp(u), or between both bounds. */
export const COORDINATE = { identity: 0, above: 1, below: 2, between: 3 } as const

/** Coordinates of the elements of a block, by element. Plain data. */
export interface Coordinates {
  readonly kinds: Uint8Array
  readonly lower: Float64Array
  readonly upper: Float64Array
}

/** The coordinate that suits bounds. */
export const coordinateFor = (lower: number, upper: number): number =>
  Number.isFinite(lower)
    ? Number.isFinite(upper)
      ? COORDINATE.between
      : COORDINATE.above
    : Number.isFinite(upper)
      ? COORDINATE.below
      : COORDINATE.identity

/** u of element c at x. */
export function toCoordinate({ kinds, lower, upper }: Coordinates, c: number, x: number): number {
  switch (kinds[c]) {
    case COORDINATE.above:
      return Math.log(x - lower[c]!)
    case COORDINATE.below:
      return Math.log(upper[c]! - x)
    case COORDINATE.between:
      return Math.log((x - lower[c]!) / (upper[c]! - x))
    default:
      return x
  }
}

/** x of element c at u. */
export function fromCoordinate({ kinds, lower, upper }: Coordinates, c: number, u: number): number {
  switch (kinds[c]) {
    case COORDINATE.above:
      return lower[c]! + Math.exp(u)
    case COORDINATE.below:
      return upper[c]! - Math.exp(u)
    case COORDINATE.between:
      return lower[c]! + (upper[c]! - lower[c]!) / (1 + Math.exp(-u))
    default:
      return u
  }
}

/** dx/du of element c at x. */
export function coordinateSlope({ kinds, lower, upper }: Coordinates, c: number, x: number): number {
  switch (kinds[c]) {
    case COORDINATE.above:
      return x - lower[c]!
    case COORDINATE.below:
      return x - upper[c]!
    case COORDINATE.between:
      return ((x - lower[c]!) * (upper[c]! - x)) / (upper[c]! - lower[c]!)
    default:
      return 1
  }
}

/** log |dx/du| of all elements at a state. @param slots of the elements */
export function logSlopes(coordinates: Coordinates, slots: Int32Array, s: Float64Array): number {
  let total = 0
  for (let k = 0; k < slots.length; k++)
    if (coordinates.kinds[k] !== COORDINATE.identity)
      total += Math.log(Math.abs(coordinateSlope(coordinates, k, s[slots[k]!]!)))
  return total
}

/** Slope of an element's log prior in the element, and a curvature (minus the second derivative) that is not negative. */
interface PriorCurvature {
  slope(x: number, a: number, b: number, c: number): number
  curvature(x: number, a: number, b: number, c: number): number
}

const nothing = (): number => 0

/** Priors of elements that are not normal, by name of the distribution. */
const PRIORS: Readonly<Record<string, PriorCurvature>> = {
  dflat: { slope: nothing, curvature: nothing },
  dunif: { slope: nothing, curvature: nothing },
  dnorm: { slope: (x, mean, tau) => tau * (mean - x), curvature: (_, _mean, tau) => tau },
  dgamma: {
    slope: (x, shape, rate) => (shape - 1) / x - rate,
    curvature: (x, _shape, rate) => rate / x,
  },
  dexp: { slope: (_, rate) => -rate, curvature: (x, rate) => rate / x },
  dbeta: {
    slope: (x, a, b) => (a - 1) / x - (b - 1) / (1 - x),
    curvature: (x, a, b) => Math.max(0, a + b - 2) / (x * (1 - x)),
  },
  dlnorm: {
    slope: (x, mean, tau) => -(1 + tau * (Math.log(x) - mean)) / x,
    curvature: (x, _mean, tau) => tau / (x * x),
  },
  dt: {
    slope: (x, centre, tau, df) => (-(df + 1) * tau * (x - centre)) / (df + tau * (x - centre) ** 2),
    curvature: (_, _centre, tau, df) => (tau * (df + 1)) / (df + 3),
  },
}

/** What is known of a prior; undefined when nothing is. */
export const priorCurvature = (distribution: string): PriorCurvature | undefined =>
  PRIORS[lookupBugsDistribution(distribution).name]
