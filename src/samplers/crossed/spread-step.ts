/**
 * Metropolis–Hastings for the spreads of a block, coefficients and effects of the block integrated out: an independence
 * step from a multivariate t, mixed with random-walk steps. Source: Tierney (1994), Annals of Statistics 22, section 2.4.
 */
import { cholesky } from "../../math/small-dense.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"
import { drawProposal, logProposal, type Proposal } from "../gaussian/proposal.ts"
import { readCoordinates, writeState } from "../gaussian/spread-space.ts"
import type { Phase } from "../sampler.ts"
import type { BlockDensity, BoundBlock } from "./block.ts"

/** A random-walk step is tried beside the independence step once in so many sweeps; always where the latter fails. */
const WALK_EVERY = 4
/** Sweeps of warm-up after which the proposal is fitted again, to the draws since the time before. */
const REFITS = [100, 200, 400, 800, 1600]
/** Sweeps that say where the chain began: not part of any fit. */
const SETTLING = 50
/** The first proposal is the conditional at one value of the other effects: it must reach further. */
const WIDEN_FIRST = 1.4
/** Share of a stretch's independence steps that must be taken for them to be relied upon. */
const ENOUGH = 0.15
/** Share of a stretch's sweeps that must have moved for its draws to be used. */
const MOVED = 0.3
/** Draws are a sample: the fitted scale is widened a little. */
const WIDEN = 1.1

export interface SpreadStep {
  /** Doubles of adaptation memory. */
  readonly memoryLength: number
  /**
   * Moves the spreads in `state`; the density that is returned is factorised at them.
   * @returns null when the density at the current spreads is not finite
   */
  step(state: Float64Array, memory: Float64Array, rng: Stream, phase: Phase): BlockDensity | null
  /** Whether warm-up took so few independence steps that a random-walk step is tried in every sweep. */
  isWalking(memory: Float64Array): boolean
}

/**
 * memory = [started, warm-up sweeps, sweeps that moved, independence steps taken, walk always, sum of φ (d), sum of φφ'
 * (d²), centre (d), factor (d²)].
 */
export function bindSpreadStep(block: BoundBlock, start: Proposal): SpreadStep {
  const { dimension: d, spreads, first } = block
  let [current, other] = block.densities
  const at = { sum: 5, products: 5 + d, centre: 5 + d + d * d, factor: 5 + 2 * d + d * d }
  const phi = new Float64Array(d)
  const proposed = new Float64Array(d)
  const z = new Float64Array(d)
  const scratch = new Float64Array(Math.max(...spreads.map(({ q }) => q * q)))
  let seen: Float64Array | null = null
  let proposal: Proposal = start

  /** Accepts `proposed` with the given log probability. */
  const decide = (density: number, logRatio: number, rng: Stream, here: { density: number }): boolean => {
    if (!(Math.log(rng.uniform()) < logRatio)) return false
    phi.set(proposed)
    here.density = density
    const before = current
    current = other
    other = before
    return true
  }
  const here = { density: 0 }

  return {
    memoryLength: at.factor + d * d,
    step(state, memory, rng, phase) {
      if (memory !== seen) {
        // Views are made once for a chain, not at every sweep.
        seen = memory
        proposal = {
          centre: memory.subarray(at.centre, at.centre + d),
          factor: memory.subarray(at.factor, at.factor + d * d),
        }
      }
      if (memory[0] === 0) {
        proposal.centre.set(start.centre)
        for (let k = 0; k < d * d; k++) proposal.factor[k] = WIDEN_FIRST * start.factor[k]!
        memory[0] = 1
      }
      for (let k = 0; k < spreads.length; k++) readCoordinates(spreads[k]!, state, phi, first[k]!, scratch)
      here.density = current.logDensity(phi)
      if (!Number.isFinite(here.density)) return null
      if (d === 0) return current

      const before = logProposal(proposal, phi, z)
      drawProposal(proposal, rng, proposed, z)
      const density = other.logDensity(proposed)
      const ratio = density - here.density + before - logProposal(proposal, proposed, z)
      let moved = decide(density, ratio, rng, here)
      if (moved && phase === "warmup" && memory[1]! >= SETTLING) memory[3]! += 1
      if (memory[4] === 1 || rng.uniform() * WALK_EVERY < 1) {
        // Roberts & Rosenthal (2001): 2.38/√d times the scale of the target.
        const scale = 2.38 / Math.sqrt(d)
        for (let i = 0; i < d; i++) z[i] = scale * drawNormal(rng)
        for (let i = 0; i < d; i++) {
          let value = phi[i]!
          for (let j = 0; j <= i; j++) value += proposal.factor[i * d + j]! * z[j]!
          proposed[i] = value
        }
        const walked = other.logDensity(proposed)
        moved = decide(walked, walked - here.density, rng, here) || moved
      }
      if (moved) {
        for (let k = 0; k < spreads.length; k++) writeState(spreads[k]!, phi, first[k]!, state, scratch)
      }
      if (phase === "warmup") adapt(memory, moved)
      return current
    },
    isWalking: (memory) => memory[4] === 1,
  }

  /** Gathers moments of φ and refits the proposal to those of the last stretch of warm-up. */
  function adapt(memory: Float64Array, moved: boolean): void {
    memory[1]! += 1
    if (memory[1]! <= SETTLING) return
    if (moved) memory[2]! += 1
    for (let i = 0; i < d; i++) {
      memory[at.sum + i]! += phi[i]!
      for (let j = 0; j < d; j++) memory[at.products + i * d + j]! += phi[i]! * phi[j]!
    }
    const stage = REFITS.indexOf(memory[1]!)
    if (stage !== -1) refit(memory, memory[1]! - (stage === 0 ? SETTLING : REFITS[stage - 1]!))
  }

  function refit(memory: Float64Array, length: number): void {
    const sum = memory.subarray(at.sum, at.sum + d)
    const products = memory.subarray(at.products, at.products + d * d)
    const covariance = products.map((value, k) => {
      const [i, j] = [Math.floor(k / d), k % d]
      return (WIDEN * (value - (sum[i]! * sum[j]!) / length)) / (length - 1)
    })
    // A stretch in which the chain hardly moved says nothing about the scale.
    if (memory[2]! > MOVED * length && cholesky(covariance, 0, d)) {
      for (let i = 0; i < d; i++) proposal.centre[i] = sum[i]! / length
      proposal.factor.set(covariance)
    }
    memory[4] = memory[3]! < ENOUGH * length ? 1 : 0
    memory.fill(0, 2, 4)
    memory.fill(0, at.sum, at.centre)
  }
}
