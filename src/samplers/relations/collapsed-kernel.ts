import { NumericalError } from "../../core/errors.ts"
import { slotName } from "../../models/relations/relation-graph.ts"
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
  const keptSlots = Int32Array.from(slotsOfScales)
  const keptValues = new Float64Array(keptSlots.length).fill(Number.NaN)
  const scaleRuns = match.scaleDependents.computed
  const runs = after.computed
  let logCurrent = -Infinity

  const isKept = (s: Float64Array): boolean => {
    for (let k = 0; k < keptSlots.length; k++) if (s[keptSlots[k]!] !== keptValues[k]) return false
    return true
  }
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

  return {
    writes: Int32Array.from([...slots, ...slotsOfScales]),
    memoryLength: steps.memoryLength,
    step(s, memory, rng, phase) {
      const isSame = sums.refresh(s)
      // Equations that the last step left stand where nothing but the scales, which are as they were, hangs on draws.
      const isRead = coordinates.read(s, phi)
      if (!(match.isAlone && isSame && isKept(s))) {
        equations.load(s, isSame)
        logCurrent = isRead ? weigh(s) : -Infinity
        equations.accept()
      }
      if (logCurrent === -Infinity) throw notPositive(engine, slots)
      logCurrent = steps.run(s, memory, rng, phase, phi, logCurrent)
      coordinates.write(phi, s)
      for (let k = 0; k < keptSlots.length; k++) keptValues[k] = s[keptSlots[k]!]!
      equations.draw(s, rng)
      engine.compute(s, runs, 0, runs.relation.length)
    },
    logDensity: bindWeigh(match.weighed, engine),
  }
}

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
