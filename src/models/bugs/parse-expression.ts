/** Expressions of the BUGS language: a Pratt parser with the precedences of `precedence.ts`. */

import type { BugsExpr, BugsIndex, BugsVariable, Span } from "./ast.ts"
import type { BugsToken } from "./lexer.ts"
import { type Binding, binaryBinding, isNonAssociative, prefixLevel, WIDE_RANGE } from "./precedence.ts"
import {
  describeToken,
  failAt,
  isOperator,
  peek,
  type TokenReader,
  take,
  takeOperator,
  unexpected,
} from "./token-reader.ts"

/** Deeper trees come from no model and would exhaust the stack of the functions that walk them. */
export const MAX_NESTING = 200
/** Operators side by side make a tree as deep as they are many. */
const MAX_CHAIN = 1000

/**
 * Reads one expression from the reader's position and leaves the position behind it.
 *
 * @param minimum the lowest level of operator to read on with; 0 reads the whole expression
 * @throws ModelSyntaxError
 */
export function parseExpression(reader: TokenReader, minimum = 0): BugsExpr {
  if (reader.nesting >= MAX_NESTING) throw tooDeep(reader, peek(reader))
  reader.nesting++
  const expression = parseOperations(reader, minimum)
  reader.nesting--
  return expression
}

function parseOperations(reader: TokenReader, minimum: number): BugsExpr {
  let left = parsePrefix(reader)
  let previous: Binding | undefined
  for (let chain = 0; ; chain++) {
    const token = peek(reader)
    const binding = token.kind === "operator" ? bindingOf(reader, token.text) : undefined
    if (binding === undefined || binding.level < minimum) return left
    if (chain >= MAX_CHAIN) throw tooDeep(reader, token)
    if (previous !== undefined && previous.level === binding.level && isNonAssociative(binding)) {
      throw failAt(
        reader,
        token,
        "chained-operator",
        `a second "${token.text}" without parentheses`,
        token.text === ":" ? "a range is first:last" : "write a < b && b < c",
      )
    }
    take(reader)
    const right = parseExpression(reader, binding.right)
    left = call(token.text, [left, right], { start: left.span.start, end: right.span.end })
    previous = binding
  }
}

const bindingOf = (reader: TokenReader, operator: string): Binding | undefined =>
  operator === ":" && reader.wideRanges ? WIDE_RANGE : binaryBinding(operator)

function parsePrefix(reader: TokenReader): BugsExpr {
  const token = take(reader)
  if (token.kind === "number") return { kind: "number", value: token.value, span: spanOf(token) }
  if (token.kind === "name") {
    const next = peek(reader)
    return isOperator(next, "(") ? parseCall(reader, token) : parseSubscripts(reader, token)
  }
  if (isOperator(token, "(")) {
    const inner = parseExpression(reader)
    const close = expectClosing(reader, token, ")", "an operator")
    return { ...inner, span: { start: token.start, end: close.end } }
  }
  const level = token.kind === "operator" ? prefixLevel(token.text) : undefined
  if (level !== undefined) {
    const operand = parseExpression(reader, level)
    return call(token.text, [operand], { start: token.start, end: operand.span.end })
  }
  throw notAnExpression(reader, token)
}

function parseCall(reader: TokenReader, name: BugsToken): BugsExpr {
  const { args, end } = parseArguments(reader)
  return call(name.text, args, { start: name.start, end })
}

/** Reads `(a, b, …)` from its opening parenthesis. */
export function parseArguments(reader: TokenReader): {
  readonly args: readonly BugsExpr[]
  readonly end: number
} {
  const open = take(reader)
  const args: BugsExpr[] = []
  const empty = takeOperator(reader, ")")
  if (empty !== undefined) return { args, end: empty.end }
  do {
    const next = peek(reader)
    if (isOperator(next, ",") || isOperator(next, ")")) {
      throw unexpected(reader, next, "an argument", "take the comma out, or write what belongs beside it")
    }
    args.push(parseExpression(reader))
  } while (takeOperator(reader, ",") !== undefined)
  return { args, end: expectClosing(reader, open, ")", "an operator, a comma").end }
}

/** Reads the indices of the variable whose name was taken, if it has any: `[]`, `[i, ]`, `[1:3, j]`. */
export function parseSubscripts(reader: TokenReader, name: BugsToken): BugsVariable {
  const open = takeOperator(reader, "[")
  if (open === undefined) return { kind: "variable", name: name.text, indices: null, span: spanOf(name) }
  const indices: BugsIndex[] = []
  do {
    const next = peek(reader)
    if (isOperator(next, ",") || isOperator(next, "]")) {
      indices.push({ kind: "all", span: { start: next.start, end: next.start } })
    } else {
      const value = parseExpression(reader)
      indices.push({ kind: "value", value, span: value.span })
    }
  } while (takeOperator(reader, ",") !== undefined)
  const close = expectClosing(reader, open, "]", "an operator, a comma")
  return { kind: "variable", name: name.text, indices, span: { start: name.start, end: close.end } }
}

/**
 * Takes the sign that closes `open`.
 *
 * @param others what else could stand there, for the message
 * @throws ModelSyntaxError at the token that is there instead, or at `open` when the text ends
 */
export function expectClosing(
  reader: TokenReader,
  open: BugsToken,
  close: ")" | "]",
  others: string,
): BugsToken {
  const token = peek(reader)
  if (isOperator(token, close)) return take(reader)
  if (token.kind === "end" || isOperator(token, "}") || isOperator(token, ";")) {
    const message = `this "${open.text}" is not closed`
    throw failAt(reader, open, "unclosed", message, `expected "${close}" before ${describeToken(token)}`)
  }
  throw unexpected(
    reader,
    token,
    `${others} or "${close}"`,
    remedyInside(token) ?? `check the parentheses, or put an operator before ${describeToken(token)}`,
  )
}

/** What to do about signs that belong to a statement or to another language. */
function remedyInside(token: BugsToken): string | undefined {
  if (token.kind !== "operator") return undefined
  if (token.text === "<-") return 'for "less than minus" leave a space: a < -1'
  if (token.text === "=") return 'to compare write "=="; arguments have no names'
  return undefined
}

function notAnExpression(reader: TokenReader, token: BugsToken): ReturnType<typeof failAt> {
  if (isOperator(token, "+")) {
    return unexpected(reader, token, "a number, a name or (", "there is no sign +; take it out")
  }
  return unexpected(
    reader,
    token,
    "an expression",
    token.kind === "end" ? "the model ends too early" : "expected a number, a name, a function or (",
  )
}

function tooDeep(reader: TokenReader, token: BugsToken): ReturnType<typeof failAt> {
  const hint = "split it by a node of its own"
  return failAt(reader, token, "too-deep", "the expression is too long or too deeply nested", hint)
}

function call(name: string, args: readonly BugsExpr[], span: Span): BugsExpr {
  return { kind: "call", name, args, span }
}

export const spanOf = (token: BugsToken): Span => ({ start: token.start, end: token.end })
