/**
 * Slope and expected information of log densities in their arguments, for proposals that follow the curvature. They need
 * not be exact: a Metropolis–Hastings step corrects whatever is proposed.
 */
import digamma from "@stdlib/math-base-special-digamma"

/** One way in which arguments of a child enter. */
export interface ArgumentFamily {
  /** Name of the child's distribution. */
  readonly child: string
  /** Arguments it is about, by position, ascending: k of them. */
  readonly arguments: readonly number[]
  /** Whether it is about one argument that is a vector: k is the length of this. */
  readonly ofVector: boolean
  /**
   * Writes k slopes and then k × k values of the expected information, given the child's values `y[first…]` and the arguments
   * at `args[at…]`.
   */
  evaluate(y: Float64Array, first: number, args: Float64Array, at: number, out: Float64Array, k: number): void
  /** The same for all categories that were drawn with the same arguments, `counts[first…]` of each of the k. */
  evaluateCounts?(
    counts: Float64Array,
    first: number,
    args: Float64Array,
    at: number,
    out: Float64Array,
    k: number,
  ): void
}

/** Of a child's value and its first arguments. */
type Term = (y: number, a: number, b: number, c: number) => number

/** Of one argument: slope and information. */
const one = (child: string, argument: number, slope: Term, information: Term): ArgumentFamily => ({
  child,
  arguments: [argument],
  ofVector: false,
  evaluate(values, first, args, at, out) {
    const y = values[first]!
    const a = args[at]!
    const b = args[at + 1]!
    const c = args[at + 2]!
    out[0] = slope(y, a, b, c)
    out[1] = information(y, a, b, c)
  },
})

/** Of the first two arguments, by themselves and together: slope and information of each, and what is between them. */
const two = (
  child: string,
  first: readonly [slope: Term, information: Term],
  second: readonly [slope: Term, information: Term],
  between: (a: number, b: number, c: number) => number,
): readonly ArgumentFamily[] => [
  one(child, 0, ...first),
  one(child, 1, ...second),
  {
    child,
    arguments: [0, 1],
    ofVector: false,
    evaluate(values, at, args, from, out) {
      const y = values[at]!
      const a = args[from]!
      const b = args[from + 1]!
      const c = args[from + 2]!
      out[0] = first[0](y, a, b, c)
      out[1] = second[0](y, a, b, c)
      out[2] = first[1](y, a, b, c)
      out[3] = out[4] = between(a, b, c)
      out[5] = second[1](y, a, b, c)
    },
  },
]

export const ARGUMENT_FAMILIES: readonly ArgumentFamily[] = [
  one(
    "dnorm",
    1,
    (y, mean, tau) => 0.5 / tau - 0.5 * (y - mean) ** 2,
    (_, _mean, tau) => 0.5 / tau ** 2,
  ),
  one(
    "dlnorm",
    0,
    (y, mean, tau) => tau * (Math.log(y) - mean),
    (_, _mean, tau) => tau,
  ),
  one(
    "dlnorm",
    1,
    (y, mean, tau) => 0.5 / tau - 0.5 * (Math.log(y) - mean) ** 2,
    (_, _mean, tau) => 0.5 / tau ** 2,
  ),
  one(
    "dbern",
    0,
    (y, p) => (y - p) / (p * (1 - p)),
    (_, p) => 1 / (p * (1 - p)),
  ),
  one(
    "dbin",
    0,
    (y, p, n) => (y - n * p) / (p * (1 - p)),
    (_, p, n) => n / (p * (1 - p)),
  ),
  one(
    "dpois",
    0,
    (y, rate) => y / rate - 1,
    (_, rate) => 1 / rate,
  ),
  ...two(
    "dnegbin",
    [(y, p, size) => size / p - y / (1 - p), (_, p, size) => size / (p * p * (1 - p))],
    [
      (y, p, size) => digamma(y + size) - digamma(size) + Math.log(p),
      // E ψ'(y + size) at the mean of y.
      (_, p, size) => trigamma(size) - trigamma(size / p),
    ],
    (p) => -1 / p,
  ),
  ...two(
    "dbetabin",
    [(y, a, b, n) => shapeSlope(y, a, a + b, n), (_, a, b, n) => shapeInformation(a, a + b, n)],
    [(y, a, b, n) => shapeSlope(n - y, b, a + b, n), (_, a, b, n) => shapeInformation(b, a + b, n)],
    (a, b, n) => trigamma(n + a + b) - trigamma(a + b),
  ),
  one(
    "dexp",
    0,
    (y, rate) => 1 / rate - y,
    (_, rate) => 1 / rate ** 2,
  ),
  ...two(
    "dgamma",
    [(y, shape, rate) => Math.log(rate * y) - digamma(shape), (_, shape) => trigamma(shape)],
    [(y, shape, rate) => shape / rate - y, (_, shape, rate) => shape / rate ** 2],
    (_shape, rate) => -1 / rate,
  ),
  // With z = λ y^v exponential: E[z log² z] = π²/6 + (1 − γ)² − 1, E[z log z] = 1 − γ.
  ...two(
    "dweib",
    [
      (y, shape, rate) => 1 / shape + Math.log(y) * (1 - rate * y ** shape),
      (_, shape, rate) => weibullShape(Math.log(rate)) / shape ** 2,
    ],
    [(y, shape, rate) => 1 / rate - y ** shape, (_, _shape, rate) => 1 / rate ** 2],
    (shape, rate) => (1 - EULER - Math.log(rate)) / (shape * rate),
  ),
  ...two(
    "dbeta",
    [(y, a, b) => Math.log(y) - digamma(a) + digamma(a + b), (_, a, b) => trigamma(a) - trigamma(a + b)],
    [(y, a, b) => Math.log1p(-y) - digamma(b) + digamma(a + b), (_, a, b) => trigamma(b) - trigamma(a + b)],
    (a, b) => -trigamma(a + b),
  ),
  {
    child: "dcat",
    arguments: [0],
    ofVector: true,
    evaluate(y, first, args, at, out, k) {
      writeProbabilities(args, at, k, 1, out)
      const chosen = y[first]! - 1
      out[chosen]! += 1 / args[at + chosen]!
    },
    evaluateCounts(counts, first, args, at, out, k) {
      let size = 0
      for (let j = 0; j < k; j++) size += counts[first + j]!
      writeProbabilities(args, at, k, size, out)
      for (let j = 0; j < k; j++) if (counts[first + j]! > 0) out[j]! += counts[first + j]! / args[at + j]!
    },
  },
  {
    child: "dmulti",
    arguments: [0],
    ofVector: true,
    evaluate(y, first, args, at, out, k) {
      writeProbabilities(args, at, k, args[at + k]!, out)
      for (let j = 0; j < k; j++) if (y[first + j]! > 0) out[j]! += y[first + j]! / args[at + j]!
    },
  },
  // Smoothed: steps of the sign would throw Newton's method about.
  one(
    "ddexp",
    0,
    (y, centre, rate) => rate * Math.tanh(rate * (y - centre)),
    (_, _centre, rate) => rate ** 2,
  ),
  one(
    "ddexp",
    1,
    (y, centre, rate) => 1 / rate - Math.abs(y - centre),
    (_, _centre, rate) => 1 / rate ** 2,
  ),
  one(
    "dt",
    0,
    (y, centre, tau, df) => ((df + 1) * tau * (y - centre)) / (df + tau * (y - centre) ** 2),
    (_, _centre, tau, df) => (tau * (df + 1)) / (df + 3),
  ),
  one(
    "dt",
    1,
    (y, centre, tau, df) => 0.5 / tau - (0.5 * (df + 1) * (y - centre) ** 2) / (df + tau * (y - centre) ** 2),
    (_, _centre, tau, df) => (0.5 * df) / ((df + 3) * tau ** 2),
  ),
  one(
    "dlogis",
    0,
    (y, centre, tau) => tau * Math.tanh(0.5 * tau * (y - centre)),
    (_, _centre, tau) => tau ** 2 / 3,
  ),
  one(
    "dpar",
    0,
    (y, shape, least) => 1 / shape + Math.log(least / y),
    (_, shape) => 1 / shape ** 2,
  ),
]

/**
 * What p, up to a factor the probabilities of one of k categories, says in `size` draws apart from what was drawn: slopes
 * −size / Σp, and the information size (diag(1 / p) / Σp − 1 / (Σp)²).
 */
function writeProbabilities(p: Float64Array, at: number, k: number, size: number, out: Float64Array): void {
  let sum = 0
  for (let j = 0; j < k; j++) sum += p[at + j]!
  for (let j = 0; j < k; j++) {
    out[j] = -size / sum
    for (let l = 0; l < k; l++) out[k + j * k + l] = -size / (sum * sum)
    // What cannot be drawn tells nothing.
    if (p[at + j]! > 0) out[k + j * k + j]! += size / (sum * p[at + j]!)
  }
}

/** The families of a child's arguments that move together: one for all of them, or one for each; null when one has none. */
export function findArgumentFamilies(child: string, reached: readonly number[]): readonly number[] | null {
  const find = (positions: readonly number[]) =>
    ARGUMENT_FAMILIES.findIndex(
      (family) => family.child === child && family.arguments.join() === positions.join(),
    )
  const joint = find(reached)
  if (joint >= 0) return [joint]
  const single = reached.map((k) => find([k]))
  return single.every((k) => k >= 0) ? single : null
}

/** Of one shape of a beta-binomial, the count that goes with it, and the sum of both. */
const shapeSlope = (y: number, a: number, sum: number, n: number): number =>
  digamma(y + a) - digamma(a) + digamma(sum) - digamma(n + sum)

/** With E ψ'(y + a) at the mean of y. */
const shapeInformation = (a: number, sum: number, n: number): number =>
  trigamma(a) - trigamma(a * (1 + n / sum)) + trigamma(n + sum) - trigamma(sum)

const EULER = 0.5772156649015329

/** Expected information of v² about a Weibull's shape v, given log λ. */
const weibullShape = (logRate: number): number => Math.PI ** 2 / 6 + (1 - EULER - logRate) ** 2

/** ψ'(x), x > 0, by the asymptotic series beyond 6. Source: Abramowitz & Stegun (1964), 6.4.12. */
function trigamma(x: number): number {
  let total = 0
  let z = x
  for (; z < 6; z++) total += 1 / (z * z)
  const w = 1 / (z * z)
  return total + 1 / z + w / 2 + (w / z) * (1 / 6 - w * (1 / 30 - w * (1 / 42 - w / 30)))
}
