/** The values of a condition such as `week <= 6 & sex == "M"` over the rows of a table, with R's third value NA. */

import { ModelError, ModelSyntaxError } from "../../core/errors.ts"
import { compareText } from "../../data/factor.ts"
import { formatNumber } from "../../data/format-number.ts"
import { parseNumber } from "../../data/parse-number.ts"
import type { Column } from "../../data/table.ts"
import type { CallNode, ConditionNode, ConditionOperator, Expression } from "./ast.ts"
import { spanOf, withoutParens } from "./ast.ts"
import { evaluateArithmetic } from "./evaluate.ts"
import { type Frame, lookupColumn, textAt } from "./frame.ts"
import { printExpression } from "./print.ts"

/** Per row 1 for true, 0 for false, -1 for NA. */
export type Truth = Int8Array

type Value =
  | { readonly kind: "logical"; readonly values: Truth }
  | { readonly kind: "numbers"; readonly at: (row: number) => number }
  | { readonly kind: "texts"; readonly at: (row: number) => string | null; readonly column: Column | null }

const NA = -1

/**
 * Evaluates a condition as R does: `NA & FALSE` is false, `NA | TRUE` true, `x %in% c(1, 2)` and `is.na(x)` never NA; what
 * a comparison cannot tell, because a value is missing or not a number, is NA. A number compared with a text is
 * compared as text, except by order, where the text has to be a number. A column of `TRUE` and `FALSE` is a condition.
 *
 * @param frame the table's columns; its text is that of the condition
 * @returns length of the frame
 * @throws ModelSyntaxError for an expression that is no condition; ModelError `unknown-column`, `not-logical`, `not-numeric`
 */
export function evaluateCondition(frame: Frame, node: Expression): Truth {
  const value = evaluate(frame, node)
  if (value.kind !== "numbers") return asLogical(frame, value, node)
  const printed = printExpression(node)
  throw notLogical(frame, node, `"${printed}" is a number, not true or false`, `compare it: ${printed} == 1`)
}

function evaluate(frame: Frame, node: Expression): Value {
  switch (node.kind) {
    case "paren":
      return evaluate(frame, node.inner)
    case "string":
      return { kind: "texts", at: () => node.value, column: null }
    case "name":
      return evaluateName(frame, node)
    case "bar":
      return combine(frame, "|", node.left, node.right)
    case "condition":
      return evaluateOperator(frame, node)
    case "call":
      if (node.callee === "is.na") return { kind: "logical", values: findMissing(frame, node) }
      break
    case "binary":
      if (node.operator === "%in%") return { kind: "logical", values: findMembers(frame, node) }
  }
  const used = new Uint8Array(frame.rows)
  const values = evaluateArithmetic({ frame, used, coefficients: new Map(), role: "column" }, node)
  return { kind: "numbers", at: typeof values === "number" ? () => values : (row) => values[row]! }
}

const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ["TRUE", 1],
  ["T", 1],
  ["FALSE", 0],
  ["F", 0],
  ["NA", NA],
])

function evaluateName(frame: Frame, node: Extract<Expression, { kind: "name" }>): Value {
  const constant = frame.columns.has(node.name) ? undefined : CONSTANTS.get(node.name)
  if (constant !== undefined) return { kind: "logical", values: new Int8Array(frame.rows).fill(constant) }
  if (node.name === "pi" && !frame.columns.has("pi")) return { kind: "numbers", at: () => Math.PI }
  const column = lookupColumn(frame, node)
  if (column.kind !== "numeric") return { kind: "texts", at: (row) => textAt(column, row), column }
  const { values } = column
  return { kind: "numbers", at: (row) => values[row]! }
}

function evaluateOperator(frame: Frame, { operator, operands }: ConditionNode): Value {
  const [left, right] = operands as [Expression, Expression]
  if (operator === "&") return combine(frame, "&", left, right)
  if (operator !== "!") return { kind: "logical", values: compare(frame, operator, left, right) }
  const values = asLogical(frame, evaluate(frame, left), left)
  return { kind: "logical", values: values.map((value) => (value === NA ? NA : 1 - value)) }
}

/** What one operand alone decides; otherwise a missing one leaves the whole unknown. */
function combine(frame: Frame, operator: "&" | "|", left: Expression, right: Expression): Value {
  const decisive = operator === "&" ? 0 : 1
  const a = asLogical(frame, evaluate(frame, left), left)
  const b = asLogical(frame, evaluate(frame, right), right)
  const values = a.map((value, row) => {
    const other = b[row]!
    if (value === decisive || other === decisive) return decisive
    return value === NA || other === NA ? NA : 1 - decisive
  })
  return { kind: "logical", values }
}

/** As R takes an operand of `&`: a number is true unless it is zero, a text by what it says. */
function asLogical(frame: Frame, value: Value, node: Expression): Truth {
  if (value.kind === "logical") return value.values
  const truth = new Int8Array(frame.rows)
  for (let row = 0; row < truth.length; row++) {
    const found = value.at(row)
    if (typeof found === "number") truth[row] = Number.isNaN(found) ? NA : Number(found !== 0)
    else truth[row] = found === null ? NA : readLogical(frame, node, found, row)
  }
  return truth
}

function readLogical(frame: Frame, node: Expression, found: string, row: number): number {
  const truth = CONSTANTS.get(found.toUpperCase())
  if (truth !== undefined) return truth
  const printed = printExpression(node)
  const message = `"${printed}" is not true or false: row ${row + 1} is "${found}"`
  throw notLogical(frame, node, message, `compare it: ${printed} == "${found}"`)
}

type Comparison = Exclude<ConditionOperator, "&" | "!">

const COMPARE: Readonly<Record<Comparison, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
}

function compare(frame: Frame, operator: Comparison, leftNode: Expression, rightNode: Expression): Truth {
  const left = evaluate(frame, leftNode)
  const right = evaluate(frame, rightNode)
  const decide = COMPARE[operator]
  const truth = new Int8Array(frame.rows)
  const set = (row: number, a: number, b: number): void => {
    truth[row] = Number.isNaN(a) || Number.isNaN(b) ? NA : Number(decide(a, b))
  }
  const isEquality = operator === "==" || operator === "!="
  const bothTexts = left.kind === "texts" && right.kind === "texts"
  const anyText = left.kind === "texts" || right.kind === "texts"
  if (anyText && (left.kind === "logical" || right.kind === "logical")) {
    const a = asLogical(frame, left, leftNode)
    const b = asLogical(frame, right, rightNode)
    for (let row = 0; row < truth.length; row++) set(row, orMissing(a[row]!), orMissing(b[row]!))
    return truth
  }
  if (bothTexts || (anyText && isEquality)) {
    if (!isEquality) refuseOrder(frame, left, leftNode, right, rightNode)
    const a = textsOf(left)
    const b = textsOf(right)
    for (let row = 0; row < truth.length; row++) {
      const x = a(row)
      const y = b(row)
      if (x === null || y === null) truth[row] = NA
      else set(row, isEquality ? Number(x !== y) : compareText(x, y), 0)
    }
    return truth
  }
  const a = numbersOf(frame, left, leftNode)
  const b = numbersOf(frame, right, rightNode)
  for (let row = 0; row < truth.length; row++) set(row, a(row), b(row))
  return truth
}

const orMissing = (truth: number): number => (truth === NA ? Number.NaN : truth)

function textsOf(value: Value): (row: number) => string | null {
  if (value.kind === "texts") return value.at
  if (value.kind === "logical") return () => null
  return (row) => textOf(value.at(row))
}

function numbersOf(frame: Frame, value: Value, node: Expression): (row: number) => number {
  if (value.kind === "numbers") return value.at
  if (value.kind === "logical") return (row) => orMissing(value.values[row]!)
  return (row) => {
    const text = value.at(row)
    const number = text === null ? Number.NaN : parseNumber(text)
    if (number !== undefined) return number
    throw new ModelError(
      `"${printExpression(node)}" is compared with a number: row ${row + 1} is "${text}"`,
      {
        code: "not-numeric",
        where: frame.table,
        span: spanOf(frame.text, node),
        hint: "texts are compared with texts, which stand in quotation marks",
      },
    )
  }
}

/** Levels of a factor have no order of their own; texts that were read have that of the dictionary. */
function refuseOrder(frame: Frame, left: Value, leftNode: Expression, right: Value, rightNode: Expression) {
  const isFactor = (value: Value): boolean => value.kind === "texts" && value.column?.kind === "factor"
  const node = isFactor(left) ? leftNode : isFactor(right) ? rightNode : null
  if (node === null) return
  throw new ModelError(`"${printExpression(node)}" is a factor, its levels have no order`, {
    code: "not-numeric",
    where: frame.table,
    span: spanOf(frame.text, node),
    hint: "compare it by == or !=, or list levels: %in% c(…)",
  })
}

function findMembers(frame: Frame, { left, right }: Extract<Expression, { kind: "binary" }>): Truth {
  const value = evaluate(frame, left)
  const members = listConstants(frame, right)
  const truth = new Int8Array(frame.rows)
  if (value.kind !== "texts" && members.every((member) => typeof member === "number")) {
    const numbers = new Set(members)
    const at = numbersOf(frame, value, left)
    for (let row = 0; row < truth.length; row++) truth[row] = Number(numbers.has(at(row)))
    return truth
  }
  const texts = new Set(members.map(textOf))
  const at = textsOf(value)
  for (let row = 0; row < truth.length; row++) truth[row] = Number(texts.has(at(row)))
  return truth
}

function textOf(value: number | string): string | null {
  if (typeof value === "string") return value
  return Number.isNaN(value) ? null : formatNumber(value)
}

const MOST_MEMBERS = 1_000_000

/** The values of `c("a", "b")`, `c(1, 3:5)`, `1:6` or one constant; NA is a number that is none. */
function listConstants(frame: Frame, node: Expression): readonly (number | string)[] {
  const bare = withoutParens(node)
  if (bare.kind === "number" || bare.kind === "string") return [bare.value]
  const constant = bare.kind === "name" ? CONSTANTS.get(bare.name) : undefined
  if (constant !== undefined) return [constant === NA ? Number.NaN : constant === 1 ? "TRUE" : "FALSE"]
  if (bare.kind === "call" && bare.callee === "c") {
    return bare.args.flatMap(({ value }) => listConstants(frame, value))
  }
  if (bare.kind === "unary" && bare.operator !== "+") {
    return listConstants(frame, bare.operand).map((value) => (typeof value === "number" ? -value : value))
  }
  if (bare.kind === "binary" && bare.operator === ":") {
    const [from, ...others] = listConstants(frame, bare.left)
    const [to, ...rest] = listConstants(frame, bare.right)
    const isRange = typeof from === "number" && typeof to === "number" && others.length + rest.length === 0
    if (isRange && Math.abs(to - from) < MOST_MEMBERS) {
      const step = Math.sign(to - from) || 1
      return Array.from({ length: Math.floor(Math.abs(to - from)) + 1 }, (_, k) => from + k * step)
    }
  }
  throw wrongList(frame, node)
}

function wrongList(frame: Frame, node: Expression): ModelSyntaxError {
  return new ModelSyntaxError(`"${printExpression(node)}" is no list of constants`, {
    code: "wrong-expression",
    span: spanOf(frame.text, node),
    hint: 'write for instance c("a", "b") or 1:6',
  })
}

function findMissing(frame: Frame, call: CallNode): Truth {
  const [argument, ...others] = call.args
  if (argument === undefined || others.length > 0) {
    throw new ModelSyntaxError("is.na() takes one argument", {
      code: "wrong-arguments",
      span: spanOf(frame.text, call),
      hint: "expected is.na(x)",
    })
  }
  const value = evaluate(frame, argument.value)
  if (value.kind === "logical") return value.values.map((truth) => Number(truth === NA))
  return Int8Array.from({ length: frame.rows }, (_, row) => {
    const found = value.at(row)
    return Number(found === null || Number.isNaN(found))
  })
}

function notLogical(frame: Frame, node: Expression, message: string, hint: string): ModelError {
  return new ModelError(message, {
    code: "not-logical",
    where: frame.table,
    span: spanOf(frame.text, node),
    hint,
  })
}
