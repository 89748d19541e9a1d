/**
 * From formula and table to the matrices of a model:
 *
 *   text ─parse─► tree ─split─► fixed part, bars ─expand─► terms ─┐
 *   table ─convert─► columns ─complete rows─► variables ──────────┴─► codings ─► matrices ─► rank, checks ─► Design
 */

import { dropUnusedLevels } from "../../data/factor.ts"
import type { FactorColumn, Table } from "../../data/table.ts"
import { type Expression, type FormulaAst, nameNode } from "./ast.ts"
import { checkConstants, checkDuplicates, checkFixed, checkLevels, checkRandom } from "./check-design.ts"
import { type ContrastOption, checkContrastKeys, resolveContrast } from "./contrast-options.ts"
import type { Design, FixedDesign, RandomDesign } from "./design.ts"
import { findCompleteRows, groupRows, sumOffsets, takeRows } from "./design-rows.ts"
import { type Evaluation, evaluateNumbers, evaluateVariable } from "./evaluate.ts"
import { type Conversions, openFrame } from "./frame.ts"
import { buildMatrix, type ModelMatrix, type ModelVariable } from "./model-matrix.ts"
import { centreHint, describeOffCentre, findOffCentre } from "./off-centre.ts"
import { parseFormula } from "./parse.ts"
import { columnsRead, planDesign } from "./plan-design.ts"
import { printExpression, printFormula } from "./print.ts"
import { findIndependentColumns } from "./rank.ts"
import type { DesignRecipe, FactorRecipe, MatrixRecipe, RandomRecipe } from "./recipe.ts"
import type { RandomTerm } from "./split-formula.ts"
import { type Subset, selectRows } from "./subset.ts"
import { codeTerms, type ModelTerms } from "./terms.ts"
import type { Coefficients } from "./transforms.ts"

export interface DesignOptions extends Conversions {
  /** Coding of factors; treatment by default. */
  readonly contrasts?: ContrastOption
  /** The residual variance is given, so that a grouping factor may have a level for each row. */
  readonly residualKnown?: boolean
  /** Messages beyond this number are counted, not shown; 20 by default. */
  readonly maxMessages?: number
  /** Columns outside the formula, of weights or times: rows where one is missing are left out as well. */
  readonly complete?: readonly string[]
  /**
   * Rows to use: a condition such as `week <= 6 & sex == "M"`, a boolean for each row, or a function of a row. Rows where
   * it is NA are left out. `scale` and `poly` still take their coefficients from all rows, as in R.
   */
  readonly subset?: Subset
}

/**
 * The design of a hierarchical linear model, with the coding, the names and the order of R and lme4.
 *
 * - Text columns are factors; a column on the right of a bar is one there, whatever it is elsewhere.
 * - A row is used when it is in the `subset` and no variable of the formula is missing in it. `scale` and `poly` take their coefficients from
 *   all rows where their own argument is present, as in R.
 * - `.` is every column that is neither in the response nor a grouping factor.
 * - Fixed columns that depend linearly on earlier ones are dropped with a message.
 * - A formula without bars gives a design without random terms.
 *
 * @param formula a text, or the tree of one.
 * @param table the data; not changed.
 * @param shared for a design that is read at once: columns of the table may be part of it as they are, instead of copies, and the
 *   intercept's column is left unfilled.
 * @throws ModelSyntaxError, with the place, for a formula that does not parse or makes no sense.
 * @throws ModelError for an unknown variable, a response that is not numeric or is used as a predictor, a constant
 *   predictor, a factor with one level, a grouping factor with one level or too many, duplicated random terms, and
 *   fewer rows than coefficients.
 * @throws DataError for a column or table without values and for a result that is not finite.
 * @throws OptionError for options that name no column or have a value they cannot have.
 */
export function buildDesign(
  formula: string | FormulaAst,
  table: Table,
  options: DesignOptions = {},
  shared = false,
): Design {
  const ast = typeof formula === "string" ? parseFormula(formula) : formula
  const frame = openFrame(ast.text, table, options)
  const plan = planDesign(ast, frame)
  checkContrastKeys(options.contrasts, [
    ...frame.columns.keys(),
    ...plan.predictors.map((variable) => variable.label),
  ])
  const outside = (options.complete ?? []).filter((name) => frame.columns.has(name)).map(nameNode)
  const selection = options.subset === undefined ? null : selectRows(table, options.subset, options)
  const { rowIndex, used } = findCompleteRows([...plan.expressions, ...outside], frame, selection)
  const rows = rowIndex.length
  const coefficients = new Map<string, Coefficients>()
  const evaluation: Evaluation = { frame, used, coefficients, role: "predictor" }
  const messages: string[] = []
  if (plan.leftOut.length > 0) {
    messages.push(`"." leaves out ${quoteAll(plan.leftOut)}, by which rows are grouped`)
  }

  const take = (values: Float64Array): Float64Array => takeRows(values, rowIndex, shared)
  const response = take(evaluateNumbers({ ...evaluation, role: "response" }, ast.response))
  const offset = sumOffsets(plan.offsets, evaluation, rowIndex)
  const variables = new Map<string, ModelVariable>()
  for (const { label, expression } of plan.predictors) {
    const values = evaluateVariable(evaluation, expression)
    if (values.kind === "numeric") {
      const columns = values.columns.map(take)
      variables.set(label, { ...values, columns })
      continue
    }
    const { codes, levels } = useLevels(values.factor, label, rowIndex, messages)
    checkLevels(label, levels, frame.table)
    const keys = [label, ...columnsRead(frame, expression).map((node) => node.name)]
    const contrast = resolveContrast(options.contrasts, keys, levels, isOrdered(expression))
    variables.set(label, { kind: "factor", codes, levels, contrast })
  }

  const fixedRecipe = makeRecipe(plan.fixed, variables)
  checkConstants(plan.fixed, variables, frame.table)
  // One column for all intercepts: it is the largest thing that a design could hold twice.
  const ones = new Float64Array(rows)
  if (!shared) ones.fill(1)
  const full = buildMatrix(fixedRecipe, variables, rows, frame.table, ones)
  checkFixed(full, rows, frame.table)
  const kept = findIndependentColumns(
    full.columns.map((column) => (column === ones ? null : column)),
    rows,
  )
  const fixed = keepColumns(full, kept, messages)

  const randomRecipes = plan.random.map((term) => makeRecipe(term.terms, variables))
  const groups = new Map<string, FactorColumn>()
  const split: (RandomRecipe & { readonly term: RandomTerm })[] = []
  const random = plan.random.flatMap((term, k): readonly RandomDesign[] => {
    checkConstants(term.terms, variables, frame.table)
    const group = groups.get(term.group) ?? groupRows(term.factors, frame, rowIndex, shared)
    groups.set(term.group, group)
    const matrix = buildMatrix(randomRecipes[k]!, variables, rows, frame.table, ones)
    const { names, columns } = matrix
    const design = { group: term.group, levels: group.levels, codes: group.codes, terms: names, columns }
    checkRandom(term, design, rows, options.residualKnown ?? false, frame.table)
    const recipe = { matrix: randomRecipes[k]!, factors: term.factors, term }
    const parts = splitStructure(design, term)
    split.push(...parts.map((_, column) => ({ ...recipe, column: parts.length === 1 ? null : column })))
    return parts
  })
  checkDuplicates(
    split.map(({ term }) => term),
    random,
    ast.text,
  )

  return {
    formula: typeof formula === "string" ? formula : printFormula(ast),
    response: { name: printExpression(ast.response), values: response },
    offset,
    fixed,
    random,
    nobs: rows,
    dropped: table.rows - (selection?.excluded ?? 0) - rows,
    ...(selection === null
      ? {}
      : { subset: { condition: selection.condition, excluded: selection.excluded } }),
    rowIndex,
    messages: limitMessages(messages, options.maxMessages ?? 20),
    recipe: {
      text: ast.text,
      factorColumns: options.factor ?? [],
      numericColumns: options.numeric ?? [],
      coefficients: [...coefficients],
      factors: factorRecipes(variables),
      offsets: plan.offsets,
      fixed: fixedRecipe,
      kept,
      random: split.map(({ matrix, factors, column }) => ({ matrix, factors, column })),
    },
  }
}

function isOrdered(expression: Expression): boolean {
  return expression.kind === "call" && expression.callee === "ordered"
}

/** The factor in the rows used, without the levels that do not occur there; says so when a level goes. */
function useLevels(
  factor: FactorColumn,
  label: string,
  rowIndex: Int32Array,
  messages: string[],
): FactorColumn {
  const used = dropUnusedLevels({ ...factor, codes: takeRows(factor.codes, rowIndex) })
  const kept = new Set(used.levels)
  const unused = factor.levels.filter((level) => !kept.has(level))
  if (unused.length > 0) {
    const levels = unused.length === 1 ? "level" : "levels"
    messages.push(`factor "${label}": dropped unused ${levels} ${quoteAll(unused)}`)
  }
  return used
}

/** `diag` takes its columns apart; the structure of a single column is none. */
function splitStructure(design: RandomDesign, { structure }: RandomTerm): readonly RandomDesign[] {
  const { terms, columns } = design
  if (structure === "unstructured" || terms.length === 1) return [design]
  if (structure !== "diag") return [{ ...design, structure }]
  return terms.map((name, t) => ({ ...design, terms: [name], columns: [columns[t]!] }))
}

function makeRecipe(terms: ModelTerms, variables: ReadonlyMap<string, ModelVariable>): MatrixRecipe {
  const isFactor = (index: number): boolean => variables.get(terms.variables[index]!.label)?.kind === "factor"
  return { terms, codings: codeTerms(terms, isFactor) }
}

function keepColumns(full: ModelMatrix, kept: readonly number[], messages: string[]): FixedDesign {
  if (kept.length < full.columns.length) {
    const left = new Set(kept)
    const gone = full.names.filter((_, j) => !left.has(j))
    const columns = gone.length === 1 ? "column" : `${gone.length} columns`
    messages.push(`fixed-effect model matrix is rank deficient: dropped ${columns} ${quoteAll(gone)}`)
  }
  const offCentre = findOffCentre(full, kept)
  for (const column of offCentre) messages.push(`${describeOffCentre(column)}: ${centreHint(column)}`)
  return {
    names: kept.map((j) => full.names[j]!),
    columns: kept.map((j) => full.columns[j]!),
    terms: full.terms,
    assign: kept.map((j) => full.assign[j]!),
    ...(offCentre.length === 0 ? {} : { offCentre }),
  }
}

function factorRecipes(variables: ReadonlyMap<string, ModelVariable>): DesignRecipe["factors"] {
  const recipes: [string, FactorRecipe][] = []
  for (const [label, variable] of variables) {
    if (variable.kind === "factor")
      recipes.push([label, { levels: variable.levels, contrast: variable.contrast }])
  }
  return recipes
}

/** The texts in quotation marks; of many, the first ten. */
function quoteAll(texts: readonly string[]): string {
  const shown = texts.slice(0, 10).map((text) => `"${text}"`)
  return shown.join(", ") + (texts.length > 10 ? ` and ${texts.length - 10} more` : "")
}

function limitMessages(messages: readonly string[], most: number): readonly string[] {
  if (messages.length <= most) return messages
  return [...messages.slice(0, most), `and ${messages.length - most} more messages`]
}
