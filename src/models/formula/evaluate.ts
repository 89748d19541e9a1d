/** Values of a formula's variables: arithmetic and calls, over all rows of a table. */

import { DataError, type ModelError, ModelSyntaxError } from "../../core/errors.ts"
import { asFactor } from "../../data/factor.ts"
import { formatNumber } from "../../data/format-number.ts"
import type { FactorColumn } from "../../data/table.ts"
import type { BinaryNode, CallNode, Expression } from "./ast.ts"
import { spanOf, withoutParens } from "./ast.ts"
import { type Frame, isPi, lookupColumn, numbersOf } from "./frame.ts"
import { lookupFunction, makesFactor, matchArguments, namesRead } from "./functions.ts"
import { printExpression } from "./print.ts"
import { applyPoly, applyScale, type Coefficients, fitPoly, fitScale, rawPowers } from "./transforms.ts"

export interface Evaluation {
  readonly frame: Frame
  /** 1 in the rows that make the design; in these every result must be finite. */
  readonly used: Uint8Array
  /** Coefficients of `scale` and `poly` by printed call: those there are used, the others fitted and added. */
  readonly coefficients: Map<string, Coefficients>
  /** What messages call a column here: `predictor` or `response`. */
  readonly role: string
}

/** Values in all rows of the frame; rows that are not used may hold NaN. */
export type VariableValues =
  | {
      readonly kind: "numeric"
      readonly columns: readonly Float64Array[]
      /** What each column adds to the variable's name: nothing, or `1`, `2` for `poly(x, 2)`. */
      readonly suffixes: readonly string[]
    }
  | { readonly kind: "factor"; readonly factor: FactorColumn }

type Numbers = number | Float64Array

/**
 * The values of a predictor: the numbers of a column, a call or arithmetic inside `I()`, or the codes of a factor.
 * Arrays of the table are returned as they are, not copied.
 *
 * @throws ModelError for an unknown column and for arithmetic on a factor; DataError `not-finite` for a result that is
 *   not finite in a row that is used; ModelSyntaxError for a call that is wrong.
 */
export function evaluateVariable(evaluation: Evaluation, expression: Expression): VariableValues {
  const { frame } = evaluation
  if (expression.kind === "name") {
    const column = lookupColumn(frame, expression)
    if (column.kind !== "numeric") return { kind: "factor", factor: asFactor(column, expression.name) }
  }
  if (expression.kind === "call" && makesFactor(expression)) {
    const { callee } = expression
    const argument = withoutParens(matchArguments(frame.text, expression)[0])
    if (argument.kind !== "name") {
      throw callError(frame, expression, `${callee}() takes a column`, `write ${callee}(column)`)
    }
    return { kind: "factor", factor: asFactor(lookupColumn(frame, argument), argument.name) }
  }
  const columns =
    expression.kind === "call" && expression.callee === "poly"
      ? evaluatePoly(evaluation, expression)
      : [evaluateNumbers(evaluation, expression)]
  return {
    kind: "numeric",
    columns,
    suffixes: columns.length === 1 ? [""] : columns.map((_, j) => String(j + 1)),
  }
}

/**
 * An expression read as arithmetic, as the response and the inside of calls are.
 *
 * @returns an array of length `frame.rows`.
 */
export function evaluateNumbers(evaluation: Evaluation, expression: Expression): Float64Array {
  const values = evaluateArithmetic(evaluation, expression)
  if (typeof values !== "number") return values
  throw callError(
    evaluation.frame,
    expression,
    `"${printExpression(expression)}" reads no column`,
    "a predictor varies over the rows; write 1 for the intercept",
  )
}

/** As {@link evaluateNumbers}, of an expression that may read no column: then it is one number. */
export function evaluateArithmetic(evaluation: Evaluation, node: Expression): Numbers {
  const { frame } = evaluation
  switch (node.kind) {
    case "number":
      return node.value
    case "name": {
      if (isPi(frame, node.name)) return Math.PI
      return checkFinite(evaluation, node, numbersOf(frame, node, evaluation.role))
    }
    case "paren":
      return evaluateArithmetic(evaluation, node.inner)
    case "unary": {
      const operand = evaluateArithmetic(evaluation, node.operand)
      if (node.operator === "+") return operand
      return typeof operand === "number" ? -operand : operand.map((value) => -value)
    }
    case "binary":
      return computeBinary(evaluation, node)
    case "call":
      return computeCall(evaluation, node)
    default: {
      const printed = printExpression(node)
      throw callError(frame, node, `${printed} has no place in arithmetic`, "expected columns and numbers")
    }
  }
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "^": (a, b) => a ** b,
}

function computeBinary(evaluation: Evaluation, node: BinaryNode): Numbers {
  const apply = ARITHMETIC[node.operator]
  if (apply === undefined) {
    const message = `"${node.operator}" has no meaning in arithmetic`
    throw callError(evaluation.frame, node, message, "expected + - * / or ^")
  }
  return combine(
    evaluation,
    node,
    evaluateArithmetic(evaluation, node.left),
    evaluateArithmetic(evaluation, node.right),
    apply,
  )
}

function combine(
  evaluation: Evaluation,
  node: Expression,
  left: Numbers,
  right: Numbers,
  apply: (a: number, b: number) => number,
): Numbers {
  if (typeof left === "number" && typeof right === "number") {
    return checkConstant(evaluation, node, apply(left, right))
  }
  if (typeof left === "number") {
    return checkFinite(
      evaluation,
      node,
      (right as Float64Array).map((value) => apply(left, value)),
    )
  }
  const values =
    typeof right === "number"
      ? left.map((value) => apply(value, right))
      : left.map((value, i) => apply(value, right[i]!))
  return checkFinite(evaluation, node, values)
}

function computeCall(evaluation: Evaluation, call: CallNode): Numbers {
  const { frame } = evaluation
  const { apply } = lookupFunction(frame.text, call)
  const [data, second] = matchArguments(frame.text, call)
  if (apply !== undefined) {
    const x = evaluateArithmetic(evaluation, data)
    if (typeof x === "number") return checkConstant(evaluation, call, apply(x))
    return checkFinite(evaluation, call, x.map(apply))
  }
  switch (call.callee) {
    case "I":
      return evaluateArithmetic(evaluation, data)
    case "log":
      return computeLog(evaluation, call, data, second)
    case "scale":
      return computeScale(evaluation, call)
    default: {
      const message = `${call.callee}() cannot be part of an expression`
      throw callError(frame, call, message, `write ${call.callee}() as a term of its own`)
    }
  }
}

const LOGARITHMS: ReadonlyMap<number, (x: number) => number> = new Map([
  [2, Math.log2],
  [10, Math.log10],
])

function computeLog(
  evaluation: Evaluation,
  call: CallNode,
  data: Expression,
  baseNode: Expression | undefined,
): Numbers {
  const x = evaluateArithmetic(evaluation, data)
  const base = baseNode === undefined ? undefined : constantOf(evaluation, baseNode)
  const logarithm = base === undefined ? Math.log : LOGARITHMS.get(base)
  if (logarithm === undefined) {
    const divisor = checkBase(evaluation, baseNode!, Math.log(base!))
    return combine(evaluation, call, x, divisor, (value, by) => Math.log(value) / by)
  }
  return combine(evaluation, call, x, 0, (value) => logarithm(value))
}

function checkBase(evaluation: Evaluation, node: Expression, logarithm: number): number {
  if (Number.isFinite(logarithm) && logarithm !== 0) return logarithm
  const message = `${printExpression(node)} is no base of a logarithm`
  throw callError(evaluation.frame, node, message, "expected a positive number other than 1")
}

function computeScale(evaluation: Evaluation, call: CallNode): Float64Array {
  const [data, center, scale] = matchArguments(evaluation.frame.text, call)
  const x = evaluateNumbers(evaluation, data)
  const coefficients = remember(evaluation, call, "scale", () =>
    fitScale(x, switchOf(evaluation, center), switchOf(evaluation, scale)),
  )
  if (coefficients.divisor === 0) {
    throw new DataError(`${printExpression(call)} divides by zero: every value is the same`, {
      code: "constant-predictor",
      where: evaluation.frame.table,
      span: spanOf(evaluation.frame.text, call),
      hint: "take the predictor out",
    })
  }
  return checkFinite(evaluation, call, applyScale(x, coefficients))
}

function evaluatePoly(evaluation: Evaluation, call: CallNode): readonly Float64Array[] {
  const { frame } = evaluation
  const [data, degreeNode, rawNode] = matchArguments(frame.text, call)
  const x = evaluateNumbers(evaluation, data)
  const degree = degreeNode === undefined ? 1 : constantOf(evaluation, degreeNode)
  if (!Number.isInteger(degree) || degree < 1) {
    const place = degreeNode ?? call
    throw callError(frame, place, `the degree is ${degree}`, "expected a whole number of 1 or more")
  }
  const raw = switchOf(evaluation, rawNode, false)
  const columns = raw
    ? rawPowers(x, degree)
    : applyPoly(
        x,
        remember(evaluation, call, "poly", () => fitPoly(x, degree, printExpression(call))),
      )
  return columns.map((column) => checkFinite(evaluation, call, column))
}

function remember<K extends Coefficients["kind"]>(
  evaluation: Evaluation,
  call: CallNode,
  kind: K,
  estimate: () => Extract<Coefficients, { kind: K }>,
): Extract<Coefficients, { kind: K }> {
  const key = printExpression(call)
  const known = evaluation.coefficients.get(key)
  if (known !== undefined && known.kind === kind) return known as Extract<Coefficients, { kind: K }>
  const fitted = estimate()
  evaluation.coefficients.set(key, fitted)
  return fitted
}

function constantOf(evaluation: Evaluation, node: Expression): number {
  const readsColumn = namesRead(evaluation.frame.text, node).some(({ name }) => !isPi(evaluation.frame, name))
  const value = readsColumn ? undefined : evaluateArithmetic(evaluation, node)
  if (typeof value === "number") return value
  throw callError(
    evaluation.frame,
    node,
    `"${printExpression(node)}" is not a constant`,
    "expected a number here",
  )
}

const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ["TRUE", true],
  ["T", true],
  ["FALSE", false],
  ["F", false],
])

function switchOf(evaluation: Evaluation, node: Expression | undefined, fallback?: false): boolean
function switchOf(evaluation: Evaluation, node: Expression | undefined): boolean | number
function switchOf(evaluation: Evaluation, node: Expression | undefined, fallback?: false): boolean | number {
  if (node === undefined) return fallback ?? true
  const bare = withoutParens(node)
  const known = bare.kind === "name" ? SWITCHES.get(bare.name) : undefined
  if (known !== undefined) return known
  if (fallback === undefined) return constantOf(evaluation, node)
  throw callError(evaluation.frame, node, `found ${printExpression(node)}`, "expected TRUE or FALSE")
}

function checkConstant(evaluation: Evaluation, node: Expression, value: number): number {
  if (Number.isFinite(value)) return value
  const message = `${printExpression(node)} is ${showNumber(value)}`
  throw callError(evaluation.frame, node, message, "expected a finite number")
}

function checkFinite(evaluation: Evaluation, node: Expression, values: Float64Array): Float64Array {
  const { used, frame } = evaluation
  if (frame.finite.has(values)) return values
  for (let i = 0; i < values.length; i++) {
    if (used[i] === 1 && !Number.isFinite(values[i])) throw notFinite(frame, node, values[i]!, i)
  }
  return values
}

function notFinite(frame: Frame, node: Expression, value: number, row: number): DataError {
  const found = `is ${showNumber(value)} in row ${row + 1}`
  const names = new Set(namesRead(frame.text, node).map((read) => read.name))
  const inputs: string[] = []
  for (const name of names) {
    const column = frame.columns.get(name)
    if (column?.kind === "numeric") inputs.push(`column "${name}" is ${showNumber(column.values[row]!)}`)
  }
  const message =
    node.kind === "name"
      ? `column "${node.name}" ${found}`
      : `${printExpression(node)} ${found}, where ${inputs.join(" and ")}`
  return new DataError(message, {
    code: "not-finite",
    where: frame.table,
    span: spanOf(frame.text, node),
    hint: "expected a finite number; correct the value, mark it as missing, or change the formula",
  })
}

function showNumber(value: number): string {
  return Number.isFinite(value) ? formatNumber(value) : String(value)
}

function callError(frame: Frame, node: Expression, message: string, hint: string): ModelError {
  return new ModelSyntaxError(message, { code: "wrong-expression", span: spanOf(frame.text, node), hint })
}
