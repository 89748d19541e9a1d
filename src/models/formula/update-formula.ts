/** A formula changed by another one, as R's `update.formula` does. */

import { ModelSyntaxError } from "../../core/errors.ts"
import { type Expression, type FormulaAst, findNodes, isBar, spanOf } from "./ast.ts"
import { namesRead } from "./functions.ts"
import { parseFormula } from "./parse.ts"
import { printExpression, printFormula } from "./print.ts"
import { expandBar, groupColumn, splitFormula } from "./split-formula.ts"
import { expandTerms, type ModelTerms, type Term, type Variable } from "./terms.ts"

/**
 * The formula that `change` makes of `formula`: `.` on the left of `~` stands for the response, on the right for all
 * terms, random ones included; `+` adds and `-` removes. `~ . - x` keeps the response. The result is simplified and
 * ordered as R does it: terms by degree, in order of appearance, random terms among those of the first degree; then
 * offsets, then `- 1` without an intercept. Unlike in R, `- offset(x)` takes an offset out.
 *
 * ```ts
 * updateFormula("y ~ a * b + (1 | g)", "log(.) ~ . - a:b + c") // log(y) ~ a + b + (1 | g) + c
 * ```
 *
 * @param columns of the data, which a `.` in `formula` itself stands for
 * @throws ModelSyntaxError for either text if it does not parse, for a `.` in `formula` without `columns`, and for a product
 *   with a random term or an offset
 */
export function updateFormula(formula: string, change: string, columns?: readonly string[]): string {
  const old = parseFormula(formula)
  const by = parseFormula(completeChange(change))
  const combined = printFormula({
    text: change,
    response: replaceDots(by.response, old.response),
    right: replaceDots(by.right, spellOut(old, columns)),
  })
  const { text, response, right } = parseFormula(combined)
  const terms = expandTerms(text, right, { dot: null, place: "right side of an update", opaque: true })
  const single = terms.terms.map((term) => checkProduct(text, terms, term))
  const isOffset = ({ variables }: Term): boolean => isOffsetCall(terms.variables[variables[0]!]!)
  const labels = [...single.filter((term) => !isOffset(term)), ...single.filter(isOffset)].map(
    ({ label }) => label,
  )
  const sum = labels.length === 0 ? "1" : labels.join(" + ")
  return `${printExpression(response)} ~ ${sum}${terms.intercept ? "" : " - 1"}`
}

/** Whether a text changes another formula: its left side is `.` or empty. A formula of its own has a response. */
export function isFormulaChange(text: string): boolean {
  return parseFormula(completeChange(text)).response.kind === "dot"
}

const completeChange = (change: string): string => (/^\s*~/.test(change) ? `. ${change}` : change)

/** The right side with the columns that its `.` stands for. */
function spellOut(ast: FormulaAst, columns: readonly string[] | undefined): Expression {
  const dot = findNodes(ast.right, (node): node is Expression => node.kind === "dot")[0]
  if (dot === undefined) return ast.right
  if (columns === undefined) {
    throw new ModelSyntaxError('"." stands for columns of data that are not known here', {
      code: "not-a-term",
      span: spanOf(ast.text, dot),
      hint: "write the columns out, or update the fit: fit.update(…)",
    })
  }
  const groups = splitFormula(ast)
    .bars.flatMap((bar) => expandBar(ast, bar))
    .flatMap(({ factors }) => factors.map(({ expression }) => groupColumn(expression)!.name))
  const taken = new Set([...groups, ...namesRead(ast.text, ast.response).map(({ name }) => name)])
  const place = { start: dot.start, end: dot.end }
  const [first, ...others] = columns
    .filter((name) => !taken.has(name))
    .map((name): Expression => ({ kind: "name", name, ...place }))
  if (first === undefined) return replaceDots(ast.right, { kind: "number", value: 1, ...place })
  const sum = others.reduce(
    (left, right) => ({ kind: "binary", operator: "+", left, right, ...place }),
    first,
  )
  return replaceDots(ast.right, sum)
}

/** The tree with `value` in place of every dot, in parentheses where an operator would take it apart. */
function replaceDots(node: Expression, value: Expression): Expression {
  const parens: Expression = { kind: "paren", inner: value, start: value.start, end: value.end }
  const closed = value.kind === "binary" || value.kind === "unary" ? parens : value
  if (value.kind === "bar") return replaceDots(node, parens)
  const replace = (child: Expression, isOpen: boolean): Expression => {
    switch (child.kind) {
      case "dot":
        return isOpen ? value : closed
      case "paren":
        return { ...child, inner: replace(child.inner, true) }
      case "unary":
        return { ...child, operand: replace(child.operand, false) }
      case "call":
        return {
          ...child,
          args: child.args.map((argument) => ({ ...argument, value: replace(argument.value, true) })),
        }
      case "bar":
        return { ...child, left: replace(child.left, true), right: replace(child.right, true) }
      case "binary": {
        const left = replace(child.left, child.operator === "+" || child.operator === "-")
        return { ...child, left, right: replace(child.right, child.operator === "+") }
      }
      default:
        return child
    }
  }
  return replace(node, true)
}

function isOffsetCall({ expression }: Variable): boolean {
  return expression.kind === "call" && expression.callee === "offset"
}

/** `.^2` of a formula with bars would multiply them. */
function checkProduct(text: string, { variables }: ModelTerms, term: Term): Term {
  if (term.variables.length === 1) return term
  const wrong = term.variables
    .map((index) => variables[index]!)
    .find((variable) => isOffsetCall(variable) || findNodes(variable.expression, isBar).length > 0)
  if (wrong === undefined) return term
  throw new ModelSyntaxError(`${wrong.label} cannot be part of a product`, {
    code: "misplaced-bar",
    span: spanOf(text, wrong.expression),
    hint: '"." stands for random terms and offsets as well: write the product out, . ~ . + a:b',
  })
}
