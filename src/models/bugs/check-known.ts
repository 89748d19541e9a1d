import { type RelationExpr, referenceStart, type StochasticRelation } from "../relations/relation-graph.ts"
import type { Arrays } from "./arrays.ts"
import { lookupBugsDistribution } from "./distribution-table.ts"
import { findViolation } from "./make-distribution.ts"
import type { RelationStatement } from "./unroll.ts"

/**
 * Checks what is known before drawing: arguments that are data against what the distribution takes, and data of a discrete
 * distribution for being integers.
 * @throws ModelError at the argument or statement, naming the element
 */
export function checkKnown(
  arrays: Arrays,
  statement: Extract<RelationStatement, { kind: "stochastic" }>,
  relation: StochasticRelation,
): void {
  const d = lookupBugsDistribution(statement.distribution)
  const { size, width, writes, observed, args } = relation
  args.forEach((arg, k) => {
    const spec = d.arguments[Math.min(k, d.arguments.length - 1)]
    if (spec === undefined) return
    // What every instance shares is checked once.
    const instances = isShared(relation, arg) ? 1 : size
    const scratch = new Float64Array(arg.op === "read" ? relation.references[arg.reference]!.length : 1)
    if (arg.op === "gather" || arg.op === "call") return
    let before = Number.NaN
    for (let i = 0; i < instances; i++) {
      const values = knownValues(arrays, relation, arg, i, scratch)
      if (values === null || (values.length === 1 && values[0] === before)) continue
      before = values[0]!
      const wrong = findViolation([spec], [values])
      if (wrong === undefined) continue
      throw arrays.error(
        `${arrays.nameOf(writes[i * width]!)}: ${wrong}`,
        statement.args[k] ?? statement,
        d.note === "" ? "check the data" : d.note,
      )
    }
  })
  if (!observed || !d.discrete || d.isDetermined) return
  for (const slot of writes) {
    const value = arrays.values[slot]!
    if (Number.isInteger(value)) continue
    throw arrays.error(
      `${arrays.nameOf(slot)} is ${value}, and ${d.name} gives integers`,
      statement,
      "check the data, or state another distribution",
    )
  }
}

const isShared = (relation: StochasticRelation, arg: RelationExpr): boolean =>
  arg.op === "number" ||
  arg.op === "array" ||
  (arg.op === "read" && relation.references[arg.reference]!.shared)

/** Values of an argument of one instance, perhaps in `scratch`; null where it is drawn or computed. */
function knownValues(
  arrays: Arrays,
  relation: StochasticRelation,
  arg: RelationExpr,
  instance: number,
  scratch: Float64Array,
): ArrayLike<number> | null {
  switch (arg.op) {
    case "number":
      scratch[0] = arg.value
      return scratch
    case "array":
      return arg.values
    case "loop":
      scratch[0] = arg.values[instance]!
      return scratch
    case "read": {
      const reference = relation.references[arg.reference]!
      const start = referenceStart(reference, instance)
      for (let k = 0; k < reference.length; k++) {
        const value = arrays.values[reference.slots[start + k]!]!
        if (Number.isNaN(value)) return null
        scratch[k] = value
      }
      return scratch
    }
    default:
      return null
  }
}
