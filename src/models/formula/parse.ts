/**
 * Reads a formula in the grammar of lme4: a Pratt parser with the precedences of R, from loose to tight
 * `~`, `|` and `||`, `&`, `!`, comparisons, `+` and `-`, `*` and `/`, `%in%`, `:`, unary minus, `^` (to the right); those
 * from `&` to comparisons stand in conditions on rows alone.
 * What an expression means (a set of terms, or arithmetic inside `I()` and other calls) is decided later.
 */

import { ModelSyntaxError } from "../../core/errors.ts"
import type { Argument, BinaryOperator, ConditionOperator, Expression, FormulaAst } from "./ast.ts"
import { spanOf } from "./ast.ts"
import { type Grammar, type Token, tokenize } from "./lexer.ts"

/** `left` is how tightly the operator holds what stands before it, `right` what follows. */
interface Binding {
  readonly left: number
  readonly right: number
}

const BINDING: Readonly<Record<string, Binding>> = {
  "|": { left: 1, right: 2 },
  "||": { left: 1, right: 2 },
  "&": { left: 3, right: 4 },
  "&&": { left: 3, right: 4 },
  ...Object.fromEntries(["<", "<=", ">", ">=", "==", "!="].map((sign) => [sign, { left: 6, right: 7 }])),
  "+": { left: 8, right: 9 },
  "-": { left: 8, right: 9 },
  "*": { left: 10, right: 11 },
  "/": { left: 10, right: 11 },
  "%in%": { left: 12, right: 13 },
  ":": { left: 14, right: 15 },
  "^": { left: 19, right: 16 },
}
const NOT_BINDING = 5
const COMPARISON_BINDING = 6
const UNARY_BINDING = 17
/** Deeper and longer trees come from no model and would exhaust the stack of the functions that walk them. */
const MAX_NESTING = 200
const MAX_TOKENS = 6000

interface State {
  readonly text: string
  readonly grammar: Grammar
  readonly tokens: readonly Token[]
  position: number
  nesting: number
}

/**
 * Parses a two-sided formula such as `log_radon ~ floor + (floor | county)`.
 *
 * @param text what the user wrote; `~` stands between response and predictors.
 * @returns the tree, with the place of every node in `text`. Bars are found where they stand and not yet checked for
 *   sense; `splitFormula` does that.
 * @throws ModelSyntaxError with the offending place as span.
 */
export function parseFormula(text: string): FormulaAst {
  const state = open(text, "formula")
  const first = peek(state)
  if (first.kind === "end") {
    throw failure(state, first, "the formula is empty", 'expected "response ~ predictors"')
  }
  if (isOperator(first, "~")) {
    throw failure(state, first, "the formula has no response", 'expected a column before "~"')
  }
  const response = parseExpression(state, 0)
  const tilde = peek(state)
  if (!isOperator(tilde, "~")) {
    const found = tilde.kind === "end" ? "the end of the formula" : describe(state, tilde)
    throw failure(state, tilde, `expected "~", found ${found}`, 'a formula reads "response ~ predictors"')
  }
  state.position++
  if (peek(state).kind === "end") {
    throw failure(
      state,
      peek(state),
      'nothing stands after "~"',
      "expected predictors, or 1 for the mean alone",
    )
  }
  const right = parseExpression(state, 0)
  const rest = peek(state)
  if (isOperator(rest, "~")) throw failure(state, rest, 'a second "~"', 'a formula has one "~"')
  if (isOperator(rest, ")")) {
    throw failure(state, rest, 'a ")" without "("', "take it out or open the parenthesis")
  }
  if (rest.kind !== "end") throw unexpected(state, rest, "an operator")
  return { text, response, right }
}

/**
 * Parses an expression that stands by itself, such as `ar1(time | id)`.
 *
 * @throws ModelSyntaxError with the offending place as span
 */
export function parseAlone(text: string): Expression {
  return parseWhole(open(text, "formula"))
}

/**
 * Parses a condition on rows, such as `week <= 6 & sex == "M"`.
 *
 * @returns the tree, in which `|` is a bar
 * @throws ModelSyntaxError with the offending place as span
 */
export function parseCondition(text: string): Expression {
  return parseWhole(open(text, "condition"))
}

function open(text: string, grammar: Grammar): State {
  const state: State = { text, grammar, tokens: tokenize(text, grammar), position: 0, nesting: 0 }
  const surplus = state.tokens[MAX_TOKENS]
  if (surplus === undefined) return state
  throw failure(
    state,
    surplus,
    `the ${grammar} has more than ${MAX_TOKENS} words and signs`,
    grammar === "formula" ? 'let "." stand for the columns' : "make it a column of the data",
  )
}

function parseWhole(state: State): Expression {
  const node = parseExpression(state, 0)
  const rest = peek(state)
  if (rest.kind !== "end") throw unexpected(state, rest, "the end")
  return node
}

function parseExpression(state: State, minimum: number): Expression {
  if (state.nesting >= MAX_NESTING) throw tooDeep(state, peek(state))
  state.nesting++
  const node = parseOperations(state, minimum)
  state.nesting--
  return node
}

function parseOperations(state: State, minimum: number): Expression {
  let left = parsePrefix(state)
  for (;;) {
    const token = peek(state)
    const binding = token.kind === "operator" ? BINDING[token.text] : undefined
    if (binding === undefined || binding.left < minimum) return left
    state.position++
    const right = parseExpression(state, binding.right)
    left = join(state, token, left, right)
  }
}

function join(state: State, token: Token, left: Expression, right: Expression): Expression {
  const { text } = token
  const place = { start: left.start, end: right.end }
  const single = state.grammar === "condition" && (text === "||" || text === "&&")
  if (single) throw failure(state, token, `"${text}" compares single values`, `rows take "${text[0]}"`)
  if (text === "|" || text === "||") return { kind: "bar", independent: text === "||", left, right, ...place }
  const isComparison = BINDING[text]!.left === COMPARISON_BINDING
  if (!isComparison && text !== "&") {
    return { kind: "binary", operator: text as BinaryOperator, left, right, ...place }
  }
  if (isComparison && left.kind === "condition" && left.operands.length === 2 && left.operator !== "&") {
    throw failure(state, token, "a comparison of a comparison", 'write "a < b & b < c"')
  }
  return { kind: "condition", operator: text as ConditionOperator, operands: [left, right], ...place }
}

function parsePrefix(state: State): Expression {
  const token = peek(state)
  state.position++
  const place = { start: token.start, end: token.end }
  switch (token.kind) {
    case "number":
      return { kind: "number", value: token.value, ...place }
    case "string":
      return { kind: "string", value: token.text, ...place }
    case "dot":
      return { kind: "dot", ...place }
    case "name":
      if (!token.quoted && isOperator(peek(state), "(")) return parseCall(state, token)
      return { kind: "name", name: token.text, ...place }
  }
  if (isOperator(token, "-") || isOperator(token, "+")) {
    const operand = parseExpression(state, UNARY_BINDING)
    const operator = token.text === "-" ? "-" : "+"
    return { kind: "unary", operator, operand, start: token.start, end: operand.end }
  }
  if (isOperator(token, "!")) {
    const operand = parseExpression(state, NOT_BINDING)
    return { kind: "condition", operator: "!", operands: [operand], start: token.start, end: operand.end }
  }
  if (isOperator(token, "(")) {
    const inner = parseExpression(state, 0)
    const close = expectOperator(state, ")")
    return { kind: "paren", inner, start: token.start, end: close.end }
  }
  if (isOperator(token, "~")) throw failure(state, token, 'a second "~"', 'a formula has one "~"')
  throw unexpected(state, token, "a column, a number or a parenthesis")
}

function parseCall(state: State, callee: Token): Expression {
  expectOperator(state, "(")
  const args: Argument[] = []
  while (!isOperator(peek(state), ")")) {
    if (args.length > 0) expectOperator(state, ",", ")")
    args.push(parseArgument(state))
  }
  const close = expectOperator(state, ")")
  return { kind: "call", callee: callee.text, args, start: callee.start, end: close.end }
}

function parseArgument(state: State): Argument {
  const first = peek(state)
  const second = state.tokens[state.position + 1]
  const named = first.kind === "name" && second !== undefined && isOperator(second, "=")
  if (named) state.position += 2
  const value = parseExpression(state, 0)
  return { name: named ? first.text : null, value, start: first.start, end: value.end }
}

function peek(state: State): Token {
  return state.tokens[Math.min(state.position, state.tokens.length - 1)]!
}

function isOperator(token: Token, text: string): boolean {
  return token.kind === "operator" && token.text === text
}

function expectOperator(state: State, text: string, alternative?: string): Token {
  const token = peek(state)
  if (isOperator(token, text)) {
    state.position++
    return token
  }
  const expected = alternative === undefined ? `"${text}"` : `"${text}" or "${alternative}"`
  if (isOperator(token, "~")) {
    throw failure(
      state,
      token,
      `expected ${expected}, found "~"`,
      'a formula has one "~", outside parentheses',
    )
  }
  throw unexpectedInstead(state, token, expected)
}

function unexpected(state: State, token: Token, expected: string): ModelSyntaxError {
  if (isOperator(token, "=")) {
    const hint = state.grammar === "formula" ? 'response and predictors are separated by "~"' : 'write "=="'
    return failure(state, token, 'unexpected "="', hint)
  }
  return unexpectedInstead(state, token, expected)
}

function unexpectedInstead(state: State, token: Token, expected: string): ModelSyntaxError {
  const found = token.kind === "end" ? `the end of the ${state.grammar}` : describe(state, token)
  return failure(state, token, `expected ${expected}, found ${found}`)
}

function describe(state: State, token: Token): string {
  const raw = state.text.slice(token.start, token.end)
  return token.kind === "string" || token.quoted ? raw : `"${raw}"`
}

function tooDeep(state: State, token: Token): ModelSyntaxError {
  return failure(state, token, `the ${state.grammar} is nested too deeply`, "write it with fewer parentheses")
}

function failure(state: State, token: Token, message: string, hint?: string): ModelSyntaxError {
  const span = spanOf(state.text, token)
  return new ModelSyntaxError(
    message,
    hint === undefined ? { code: "formula-syntax", span } : { code: "formula-syntax", span, hint },
  )
}
