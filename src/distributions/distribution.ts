import type { Stream } from "../random/stream.ts"

/** What a parameter's values must be. `aboveDimension`: greater than q − 1 for a q × q matrix. */
export type Constraint = "real" | "positive" | "nonnegative" | "aboveDimension" | "positiveDefinite"

/** One parameter, or one argument of a way of stating them. */
export interface ParameterSpec {
  readonly name: string
  readonly constraint: Constraint
  /** For people: what it does. */
  readonly description: string
  /** `vector`: q numbers; `matrix`: q × q, row-major. A parameter of a scalar family is always `scalar`. */
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
 * A family of distributions of one number. Every function takes canonical parameters that satisfy their constraints
 * (`validateParameters` is the gate); with others the results mean nothing.
 */
export interface ScalarDistribution extends Family {
  readonly kind: "scalar"
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
}

/**
 * A family of distributions of a vector of length q, or of a symmetric q × q matrix (row-major, q² numbers). Canonical
 * parameters come one after the other in one array: `[df, ...scale]`. Matrix densities are with respect to the q (q + 1) / 2
 * elements of the lower triangle.
 */
export interface MatrixDistribution extends Family {
  readonly kind: "vector" | "matrix"
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
