/** Messages between a bootstrap and its worker threads: the models go in once, then chunk numbers; replicates come out. */

import type { Seed } from "../random/stream.ts"
import type { Comparable } from "./comparable.ts"
import type { FittedModel } from "./lmm-estimate.ts"

/** Enough to stand at the optimum again, bit for bit. */
export interface BootstrapModel {
  readonly fit: FittedModel
  /** The smaller model of a likelihood-ratio test; null: the parameters of refits are asked for. */
  readonly smaller:
    | { readonly kind: "mixed"; readonly fit: FittedModel }
    | { readonly kind: "linear"; readonly fit: Comparable }
    | null
  readonly seed: Seed | undefined
}

export interface BootstrapOrder {
  readonly chunk: number
  readonly length: number
}

export type BootstrapMessage =
  | { readonly kind: "model"; readonly model: BootstrapModel }
  | { readonly kind: "order"; readonly order: BootstrapOrder }

export interface BootstrapReply {
  readonly chunk: number
  readonly notConverged: number
  /** Replicates × parameters, row-major; of a test one statistic a replicate. */
  readonly rows: Float64Array
}
