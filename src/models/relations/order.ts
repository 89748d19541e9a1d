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
  relations.forEach(({ size, width, writes }, r) => {
    for (let i = 0; i < size; i++)
      for (let k = 0; k < width; k++) {
        relation[writes[i * width + k]!] = r
        instance[writes[i * width + k]!] = i
      }
  })
  return { relation, instance }
}

/** An order of all instances of all relations with parents first, or the slots of a cycle. */
export type Order = { readonly order: readonly Int32Array[] } | { readonly cycle: readonly number[] }

/**
 * Orders instances so that parents come first (Kahn 1962), and reports a cycle where there is none.
 * @returns by relation the position of each instance
 */
export function orderInstances(relations: readonly Relation[], length: number): Order {
  const owners = findOwners(relations, length)
  const base = new Int32Array(relations.length + 1)
  relations.forEach((relation, r) => {
    base[r + 1] = base[r]! + relation.size
  })
  const total = base[relations.length]!
  const idOf = new Int32Array(length)
  for (let slot = 0; slot < length; slot++)
    idOf[slot] = owners.relation[slot]! < 0 ? -1 : base[owners.relation[slot]!]! + owners.instance[slot]!
  const { start, readers: children } = findReaders(relations, base, idOf, total)
  const waiting = new Int32Array(total)
  for (let k = 0; k < children.length; k++) waiting[children[k]!]!++

  const queue = new Int32Array(total)
  let head = 0
  let tail = 0
  for (let k = 0; k < total; k++) if (waiting[k] === 0) queue[tail++] = k
  const position = new Int32Array(total)
  while (head < tail) {
    const id = queue[head]!
    position[id] = head++
    for (let e = start[id]!; e < start[id + 1]!; e++)
      if (--waiting[children[e]!]! === 0) queue[tail++] = children[e]!
  }
  if (tail < total) return { cycle: findCycle(relations, base, idOf, waiting) }
  return { order: relations.map((_, r) => position.slice(base[r]!, base[r + 1]!)) }
}

/** Slots of a cycle among the instances that still wait for a parent, each reading the one before it. */
function findCycle(
  relations: readonly Relation[],
  base: Int32Array,
  idOf: Int32Array,
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
        const parent = idOf[slots[k]!]!
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
