/** The values with which children stand among the factors of a block with curvature. */
import type { EqualInstances } from "../../models/relations/equal-instances.ts"
import type { Engine } from "./engine.ts"
import { type MergedRows, readMeans } from "./merged-rows.ts"
import { relationOf } from "./site.ts"

/** How often each category was drawn, by class, to be counted again at every state. */
export function bindCounts(
  engine: Engine,
  relation: number,
  { start, members }: EqualInstances,
  argument: number,
) {
  const { writes } = relationOf(engine.graph, relation)
  const f = engine.functions[relation]!
  const size = f.kind === "stochastic" ? f.argLengths[argument]! : 0
  const counts = new Float64Array((start.length - 1) * size)
  const readCounts = (s: Float64Array): void => {
    counts.fill(0)
    for (let c = 0; c < start.length - 1; c++)
      for (let k = start[c]!; k < start[c + 1]!; k++) counts[c * size + s[writes[members[k]!]!]! - 1]! += 1
  }
  return { counts, readCounts, size }
}

/** The values that a group's instances stand with, to be read again at every state: their own, or means of equal rows. */
export function bindValues(engine: Engine, relation: number, instances: Int32Array, rows: MergedRows | null) {
  const { writes, width: size } = relationOf(engine.graph, relation)
  const values = new Float64Array(instances.length * size)
  const readValues = (s: Float64Array): void => {
    if (rows !== null) readMeans(s, rows, values)
    else
      for (let n = 0; n < instances.length; n++)
        for (let k = 0; k < size; k++) values[n * size + k] = s[writes[instances[n]! * size + k]!]!
  }
  return { values, readValues, size }
}
