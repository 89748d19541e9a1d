/** What a conjugate family is, as data: its priors, what each kind of child adds, and how the result is drawn. */
import type { Stream } from "../../../random/stream.ts"

/** How an argument of a child hangs on the target: equal to it, k times it, or k over it. */
export type Entry = "identity" | "proportional" | "reciprocal"

/** One kind of child. Contributions add in the natural parameters, whatever the children are. */
export interface ConjugatePair {
  /** Name in the table of BUGS distributions. */
  readonly child: string
  /** Position of the argument that the target enters. */
  readonly argument: number
  readonly entry: Entry
  /**
   * Adds what one child tells of the target x to `natural`.
   * @param y the child's value
   * @param args its arguments at the current state
   * @param x the target's current value: an argument k x is `args[argument]`, so k = args[argument] / x
   */
  contribute(natural: Float64Array, y: number, args: Float64Array, x: number): void
  /** The same in symbols, by natural parameter, of the child's value and arguments as written. */
  readonly symbols: (y: string, args: readonly string[], k: string) => readonly string[]
}

export interface ConjugateFamily {
  /** As printed: `Gamma`. */
  readonly label: string
  /** Names of the natural parameters, which are those of the distribution printed. */
  readonly natural: readonly string[]
  /** Priors of the family by BUGS name: what they start the natural parameters with. */
  readonly priors: Readonly<
    Record<
      string,
      {
        readonly start: (natural: Float64Array, args: Float64Array) => void
        readonly symbols: (args: readonly string[]) => readonly string[]
      }
    >
  >
  readonly pairs: readonly ConjugatePair[]
  /** One draw within bounds, which may be infinite. NaN when the parameters allow none. */
  draw(rng: Stream, natural: Float64Array, lower: number, upper: number): number
  /** Normalised log density within bounds. */
  logDensity(x: number, natural: Float64Array, lower: number, upper: number): number
  /** Source of the pairs. */
  readonly source: string
}
