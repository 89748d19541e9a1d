/** Compiles a parsed model and its data to relations: loops unrolled to tables, everything known evaluated. */

import { ModelError, ModelSyntaxError } from "../../core/errors.ts"
import type { ArrayValue } from "../functions/registry.ts"
import { orderInstances } from "../relations/order.ts"
import {
  parentTables,
  type Relation,
  type RelationExpr,
  type RelationGraph,
  type StochasticRelation,
} from "../relations/relation-graph.ts"
import type { BugsProgram } from "./ast.ts"
import { checkDrawnIndices } from "./check-indices.ts"
import { runDataBlock } from "./data-block.ts"
import { moveTransformations } from "./data-transformations.ts"
import { lookupBugsDistribution } from "./distribution-table.ts"
import { makeRelations } from "./make-relations.ts"
import { namesOf } from "./names.ts"
import { parseBugs } from "./parse.ts"
import { placeStatements } from "./place.ts"

/** A graph, and the program that says the same with every statement where it belongs. */
export interface CompiledModel {
  readonly program: BugsProgram
  readonly graph: RelationGraph
}

/**
 * Compiles a model as people write them. Data that the model block computes (WinBUGS) move to the data block. Ranges
 * are JAGS's, `1:N - 1` being `(1:N) - 1`; where the model makes no sense so, they are read as WinBUGS reads them, and
 * a message of the graph says it.
 *
 * @param data arrays by name, column-major, NaN where missing
 * @throws ModelError naming line, node and index: an undefined or redefined node, a cycle, an index out of range, a wrong
 * number of parameters, shapes that do not fit; DataError for data that do not fit the model
 */
export function compileModel(program: BugsProgram, data: ReadonlyMap<string, ArrayValue>): CompiledModel {
  try {
    return compileProgram(program, data)
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    const wide = readRangesWide(program)
    if (wide === null) throw error
    return compileOtherReading(wide, data, error)
  }
}

/** @throws ModelError the first reading's, with a word about ranges, when the second one has any too */
function compileOtherReading(
  program: BugsProgram,
  data: ReadonlyMap<string, ArrayValue>,
  first: ModelError,
): CompiledModel {
  let compiled: CompiledModel
  try {
    compiled = compileProgram(program, data)
  } catch {
    const { code, where, span, hint = "check the ranges too" } = first
    const place = { ...(where === undefined ? {} : { where }), ...(span === undefined ? {} : { span }) }
    const remedy = `${hint}; 1:N - 1 means (1:N) - 1: write 1:(N - 1)`
    throw new ModelError(first.message, { code, ...place, hint: remedy, cause: first })
  }
  const message = `ranges are read as in WinBUGS, 1:N - 1 as 1:(N - 1); as in JAGS, (1:N) - 1, the model is in error: ${first.oneLine()}`
  const { graph } = compiled
  return { program: compiled.program, graph: { ...graph, messages: [...graph.messages, message] } }
}

/** The program with WinBUGS's ranges; null when it has no range that differs. */
function readRangesWide(program: BugsProgram): BugsProgram | null {
  if (!program.source.includes(":")) return null
  const shape = ({ declarations, data, model }: BugsProgram) => JSON.stringify([declarations, data, model])
  try {
    const wide = parseBugs(program.source, undefined, "winbugs")
    const isText = shape(parseBugs(program.source)) === shape(program)
    return isText && shape(wide) !== shape(program) ? wide : null
  } catch (error) {
    // The builder's programs have a source for people, which need not be a whole model.
    if (error instanceof ModelSyntaxError) return null
    throw error
  }
}

function compileProgram(program: BugsProgram, data: ReadonlyMap<string, ArrayValue>): CompiledModel {
  const full = completeData(program, data)
  const { arrays, placed } = placeStatements(program, program.model, usedData(program, full))
  const moved = moveTransformations(program, arrays, placed)
  if (moved === null) return { program, graph: makeGraph(full, arrays, placed) }
  return { program: moved, graph: compileBugs(moved, data) }
}

/**
 * Compiles a model whose statements stand where they belong (`compileModel` sees to that). Its `data` block, if any, is
 * run first and adds to the data.
 *
 * @param data arrays by name, column-major, NaN where missing
 * @throws as `compileModel`
 */
export function compileBugs(program: BugsProgram, data: ReadonlyMap<string, ArrayValue>): RelationGraph {
  const full = completeData(program, data)
  const { arrays, placed } = placeStatements(program, program.model, usedData(program, full))
  return makeGraph(full, arrays, placed)
}

type Arrays = ReturnType<typeof placeStatements>["arrays"]

function usedData(
  program: BugsProgram,
  full: ReadonlyMap<string, ArrayValue>,
): ReadonlyMap<string, ArrayValue> {
  const used = namesOf(program)
  return new Map([...full].filter(([name]) => used.has(name)))
}

function makeGraph(
  full: ReadonlyMap<string, ArrayValue>,
  arrays: Arrays,
  placed: ReturnType<typeof placeStatements>["placed"],
): RelationGraph {
  const unused = [...full.keys()].filter((name) => !arrays.variables.has(name))
  const relations = makeRelations(arrays, placed).map((relation) => settleRelation(relation, arrays))
  checkDrawnIndices(arrays, relations)
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
    fixed: whatIsFixed(arrays),
    constants: constantSlots(arrays),
    relations,
    order: ordered.order,
    messages: unused.map((name) => `data for "${name}" are not used: the model has no such name`),
  }
}

/**
 * What a relation is once it is known what is drawn. `I(a, b)` of a drawn element whose parents and bounds are known is
 * `T(a, b)`: the mass between them is a constant.
 */
function settleRelation(relation: Relation, { values }: Arrays): Relation {
  if (relation.kind !== "stochastic") return relation
  const isKnown = (slots: Int32Array): boolean => slots.every((slot) => !Number.isNaN(values[slot]!))
  if (relation.observed)
    return hasDrawnSize(relation, isKnown) ? { ...relation, hasDrawnSize: true } : relation
  if (relation.bounds?.kind !== "I") return relation
  const isTruncated = parentTables(relation).every(({ slots }) => isKnown(slots))
  return isTruncated ? { ...relation, bounds: { ...relation.bounds, kind: "T" } } : relation
}

/** Place of the number of trials where log likelihoods leave terms in it out. That of dmulti is the sum of its data. */
const SIZES: Readonly<Record<string, number>> = { dbin: 1, dbetabin: 2 }

/** Whether a number of trials is drawn, or computed from draws. */
function hasDrawnSize(
  { distribution, args, references, gathers }: StochasticRelation,
  isKnown: (slots: Int32Array) => boolean,
): boolean {
  const isFixed = (e: RelationExpr): boolean => {
    if (e.op === "read") return isKnown(references[e.reference]!.slots)
    if (e.op === "gather") return isKnown(gathers[e.gather]!.reach)
    return e.op !== "call" || e.args.every(isFixed)
  }
  const size = args[SIZES[lookupBugsDistribution(distribution).name] ?? -1]
  return size !== undefined && !isFixed(size)
}

function constantSlots({ values, isData }: Arrays): Int32Array {
  const slots = new Int32Array(values.length)
  let count = 0
  for (let k = 0; k < slots.length; k++) if (isData[k] === 0 && !Number.isNaN(values[k]!)) slots[count++] = k
  return slots.slice(0, count)
}

/** The data with what the model's `data` block makes of them; its draws are the same every time. @throws ModelError as `compileBugs` */
export const completeData = (
  program: BugsProgram,
  data: ReadonlyMap<string, ArrayValue>,
): ReadonlyMap<string, ArrayValue> => (program.data.length === 0 ? data : runDataBlock(program, data))

/** What never changes: what is known, and what nobody defines. */
function whatIsFixed({ values, statement }: Arrays): Uint8Array {
  const fixed = new Uint8Array(values.length)
  for (let slot = 0; slot < values.length; slot++)
    fixed[slot] = Number.isNaN(values[slot]!) && statement[slot]! >= 0 ? 0 : 1
  return fixed
}
