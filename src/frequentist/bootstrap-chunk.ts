/** Bootstrap replicates by the chunk: each has a stream of its own, so that it does not matter where it is run. */

import { OptionError } from "../core/errors.ts"
import type { Seed, Stream } from "../random/stream.ts"
import { streamFor } from "../random/stream.ts"
import { fromInternal, unpackTheta } from "./covariance-factor.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import type { NamedParameter } from "./parameter-names.ts"
import { listParameters } from "./parameter-names.ts"
import type { Refit } from "./refit.ts"
import { createRefitter } from "./refit.ts"

/** Replicates that share a stream. */
export const CHUNK = 250

/** The stream of a chunk. */
export function chunkStream(seed: Seed | undefined, chunk: number): Stream {
  return streamFor(seed ?? "gibbsite", chunk, "bootstrap")
}

/** How many replicates a chunk holds when there are `replicates` in all. */
export function chunkLength(replicates: number, chunk: number): number {
  return Math.min(CHUNK, replicates - chunk * CHUNK)
}

/** @throws OptionError unless it is a positive whole number */
export function checkReplicates(replicates: number): number {
  if (Number.isSafeInteger(replicates) && replicates >= 1) return replicates
  throw new OptionError(`found ${replicates} replicates, expected a positive whole number`, {
    code: "bad-replicates",
    where: "bootstrap",
    hint: "for instance 1000",
  })
}

/** One replicate: its parameters, in the order of `listParameters`, into `out` from `at` on. */
export type Replicator = (rng: Stream, out: Float64Array, at: number) => { readonly converged: boolean }

/** Draws from the model and refits it, over and over. */
export function createReplicator(fit: LmmEstimate, signal: AbortSignal | undefined): Replicator {
  const parameters = listParameters(fit)
  const refitter = createRefitter(fit, signal)
  const { terms } = fit.state.criterion.system
  return (rng, out, at) => {
    const refit = refitter.fitDraw(rng)
    const factors = unpackTheta(terms, refit.theta)
    const roots = factors.map((t, k) => fromInternal(terms[k]!, t, terms[k]!.width))
    for (let j = 0; j < parameters.length; j++) out[at + j] = valueAt(fit, refit, roots, parameters[j]!)
    return refit
  }
}

function valueAt(
  fit: LmmEstimate,
  refit: Refit,
  roots: readonly Float64Array[],
  parameter: NamedParameter,
): number {
  if (parameter.kind === "fixed") return parameter.estimate + refit.fixed[parameter.index]!
  if (parameter.kind === "residual") return refit.sigma
  if (parameter.kind === "structure") return refit.structure[parameter.index]!
  const { term, a } = parameter
  const q = fit.covariances[term]!.terms.length
  const root = roots[term]!
  const inner = (i: number, j: number) => {
    let sum = 0
    for (let k = 0; k < q; k++) sum += root[i * q + k]! * root[j * q + k]!
    return sum
  }
  if (parameter.kind === "sd") return refit.sigma * Math.sqrt(inner(a, a))
  const { b } = parameter
  return inner(a, b) / Math.sqrt(inner(a, a) * inner(b, b))
}
