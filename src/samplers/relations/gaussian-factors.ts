/**
 * Normal children of a set of drawn elements x as factors `exp(−e' P e / 2)` with residual `e = y − mean`, linear in x. The
 * slopes `G = ∂e/∂x` are found once where only data multiply x, else at every sweep.
 */
import type { Network } from "./dependents.ts"
import { type Dependents, findEachDependents } from "./dependents.ts"
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
  /** Of each element of x alone: what carries its derivative to the children. Empty when every slope is fixed. */
  readonly dependents: Dependents
}

/**
 * Finds the factors of normal children, the elements' own priors among them.
 * @param slots elements of x
 * @param reach what hangs on them; every child is normal, and affine unless slopes are taken anew at every state
 * @param isScaled whether an element has a coordinate of its own: its prior is left out, and no slope by it is fixed
 * @param dependents of each element alone
 */
export function findFactors(
  network: Network,
  engine: Engine,
  slots: Int32Array,
  reach: Reach,
  isScaled: (column: number) => boolean = () => false,
  dependents: Dependents = findEachDependents(network, slots),
): Factors {
  const { graph, owners } = network
  const isOwn = (column: number) => !isScaled(column)
  const instanceOf = Array.from(slots, (slot) => Int32Array.of(owners.instance[slot]!))
  const patterns = findPatterns(
    withOwn(network, slots, reach, isOwn).filter(
      // A flat prior adds nothing.
      ({ relation }) => NORMALS[relationOf(graph, relation).distribution] !== undefined,
    ),
    dependents,
    slots.length,
    (column) =>
      isOwn(column) && NORMALS[relationOf(graph, owners.relation[slots[column]!]!).distribution] !== undefined
        ? { relation: owners.relation[slots[column]!]!, instance: instanceOf[column]! }
        : null,
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
  const factors = { slots, groups, dependents }
  // Fixed slopes are the same wherever they are taken; NaN of what is not known must not reach them.
  bindSlopes(factors, engine, true)(graph.values.map((value) => (Number.isNaN(value) ? 0 : value)))
  const allFixed = groups.every((group) => group.fixed)
  return allFixed ? { ...factors, dependents: findEachDependents(network, new Int32Array(0)) } : factors
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
      for (const i of instances) mark[i] = 1
      return [relation, mark]
    }),
  )
  slots.forEach((slot, column) => {
    if (!isOwn(column)) return
    const r = owners.relation[slot]!
    const mark = marks.get(r) ?? new Uint8Array(graph.relations[r]!.size)
    marks.set(r, mark)
    mark[owners.instance[slot]!] = 1
  })
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
  { slots, groups, dependents: { computed } }: Factors,
  engine: Engine,
  fixed: boolean,
  scale: Float64Array | null = null,
): (s: Float64Array) => void {
  const { relations, length } = engine.graph
  const t = new Float64Array(length)
  const wanted = groups
    .filter((group) => group.fixed === fixed)
    .flatMap((group) => {
      const f = engine.functions[group.relation]!
      if (f.kind !== "stochastic") return []
      return [
        { ...group, f, writes: relations[group.relation]!.writes, buffer: new Float64Array(f.argsLength) },
      ]
    })
  if (wanted.length === 0) return () => undefined
  return (s) => {
    for (let column = 0; column < slots.length; column++) {
      const slot = slots[column]!
      const unit = scale === null ? 1 : scale[column]!
      t[slot] = unit
      engine.differentiate(s, t, computed, computed.start[column]!, computed.start[column + 1]!)
      for (const { f, writes, buffer, width, instances, slopes, ...by } of wanted) {
        for (let k = by.columnStart[column]!; k < by.columnStart[column + 1]!; k++) {
          const i = instances[by.columnInstance[k]!]!
          const place = by.columnPlace[k]! * width
          f.argTangents(s, t, i, buffer)
          for (let w = 0; w < width; w++)
            slopes[place + w] = (writes[i * width + w] === slot ? unit : 0) - buffer[w]!
        }
      }
      t[slot] = 0
      for (let k = computed.start[column]!; k < computed.start[column + 1]!; k++) {
        const { width, writes } = relations[computed.relation[k]!]!
        for (let n = computed.from[k]!; n < computed.to[k]!; n++)
          for (let w = 0; w < width; w++) t[writes[computed.instances[n]! * width + w]!] = 0
      }
    }
  }
}
