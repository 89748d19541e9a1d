/** The rows of a table that a design uses, and values in them. */

import { asFactor, dropUnusedLevels, interactFactors } from "../../data/factor.ts"
import type { FactorColumn } from "../../data/table.ts"
import { type Expression, nameNode } from "./ast.ts"
import { checkMissing } from "./check-design.ts"
import { type Evaluation, evaluateNumbers } from "./evaluate.ts"
import { type Frame, isComplete, lookupColumn, markMissing } from "./frame.ts"
import { columnsRead } from "./plan-design.ts"
import { groupColumn } from "./split-formula.ts"
import type { Selection } from "./subset.ts"
import type { Variable } from "./terms.ts"

/** Rows that are numbered at once. */
const STRETCH = 4096

export interface CompleteRows {
  /** The rows of the table, ascending. */
  readonly rowIndex: Int32Array
  /** 1 in these rows, 0 elsewhere; length of the table. */
  readonly used: Uint8Array
}

/**
 * The rows, all or those of a selection, in which no column of the expressions is missing.
 *
 * @throws DataError when a column has no values or no row is left.
 */
export function findCompleteRows(
  expressions: readonly Expression[],
  frame: Frame,
  selection: Selection | null = null,
): CompleteRows {
  let missing = selection === null ? null : selection.selected.map((flag) => 1 - flag)
  const counts = new Map<string, number>()
  for (const node of expressions.flatMap((expression) => columnsRead(frame, expression))) {
    if (counts.has(node.name)) continue
    const column = lookupColumn(frame, node)
    if (isComplete(frame, column)) {
      counts.set(node.name, 0)
      continue
    }
    missing ??= new Uint8Array(frame.rows)
    counts.set(node.name, markMissing(column, missing))
  }
  const used = new Uint8Array(frame.rows)
  let complete = 0
  if (missing === null) complete = used.fill(1).length
  else for (let i = 0; i < missing.length; i++) complete += used[i] = 1 - missing[i]!
  const rowIndex = new Int32Array(complete)
  if (complete === 0) checkMissing(countMissing(counts, frame, selection), frame.table)
  if (complete === used.length) countUp(rowIndex)
  else {
    let next = 0
    for (let i = 0; i < used.length; i++) if (used[i] === 1) rowIndex[next++] = i
  }
  return { rowIndex, used }
}

/** 0, 1, … */
function countUp(values: Int32Array): void {
  for (let start = 0; start < values.length; start += STRETCH) countStretch(values, start)
}

/** A function of its own, which is compiled before the first of many stretches have run. */
function countStretch(values: Int32Array, start: number): void {
  const end = Math.min(values.length, start + STRETCH)
  for (let i = start; i < end; i++) values[i] = i
}

/** Rows of the selection, and in how many of them each column is missing. */
function countMissing(counts: ReadonlyMap<string, number>, frame: Frame, selection: Selection | null) {
  if (selection === null) return { rows: frame.rows, missing: counts }
  const within = [...counts.keys()].map((name): [string, number] => {
    const missing = new Uint8Array(frame.rows)
    markMissing(lookupColumn(frame, nameNode(name)), missing)
    return [name, missing.reduce((sum, flag, i) => sum + flag * selection.selected[i]!, 0)]
  })
  return { rows: frame.rows - selection.excluded, missing: new Map(within) }
}

/** The values of some rows, ascending, in a new array; all of them where they stand with `shared`. */
export function takeRows<A extends Float64Array | Int32Array>(
  values: A,
  rowIndex: Int32Array,
  shared = false,
): A {
  if (rowIndex.length === values.length) return shared ? values : (values.slice() as A)
  const taken = values.slice(0, rowIndex.length) as A
  for (let i = 0; i < rowIndex.length; i++) taken[i] = values[rowIndex[i]!]!
  return taken
}

/** The sum of offsets in some rows; null without offsets. */
export function sumOffsets(
  offsets: readonly Expression[],
  evaluation: Evaluation,
  rowIndex: Int32Array,
): Float64Array | null {
  if (offsets.length === 0) return null
  const sum = new Float64Array(rowIndex.length)
  for (const expression of offsets) {
    const values = evaluateNumbers({ ...evaluation, role: "offset" }, expression)
    for (let i = 0; i < sum.length; i++) sum[i]! += values[rowIndex[i]!]!
  }
  return sum
}

/**
 * The grouping factor of some rows: a column's factor, or the interaction of several, with only the levels that occur.
 */
export function groupRows(
  factors: readonly Variable[],
  frame: Frame,
  rowIndex: Int32Array,
  shared?: boolean,
): FactorColumn {
  return factors
    .map((factor): FactorColumn => {
      const node = groupColumn(factor.expression)!
      const column = lookupColumn(frame, node)
      const { codes, levels } = asFactor(column, node.name)
      const taken: FactorColumn = { kind: "factor", codes: takeRows(codes, rowIndex, shared), levels }
      // All rows of a column that was none before have all its levels.
      const hasAll = column.kind !== "factor" && rowIndex.length === frame.rows
      return hasAll ? taken : dropUnusedLevels(taken)
    })
    .reduce(interactFactors)
}
