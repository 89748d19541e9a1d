import { findOwners } from "../relations/order.ts"
import type { Relation, RelationExpr } from "../relations/relation-graph.ts"
import type { Arrays } from "./arrays.ts"
import { lookupBugsDistribution } from "./distribution-table.ts"

/**
 * Checks indices that are drawn categories themselves (`mu[z[i]]`) against the arrays that they pick from.
 * @throws ModelError at the statement, naming the category and an index that is none of the array's
 */
export function checkDrawnIndices(arrays: Arrays, relations: readonly Relation[]): void {
  if (relations.every(({ gathers }) => gathers.length === 0)) return
  const owners = findOwners(relations, arrays.values.length)
  const checked = new Set<string>()
  for (const { gathers, references, span } of relations)
    for (const { variable, text, indices } of gathers)
      for (const { value, size } of indices) {
        if (value.op !== "read") continue
        for (const slot of references[value.reference]!.slots) {
          const owner = relations[owners.relation[slot]!]
          if (owner === undefined || checked.has(`${text} ${owner.id} ${size}`)) continue
          checked.add(`${text} ${owner.id} ${size}`)
          const largest = largestCategory(arrays, owner)
          if (largest <= size) continue
          throw arrays.error(
            `${arrays.nameOf(slot)} may be ${largest}, and index ${largest} of ${variable} in ${text} is outside 1:${size}`,
            { span },
            `give ${variable} as many elements as there are categories`,
          )
        }
      }
}

/** The largest value of a relation of categories that is not known to be impossible; 0 for other relations. */
function largestCategory({ values }: Arrays, relation: Relation): number {
  if (relation.kind !== "stochastic" || relation.observed || relation.bounds !== null) return 0
  if (lookupBugsDistribution(relation.distribution).name !== "dcat") return 0
  const weights: RelationExpr = relation.args[0]!
  if (weights.op === "gather") return relation.gathers[weights.gather]!.length
  if (weights.op !== "read") return 0
  const { slots, length } = relation.references[weights.reference]!
  for (let k = length; k > 0; k--)
    for (let at = k - 1; at < slots.length; at += length) if (values[slots[at]!] !== 0) return k
  return 0
}
