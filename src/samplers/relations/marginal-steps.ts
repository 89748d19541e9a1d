/**
 * Metropolis–Hastings steps of a few coordinates on their marginal density, all else integrated out: those of the formula's
 * sampler, in coordinates z that are fitted to the draws of warm-up (`gaussian/coordinates.ts`). Sources: Kamatani (2018),
 * Stochastic Processes and their Applications 128, on mixed preconditioned Crank–Nicolson steps; Adler (1981), Physical
 * Review D 23, on overrelaxation.
 */
import { drawGamma } from "../../random/gamma.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"
import { type Coordinates, fitToDraws, mapFromSpreads, mapToSpreads } from "../gaussian/coordinates.ts"
import { AUTOREGRESSION, logReference, REFERENCE_DF, walkScale } from "../gaussian/reference.ts"
import type { Phase } from "../sampler.ts"

/** Sweeps of warm-up after which z is fitted to the draws since the last of those in `FORGETS`. */
const REFITS: readonly number[] = [100, 150, 250, 500, 1000, 2000]
/** Sweeps of warm-up whose draws, and those before, tell too much of the initial values and of the first walks. */
const FORGETS: readonly number[] = [30, 100, 250]
/** The first of these at whose end steps are judged. */
const JUDGED = 250
/** Draws that are gathered: all since the last that are forgotten. */
const HISTORY = REFITS.at(-1)! - FORGETS.at(-1)!
/** Walks in a sweep before z is fitted; a step towards the other side is tried in each sweep after that. */
const FIRST_WALKS = 3
/** Sweeps between two walks where the reference fits. */
const WALK_EVERY = 4
/**
 * Walks in each sweep where it does not: where few steps to the other side were taken in warm-up's last stretch, or a draw had a
 * density so much higher above the reference than the mean (logarithms), from which such a step rarely leads away.
 */
const MANY_WALKS = 2
const ENOUGH = 0.4
/** That limit for a density with all else integrated out. */
const STRANDED = 2
/** Acceptance that the size of walks is adapted to. */
const WALK_ACCEPTANCE = 0.35
/** Noise of a step beside the part that stays. */
const REDUCTION = Math.sqrt(1 - AUTOREGRESSION * AUTOREGRESSION)

export interface MarginalSteps {
  /** memory from its start = [whether z is there, whether it is fitted, …, φ (d), z (d), coordinates, draws of warm-up]. */
  readonly memoryLength: number
  /** Gives the first walks of a chain a lower factor (row-major d × d) of steps that suit the density. */
  scaleFirst(memory: Float64Array, factor: Float64Array): void
  /** Makes φ the current point: a chain begins, or another block has moved it. */
  enter(memory: Float64Array, phi: Float64Array): void
  /**
   * Moves the current point, whose log density is `log`, and writes it into `phi`; returns the log density where it ends. The
   * state is left at the last proposal, taken or not.
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

/** Places in the memory. */
const ENTERED = 0
const FITTED = 1
const LOG_SIZE = 2
const SWEEPS = 3
const GATHERED = 4
/** Of the current z: log |dφ/dz|, and the log density of the reference. */
const JACOBIAN = 5
const REFERENCE = 6
const UNTIL_WALK = 7
const BETWEEN_WALKS = 8
const TAKEN = 9
const TRIED = 10
/** Log density less that of the reference, from the value at the first draw of the stretch: sum and most. */
const ORIGIN = 11
const SUM = 12
const MOST = 13
const ARRAYS = 14

/**
 * @param density log density at coordinates, which it writes into the state
 * @param accept called when the coordinates last weighed become the current ones
 */
export function bindMarginalSteps({
  dimension: d,
  density,
  accept,
  stranded = STRANDED,
}: {
  readonly dimension: number
  readonly density: (s: Float64Array, phi: Float64Array) => number
  readonly accept: () => void
  /** How much the log density may rise above the reference: more where it also varies with something else. */
  readonly stranded?: number
}): MarginalSteps {
  const trial = new Float64Array(d)
  const trialZ = new Float64Array(d)
  const history = ARRAYS + 4 * d + d * d
  // Views of the memory of the chain that was seen last.
  let seen: Float64Array | null = null
  let phi: Float64Array = trial
  let z: Float64Array = trial
  let coordinates: Coordinates = { centre: trial, factor: trial, skew: trial, bounds: [] }

  function resume(memory: Float64Array): void {
    seen = memory
    const view = (from: number, length: number) => memory.subarray(from, from + length)
    phi = view(ARRAYS, d)
    z = view(ARRAYS + d, d)
    const [centre, skew] = [view(ARRAYS + 2 * d, d), view(ARRAYS + 3 * d, d)]
    coordinates = { centre, skew, factor: view(ARRAYS + 4 * d, d * d), bounds: [] }
    if (memory[ENTERED] === 1) return
    for (let i = 0; i < d; i++) coordinates.factor[i * d + i] = FIRST_SIZE
    memory[ENTERED] = 1
  }

  /** Finds z at the current φ. */
  function place(memory: Float64Array): void {
    memory[JACOBIAN] = mapFromSpreads(coordinates, phi, z)
    memory[REFERENCE] = logReference(z)
  }

  /** Weighs the proposal in `trialZ`; returns its log density in φ where it is taken, else NaN. */
  function tryProposal(
    s: Float64Array,
    memory: Float64Array,
    rng: Stream,
    current: number,
    isWalk: boolean,
    isLearning: boolean,
  ): number {
    const jacobian = mapToSpreads(coordinates, trialZ, trial)
    const proposed = density(s, trial)
    const reference = logReference(trialZ)
    let ratio = proposed - current + jacobian - memory[JACOBIAN]!
    if (!isWalk) ratio -= reference - memory[REFERENCE]!
    if (isLearning && isWalk)
      memory[LOG_SIZE]! +=
        (Math.min(1, Math.exp(ratio) || 0) - WALK_ACCEPTANCE) / Math.sqrt(1 + memory[SWEEPS]!)
    if (!(Math.log(rng.uniform()) < ratio)) return Number.NaN
    for (let i = 0; i < d; i++) {
      phi[i] = trial[i]!
      z[i] = trialZ[i]!
    }
    memory[JACOBIAN] = jacobian
    memory[REFERENCE] = reference
    accept()
    return proposed
  }

  /**
   * Leaves the reference t unchanged: given z the t's mixing variance is inverse-gamma; given that, z is normal and the
   * proposal autoregressive with a negative coefficient.
   */
  function proposeReference(rng: Stream): void {
    let squares = REFERENCE_DF
    for (let i = 0; i < d; i++) squares += z[i]! * z[i]!
    const spread = REDUCTION * Math.sqrt(squares / (2 * drawGamma(rng, 0.5 * (REFERENCE_DF + d))))
    for (let i = 0; i < d; i++) trialZ[i] = AUTOREGRESSION * z[i]! + spread * drawNormal(rng)
  }

  function proposeWalk(memory: Float64Array, rng: Stream): void {
    const size = Math.exp(memory[LOG_SIZE]!) * walkScale(d)
    for (let i = 0; i < d; i++) trialZ[i] = z[i]! + size * drawNormal(rng)
  }

  /** Takes note of how well the reference fits at a draw of warm-up. */
  function judge(memory: Float64Array, log: number): void {
    const above = log + memory[JACOBIAN]! - memory[REFERENCE]!
    if (memory[TRIED] === 1) {
      memory[ORIGIN] = above
      memory[SUM] = 0
      memory[MOST] = 0
    }
    memory[SUM]! += above - memory[ORIGIN]!
    memory[MOST] = Math.max(memory[MOST]!, above - memory[ORIGIN]!)
  }

  /** Whether steps to the other side suffice, by the stretch of warm-up that ends. */
  const isFitting = (memory: Float64Array): boolean =>
    memory[TRIED]! > 0 &&
    memory[TAKEN]! >= ENOUGH * memory[TRIED]! &&
    memory[MOST]! - memory[SUM]! / memory[TRIED]! < stranded

  /** Gathers the draw of a sweep of warm-up, and fits z when it is time. */
  function learn(memory: Float64Array, log: number): void {
    memory[SWEEPS]! += 1
    judge(memory, log)
    const sweep = memory[SWEEPS]!
    if (sweep > REFITS.at(-1)!) return
    const count = memory[GATHERED]!
    for (let i = 0; i < d; i++) memory[history + count * d + i] = phi[i]!
    memory[GATHERED] = count + 1
    if (REFITS.includes(sweep)) {
      if (sweep >= JUDGED) memory[BETWEEN_WALKS] = isFitting(memory) ? WALK_EVERY : 0
      memory[TAKEN] = 0
      memory[TRIED] = 0
      if (fitToDraws(coordinates, memory.subarray(history), count + 1)) {
        if (memory[FITTED] === 0) memory[LOG_SIZE] = 0
        memory[FITTED] = 1
        place(memory)
      }
    }
    if (FORGETS.includes(sweep)) memory[GATHERED] = 0
  }

  return {
    memoryLength: history + HISTORY * d,
    scaleFirst(memory, factor) {
      resume(memory)
      coordinates.factor.set(factor)
    },
    enter(memory, at) {
      if (memory !== seen) resume(memory)
      phi.set(at)
      place(memory)
    },
    run(s, memory, rng, phase, out, log) {
      if (memory !== seen) resume(memory)
      const isLearning = phase === "warmup"
      let current = log
      let walks = FIRST_WALKS
      if (memory[FITTED] === 1) {
        proposeReference(rng)
        const taken = tryProposal(s, memory, rng, current, false, isLearning)
        memory[TRIED]! += 1
        if (!Number.isNaN(taken)) {
          current = taken
          memory[TAKEN]! += 1
        }
        memory[UNTIL_WALK]! += 1
        walks = memory[BETWEEN_WALKS] === 0 ? MANY_WALKS : 0
        if (walks === 0 && memory[UNTIL_WALK]! >= memory[BETWEEN_WALKS]!) {
          walks = 1
          memory[UNTIL_WALK] = 0
        }
      }
      for (let k = 0; k < walks; k++) {
        proposeWalk(memory, rng)
        const taken = tryProposal(s, memory, rng, current, true, isLearning)
        if (!Number.isNaN(taken)) current = taken
      }
      if (isLearning) learn(memory, current)
      for (let i = 0; i < d; i++) out[i] = phi[i]!
      return current
    },
  }
}

/** Scale of z before it is fitted: coordinates are logarithms most of the time. */
const FIRST_SIZE = 0.2
