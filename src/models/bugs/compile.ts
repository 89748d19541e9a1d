/** Compiles a parsed model and its data to relations: loops unrolled to tables, everything known evaluated. */
import type { ArrayValue } from "../functions/registry.ts"
import { orderInstances } from "../relations/order.ts"
import type { RelationGraph } from "../relations/relation-graph.ts"
import type { BugsProgram } from "./ast.ts"
import { runDataBlock } from "./data-block.ts"
import { makeRelations } from "./make-relations.ts"
import { namesOf } from "./names.ts"
import { placeStatements } from "./place.ts"

/**
 * Compiles a model. Its `data` block, if any, is run first and adds to the data.
 *
 * @param data arrays by name, column-major, NaN where missing
 * @throws ModelError naming line, node and index: an undefined or redefined node, a cycle, an index out of range, a wrong
 * number of parameters, shapes that do not fit; DataError for data that do not fit the model
 */
export function compileBugs(program: BugsProgram, data: ReadonlyMap<string, ArrayValue>): RelationGraph {
  const full = completeData(program, data)
  const used = namesOf(program)
  const unused = [...full.keys()].filter((name) => !used.has(name))
  const { arrays, placed } = placeStatements(
    program,
    program.model,
    new Map([...full].filter(([name]) => used.has(name))),
  )
  const relations = makeRelations(arrays, placed)
  const ordered = orderInstances(relations, arrays.values.length)
  if ("cycle" in ordered) {
    const names = ordered.cycle.map((slot) => arrays.nameOf(slot))
    const { statement } = placed[arrays.statement[ordered.cycle[0]!]!]!
    throw arrays.error(
      `a cycle: ${[...names, names[0]].join(" → ")}`,
      statement.target,
      "no node can depend on itself",
    )
  }
  return {
    variables: [...arrays.variables.values()],
    length: arrays.values.length,
    values: arrays.values,
    fixed: Uint8Array.from(arrays.values, (value) => (Number.isNaN(value) ? 0 : 1)),
    relations,
    order: ordered.order,
    messages: unused.map((name) => `data for "${name}" are not used: the model has no such name`),
  }
}

/** The data with what the model's `data` block makes of them; its draws are the same every time. @throws ModelError as `compileBugs` */
export const completeData = (
  program: BugsProgram,
  data: ReadonlyMap<string, ArrayValue>,
): ReadonlyMap<string, ArrayValue> => (program.data.length === 0 ? data : runDataBlock(program, data))
