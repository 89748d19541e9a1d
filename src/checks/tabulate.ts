import type { ColumnTable } from "arquero"
import { DataError } from "../core/errors.ts"

/**
 * Rows of results as an Arquero table: `ranef`, `coef`, `varcorr`, `predict`, `hypothesis`, `marginalMeans` … Draws and other arrays of
 * numbers are left out; lists of texts are joined. Loads Arquero on first use.
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
  const first = flat[0]
  if (first === undefined) {
    throw new DataError("there are no rows", {
      code: "no-rows",
      where: "tabulate",
      hint: "give at least one",
    })
  }
  const names = Object.entries(first).flatMap(([name, value]) => (ArrayBuffer.isView(value) ? [] : [name]))
  const { table } = await import("arquero")
  return table(
    names.map((name) => [
      name,
      flat.map((row): unknown => {
        const value: unknown = Reflect.get(row, name)
        return Array.isArray(value) ? value.join(", ") : value
      }),
    ]),
  )
}

const isList = (rows: object): rows is readonly object[] => Array.isArray(rows)
