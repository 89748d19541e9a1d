/** What the BUGS language calls a distribution: its arguments, what they mean, and functions of them. */
import type { ParameterSpec } from "../../distributions/distribution.ts"
import type { Stream } from "../../random/stream.ts"
import type { Expr } from "../expression.ts"

interface BugsCommon {
  /** `dnorm`. */
  readonly name: string
  /** Other names of the same: `dbinom` for `dbin`. */
  readonly aliases: readonly string[]
  /** The family of `src/distributions`, or null for what is none (`dinterval`, `dsum`). */
  readonly family: string | null
  /** Name, constraint, shape and description of every argument, in BUGS's order. */
  readonly arguments: readonly ParameterSpec[]
  /** As the BUGS manual names them: `["mean", "precision"]`. */
  readonly argumentNames: readonly string[]
  readonly argumentKinds: readonly ("scalar" | "vector" | "matrix")[]
  /** Any number of arguments like the last, one at least (`dsum`). */
  readonly isVariadic: boolean
  /** What is drawn. */
  readonly shape: "scalar" | "vector" | "matrix"
  /** Dimensions of what is drawn from the dimensions of the arguments: `[1]` for a number. */
  readonly dims: (argumentDims: readonly (readonly number[])[]) => readonly number[]
  /** The argument whose dimensions are those of what is drawn; −1 where there is none (a number, `dscaled.wishart`). */
  readonly shapeFrom: number
  readonly discrete: boolean
  readonly canBeTruncated: boolean
  /** False for `dflat`. */
  readonly isProper: boolean
  /** The value is a function of the arguments (`dinterval`, `dsum`): such a node says something only when it is data. */
  readonly isDetermined: boolean
  /** The trap, if there is one, for people: "the second argument is a precision, 1 / variance, not an sd". */
  readonly note: string
  /**
   * Canonical parameters of `family`, one after another into `out`, from arguments that stand in `args` at `starts` with
   * `lengths`. Allocates nothing for numbers.
   */
  readonly toCanonical: (
    args: Float64Array,
    starts: ArrayLike<number>,
    lengths: ArrayLike<number>,
    out: Float64Array,
  ) => void
  /** What is wrong with these arguments (each flat), in words; undefined when nothing is. */
  readonly checkArguments: (args: readonly ArrayLike<number>[]) => string | undefined
  /** Canonical parameters as expressions; absent where they are no simple expressions of the arguments. */
  readonly symbolic?: (args: readonly Expr[]) => Readonly<Record<string, Expr>>
}

/**
 * Functions of a number and up to four plain numbers a … d, BUGS's own arguments in order; those beyond a distribution's are
 * ignored. None throws (but `sample` of `dflat`). Invalid arguments give NaN or −Infinity.
 */
export interface NumberFunctions {
  /** Normalised; −Infinity outside the support. */
  logDensity(x: number, a: number, b: number, c: number, d: number): number
  /** Less terms in x (and integer sizes) alone: for x that is data in the support, while the arguments move. */
  logLikelihood(x: number, a: number, b: number, c: number, d: number): number
  sample(rng: Stream, a: number, b: number, c: number, d: number): number
  /** Ends of the smallest closed interval with all the mass, into out[0] and out[1]. */
  support(out: Float64Array, a: number, b: number, c: number, d: number): void
  mean(a: number, b: number, c: number, d: number): number
  variance(a: number, b: number, c: number, d: number): number
  cdf(x: number, a: number, b: number, c: number, d: number): number
  /** P(X > x). */
  survival(x: number, a: number, b: number, c: number, d: number): number
  quantile(q: number, a: number, b: number, c: number, d: number): number
  /** log P(lower ≤ X ≤ upper): what `T(lower, upper)` subtracts, and what a censored value adds. */
  logMass(lower: number, upper: number, a: number, b: number, c: number, d: number): number
  /** One draw under `T(lower, upper)`; NaN when there is no mass. */
  sampleTruncated(
    rng: Stream,
    lower: number,
    upper: number,
    a: number,
    b: number,
    c: number,
    d: number,
  ): number
  isValid(a: number, b: number, c: number, d: number): boolean
}

/** One number, given numbers. */
export interface BugsNumberDistribution extends BugsCommon, NumberFunctions {
  readonly calling: "numbers"
  readonly shape: "scalar"
}

/**
 * Functions of n numbers x[at …] (1 for a number, q for a vector, q² for a matrix) and arguments that stand in `args`, the k-th
 * at `starts[k]` with `lengths[k]` values (matrices whole, q²). `args` may be `x`'s own array. None throws or allocates
 * after its first call with a size, but where noted. Invalid arguments give NaN or −Infinity.
 */
export interface ArrayFunctions {
  logDensity(
    x: Float64Array,
    at: number,
    n: number,
    args: Float64Array,
    starts: ArrayLike<number>,
    lengths: ArrayLike<number>,
  ): number
  /** Less terms in x (and integer sizes) alone. */
  logLikelihood(
    x: Float64Array,
    at: number,
    n: number,
    args: Float64Array,
    starts: ArrayLike<number>,
    lengths: ArrayLike<number>,
  ): number
  sample(
    rng: Stream,
    out: Float64Array,
    at: number,
    n: number,
    args: Float64Array,
    starts: ArrayLike<number>,
    lengths: ArrayLike<number>,
  ): void
  /** NaN where it does not exist. */
  mean(
    out: Float64Array,
    at: number,
    n: number,
    args: Float64Array,
    starts: ArrayLike<number>,
    lengths: ArrayLike<number>,
  ): void
  /** Bounds of every element, into the first n places of `lower` and `upper`. */
  support(
    lower: Float64Array,
    upper: Float64Array,
    n: number,
    args: Float64Array,
    starts: ArrayLike<number>,
    lengths: ArrayLike<number>,
  ): void
}

/** A vector, a matrix, or one number given vectors (`dcat`, `dnormmix`, `dordered.logit`, `dinterval`, `dsum`). */
export interface BugsArrayDistribution extends BugsCommon, ArrayFunctions {
  readonly calling: "arrays"
}

export type BugsDistribution = BugsNumberDistribution | BugsArrayDistribution
