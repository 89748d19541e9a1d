/**
 * Elements of a block in sets such that no child hangs on two elements of a set: one pass of tangents along all of a set gives the
 * slopes by each. Source: Curtis, Powell & Reid (1974), On the estimation of sparse Jacobian matrices, IMA Journal of Applied
 * Mathematics 13, 117–119.
 */
import type { Relation, RelationGraph } from "../../models/relations/relation-graph.ts"
import { findDependents, type Network, type TargetRuns } from "./dependents.ts"
import type { Engine } from "./engine.ts"
import type { FactorPattern } from "./factor-pattern.ts"

/** Plain data. */
export interface ColumnSets {
  /** Slot of each element. */
  readonly slots: Int32Array
  /** Elements of set k: `columns[start[k]..start[k + 1])`. */
  readonly start: Int32Array
  readonly columns: Int32Array
  /** By set, what carries derivatives to the children. */
  readonly computed: TargetRuns
}

/** Sets that an element is tried in, the latest ones. */
const MOST_OPEN = 8

/**
 * Sets found by taking elements in their order into the first set that has nobody to meet.
 * @param weighed by element the children that hang on it
 */
export function findColumnSets(network: Network, slots: Int32Array, weighed: TargetRuns): ColumnSets {
  const { base, owners, relationOf } = network
  const { relation, from, to, instances } = weighed
  const sets: number[][] = []
  const open: { readonly columns: number[]; readonly taken: Uint8Array }[] = []
  const own = (column: number): number =>
    base[owners.relation[slots[column]!]!]! + owners.instance[slots[column]!]!
  const isFree = (taken: Uint8Array, column: number): boolean => {
    if (taken[own(column)] === 1) return false
    for (let k = weighed.start[column]!; k < weighed.start[column + 1]!; k++) {
      const first = base[relation[k]!]!
      for (let n = from[k]!, end = to[k]!; n < end; n++) if (taken[first + instances[n]!] === 1) return false
    }
    return true
  }
  for (let column = 0; column < slots.length; column++) {
    let set = open.find(({ taken }) => isFree(taken, column))
    if (set === undefined) {
      set = { columns: [], taken: new Uint8Array(relationOf.length) }
      sets.push(set.columns)
      if (open.push(set) > MOST_OPEN) open.shift()
    }
    const { columns, taken } = set
    columns.push(column)
    taken[own(column)] = 1
    for (let k = weighed.start[column]!; k < weighed.start[column + 1]!; k++) {
      const first = base[relation[k]!]!
      for (let n = from[k]!, end = to[k]!; n < end; n++) taken[first + instances[n]!] = 1
    }
  }
  const start = new Int32Array(sets.length + 1)
  sets.forEach((columns, k) => {
    start[k + 1] = start[k]! + columns.length
  })
  const columns = Int32Array.from(sets.flat())
  const all = columns.map((column) => slots[column]!)
  const targets = sets.map((_, k) => all.subarray(start[k]!, start[k + 1]!))
  return { slots, start, columns, computed: findDependents(network, targets).computed }
}

/** No elements: for blocks whose slopes never change. */
export const NO_SETS: ColumnSets = {
  slots: new Int32Array(0),
  start: new Int32Array(1),
  columns: new Int32Array(0),
  computed: {
    start: new Int32Array(1),
    relation: new Int32Array(0),
    from: new Int32Array(0),
    to: new Int32Array(0),
    instances: new Int32Array(0),
  },
}

/** Rows of a pattern by set: of set k the instances `list[start[k]..start[k + 1])`, their slopes at `places` of the pattern. */
export interface SetRows {
  readonly start: Int32Array
  readonly list: Int32Array
  readonly columns: Int32Array
  readonly places: Int32Array
  /** Rows of the largest set. */
  readonly most: number
}

/** @param instances by row of the pattern the instance to take slopes of */
export function findSetRows(
  sets: ColumnSets,
  { columns: all, columnStart, columnInstance, columnPlace }: FactorPattern,
  instances: Int32Array,
): SetRows {
  const count = sets.start.length - 1
  const start = new Int32Array(count + 1)
  const list = new Int32Array(all.length)
  const columns = new Int32Array(all.length)
  const places = new Int32Array(all.length)
  let at = 0
  let most = 0
  for (let set = 0; set < count; set++) {
    for (let c = sets.start[set]!; c < sets.start[set + 1]!; c++) {
      const column = sets.columns[c]!
      for (let k = columnStart[column]!; k < columnStart[column + 1]!; k++) {
        list[at] = instances[columnInstance[k]!]!
        columns[at] = column
        places[at++] = columnPlace[k]!
      }
    }
    start[set + 1] = at
    most = Math.max(most, at - start[set]!)
  }
  return { start, list, columns, places, most }
}

/** Values of a graph with 0 for what is not known: a state at which slopes that never change are taken. */
export function anyState({ values }: RelationGraph): Float64Array {
  const s = values.slice()
  for (let slot = 0; slot < s.length; slot++) if (Number.isNaN(s[slot]!)) s[slot] = 0
  return s
}

/** Sets to 0 what instances `list[from..to)` write. */
function clear(
  t: Float64Array,
  { width, writes }: Relation,
  list: Int32Array,
  from: number,
  to: number,
): void {
  if (width === 1) for (let n = from; n < to; n++) t[writes[list[n]!]!] = 0
  else
    for (let n = from; n < to; n++)
      for (let w = list[n]! * width, end = w + width; w < end; w++) t[writes[w]!] = 0
}

/**
 * A function that calls `visit` for each set with derivatives along its elements in the tangents t. Allocates nothing when called.
 * @param scale derivative of each element by its coordinate, read at every call; null where elements are their own
 */
export function bindTangents(
  { slots, start, columns, computed }: ColumnSets,
  engine: Engine,
  scale: Float64Array | null,
): (s: Float64Array, visit: (set: number, t: Float64Array) => void) => void {
  const { relations, length } = engine.graph
  const t = new Float64Array(length)
  return (s, visit) => {
    for (let set = 0; set + 1 < start.length; set++) {
      for (let c = start[set]!; c < start[set + 1]!; c++) {
        const column = columns[c]!
        t[slots[column]!] = scale === null ? 1 : scale[column]!
      }
      const first = computed.start[set]!
      const last = computed.start[set + 1]!
      engine.differentiate(s, t, computed, first, last)
      visit(set, t)
      for (let c = start[set]!; c < start[set + 1]!; c++) t[slots[columns[c]!]!] = 0
      for (let k = first; k < last; k++) {
        clear(t, relations[computed.relation[k]!]!, computed.instances, computed.from[k]!, computed.to[k]!)
      }
    }
  }
}
