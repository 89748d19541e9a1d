import type { Stream } from "../../random/stream.ts"
import type { Kernel } from "../sampler.ts"
import { drawSlice } from "../slice.ts"
import { bindWeigh, type Instances } from "./block-density.ts"
import type { Dependents } from "./dependents.ts"
import type { Engine } from "./engine.ts"
import {
  countCoordinates,
  logSlopes,
  type MixtureElements,
  placeCoordinates,
  readCoordinates,
} from "./mixture-coordinates.ts"
import { createReference } from "./reference-proposal.ts"
import { relationOf } from "./site.ts"
import { bindUnchanged } from "./watch.ts"

/** Few numbers and the labels that are summed out when they move. Plain data. */
export interface SummedMatch {
  readonly elements: MixtureElements
  readonly labelSlots: Int32Array
  /** What to compute again when the elements have moved, and when the labels have. */
  readonly after: Dependents
  /** Densities that elements enter, without those of labels and of their children. */
  readonly others: readonly Instances[]
  /** All densities that elements and labels enter. */
  readonly weighed: readonly Instances[]
  /** Whether these hang on nothing drawn that another block draws. */
  readonly isAlone: boolean
}

/** What is summed out. */
export interface Labels {
  /** Log of the densities of labels and of their children, summed over all labels. */
  weigh(s: Float64Array): number
  /** Draws the labels given all else, and computes what hangs on them. */
  draw(s: Float64Array, rng: Stream): void
}

/** Steps a sweep. */
const STEPS = 2
/** Share of reference steps. */
const REFERENCE_SHARE = 0.8
/** Degrees of freedom of the reference: mixtures have long tails, where a component all but vanishes. */
const DF = 3
/** Width of slices in a coordinate before anything has been learnt. */
const WIDTH = 1

/**
 * Elements θ move on p(θ) ∏_n Σ_v p(z_n = v | θ) p(children of n | z_n = v, θ): by slices of one coordinate after another at
 * the beginning of warm-up, then by steps that have learnt from these. Then the labels z are drawn given θ, in every sweep when
 * another block looks at them, else when somebody does.
 *
 * Source: Liu (1994), The collapsed Gibbs sampler in Bayesian computations, JASA 89, 958–966.
 *
 * memory = [reference].
 */
export function bindSummedOut(match: SummedMatch, engine: Engine, labels: Labels): Kernel {
  const { elements, isAlone } = match
  const { computed } = match.after
  const d = countCoordinates(elements)
  const weighOthers = bindWeigh(match.others, engine)
  const reference = createReference(d, 0, DF)
  const phi = new Float64Array(d)
  const trial = new Float64Array(d)
  const kept = new Float64Array(d).fill(Number.NaN)
  const isSameData = bindUnchanged(
    match.weighed.filter(({ relation }) => relationOf(engine.graph, relation).observed),
    engine.graph,
  )
  let here = -Infinity

  const place = (s: Float64Array, from: Float64Array): void => {
    placeCoordinates(elements, from, s)
    engine.compute(s, computed, computed.start[0]!, computed.start[1]!)
  }
  /** Log density of the coordinates with the labels summed out, up to a constant. */
  const density = (s: Float64Array): number => {
    const total = weighOthers(s) + logSlopes(elements, s) + labels.weigh(s)
    return Number.isNaN(total) ? -Infinity : total
  }
  const isKept = (): boolean => {
    for (let k = 0; k < d; k++) if (phi[k] !== kept[k]) return false
    return true
  }
  /** One coordinate after another, by slices: far from the posterior nothing has been learnt yet. */
  const sliceEach = (s: Float64Array, rng: Stream): void => {
    for (let k = 0; k < d; k++) {
      const before = phi[k]!
      const at = (x: number): number => {
        phi[k] = x
        place(s, phi)
        return density(s)
      }
      const x = drawSlice(at, before, WIDTH, -Infinity, Infinity, rng)
      phi[k] = Number.isNaN(x) ? before : x
    }
    place(s, phi)
    here = density(s)
  }
  const late = lateSlots(match, engine)

  return {
    writes: writesOf(match),
    ...(isAlone ? { late } : {}),
    memoryLength: reference.memoryLength,
    step(s, memory, rng, phase, effects = rng) {
      readCoordinates(elements, s, phi)
      if (!(isSameData(s) && isAlone && isKept())) here = density(s)
      if (!reference.isReady(memory)) sliceEach(s, rng)
      else {
        let isPlaced = true
        for (let step = 0; step < STEPS; step++) {
          const isReference = rng.uniform() < REFERENCE_SHARE
          let log = 0
          if (isReference) log = reference.step(memory, phi, trial, rng)
          else reference.walk(memory, phi, trial, rng)
          place(s, trial)
          const there = density(s)
          log += there - here
          isPlaced = Math.log(rng.uniform()) < log
          if (isPlaced) {
            phi.set(trial)
            here = there
          }
          if (phase === "warmup" && !isReference) reference.adaptWalk(memory, Math.min(1, Math.exp(log)) || 0)
        }
        if (!isPlaced) place(s, phi)
      }
      if (phase === "warmup") reference.learn(memory, phi)
      // Coordinates as they will be read from the state.
      readCoordinates(elements, s, kept)
      if (!isAlone) labels.draw(s, rng)
      else if (effects !== null) labels.draw(s, effects)
    },
    logDensity: bindWeigh(match.weighed, engine),
  }
}

const writesOf = ({ elements: { slots, simplices }, labelSlots }: SummedMatch): Int32Array =>
  Int32Array.from([...slots, ...simplices.flatMap((own) => [...own]), ...labelSlots])

/** Labels, and what is computed from them. */
function lateSlots({ labelSlots, after: { computed } }: SummedMatch, { graph }: Engine): Int32Array {
  const found = [...labelSlots]
  for (let run = computed.start[1]!; run < computed.start[2]!; run++) {
    const { writes, width } = graph.relations[computed.relation[run]!]!
    for (let k = computed.from[run]!; k < computed.to[run]!; k++) {
      const i = computed.instances[k]!
      found.push(...writes.subarray(i * width, (i + 1) * width))
    }
  }
  return Int32Array.from(found)
}
