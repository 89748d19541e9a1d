import type { Stream } from "../../random/stream.ts"
import type { Phase } from "../sampler.ts"
import { drawStep, tailOf } from "./autoregressive-step.ts"
import type { CurvatureMatch } from "./curvature-match.ts"
import type { Engine } from "./engine.ts"
import { bindGroupDensities, findLocalGroups } from "./local-groups.ts"

/** Log odds of a step's size at the beginning, and their bounds. */
export const FIRST_ODDS = 3.5
const MOST = 5
const LEAST = -6
/** Acceptance below which steps are shortened. */
const LEAST_ACCEPTANCE = 0.55

/** Steps of groups that tell nothing of each other given what they share: each is accepted or not by itself. */
export interface LocalSteps {
  /** Writes the log density of each group into `out` and returns their sum. */
  weigh(s: Float64Array, out: Float64Array): number
  /** Minus the log density of what steps of the shared elements leave unchanged. */
  tail(z: Float64Array): number
  /** Draws a step of what groups share into `fresh`; their own standardised values stay. */
  stepShared(z: Float64Array, logOdds: number, fresh: Float64Array, rng: Stream): void
  /** Lets groups step by themselves from now on. */
  begin(memory: Float64Array): void
  /** Draws proposals of all groups into `fresh`, standardised; what is shared stays. */
  propose(memory: Float64Array, z: Float64Array, fresh: Float64Array, rng: Stream): void
  /**
   * Moves the groups whose proposals are accepted: their parts of z, u and the log densities by group become the proposed ones.
   * In warm-up sizes are adapted, with less weight the more sweeps there were.
   * @returns the log density after that
   */
  accept(
    memory: Float64Array,
    from: LocalState,
    to: LocalState,
    sweeps: number,
    phase: Phase,
    rng: Stream,
  ): number
}

export interface LocalState {
  /** Standardised, in pivot order. */
  readonly z: Float64Array
  /** Coordinates, by element. */
  readonly u: Float64Array
  /** Log densities by group. */
  readonly densities: Float64Array
}

/** The log odds of a step's size after one whose ratio had this logarithm, in sweep so many of warm-up. */
export const adaptSize = (logOdds: number, log: number, sweeps: number): number =>
  Math.min(
    MOST,
    Math.max(
      LEAST,
      logOdds + (4 * ((Math.min(1, Math.exp(log)) || 0) - LEAST_ACCEPTANCE)) / Math.sqrt(1 + sweeps / 4),
    ),
  )

/**
 * @param at first place in the memory: [whether groups step by themselves, log odds of the size of each group's steps], as many as
 * the block has elements at most
 * @returns null where a block has no such groups
 */
export function bindLocalSteps(match: CurvatureMatch, engine: Engine, at: number): LocalSteps | null {
  const groups = findLocalGroups(match)
  if (groups === null) return null
  const { count, pivots, start } = groups
  const { permutation } = match.symbolic
  return {
    weigh: bindGroupDensities(match, groups, engine),
    tail: (z) => tailOf(z, pivots, 0, start[1]!),
    stepShared(z, logOdds, fresh, rng) {
      fresh.set(z)
      drawStep(z, pivots, 0, start[1]!, logOdds, fresh, rng)
    },
    begin(memory) {
      memory[at] = 1
      memory.fill(FIRST_ODDS, at + 1, at + count)
    },
    propose(memory, z, fresh, rng) {
      fresh.set(z)
      for (let g = 1; g < count; g++)
        drawStep(z, pivots, start[g]!, start[g + 1]!, memory[at + g]!, fresh, rng)
    },
    accept(memory, from, to, sweeps, phase, rng) {
      for (let g = 1; g < count; g++) {
        const first = start[g]!
        const end = start[g + 1]!
        const log =
          to.densities[g]! -
          from.densities[g]! +
          tailOf(to.z, pivots, first, end) -
          tailOf(from.z, pivots, first, end)
        if (phase === "warmup") memory[at + g] = adaptSize(memory[at + g]!, log, sweeps)
        if (!(Math.log(rng.uniform()) < log)) continue
        for (let k = first; k < end; k++) {
          const place = pivots[k]!
          from.z[place] = to.z[place]!
          const column = permutation[place]!
          from.u[column] = to.u[column]!
        }
        from.densities[g] = to.densities[g]!
      }
      let total = 0
      for (let g = 0; g < count; g++) total += from.densities[g]!
      return total
    },
  }
}
