/** Instances of a loop that read the same: the same slots, or data with the same values. */
import type { Relation, RelationExpr, RelationGraph } from "./relation-graph.ts"

/** Instances in classes of equals. Plain data. */
export interface EqualInstances {
  /** One of each class, in the order in which they come first. */
  readonly first: Int32Array
  /** Of class c: `members[start[c]..start[c + 1])`. */
  readonly start: Int32Array
  readonly members: Int32Array
}

/** Loops shorter than this are left alone, and those with more values an instance. */
const LEAST_INSTANCES = 8
const MOST_VALUES = 24
/** Instances looked at first, times the root of their number. */
const PICKS = 4

/**
 * Finds classes of instances whose expressions have the same value whatever is drawn. Data that were observed as draws count by
 * their slot, since a simulation puts other values there.
 *
 * @param instances of the relation
 * @param isObserved by slot: written by a stochastic relation
 * @returns null where fewer than half of the instances have an equal
 */
export function findEqualInstances(
  { values, fixed }: RelationGraph,
  relation: Relation,
  instances: ArrayLike<number>,
  isObserved: Uint8Array,
): EqualInstances | null {
  const { references, gathers } = relation
  const count = instances.length
  const width = references.reduce((total, { length, shared }) => total + (shared ? 0 : length), 0)
  if (count < LEAST_INSTANCES || width > MOST_VALUES) return null
  const expressions =
    relation.kind === "deterministic"
      ? [relation.value]
      : [
          ...relation.args,
          ...(relation.bounds === null ? [] : [relation.bounds.lower, relation.bounds.upper]),
        ]
  const loops = [
    ...expressions,
    ...gathers.flatMap(({ indices }) => indices.map(({ value }) => value)),
  ].flatMap((e) => (e === null ? [] : loopsIn(e)))
  const parts: Part[] = []
  for (const { slots, length, shared } of references)
    if (!shared) for (let k = 0; k < length; k++) parts.push({ kind: "slots", slots, length, first: k })
  for (const { start, shared } of gathers)
    if (!shared) parts.push({ kind: "slots", slots: start, length: 1, first: 0, isAddress: true })
  for (const column of loops) parts.push({ kind: "numbers", column })
  const read = (list: ArrayLike<number>) =>
    parts.map((part) => readPart(part, list, values, fixed, isObserved))
  const some = pickSome(instances)
  if (some.length < count && findClasses(read(some), some.length, some.length - 1) === null) return null
  const found = findClasses(read(instances), count, count >> 1)
  if (found === null) return null
  const { classOf, first } = found
  const start = new Int32Array(first.length + 1)
  for (let n = 0; n < count; n++) start[classOf[n]! + 1]!++
  for (let c = 0; c < first.length; c++) start[c + 1]! += start[c]!
  const fill = start.slice()
  const members = new Int32Array(count)
  for (let n = 0; n < count; n++) members[fill[classOf[n]!]!++] = instances[n]!
  return { first: first.map((n) => instances[n]!), start, members }
}

/** One of the things that an instance reads: a slot, where something starts, or a number. */
type Part =
  | {
      readonly kind: "slots"
      readonly slots: Int32Array
      readonly length: number
      readonly first: number
      readonly isAddress?: true
    }
  | { readonly kind: "numbers"; readonly column: Float64Array }

/** What a part is in each instance, as numbers that are equal where it is: a value that never changes, or which slot it is. */
interface PartColumn {
  readonly numbers: Float64Array
  /** 1 where the number is a value. */
  readonly isValue: Uint8Array
}

function readPart(
  part: Part,
  instances: ArrayLike<number>,
  values: Float64Array,
  fixed: Uint8Array,
  isObserved: Uint8Array,
): PartColumn {
  const count = instances.length
  const numbers = new Float64Array(count)
  const isValue = new Uint8Array(count)
  if (part.kind === "numbers") {
    for (let n = 0; n < count; n++) numbers[n] = part.column[instances[n]!]! + 0
    return { numbers, isValue }
  }
  const { slots, length, first } = part
  const isAddress = part.isAddress === true
  for (let n = 0; n < count; n++) {
    const slot = slots[instances[n]! * length + first]!
    if (isAddress || fixed[slot] === 0 || isObserved[slot] === 1) numbers[n] = slot
    else {
      // The zero that has a sign is the other zero's equal.
      numbers[n] = values[slot]! + 0
      isValue[n] = 1
    }
  }
  return { numbers, isValue }
}

/**
 * Instances picked at random, always the same, so many that half of all having an equal leaves a chance below e⁻⁸ that no two
 * of those picked are equal.
 */
function pickSome(instances: ArrayLike<number>): ArrayLike<number> {
  const count = instances.length
  const wanted = Math.ceil(PICKS * Math.sqrt(count))
  if (2 * wanted > count) return instances
  const picked = new Set<number>()
  for (let k = 1; picked.size < wanted; k++) picked.add(instances[scramble(k) % count]!)
  return Int32Array.from(picked)
}

/** A number below 2³² that tells nothing of k without this function. Source: Wellons (2018), hash "lowbias32". */
function scramble(k: number): number {
  let h = Math.imul(k ^ (k >>> 16), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b)
  return (h ^ (h >>> 16)) >>> 0
}

/** By row its class, and of each class the first row, in the order in which they come first; null where there are more classes than `most`. */
function findClasses(columns: readonly PartColumn[], count: number, most: number) {
  const hashes = new Int32Array(count)
  for (const column of columns) hashColumn(column, hashes)
  let size = 16
  while (size < 2 * count) size *= 2
  // Classes by the hash of their rows, counted from 1; the next place where one is taken by another class.
  const table = new Int32Array(size)
  const classOf = new Int32Array(count)
  const first = new Int32Array(most)
  let classes = 0
  for (let n = 0; n < count; n++) {
    let at = (hashes[n]! ^ (hashes[n]! >>> 15)) & (size - 1)
    let found = table[at]!
    while (found > 0 && !areEqual(columns, first[found - 1]!, n)) {
      at = (at + 1) & (size - 1)
      found = table[at]!
    }
    if (found === 0) {
      if (classes === most) return null
      first[classes++] = n
      found = classes
      table[at] = found
    }
    classOf[n] = found - 1
  }
  return { classOf, first: first.slice(0, classes) }
}

function hashColumn({ numbers }: PartColumn, hashes: Int32Array): void {
  const words = new Int32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length)
  for (let n = 0; n < hashes.length; n++)
    hashes[n] = Math.imul(Math.imul(hashes[n]!, 31) + words[2 * n]!, 31) + words[2 * n + 1]!
}

function areEqual(columns: readonly PartColumn[], a: number, b: number): boolean {
  for (let k = 0; k < columns.length; k++) {
    const { numbers, isValue } = columns[k]!
    const x = numbers[a]!
    const y = numbers[b]!
    if (isValue[a] !== isValue[b] || (x !== y && !(Number.isNaN(x) && Number.isNaN(y)))) return false
  }
  return true
}

function loopsIn(e: RelationExpr): readonly Float64Array[] {
  if (e.op === "loop") return [e.values]
  return e.op === "call" ? e.args.flatMap(loopsIn) : []
}

/** By slot: whether a stochastic relation writes it. */
export function findDrawn({ relations, length }: RelationGraph): Uint8Array {
  const found = new Uint8Array(length)
  for (const { kind, writes } of relations) if (kind === "stochastic") markSlots(writes, found)
  return found
}

function markSlots(slots: Int32Array, mark: Uint8Array): void {
  for (let k = 0; k < slots.length; k++) mark[slots[k]!] = 1
}

/** Whether every slot of a table is marked. */
function areMarked(slots: Int32Array, mark: Uint8Array): boolean {
  for (let k = 0; k < slots.length; k++) if (mark[slots[k]!] === 0) return false
  return true
}

/**
 * A graph in which readers of elements that are computed alike all read the first of them, so that the others need not be
 * computed where nobody looks at them. Everything else stays as it is.
 */
export function shareEqualInstances(graph: RelationGraph): RelationGraph {
  const drawn = findDrawn(graph)
  const first = new Int32Array(graph.length)
  for (let slot = 0; slot < graph.length; slot++) first[slot] = slot
  // A relation that some later one, or itself, feeds is part of a cycle.
  const written = graph.fixed.slice()
  for (const { kind, writes } of graph.relations) if (kind === "stochastic") markSlots(writes, written)
  let isChanged = false
  const relations = graph.relations.map((relation): Relation => {
    const shared = isChanged ? readFirst(relation, first) : relation
    if (shared.kind === "stochastic") return shared
    const { width, writes, references, gathers } = shared
    const isReady = gathers.length === 0 && references.every(({ slots }) => areMarked(slots, written))
    markSlots(writes, written)
    if (width !== 1 || !isReady) return shared
    const instances = new Int32Array(shared.size).map((_, i) => i)
    const found = findEqualInstances(graph, shared, instances, drawn)
    if (found === null) return shared
    isChanged = true
    found.first.forEach((i, c) => {
      for (let k = found.start[c]!; k < found.start[c + 1]!; k++)
        first[writes[found.members[k]!]!] = writes[i]!
    })
    return shared
  })
  return isChanged ? { ...graph, relations: relations.map((relation) => readFirst(relation, first)) } : graph
}

/** A relation that reads the first of equals; itself where it reads no others. */
function readFirst<R extends Relation>(relation: R, first: Int32Array): R {
  const moves = relation.references.map(({ slots }) => slots.some((slot) => first[slot] !== slot))
  if (!moves.includes(true)) return relation
  return {
    ...relation,
    references: relation.references.map((reference, k) =>
      moves[k] === true ? { ...reference, slots: reference.slots.map((slot) => first[slot]!) } : reference,
    ),
  }
}
