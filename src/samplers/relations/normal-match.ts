import type { Site } from "./site.ts"

/** How a child relation takes the target. Plain data. */
export interface NormalChild {
  readonly relation: number
  /** Of log y where the child is lognormal. */
  readonly log: boolean
  /** Whether the slopes hang on data alone. */
  readonly fixed: boolean
}

/** A relation of numbers with a normal full conditional, cut off at bounds. Plain data. */
export interface NormalMatch extends Site {
  /** A flat prior has none. */
  readonly hasPrecision: boolean
  readonly children: readonly NormalChild[]
  readonly intervals: Int32Array
}
