/** What the toolkit knows about a function or operator of the model language. */

import type { ArrayValue } from "../array-value.ts"

/** How many arguments: exactly, or from `min` to `max` (Infinity for any number). */
export type Arity = number | { readonly min: number; readonly max: number }

interface FunctionBase {
  /** As models write it: `sqrt`, `+`, `%*%`. */
  readonly name: string
  readonly aliases?: readonly string[]
  readonly arity: Arity
  /** One line: the arguments and what the function gives. */
  readonly describe: string
  /** The result is an integer (or the logical 0 or 1) whatever the arguments. */
  readonly integer?: boolean
  /** The result is an integer where every argument is. */
  readonly keepsIntegers?: boolean
  /** Linear in all arguments together (`sum`), or in each of those listed (from 0) while the others are held (`inprod`). */
  readonly linear?: "jointly" | readonly number[]
}

/** A function of numbers; of arrays it is taken element by element (`elementwise`). */
export interface ScalarFunction extends FunctionBase {
  readonly kind: "scalar"
  /** NaN outside the domain. Pure; allocates nothing. */
  evaluate(...args: number[]): number
  /** Partial derivatives by argument; absent where the function has steps. */
  readonly derivative?: readonly ((...args: number[]) => number)[]
}

/** A function of whole arrays. */
export interface ArrayFunction extends FunctionBase {
  readonly kind: "array"
  /**
   * The result's dimensions, `[1]` for a scalar.
   * @param args dimensions of the arguments
   * @param values the arguments that are known; those in `sizedBy` must be
   * @throws ModelError when the arguments do not fit each other
   */
  dims(args: readonly (readonly number[])[], values?: readonly (ArrayValue | undefined)[]): readonly number[]
  /** Writes the result, column-major, into `out`, which has the length that `dims` says. Arguments are not changed. */
  evaluate(args: readonly ArrayValue[], out: Float64Array): void
  /**
   * Writes the derivative of the result along tangents of the arguments, of a function that is not linear; absent where it has none
   * almost everywhere.
   */
  differentiate?(args: readonly ArrayValue[], tangents: readonly ArrayValue[], out: Float64Array): void
  /** Arguments (0-based) whose values decide the result's dimensions, as in `a:b`. */
  readonly sizedBy?: readonly number[]
}

export type ModelFunction = ScalarFunction | ArrayFunction
