import { InternalError } from "../../core/errors.ts"
import { findOwners } from "../../models/relations/order.ts"
import type { Stream } from "../../random/stream.ts"
import type { Kernel } from "../sampler.ts"
import { drawSlice } from "../slice.ts"
import { bindWeigh, type Instances } from "./block-density.ts"
import type { Dependents } from "./dependents.ts"
import { drawValue } from "./draw-value.ts"
import type { Engine, WeighedFunctions } from "./engine.ts"
import { compileLabelChild, hasSharedArguments, inlineLabels, type LabelChild } from "./label-children.ts"
import {
  countCoordinates,
  logSlopes,
  type MixtureElements,
  placeCoordinates,
  readCoordinates,
} from "./mixture-coordinates.ts"
import { createReference } from "./reference-proposal.ts"
import { relationOf } from "./site.ts"

/** Plain data of a block of a mixture. */
export interface MixtureMatch {
  readonly elements: MixtureElements
  readonly labelRelation: number
  readonly labelInstances: Int32Array
  readonly labelSlots: Int32Array
  /** Values of every label. */
  readonly values: readonly number[]
  readonly children: readonly LabelChild[]
  /** What to compute again when the elements have moved, and when the labels have. */
  readonly after: Dependents
  /** Densities that elements enter, without those of labels and of their children. */
  readonly others: readonly Instances[]
  /** All densities that elements and labels enter. */
  readonly weighed: readonly Instances[]
  /** Whether these hang on nothing drawn that another block draws. */
  readonly isAlone: boolean
  /** Of the elements. */
  readonly relations: readonly number[]
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
export function bindMixtureBlock(match: MixtureMatch, engine: Engine): Kernel {
  const { elements, labelSlots, values, isAlone } = match
  const { computed } = match.after
  const d = countCoordinates(elements)
  const count = values.length
  const logs = new Float64Array(labelSlots.length * count)
  const weighLabels = bindLabels(match, engine, logs)
  const weighOthers = bindWeigh(match.others, engine)
  const reference = createReference(d, 0, DF)
  const phi = new Float64Array(d)
  const trial = new Float64Array(d)
  const kept = new Float64Array(d).fill(Number.NaN)
  const isSameData = bindWatch(match, engine)
  let here = -Infinity

  const place = (s: Float64Array, from: Float64Array): void => {
    placeCoordinates(elements, from, s)
    engine.compute(s, computed, computed.start[0]!, computed.start[1]!)
  }
  /** Log density of the coordinates with the labels summed out, up to a constant; leaves log weights of labels in `logs`. */
  const density = (s: Float64Array): number => {
    weighLabels(s)
    const total = weighOthers(s) + logSlopes(elements, s) + sumLogs(logs, count)
    return Number.isNaN(total) ? -Infinity : total
  }
  const drawLabels = (s: Float64Array, rng: Stream): void => {
    weighLabels(s)
    for (let n = 0; n < labelSlots.length; n++) {
      const chosen = drawValue(rng, logs, n * count, count, engine, labelSlots[n]!)
      s[labelSlots[n]!] = values[chosen]!
    }
    engine.compute(s, computed, computed.start[1]!, computed.start[2]!)
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
      if (!isAlone) drawLabels(s, rng)
      else if (effects !== null) drawLabels(s, effects)
    },
    logDensity: bindWeigh(match.weighed, engine),
  }
}

const writesOf = ({ elements: { slots, simplices }, labelSlots }: MixtureMatch): Int32Array =>
  Int32Array.from([...slots, ...simplices.flatMap((own) => [...own]), ...labelSlots])

/** Labels, and what is computed from them. */
function lateSlots({ labelSlots, after: { computed } }: MixtureMatch, { graph }: Engine): Int32Array {
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

/** A function that writes, label by label, the log weight of each value given the rest. */
function bindLabels(
  { labelRelation, labelInstances, labelSlots, values, children }: MixtureMatch,
  engine: Engine,
  logs: Float64Array,
): (s: Float64Array) => void {
  const { graph } = engine
  const labels = relationOf(graph, labelRelation)
  const f = engine.functions[labelRelation]!
  if (f.kind !== "stochastic") throw new InternalError("a computed relation has no labels")
  const own = new Set(labelSlots)
  const isLabel = (slot: number) => own.has(slot)
  const reached = findReached(engine, own)
  const network = { graph, owners: findOwners(graph.relations, graph.length) }
  const count = values.length
  const parts = children.map(({ relation, instances, labels: label }) => {
    const inlined = inlineLabels(network, relationOf(graph, relation), instances, isLabel, reached)
    if (inlined === null) throw new InternalError("the children of labels cannot be written down")
    const weigh = compileLabelChild(inlined, isLabel, values)
    return { weigh, instances, places: label.map((n) => n * count) }
  })
  const isShared = hasSharedArguments(labels)
  const writePrior = bindPrior(f)
  return (s) => {
    if (isShared) {
      writePrior(s, labelInstances[0]!, logs, 0)
      for (let k = count; k < logs.length; k++) logs[k] = logs[k - count]!
    } else for (let n = 0; n < labelInstances.length; n++) writePrior(s, labelInstances[n]!, logs, n * count)
    for (let k = 0; k < parts.length; k++) {
      const { weigh, instances, places } = parts[k]!
      weigh(s, instances, places, instances.length, logs)
    }
  }
}

/** Slots of labels and of all that is computed from them. */
function findReached({ graph }: Engine, labels: ReadonlySet<number>): (slot: number) => boolean {
  const reached = new Set(labels)
  let before = -1
  while (reached.size > before) {
    before = reached.size
    for (const relation of graph.relations) {
      if (relation.kind !== "deterministic") continue
      const { references, gathers, size, width, writes } = relation
      for (let i = 0; i < size; i++) {
        const reads =
          references.some(({ slots, shared, length }) =>
            slots.subarray(shared ? 0 : i * length, shared ? length : (i + 1) * length).some(hasSlot),
          ) || gathers.some(({ reach }) => reach.some(hasSlot))
        if (reads) for (let w = i * width; w < (i + 1) * width; w++) reached.add(writes[w]!)
      }
    }
  }
  function hasSlot(slot: number): boolean {
    return reached.has(slot)
  }
  return hasSlot
}

/** A function that writes the log probabilities of the values of a label. */
function bindPrior({
  distribution,
  args: argsOf,
  argsLength,
}: WeighedFunctions): (s: Float64Array, instance: number, out: Float64Array, at: number) => void {
  const args = new Float64Array(argsLength)
  if (distribution.name === "dbern")
    return (s, i, out, at) => {
      argsOf(s, i, args)
      out[at] = Math.log1p(-args[0]!)
      out[at + 1] = Math.log(args[0]!)
    }
  return (s, i, out, at) => {
    argsOf(s, i, args)
    let total = 0
    for (let k = 0; k < argsLength; k++) total += args[k]!
    for (let k = 0; k < argsLength; k++) out[at + k] = Math.log(args[k]! / total)
  }
}

/** Beyond this a product of sums is turned into its logarithm. */
const LARGE = 1e250

/** Σ_n log Σ_k exp(logs[n, k]), rows of `count`. */
function sumLogs(logs: Float64Array, count: number): number {
  let total = 0
  let product = 1
  for (let at = 0; at < logs.length; at += count) {
    let largest = logs[at]!
    let place = 0
    for (let k = 1; k < count; k++)
      if (logs[at + k]! > largest) {
        largest = logs[at + k]!
        place = k
      }
    let sum = 1
    for (let k = 0; k < count; k++) if (k !== place) sum += Math.exp(logs[at + k]! - largest)
    total += largest
    product *= sum
    if (product > LARGE) {
      total += Math.log(product)
      product = 1
    }
  }
  return total + Math.log(product)
}

/** A function that says whether what is observed and weighed is as it was when it was called last. */
function bindWatch({ weighed }: MixtureMatch, { graph }: Engine): (s: Float64Array) => boolean {
  const slots = Int32Array.from(
    weighed.flatMap(({ relation, instances }) => {
      const { observed, width, writes } = relationOf(graph, relation)
      return observed ? [...instances].flatMap((i) => [...writes.subarray(i * width, (i + 1) * width)]) : []
    }),
  )
  const seen = new Float64Array(slots.length).fill(Number.NaN)
  return (s) => {
    let isSame = true
    for (let k = 0; k < slots.length; k++)
      if (s[slots[k]!] !== seen[k]) {
        seen[k] = s[slots[k]!]!
        isSame = false
      }
    return isSame
  }
}
