import { InternalError } from "../../core/errors.ts"
import { findOwners } from "../../models/relations/order.ts"
import type { Kernel } from "../sampler.ts"
import { drawValue } from "./draw-value.ts"
import type { Engine, WeighedFunctions } from "./engine.ts"
import { compileLabelChild, hasSharedArguments, inlineLabels, type LabelChild } from "./label-children.ts"
import { relationOf } from "./site.ts"
import { bindSummedOut, type SummedMatch } from "./summed-out.ts"

/** Plain data of a block of a mixture. */
export interface MixtureMatch extends SummedMatch {
  readonly labelRelation: number
  readonly labelInstances: Int32Array
  /** Values of every label. */
  readonly values: readonly number[]
  readonly children: readonly LabelChild[]
  /** Of the elements. */
  readonly relations: readonly number[]
}

/** A mixture: each label has children of its own, and is drawn from its full conditional. */
export function bindMixtureBlock(match: MixtureMatch, engine: Engine): Kernel {
  const { labelSlots, values } = match
  const { computed } = match.after
  const count = values.length
  const logs = new Float64Array(labelSlots.length * count)
  const weighLabels = bindLabels(match, engine, logs)
  return bindSummedOut(match, engine, {
    weigh(s) {
      weighLabels(s)
      return sumLogs(logs, count)
    },
    draw(s, rng) {
      weighLabels(s)
      for (let n = 0; n < labelSlots.length; n++) {
        const chosen = drawValue(rng, logs, n * count, count, engine, labelSlots[n]!)
        s[labelSlots[n]!] = values[chosen]!
      }
      engine.compute(s, computed, computed.start[1]!, computed.start[2]!)
    },
  })
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
    // A label with which a child has no density cannot be.
    for (let k = 0; k < logs.length; k++) if (Number.isNaN(logs[k]!)) logs[k] = -Infinity
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
