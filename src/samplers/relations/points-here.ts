/** Whether a child whose index is drawn points at an element, at the current state. */
import type { Relation } from "../../models/relations/relation-graph.ts"
import { createWriter, noConstants } from "./emit.ts"
import { type Engine, makeFunction } from "./engine.ts"
import type { Site } from "./site.ts"

export interface Pointer {
  /** Takes in where indices point: to be called before the first question, and when any of them has changed. */
  look(s: Float64Array): void
  /** Asks about element n of the site from now on. */
  aim(s: Float64Array, n: number): void
  /** Whether an argument of the child's instance moves with the element; true for relations that pick nothing. */
  points(s: Float64Array, relation: number, instance: number): boolean
  /** Forgets element n: to be called after the last question about it. */
  release(n: number): void
}

/** A child that picks, and the argument with which it does. */
export interface PickingChild {
  readonly relation: number
  readonly argument: number
  /** Where an element begins in the argument. */
  readonly first: number
}

/**
 * Where the argument is a subscript itself (`error[true[i], ]`), by the element that it means; else by derivatives along the
 * element: an index that points elsewhere, or a condition that takes another branch, has none.
 *
 * @param children that pick; of others nothing is asked
 */
export function bindPointer(
  site: Pick<Site, "slots" | "width" | "dependents">,
  children: readonly PickingChild[],
  engine: Engine,
): Pointer {
  const { slots, width } = site
  const { relations } = engine.graph
  const computed = computedSlots(site, relations)
  const elementOf = new Map<number, number>()
  for (let n = 0; n * width < slots.length; n++) elementOf.set(slots[n * width]!, n)
  const subscripts = relations.map((relation, r) => {
    const child = children.find((one) => one.relation === r)
    return child === undefined ? null : bindSubscript(relation, child, elementOf, computed)
  })
  const derived = children.flatMap(({ relation }) => (subscripts[relation] === null ? [relation] : []))
  const slopes = derived.length === 0 ? null : bindSlopes(site, derived, engine)
  let element = -1
  return {
    look(s) {
      for (let r = 0; r < subscripts.length; r++) subscripts[r]?.read(s)
    },
    aim(s, n) {
      element = n
      slopes?.aim(s, n)
    },
    points(s, relation, instance) {
      const subscript = subscripts[relation]
      if (subscript) return subscript.elements[instance] === element
      return slopes === null || slopes.points(s, relation, instance)
    },
    release(n) {
      slopes?.release(n)
    },
  }
}

/** Slots of what is computed from the elements of a site. */
function computedSlots(
  { dependents: { computed } }: Pick<Site, "dependents">,
  relations: readonly Relation[],
): ReadonlySet<number> {
  const found = new Set<number>()
  for (let run = 0; run < computed.relation.length; run++) {
    const { width, writes } = relations[computed.relation[run]!]!
    for (let k = computed.from[run]!; k < computed.to[run]!; k++)
      for (let w = 0; w < width; w++) found.add(writes[computed.instances[k]! * width + w]!)
  }
  return found
}

/**
 * By instance the element that an argument means, −1 for one of another target; null where the argument is no subscript, or one
 * of what is computed from elements (`theta[z[i]]`, `theta[1] <- alpha`).
 */
function bindSubscript(
  relation: Relation,
  { argument, first }: PickingChild,
  elementOf: ReadonlyMap<number, number>,
  computed: ReadonlySet<number>,
) {
  const arg = relation.kind === "stochastic" ? relation.args[argument] : undefined
  if (arg?.op !== "gather") return null
  const gather = relation.gathers[arg.gather]!
  if (gather.reach.some((slot) => computed.has(slot))) return null
  const constants = noConstants()
  const writer = createWriter(relation, constants)
  const base = writer.gatherBase(gather)
  const elements = new Int32Array(relation.size)
  const last = Math.max(...elementOf.keys()) + 1
  const bySlot = new Int32Array(last).fill(-1)
  for (const [slot, element] of elementOf) bySlot[slot] = element
  const offset = gather.offsets[first] ?? 0
  const fill = makeFunction<
    (s: Float64Array, size: number, last: number, bySlot: Int32Array, out: Int32Array) => void
  >(
    ["s", "size", "last", "bySlot", "out"],
    `for (let i = 0; i < size; i++) {\n${writer.lines.join("\n")}\nconst slot = ${base} + ${offset};\nout[i] = ${base} >= 0 && slot < last ? bySlot[slot] : -1;\n}`,
    constants,
  )
  return { elements, read: (s: Float64Array): void => fill(s, relation.size, last, bySlot, elements) }
}

function bindSlopes(
  { slots, width, dependents: { computed } }: Pick<Site, "slots" | "width" | "dependents">,
  relations: readonly number[],
  engine: Engine,
): Omit<Pointer, "look"> {
  const { graph, functions } = engine
  const t = new Float64Array(graph.length)
  const buffers = functions.map((f, r) =>
    f.kind === "stochastic" && relations.includes(r) ? new Float64Array(f.argsLength) : null,
  )
  return {
    aim(s, n) {
      for (let k = n * width; k < (n + 1) * width; k++) t[slots[k]!] = 1
      engine.differentiate(s, t, computed, computed.start[n]!, computed.start[n + 1]!)
    },
    points(s, relation, instance) {
      const out = buffers[relation]!
      const f = functions[relation]!
      if (out === null || f.kind !== "stochastic") return true
      f.argTangents(s, t, instance, out)
      for (let k = 0; k < out.length; k++) if (out[k] !== 0) return true
      return false
    },
    release(n) {
      for (let k = n * width; k < (n + 1) * width; k++) t[slots[k]!] = 0
      for (let run = computed.start[n]!; run < computed.start[n + 1]!; run++) {
        const { width: size, writes } = graph.relations[computed.relation[run]!]!
        for (let j = computed.from[run]!; j < computed.to[run]!; j++)
          for (let w = 0; w < size; w++) t[writes[computed.instances[j]! * size + w]!] = 0
      }
    },
  }
}
