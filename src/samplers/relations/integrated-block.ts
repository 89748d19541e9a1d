/**
 * Steps of what many small groups of a block share, with the groups integrated out: by an unbiased estimate of the marginal
 * density from a few points a group, which move with it.
 */
import { normalCdf } from "../../math/normal-cdf.ts"
import { normalQuantile } from "../../math/normal-quantile.ts"
import { cholesky } from "../../math/small-dense.ts"
import { createSparseFactor, factoriseSparse, solveSparse } from "../../math/sparse-cholesky.ts"
import type { Stream } from "../../random/stream.ts"
import type { Kernel, Phase } from "../sampler.ts"
import { drawStep, tailOf } from "./autoregressive-step.ts"
import { bindWeigh } from "./block-density.ts"
import { bindBlockMoves } from "./block-moves.ts"
import { bindCensoredDensity } from "./censored-density.ts"
import { bindClimb } from "./curvature-climb.ts"
import type { CurvatureMatch } from "./curvature-match.ts"
import { bindCurvature } from "./curvature-terms.ts"
import type { Engine } from "./engine.ts"
import { bindGroupApproximation, createGroupApproximation } from "./group-approximation.ts"
import { bindGroupDensities, type ElementGroups, findLocalGroups, regroupElements } from "./local-groups.ts"
import { adaptSize, FIRST_ODDS } from "./local-steps.ts"
import { bindMarginalSteps } from "./marginal-steps.ts"
import { createApproximation } from "./normal-approximation.ts"
import { bindScalePowers } from "./scale-powers.ts"

/** Points of each group, and the generator of their lattice: powers of it modulo the number are the shifts by dimension. */
const POINTS = 5
const GENERATOR = 2
/** Elements that groups share, and scales, that the steps of `marginal-steps.ts` are learnt for. */
export const MOST_DIMENSIONS = 16
/** How far a log density may rise above the reference: it varies a little with the points. */
const STRANDED = 5
/** Size of the first walks of a scale's coordinate, a logarithm. */
const FIRST_SIZE = 0.2
/** Sweeps over which the start of Newton's steps follows the modes. */
const START_MEMORY = 50
/** Φ of points stays away from 0 and 1 by this. */
const TINY = 1e-16

/** Groups, at least: where there are fewer, steps of all elements together are long enough. */
const FEWEST_GROUPS = 128

/** Answers by block: the plan asks, and then the block that is bound. */
const answers = new WeakMap<CurvatureMatch, ElementGroups | null>()

/** The groups of a block, where they are many and what they share is little; else null. */
export function findManyGroups(match: CurvatureMatch): ElementGroups | null {
  const before = answers.get(match)
  if (before !== undefined) return before
  const answer = lookForGroups(match)
  answers.set(match, answer)
  return answer
}

function lookForGroups(match: CurvatureMatch): ElementGroups | null {
  if (match.factors.slots.length < FEWEST_GROUPS) return null
  const found = findLocalGroups(match)
  if (found === null || found.count < FEWEST_GROUPS) return null
  const groups = regroupElements(match, found)
  const dimension = groups.start[1]! + match.scales.length
  return dimension === 0 || dimension > MOST_DIMENSIONS ? null : groups
}

/**
 * Given what they share, ψ, each group has a normal approximation of its own; its points are z₁…z_K in the coordinates that this
 * makes standard. The estimate Σ_k π(ψ, u(z_k, ψ)) |du/dz| / φ(z_k) of the group's integral is weighed at a new ψ with the same
 * points, so that most of its error stays the same. One of the points is what the chain stands at; the others follow from it
 * by shifts of Φ(z) modulo 1, which leave uniform numbers uniform: given them, ψ moves with the group's point summed out, and then
 * a point is drawn.
 *
 * Sources: Andrieu, Doucet & Holenstein (2010), JRSS B 72, 269–342, for points that go on with the chain; Deligiannidis, Doucet
 * & Pitt (2018), JRSS B 80, 839–870, for estimates whose errors are correlated; Sloan & Joe (1994), Lattice methods for multiple
 * integration, for shifts.
 */
export function bindIntegratedBlock(match: CurvatureMatch, engine: Engine): Kernel | null {
  const groups = findManyGroups(match)
  if (groups === null) return null
  const { symbolic, scales, factors, coordinates } = match
  const { count, columns, start } = groups
  const n = factors.slots.length
  const m = start[1]!
  const d = scales.length
  const dimension = m + d
  const weigh = bindGroupDensities(match, groups, engine)
  const evaluate = bindCurvature(match, engine)
  const powerOf = bindScalePowers(match, engine)
  const { readElements, readScales, place, placeScales } = bindBlockMoves(match, engine)
  const { factorise, standardise, unstandardise } = bindGroupApproximation(symbolic, groups)
  const createCloud = () => ({
    approximation: createGroupApproximation(symbolic, groups),
    /** By point, log densities by group. */
    densities: Array.from({ length: POINTS }, () => new Float64Array(count)),
  })
  type Cloud = ReturnType<typeof createCloud>
  let current = createCloud()
  let proposed = createCloud()
  const phi = new Float64Array(d)
  const psi = new Float64Array(dimension)
  const u = new Float64Array(n)
  const trial = new Float64Array(n)
  const fresh = new Float64Array(n)
  const own = new Float64Array(count)
  const there = new Float64Array(count)
  const points = Array.from({ length: POINTS }, () => new Float64Array(n))
  const squares = points.map(() => new Float64Array(count))
  const weights = new Float64Array(POINTS)
  const climb = bindClimb({ coordinates, evaluate, place, logDensity: (s) => weigh(s, there) })
  // Places in the memory.
  const SIZES = STARTS + n
  const POWERS = SIZES + count
  const STEPS = POWERS + d
  // The memory of the chain that was seen last.
  let learnt: Float64Array = trial
  let starts: Float64Array = trial
  let sizes: Float64Array = trial
  let powers: Float64Array = trial
  let steps: Float64Array = trial
  // What the last step left; NaN when its approximation does not stand.
  let kept = Number.NaN
  const moved = Int32Array.from(
    [...columns.subarray(0, m)].map((column) => factors.slots[column]!).concat(...scales),
  )
  const keptValues = new Float64Array(dimension)

  /** The approximation of the groups at ψ. Moves the state. */
  const approximate = (s: Float64Array, at: Float64Array, { approximation: into }: Cloud): boolean => {
    into.from.set(starts)
    for (let i = 0; i < m; i++) into.from[columns[i]!] = at[i]!
    place(s, into.from)
    evaluate(s, into.q, into.gradient)
    return factorise(into)
  }
  const weighPoint = (s: Float64Array, cloud: Cloud, k: number): void => {
    unstandardise(cloud.approximation, points[k]!, trial)
    place(s, trial)
    weigh(s, cloud.densities[k]!)
  }
  /** Writes the weights of a group's points, divided by the largest; returns the log of their sum. */
  const weighGroup = ({ densities }: Cloud, g: number): number => {
    let most = -Infinity
    for (let k = 0; k < POINTS; k++) {
      const log = densities[k]![g]! + 0.5 * squares[k]![g]!
      weights[k] = log
      if (log > most) most = log
    }
    let sum = 0
    for (let k = 0; k < POINTS; k++) sum += weights[k] = Math.exp(weights[k]! - most) || 0
    return most + Math.log(sum)
  }
  /** Log of the estimated marginal density. */
  const estimate = (cloud: Cloud): number => {
    let total = cloud.densities[0]![0]! - cloud.approximation.logRoot
    for (let g = 1; g < count; g++) total += weighGroup(cloud, g)
    return Number.isNaN(total) ? -Infinity : total
  }
  /** Writes the scales' own coordinates at ψ. @returns false where there are none */
  const toScales = (at: Float64Array): boolean => {
    for (let k = 0; k < d; k++) {
      const x = at[m + k]!
      if (powers[k] !== 0 && !(x > 0)) return false
      phi[k] = powers[k] === 0 ? x : Math.log(x) / powers[k]!
    }
    return true
  }
  /** log |dφ/dψ| of the scales, up to a constant. */
  const logSlope = (at: Float64Array): number => {
    let total = 0
    for (let k = 0; k < d; k++) if (powers[k] !== 0) total -= Math.log(at[m + k]!)
    return total
  }
  const marginal = bindMarginalSteps({
    dimension,
    stranded: STRANDED,
    density(s, at) {
      if (!toScales(at)) return -Infinity
      placeScales(s, phi)
      if (!approximate(s, at, proposed)) return -Infinity
      for (let k = 0; k < POINTS; k++) weighPoint(s, proposed, k)
      return estimate(proposed) + logSlope(at)
    },
    accept() {
      const other = current
      current = proposed
      proposed = other
    },
  })
  /** A step of every group by itself, from the first points. */
  const moveGroups = (s: Float64Array, sweeps: number, rng: Stream, phase: Phase): void => {
    const z = points[0]!
    for (let g = 1; g < count; g++) drawStep(z, columns, start[g]!, start[g + 1]!, sizes[g]!, fresh, rng)
    unstandardise(current.approximation, fresh, trial)
    place(s, trial)
    weigh(s, there)
    for (let g = 1; g < count; g++) {
      const first = start[g]!
      const end = start[g + 1]!
      const log = there[g]! - own[g]! + tailOf(fresh, columns, first, end) - tailOf(z, columns, first, end)
      if (phase === "warmup") sizes[g] = adaptSize(sizes[g]!, log, sweeps)
      if (!(Math.log(rng.uniform()) < log)) continue
      for (let k = first; k < end; k++) z[columns[k]!] = fresh[columns[k]!]!
      own[g] = there[g]!
    }
  }
  /** The other points of each group, from its first. */
  const spread = (): void => {
    for (let k = 0; k < POINTS; k++) squares[k]!.fill(0)
    for (let g = 1; g < count; g++) {
      let shift = 1
      for (let at = start[g]!; at < start[g + 1]!; at++) {
        const column = columns[at]!
        const first = points[0]![column]!
        const p = normalCdf(first)
        squares[0]![g]! += first * first
        for (let k = 1; k < POINTS; k++) {
          const shifted = (p + ((k * shift) % POINTS) / POINTS) % 1
          const z = normalQuantile(Math.min(Math.max(shifted, TINY), 1 - TINY))
          points[k]![column] = z
          squares[k]![g]! += z * z
        }
        shift = (shift * GENERATOR) % POINTS
      }
    }
  }
  /** Draws a point of each group and writes it, in coordinates, into u; notes what the state then weighs. */
  const choose = (rng: Stream): void => {
    kept = current.densities[0]![0]!
    for (let g = 1; g < count; g++) {
      weighGroup(current, g)
      let left = 0
      for (let k = 0; k < POINTS; k++) left += weights[k]!
      left *= rng.uniform()
      let chosen = 0
      for (let k = 0; k < POINTS; k++) {
        if (weights[k] === 0) continue
        chosen = k
        left -= weights[k]!
        if (left < 0) break
      }
      for (let at = start[g]!; at < start[g + 1]!; at++) fresh[columns[at]!] = points[chosen]![columns[at]!]!
      kept += current.densities[chosen]![g]!
    }
    unstandardise(current.approximation, fresh, u)
  }
  const readShared = (s: Float64Array): void => {
    readElements(s, u)
    readScales(s, phi)
    for (let i = 0; i < m; i++) psi[i] = u[columns[i]!]!
    for (let k = 0; k < d; k++) psi[m + k] = powers[k] === 0 ? phi[k]! : Math.exp(powers[k]! * phi[k]!)
  }
  /** Moves the start of each group towards its mode. */
  const follow = (sweeps: number): void => {
    const share = 1 / Math.min(sweeps, START_MEMORY)
    fresh.fill(0)
    unstandardise(current.approximation, fresh, trial)
    for (let k = m; k < n; k++) starts[columns[k]!]! += share * (trial[columns[k]!]! - starts[columns[k]!]!)
  }
  const isKept = (s: Float64Array, phase: Phase, here: number): boolean => {
    if (phase === "warmup" || !match.isAlone || here !== kept) return false
    for (let k = 0; k < dimension; k++) if (s[moved[k]!] !== keptValues[k]) return false
    return true
  }

  /** Begins warm-up at a mode of the elements, and fits the first walks to the curvature there. */
  const begin = (s: Float64Array, memory: Float64Array, phase: Phase): void => {
    readElements(s, u)
    fresh.set(u)
    // Factors and what they multiply have no joint mode where draws are.
    if (!match.isTwisted) climb(s, u, trial, createApproximation(symbolic))
    for (let k = 0; k < n; k++) memory[STARTS + k] = u[k]!
    for (let k = 0; k < d; k++) powers[k] = powerOf(s, scales[k]!)
    marginal.scaleFirst(steps, firstFactor(s))
    memory.fill(FIRST_ODDS, SIZES, POWERS)
    memory[SWEEPS] = 1
    if (phase !== "warmup") place(s, fresh)
  }
  /** Lower factor of the covariance of what is shared, by the curvature at a state; scales beside it. */
  const firstFactor = (s: Float64Array): Float64Array => {
    const { q, gradient } = current.approximation
    const whole = createSparseFactor(symbolic)
    const factor = new Float64Array(dimension * dimension)
    readShared(s)
    for (let k = 0; k < dimension; k++)
      factor[k * dimension + k] =
        FIRST_SIZE * (k < m || powers[k - m] === 0 ? 1 : psi[k]! * Math.abs(powers[k - m]!))
    const covariance = new Float64Array(m * m)
    evaluate(s, q, gradient)
    if (!factoriseSparse(whole, q)) return factor
    for (let i = 0; i < m; i++) {
      gradient.fill(0)
      gradient[columns[i]!] = 1
      solveSparse(whole, gradient)
      for (let j = 0; j < m; j++) covariance[i * m + j] = gradient[columns[j]!]!
    }
    if (!cholesky(covariance, 0, m)) return factor
    for (let i = 0; i < m; i++)
      for (let j = 0; j <= i; j++) factor[i * dimension + j] = covariance[i * m + j]!
    return factor
  }
  const density = bindWeigh(match.weighed, engine)
  const censored = bindCensoredDensity(match.censored, engine)

  return {
    writes: Int32Array.from([...factors.slots, ...scales]),
    memoryLength: STEPS + marginal.memoryLength,
    step(s, memory, rng, phase) {
      if (memory !== learnt) {
        learnt = memory
        starts = memory.subarray(STARTS, SIZES)
        sizes = memory.subarray(SIZES, POWERS)
        powers = memory.subarray(POWERS, STEPS)
        steps = memory.subarray(STEPS)
        kept = Number.NaN
      }
      if (memory[SWEEPS] === 0) begin(s, memory, phase)
      readShared(s)
      const here = weigh(s, own)
      if (!isKept(s, phase, here) && !approximate(s, psi, current)) {
        kept = Number.NaN
        place(s, u)
        return
      }
      standardise(current.approximation, u, points[0]!)
      moveGroups(s, memory[SWEEPS]!, rng, phase)
      spread()
      current.densities[0]!.set(own)
      for (let k = 1; k < POINTS; k++) weighPoint(s, current, k)
      if (phase === "warmup") {
        follow(memory[SWEEPS]!)
        memory[SWEEPS]! += 1
      }
      marginal.enter(steps, psi)
      marginal.run(s, steps, rng, phase, psi, estimate(current) + logSlope(psi))
      toScales(psi)
      placeScales(s, phi)
      choose(rng)
      place(s, u)
      for (let k = 0; k < dimension; k++) keptValues[k] = s[moved[k]!]!
    },
    logDensity: (s) => density(s) + censored(s),
  }
}

/** Place of the number of sweeps of warm-up in the memory, and of the starts of Newton's steps. */
const SWEEPS = 0
const STARTS = 1
