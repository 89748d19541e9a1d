/**
 * Data with equal arguments, whose log density is linear in the value: their sum is the density at their mean times their
 * number, so that one row stands for all of them (a thousand exposures with four rates).
 */

import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { type EqualInstances, findDrawn, findEqualInstances } from "../../models/relations/equal-instances.ts"
import type { RelationGraph } from "../../models/relations/relation-graph.ts"
import { writeDensity } from "./density-text.ts"
import { noConstants } from "./emit.ts"
import { makeFunction } from "./engine.ts"
import { relationOf } from "./site.ts"

/** Distributions with `log p(y) = y a + b` + a term in y (and whole sizes) alone, a and b functions of the arguments. */
const LINEAR: readonly string[] = ["dpois", "dbin", "dbern"]

/** Classes of equal rows. */
export interface MergedRows extends EqualInstances {
  /** Slots of the values, in the order of `members`. */
  readonly slots: Int32Array
}

/** Classes of equal rows among instances of a relation that is data; null where merging them does not pay or is not possible. */
export function findMergedRows(
  graph: RelationGraph,
  relation: number,
  instances: Int32Array,
): MergedRows | null {
  const one = relationOf(graph, relation)
  if (!one.observed || one.bounds !== null || one.hasDrawnSize === true) return null
  if (!LINEAR.includes(lookupBugsDistribution(one.distribution).name)) return null
  const found = findEqualRows(graph, relation, instances)
  return found === null ? null : { ...found, slots: found.members.map((i) => one.writes[i]!) }
}

/** What was found of a relation's instances; planning, binding and the blocks of one model ask about the same. */
interface EqualRows {
  readonly instances: Int32Array
  readonly found: EqualInstances | null
}

const equalRows = new WeakMap<RelationGraph, Map<number, EqualRows[]>>()
/** Answers kept of one relation. */
const MOST_ANSWERS = 4

/** Classes of instances with equal arguments; null where fewer than half have an equal. */
export function findEqualRows(
  graph: RelationGraph,
  relation: number,
  instances: Int32Array,
): EqualInstances | null {
  const byRelation = equalRows.get(graph) ?? new Map<number, EqualRows[]>()
  equalRows.set(graph, byRelation)
  const answers = byRelation.get(relation) ?? []
  byRelation.set(relation, answers)
  const before = answers.find((answer) => areSame(answer.instances, instances))
  if (before !== undefined) return before.found
  const found = findEqualInstances(graph, graph.relations[relation]!, instances, drawnIn(graph))
  if (answers.length < MOST_ANSWERS) answers.push({ instances, found })
  return found
}

function areSame(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length || a[0] !== b[0]) return false
  for (let k = 1; k < a.length; k++) if (a[k] !== b[k]) return false
  return true
}

const drawn = new WeakMap<RelationGraph, Uint8Array>()

function drawnIn(graph: RelationGraph): Uint8Array {
  const found = drawn.get(graph) ?? findDrawn(graph)
  drawn.set(graph, found)
  return found
}

/** Mean value of class c. */
export function meanOf(s: Float64Array, { start, slots }: MergedRows, c: number): number {
  const from = start[c]!
  const to = start[c + 1]!
  let sum = 0
  for (let k = from; k < to; k++) sum += s[slots[k]!]!
  return sum / (to - from)
}

/** Writes the mean value of each class into `out`. */
export function readMeans(s: Float64Array, rows: MergedRows, out: Float64Array): void {
  for (let c = 0; c < out.length; c++) out[c] = meanOf(s, rows, c)
}

/** A function that sums the log densities of merged rows, without terms in the data alone. */
export function bindMergedDensity(
  graph: RelationGraph,
  relation: number,
  rows: MergedRows,
): (s: Float64Array) => number {
  const own = bindMergedRows(graph, relation, rows, new Int32Array(rows.first.length))
  const out = new Float64Array(1)
  return (s) => {
    out[0] = 0
    own(s, out)
    return out[0]!
  }
}

/** A function that adds the log density of each class of merged rows to its group's place in `out`. */
export function bindMergedRows(
  graph: RelationGraph,
  relation: number,
  rows: MergedRows,
  groups: Int32Array,
): (s: Float64Array, out: Float64Array) => void {
  const one = relationOf(graph, relation)
  const { first, start } = rows
  const constants = noConstants()
  const { head, lines, value } = writeDensity(one, constants)
  const evaluate = makeFunction<
    (
      s: Float64Array,
      list: Int32Array,
      means: Float64Array,
      counts: Float64Array,
      groups: Int32Array,
      out: Float64Array,
      to: number,
    ) => void
  >(
    ["s", "list", "means", "counts", "groups", "out", "to"],
    `${head.join("\n")}\nfor (let n = 0; n < to; n++) {\nconst i = list[n];\nconst x = means[n];\n${lines.join("\n")}\nout[groups[n]] += counts[n] * ${value};\n}`,
    constants,
  )
  const means = new Float64Array(first.length)
  const counts = Float64Array.from(first, (_, c) => start[c + 1]! - start[c]!)
  return (s, out) => {
    readMeans(s, rows, means)
    evaluate(s, first, means, counts, groups, out, first.length)
  }
}
