/** Reference grids: rows in which some predictors vary and the others stand at typical values. */
import { DataError, ModelError, OptionError, suggest } from "../core/errors.ts"
import { toTable } from "../data/to-table.ts"
import { mean } from "../diagnostics/moments.ts"
import type { Expression } from "../models/formula/ast.ts"
import { type Frame, lookupColumn, openFrame } from "../models/formula/frame.ts"
import { newDesign } from "../models/formula/new-design.ts"
import { columnsRead } from "../models/formula/plan-design.ts"
import type { DesignRecipe } from "../models/formula/recipe.ts"
import { groupColumn } from "../models/formula/split-formula.ts"
import { estimability, type GriddedModel } from "./estimability.ts"

export type GridValue = number | string

/** A column that the fixed part of a model reads. */
export type GridVariable =
  | { readonly kind: "factor"; readonly levels: readonly GridValue[] }
  | { readonly kind: "numeric"; readonly mean: number; readonly min: number; readonly max: number }

/** A linear combination of the coefficients: the expectation of one row, or the mean of several. */
export interface GridPoint {
  /** What varies, by column. */
  readonly at: Readonly<Record<string, GridValue>>
  /** One a coefficient of the design. */
  readonly weights: Float64Array
  readonly offset: number
  /** False where the data do not tell, as of a combination of levels that they do not have. */
  readonly estimable: boolean
}

const MOST_ROWS = 100_000

/**
 * The columns that the fixed part and offsets of a model read, over the rows that were used: factors with their levels, numbers with
 * mean and range. A column that is used as a factor anywhere in the fixed part is one.
 *
 * @throws ModelError for a model that no formula made
 */
export function gridVariables({ design, data }: GriddedModel): Map<string, GridVariable> {
  const recipe = recipeOf(design.recipe, design.formula)
  const frame = openFrame(recipe.text, data, { factor: recipe.factorColumns, numeric: recipe.numericColumns })
  const factors = new Map(recipe.factors)
  const found = new Map<string, GridVariable>()
  const used = new Set(recipe.fixed.terms.terms.flatMap((term) => term.variables))
  const predictors = recipe.fixed.terms.variables.filter((_, index) => used.has(index))
  for (const { label, expression } of predictors) {
    const known = factors.get(label)
    if (known === undefined) continue
    const node = groupColumn(expression)!
    const isNumber = lookupColumn(frame, node).kind === "numeric"
    found.set(node.name, { kind: "factor", levels: isNumber ? known.levels.map(Number) : known.levels })
  }
  const others: readonly Expression[] = [...predictors.map(({ expression }) => expression), ...recipe.offsets]
  for (const expression of others) {
    for (const { name } of columnsRead(frame, expression)) {
      if (!found.has(name)) found.set(name, summariseColumn(frame, name, design.rowIndex))
    }
  }
  return found
}

function recipeOf(recipe: DesignRecipe | undefined, formula: string): DesignRecipe {
  if (recipe !== undefined) return recipe
  throw new ModelError("this design was not made from a formula", {
    code: "no-recipe",
    where: formula,
    hint: "make the model with lmm",
  })
}

function summariseColumn(frame: Frame, name: string, rows: Int32Array): GridVariable {
  const column = frame.columns.get(name)
  if (column?.kind !== "numeric") {
    const levels = column?.kind === "factor" ? column.levels : [...new Set(column?.values ?? [])]
    return { kind: "factor", levels: levels.filter((level) => level !== null) }
  }
  const values = Float64Array.from(rows, (row) => column.values[row]!)
  return {
    kind: "numeric",
    mean: mean(values),
    min: values.reduce((least, value) => Math.min(least, value), Infinity),
    max: values.reduce((most, value) => Math.max(most, value), -Infinity),
  }
}

/**
 * Every combination of the values of some columns.
 *
 * @throws OptionError for more combinations than can be looked at
 */
export function crossValues(values: ReadonlyMap<string, readonly GridValue[]>): Record<string, GridValue>[] {
  const size = [...values.values()].reduce((product, own) => product * own.length, 1)
  if (size > MOST_ROWS) {
    throw new OptionError(`the reference grid has ${size} rows, expected at most ${MOST_ROWS}`, {
      code: "too-large",
      where: "reference grid",
      hint: "fix some of the factors with at: { factor: level }",
    })
  }
  return [...values].reduce<Record<string, GridValue>[]>(
    (rows, [name, own]) => rows.flatMap((row) => own.map((value) => ({ ...row, [name]: value }))),
    [{}],
  )
}

/**
 * Expectations of rows as linear combinations of the coefficients.
 *
 * @param rows values of every column that the fixed part reads
 * @param groups of the result: for each, the rows that are averaged with equal weights and what it is called
 */
export function gridPoints(
  model: GriddedModel,
  rows: readonly Readonly<Record<string, GridValue>>[],
  groups: readonly { readonly at: GridPoint["at"]; readonly rows: readonly number[] }[],
): GridPoint[] {
  const grid = newDesign(model.design, toTable(rows, "reference grid"), { random: false })
  if (grid.nobs < rows.length) {
    throw new DataError("a value of the reference grid is missing", {
      code: "missing-value",
      where: "reference grid",
      hint: "give at: { column: value } for every column",
    })
  }
  const isEstimable = estimability(model, grid.leftOut.columns.length)
  return groups.map(({ at, rows: own }) => {
    const average = (column: Float64Array): number =>
      own.reduce((sum, row) => sum + column[row]!, 0) / own.length
    const weights = Float64Array.from(grid.fixed.columns, average)
    return {
      at,
      weights,
      offset: grid.offset === null ? 0 : average(grid.offset),
      estimable: isEstimable(weights, grid.leftOut.columns.map(average)),
    }
  })
}

/**
 * Values for `at`: one or several a column.
 *
 * @throws OptionError for a column that the fixed part does not read, or a level that a factor does not have
 */
export function checkAt(
  variables: ReadonlyMap<string, GridVariable>,
  at: Readonly<Record<string, GridValue | readonly GridValue[]>>,
): Map<string, readonly GridValue[]> {
  return new Map(
    Object.entries(at).map(([name, given]) => {
      const values = typeof given === "object" ? given : [given]
      const variable = lookupVariable(variables, name, "at")
      for (const value of values) {
        const known = variable.kind === "factor" ? variable.levels.includes(value) : Number.isFinite(value)
        if (known) continue
        throw new OptionError(
          `found ${JSON.stringify(value)}, expected ${variable.kind === "factor" ? "a level" : "a number"}`,
          {
            code: "invalid-option",
            where: `at ${name}`,
            hint:
              variable.kind === "factor"
                ? suggest(String(value), variable.levels.map(String))
                : "for instance 0",
          },
        )
      }
      return [name, values]
    }),
  )
}

/** @throws OptionError when the fixed part reads no such column */
export function lookupVariable(
  variables: ReadonlyMap<string, GridVariable>,
  name: string,
  where: string,
): GridVariable {
  const found = variables.get(name)
  if (found !== undefined) return found
  throw new OptionError(`the fixed part of the model does not read a column "${name}"`, {
    code: "unknown-column",
    where,
    hint: suggest(name, [...variables.keys()]),
  })
}
