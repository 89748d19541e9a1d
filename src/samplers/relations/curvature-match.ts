import type { SparseSymbolic } from "../../math/sparse-cholesky.ts"
import type { Instances } from "./block-density.ts"
import type { Coordinates } from "./curvature-coordinates.ts"
import type { ArgumentGroup } from "./curvature-factors.ts"
import type { Dependents, TargetRuns } from "./dependents.ts"
import type { Factors } from "./gaussian-factors.ts"
import type { TruncatedMatch } from "./truncated-site.ts"

/** Plain data of a block with curvature. */
export interface CurvatureMatch {
  /** Elements x, and the normal children of which they are in the mean. */
  readonly factors: Factors
  /** All other children. */
  readonly groups: readonly ArgumentGroup[]
  readonly direction: Float64Array
  readonly coordinates: Coordinates
  readonly symbolic: SparseSymbolic
  /** By group, normal ones first: for each pair of columns of each instance the place of their product in Q. */
  readonly pairs: readonly Int32Array[]
  /** Places of the diagonal of Q. */
  readonly diagonal: Int32Array
  /** Stochastic instances that each element enters. */
  readonly children: TargetRuns
  /** Relation and instance that draw each element. */
  readonly owners: { readonly relation: Int32Array; readonly instance: Int32Array }
  /** Slots of the scales that go with the block. */
  readonly scales: Int32Array
  readonly scaleCoordinates: Coordinates
  /** What to compute again after a move of elements and scales: one target. */
  readonly after: Dependents
  /** All stochastic instances whose density elements or scales enter, without those that are integrated out. */
  readonly weighed: readonly Instances[]
  /** Children of which an interval is all that is known, integrated out. */
  readonly censored: readonly TruncatedMatch[]
  /** Whether these hang on nothing drawn that another block draws. */
  readonly isAlone: boolean
  /** Whether elements multiply each other: then no normal approximation has the right shape far from its centre. */
  readonly isTwisted: boolean
}
