/** Finds the parts of a formula and its variables in a table, before any value is computed. */

import { ModelError } from "../../core/errors.ts"
import type { Expression, FormulaAst, NameNode } from "./ast.ts"
import { spanOf, withoutParens } from "./ast.ts"
import { type Frame, isPi, lookupColumn } from "./frame.ts"
import { matchArguments, namesRead } from "./functions.ts"
import { printExpression } from "./print.ts"
import { expandBar, groupColumn, type RandomTerm, splitFormula } from "./split-formula.ts"
import { expandTerms, type ModelTerms, type Variable } from "./terms.ts"

/** The parts of a formula, its variables found. */
export interface Plan {
  readonly ast: FormulaAst
  readonly fixed: ModelTerms
  readonly random: readonly RandomTerm[]
  /** The arguments of the offsets. */
  readonly offsets: readonly Expression[]
  /** Predictors that a term uses, each once. */
  readonly predictors: readonly Variable[]
  /** Every expression whose values the model needs: response, predictors, offsets, grouping factors. */
  readonly expressions: readonly Expression[]
  /** Columns left out of `.` because rows are grouped by them. */
  readonly leftOut: readonly string[]
}

/**
 * Splits and expands a formula and looks its variables up.
 *
 * @throws ModelSyntaxError for a formula that makes no sense, ModelError `unknown-column`, and ModelError
 *   `response-as-predictor`.
 */
export function planDesign(ast: FormulaAst, frame: Frame): Plan {
  const { text } = ast
  const split = splitFormula(ast)
  const random = split.bars.flatMap((bar) => expandBar(ast, bar))
  const responseNames = columnsRead(frame, ast.response)
  const groupNames = new Set(
    random.flatMap((term) => term.factors.map((factor) => groupColumn(factor.expression)!.name)),
  )
  const inResponse = new Set(responseNames.map((node) => node.name))
  const others = [...frame.columns.keys()].filter((name) => !inResponse.has(name))
  const dot = others.filter((name) => !groupNames.has(name))
  const fixed = expandTerms(text, split.fixed, { dot, place: "fixed part" })
  const readsDot = hasDot(split.fixed)
  const offsets = fixed.offsets.map((call) => matchArguments(text, call)[0])

  const predictors = new Map<string, Variable>()
  for (const terms of [fixed, ...random.map((term) => term.terms)]) {
    // Also what a minus takes out must exist, though its missing values do not matter.
    for (const variable of terms.variables) columnsRead(frame, variable.expression)
    for (const term of terms.terms) {
      for (const index of term.variables) {
        const variable = terms.variables[index]!
        predictors.set(variable.label, variable)
      }
    }
  }
  const rightSide: readonly Expression[] = [
    ...[...predictors.values()].map((variable) => variable.expression),
    ...offsets,
    ...random.flatMap((term) => term.factors.map((factor) => factor.expression)),
  ]
  checkResponse(ast, frame, responseNames, rightSide)
  return {
    ast,
    fixed,
    random,
    offsets,
    predictors: [...predictors.values()],
    expressions: [ast.response, ...rightSide],
    leftOut: readsDot ? others.filter((name) => groupNames.has(name)) : [],
  }
}

function hasDot(node: Expression | null): boolean {
  if (node === null) return false
  if (node.kind === "dot") return true
  if (node.kind === "binary") return hasDot(node.left) || hasDot(node.right)
  if (node.kind === "unary") return hasDot(node.operand)
  return node.kind === "paren" && hasDot(node.inner)
}

/** The columns an expression reads; throws for a name that is no column. */
export function columnsRead(frame: Frame, expression: Expression): readonly NameNode[] {
  const names = namesRead(frame.text, expression).filter((node) => !isPi(frame, node.name))
  for (const node of names) lookupColumn(frame, node)
  return names
}

/** Refuses a response that is also a predictor; several columns may make a response and one of them predict it. */
function checkResponse(
  ast: FormulaAst,
  frame: Frame,
  responseNames: readonly NameNode[],
  rightSide: readonly Expression[],
): void {
  const names = new Set(responseNames.map((node) => node.name))
  const label = printExpression(withoutParens(ast.response))
  for (const expression of rightSide) {
    const same = printExpression(expression) === label
    const read = columnsRead(frame, expression).find((node) => names.size === 1 && names.has(node.name))
    if (!same && read === undefined) continue
    throw new ModelError(`the response "${label}" is also on the right side`, {
      code: "response-as-predictor",
      where: ast.text,
      span: spanOf(ast.text, read ?? expression),
      hint: "take it out of the right side",
    })
  }
}
