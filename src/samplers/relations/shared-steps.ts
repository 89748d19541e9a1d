/** Steps of what local elements share (fixed effects, cutpoints, scales), which these follow. */
import { fromPivotOrder, solveSparseUpper } from "../../math/sparse-cholesky.ts"
import type { Stream } from "../../random/stream.ts"
import type { CurvatureMatch } from "./curvature-match.ts"
import { type Approximation, multiplyUpper } from "./normal-approximation.ts"
import { createReference } from "./reference-proposal.ts"

/** Elements and scales up to which their covariance is learnt. */
const MOST = 12
/** Share of reference steps. */
const REFERENCE_SHARE = 0.7

/** Where a block is: elements and scales in their coordinates, the standardised elements, the log density. */
export interface BlockPlace {
  readonly u: Float64Array
  readonly phi: Float64Array
  readonly z: Float64Array
  here: number
}

/** What a step asks of its block. */
export interface BlockFunctions {
  placeScales(s: Float64Array, phi: Float64Array): void
  place(s: Float64Array, u: Float64Array): void
  approximate(s: Float64Array, memory: Float64Array, into: Approximation): boolean
  logDensity(s: Float64Array): number
}

export interface SharedSteps {
  readonly memoryLength: number
  /**
   * One step. The state is left at what was proposed.
   * @param at where the block is; mutated when the step is accepted
   * @param current the approximation at its scales
   * @param proposed overwritten with that at the proposed scales
   * @returns whether it was accepted
   */
  step(
    s: Float64Array,
    memory: Float64Array,
    at: BlockPlace,
    current: Approximation,
    proposed: Approximation,
    rng: Stream,
    isWarmup: boolean,
  ): boolean
  /** Warm-up only: learns where they are. */
  learn(memory: Float64Array, at: BlockPlace): void
}

/**
 * Shared elements and scales together move by steps that would leave a t with the mean and covariance of warm-up unchanged. The local
 * elements keep their standardised values given these, L_ii (u_i − m_i − …): with (z_local, shared, φ) as coordinates, the density
 * has the factor Π 1 / L_ii(φ), and hardly hangs on z_local. The mode of all, about which a joint step is centred, is not
 * where the shared elements are on average when each local element knows little; what was learnt is.
 *
 * @param isLocal by pivot
 * @param start first place in the kernel's memory
 * @returns null where too much is shared
 */
export function bindSharedSteps(
  { factors, scales, symbolic }: CurvatureMatch,
  isLocal: Uint8Array,
  start: number,
  { placeScales, place, approximate, logDensity }: BlockFunctions,
): SharedSteps | null {
  const n = factors.slots.length
  const shared = Int32Array.from(isLocal.keys()).filter((pivot) => isLocal[pivot] === 0)
  const local = Int32Array.from(isLocal.keys()).filter((pivot) => isLocal[pivot] === 1)
  const g = shared.length
  const d = scales.length
  if (g + d === 0 || g + d > MOST) return null
  const reference = createReference(g + d, start)
  const from = new Float64Array(g + d)
  const to = new Float64Array(g + d)
  const phiTrial = new Float64Array(d)
  const pivoted = new Float64Array(n)
  const z = new Float64Array(n)
  const trial = new Float64Array(n)
  const read = ({ u, phi }: BlockPlace): void => {
    for (let k = 0; k < g; k++) from[k] = u[symbolic.permutation[shared[k]!]!]!
    for (let k = 0; k < d; k++) from[g + k] = phi[k]!
  }
  const logScale = ({ factor }: Approximation): number => {
    let total = 0
    for (let k = 0; k < local.length; k++)
      total += Math.log(factor.values[symbolic.columnPointers[local[k]!]!]!)
    return total
  }
  /** All elements of shared ones in `to` and local ones with the standardised values in `from`. */
  const complete = ({ factor, centre }: Approximation, kept: Float64Array): void => {
    pivoted.fill(0)
    for (let k = 0; k < g; k++) pivoted[shared[k]!] = to[k]! - centre[symbolic.permutation[shared[k]!]!]!
    multiplyUpper(factor, pivoted, z)
    for (let k = 0; k < local.length; k++) z[local[k]!] = kept[local[k]!]!
    pivoted.set(z)
    solveSparseUpper(factor, pivoted)
    fromPivotOrder(symbolic, pivoted, trial)
    for (let k = 0; k < n; k++) trial[k]! += centre[k]!
  }
  return {
    memoryLength: reference.memoryLength,
    step(s, memory, at, current, proposed, rng, isWarmup) {
      read(at)
      const isReference = reference.isReady(memory) && rng.uniform() < REFERENCE_SHARE
      let log = 0
      if (isReference) log = reference.step(memory, from, to, rng)
      else reference.walk(memory, from, to, rng)
      for (let k = 0; k < d; k++) phiTrial[k] = to[g + k]!
      placeScales(s, phiTrial)
      let there = -Infinity
      if (approximate(s, memory, proposed)) {
        complete(proposed, at.z)
        place(s, trial)
        there = logDensity(s)
        log += there - at.here - logScale(proposed) + logScale(current)
      } else log = -Infinity
      if (!isReference && isWarmup) reference.adaptWalk(memory, Math.min(1, Math.exp(log)) || 0)
      if (!(Math.log(rng.uniform()) < log)) {
        placeScales(s, at.phi)
        return false
      }
      at.u.set(trial)
      at.z.set(z)
      at.phi.set(phiTrial)
      at.here = there
      return true
    },
    learn(memory, at) {
      read(at)
      reference.learn(memory, from)
    },
  }
}
