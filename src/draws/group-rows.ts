/** Rows of a table of draws, put into their chains. */

import { DataError } from "../core/errors.ts"

/** The columns that R's `posterior` puts before the scalars; all counted from 1. */
export const INDEX_COLUMNS = [".chain", ".iteration", ".draw"] as const

/** Whether a column numbers chains or draws instead of holding a scalar. */
export function isIndexColumn(column: string): boolean {
  return INDEX_COLUMNS.some((index) => index === column)
}

/** What other programs call these columns: `as.matrix` of R's coda, plain names, and ArviZ, whose draws count within a chain. */
const OTHER_NAMES: readonly Readonly<Record<string, string>>[] = [
  { CHAIN: ".chain", ITER: ".iteration" },
  { chain: ".chain", iteration: ".iteration", draw: ".draw" },
  { chain: ".chain", draw: ".iteration" },
]

/** The names of columns, those that tell chain and iteration under posterior's names; a lone `chain` is a scalar. */
export function nameIndexColumns(columns: readonly string[]): readonly string[] {
  if (columns.includes(".chain")) return columns
  const style = OTHER_NAMES.find((names) =>
    Object.entries(names).every(([name, index]) => index === ".draw" || columns.includes(name)),
  )
  if (style === undefined) return columns
  const names = new Map(Object.entries(style))
  return columns.map((column) => names.get(column) ?? column)
}

/** Labels of each row; empty where the table does not have the column. */
export interface DrawLabels {
  readonly chain: ArrayLike<number>
  readonly iteration: ArrayLike<number>
}

/**
 * Row numbers of each chain, chains by label, rows by iteration.
 * @throws DataError for a label that is not whole, or an iteration that occurs twice in a chain
 */
export function groupByChain(rows: number, { chain, iteration }: DrawLabels, name: string): number[][] {
  const groups = new Map<number, number[]>()
  for (let row = 0; row < rows; row++) {
    const label = chain[row] ?? 1
    if (!Number.isInteger(label)) refuseLabel(label, ".chain", row + 1, name)
    const group = groups.get(label)
    if (group === undefined) groups.set(label, [row])
    else group.push(row)
  }
  const ordered = [...groups].sort(([a], [b]) => a - b)
  if (iteration.length > 0)
    for (const [label, group] of ordered) sortByIteration(group, iteration, label, name)
  return ordered.map(([, group]) => group)
}

function sortByIteration(group: number[], iteration: ArrayLike<number>, label: number, name: string): void {
  for (const row of group) {
    if (!Number.isInteger(iteration[row])) refuseLabel(iteration[row]!, ".iteration", row + 1, name)
  }
  group.sort((a, b) => iteration[a]! - iteration[b]!)
  for (let k = 1; k < group.length; k++) {
    const value = iteration[group[k]!]!
    if (value !== iteration[group[k - 1]!]) continue
    throw new DataError(`iteration ${value} of chain ${label} occurs twice`, {
      code: "duplicate-iteration",
      where: `${name}, row ${group[k]! + 1}`,
      hint: "give each chain its own number in the column .chain",
    })
  }
}

function refuseLabel(label: number, column: string, row: number, name: string): never {
  throw new DataError(`found "${label}", expected a whole number`, {
    code: "not-a-number",
    where: `${name}, row ${row}, column ${column}`,
    hint: "is this a file of draws? The first columns are .chain, .iteration, .draw",
  })
}
