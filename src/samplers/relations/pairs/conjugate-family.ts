/** What a conjugate family of numbers is, as data: its priors, what each kind of child adds, and how the result is drawn. */
import type { StochasticRelation } from "../../../models/relations/relation-graph.ts"
import type { Stream } from "../../../random/stream.ts"

/** One kind of child. Contributions add in the natural parameters, whatever the children are. */
export interface ConjugatePair {
  /** Name in the table of BUGS distributions. */
  readonly child: string
  /** Position of the argument that the target x enters as u = k xᵖ. */
  readonly argument: number
  readonly power: number
  /** The argument is x itself (k = 1). */
  readonly unit: boolean
  /** The argument is 1 − x. */
  readonly complement: boolean
  /** What it adds at least to the first natural parameter, a shape, whatever its value. */
  readonly leastShape: number
  /** What else must hold of the child; absent: nothing. */
  readonly accepts?: (child: StochasticRelation) => boolean
  /**
   * Adds what one child tells of the target to `natural`.
   * @param y the child's values: one, or the elements of a vector
   * @param args its arguments at the current state, the j-th from `starts[j]`
   * @param k multiplier of xᵖ in its argument
   */
  contribute(
    natural: Float64Array,
    y: Float64Array,
    args: Float64Array,
    starts: ArrayLike<number>,
    k: number,
  ): void
  /** The same in symbols, by natural parameter, of the child's value and arguments as written; k is "1" when it is. */
  readonly symbols: (y: string, args: readonly string[], k: string) => readonly string[]
}

/** A prior of a family, or a mixture of its priors, whose mixing variable is drawn first. */
export interface ConjugatePrior {
  /**
   * What the natural parameters start with.
   * @param x current value, of which a mixture draws its mixing variable
   * @param rng null when nothing is drawn: a mixture then leaves NaN
   */
  readonly start: (natural: Float64Array, args: Float64Array, x: number, rng: Stream | null) => void
  readonly isMixture?: boolean
  /** What else must hold of the relation; absent: nothing. */
  readonly accepts?: (own: StochasticRelation) => boolean
  /** The shape it starts with when that is not positive: children must add more than this. */
  readonly shape?: number
  readonly symbols: (args: readonly string[]) => readonly string[]
}

export interface ConjugateFamily {
  /** Unique. */
  readonly id: string
  /** As printed: `Gamma`. */
  readonly label: string
  /** Of which function of the target it is the distribution: `1 / x^2`; absent: of itself. */
  readonly of?: (t: string) => string
  /** Names of the natural parameters, which are those of the distribution printed. */
  readonly natural: readonly string[]
  /** How contributions to each natural parameter combine; absent: they add. */
  readonly combine?: readonly ("sum" | "max")[]
  /** Priors of the family by BUGS name. */
  readonly priors: Readonly<Record<string, ConjugatePrior>>
  readonly pairs: readonly ConjugatePair[]
  /** One draw within bounds, which may be infinite. NaN when the parameters allow none. */
  draw(rng: Stream, natural: Float64Array, lower: number, upper: number): number
  /** Normalised log density within bounds. */
  logDensity(x: number, natural: Float64Array, lower: number, upper: number): number
  /** The density up to a constant with these natural parameters, and a factor that adds these to them: for derivations. */
  readonly kernel: (t: string, natural: readonly string[]) => string
  readonly factor: (t: string, natural: readonly string[]) => string
  /** Source of the pairs. */
  readonly source: string
}
