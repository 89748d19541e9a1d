/**
 * Proposals for a few unbounded coordinates that learn from the draws of warm-up: steps that would leave unchanged a
 * multivariate t at their mean and covariance, and random-walk steps of adapted size. Everything learnt stands in a
 * kernel's memory. Sources: Haario, Saksman & Tamminen (2001), Bernoulli 7; Roberts & Rosenthal (2009), JCGS 18; Kamatani
 * (2018), Efficient strategy for the Markov chain Monte Carlo in high-dimension with heavy-tailed target, section 2.
 */
import { cholesky, solveLower } from "../../math/small-dense.ts"
import { drawGamma } from "../../random/gamma.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"

/** Degrees of freedom of the reference where nothing else is said. */
const DF = 6
/** Autocorrelation of reference steps: a little to the other side. */
const AUTOREGRESSION = -0.3
/** Draws before the reference is used, and between two factorisations. */
const FIRST = 100
const EVERY = 25
/** Draws after which the first, which tell of the initial values, are forgotten. */
const FORGET = [50, 200, 500]
/** Acceptance that the size of random-walk steps is adapted to. */
const WALK_ACCEPTANCE = 0.35

export interface ReferenceProposal {
  readonly memoryLength: number
  /** Whether the reference has been learnt. */
  isReady(memory: Float64Array): boolean
  /** Draws a reference step from `phi` into `out`; returns the log density of the reference at `phi` less that at `out`. */
  step(memory: Float64Array, phi: Float64Array, out: Float64Array, rng: Stream): number
  /** Draws a random-walk step from `phi` into `out`; its ratio is 1. */
  walk(memory: Float64Array, phi: Float64Array, out: Float64Array, rng: Stream): void
  /** Draws a direction with the covariance that was learnt into `out`; only when the reference is ready. */
  direction(memory: Float64Array, out: Float64Array, rng: Stream): void
  /** Warm-up only: learns a draw. */
  learn(memory: Float64Array, phi: Float64Array): void
  /** Warm-up only: adapts random-walk steps to the probability with which one was accepted. */
  adaptWalk(memory: Float64Array, acceptance: number): void
}

/**
 * memory from `at` = [draws seen, draws since the last forgetting, log size of walks, whether ready, mean (d), covariance
 * (d²), its Cholesky factor (d²)].
 */
export function createReference(d: number, at: number, df = DF): ReferenceProposal {
  const mean = at + 4
  const covariance = mean + d
  const factor = covariance + d * d
  const z = new Float64Array(d)
  const l = new Float64Array(d * d)
  const squares = (memory: Float64Array, phi: Float64Array): number => {
    for (let i = 0; i < d; i++) z[i] = phi[i]! - memory[mean + i]!
    solveLower(l, 0, d, z, 0)
    let total = 0
    for (let i = 0; i < d; i++) total += z[i]! * z[i]!
    return total
  }
  const load = (memory: Float64Array): void => {
    for (let k = 0; k < d * d; k++) l[k] = memory[factor + k]!
  }
  const logT = (square: number): number => -0.5 * (df + d) * Math.log1p(square / df)
  return {
    memoryLength: 4 + d + 2 * d * d,
    isReady: (memory) => memory[at + 3] === 1,
    step(memory, phi, out, rng) {
      load(memory)
      const before = squares(memory, phi)
      // The scale that mixes the t, given phi; given the scale the reference is normal.
      const width = 1 / Math.sqrt((2 * drawGamma(rng, 0.5 * (df + d))) / (df + before))
      const fresh = width * Math.sqrt(1 - AUTOREGRESSION * AUTOREGRESSION)
      for (let i = 0; i < d; i++) z[i] = AUTOREGRESSION * z[i]! + fresh * drawNormal(rng)
      let after = 0
      for (let i = 0; i < d; i++) {
        after += z[i]! * z[i]!
        let value = memory[mean + i]!
        for (let j = 0; j <= i; j++) value += l[i * d + j]! * z[j]!
        out[i] = value
      }
      return logT(before) - logT(after)
    },
    walk(memory, phi, out, rng) {
      const isReady = memory[at + 3] === 1
      if (isReady) load(memory)
      const size = Math.exp(memory[at + 2]!) * (isReady ? 2.38 / Math.sqrt(d) : 0.5)
      for (let i = 0; i < d; i++) z[i] = size * drawNormal(rng)
      for (let i = 0; i < d; i++) {
        let value = phi[i]!
        if (isReady) for (let j = 0; j <= i; j++) value += l[i * d + j]! * z[j]!
        else value += z[i]!
        out[i] = value
      }
    },
    direction(memory, out, rng) {
      load(memory)
      for (let i = 0; i < d; i++) z[i] = drawNormal(rng)
      for (let i = 0; i < d; i++) {
        out[i] = 0
        for (let j = 0; j <= i; j++) out[i]! += l[i * d + j]! * z[j]!
      }
    },
    learn(memory, phi) {
      memory[at]! += 1
      if (FORGET.includes(memory[at]!)) memory[at + 1] = 0
      memory[at + 1]! += 1
      const count = memory[at + 1]!
      for (let i = 0; i < d; i++) z[i] = phi[i]! - memory[mean + i]!
      for (let i = 0; i < d; i++) memory[mean + i]! += z[i]! / count
      for (let i = 0; i < d; i++)
        for (let j = 0; j < d; j++) {
          const k = covariance + i * d + j
          memory[k] =
            count === 1 ? 0 : memory[k]! + (((count - 1) / count) * z[i]! * z[j]! - memory[k]!) / count
        }
      if (memory[at]! < FIRST || count < EVERY || count % EVERY !== 0) return
      for (let k = 0; k < d * d; k++) l[k] = memory[covariance + k]!
      for (let i = 0; i < d; i++) l[i * d + i] = l[i * d + i]! * 1.05 + 1e-10
      if (!cholesky(l, 0, d)) return
      for (let i = 0; i < d; i++) for (let j = i + 1; j < d; j++) l[i * d + j] = 0
      for (let k = 0; k < d * d; k++) memory[factor + k] = l[k]!
      if (memory[at + 3] === 0) memory[at + 2] = 0
      memory[at + 3] = 1
    },
    adaptWalk(memory, acceptance) {
      memory[at + 2]! += (acceptance - WALK_ACCEPTANCE) / Math.sqrt(1 + memory[at]!)
    },
  }
}
