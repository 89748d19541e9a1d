/** Draws as the columns of a table, the form that Parquet and Arrow share: those of R's `posterior::draws_df`. */

import { DataError } from "../core/errors.ts"
import { chainValues, createDraws, type Draws } from "./draws.ts"
import { groupByChain, isIndexColumn, nameIndexColumns } from "./group-rows.ts"

export interface DrawColumn {
  readonly name: string
  /** `.chain`, `.iteration` and `.draw` are whole, from 1; every other is a scalar. */
  readonly values: Int32Array | Float64Array
}

/** The columns `.chain`, `.iteration`, `.draw`, then one a scalar; chain after chain, none cut. */
export function drawsToColumns(draws: Draws): readonly DrawColumn[] {
  const rows = draws.lengths.reduce((sum, length) => sum + length, 0)
  const index = { chain: new Int32Array(rows), iteration: new Int32Array(rows) }
  let row = 0
  draws.lengths.forEach((length, c) => {
    for (let i = 0; i < length; i++, row++) {
      index.chain[row] = c + 1
      index.iteration[row] = i + 1
    }
  })
  const scalars = draws.names.map((name): DrawColumn => {
    const values = new Float64Array(rows)
    let offset = 0
    for (let c = 0; c < draws.chains; c++) {
      const chain = chainValues(draws, name, c)
      values.set(chain, offset)
      offset += chain.length
    }
    return { name, values }
  })
  return [
    { name: ".chain", values: index.chain },
    { name: ".iteration", values: index.iteration },
    { name: ".draw", values: Int32Array.from({ length: rows }, (_, k) => k + 1) },
    ...scalars,
  ]
}

/**
 * Draws of columns of numbers; rows may come in any order where `.chain` and `.iteration` tell theirs, otherwise they are
 * one chain in the order of the table. Missing values are NaN.
 *
 * @param name what error messages call the table, a file name
 * @throws DataError when there is no scalar or no row, a column holds what is no number, or an iteration occurs twice
 */
export function drawsFromColumns(columns: ReadonlyMap<string, ArrayLike<unknown>>, name: string): Draws {
  const called = nameIndexColumns([...columns.keys()])
  const numbers = new Map(
    [...columns].map(([column, values], k) => [called[k]!, toNumbers(values, column, name)]),
  )
  const names = [...numbers.keys()].filter((column) => !isIndexColumn(column))
  const rows = names.length === 0 ? 0 : numbers.get(names[0]!)!.length
  if (rows === 0) {
    throw new DataError(names.length === 0 ? "found no column of draws" : "found columns and no draws", {
      code: "no-draws",
      where: name,
      hint: "expected one column a scalar and one row a draw",
    })
  }
  const none = new Float64Array(0)
  const labels = { chain: numbers.get(".chain") ?? none, iteration: numbers.get(".iteration") ?? none }
  const chains = groupByChain(rows, labels, name)
  const capacity = Math.max(...chains.map((chain) => chain.length))
  const draws = createDraws({ names, chains: chains.length, capacity })
  for (const [scalar, column] of names.entries()) {
    const values = numbers.get(column)!
    for (const [c, order] of chains.entries()) {
      const start = (scalar * chains.length + c) * capacity
      for (const [k, row] of order.entries()) draws.values[start + k] = values[row]!
    }
  }
  for (const [c, order] of chains.entries()) draws.lengths[c] = order.length
  return draws
}

function toNumbers(values: ArrayLike<unknown>, column: string, name: string): Float64Array {
  if (values instanceof Float64Array) return values
  return Float64Array.from({ length: values.length }, (_, row) => {
    const value = values[row]
    if (typeof value === "number") return value
    if (value === null || value === undefined) return NaN
    if (typeof value === "bigint") return Number(value)
    if (typeof value === "boolean") return value ? 1 : 0
    throw new DataError(`found ${JSON.stringify(value)}, expected a number`, {
      code: "not-a-number",
      where: `${name}, row ${row + 1}, column ${column}`,
      hint: "is this a file of draws? Every column but .chain, .iteration and .draw is a scalar",
    })
  })
}
