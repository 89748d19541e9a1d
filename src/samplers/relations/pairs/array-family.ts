/** What a conjugate family of vectors or matrices is, as data. */
import type { Stream } from "../../../random/stream.ts"

/** One kind of child of an array that is drawn. */
export interface ArrayPair {
  /** Name in the table of BUGS distributions. */
  readonly child: string
  /** Position of the argument that is k X, or k X⁻¹ where `inverted`, of the array X that is drawn. */
  readonly argument: number
  readonly inverted: boolean
  /** False where what a child adds hangs on its value alone: its arguments are then not computed. */
  readonly readsArguments: boolean
  /** Whether that is a constant and a square of the value's distance from its first argument, by a factor k alone; absent: no. */
  readonly isQuadratic?: boolean
  /**
   * Adds what one child tells to the natural parameters.
   * @param y the child's values
   * @param args its arguments, the j-th from `starts[j]`
   * @param k the multiplier; 1 for a family in which it cancels
   * @param n number of elements of the target
   */
  contribute(
    natural: Float64Array,
    y: Float64Array,
    args: Float64Array,
    starts: ArrayLike<number>,
    k: number,
    n: number,
  ): void
  /** The same in symbols, by natural parameter, of the child's value, its arguments and the multiplier as written. */
  readonly symbols: (y: string, args: readonly string[], k: string) => readonly string[]
}

/** A prior, or a mixture of priors whose mixing variables are drawn first. */
export interface ArrayPrior {
  /**
   * Starts the natural parameters.
   * @param x current value, of which a mixture draws its mixing variables
   * @param rng null when no draw is made: a mixture then leaves the natural parameters NaN
   */
  start(
    natural: Float64Array,
    args: Float64Array,
    starts: ArrayLike<number>,
    x: Float64Array,
    rng: Stream | null,
  ): void
  readonly isMixture: boolean
  readonly symbols: (args: readonly string[]) => readonly string[]
}

export interface ArrayFamily {
  /** As printed: `Wishart`. */
  readonly label: string
  readonly natural: readonly string[]
  readonly priors: Readonly<Record<string, ArrayPrior>>
  readonly pairs: readonly ArrayPair[]
  /** Whether a multiplier of the target changes what a child says. */
  readonly isScaled: boolean
  /** Whether an argument may have known zeros around the target: what children say of the target is then the same. */
  readonly allowsZeros: boolean
  /** Doubles of natural parameters for a target of n elements. */
  naturalLength(n: number): number
  /** One draw into `out`; NaN there when the parameters allow none. */
  draw(rng: Stream, natural: Float64Array, n: number, out: Float64Array): void
  /** Normalised. */
  logDensity(x: Float64Array, natural: Float64Array, n: number): number
  /** The density up to a constant with these natural parameters, and a factor that adds these to them: for derivations. */
  readonly kernel: (t: string, natural: readonly string[]) => string
  readonly factor: (t: string, natural: readonly string[]) => string
  readonly source: string
}
