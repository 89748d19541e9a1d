/**
 * Normal children of a set of drawn elements x as factors `exp(−e' P e / 2)` with residual `e = y − mean`, linear in x. The
 * slopes `G = ∂e/∂x` are found once where only data multiply x, else at every sweep.
 */
import type { Network } from "./dependents.ts"
import { type Dependents, findDependents } from "./dependents.ts"
import type { Engine } from "./engine.ts"
import { hasFixedSlopes, NORMALS, type Reach } from "./linear-set.ts"
import { relationOf } from "./site.ts"

/** Which elements of x the instances of a child relation hang on. Plain data. */
export interface FactorPattern {
  readonly relation: number
  readonly instances: Int32Array
  /** Elements of x that instance n hangs on: `columns[start[n]..start[n + 1])`, ascending. */
  readonly start: Int32Array
  readonly columns: Int32Array
  /** The same by element of x: instances (positions in `instances`) and where in `columns` their slope stands. */
  readonly columnStart: Int32Array
  readonly columnInstance: Int32Array
  readonly columnPlace: Int32Array
}

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
 */
export function findFactors(
  network: Network,
  engine: Engine,
  slots: Int32Array,
  reach: Reach,
  isScaled: (column: number) => boolean = () => false,
): Factors {
  const { graph, owners } = network
  const dependents = findDependents(
    network,
    Array.from(slots, (slot) => [slot]),
  )
  const children = new Map(reach.children.map(({ relation, instances }) => [relation, new Set(instances)]))
  slots.forEach((slot, column) => {
    if (isScaled(column)) return
    const r = owners.relation[slot]!
    const own = children.get(r) ?? new Set<number>()
    own.add(owners.instance[slot]!)
    children.set(r, own)
  })
  const columnsBy = new Map([...children.keys()].map((r) => [r, new Map<number, Set<number>>()]))
  const note = (relation: number, instance: number, column: number) => {
    const byInstance = columnsBy.get(relation)
    if (byInstance === undefined) return
    const columns = byInstance.get(instance)
    if (columns === undefined) byInstance.set(instance, new Set([column]))
    else columns.add(column)
  }
  const { weighed } = dependents
  slots.forEach((slot, column) => {
    if (!isScaled(column)) note(owners.relation[slot]!, owners.instance[slot]!, column)
    for (let k = weighed.start[column]!; k < weighed.start[column + 1]!; k++)
      for (let n = weighed.from[k]!; n < weighed.to[k]!; n++)
        note(weighed.relation[k]!, weighed.instances[n]!, column)
  })
  const groups = [...children]
    .sort(([a], [b]) => a - b)
    .flatMap(([relation, chosen]): FactorGroup[] => {
      const child = relationOf(graph, relation)
      const kind = NORMALS[child.distribution]
      // A flat prior adds nothing.
      if (kind === undefined) return []
      const instances = Int32Array.from(chosen).sort()
      const start = new Int32Array(instances.length + 1)
      const lists = Array.from(instances, (i) => [...columnsBy.get(relation)!.get(i)!].sort((a, b) => a - b))
      lists.forEach((list, n) => {
        start[n + 1] = start[n]! + list.length
      })
      const columns = Int32Array.from(lists.flat())
      return [
        {
          relation,
          instances,
          width: child.width,
          spread: kind.spread,
          start,
          columns,
          ...transpose(start, columns, slots.length),
          slopes: new Float64Array(child.width * start[instances.length]!),
          fixed: hasFixedSlopes(graph, reach, child, 0) && !columns.some(isScaled),
        },
      ]
    })
  const factors = { slots, groups, dependents }
  // Fixed slopes are the same wherever they are taken; NaN of what is not known must not reach them.
  bindSlopes(factors, engine, true)(graph.values.map((value) => (Number.isNaN(value) ? 0 : value)))
  const allFixed = groups.every((group) => group.fixed)
  return allFixed ? { ...factors, dependents: findDependents(network, []) } : factors
}

/** The rows of a compressed table by column. */
export function transpose(start: Int32Array, columns: Int32Array, count: number) {
  const columnStart = new Int32Array(count + 1)
  for (const column of columns) columnStart[column + 1]!++
  for (let c = 0; c < count; c++) columnStart[c + 1]! += columnStart[c]!
  const fill = columnStart.slice()
  const columnInstance = new Int32Array(columns.length)
  const columnPlace = new Int32Array(columns.length)
  for (let n = 0; n + 1 < start.length; n++)
    for (let k = start[n]!; k < start[n + 1]!; k++) {
      const at = fill[columns[k]!]!++
      columnInstance[at] = n
      columnPlace[at] = k
    }
  return { columnStart, columnInstance, columnPlace }
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
