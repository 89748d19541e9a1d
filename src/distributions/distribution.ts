import type { Stream } from "../random/stream.ts"

/**
 * What a parameter's values must be. `aboveDimension`: greater than q − 1 for a q × q matrix; `count`: 0, 1, 2, …;
 * `weights`: not negative, with a positive sum.
 */
export type Constraint =
  | "real"
  | "positive"
  | "nonnegative"
  | "probability"
  | "integer"
  | "count"
  | "weights"
  | "increasing"
  | "aboveDimension"
  | "positiveDefinite"

/** One parameter, or one argument of a way of stating them. */
export interface ParameterSpec {
  readonly name: string
  readonly constraint: Constraint
  /** For people: what it does. */
  readonly description: string
  /** `vector`: q numbers; `matrix`: q × q, row-major. Of a scalar family, q is the common length of its vectors. */
  readonly shape: "scalar" | "vector" | "matrix"
}

/** A way to state the parameters, `normal(mean, sd)` or `normal(mean, var = v)`. */
export interface ArgumentForm {
  readonly arguments: readonly ParameterSpec[]
  /** Canonical parameters of these arguments; absent where they are the same. */
  readonly toCanonical?: (values: readonly number[]) => number[]
}

interface Family {
  /** As users write it: `inverseGamma`. */
  readonly name: string
  /** As models print it: `InverseGamma`. */
  readonly label: string
  /** As LaTeX prints it: `\operatorname{InverseGamma}`. */
  readonly latex: string
  /** The canonical parameters, in the order of every `p` below. */
  readonly parameters: readonly ParameterSpec[]
  /** Accepted ways to state them; arguments without names follow the first. */
  readonly forms: readonly ArgumentForm[]
  /** What the parameters must satisfy together, beyond each one's own constraint. */
  readonly relation?: {
    readonly holds: (p: readonly number[]) => boolean
    readonly text: string
    readonly remedy: string
  }
  /** False for `flat`, whose density does not integrate to anything finite and which cannot be sampled. */
  readonly isProper: boolean
}

/**
 * The functions of a family of one number with at most four scalar parameters, taken as plain numbers `a, b, c, d` in
 * canonical order (those a family does not have are ignored). None allocates, except the samplers of rare families that
 * say so, and none throws, except `sample` of an improper family. Parameters outside their domain give NaN.
 */
export interface ScalarFunctions {
  /** Ends of the smallest closed interval that holds all the mass; integers (or infinite) for a discrete family. */
  lower(a: number, b: number, c: number, d: number): number
  upper(a: number, b: number, c: number, d: number): number
  /** Log of the normalised density; −Infinity outside the support, NaN for NaN. */
  logDensity(x: number, a: number, b: number, c: number, d: number): number
  /**
   * `logDensity` less terms in x (and integer sizes) alone, for x that is fixed data while the parameters move: −Infinity
   * where the parameters exclude x; x itself must be a value the family can take for some parameters.
   */
  logLikelihood(x: number, a: number, b: number, c: number, d: number): number
  /** One draw. @throws ModelError when the family is improper */
  sample(rng: Stream, a: number, b: number, c: number, d: number): number
  mean(a: number, b: number, c: number, d: number): number
  variance(a: number, b: number, c: number, d: number): number
  /** P(X ≤ x); NaN for an improper family. */
  cdf(x: number, a: number, b: number, c: number, d: number): number
  /** P(X > x), accurate where it is small. */
  survival(x: number, a: number, b: number, c: number, d: number): number
  logCdf(x: number, a: number, b: number, c: number, d: number): number
  logSurvival(x: number, a: number, b: number, c: number, d: number): number
  /** Smallest x with P(X ≤ x) ≥ q; NaN for q outside [0, 1]. */
  quantile(q: number, a: number, b: number, c: number, d: number): number
}

/**
 * A family of distributions of one number. Every function takes canonical parameters that satisfy their constraints
 * (`validateParameters` is the gate); with others the results mean nothing.
 */
export interface ScalarDistribution extends Family {
  readonly kind: "scalar"
  /** True when all mass is on integers (or, for `fixed`, on a point); `logDensity` is then a log probability. */
  readonly discrete: boolean
  /** Smallest closed interval that holds all the mass; the ends may be infinite. */
  support(p: readonly number[]): { lower: number; upper: number }
  /** Log of the normalised density; −Infinity outside the support, NaN for NaN. */
  logDensity(x: number, p: readonly number[]): number
  /** One draw. @throws ModelError when the family is improper */
  sample(rng: Stream, p: readonly number[]): number
  /** Infinity where the integral diverges to it, NaN where there is none. */
  mean(p: readonly number[]): number
  /** Infinity where it diverges, NaN where the mean does not exist. */
  variance(p: readonly number[]): number
  /** P(X ≤ x); NaN for an improper family. */
  cdf(x: number, p: readonly number[]): number
  /** P(X > x), accurate where it is small. */
  survival?(x: number, p: readonly number[]): number
  /** Smallest x with P(X ≤ x) ≥ q. */
  quantile?(q: number, p: readonly number[]): number
  /** See `ScalarFunctions.logLikelihood`. */
  logLikelihood?(x: number, p: readonly number[]): number
  /** The same functions over plain numbers; absent for families with vectors as parameters. */
  readonly direct?: ScalarFunctions
}

/**
 * A family of distributions of a vector of length q (which the lengths of its parameters give), or of a symmetric q × q matrix (row-major, q² numbers). Canonical
 * parameters come one after the other in one array: `[df, ...scale]`. Matrix densities are with respect to the q (q + 1) / 2
 * elements of the lower triangle.
 */
export interface MatrixDistribution extends Family {
  readonly kind: "vector" | "matrix"
  /** True when all mass is on vectors of integers. */
  readonly discrete?: boolean
  /** Log of the normalised density; −Infinity where `x` is not positive definite (matrices). Only the lower triangle is read. */
  logDensity(x: Float64Array, q: number, p: readonly number[]): number
  /** One draw, into the first q (vector) or q² (matrix) places of `out`. */
  sample(rng: Stream, q: number, p: readonly number[], out: Float64Array): void
  /** Elementwise mean, NaN where it does not exist. */
  mean(q: number, p: readonly number[]): Float64Array
}

export type Distribution = ScalarDistribution | MatrixDistribution

/** A scalar parameter. */
export function parameter(name: string, constraint: Constraint, description: string): ParameterSpec {
  return { name, constraint, description, shape: "scalar" }
}
