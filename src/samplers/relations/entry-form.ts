/** How a number that a child reads hangs on one drawn element: k xᵖ, or 1 − x, judged from the form of the expressions. */
import { lookupFunction } from "../../models/functions/registry.ts"
import { type RelationExpr, referenceStart } from "../../models/relations/relation-graph.ts"
import type { Network } from "./dependents.ts"
import { dimsOf } from "./emit.ts"
import type { SlotSet } from "./linear.ts"

/** `k xᵖ` of one element x; `1 − x` when `complement`. */
export interface EntryForm {
  readonly power: number
  /** Whether k is 1 whatever the state. */
  readonly unit: boolean
  readonly complement: boolean
  /** Whether a drawn index or a condition says whether it is this element, or which. */
  readonly picks: boolean
}

/** With the element (its slot); −1 for one of several, as the state says. */
interface Found extends EntryForm {
  readonly element: number
}
type Form = Found | "free" | "other"

/** Judges arguments of children of one relation's elements. Remembers what is computed from them. */
export class EntryForms {
  private readonly network: Network
  private readonly target: number
  private readonly inSet: SlotSet
  private readonly bySlot = new Map<number, Form>()

  /**
   * @param target relation whose elements are numbers
   * @param inSet whether a slot is drawn by it or computed from it
   */
  constructor(network: Network, target: number, inSet: SlotSet) {
    this.network = network
    this.target = target
    this.inSet = inSet
  }

  /**
   * The form, the same for all of the instances and all elements of the argument; null where it has none.
   */
  ofArgument(child: number, instances: Int32Array, argument: number): EntryForm | null {
    const relation = this.network.graph.relations[child]!
    if (relation.kind !== "stochastic") return null
    const e = relation.args[argument]!
    const size = dimsOf(relation, e)?.reduce((a, b) => a * b, 1) ?? 1
    let all: Found | null = null
    for (const i of instances)
      for (let k = 0; k < size; k++) {
        const one = this.of(child, i, e, k)
        if (typeof one === "string") return null
        // All elements of an array hang on one element.
        if (size > 1 && k > 0 && one.element !== all?.element) return null
        all = all === null ? one : join(all, one)
        if (all === null) return null
        if (size > 1 && all.element !== one.element) all = { ...all, element: one.element }
      }
    return all
  }

  /** Form of element k of an expression of an instance. */
  private of(r: number, instance: number, e: RelationExpr, k: number): Form {
    const relation = this.network.graph.relations[r]!
    switch (e.op) {
      case "read": {
        const reference = relation.references[e.reference]!
        const at = reference.length === 1 ? 0 : k
        return this.ofSlot(reference.slots[referenceStart(reference, instance) + at]!)
      }
      case "gather": {
        const gather = relation.gathers[e.gather]!
        const start = gather.shared ? 0 : instance * gather.reachLength
        const isDrawn = gather.indices.some(({ value }) => this.of(r, instance, value, 0) !== "free")
        if (isDrawn) return "other"
        let all: Form = "free"
        for (let j = start; j < start + gather.reachLength; j++)
          all = choose(all, this.ofSlot(gather.reach[j]!))
        return typeof all === "string" ? all : { ...all, element: -1, picks: true }
      }
      case "call":
        return this.ofCall(r, instance, e, k)
      default:
        return "free"
    }
  }

  private ofSlot(slot: number): Form {
    if (this.inSet[slot] !== 1) return "free"
    const known = this.bySlot.get(slot)
    if (known !== undefined) return known
    const { graph, owners } = this.network
    const r = owners.relation[slot]!
    if (r === this.target) return { power: 1, unit: true, complement: false, picks: false, element: slot }
    const relation = graph.relations[r]!
    const instance = owners.instance[slot]!
    const form =
      relation.kind !== "deterministic"
        ? "other"
        : this.of(r, instance, relation.value, slotPlace(relation.writes, relation.width, instance, slot))
    this.bySlot.set(slot, form)
    return form
  }

  private ofCall(r: number, instance: number, e: Extract<RelationExpr, { op: "call" }>, k: number): Form {
    const f = lookupFunction(e.name, e.args.length)
    const relation = this.network.graph.relations[r]!
    if (f.kind === "array") {
      const isFree = e.args.every((arg) => {
        const size = dimsOf(relation, arg)?.reduce((a, b) => a * b, 1) ?? 1
        for (let j = 0; j < size; j++) if (this.of(r, instance, arg, j) !== "free") return false
        return true
      })
      return isFree ? "free" : "other"
    }
    const forms = e.args.map((arg) => this.of(r, instance, arg, k))
    if (forms.every((form) => form === "free")) return "free"
    if (forms.includes("other")) return "other"
    const [a, b] = forms
    const [first, second] = e.args
    switch (f.name) {
      case "*":
        return b === "free"
          ? scale(a!, first, second)
          : a === "free"
            ? scale(b!, second, first)
            : product(a!, b!, 1)
      case "/":
        if (b === "free") return scale(a!, first, second)
        return a === "free" ? scale(raise(b!, -1), second, first) : product(a!, b!, -1)
      case "^":
        return b === "free" && second!.op === "number" ? raise(a!, second!.value) : "other"
      case "sqrt":
        return raise(a!, 0.5)
      case "-":
        return e.args.length === 2 && a === "free" && isOne(first!) ? complementOf(b!) : "other"
      case "ifelse": {
        if (a !== "free") return "other"
        const chosen = choose(b!, forms[2]!)
        return typeof chosen === "string" ? chosen : { ...chosen, element: -1, picks: true }
      }
      default:
        return "other"
    }
  }
}

const slotPlace = (writes: Int32Array, width: number, instance: number, slot: number): number => {
  for (let k = 0; k < width; k++) if (writes[instance * width + k] === slot) return k
  return 0
}

const isOne = (e: RelationExpr): boolean => e.op === "number" && e.value === 1

/** Another multiplier. */
function scale(form: Form, _own: RelationExpr | undefined, by: RelationExpr | undefined): Form {
  if (typeof form === "string" || (by !== undefined && isOne(by))) return form
  return form.complement ? "other" : { ...form, unit: false }
}

function raise(form: Form, exponent: number): Form {
  if (typeof form === "string") return form
  if (exponent === 1) return form
  return form.complement || exponent === 0 ? "other" : { ...form, power: form.power * exponent }
}

/** x ^ p times (or over) x ^ q of the same element. */
function product(a: Form, b: Form, sign: 1 | -1): Form {
  if (typeof a === "string" || typeof b === "string") return "other"
  if (a.element !== b.element || a.element < 0 || a.complement || b.complement) return "other"
  const power = a.power + sign * b.power
  return power === 0 ? "other" : { ...a, power, unit: a.unit && b.unit }
}

function complementOf(form: Form): Form {
  if (typeof form === "string") return form
  return form.unit && form.power === 1 ? { ...form, complement: !form.complement } : "other"
}

/** What holds of both. */
function join(a: Found, b: Found): Found | null {
  if (a.power !== b.power || a.complement !== b.complement) return null
  const unit = a.unit && b.unit
  const picks = a.picks || b.picks
  // Mostly they agree: thousands of instances need no thousands of objects.
  return unit === a.unit && picks === a.picks ? a : { ...a, unit, picks }
}

/** One or the other, as the state says. */
function choose(a: Form, b: Form): Form {
  if (a === "other" || b === "other") return "other"
  if (a === "free") return b
  if (b === "free") return a
  return join(a, b) ?? "other"
}
