/**
 * A model as arrays and relations: what BUGS text and the builder lower to. All arrays stand one after another in one
 * vector of slots (column-major, as in BUGS); a relation is a whole loop, never one object an element, and says by tables
 * of slots what each of its instances reads and writes. Index expressions are gone: they were evaluated once. Plain data.
 */
import type { Span } from "../../core/errors.ts"

/** An array of the model. Slots `offset … offset + size − 1`, the first index running fastest. */
export interface Variable {
  readonly name: string
  /** `[1]` for a scalar. */
  readonly dims: readonly number[]
  readonly offset: number
  readonly size: number
}

/** Where an instance of a relation finds a value, or the values of an array. */
export interface Reference {
  readonly variable: string
  /** As written: `beta[g[i]]`. */
  readonly text: string
  /** Values of one instance: 1 for a scalar. */
  readonly length: number
  readonly dims: readonly number[]
  /** Slots, `length` for each instance, or `length` in all when every instance reads the same. */
  readonly slots: Int32Array
  readonly shared: boolean
}

/** An element whose index is itself drawn: `mu[T[i]]`, `P[z[i], 1:3]`. */
export interface Gather {
  readonly variable: string
  readonly text: string
  readonly length: number
  readonly dims: readonly number[]
  /** By instance (one entry when shared): the slot of the element with every drawn index at 1 and offset 0. */
  readonly start: Int32Array
  readonly shared: boolean
  /** Offsets of the elements of a slice; `[0]` for a scalar. */
  readonly offsets: Int32Array
  readonly indices: readonly {
    readonly value: RelationExpr
    readonly stride: number
    readonly size: number
  }[]
  /** Slots that the element may be, by instance (once when shared): `reachLength` for each. */
  readonly reach: Int32Array
  readonly reachLength: number
}

/** An expression of one instance of a relation. `dims` null: a scalar. */
export type RelationExpr =
  | { readonly op: "number"; readonly value: number }
  /** Value of a loop variable, by instance. */
  | { readonly op: "loop"; readonly name: string; readonly values: Float64Array }
  /** A constant array. */
  | { readonly op: "array"; readonly values: Float64Array; readonly dims: readonly number[] }
  | { readonly op: "read"; readonly reference: number }
  | { readonly op: "gather"; readonly gather: number }
  | {
      readonly op: "call"
      readonly name: string
      readonly args: readonly RelationExpr[]
      readonly dims: readonly number[] | null
    }

interface RelationBase {
  /** `alpha`; the second relation of an array is `alpha#2`. */
  readonly id: string
  readonly variable: string
  /** As the user wrote it. */
  readonly text: string
  readonly size: number
  /** Loop variables, outermost first, with their value in each instance. */
  readonly loops: readonly { readonly name: string; readonly values: Int32Array }[]
  /** Slots that one instance writes; more than one for a vector or matrix. */
  readonly width: number
  readonly dims: readonly number[]
  /** `width` slots for each instance. */
  readonly writes: Int32Array
  readonly references: readonly Reference[]
  readonly gathers: readonly Gather[]
  readonly span: Span
}

export interface StochasticRelation extends RelationBase {
  readonly kind: "stochastic"
  /** Name in the table of BUGS distributions. */
  readonly distribution: string
  readonly args: readonly RelationExpr[]
  /** `T` truncates; `I` censors: the value is known to lie there, and the density is not normalised over it. */
  readonly bounds: {
    readonly kind: "T" | "I"
    readonly lower: RelationExpr | null
    readonly upper: RelationExpr | null
  } | null
  /** Data, for every instance, or none: a relation with both was split. */
  readonly observed: boolean
  /** Whether a number of trials follows from draws: then terms in it are no constants. */
  readonly hasDrawnSize?: boolean
}

export interface DeterministicRelation extends RelationBase {
  readonly kind: "deterministic"
  readonly value: RelationExpr
}

export type Relation = StochasticRelation | DeterministicRelation

export interface RelationGraph {
  readonly variables: readonly Variable[]
  /** Number of slots. */
  readonly length: number
  /** Data and what follows from data alone; NaN for what is drawn or computed from draws. */
  readonly values: Float64Array
  /** Whether a slot never changes; elements that nothing defines do not either. */
  readonly fixed: Uint8Array
  /** Slots that relations define and that follow from data alone. */
  readonly constants: Int32Array
  /** Parents before children, but for relations that feed themselves (`x[t]` from `x[t-1]`). */
  readonly relations: readonly Relation[]
  /** By relation: position of each instance in an order in which every parent comes first. */
  readonly order: readonly Int32Array[]
  /** What the reader should know: data that nothing uses. */
  readonly messages: readonly string[]
}

/** The slots that an expression's read of one instance may touch start here in `reference.slots`. */
export const referenceStart = (reference: Reference, instance: number): number =>
  reference.shared ? 0 : instance * reference.length

/** `alpha[3]`, `Sigma[1,2]`, or the bare name of a scalar. `element` counts from 0, column-major. */
export function elementName(variable: Variable, element: number): string {
  if (variable.size === 1 && variable.dims.length === 1) return variable.name
  const indices: number[] = []
  let rest = element
  for (const dim of variable.dims) {
    indices.push((rest % dim) + 1)
    rest = Math.floor(rest / dim)
  }
  return `${variable.name}[${indices.join(",")}]`
}

/** Name of the element in a slot. */
export function slotName(graph: Pick<RelationGraph, "variables">, slot: number): string {
  const variable = graph.variables.find((v) => slot >= v.offset && slot < v.offset + v.size)!
  return elementName(variable, slot - variable.offset)
}

/** Every slot that an instance of a relation reads. */
export function forEachParent(relation: Relation, instance: number, visit: (slot: number) => void): void {
  for (const reference of relation.references) {
    const start = referenceStart(reference, instance)
    for (let k = 0; k < reference.length; k++) visit(reference.slots[start + k]!)
  }
  for (const gather of relation.gathers) {
    const start = gather.shared ? 0 : instance * gather.reachLength
    for (let k = 0; k < gather.reachLength; k++) visit(gather.reach[start + k]!)
  }
}

/** Slots that instances of a relation read: `length` for each, the same for all of them when shared. */
export interface ParentTable {
  readonly slots: Int32Array
  readonly length: number
  readonly shared: boolean
}

/** Everything that the instances of a relation read, as tables, which loops go through without a call an element. */
export const parentTables = ({ references, gathers }: Relation): readonly ParentTable[] => [
  ...references,
  ...gathers.map(({ reach, reachLength, shared }) => ({ slots: reach, length: reachLength, shared })),
]

/**
 * Who reads what, in compressed rows: readers of node n are `readers[start[n]..start[n + 1])`, by relation, table and
 * instance. A reader is numbered by its relation's `base` plus its instance, and stands there as often as it reads.
 *
 * @param nodeOf by slot the node that stands for it; negative for slots that nobody asks about
 * @param nodes number of nodes
 */
export function findReaders(
  relations: readonly Relation[],
  base: Int32Array,
  nodeOf: Int32Array,
  nodes: number,
): { readonly start: Int32Array; readonly readers: Int32Array } {
  const start = new Int32Array(nodes + 1)
  for (const relation of relations)
    for (const table of parentTables(relation)) countReaders(table, relation.size, nodeOf, start)
  for (let k = 0; k < nodes; k++) start[k + 1]! += start[k]!
  const readers = new Int32Array(start[nodes]!)
  const fill = start.slice()
  relations.forEach((relation, r) => {
    for (const table of parentTables(relation))
      enterReaders(table, relation.size, base[r]!, nodeOf, fill, readers)
  })
  return { start, readers }
}

function countReaders(
  { slots, length, shared }: ParentTable,
  size: number,
  nodeOf: Int32Array,
  start: Int32Array,
): void {
  const times = shared ? size : 1
  const end = shared ? length : length * size
  for (let k = 0; k < end; k++) {
    const node = nodeOf[slots[k]!]!
    if (node >= 0) start[node + 1]! += times
  }
}

function enterReaders(
  { slots, length, shared }: ParentTable,
  size: number,
  base: number,
  nodeOf: Int32Array,
  fill: Int32Array,
  readers: Int32Array,
): void {
  for (let k = 0; k < length; k++) {
    const node = shared ? nodeOf[slots[k]!]! : -1
    if (node < 0) continue
    const at = fill[node]!
    for (let i = 0; i < size; i++) readers[at + i] = base + i
    fill[node]! += size
  }
  if (shared) return
  for (let i = 0, k = 0; i < size; i++)
    for (const end = k + length; k < end; k++) {
      const node = nodeOf[slots[k]!]!
      if (node >= 0) readers[fill[node]!++] = base + i
    }
}
