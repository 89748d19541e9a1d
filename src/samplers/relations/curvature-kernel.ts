import { factoriseSparse, logDeterminantSparse, solveSparse } from "../../math/sparse-cholesky.ts"
import type { Stream } from "../../random/stream.ts"
import type { Kernel, Phase } from "../sampler.ts"
import { drawSlice } from "../slice.ts"
import { bindWeigh } from "./block-density.ts"
import { bindCensoredDensity } from "./censored-density.ts"
import { coordinateSlope, fromCoordinate, toCoordinate } from "./curvature-coordinates.ts"
import type { CurvatureMatch } from "./curvature-match.ts"
import { bindCurvature } from "./curvature-terms.ts"
import type { Engine } from "./engine.ts"
import { fitScales } from "./fit-scales.ts"
import { bindLocalSteps } from "./local-steps.ts"
import { type Approximation, createApproximation, sumOfSquares } from "./normal-approximation.ts"
import { createReference } from "./reference-proposal.ts"
import { type BlockPlace, bindSharedSteps } from "./shared-steps.ts"
import { bindDirections } from "./slice-directions.ts"
import { createStandardisedStep } from "./standardised-step.ts"

/** Newton steps from the stored start to the point where the proposal is centred: near enough, and the cheapest. */
const NEWTON_STEPS = 1
/** Newton steps, halved while the density falls, at the beginning of warm-up. */
const MOST_SEARCH_STEPS = 500
/** Rise of the log density that ends them: what is left to the mode is a small part of an sd. */
const SEARCHED = 1e-2
/** The longest of these steps in a coordinate that has bounds: close to a bound a Newton step has no measure. */
const LONGEST_STEP = 4
/** Squared distance from the mode, by element, that no draw has. */
const FAR = 6
/** Sweeps over which the start of Newton's steps follows the modes. */
const START_MEMORY = 50
/** Steps with one approximation where no scales move with the elements. */
const MOVES_ALONE = 2
/** Acceptance below which steps are shortened. */
const LEAST_ACCEPTANCE = 0.55
/** Slices in each sweep where joint steps do badly, and how often there are some where they do well. */
const SLICES = 3
const SLICED_SHARE = 0.1
/** Elements from which on slices cost more than they bring in every sweep, and in how many there are some. */
const LARGE = 100
const LARGE_SHARE = 0.4
/** The same where elements have steps of their own, and the share of steps of the scales that these make unnecessary. */
const LOCAL_SHARE = 0.2
const SHARED_STEPS = 3
const SPLIT_SHARE = 0.7
/** Joint steps do badly with sizes of log odds below this (a size of 0.95), or with a smaller acceptance than this. */
const LONG = 2.94
const GOOD_ACCEPTANCE = 0.66
/** Steps that the acceptance is averaged over. */
const ACCEPTANCE_MEMORY = 200
/** Rejections of joint steps in a row that say that the approximation's tails are too light, once warm-up is this far. */
const LONGEST_STAY = 15
const SETTLED = 100
/** Width of a slice's first interval, in conditional sds. */
const SLICE_WIDTH = 2
/** Share of reference steps among those of the scales. */
const REFERENCE_SHARE = 0.7

/**
 * With m and Q⁻¹ the mean and covariance of the normal approximation of the elements' coordinates u given the scales, the
 * standardised u, z = L'(u − m), moves by z' = ρ z + √(1 − ρ²) ε, alone or with new scales φ (whose m and L then apply),
 * and is accepted by the exact ratio of densities of (φ, z). Where few steps of full size
 * are accepted, elements that are independent given the rest have steps of their own and what they share moves with these following
 * (`local-steps.ts`, `shared-steps.ts`). Slices through u along what Q says moves together, and through one scale after another, go
 * on from there: now and then, and more often where few steps of full size are accepted. The centre m is found by a fixed number of Newton steps from a
 * point that stays the same after warm-up: it is a function of what is not drawn here and of φ, not of u.
 *
 * Sources: Gamerman (1997), Statistics and Computing 7, 57–68, for proposals by Fisher scoring; Neal (1998), Regression and
 * classification using Gaussian process priors, section 5, for the autoregressive step; Knorr-Held & Rue (2002),
 * Scandinavian Journal of Statistics 29, 597–614, for joint moves with the scales; Neal (2003), Annals of Statistics 31, section
 * 5, and Chen & Schmeiser (1996), Communications in Statistics B 25, for slices along directions.
 *
 * memory = [sweeps of warm-up, log odds of the step's size alone, the same with scales, start (n), acceptance lately, longest stay, stay so far,
 * reference, that of shared steps].
 */
export function bindCurvatureBlock(match: CurvatureMatch, engine: Engine): Kernel {
  const { factors, coordinates, scales, scaleCoordinates, symbolic } = match
  const { slots } = factors
  const n = slots.length
  const d = scales.length
  const moves = d === 0 ? MOVES_ALONE : 1
  const runs = match.after.computed
  const evaluate = bindCurvature(match, engine)
  const weighRest = bindWeigh(match.weighed, engine)
  const weighCensored = bindCensoredDensity(match.censored, engine)
  const weigh = match.censored.length === 0 ? weighRest : (s: Float64Array) => weighRest(s) + weighCensored(s)
  const reference = createReference(d, 6 + n)
  const local = bindLocalSteps(match, engine)
  const sharedStart = 6 + n + (d > 0 ? reference.memoryLength : 0)
  let current = createApproximation(symbolic)
  let proposed = createApproximation(symbolic)
  const u = new Float64Array(n)
  const trial = new Float64Array(n)
  const { z, fresh, standardise, unstandardise, tail, stepFrom } = createStandardisedStep(symbolic)
  const phi = new Float64Array(d)
  const phiTrial = new Float64Array(d)
  // Log density and scales that the last step left; NaN when its approximation does not stand.
  let kept = Number.NaN
  const keptScales = new Float64Array(d)
  const isKeptAt = (s: Float64Array): boolean => {
    for (let k = 0; k < d; k++) if (s[scales[k]!] !== keptScales[k]) return false
    return true
  }

  const readElements = (s: Float64Array, out: Float64Array): void => {
    for (let k = 0; k < n; k++) out[k] = toCoordinate(coordinates, k, s[slots[k]!]!)
  }
  const place = (s: Float64Array, from: Float64Array): void => {
    for (let k = 0; k < n; k++) s[slots[k]!] = fromCoordinate(coordinates, k, from[k]!)
    engine.compute(s, runs, 0, runs.relation.length)
  }
  const placeScales = (s: Float64Array, from: Float64Array): void => {
    for (let k = 0; k < d; k++) s[scales[k]!] = fromCoordinate(scaleCoordinates, k, from[k]!)
  }
  /** Log density of (u, φ) at the state, up to a constant. */
  const logDensity = (s: Float64Array): number => {
    let total = weigh(s)
    for (let k = 0; k < n; k++)
      if (coordinates.kinds[k] !== 0)
        total += Math.log(Math.abs(coordinateSlope(coordinates, k, s[slots[k]!]!)))
    for (let k = 0; k < d; k++)
      total += Math.log(Math.abs(coordinateSlope(scaleCoordinates, k, s[scales[k]!]!)))
    return Number.isNaN(total) ? -Infinity : total
  }
  /** The normal approximation given what the state says of all else. Moves the state. @returns false when there is none */
  const approximate = (s: Float64Array, memory: Float64Array, into: Approximation): boolean => {
    for (let k = 0; k < n; k++) into.centre[k] = memory[3 + k]!
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
  /** Share of a step that is short enough in every coordinate with bounds. */
  const longestStep = (move: Float64Array): number => {
    let share = 1
    for (let k = 0; k < n; k++)
      if (coordinates.kinds[k] !== 0) share = Math.min(share, LONGEST_STEP / Math.abs(move[k]!))
    return share
  }
  /** Climbs from the state to a mode of u. */
  const search = (s: Float64Array): void => {
    readElements(s, u)
    let here = logDensity(s)
    // Far out, exponentials take one Newton step a unit: zero is closer to most things than the first values of chains.
    trial.fill(0)
    place(s, trial)
    const atZero = logDensity(s)
    if (atZero > here) {
      here = atZero
      u.set(trial)
    }
    place(s, u)
    for (let step = 0; step < MOST_SEARCH_STEPS; step++) {
      evaluate(s, current.q, current.move)
      if (!factoriseSparse(current.factor, current.q)) break
      solveSparse(current.factor, current.move)
      let length = longestStep(current.move)
      let there = -Infinity
      for (let halvings = 0; halvings < 14; halvings++, length *= 0.5) {
        for (let k = 0; k < n; k++) trial[k] = u[k]! + length * current.move[k]!
        place(s, trial)
        there = logDensity(s)
        if (there >= here) break
      }
      if (!(there >= here)) break
      u.set(trial)
      const gain = there - here
      here = there
      if (gain < SEARCHED) break
    }
    place(s, u)
  }
  const shared =
    local &&
    bindSharedSteps(match, local.isLocal, sharedStart, { placeScales, place, approximate, logDensity })
  const at: BlockPlace = { u, phi, z, here: Number.NaN }
  const poorShare = shared !== null ? LOCAL_SHARE : n > LARGE && !match.isTwisted ? LARGE_SHARE : 1
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
    memory[1]! < LONG ||
    (d > 0 && memory[2]! < LONG) ||
    memory[3 + n]! < GOOD_ACCEPTANCE ||
    memory[4 + n]! >= LONGEST_STAY
  /** Slices through u and each scale, which it moves with the state; returns the log density where it ends. */
  const sliceThrough = (s: Float64Array, rng: Stream): number => {
    state = s
    let here = Number.NaN
    for (let k = 0; k < SLICES; k++) {
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
  const adapt = (memory: Float64Array, at: number, acceptance: number): void => {
    memory[3 + n]! += (acceptance - memory[3 + n]!) / Math.min(memory[0]!, ACCEPTANCE_MEMORY)
    memory[at] = Math.min(
      5,
      Math.max(-6, memory[at]! + (4 * (acceptance - LEAST_ACCEPTANCE)) / Math.sqrt(1 + memory[0]! / 4)),
    )
  }
  /** Brings scales that the elements at their mode make impossible to where Laplace's approximation has them. */
  const settleScales = (s: Float64Array): void => {
    state = s
    const climb = (k: number, t: number): number => {
      u.set(z)
      onScale(k, t)
      search(s)
      evaluate(s, current.q, current.move)
      if (!factoriseSparse(current.factor, current.q)) return -Infinity
      return logDensity(s) - 0.5 * logDeterminantSparse(current.factor)
    }
    z.set(u)
    fitScales(phi, onScale, climb, () => {
      climb(0, phi[0]!)
      z.set(u)
    })
    u.set(z)
    placeScales(s, phi)
    place(s, u)
  }
  /** Stores where Newton's steps start from, a mode given all else. In warm-up the chain goes on from there. */
  const findStart = (s: Float64Array, memory: Float64Array, phase: Phase): void => {
    for (let k = 0; k < d; k++) phi[k] = toCoordinate(scaleCoordinates, k, s[scales[k]!]!)
    readElements(s, fresh)
    search(s)
    if (phase === "warmup" && d > 0) settleScales(s)
    for (let k = 0; k < n; k++) memory[3 + k] = u[k]!
    if (phase !== "warmup") place(s, fresh)
  }
  const begin = (s: Float64Array, memory: Float64Array, phase: Phase): void => {
    if (memory[0] !== 0) return
    findStart(s, memory, phase)
    memory[0] = 1
    memory[1] = memory[2] = 3.5
  }

  return {
    writes: Int32Array.from([...slots, ...scales]),
    memoryLength: sharedStart + (shared?.memoryLength ?? 0),
    step(s, memory, rng, phase) {
      begin(s, memory, phase)
      readElements(s, u)
      for (let k = 0; k < d; k++) phi[k] = toCoordinate(scaleCoordinates, k, s[scales[k]!]!)
      let here = logDensity(s)
      // Nothing has moved since the last step: its approximation stands.
      const isKept = phase === "sampling" && match.isAlone && here === kept && isKeptAt(s)
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
      for (let move = 0; move < moves; move++) {
        stepFrom(memory[1]!, rng)
        unstandardise(current, fresh, trial)
        place(s, trial)
        const there = logDensity(s)
        const weightThere = there + tail(fresh)
        const log = weightThere - weight
        isPlaced = Math.log(rng.uniform()) < log
        if (isPlaced) {
          z.set(fresh)
          u.set(trial)
          here = there
          weight = weightThere
        }
        if (phase === "warmup") {
          adapt(memory, 1, Math.min(1, Math.exp(log)))
          memory[5 + n] = isPlaced || memory[0]! < SETTLED ? 0 : memory[5 + n]! + 1
          memory[4 + n] = Math.max(memory[4 + n]!, memory[5 + n]!)
        }
      }
      const isSplit = local !== null && shared !== null && isPoor(memory)
      if (isSplit) {
        if (!isPlaced) place(s, u)
        local.step(s, u, z, current, rng)
        at.here = logDensity(s)
        for (let k = 0; k < SHARED_STEPS; k++) {
          isPlaced = shared.step(s, memory, at, current, proposed, rng, phase === "warmup")
          if (isPlaced) exchange()
        }
        here = at.here
        weight = here + tail(z)
      }
      if (d > 0 && !(isSplit && rng.uniform() < SPLIT_SHARE)) {
        const isReference = reference.isReady(memory) && rng.uniform() < REFERENCE_SHARE
        let log = 0
        if (isReference) log = reference.step(memory, phi, phiTrial, rng)
        else reference.walk(memory, phi, phiTrial, rng)
        placeScales(s, phiTrial)
        stepFrom(memory[2]!, rng)
        const weightThere = tail(fresh)
        let there = -Infinity
        const isPossible = keepFresh(s, memory)
        if (isPossible) {
          place(s, trial)
          there = logDensity(s)
          log += there + weightThere - 0.5 * proposed.logDeterminant - (weight - 0.5 * current.logDeterminant)
        } else log = -Infinity
        isPlaced = Math.log(rng.uniform()) < log
        if (isPlaced) {
          u.set(trial)
          phi.set(phiTrial)
          here = there
          exchange()
        } else placeScales(s, phi)
        if (phase === "warmup") {
          const acceptance = Math.min(1, Math.exp(log)) || 0
          adapt(memory, 2, acceptance)
          if (!isReference) reference.adaptWalk(memory, acceptance)
          reference.learn(memory, phi)
        }
      }
      const isSliced = rng.uniform() < (isPoor(memory) ? poorShare : SLICED_SHARE)
      if (isSliced) here = sliceThrough(s, rng)
      else if (!isPlaced) place(s, u)
      if (phase === "warmup") {
        learnStart(memory)
        shared?.learn(memory, at)
      } else {
        // With scales that slices moved goes another approximation.
        kept = isSliced && d > 0 ? Number.NaN : here
        for (let k = 0; k < d; k++) keptScales[k] = s[scales[k]!]!
      }
    },
    logDensity: weigh,
  }

  function exchange(): void {
    const other = current
    current = proposed
    proposed = other
  }

  /** Approximates at the proposed scales and turns the standardised step into coordinates. */
  function keepFresh(s: Float64Array, memory: Float64Array): boolean {
    if (!approximate(s, memory, proposed)) return false
    unstandardise(proposed, fresh, trial)
    return true
  }

  function learnStart(memory: Float64Array): void {
    memory[0]! += 1
    const share = 1 / Math.min(memory[0]!, START_MEMORY)
    for (let k = 0; k < n; k++) memory[3 + k]! += share * (current.centre[k]! - memory[3 + k]!)
  }
}
