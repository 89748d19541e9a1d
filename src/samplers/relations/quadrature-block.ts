/** Steps of what many normal numbers of a block share, on its marginal density, with these integrated out one by one. */
import { cholesky } from "../../math/small-dense.ts"
import type { Stream } from "../../random/stream.ts"
import type { Kernel } from "../sampler.ts"
import { drawSlice } from "../slice.ts"
import { bindWeigh } from "./block-density.ts"
import type { CurvatureMatch } from "./curvature-match.ts"
import { buildNetwork, findDependents } from "./dependents.ts"
import type { Engine } from "./engine.ts"
import { findManyGroups } from "./integrated-block.ts"
import { bindLatticeDraws } from "./lattice-draws.ts"
import { bindLatticeSums } from "./lattice-sums.ts"
import { bindMarginalSteps } from "./marginal-steps.ts"
import { findOthers, leaveOut } from "./quadrature-parts.ts"
import { classifyScalars, type ScalarClasses } from "./scalar-classes.ts"
import { findScalarGroups, type ScalarGroups } from "./scalar-groups.ts"
import { bindSharedCoordinates, logPowerSlope } from "./shared-coordinates.ts"
import { bindUnchanged } from "./watch.ts"

/** Different integrals, and functions in them, beyond which a few points of each are quicker (`integrated-block.ts`). */
const MOST_CLASSES = 1000
/** Sweeps of warm-up that slice one coordinate after another: far from the posterior nothing has been learnt yet. */
const SLICED = 30
/** Those of them that tell too much of the initial values. */
const FORGOTTEN = 8
/** Width of these slices. */
const WIDTH = 1
/** Width, in sds, of the later slices, which are what leaves a long tail. */
const SLICE_WIDTH = 3
/** Share of the correlations between so few draws that the first walks believe. */
const BELIEVED = 0.5
/** Sweeps over which what the children say of their number is averaged. */
const AVERAGED = 50

/**
 * ψ, what the numbers share, moves on p(ψ) ∏ ∫ p(x_j | ψ) p(children of j | x_j, ψ) dx_j by the steps of `marginal-steps.ts`; numbers
 * with equal priors and children have equal integrals. Then the numbers are drawn given ψ, in every sweep when another
 * block looks at them, else when somebody does.
 *
 * Source: Bock & Lieberman (1970), Fitting a response model for n dichotomously scored items, Psychometrika 35, 179–197.
 *
 * memory = [sweeps of warm-up, powers of scales, what children say of each number (2 n), sliced draws: sum and products, steps].
 */
export function bindQuadratureBlock(match: CurvatureMatch, engine: Engine): Kernel | null {
  const many = findManyGroups(match)
  if (many === null) return null
  const network = buildNetwork(engine.graph)
  const groups = findScalarGroups(match, many, network, engine)
  if (groups === null || countClasses(groups, engine) > MOST_CLASSES) return null
  const { scales, factors, isAlone, after } = match
  const shared = many.columns.slice(0, many.start[1]!)
  const coordinates = bindSharedCoordinates(match, shared, engine)
  const { dimension, slots: moved } = coordinates
  const n = groups.slots.length
  const weighOthers = bindWeigh(findOthers(match, groups), engine)
  const own = findDependents(network, [moved]).computed
  const runs = leaveOut(own, groups.reached, engine)
  const sums = bindLatticeSums(groups, engine)
  const drawNumbers = bindLatticeDraws(groups, sums.lattice)
  const isSameData = bindUnchanged(
    groups.children.map(({ number, instances }) => ({ relation: number, instances })),
    engine.graph,
  )
  const psi = new Float64Array(dimension)
  const trial = new Float64Array(dimension)
  const keptValues = new Float64Array(dimension).fill(Number.NaN)
  // Places in the memory.
  const SAYS = POWERS + dimension
  const SLICES = SAYS + 2 * n
  const STEPS = SLICES + dimension + dimension * dimension
  let learnt: Float64Array = trial
  let powers: Float64Array = trial
  let linear: Float64Array = trial
  let curvature: Float64Array = trial
  let steps: Float64Array = trial
  let classes: ScalarClasses | null = null
  const ofClass = { linear: new Float64Array(n), curvature: new Float64Array(n) }
  let kept = Number.NaN
  // Whether what children say is taken from each sum to the next: far from the posterior it changes a lot.
  let isFollowing = false
  let positive: readonly number[] = []

  /** Writes what is shared, and computes what hangs on it alone. @returns false where there is no such state */
  const place = (s: Float64Array, at: Float64Array): boolean => {
    if (!coordinates.place(s, powers, at)) return false
    engine.compute(s, runs, 0, runs.relation.length)
    return true
  }
  /** Log density of what is shared at a state, numbers integrated out. */
  const weigh = (s: Float64Array): number => {
    let total = weighOthers(s) + coordinates.logSlope(s)
    if (!(total > -Infinity)) return -Infinity
    total += sums.sum(s, classes!, ofClass.linear, ofClass.curvature)
    if (isFollowing && total > -Infinity) sums.read(ofClass.linear, ofClass.curvature)
    return Number.isNaN(total) ? -Infinity : total
  }
  const logSlope = (at: Float64Array): number => logPowerSlope(powers, at)
  const density = (s: Float64Array, at: Float64Array): number =>
    place(s, at) ? weigh(s) + logSlope(at) : -Infinity
  let current = -Infinity
  let proposed = -Infinity
  const marginal = bindMarginalSteps({
    dimension,
    density(s, at) {
      if (!place(s, at)) return -Infinity
      proposed = weigh(s)
      return proposed + logSlope(at)
    },
    accept() {
      current = proposed
    },
  })
  /** The coordinate that a sweep slices: in every other one of those that have tails towards 0. */
  const turn = (time: number): number => {
    if (positive.length === 0) positive = Array.from(powers.keys()).filter((k) => powers[k] !== 0)
    const half = time >> 1
    return (time & 1) === 0 && positive.length > 0 ? positive[half % positive.length]! : half % dimension
  }
  /** A slice along ψ_k, or its logarithm where it is positive: that is where a spike at 0 is flat. ψ is left in `psi`. */
  const slice = (s: Float64Array, k: number, width: number, rng: Stream): void => {
    const before = psi[k]!
    const isLog = powers[k] !== 0
    const at = (x: number): number => {
      psi[k] = isLog ? Math.exp(x) : x
      return density(s, psi) + (isLog ? x : 0)
    }
    const from = isLog ? Math.log(before) : before
    const x = drawSlice(at, from, width, -Infinity, Infinity, rng)
    psi[k] = Number.isNaN(x) ? before : isLog ? Math.exp(x) : x
  }
  /** Fits the first walks to the draws of slices. */
  const fitWalks = (memory: Float64Array): void => {
    const count = SLICED - FORGOTTEN
    const factor = new Float64Array(dimension * dimension)
    for (let i = 0; i < dimension; i++)
      for (let j = 0; j <= i; j++) {
        const product = memory[SLICES + dimension + i * dimension + j]!
        const covariance = (product - (memory[SLICES + i]! * memory[SLICES + j]!) / count) / (count - 1)
        factor[i * dimension + j] = i === j ? covariance : BELIEVED * covariance
        factor[j * dimension + i] = factor[i * dimension + j]!
      }
    for (let i = 0; i < dimension; i++) {
      const mean = memory[SLICES + i]! / count
      const width = SLICE_WIDTH * Math.sqrt(factor[i * (dimension + 1)]!)
      memory[SLICES + i] = powers[i] === 0 ? width : Math.min(WIDTH, width / mean)
    }
    if (!cholesky(factor, 0, dimension)) return
    for (let i = 0; i < dimension; i++) factor.fill(0, i * dimension + i + 1, (i + 1) * dimension)
    marginal.scaleFirst(steps, factor)
  }
  const gather = (memory: Float64Array): void => {
    for (let i = 0; i < dimension; i++) {
      memory[SLICES + i]! += psi[i]!
      for (let j = 0; j <= i; j++) memory[SLICES + dimension + i * dimension + j]! += psi[i]! * psi[j]!
    }
  }
  /** Takes note of what the children say of each number, from the last sum. */
  const learn = (sweeps: number): void => {
    const share = 1 / Math.min(sweeps + 1, AVERAGED)
    sums.read(ofClass.linear, ofClass.curvature)
    const { ofNumber } = classes!
    for (let k = 0; k < n; k++) {
      const c = ofNumber[k]!
      linear[k]! += share * (ofClass.linear[c]! - linear[k]!)
      curvature[k]! += share * (ofClass.curvature[c]! - curvature[k]!)
    }
    spreadSays()
  }
  /** By class what was noted of its first number. */
  const spreadSays = (): void => {
    const { first } = classes!
    for (let c = 0; c < first.length; c++) {
      ofClass.linear[c] = linear[first[c]!]!
      ofClass.curvature[c] = curvature[first[c]!]!
    }
  }
  const isKept = (s: Float64Array): boolean => {
    if (!isAlone || Number.isNaN(kept)) return false
    for (let k = 0; k < dimension; k++) if (s[moved[k]!] !== keptValues[k]) return false
    return true
  }
  const jointDensity = bindWeigh(match.weighed, engine)

  return {
    writes: Int32Array.from([...factors.slots, ...scales]),
    ...(isAlone
      ? { late: Int32Array.from(groups.reached.keys()).filter((slot) => groups.reached[slot] === 1) }
      : {}),
    memoryLength: STEPS + marginal.memoryLength,
    step(s, memory, rng, phase, effects = rng) {
      const isSame = isSameData(s)
      if (!isSame) classes = classifyScalars(groups, s)
      if (memory !== learnt || !isSame) {
        learnt = memory
        powers = memory.subarray(POWERS, SAYS)
        linear = memory.subarray(SAYS, SAYS + n)
        curvature = memory.subarray(SAYS + n, SLICES)
        steps = memory.subarray(STEPS)
        kept = Number.NaN
        if (memory[BEGUN] === 0) {
          coordinates.writePowers(s, powers)
          memory[BEGUN] = 1
        }
        spreadSays()
      }
      const isLearning = phase === "warmup"
      const sweep = memory[SWEEPS]!
      coordinates.read(s, powers, psi)
      current = isLearning || !isKept(s) ? weigh(s) : kept
      if (isLearning) {
        if (current > -Infinity) learn(sweep)
        memory[SWEEPS]! += 1
        if (sweep < SLICED) {
          isFollowing = true
          for (let k = 0; k < dimension; k++) slice(s, k, WIDTH, rng)
          place(s, psi)
          isFollowing = false
          spreadSays()
          current = weigh(s)
          if (sweep >= FORGOTTEN) gather(memory)
        } else if (sweep === SLICED) fitWalks(memory)
      }
      memory[TIME]! += 1
      if (sweep > SLICED) {
        const k = turn(memory[TIME]!)
        slice(s, k, memory[SLICES + k]!, rng)
        place(s, psi)
        current = weigh(s)
      }
      marginal.enter(steps, psi)
      marginal.run(s, steps, rng, phase, psi, current + logSlope(psi))
      place(s, psi)
      kept = isLearning ? Number.NaN : current
      for (let k = 0; k < dimension; k++) keptValues[k] = s[moved[k]!]!
      const stream = isAlone ? effects : rng
      if (stream === null) return
      if (weigh(s) > -Infinity) drawNumbers(s, classes!, stream)
      engine.compute(s, after.computed, 0, after.computed.relation.length)
    },
    logDensity: jointDensity,
  }
}

/** Integrals and functions in them that differ, for the data of the model. */
function countClasses(groups: ScalarGroups, { graph }: Engine): number {
  const { count, instances } = classifyScalars(groups, graph.values)
  return instances.reduce((total, { length }) => total + length, count)
}

/** Places in the memory. */
const BEGUN = 0
const SWEEPS = 1
const TIME = 2
const POWERS = 3
