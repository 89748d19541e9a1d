/** Metropolis–Hastings steps of a few coordinates on their marginal density, all else integrated out. */
import type { Stream } from "../../random/stream.ts"
import type { Phase } from "../sampler.ts"
import { createReference } from "./reference-proposal.ts"

/** Steps in a sweep: they cost less than the draw of what is integrated out. */
const STEPS = 2
/** Every so many steps is one of the random walk. */
const WALK_EVERY = 4

export interface MarginalSteps {
  /** memory = [steps, reference]. */
  readonly memoryLength: number
  /**
   * Moves `phi`, whose log density is `log`; returns the log density where it ends. The state is left at the last proposal,
   * taken or not.
   */
  run(
    s: Float64Array,
    memory: Float64Array,
    rng: Stream,
    phase: Phase,
    phi: Float64Array,
    log: number,
  ): number
}

/**
 * @param density log density at coordinates, which it writes into the state
 * @param accept called when the coordinates last weighed become the current ones
 */
export function bindMarginalSteps({
  dimension,
  density,
  accept,
}: {
  readonly dimension: number
  readonly density: (s: Float64Array, phi: Float64Array) => number
  readonly accept: () => void
}): MarginalSteps {
  const reference = createReference(dimension, 1)
  const trial = new Float64Array(dimension)
  return {
    memoryLength: 1 + reference.memoryLength,
    run(s, memory, rng, phase, phi, log) {
      let current = log
      for (let step = 0; step < STEPS; step++) {
        memory[0] = (memory[0]! + 1) % WALK_EVERY
        const isReference = reference.isReady(memory) && memory[0] !== 0
        let ratio = 0
        if (isReference) ratio = reference.step(memory, phi, trial, rng)
        else reference.walk(memory, phi, trial, rng)
        const proposed = density(s, trial)
        ratio += proposed - current
        if (Math.log(rng.uniform()) < ratio) {
          phi.set(trial)
          current = proposed
          accept()
        }
        if (phase === "warmup" && !isReference) reference.adaptWalk(memory, Math.min(1, Math.exp(ratio)) || 0)
      }
      if (phase === "warmup") reference.learn(memory, phi)
      return current
    },
  }
}
