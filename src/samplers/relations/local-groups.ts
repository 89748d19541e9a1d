/** Elements of a block that fall into many small groups given the few that all of these share. */
import type { SparseSymbolic } from "../../math/sparse-cholesky.ts"
import { bindCensoredDensities } from "./censored-density.ts"
import { coordinateSlope, logSlopes } from "./curvature-coordinates.ts"
import type { CurvatureMatch } from "./curvature-match.ts"
import type { Engine } from "./engine.ts"
import { bindMergedRows, findMergedRows } from "./merged-rows.ts"

/** Elements of a group, at most, and groups, at least. */
const MOST_LOCAL = 8
const FEWEST_GROUPS = 3

/** Group 0 is what the others share. */
export interface LocalGroups {
  /** Groups, the shared one included. */
  readonly count: number
  /** Places in pivot order, group by group: `pivots[start[g]..start[g + 1])`. */
  readonly pivots: Int32Array
  readonly start: Int32Array
  /** By element. */
  readonly ofColumn: Int32Array
}

/** Groups by elements: `columns[start[g]..start[g + 1])`; group 0 is what the others share. */
export interface ElementGroups {
  readonly count: number
  readonly columns: Int32Array
  readonly start: Int32Array
  readonly ofColumn: Int32Array
}

/**
 * The same groups by their elements, whatever the order of elimination, which leaves one or more of them with what is shared: of
 * that, elements that no group meets are groups themselves.
 */
export function regroupElements(
  match: CurvatureMatch,
  { count, pivots, start, ofColumn: before }: LocalGroups,
): ElementGroups {
  const columns = pivots.map((pivot) => match.symbolic.permutation[pivot]!)
  const left = columns.slice(0, start[1]!)
  const { total, meet } = bindMeetings(match)
  const isMet = new Uint8Array(total)
  for (const column of columns.subarray(start[1]!))
    meet(column, (instance) => {
      isMet[instance] = 1
    })
  const idle = Array.from(left).filter((column) => {
    let isAlone = true
    meet(column, (instance) => {
      isAlone &&= isMet[instance] === 0
    })
    return isAlone
  })
  const head = new Map(idle.map((column) => [column, column]))
  const root = (column: number): number => {
    const above = head.get(column)!
    return above === column ? column : root(above)
  }
  const seen = new Map<number, number>()
  for (const column of idle)
    meet(column, (instance) => {
      const other = seen.get(instance)
      if (other === undefined) seen.set(instance, column)
      else head.set(root(column), root(other))
    })
  const parts = new Map<number, number[]>()
  for (const column of idle) parts.set(root(column), [...(parts.get(root(column)) ?? []), column])
  const found = [...parts.values()].filter((own) => own.length <= 2 * MOST_LOCAL)
  const taken = new Set(found.flat())
  const lists = [
    Array.from(left).filter((column) => !taken.has(column)),
    ...Array.from({ length: count - 1 }, (_, g) => [...columns.slice(start[g + 1]!, start[g + 2]!)]),
    ...found,
  ]
  const ofColumn = before.slice()
  found.forEach((own, g) => {
    for (const column of own) ofColumn[column] = count + g
  })
  const bounds = new Int32Array(lists.length + 1)
  lists.forEach((own, g) => {
    bounds[g + 1] = bounds[g]! + own.length
  })
  return { count: lists.length, columns: Int32Array.from(lists.flat()), start: bounds, ofColumn }
}

/**
 * Numbers the stochastic instances that the elements of a block are in, below `total`, and a function that visits those of
 * an element: its own, and its children.
 */
function bindMeetings({ owners, children }: CurvatureMatch) {
  const { start, relation, from, to, instances } = children
  const sizes: number[] = []
  const count = (r: number, instance: number): void => {
    if (!(sizes[r]! > instance)) sizes[r] = instance + 1
  }
  for (let column = 0; column < owners.relation.length; column++)
    count(owners.relation[column]!, owners.instance[column]!)
  // The instances of a run ascend.
  for (let k = 0; k < relation.length; k++) count(relation[k]!, instances[to[k]! - 1]!)
  const base = new Int32Array(sizes.length + 1)
  for (let r = 0; r < sizes.length; r++) base[r + 1] = base[r]! + (sizes[r] ?? 0)
  const meet = (column: number, visit: (instance: number) => void): void => {
    visit(base[owners.relation[column]!]! + owners.instance[column]!)
    for (let k = start[column]!; k < start[column + 1]!; k++)
      for (let m = from[k]!; m < to[k]!; m++) visit(base[relation[k]!]! + instances[m]!)
  }
  return { total: base[sizes.length]!, meet }
}

/**
 * Finds groups from the top of the elimination tree down: what a large subtree hangs on is shared, a small subtree is a group.
 * Groups that share a child are one.
 * @returns null where this leaves few groups, or most elements shared
 */
export function findLocalGroups(match: CurvatureMatch): LocalGroups | null {
  const { symbolic } = match
  const n = symbolic.size
  const head = findHeads(symbolic)
  const root = (j: number): number => (head[j] === j ? j : root(head[j]!))
  const { total, meet } = bindMeetings(match)
  const seen = new Int32Array(total).fill(-1)
  for (let j = 0; j < n; j++) {
    if (head[j] === -1) continue
    meet(symbolic.permutation[j]!, (instance) => {
      const other = seen[instance]!
      if (other === -1) seen[instance] = j
      else head[root(j)] = root(other)
    })
  }
  const members = new Map<number, number[]>([[-1, []]])
  for (let j = 0; j < n; j++) {
    const top = head[j] === -1 ? -1 : root(j)
    const list = members.get(top)
    if (list === undefined) members.set(top, [j])
    else list.push(j)
  }
  const lists = [...members.values()]
  const shared = lists[0]!.length
  if (
    lists.length <= FEWEST_GROUPS ||
    2 * shared > n ||
    lists.slice(1).some((own) => own.length > 2 * MOST_LOCAL)
  )
    return null
  const start = new Int32Array(lists.length + 1)
  const ofColumn = new Int32Array(n)
  lists.forEach((own, g) => {
    start[g + 1] = start[g]! + own.length
    for (const j of own) ofColumn[symbolic.permutation[j]!] = g
  })
  return { count: lists.length, pivots: Int32Array.from(lists.flat()), start, ofColumn }
}

/** By pivot the top of the small subtree that it is in; -1 for what is shared. */
function findHeads({ size, parent }: SparseSymbolic): Int32Array {
  const below = new Int32Array(size).fill(1)
  for (let j = 0; j < size; j++) if (parent[j]! >= 0) below[parent[j]!]! += below[j]!
  const head = new Int32Array(size)
  for (let j = size - 1; j >= 0; j--) {
    const above = parent[j]! < 0 ? -1 : head[parent[j]!]!
    head[j] = above >= 0 ? above : below[j]! > MOST_LOCAL ? -1 : j
  }
  return head
}

/**
 * A function that writes the log density of each group into `out`, and returns their sum: densities of elements and children,
 * and the slopes of coordinates.
 */
export function bindGroupDensities(
  { factors, coordinates, scales, scaleCoordinates, weighed, censored, owners, children }: CurvatureMatch,
  { ofColumn, count }: Pick<LocalGroups, "ofColumn" | "count">,
  engine: Engine,
): (s: Float64Array, out: Float64Array) => number {
  const { slots } = factors
  const groupOf = new Map<number, Int32Array>()
  const mark = (relation: number, instance: number, group: number): void => {
    const own = groupOf.get(relation) ?? new Int32Array(engine.graph.relations[relation]!.size)
    groupOf.set(relation, own)
    own[instance] = group
  }
  ofColumn.forEach((group, column) => {
    if (group === 0) return
    mark(owners.relation[column]!, owners.instance[column]!, group)
    const { start, relation, from, to, instances } = children
    for (let k = start[column]!; k < start[column + 1]!; k++)
      for (let m = from[k]!; m < to[k]!; m++) mark(relation[k]!, instances[m]!, group)
  })
  const of = (relation: number, instance: number): number => groupOf.get(relation)?.[instance] ?? 0
  const parts = weighed.flatMap(({ relation, instances }) => {
    const f = engine.functions[relation]!
    if (f.kind !== "stochastic") return []
    const rows = findMergedRows(engine.graph, relation, instances)
    if (rows !== null) {
      const groups = rows.first.map((i) => of(relation, i))
      return [bindMergedRows(engine.graph, relation, rows, groups)]
    }
    const { sorted, start } = sortByGroup(instances, groupOf.get(relation), count)
    const groups = Int32Array.from(start.subarray(0, count).keys()).filter((g) => start[g + 1]! > start[g]!)
    const weigh = f.logDensity
    return [
      (s: Float64Array, out: Float64Array): void => {
        for (let k = 0; k < groups.length; k++) {
          const g = groups[k]!
          out[g]! += weigh(s, sorted, start[g]!, start[g + 1]!)
        }
      },
    ]
  })
  const hidden = bindCensoredDensities(censored, engine).map(({ relation, instances, log }) => ({
    groups: instances.map((i) => of(relation, i)),
    log,
  }))
  const moved = Int32Array.from(coordinates.kinds.keys()).filter((k) => coordinates.kinds[k] !== 0)
  return (s, out) => {
    out.fill(0)
    for (const part of parts) part(s, out)
    for (const { groups, log } of hidden)
      for (let n = 0; n < groups.length; n++) out[groups[n]!]! += log(s, n)
    for (const k of moved)
      out[ofColumn[k]!]! += Math.log(Math.abs(coordinateSlope(coordinates, k, s[slots[k]!]!)))
    out[0]! += logSlopes(scaleCoordinates, scales, s)
    let total = 0
    for (let g = 0; g < count; g++) total += out[g]!
    return total
  }
}

/** Instances group by group: of group g `sorted[start[g]..start[g + 1])`. @param groupOf by instance; all are of group 0 when absent */
function sortByGroup(instances: Int32Array, groupOf: Int32Array | undefined, count: number) {
  if (groupOf === undefined)
    return { sorted: instances, start: new Int32Array(count + 1).fill(instances.length, 1) }
  const start = new Int32Array(count + 1)
  for (let n = 0; n < instances.length; n++) start[groupOf[instances[n]!]! + 1]!++
  for (let g = 0; g < count; g++) start[g + 1]! += start[g]!
  const fill = start.slice()
  const sorted = new Int32Array(instances.length)
  for (let n = 0; n < instances.length; n++) sorted[fill[groupOf[instances[n]!]!]!++] = instances[n]!
  return { sorted, start }
}
