/** The matrices of a fitted design for new rows, for predictions. */

import { DataError, ModelError, suggest } from "../../core/errors.ts"
import { asFactor, interactFactors } from "../../data/factor.ts"
import type { FactorColumn, Table } from "../../data/table.ts"
import type { Design, RandomDesign } from "./design.ts"
import { findCompleteRows, sumOffsets, takeRows } from "./design-rows.ts"
import { type Evaluation, evaluateNumbers, evaluateVariable } from "./evaluate.ts"
import { type Frame, lookupColumn, markMissing, openFrame } from "./frame.ts"
import { buildMatrix, type ModelVariable } from "./model-matrix.ts"
import type { DesignRecipe, FactorRecipe, MatrixRecipe } from "./recipe.ts"
import { groupColumn } from "./split-formula.ts"
import type { Variable } from "./terms.ts"

export interface NewDesignOptions {
  /** False leaves the random terms out, and needs no grouping columns; true by default. */
  readonly random?: boolean
}

export interface NewDesign {
  /** Rows that could be coded: no predictor is missing in them. */
  readonly nobs: number
  readonly dropped: number
  /** `rowIndex[i]` is the row of the table that became row `i`. */
  readonly rowIndex: Int32Array
  readonly offset: Float64Array | null
  /** Names and columns as in the fitted design. */
  readonly fixed: { readonly names: readonly string[]; readonly columns: readonly Float64Array[] }
  /** The columns that the fitted design dropped for rank deficiency, as these rows have them: where one is not zero, the fit may not tell. */
  readonly leftOut: { readonly names: readonly string[]; readonly columns: readonly Float64Array[] }
  /**
   * As in the fitted design, levels included; a code of -1 marks a row whose level was not in the fitted data, or is
   * missing.
   */
  readonly random: readonly RandomDesign[]
  /** For each random term, the levels behind its codes of -1. */
  readonly newLevels: readonly NewLevels[]
}

/** Levels of a grouping factor that the fitted data did not have. */
export interface NewLevels {
  /** Index in `levels` of each row's level; -1 where the fitted data had it. */
  readonly codes: Int32Array
  /** Each occurs; a row whose level is missing has one of its own, called `NA`. */
  readonly levels: readonly string[]
}

/**
 * Codes new rows as the rows of a design were coded: the same levels and contrasts, the same coefficients of `scale`
 * and `poly`, the same columns dropped for rank deficiency. The response need not be there.
 *
 * @param design a design made by `buildDesign`, or a structured clone of one.
 * @param table the new rows; not changed, not shared with the result.
 * @throws ModelError `unknown-column`, `not-numeric`; `no-recipe` for a design that no formula made.
 * @throws DataError `unknown-level` for a level of a fixed factor that the fitted data did not have; `not-finite`,
 *   `no-rows`, `all-missing` as `buildDesign` does.
 */
export function newDesign(design: Design, table: Table, options: NewDesignOptions = {}): NewDesign {
  const { recipe } = design
  if (recipe === undefined) {
    throw new ModelError("this design was not made from a formula", {
      code: "no-recipe",
      where: design.formula,
      hint: "make it with buildDesign",
    })
  }
  const present = (name: string): boolean => table.columns.has(name)
  const frame = openFrame(recipe.text, table, {
    factor: recipe.factorColumns.filter(present),
    numeric: recipe.numericColumns.filter(present),
  })
  const random = (options.random ?? true) ? recipe.random : []
  const predictors = findPredictors([recipe.fixed, ...random.map(({ matrix }) => matrix)])
  const expressions = [...predictors.map(({ expression }) => expression), ...recipe.offsets]
  const { rowIndex, used } = findCompleteRows(expressions, frame)
  const coefficients = new Map(recipe.coefficients)
  const evaluation: Evaluation = { frame, used, coefficients, role: "predictor" }
  const variables = evaluatePredictors(predictors, evaluation, rowIndex, recipe)

  const rows = rowIndex.length
  const ones = new Float64Array(rows).fill(1)
  const full = buildMatrix(recipe.fixed, variables, rows, frame.table, ones)
  const kept = new Set(recipe.kept)
  const groups = random.map(({ factors }, k) => codeGroup(factors, design.random[k]!.levels, frame, rowIndex))
  return {
    nobs: rows,
    dropped: table.rows - rows,
    rowIndex,
    offset: sumOffsets(recipe.offsets, evaluation, rowIndex),
    fixed: takeColumns(full, (j) => kept.has(j)),
    leftOut: takeColumns(full, (j) => !kept.has(j)),
    random: random.map(({ matrix, column }, k): RandomDesign => {
      const { columns } = buildMatrix(matrix, variables, rows, frame.table, ones)
      const own = column === null ? columns : [columns[column]!]
      return { ...design.random[k]!, codes: groups[k]!.codes, columns: own }
    }),
    newLevels: groups.map(({ newLevels }) => newLevels),
  }
}

function takeColumns(
  { names, columns }: NewDesign["fixed"],
  wanted: (column: number) => boolean,
): NewDesign["fixed"] {
  return { names: names.filter((_, j) => wanted(j)), columns: columns.filter((_, j) => wanted(j)) }
}

function findPredictors(matrices: readonly MatrixRecipe[]): readonly Variable[] {
  const predictors = new Map<string, Variable>()
  for (const { terms } of matrices) {
    for (const index of terms.terms.flatMap((term) => term.variables)) {
      const variable = terms.variables[index]!
      predictors.set(variable.label, variable)
    }
  }
  return [...predictors.values()]
}

function evaluatePredictors(
  predictors: readonly Variable[],
  evaluation: Evaluation,
  rowIndex: Int32Array,
  recipe: DesignRecipe,
): ReadonlyMap<string, ModelVariable> {
  const factors = new Map(recipe.factors)
  const variables = new Map<string, ModelVariable>()
  for (const { label, expression } of predictors) {
    const known = factors.get(label)
    if (known !== undefined) {
      const codes = codeFactor({ label, expression }, known, evaluation.frame, rowIndex)
      variables.set(label, { kind: "factor", codes, ...known })
      continue
    }
    const values = evaluateVariable(evaluation, expression)
    // A column of numbers in the fitted data that is text here: reading it as numbers says which value is wrong.
    const columns = values.kind === "numeric" ? values.columns : [evaluateNumbers(evaluation, expression)]
    const suffixes = values.kind === "numeric" ? values.suffixes : [""]
    variables.set(label, {
      kind: "numeric",
      columns: columns.map((column) => takeRows(column, rowIndex)),
      suffixes,
    })
  }
  return variables
}

function codeFactor(
  { label, expression }: Variable,
  { levels }: FactorRecipe,
  frame: Frame,
  rowIndex: Int32Array,
): Int32Array {
  const node = groupColumn(expression)!
  const factor = asFactor(lookupColumn(frame, node), node.name)
  const codes = mapCodes(factor, levels, rowIndex)
  const unknown = codes.indexOf(-1)
  if (unknown === -1) return codes
  const row = rowIndex[unknown]!
  const level = factor.levels[factor.codes[row]!]!
  throw new DataError(`"${level}" in row ${row + 1} is not a level of factor "${label}"`, {
    code: "unknown-level",
    where: frame.table,
    hint: suggest(level, levels),
  })
}

function codeGroup(
  factors: readonly Variable[],
  levels: readonly string[],
  frame: Frame,
  rowIndex: Int32Array,
): { readonly codes: Int32Array; readonly newLevels: NewLevels } {
  const parts: FactorColumn[] = []
  for (const { expression } of factors) {
    const node = groupColumn(expression)!
    const column = lookupColumn(frame, node)
    const missing = markMissing(column, new Uint8Array(frame.rows))
    if (missing === frame.rows) {
      const codes = new Int32Array(rowIndex.length).fill(-1)
      return { codes, newLevels: { codes: codes.map((_, i) => i), levels: Array.from(codes, () => "NA") } }
    }
    parts.push(asFactor(column, node.name))
  }
  const factor = parts.reduce(interactFactors)
  const codes = mapCodes(factor, levels, rowIndex)
  return { codes, newLevels: findNewLevels(factor, codes, rowIndex) }
}

function findNewLevels(factor: FactorColumn, codes: Int32Array, rowIndex: Int32Array): NewLevels {
  const numbered = new Map<number, number>()
  const levels: string[] = []
  const newCodes = codes.map((code, i) => {
    if (code >= 0) return -1
    const found = factor.codes[rowIndex[i]!]!
    const known = numbered.get(found)
    if (known !== undefined) return known
    levels.push(found < 0 ? "NA" : factor.levels[found]!)
    if (found >= 0) numbered.set(found, levels.length - 1)
    return levels.length - 1
  })
  return { codes: newCodes, levels }
}

/** For each row its code among `levels`; -1 for a level that is not there and where the level is missing. */
function mapCodes(factor: FactorColumn, levels: readonly string[], rowIndex: Int32Array): Int32Array {
  const codeOf = new Map(levels.map((level, code) => [level, code]))
  const translated = factor.levels.map((level) => codeOf.get(level) ?? -1)
  return rowIndex.map((row) => translated[factor.codes[row]!] ?? -1)
}
