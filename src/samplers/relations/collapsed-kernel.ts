import { NumericalError } from "../../core/errors.ts"
import { slotName } from "../../models/relations/relation-graph.ts"
import { drawNormal } from "../../random/normal.ts"
import type { Stream } from "../../random/stream.ts"
import type { Kernel } from "../sampler.ts"
import { bindWeigh, type Instances } from "./block-density.ts"
import { bindClassEquations } from "./collapsed-equations.ts"
import { bindSparseEquations } from "./collapsed-sparse.ts"
import { sumGroups } from "./collapsed-sums.ts"
import { bindPrecisionWeights } from "./collapsed-weights.ts"
import type { Dependents } from "./dependents.ts"
import type { Engine } from "./engine.ts"
import type { GaussianMatch } from "./gaussian-kernel.ts"
import { bindMarginalSteps } from "./marginal-steps.ts"
import { bindScaleCoordinates, type Scales } from "./scale-coordinates.ts"

/** Plain data of a collapsed draw. */
export interface CollapsedBlockMatch extends GaussianMatch {
  /** By group: whether its rows are reduced to sums. */
  readonly reduced: Uint8Array
  readonly scales: Scales
  readonly scaleDependents: Dependents
  readonly weighed: readonly Instances[]
  /** Whether these hang on nothing drawn that another block draws. */
  readonly isAlone: boolean
}

/**
 * Source: van Dyk & Park (2008), JASA 103, on collapsing; Rue & Held (2005), section 4.1, for the marginal density of the
 * scales: p(φ | y) ∝ p(φ) Π |P_g|^{n_g/2} |Q|^{−1/2} exp(−(c − b'Q⁻¹b)/2).
 */
export function bindCollapsedBlock(match: CollapsedBlockMatch, engine: Engine): Kernel {
  const { factors, after, reduced, scales } = match
  const { slots, groups } = factors
  const slotsOfScales = [...scales.slots, ...scales.matrices.flatMap((matrix) => [...matrix.slots])]
  const coordinates = bindScaleCoordinates(scales, engine)
  const d = coordinates.dimension
  const sums = sumGroups(match, engine)
  const { terms } = sums
  const precisions = bindPrecisionWeights(groups, terms, engine)
  const equations =
    (reduced.includes(0) ? null : bindClassEquations(match, sums)) ?? bindSparseEquations(match, sums, engine)
  const weights = new Float64Array(terms.length)
  const phi = new Float64Array(d)
  // Noise that nothing but the elements hangs on, which hang on no draws of other blocks, may move by itself.
  const isFree = match.isAlone && !reduced.includes(0)
  const keptSlots = Int32Array.from(isFree ? [...slotsOfScales, ...slots] : slotsOfScales)
  const scaleRuns = match.scaleDependents.computed
  const runs = after.computed
  let logCurrent = -Infinity
  let seen: Float64Array | null = null

  /** Marginal density of the scales of the state, whose equations are then those proposed. */
  const weigh = (s: Float64Array): number => {
    precisions.read(s, weights)
    const log = precisions.logDeterminant(s) + 0.5 * equations.propose(weights) + coordinates.logPrior(s)
    return Number.isNaN(log) ? -Infinity : log
  }
  const steps = bindMarginalSteps({
    dimension: d,
    density(s, at) {
      coordinates.write(at, s)
      engine.compute(s, scaleRuns, 0, scaleRuns.relation.length)
      return weigh(s)
    },
    accept: () => equations.accept(),
  })

  const keptAt = steps.memoryLength
  const noiseAt = keptAt + keptSlots.length
  const n = slots.length
  const z = new Float64Array(n)
  /** Whether the state has what the last step left. */
  const areKept = (s: Float64Array, memory: Float64Array): boolean => {
    for (let k = 0; k < keptSlots.length; k++) if (s[keptSlots[k]!] !== memory[keptAt + k]) return false
    return true
  }
  const moveNoise = (memory: Float64Array, rng: Stream): void => {
    for (let k = 0; k < n; k++) {
      z[k] = NOISE_AUTOREGRESSION * memory[noiseAt + k]! + NOISE_REDUCTION * drawNormal(rng)
      memory[noiseAt + k] = z[k]!
    }
  }
  const drawNoise = (memory: Float64Array, rng: Stream): void => {
    for (let k = 0; k < n; k++) z[k] = drawNormal(rng)
    if (isFree) memory.set(z, noiseAt)
  }

  return {
    writes: Int32Array.from([...slots, ...slotsOfScales]),
    memoryLength: noiseAt + (isFree ? n : 0),
    step(s, memory, rng, phase) {
      const isSame = sums.refresh(s)
      const isKept = areKept(s, memory)
      const isRead = isKept || coordinates.read(s, phi)
      // Equations that the last step left stand where nothing but the scales, which are as they were, hangs on draws.
      if (!(match.isAlone && isSame && isKept && memory === seen)) {
        equations.load(s, isSame)
        logCurrent = isRead ? weigh(s) : -Infinity
        equations.accept()
        seen = memory
      }
      if (logCurrent === -Infinity) throw notPositive(engine, slots)
      if (!isKept) steps.enter(memory, phi)
      logCurrent = steps.run(s, memory, rng, phase, phi, logCurrent)
      coordinates.write(phi, s)
      if (isFree && isSame && isKept) moveNoise(memory, rng)
      else drawNoise(memory, rng)
      equations.draw(s, z)
      for (let k = 0; k < keptSlots.length; k++) memory[keptAt + k] = s[keptSlots[k]!]!
      engine.compute(s, runs, 0, runs.relation.length)
    },
    logDensity: bindWeigh(match.weighed, engine),
  }
}

/** Autocorrelation of noise that moves by itself, as in the formula's sampler: successive draws compensate each other. */
const NOISE_AUTOREGRESSION = -0.4
const NOISE_REDUCTION = Math.sqrt(1 - NOISE_AUTOREGRESSION * NOISE_AUTOREGRESSION)

function notPositive({ graph }: Engine, slots: Int32Array): NumericalError {
  const names = [...slots].slice(0, 4).map((slot) => slotName(graph, slot))
  return new NumericalError(
    `the precision matrix of ${names.join(", ")}${slots.length > 4 ? ", …" : ""} is not positive definite`,
    {
      code: "not-positive-definite",
      where: names[0]!,
      hint: "give proper priors, or take a column that follows from others out of the model",
    },
  )
}
