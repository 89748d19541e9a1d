/**
 * Collapsed Gibbs for Gaussian hierarchical models: the spreads are drawn from their marginal posterior, coefficients
 * and effects integrated out, then coefficients and effects exactly and jointly given the spreads.
 *
 * The spreads move by a Metropolis–Hastings step that would leave unchanged a multivariate t fitted at the mode (and again
 * to the draws of warm-up), alternating with random-walk steps so that a heavy tail or a boundary is no trap. Sources: van
 * Dyk & Park (2008), JASA 103, on collapsing; Tierney (1994), Annals of Statistics 22, section 2.4, on combining kernels.
 * Where few of these steps are taken in warm-up, slices along the axes move the spreads as well.
 */
import { NumericalError } from "../../core/errors.ts"
import { drawGamma } from "../../random/gamma.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"
import { isRefusal, type Refusal, refusal } from "../conditional.ts"
import type { LoweringContext } from "../kernel/program.ts"
import type { BindOptions, Kernel } from "../sampler.ts"
import { drawSlice } from "../slice.ts"
import { applyBounds, type BoundedSd, boundedSds, removeBounds } from "./bounds.ts"
import { type Coordinates, fitToDraws, mapFromSpreads, mapToSpreads } from "./coordinates.ts"
import { findGaussianModel, type GaussianModel, otherNodes } from "./gaussian-model.ts"
import { classifyLevels } from "./level-classes.ts"
import { bindMarginal, type MarginalData } from "./marginal.ts"
import { bindMove } from "./move-code.ts"
import { findNests, reduceNests } from "./nested-statistics.ts"
import { fitAtMode, type Proposal } from "./proposal.ts"
import { AUTOREGRESSION, logReference, memoryLayout, REFERENCE_DF, walkScale } from "./reference.ts"
import {
  coordinatesOf,
  insideSupport,
  readCoordinates,
  type SpreadPrior,
  spreadPrior,
  writeState,
} from "./spread-space.ts"
import { joinSlots, reduceRows } from "./statistics.ts"

export interface CollapsedMatch {
  readonly model: GaussianModel
  readonly priors: readonly (SpreadPrior | null)[]
}

export interface LoweredCollapsed extends MarginalData {
  readonly bounds: readonly BoundedSd[]
  /** Of φ without its bounds. */
  readonly proposal: Proposal
  /** Moves of the spreads alone before the first sweep of warm-up. */
  readonly pilot: number
}

/** Takes a whole model: every latent node is a coefficient, an effect or the spread of some. */
export function matchCollapsed(context: LoweringContext): CollapsedMatch | Refusal {
  const model = findGaussianModel(context)
  if (isRefusal(model)) return model
  const [other] = otherNodes(context.graph, model)
  if (other !== undefined)
    return refusal("other-node", `${other} is neither a coefficient nor an effect nor a spread`)
  const priors: (SpreadPrior | null)[] = []
  const nodes = new Set<string>()
  for (const spread of spreadsOf(model)) {
    const prior = spreadPrior(context.graph, spread)
    if (prior !== null && isRefusal(prior)) return prior
    if (spread.node !== null && nodes.has(spread.node))
      return refusal("shared-spread", `${spread.node} is shared`)
    if (spread.node !== null) nodes.add(spread.node)
    priors.push(prior)
  }
  return { model, priors }
}

const spreadsOf = (model: GaussianModel) => [...model.effects.map((e) => e.spread), model.residual]

/**
 * Reduces the rows and fits the proposal; both are the same for every chain.
 * @param cost multiplications of one factorisation
 */
export function lowerCollapsed({ model, priors }: CollapsedMatch, cost: number): LoweredCollapsed {
  const nests = findNests(model)
  const { statistics, nested } =
    nests === null ? { statistics: reduceRows(model), nested: null } : reduceNests(model, nests)
  const data: MarginalData = {
    statistics,
    classes: nested === null ? classifyLevels(statistics) : null,
    nested,
    coefficients: model.coefficients,
    spreads: spreadsOf(model),
    priors,
  }
  const marginal = bindMarginal(data)
  const bounds = boundedSds(data.spreads, priors)
  const phi = new Float64Array(marginal.dimension)
  const logDensity = (x: Float64Array): number => {
    phi.set(x)
    const jacobian = applyBounds(bounds, phi)
    return marginal.logDensity(phi) + jacobian
  }
  const start = startingPoint(data, marginal.dimension)
  removeBounds(bounds, start)
  const pilot = Math.floor(Math.min(PILOT_MOVES, PILOT_MULTIPLICATIONS / Math.max(1, cost)))
  return { ...data, bounds, proposal: fitAtMode(logDensity, start), pilot }
}

/** Moves before warm-up, and the multiplications that they may take: some twenty milliseconds. */
const PILOT_MOVES = 1000
const PILOT_MULTIPLICATIONS = 2e7

/** All sds at that of the residuals from the coefficients alone, or where their priors allow them. */
function startingPoint(data: MarginalData, dimension: number): Float64Array {
  const phi = new Float64Array(dimension)
  const { squares, rows } = data.statistics
  const logSd = 0.5 * Math.log(Math.max(squares / rows, 1e-300))
  let at = 0
  data.spreads.forEach((spread, k) => {
    const prior = data.priors[k]!
    if (prior === null) return
    phi.fill(insideSupport(spread, prior, logSd), at, at + spread.q)
    at += coordinatesOf(spread)
  })
  return phi
}

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
/** Share of the reference steps of warm-up's last stretch that must be taken: with fewer, slices move the spreads. */
const ENOUGH = 0.15

/**
 * memory = [have φ, log density of z, log reference density, sweeps, sweeps of this stretch that moved, reference steps of
 * this stretch that were taken, whether slices are drawn, φ (d), z (d), centre (d), factor (d²), skew (d), noise of the
 * coefficients, unbounded φ since the first stretch].
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
  const scratch = new Float64Array(Math.max(...spreads.map(({ q }) => q * q)))
  const { statistics, nested } = data
  const effectSlots = nested?.slots ?? statistics.ownSlots
  const reduction = Math.sqrt(1 - AUTOREGRESSION ** 2)
  const noiseReduction = Math.sqrt(1 - NOISE_AUTOREGRESSION ** 2)
  const walk = walkScale(d)
  let seen: Float64Array | null = null
  let phi: Float64Array = proposed
  let z: Float64Array = proposedZ
  let noise: Float64Array = proposed
  const { bounds } = data
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
    notes: (memory) => (memory[6] === 1 ? [SLICED] : []),
  }

  /** One move of the spreads: whether it was one. */
  function moveSpreads(memory: Float64Array, rng: Stream): boolean {
    let moved = tryReference(memory, rng)
    if (moved) memory[5]! += 1
    memory[3]! += 1
    if (memory[3]! % WALK_EVERY === 0 && tryWalk(memory, rng)) moved = true
    if (memory[6] === 1) {
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
    memory[6] = memory[5]! < ENOUGH * length ? 1 : 0
    if (stage > 0 && moves > MOVED && fitToDraws(coordinates, memory.subarray(at.history), count - begin)) {
      enter(memory, current.logDensity(phi))
    }
    memory[4] = 0
    memory[5] = 0
  }
}

/** Width of a slice's first interval in coordinates of unit scale. */
const SLICE_WIDTH = 3
const SLICED =
  "few proposals for the spreads were taken: they were drawn by slice sampling, which takes more time for each sweep"

const startFailure = (value: number): NumericalError =>
  new NumericalError(`the marginal density of the spreads is ${value} at the initial values`, {
    code: "not-finite",
    hint: "state priors whose supports overlap, or use --method gibbs",
  })
