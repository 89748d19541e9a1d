/**
 * The steps of the collapsed sampler. The spreads move by a Metropolis–Hastings step that would leave unchanged a multivariate t
 * fitted at the mode (and again to the draws of warm-up), alternating with random-walk steps so that a heavy tail or a
 * boundary is no trap. Where warm-up takes few of them or mixes poorly in the tails (`ways.ts`), the same is done with some axes at a
 * time, and slices along the axes move the spreads as well or, where there are many, interweaved draws given the effects: once
 * in three sweeps, or in every one.
 * Source: Tierney (1994), Annals of Statistics 22, section 2.4, on combining kernels.
 */
import { NumericalError } from "../../core/errors.ts"
import { drawGamma } from "../../random/gamma.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"
import type { BindOptions, Kernel, Phase } from "../sampler.ts"
import { drawSlice } from "../slice.ts"
import { removeBounds } from "./bounds.ts"
import type { LoweredCollapsed } from "./collapsed.ts"
import { type Coordinates, fitToDraws, mapFromSpreads, mapToSpreads } from "./coordinates.ts"
import { bindTogether } from "./interweave.ts"
import { bindTermMoves } from "./interweave-moves.ts"
import { bindMarginal } from "./marginal.ts"
import { bindMove } from "./move-code.ts"
import { AUTOREGRESSION, logReference, memoryLayout, REFERENCE_DF, walkScale } from "./reference.ts"
import { readCoordinates, writeState } from "./spread-space.ts"
import { joinSlots } from "./statistics.ts"
import { PARTS, RESCUE, tailsOf, WHOLE, wayFor } from "./ways.ts"

/** Autocorrelation of the noise that the coefficients are drawn with. */
const NOISE_AUTOREGRESSION = -0.4
/** A random-walk step is tried beside the other once in so many sweeps. */
const WALK_EVERY = 8
/** Sweeps of warm-up between which draws are gathered for the next fit; the first still tell of the initial values. */
const REFITS = [100, 250, 500, 1000, 2000]
/** Draws that are gathered: all from the end of the first stretch to that of the last. */
const HISTORY = REFITS.at(-1)! - REFITS[0]!
/** Share of a stretch's sweeps that must have moved for it to be used. */
const MOVED = 0.3
/** Axes that are moved at a time. */
const partOf = (d: number): number => (d > 6 ? 3 : d > 3 ? 2 : 1)
/** Steps that know no proposal are taken once in so many sweeps where the tails need them. */
const THOROUGH_EVERY = 3

/**
 * memory = [have φ, log density of z, log reference density, sweeps, then of this stretch: sweeps that moved, reference steps
 * that were taken; how the spreads move; of this stretch again: steps of some axes that were taken, for each sweep; reference
 * steps refused since the last that was taken, and the most of them; φ (d), z (d), centre (d), factor (d²), skew (d), noise of
 * the coefficients, unbounded φ since the first stretch].
 */
export function bindCollapsed(data: LoweredCollapsed, options: BindOptions = {}): Kernel {
  // Two sets of arrays: the equations at the current φ survive a proposal that is refused.
  let current = bindMarginal(data, options.interpreted)
  let other = bindMarginal(data, options.interpreted)
  const { dimension: d, spreads, first } = current
  const at = memoryLayout(d, data.statistics.rest)
  const move = options.interpreted === true ? null : bindMove(data, data.bounds.length > 0)
  const proposed = new Float64Array(d)
  const proposedZ = new Float64Array(d)
  const kept = new Float64Array(d)
  const scratch = new Float64Array(Math.max(...spreads.map(({ q }) => q * q)))
  const { statistics, nested } = data
  const effectSlots = nested?.slots ?? statistics.ownSlots
  const reduction = Math.sqrt(1 - AUTOREGRESSION ** 2)
  const noiseReduction = Math.sqrt(1 - NOISE_AUTOREGRESSION ** 2)
  const walk = walkScale(d)
  const part = partOf(d)
  const partWalk = walkScale(part)
  let seen: Float64Array | null = null
  let phi: Float64Array = proposed
  let z: Float64Array = proposedZ
  let noise: Float64Array = proposed
  const { bounds } = data
  const interweaved =
    data.interweave === null
      ? null
      : {
          moveTogether: bindTogether(data.interweave),
          moveAlone: data.interweave.terms.map((term) => bindTermMoves(term).moveAlone),
        }
  const isFree = spreads.at(-1)!.kind !== "known"
  let coordinates: Coordinates = { ...data.proposal, skew: proposed, bounds }
  const spreadSlots = spreads.flatMap(({ kind, slot, q }) =>
    kind === "known" ? [] : Array.from({ length: q * q }, (_, k) => slot + k),
  )

  return {
    writes: joinSlots([spreadSlots, statistics.restSlots, effectSlots]),
    late: effectSlots,
    memoryLength: at.history + HISTORY * d,
    step(state, memory, rng, phase, effects) {
      if (memory !== seen) resume(memory, state, rng)
      if (d > 0) {
        let moved = false
        if (interweaved !== null && isThorough(memory)) {
          moveInterweaved(interweaved, state, memory, rng, phase)
          return
        }
        // A short warm-up would end before the proposal is fitted to draws: moves of the spreads alone come first.
        const moves = phase === "warmup" && memory[3] === 0 ? 1 + data.pilot : 1
        for (let k = 0; k < moves; k++) {
          if (moveSpreads(memory, rng)) moved = true
          if (phase === "warmup") adapt(memory)
        }
        if (moved)
          for (let k = 0; k < spreads.length; k++) writeState(spreads[k]!, phi, first[k]!, state, scratch)
      }
      moveNoise(rng)
      current.likelihood.drawCoefficients(state, noise)
      if (effects !== null) current.likelihood.drawEffects(state, effects ?? rng)
    },
    notes: (memory) => (memory[6] !== RESCUE ? [] : [interweaved === null ? SLICED : INTERWEAVED]),
  }

  /** Whether the spreads are moved by means that know no proposal as well. */
  function isThorough(memory: Float64Array): boolean {
    const way = memory[6]!
    return way === RESCUE || (way !== WHOLE && memory[3]! % THOROUGH_EVERY === 0)
  }

  /**
   * A sweep of interweaved draws around the steps on the marginal density. The coefficients' noise is new after it: the
   * spreads that are drawn given the effects depend on what these were drawn with.
   */
  function moveInterweaved(
    { moveTogether, moveAlone }: NonNullable<typeof interweaved>,
    state: Float64Array,
    memory: Float64Array,
    rng: Stream,
    phase: Phase,
  ): void {
    if (!moveSpreads(memory, rng)) memory[4]! += 1
    if (isFree) moveCoordinate(memory, rng, d - 1)
    drawAnew(state, rng)
    kept.set(phi)
    for (const move of moveAlone) move(state, rng)
    moveTogether(state, rng)
    for (let k = 0; k < spreads.length; k++) readCoordinates(spreads[k]!, state, phi, first[k]!, scratch)
    const density = current.logDensity(phi)
    if (Number.isFinite(density)) enter(memory, density)
    else {
      // Beyond what numbers can say: as if the prior ended before.
      phi.set(kept)
      current.logDensity(phi)
      drawNoise(rng)
      drawAnew(state, rng)
    }
    drawNoise(rng)
    if (phase === "warmup") adapt(memory)
  }

  /** Spreads into the state, then coefficients and effects. */
  function drawAnew(state: Float64Array, rng: Stream): void {
    for (let k = 0; k < spreads.length; k++) writeState(spreads[k]!, phi, first[k]!, state, scratch)
    current.likelihood.drawCoefficients(state, noise)
    current.likelihood.drawEffects(state, rng)
  }

  /** One coordinate of φ from its conditional by a slice of the marginal density. */
  function moveCoordinate(memory: Float64Array, rng: Stream, axis: number): void {
    for (let i = 0; i < d; i++) proposed[i] = phi[i]!
    const densityAt = (value: number): number => {
      proposed[axis] = value
      return other.logDensity(proposed)
    }
    const width = SLICE_WIDTH * Math.abs(coordinates.factor[axis * d + axis]!)
    const value = drawSlice(densityAt, phi[axis]!, width, Number.NEGATIVE_INFINITY, Infinity, rng)
    if (Number.isNaN(value) || value === phi[axis]) return
    const density = densityAt(value)
    const jacobian = mapFromSpreads(coordinates, proposed, proposedZ)
    accept(memory, density + jacobian, logReference(proposedZ))
  }

  /** One move of the spreads: whether it was one. */
  function moveSpreads(memory: Float64Array, rng: Stream): boolean {
    let moved = tryReference(memory, rng)
    memory[8] = moved ? 0 : memory[8]! + 1
    if (memory[8] > memory[9]!) memory[9] = memory[8]
    if (moved) memory[5]! += 1
    memory[3]! += 1
    if (memory[3]! % WALK_EVERY === 0 && tryWalk(memory, rng)) moved = true
    if (memory[6]! >= PARTS && tryParts(memory, rng)) moved = true
    if (interweaved === null && isThorough(memory)) {
      for (let i = 0; i < d; i++) moveSlice(memory, rng, i)
      moved = true
    }
    if (moved) memory[4]! += 1
    return moved
  }

  /** Makes views of a chain's memory, once for a chain; a chain that begins gets its φ from the state. */
  function resume(memory: Float64Array, state: Float64Array, rng: Stream): void {
    seen = memory
    const view = (from: number, length: number) => memory.subarray(from, from + length)
    phi = view(at.phi, d)
    z = view(at.z, d)
    noise = view(at.noise, statistics.rest)
    coordinates = {
      centre: view(at.centre, d),
      factor: view(at.factor, d * d),
      skew: view(at.skew, d),
      bounds,
    }
    const begins = memory[0] === 0
    if (begins) {
      spreads.forEach((spread, k) => {
        readCoordinates(spread, state, phi, first[k]!, scratch)
      })
      coordinates.centre.set(data.proposal.centre)
      coordinates.factor.set(data.proposal.factor)
      memory[0] = 1
    }
    const density = current.logDensity(phi)
    if (!begins) return
    if (!Number.isFinite(density)) throw startFailure(density)
    enter(memory, density)
    drawNoise(rng)
  }

  function drawNoise(rng: Stream): void {
    for (let a = 0; a < noise.length; a++) noise[a] = drawNormal(rng)
  }

  /**
   * Given the spreads the coefficients are a linear function of standard normal noise that does not depend on them. It may
   * thus move by itself, overrelaxed as the proposals are.
   */
  function moveNoise(rng: Stream): void {
    for (let a = 0; a < noise.length; a++)
      noise[a] = NOISE_AUTOREGRESSION * noise[a]! + noiseReduction * drawNormal(rng)
  }

  /** Finds z and its densities for the current φ, whose log density is given. */
  function enter(memory: Float64Array, density: number): void {
    memory[1] = density + mapFromSpreads(coordinates, phi, z)
    memory[2] = logReference(z)
  }

  /**
   * A move that would leave the reference t unchanged, accepted by the ratio of the densities' quotients: given z, the
   * t's mixing variance is inverse-gamma; given that, z is normal, and the proposal autoregressive with a negative
   * coefficient, so that successive draws of what is odd about the centre compensate each other.
   * Sources: Kamatani (2018), Stochastic Processes and their Applications 128, on mixed preconditioned Crank–Nicolson
   * steps; Adler (1981), Physical Review D 23, on overrelaxation.
   */
  function tryReference(memory: Float64Array, rng: Stream): boolean {
    const { workspace } = current.likelihood
    if (move !== null && workspace !== null) return move(memory, rng, false, workspace)
    let squares = REFERENCE_DF
    for (let i = 0; i < d; i++) squares += z[i]! * z[i]!
    const spread = reduction * Math.sqrt(squares / (2 * drawGamma(rng, 0.5 * (REFERENCE_DF + d))))
    for (let i = 0; i < d; i++) proposedZ[i] = AUTOREGRESSION * z[i]! + spread * drawNormal(rng)
    const jacobian = mapToSpreads(coordinates, proposedZ, proposed)
    const density = other.logDensity(proposed) + jacobian
    const reference = logReference(proposedZ)
    if (!(Math.log(rng.uniform()) < density - reference - (memory[1]! - memory[2]!))) return false
    accept(memory, density, reference)
    return true
  }

  /** The same for some axes after others, whose reference is a t of their own. @returns whether any was taken */
  function tryParts(memory: Float64Array, rng: Stream): boolean {
    let moved = false
    const isWalk = memory[3]! % 2 === 1
    for (let from = 0; from < d; from += part) {
      const to = Math.min(d, from + part)
      let [squares, after] = [REFERENCE_DF, REFERENCE_DF]
      for (let i = from; i < to; i++) squares += z[i]! * z[i]!
      const half = 0.5 * (REFERENCE_DF + to - from)
      const spread = isWalk ? partWalk : reduction * Math.sqrt(squares / (2 * drawGamma(rng, half)))
      for (let i = 0; i < d; i++) proposedZ[i] = z[i]!
      for (let i = from; i < to; i++) {
        proposedZ[i] = (isWalk ? 1 : AUTOREGRESSION) * z[i]! + spread * drawNormal(rng)
        after += proposedZ[i]! * proposedZ[i]!
      }
      const jacobian = mapToSpreads(coordinates, proposedZ, proposed)
      const density = other.logDensity(proposed) + jacobian
      const ratio = density - memory[1]! + (isWalk ? 0 : half * Math.log(after / squares))
      if (!(Math.log(rng.uniform()) < ratio)) continue
      accept(memory, density, logReference(proposedZ))
      if (!isWalk) memory[7]! += 2 / Math.ceil(d / part)
      moved = true
    }
    return moved
  }

  function tryWalk(memory: Float64Array, rng: Stream): boolean {
    const { workspace } = current.likelihood
    if (move !== null && workspace !== null) return move(memory, rng, true, workspace)
    for (let i = 0; i < d; i++) proposedZ[i] = z[i]! + walk * drawNormal(rng)
    const jacobian = mapToSpreads(coordinates, proposedZ, proposed)
    const density = other.logDensity(proposed) + jacobian
    if (!(Math.log(rng.uniform()) < density - memory[1]!)) return false
    accept(memory, density, logReference(proposedZ))
    return true
  }

  /** One axis of z from its conditional by slice sampling: sure to move, whatever the density's shape. */
  function moveSlice(memory: Float64Array, rng: Stream, axis: number): void {
    for (let i = 0; i < d; i++) proposedZ[i] = z[i]!
    const densityAt = (value: number): number => {
      proposedZ[axis] = value
      const jacobian = mapToSpreads(coordinates, proposedZ, proposed)
      return other.logDensity(proposed) + jacobian
    }
    const value = drawSlice(densityAt, z[axis]!, SLICE_WIDTH, Number.NEGATIVE_INFINITY, Infinity, rng)
    if (Number.isNaN(value) || value === z[axis]) return
    const density = densityAt(value)
    accept(memory, density, logReference(proposedZ))
  }

  /** Moves to the proposal, whose equations become the current ones. */
  function accept(memory: Float64Array, density: number, reference: number): void {
    for (let i = 0; i < d; i++) {
      phi[i] = proposed[i]!
      z[i] = proposedZ[i]!
    }
    memory[1] = density
    memory[2] = reference
    const before = current
    current = other
    other = before
  }

  /** Keeps the φ of warm-up and refits the proposal to those of its last stretch. */
  function adapt(memory: Float64Array): void {
    const count = memory[3]!
    const begin = REFITS[0]!
    if (count > REFITS.at(-1)!) return
    if (count > begin) {
      const x = memory.subarray(at.history + (count - begin - 1) * d, at.history + (count - begin) * d)
      x.set(phi)
      removeBounds(bounds, x)
    }
    const stage = REFITS.indexOf(count)
    if (stage === -1) return
    // A stretch in which the chain hardly moved says nothing about the scale.
    const length = count - (stage === 0 ? 0 : REFITS[stage - 1]!)
    const moves = memory[4]! / length
    const way = memory[6]!
    const stretch = memory.subarray(
      at.history + (count - begin - length) * d,
      at.history + (count - begin) * d,
    )
    memory[6] = wayFor({
      dimension: d,
      way,
      taken: memory[5]! / length,
      refused: memory[9]!,
      parts: way < PARTS ? null : memory[7]! / length,
      tails: stage === 0 ? null : tailsOf(stretch, d),
    })
    if (stage > 0 && moves > MOVED && fitToDraws(coordinates, memory.subarray(at.history), count - begin)) {
      enter(memory, current.logDensity(phi))
    }
    memory[4] = 0
    memory[5] = 0
    memory.fill(0, 7, 10)
  }
}

/** Width of a slice's first interval in coordinates of unit scale. */
const SLICE_WIDTH = 3
const SLICED =
  "few proposals for the spreads were taken: they were drawn by slice sampling, which takes more time for each sweep"
const INTERWEAVED =
  "few proposals for the spreads were taken: they were drawn by interweaved steps given the effects, which mix more slowly"

const startFailure = (value: number): NumericalError =>
  new NumericalError(`the marginal density of the spreads is ${value} at the initial values`, {
    code: "not-finite",
    hint: "state priors whose supports overlap, or use --method gibbs",
  })
