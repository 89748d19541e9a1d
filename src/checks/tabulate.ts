import type { ColumnTable } from "arquero"
import { DataError } from "../core/errors.ts"

/**
 * Rows of results as an Arquero table: `ranef`, `coef`, `varcorr`, `predict`, `hypothesis`, `marginalMeans` … Draws and other arrays of
 * numbers are left out, lists of texts joined, objects within a row (`levels`, `at`) spread over columns. Loads Arquero on first use.
 *
 * @param rows objects with the same keys; or, as `ranef` gives them, lists of such by grouping factor, which becomes a column `group`
 * @throws DataError when there are no rows
 */
export async function tabulate(
  rows: readonly object[] | Readonly<Record<string, readonly object[]>>,
): Promise<ColumnTable> {
  const flat: readonly object[] = isList(rows)
    ? rows
    : Object.entries(rows).flatMap(([group, own]) => own.map((row) => ({ group, ...row })))
  if (flat.length === 0) {
    throw new DataError("there are no rows", {
      code: "no-rows",
      where: "tabulate",
      hint: "give at least one",
    })
  }
  const cells = flat.map((row) => new Map(cellsOf(row)))
  const names = [...new Set(cells.flatMap((row) => [...row.keys()]))]
  const { table } = await import("arquero")
  return table(names.map((name) => [name, cells.map((row) => row.get(name) ?? null)]))
}

function cellsOf(row: object): [string, unknown][] {
  return Object.entries(row).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
    if (ArrayBuffer.isView(value)) return []
    if (Array.isArray(value)) return [[name, value.join(", ")]]
    return typeof value === "object" && value !== null ? cellsOf(value) : [[name, value]]
  })
}

const isList = (rows: object): rows is readonly object[] => Array.isArray(rows)
