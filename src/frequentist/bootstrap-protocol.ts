/** Messages between a bootstrap and its worker threads: the model goes in once, then chunk numbers; replicates come out. */

import type { Design } from "../models/formula/design.ts"
import type { Seed } from "../random/stream.ts"
import type { LmmMethod } from "./criterion.ts"

/** Enough to stand at the optimum again, bit for bit. */
export interface BootstrapModel {
  readonly design: Design
  readonly method: LmmMethod
  readonly weights: Float64Array | null
  readonly knownVariance: number | null
  /** T of each term in internal coordinates. */
  readonly factors: readonly Float64Array[]
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
  /** Replicates × parameters, row-major. */
  readonly rows: Float64Array
}
