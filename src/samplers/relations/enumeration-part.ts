import type { TargetRuns } from "./dependents.ts"
import type { Clique } from "./elimination.ts"

/** Discrete elements that hang together. Plain data. */
export interface EnumerationPart {
  readonly slots: Int32Array
  /** By element its least value and how many it has. */
  readonly lowest: Float64Array
  readonly counts: Int32Array
  /** Stochastic instances, the elements that each hangs on, and how many combinations of values these have. */
  readonly factors: readonly {
    readonly relation: number
    readonly instance: number
    readonly scope: readonly number[]
    readonly size: number
  }[]
  readonly cliques: readonly Clique[]
  /** What to compute again for each factor when its elements change. */
  readonly computed: TargetRuns
  /** By factor, whether it hangs on something else that is drawn. */
  readonly changes: Uint8Array
  /** Slots of data that the other factors hang on. */
  readonly data: Int32Array
}
