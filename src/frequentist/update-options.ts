/** What the `update` of linear and of mixed models have in common. */

import { ModelError } from "../core/errors.ts"
import type { Table } from "../data/table.ts"
import { type TableInput, toTable } from "../data/to-table.ts"
import { updateFormula } from "../models/formula/update-formula.ts"

/** The arguments of an `update`, as a fit by a formula takes them. */
export interface FormulaUpdate<Changes> {
  readonly formula: string
  /** Whether a formula was given, the same or another. */
  readonly isFormula: boolean
  readonly table: Table
  readonly changed: Omit<Changes, "data">
}

/**
 * Reads `update(". ~ . - x", changes)` or `update(changes)` of a fit of `formula` to `table`; `data` among the changes replaces the table.
 * @throws what `updateFormula` and `toTable` throw
 */
export function readUpdate<Changes extends { readonly data?: TableInput }>(
  formula: string,
  table: Table,
  change: string | Changes,
  changes: Changes | undefined,
): FormulaUpdate<Changes> {
  const isFormula = typeof change === "string"
  const { data, ...changed }: { readonly data?: TableInput } = (isFormula ? changes : change) ?? {}
  return {
    formula: isFormula ? updateFormula(formula, change, [...table.columns.keys()]) : formula,
    isFormula,
    table: data === undefined ? table : toTable(data),
    changed: changed as Omit<Changes, "data">,
  }
}

/** The options with some changed; `null` takes one away. */
export function mergeOptions<Options extends object>(
  options: Options,
  changes: { readonly [Name in keyof Options]?: Options[Name] | null },
): Options {
  const merged: [string, unknown][] = Object.entries({ ...options, ...changes })
  return Object.fromEntries(merged.filter(([, value]) => value !== null)) as Options
}

/** The error of updating what no formula made. */
export function notFromFormula(where: string, call: string): ModelError {
  return new ModelError("this fit was made from a design, without the data of its formula", {
    code: "no-formula",
    where,
    hint: `fit the formula with ${call}, and update that`,
  })
}
