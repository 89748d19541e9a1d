/** Densities that are the same function of the same numbers: one table for all of them. */
import type { Owners } from "../../models/relations/order.ts"
import {
  parentTables,
  type Relation,
  type RelationExpr,
  type RelationGraph,
} from "../../models/relations/relation-graph.ts"
import type { EnumerationPart } from "./enumeration-part.ts"

/** Densities by classes. Plain data. */
export interface FactorClasses {
  /** By part the class of each density, numbered from 0. Those of one class have equal tables at every state with these data. */
  readonly classes: readonly Int32Array[]
  readonly count: number
  /** Slots of the data that classes hang on. */
  readonly data: Int32Array
}

/** Every density a class of its own: what holds with any data. */
export function separateFactors(parts: readonly EnumerationPart[]): FactorClasses {
  let count = 0
  const classes = parts.map(({ factors }) => Int32Array.from(factors, () => count++))
  return { classes, count, data: new Int32Array(0) }
}

/**
 * Two densities are of one class when they are instances of one relation and read, by the same computed relations, the same
 * drawn elements, equal data, and elements of their own scope in the same places: capture histories, visits to sites and states
 * of a chain differ in little else.
 */
export function classifyFactors(
  graph: RelationGraph,
  owners: Owners,
  parts: readonly EnumerationPart[],
): FactorClasses {
  const numberOf = createNumbering()
  const classOf = createNumbering()
  const loops = graph.relations.map(loopValues)
  const data = new Set<number>()
  // By slot what stands there, when no element of a part stands above it.
  const known = new Map<number, number>()
  const classes = parts.map(({ slots, lowest, counts, factors }) => {
    const element = new Map(Array.from(slots, (slot, k) => [slot, k]))
    return Int32Array.from(factors, ({ relation, instance, scope }) => {
      const inScope = new Map<number, number>()
      let isTouched = false
      const ofSlot = (slot: number): number => {
        const before = known.get(slot)
        if (before !== undefined) return before
        const own = element.get(slot)
        const within = own === undefined ? inScope.get(slot) : undefined
        if (own !== undefined || within !== undefined) isTouched = true
        if (within !== undefined) return within
        if (own !== undefined)
          return numberOf(`element ${scope.indexOf(own)} of ${lowest[own]} and ${counts[own]}`)
        const wasTouched = isTouched
        isTouched = false
        const number = numberOf(describe(slot))
        ;(isTouched ? inScope : known).set(slot, number)
        isTouched ||= wasTouched
        return number
      }
      const describe = (slot: number): string => {
        const r = owners.relation[slot]!
        const owner = graph.relations[r]
        if (graph.fixed[slot] === 1) {
          if (owner?.kind === "stochastic") data.add(slot)
          return `value ${graph.values[slot]}`
        }
        if (owner?.kind !== "deterministic") return `drawn ${slot}`
        const i = owners.instance[slot]!
        const place = owner.writes.subarray(i * owner.width, (i + 1) * owner.width).indexOf(slot)
        return `element ${place} of ${read(r, owner, i)}`
      }
      const read = (r: number, one: Relation, i: number): string => {
        let key = `${r}`
        for (const values of loops[r]!) key += ` ${values[i]}`
        for (const { slots, length, shared } of parentTables(one)) {
          const start = shared ? 0 : i * length
          for (let k = start; k < start + length; k++) key += `,${ofSlot(slots[k]!)}`
        }
        return key
      }
      const one = graph.relations[relation]!
      let key = read(relation, one, instance)
      for (let w = instance * one.width; w < (instance + 1) * one.width; w++)
        key += `=${ofSlot(one.writes[w]!)}`
      return classOf(key)
    })
  })
  return { classes, count: classOf.count(), data: Int32Array.from(data) }
}

/** Numbers texts 0, 1, … as they come. */
export function createNumbering(): ((key: string) => number) & { count(): number } {
  const numbers = new Map<string, number>()
  const numberOf = (key: string): number => {
    const before = numbers.get(key)
    if (before !== undefined) return before
    numbers.set(key, numbers.size)
    return numbers.size - 1
  }
  return Object.assign(numberOf, { count: () => numbers.size })
}

/** Values by instance of the loop variables that stand in a relation's expressions. */
function loopValues(relation: Relation): readonly ArrayLike<number>[] {
  const found: ArrayLike<number>[] = []
  const look = (e: RelationExpr | null): void => {
    if (e?.op === "loop") found.push(e.values)
    if (e?.op === "call") e.args.forEach(look)
  }
  if (relation.kind === "deterministic") look(relation.value)
  else {
    relation.args.forEach(look)
    look(relation.bounds?.lower ?? null)
    look(relation.bounds?.upper ?? null)
  }
  for (const { indices } of relation.gathers) for (const { value } of indices) look(value)
  return found
}
