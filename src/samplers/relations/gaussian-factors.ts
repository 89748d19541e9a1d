/**
 * Normal children of a set of drawn elements x as factors `exp(−e' P e / 2)` with residual `e = y − mean`, linear in x. The
 * slopes `G = ∂e/∂x` are found once where only data multiply x, else at every sweep.
 */
import {
  anyState,
  bindTangents,
  type ColumnSets,
  findColumnSets,
  findSetRows,
  NO_SETS,
} from "./column-sets.ts"
import { findEachWeighed, type Network, type TargetRuns } from "./dependents.ts"
import type { Engine } from "./engine.ts"
import { type ChildInstances, type FactorPattern, findPatterns, marked } from "./factor-pattern.ts"
import { hasFixedSlopes, NORMALS, type Reach } from "./linear-set.ts"
import { relationOf } from "./site.ts"

/** Factors of one normal child relation. Plain data. */
export interface FactorGroup extends FactorPattern {
  /** Values of one instance. */
  readonly width: number
  readonly spread: "precision" | "covariance"
  /** `width` slopes of each of `columns`. Meaningful from the start when `fixed`. */
  readonly slopes: Float64Array
  readonly fixed: boolean
}

export interface Factors {
  /** Slot of each element of x. */
  readonly slots: Int32Array
  readonly groups: readonly FactorGroup[]
  /** Sets of elements whose slopes are found at once. None when every slope is fixed. */
  readonly sets: ColumnSets
}

/**
 * Finds the factors of normal children, the elements' own priors among them.
 * @param slots elements of x
 * @param reach what hangs on them; every child is normal, and affine unless slopes are taken anew at every state
 * @param isScaled whether an element has a coordinate of its own: its prior is left out, and no slope by it is fixed
 * @param weighed children of each element alone
 * @param sets of the elements
 * @param reaches by element, whether the mean of a relation hangs on it; all when absent
 */
export function findFactors(
  network: Network,
  engine: Engine,
  slots: Int32Array,
  reach: Reach,
  isScaled: (column: number) => boolean = () => false,
  weighed: TargetRuns = findEachWeighed(network, slots),
  sets: ColumnSets = findColumnSets(network, slots, weighed),
  reaches: ((relation: number) => Uint8Array) | null = null,
): Factors {
  const { graph, owners } = network
  const isOwn = (column: number) => !isScaled(column)
  const patterns = findPatterns(
    withOwn(network, slots, reach, isOwn)
      .filter(
        // A flat prior adds nothing.
        ({ relation }) => NORMALS[relationOf(graph, relation).distribution] !== undefined,
      )
      .map((child) => (reaches === null ? child : { ...child, counts: reaches(child.relation) })),
    weighed,
    slots.length,
    {
      relation: slots.map((slot, column) => {
        const r = owners.relation[slot]!
        return isOwn(column) && NORMALS[relationOf(graph, r).distribution] !== undefined ? r : -1
      }),
      instance: slots.map((slot) => owners.instance[slot]!),
    },
  )
  const groups = patterns.map((pattern): FactorGroup => {
    const child = relationOf(graph, pattern.relation)
    return {
      ...pattern,
      width: child.width,
      spread: NORMALS[child.distribution]!.spread,
      slopes: new Float64Array(child.width * pattern.columns.length),
      fixed: hasFixedSlopes(graph, reach, child, 0) && !pattern.columns.some(isScaled),
    }
  })
  const factors = { slots, groups, sets }
  // Fixed slopes are the same wherever they are taken; NaN of what is not known must not reach them.
  bindSlopes(factors, engine, true)(anyState(graph))
  return groups.every((group) => group.fixed) ? { ...factors, sets: NO_SETS } : factors
}

/** Children of a set and the elements' own priors, by relation ascending. */
function withOwn(
  { graph, owners }: Network,
  slots: Int32Array,
  reach: Reach,
  isOwn: (column: number) => boolean,
): (ChildInstances & { readonly size: number })[] {
  const marks = new Map(
    reach.children.map(({ relation, instances }) => {
      const mark = new Uint8Array(graph.relations[relation]!.size)
      for (let n = 0; n < instances.length; n++) mark[instances[n]!] = 1
      return [relation, mark]
    }),
  )
  for (let column = 0; column < slots.length; column++) {
    if (!isOwn(column)) continue
    const slot = slots[column]!
    const r = owners.relation[slot]!
    let mark = marks.get(r)
    if (mark === undefined) {
      mark = new Uint8Array(graph.relations[r]!.size)
      marks.set(r, mark)
    }
    mark[owners.instance[slot]!] = 1
  }
  return [...marks]
    .sort(([a], [b]) => a - b)
    .map(([relation, mark]) => ({ relation, instances: marked(mark), size: mark.length }))
}

/**
 * A function that writes the slopes of the groups that are fixed, or of those that are not, at a state.
 * Allocates nothing when called.
 * @param scale derivative of each element by its coordinate, read at every call; null where elements are their own
 */
export function bindSlopes(
  { slots, groups, sets }: Factors,
  engine: Engine,
  fixed: boolean,
  scale: Float64Array | null = null,
): (s: Float64Array) => void {
  const { relations } = engine.graph
  const wanted = groups
    .filter((group) => group.fixed === fixed)
    .flatMap(({ relation, instances, width, slopes, ...pattern }) => {
      const f = engine.functions[relation]!
      if (f.kind !== "stochastic") return []
      const rows = findSetRows(sets, { relation, instances, ...pattern }, instances)
      const tangents = new Float64Array(f.argsLength * rows.most)
      return [{ rows, tangents, width, slopes, f, writes: relations[relation]!.writes }]
    })
  if (wanted.length === 0) return () => undefined
  const along = bindTangents(sets, engine, scale)
  let state: Float64Array = new Float64Array(0)
  const visit = (set: number, t: Float64Array): void => {
    for (const { rows, tangents, width, slopes, f, writes } of wanted) {
      const { list, columns, places } = rows
      const first = rows.start[set]!
      const last = rows.start[set + 1]!
      if (first === last) continue
      f.argTangentsOf(state, t, list, first, last, tangents)
      for (let k = first; k < last; k++) {
        const slot = slots[columns[k]!]!
        const from = (k - first) * f.argsLength
        const own = list[k]! * width
        for (let w = 0; w < width; w++)
          slopes[places[k]! * width + w] = (writes[own + w] === slot ? t[slot]! : 0) - tangents[from + w]!
      }
    }
  }
  return (s) => {
    state = s
    along(s, visit)
  }
}
