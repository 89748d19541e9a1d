import {
  factoriseSparse,
  fromPivotOrder,
  logDeterminantSparse,
  solveSparse,
  solveSparseUpper,
  toPivotOrder,
} from "../../math/sparse-cholesky.ts"
import type { Stream } from "../../random/stream.ts"
import type { Kernel, Phase } from "../sampler.ts"
import { drawSlice } from "../slice.ts"
import { drawStep, tailOf } from "./autoregressive-step.ts"
import { bindWeigh } from "./block-density.ts"
import { bindBlockMoves } from "./block-moves.ts"
import { bindCensoredDensity } from "./censored-density.ts"
import { bindClimb } from "./curvature-climb.ts"
import { logSlopes } from "./curvature-coordinates.ts"
import type { CurvatureMatch } from "./curvature-match.ts"
import { bindCurvature } from "./curvature-terms.ts"
import type { Engine } from "./engine.ts"
import { fitScales } from "./fit-scales.ts"
import { bindLocalSteps, type LocalState, type LocalSteps } from "./local-steps.ts"
import { bindMarginalSteps } from "./marginal-steps.ts"
import {
  type Approximation,
  createApproximation,
  multiplyUpper,
  sumOfSquares,
} from "./normal-approximation.ts"
import { bindDirections } from "./slice-directions.ts"
import { watchInstances } from "./watch.ts"

/** Newton steps from the stored start to the point where the proposal is centred: near enough, and the cheapest. */
const NEWTON_STEPS = 1
/** Squared distance from the mode, by element, that no draw has. */
const FAR = 6
/** Sweeps over which the start of Newton's steps follows the modes. */
const START_MEMORY = 50
/** Steps with one approximation. */
const MOVES = 2
/** Acceptance below which steps are shortened. */
const LEAST_ACCEPTANCE = 0.55
/** Slices in each sweep where joint steps do badly, and how often there are some where they do well. */
const SLICES = 3
const SLICED_SHARE = 0.1
/** Elements from which on slices cost more than they bring in every sweep, and in how many there are some. */
const LARGE = 100
const LARGE_SHARE = 0.4
/** Joint steps do badly with sizes of log odds below this (a size of 0.95), or with a smaller acceptance than this. */
const LONG = 2.94
const GOOD_ACCEPTANCE = 0.66
/** The same where what is shared steps alone. */
const GOOD_SHARED = 0.5
/** Steps that the acceptance is averaged over. */
const ACCEPTANCE_MEMORY = 200
/** Sweeps of warm-up after which groups step by themselves where fewer joint steps were accepted than that. */
const TRIED = 400
const JOINT_ACCEPTANCE = 0.77
/** Elements from which on they do so from the beginning. */
const MANY = 50
/** Rejections of joint steps in a row that say that the approximation's tails are too light, once warm-up is this far. */
const LONGEST_STAY = 15
const SETTLED = 100
/** Log odds of the size of the first steps: nearly independent. */
const FIRST_SIZE = 3.5
/** How far above the reference of the scales a log density may rise, which varies with z where nothing is normal. */
const STRANDED = 5
/** Places in the memory; from `ARRAYS` on the start of Newton's steps, the steps of groups, and those of the scales. */
const SWEEPS = 0
const SIZE = 1
const ACCEPTED = 2
const LONGEST = 3
const STAY = 4
const ARRAYS = 5
/** Width of a slice's first interval, in conditional sds. */
const SLICE_WIDTH = 2

/**
 * With m and Q⁻¹ the mean and covariance of the normal approximation of the elements' coordinates u given the scales, the
 * standardised u, z = L'(u − m), moves by z' = ρ z + √(1 − ρ²) ε, alone or with new scales φ (whose m and L then apply),
 * and is accepted by the exact ratio of densities of (φ, z). Slices through u along what Q says moves together, and
 * through one scale after another, go on from there: now and then, and always where few steps of full size are accepted. The centre m is found by a fixed number of Newton steps from a
 * point that stays the same after warm-up: it is a function of what is not drawn here and of φ, not of u. φ moves as if u were
 * integrated out, with z as it is. Where joint steps of all elements are too short, or these are many, only what groups share
 * steps jointly, and each group by itself given that.
 *
 * Sources: Gamerman (1997), Statistics and Computing 7, 57–68, for proposals by Fisher scoring; Neal (1998), Regression and
 * classification using Gaussian process priors, section 5, for the autoregressive step; Knorr-Held & Rue (2002),
 * Scandinavian Journal of Statistics 29, 597–614, for joint moves with the scales; Neal (2003), Annals of Statistics 31, section
 * 5, and Chen & Schmeiser (1996), Communications in Statistics B 25, for slices along directions.
 *
 * memory = [sweeps of warm-up, log odds of the step's size, acceptance lately, longest stay, stay so far, start (n), steps of groups, steps of
 * scales].
 */
export function bindCurvatureBlock(match: CurvatureMatch, engine: Engine): Kernel {
  const { factors, coordinates, scales, scaleCoordinates, symbolic } = match
  const { slots } = factors
  const n = slots.length
  const d = scales.length
  const slices = Math.min(n, SLICES)
  const poorShare = n > LARGE && !match.isTwisted ? LARGE_SHARE : 1
  const evaluate = bindCurvature(match, engine)
  const weighRest = bindWeigh(match.weighed, engine)
  const weighCensored = bindCensoredDensity(match.censored, engine)
  const weigh = match.censored.length === 0 ? weighRest : (s: Float64Array) => weighRest(s) + weighCensored(s)
  const length = ARRAYS + n + n + 1
  // Found when groups step by themselves first: most blocks do without.
  let split: LocalSteps | null | undefined
  const findSplit = (): LocalSteps | null => {
    split ??= bindLocalSteps(match, engine, ARRAYS + n)
    return split
  }
  const all = Int32Array.from(slots.keys())
  // What groups share steps jointly when this is there, else all elements.
  let local: LocalSteps | null = null
  let current = createApproximation(symbolic)
  let proposed = createApproximation(symbolic)
  const u = new Float64Array(n)
  const trial = new Float64Array(n)
  const z = new Float64Array(n)
  const fresh = new Float64Array(n)
  const pivoted = new Float64Array(n)
  const own: LocalState = { z, u, densities: new Float64Array(n + 1) }
  const there: LocalState = { z: fresh, u: trial, densities: new Float64Array(n + 1) }
  const phi = new Float64Array(d)
  const phiTrial = new Float64Array(d)
  // Log density that the last step left; NaN when its approximation does not stand.
  let kept = Number.NaN

  const { readElements, readScales, place, placeScales } = bindBlockMoves(match, engine)
  const weighAll = (s: Float64Array): number =>
    weigh(s) + logSlopes(coordinates, slots, s) + logSlopes(scaleCoordinates, scales, s)
  /** Log density of (u, φ) at the state, up to a constant. */
  const logDensity = (s: Float64Array): number => {
    const total = local === null ? weighAll(s) : local.weigh(s, there.densities)
    return Number.isNaN(total) ? -Infinity : total
  }
  /** The normal approximation given what the state says of all else. Moves the state. @returns false when there is none */
  const approximate = (s: Float64Array, memory: Float64Array, into: Approximation): boolean => {
    for (let k = 0; k < n; k++) into.centre[k] = memory[ARRAYS + k]!
    for (let step = 0; step < NEWTON_STEPS; step++) {
      place(s, into.centre)
      evaluate(s, into.q, into.move)
      if (!factoriseSparse(into.factor, into.q)) return false
      solveSparse(into.factor, into.move)
      for (let k = 0; k < n; k++) into.centre[k]! += into.move[k]!
    }
    into.logDeterminant = logDeterminantSparse(into.factor)
    return Number.isFinite(into.logDeterminant) && into.centre.every(Number.isFinite)
  }
  const climb = bindClimb({ coordinates, evaluate, place, logDensity })
  /** Climbs from the state to a mode of u. */
  const search = (s: Float64Array): void => {
    readElements(s, u)
    climb(s, u, trial, current)
  }
  /** z of u under an approximation. */
  const standardise = ({ factor, centre }: Approximation, from: Float64Array): void => {
    for (let k = 0; k < n; k++) fresh[k] = from[k]! - centre[k]!
    toPivotOrder(symbolic, fresh, pivoted)
    multiplyUpper(factor, pivoted, z)
  }
  const unstandardise = ({ factor, centre }: Approximation, from: Float64Array, out: Float64Array): void => {
    pivoted.set(from)
    solveSparseUpper(factor, pivoted)
    fromPivotOrder(symbolic, pivoted, out)
    for (let k = 0; k < n; k++) out[k]! += centre[k]!
  }
  /** Minus the log density of z under the approximation, as far as a joint step moves it. */
  const tail = (of: Float64Array): number => (local === null ? tailOf(of, all, 0, n) : local.tail(of))
  /** `fresh` := a step from z. */
  const stepFrom = (logOdds: number, rng: Stream): void => {
    if (local === null) drawStep(z, all, 0, n, logOdds, fresh, rng)
    else local.stepShared(z, logOdds, fresh, rng)
  }
  const watch =
    match.isAlone && match.censored.length === 0 ? watchInstances(match.weighed, engine.graph) : null
  // The memory of the chain that was seen last.
  let learnt: Float64Array = trial
  let learntOfScales: Float64Array = trial
  // ½ |z|², and log densities of the proposal and of the last one taken.
  let standing = 0
  let weighed = 0
  let reached = 0
  const marginal = bindMarginalSteps({
    dimension: d,
    stranded: STRANDED,
    density(s, at) {
      placeScales(s, at)
      if (!approximate(s, learnt, proposed)) return -Infinity
      unstandardise(proposed, z, trial)
      place(s, trial)
      weighed = logDensity(s)
      return weighed - 0.5 * proposed.logDeterminant + standing
    },
    accept() {
      reached = weighed
      u.set(trial)
      const other = current
      current = proposed
      proposed = other
    },
  })
  const chooseDirection = bindDirections(n, [...factors.groups, ...match.groups])
  let state: Float64Array = trial
  const onLine = (t: number): number => {
    for (let k = 0; k < n; k++) trial[k] = u[k]! + t * fresh[k]!
    place(state, trial)
    return logDensity(state)
  }
  const onScale = (scale: number, t: number): number => {
    for (let k = 0; k < d; k++) phiTrial[k] = k === scale ? t : phi[k]!
    placeScales(state, phiTrial)
    place(state, u)
    return logDensity(state)
  }
  const isPoor = (memory: Float64Array): boolean =>
    match.isTwisted ||
    memory[SIZE]! < LONG ||
    memory[ACCEPTED]! < (local === null ? GOOD_ACCEPTANCE : GOOD_SHARED) ||
    memory[LONGEST]! >= LONGEST_STAY
  /** Slices through u and each scale, which it moves with the state; returns the log density where it ends. */
  const sliceThrough = (s: Float64Array, rng: Stream): number => {
    state = s
    let here = Number.NaN
    for (let k = 0; k < slices; k++) {
      chooseDirection(current.factor, fresh, rng)
      const t = drawSlice(onLine, 0, SLICE_WIDTH, -Infinity, Infinity, rng)
      here = onLine(Number.isFinite(t) ? t : 0)
      u.set(trial)
    }
    for (let scale = 0; scale < d; scale++) {
      const t = drawSlice((at) => onScale(scale, at), phi[scale]!, SLICE_WIDTH, -Infinity, Infinity, rng)
      here = onScale(scale, Number.isFinite(t) ? t : phi[scale]!)
      phi.set(phiTrial)
    }
    return here
  }
  const adapt = (memory: Float64Array, acceptance: number): void => {
    memory[ACCEPTED]! += (acceptance - memory[ACCEPTED]!) / Math.min(memory[SWEEPS]!, ACCEPTANCE_MEMORY)
    memory[SIZE] = Math.min(
      5,
      Math.max(
        -6,
        memory[SIZE]! + (4 * (acceptance - LEAST_ACCEPTANCE)) / Math.sqrt(1 + memory[SWEEPS]! / 4),
      ),
    )
  }
  /** Brings scales that the elements at their mode make impossible to where Laplace's approximation has them. */
  const settleScales = (s: Float64Array): void => {
    state = s
    const marginalAt = (k: number, t: number): number => {
      u.set(z)
      onScale(k, t)
      search(s)
      evaluate(s, current.q, current.move)
      if (!factoriseSparse(current.factor, current.q)) return -Infinity
      return logDensity(s) - 0.5 * logDeterminantSparse(current.factor)
    }
    z.set(u)
    fitScales(phi, onScale, marginalAt, () => {
      marginalAt(0, phi[0]!)
      z.set(u)
    })
    u.set(z)
    placeScales(s, phi)
    place(s, u)
  }
  /** Stores where Newton's steps start from, a mode given all else. In warm-up the chain goes on from there. */
  const findStart = (s: Float64Array, memory: Float64Array, phase: Phase): void => {
    readScales(s, phi)
    readElements(s, fresh)
    search(s)
    if (phase === "warmup" && d > 0) settleScales(s)
    for (let k = 0; k < n; k++) memory[ARRAYS + k] = u[k]!
    if (phase !== "warmup") place(s, fresh)
  }
  const begin = (s: Float64Array, memory: Float64Array, phase: Phase): void => {
    if (memory[SWEEPS] !== 0) return
    findStart(s, memory, phase)
    memory[SWEEPS] = 1
    memory[SIZE] = FIRST_SIZE
    if (n > MANY && phase === "warmup") beginLocal(memory)
  }

  return {
    writes: Int32Array.from([...slots, ...scales]),
    memoryLength: length + (d > 0 ? marginal.memoryLength : 0),
    step(s, memory, rng, phase) {
      if (memory !== learnt) {
        learnt = memory
        learntOfScales = memory.subarray(length)
        kept = Number.NaN
      }
      local = memory[ARRAYS + n] === 1 ? findSplit() : null
      begin(s, memory, phase)
      if (phase === "warmup" && memory[SWEEPS] === TRIED && memory[ACCEPTED]! < JOINT_ACCEPTANCE)
        beginLocal(memory)
      local = memory[ARRAYS + n] === 1 ? findSplit() : null
      readElements(s, u)
      readScales(s, phi)
      // Nothing has moved since the last step: its density and its approximation stand.
      const isKept = phase === "sampling" && watch?.isSame(s) === true && !Number.isNaN(kept)
      let here = isKept && local === null ? kept : logDensity(s)
      own.densities.set(there.densities)
      const isFound = isKept || approximate(s, memory, current)
      kept = Number.NaN
      if (!isFound) {
        place(s, u)
        if (phase === "warmup") findStart(s, memory, phase)
        return
      }
      standardise(current, u)
      if (phase === "warmup" && sumOfSquares(z) > FAR * (n + 10)) {
        // Steps that suit the middle never leave so far a place, where only the first values can have led.
        place(s, u)
        findStart(s, memory, phase)
        return
      }
      let weight = here + tail(z)
      let isPlaced = false
      for (let move = 0; move < MOVES; move++) {
        stepFrom(memory[SIZE]!, rng)
        unstandardise(current, fresh, trial)
        place(s, trial)
        const logThere = logDensity(s)
        const weightThere = logThere + tail(fresh)
        const log = weightThere - weight
        isPlaced = Math.log(rng.uniform()) < log
        if (isPlaced) {
          z.set(fresh)
          u.set(trial)
          own.densities.set(there.densities)
          here = logThere
          weight = weightThere
        }
        if (phase === "warmup") {
          adapt(memory, Math.min(1, Math.exp(log)))
          memory[STAY] = isPlaced || memory[SWEEPS]! < SETTLED ? 0 : memory[STAY]! + 1
          memory[LONGEST] = Math.max(memory[LONGEST]!, memory[STAY]!)
        }
        if (local === null) continue
        local.propose(memory, z, fresh, rng)
        unstandardise(current, fresh, trial)
        place(s, trial)
        logDensity(s)
        here = local.accept(memory, own, there, memory[SWEEPS]!, phase, rng)
        weight = here + tail(z)
        isPlaced = false
      }
      if (d > 0) {
        // Weighed as if z were integrated out, so that densities of different sweeps can be compared.
        standing = 0.5 * sumOfSquares(z)
        marginal.enter(learntOfScales, phi)
        reached = here
        marginal.run(s, learntOfScales, rng, phase, phi, here - 0.5 * current.logDeterminant + standing)
        here = reached
        placeScales(s, phi)
        isPlaced = false
      }
      const isSliced = rng.uniform() < (isPoor(memory) ? poorShare : SLICED_SHARE)
      if (isSliced) here = sliceThrough(s, rng)
      else if (!isPlaced) place(s, u)
      if (phase === "warmup") learnStart(memory)
      else {
        // With scales that slices moved goes another approximation.
        kept = isSliced && d > 0 ? Number.NaN : here
        watch?.remember(s)
      }
    },
    logDensity: weigh,
  }

  function beginLocal(memory: Float64Array): void {
    const found = memory[ARRAYS + n] === 1 ? null : findSplit()
    if (found === null) return
    found.begin(memory)
    memory[SIZE] = FIRST_SIZE
    memory[ACCEPTED] = 1
    memory[LONGEST] = memory[STAY] = 0
  }

  function learnStart(memory: Float64Array): void {
    memory[SWEEPS]! += 1
    const share = 1 / Math.min(memory[SWEEPS]!, START_MEMORY)
    for (let k = 0; k < n; k++) memory[ARRAYS + k]! += share * (current.centre[k]! - memory[ARRAYS + k]!)
  }
}
