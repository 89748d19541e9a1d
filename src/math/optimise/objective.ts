/** What the optimisers of this folder take and give. */

export interface Evaluation {
  /** May be +Infinity where the function is not defined: the optimiser then comes closer. */
  readonly value: number
  /** A fresh array of the length of x. */
  readonly gradient: Float64Array
}

export type Objective = (x: Float64Array) => Evaluation

export interface Minimum {
  readonly x: Float64Array
  readonly value: number
  readonly gradient: Float64Array
  /** Whether the decrease still to be expected fell below the tolerance. */
  readonly converged: boolean
  /** Why it stopped, a phrase. */
  readonly reason: string
  readonly iterations: number
  readonly evaluations: number
}

export interface MinimiseOptions {
  /** Stop when the model expects less than this decrease, in units of the value. */
  readonly decreaseTolerance: number
  readonly maxIterations: number
  readonly initialRadius: number
}

/** The relative size below which a difference of two values is rounding. */
export const VALUE_NOISE = 1e-13
