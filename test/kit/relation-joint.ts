/**
 * An interpreter of models of relations that shares nothing with the engine: expressions are walked, densities are the
 * distributions' own with every normalising term, truncation included.
 */
import { lookupBugsDistribution } from "../../src/models/bugs/distribution-table.ts"
import { lookupFunction } from "../../src/models/functions/registry.ts"
import type {
  Relation,
  RelationExpr,
  RelationGraph,
  StochasticRelation,
} from "../../src/models/relations/relation-graph.ts"
import type { Stream } from "../../src/random/stream.ts"

interface Value {
  /** Null for a number. */
  readonly dims: readonly number[] | null
  readonly values: readonly number[]
}

const number = (x: number): Value => ({ dims: null, values: [x] })

/** The value of an expression of one instance at a state. */
export function evaluateExpr(relation: Relation, i: number, e: RelationExpr, s: Float64Array): Value {
  switch (e.op) {
    case "number":
      return number(e.value)
    case "loop":
      return number(e.values[i]!)
    case "array":
      return { dims: e.dims, values: [...e.values] }
    case "read": {
      const { slots, length, dims, shared } = relation.references[e.reference]!
      const from = shared ? 0 : i * length
      if (length === 1) return number(s[slots[from]!]!)
      return { dims, values: Array.from({ length }, (_, k) => s[slots[from + k]!]!) }
    }
    case "gather": {
      const { start, shared, offsets, indices, dims, length } = relation.gathers[e.gather]!
      let base = start[shared ? 0 : i]!
      for (const { value, stride, size } of indices) {
        const k = evaluateExpr(relation, i, value, s).values[0]!
        if (!(k >= 1 && k <= size))
          return { dims: length === 1 ? null : dims, values: [...offsets].map(() => NaN) }
        base += (k - 1) * stride
      }
      return { dims: length === 1 ? null : dims, values: [...offsets].map((offset) => s[base + offset]!) }
    }
    case "call": {
      const f = lookupFunction(e.name, e.args.length)
      const args = e.args.map((arg) => evaluateExpr(relation, i, arg, s))
      if (f.kind === "scalar") {
        if (e.dims === null) return number(f.evaluate(...args.map(({ values }) => values[0]!)))
        const size = Math.max(...args.map(({ values }) => values.length))
        const values = Array.from({ length: size }, (_, k) =>
          f.evaluate(...args.map((arg) => (arg.dims === null ? arg.values[0]! : arg.values[k]!))),
        )
        return { dims: e.dims, values }
      }
      const out = new Float64Array(e.dims?.reduce((a, b) => a * b, 1) ?? 1)
      f.evaluate(
        args.map(({ dims, values }) => ({ dims: dims ?? [1], values: Float64Array.from(values) })),
        out,
      )
      return { dims: e.dims, values: [...out] }
    }
  }
}

const sequences = new WeakMap<RelationGraph, readonly { relation: Relation; i: number }[]>()

/** Every instance of every relation, parents first. */
export function sequenceOf(graph: RelationGraph): readonly { relation: Relation; i: number }[] {
  const known = sequences.get(graph)
  if (known !== undefined) return known
  const sequence = graph.relations
    .flatMap((relation, r) =>
      Array.from({ length: relation.size }, (_, i) => ({ relation, i, position: graph.order[r]![i]! })),
    )
    .sort((a, b) => a.position - b.position)
  sequences.set(graph, sequence)
  return sequence
}

const slotsOf = ({ writes, width }: Relation, i: number): number[] =>
  width === 1 ? [writes[i]!] : [...writes.subarray(i * width, (i + 1) * width)]

/** Computes everything deterministic, in place. */
export function refresh(graph: RelationGraph, s: Float64Array): void {
  for (const { relation, i } of sequenceOf(graph)) {
    if (relation.kind !== "deterministic") continue
    const { values } = evaluateExpr(relation, i, relation.value, s)
    slotsOf(relation, i).forEach((slot, k) => {
      s[slot] = values[k]!
    })
  }
}

/** Arguments of one instance, one after another, padded to four for distributions of numbers. */
function argumentsOf(relation: StochasticRelation, i: number, s: Float64Array) {
  const starts: number[] = []
  const lengths: number[] = []
  const all: number[] = []
  for (const arg of relation.args) {
    const { values } = evaluateExpr(relation, i, arg, s)
    starts.push(all.length)
    lengths.push(values.length)
    all.push(...values)
  }
  const args = new Float64Array(all.length + 4)
  args.set(all)
  return { args, starts, lengths }
}

function boundsOf(relation: StochasticRelation, i: number, s: Float64Array): [number, number] {
  const end = (e: RelationExpr | null | undefined, otherwise: number): number =>
    e === null || e === undefined ? otherwise : evaluateExpr(relation, i, e, s).values[0]!
  return [end(relation.bounds?.lower, -Infinity), end(relation.bounds?.upper, Infinity)]
}

/** Log density of one instance given its parents, with every term. */
export function logDensityOf(relation: StochasticRelation, i: number, s: Float64Array): number {
  const d = lookupBugsDistribution(relation.distribution)
  const { args, starts, lengths } = argumentsOf(relation, i, s)
  const [a, b, c, e] = [args[0], args[1], args[2], args[3]]
  const x = slotsOf(relation, i).map((slot) => s[slot]!)
  if (d.calling === "arrays") return d.logDensity(Float64Array.from(x), 0, x.length, args, starts, lengths)
  const density = d.logDensity(x[0]!, a!, b!, c!, e!)
  if (relation.bounds === null) return density
  const [lower, upper] = boundsOf(relation, i, s)
  if (!(x[0]! >= lower && x[0]! <= upper)) return -Infinity
  return relation.bounds.kind === "I" ? density : density - d.logMass(lower, upper, a!, b!, c!, e!)
}

/** Log joint density of everything stochastic, and the sum of the sizes of its terms. */
export function logJointOf(graph: RelationGraph, s: Float64Array): { value: number; magnitude: number } {
  let value = 0
  let magnitude = 0
  for (const relation of graph.relations) {
    if (relation.kind !== "stochastic") continue
    for (let i = 0; i < relation.size; i++) {
      const term = logDensityOf(relation, i, s)
      value += term
      magnitude += Math.abs(term)
    }
  }
  return { value, magnitude }
}

/** Draws one instance given its parents, in place. */
export function drawInstance(relation: StochasticRelation, i: number, s: Float64Array, rng: Stream): void {
  const d = lookupBugsDistribution(relation.distribution)
  const { args, starts, lengths } = argumentsOf(relation, i, s)
  const slots = slotsOf(relation, i)
  const [a, b, c, e] = [args[0], args[1], args[2], args[3]]
  const out = new Float64Array(slots.length)
  if (d.calling === "arrays") d.sample(rng, out, 0, out.length, args, starts, lengths)
  else if (relation.bounds === null) out[0] = d.sample(rng, a!, b!, c!, e!)
  else {
    const [lower, upper] = boundsOf(relation, i, s)
    out[0] = d.sampleTruncated(rng, lower, upper, a!, b!, c!, e!)
  }
  slots.forEach((slot, k) => {
    s[slot] = out[k]!
  })
}

/** Draws everything, or only the data or only the rest, parents first, in place. */
export function simulate(
  graph: RelationGraph,
  s: Float64Array,
  rng: Stream,
  which: "all" | "data" | "drawn" = "all",
): void {
  for (const { relation, i } of sequenceOf(graph)) {
    if (relation.kind === "deterministic") {
      const { values } = evaluateExpr(relation, i, relation.value, s)
      slotsOf(relation, i).forEach((slot, k) => {
        s[slot] = values[k]!
      })
    } else if (which === "all" || (which === "data") === relation.observed) drawInstance(relation, i, s, rng)
  }
}
