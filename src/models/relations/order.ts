import { findReaders, parentTables, type Relation } from "./relation-graph.ts"

/** The relation and instance that write each slot; −1 where none does. */
export interface Owners {
  readonly relation: Int32Array
  readonly instance: Int32Array
}

/** Who writes each of `length` slots. */
export function findOwners(relations: readonly Relation[], length: number): Owners {
  const relation = new Int32Array(length).fill(-1)
  const instance = new Int32Array(length).fill(-1)
  relations.forEach(({ width, writes }, r) => {
    for (let k = 0; k < writes.length; k++) relation[writes[k]!] = r
    if (width === 1) for (let k = 0; k < writes.length; k++) instance[writes[k]!] = k
    else for (let k = 0; k < writes.length; k++) instance[writes[k]!] = Math.floor(k / width)
  })
  return { relation, instance }
}

/** Who writes and who reads what, by tables. */
export interface RelationIndex {
  readonly owners: Owners
  /** First global number of each relation's instances, and how many there are in all. */
  readonly base: Int32Array
  /** Readers of a slot that a relation writes: `readers[start[slot]..start[slot + 1])`, global numbers. */
  readonly start: Int32Array
  readonly readers: Int32Array
}

const indices = new WeakMap<readonly Relation[], RelationIndex>()

/** The index of relations over `length` slots; made once for a list of relations. */
export function indexRelations(relations: readonly Relation[], length: number): RelationIndex {
  const found = indices.get(relations)
  if (found !== undefined) return found
  const owners = findOwners(relations, length)
  const base = new Int32Array(relations.length + 1)
  relations.forEach((relation, r) => {
    base[r + 1] = base[r]! + relation.size
  })
  const written = new Int32Array(length)
  for (let slot = 0; slot < length; slot++) written[slot] = owners.relation[slot]! < 0 ? -1 : slot
  const index = { owners, base, ...findReaders(relations, base, written, length) }
  indices.set(relations, index)
  return index
}

/** An order of all instances of all relations with parents first, or the slots of a cycle. */
export type Order = { readonly order: readonly Int32Array[] } | { readonly cycle: readonly number[] }

/**
 * Orders instances so that parents come first (Kahn 1962), and reports a cycle where there is none.
 * @returns by relation the position of each instance
 */
export function orderInstances(relations: readonly Relation[], length: number): Order {
  const { owners, base, start, readers } = indexRelations(relations, length)
  const total = base[relations.length]!
  const waiting = new Int32Array(total)
  for (let k = 0; k < readers.length; k++) waiting[readers[k]!]!++
  const queue = new Int32Array(total)
  let tail = 0
  for (let k = 0; k < total; k++) if (waiting[k] === 0) queue[tail++] = k
  const relationOf = new Int32Array(total)
  relations.forEach((_, r) => {
    relationOf.fill(r, base[r]!, base[r + 1]!)
  })
  for (let head = 0; head < tail; head++) {
    const id = queue[head]!
    const r = relationOf[id]!
    const { width, writes } = relations[r]!
    const from = (id - base[r]!) * width
    tail = release(writes, from, from + width, start, readers, waiting, queue, tail)
  }
  if (tail < total) return { cycle: findCycle(relations, owners, base, waiting) }
  const position = new Int32Array(total)
  for (let k = 0; k < total; k++) position[queue[k]!] = k
  return { order: relations.map((_, r) => position.slice(base[r]!, base[r + 1]!)) }
}

/** Counts down who reads slots `writes[from..to)`; who waits for nobody else joins the queue. @returns its new end */
function release(
  writes: Int32Array,
  from: number,
  to: number,
  start: Int32Array,
  readers: Int32Array,
  waiting: Int32Array,
  queue: Int32Array,
  end: number,
): number {
  let tail = end
  for (let w = from; w < to; w++)
    for (let e = start[writes[w]!]!, last = start[writes[w]! + 1]!; e < last; e++)
      if (--waiting[readers[e]!]! === 0) queue[tail++] = readers[e]!
  return tail
}

/** Slots of a cycle among the instances that still wait for a parent, each reading the one before it. */
function findCycle(
  relations: readonly Relation[],
  owners: Owners,
  base: Int32Array,
  waiting: Int32Array,
): number[] {
  const locate = (id: number) => {
    let r = 0
    while (base[r + 1]! <= id) r++
    return { relation: relations[r]!, instance: id - base[r]! }
  }
  const seen: number[] = []
  let id = waiting.findIndex((count) => count > 0)
  while (!seen.includes(id)) {
    seen.push(id)
    const { relation, instance } = locate(id)
    for (const { slots, length, shared } of parentTables(relation)) {
      const first = shared ? 0 : instance * length
      for (let k = first; k < first + length; k++) {
        const owner = owners.relation[slots[k]!]!
        const parent = owner < 0 ? -1 : base[owner]! + owners.instance[slots[k]!]!
        if (parent >= 0 && waiting[parent]! > 0) id = parent
      }
    }
  }
  return seen
    .slice(seen.indexOf(id))
    .reverse()
    .map((member) => {
      const { relation, instance } = locate(member)
      return relation.writes[instance * relation.width]!
    })
}
