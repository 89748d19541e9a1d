/** Statements of the BUGS language: relations and loops. */

import { nearest } from "../../core/errors.ts"
import type { BugsExpr, BugsStatement, BugsVariable } from "./ast.ts"
import type { BugsToken } from "./lexer.ts"
import {
  expectClosing,
  MAX_NESTING,
  parseArguments,
  parseExpression,
  parseSubscripts,
} from "./parse-expression.ts"
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

/** Functions that may stand on the left of a definition. */
export const LINKS: readonly string[] = ["logit", "log", "cloglog", "probit"]

/** Names of distributions elsewhere, and what BUGS calls them. */
const FOREIGN_DISTRIBUTIONS: Readonly<Record<string, string>> = {
  n: "dnorm(mean, precision)",
  normal: "dnorm(mean, precision)",
  gaussian: "dnorm(mean, precision)",
  rnorm: "dnorm(mean, precision)",
  gamma: "dgamma(shape, rate)",
  rgamma: "dgamma(shape, rate)",
  beta: "dbeta(a, b)",
  uniform: "dunif(lower, upper)",
  runif: "dunif(lower, upper)",
  bernoulli: "dbern(probability)",
  binomial: "dbin(probability, size)",
  poisson: "dpois(mean)",
  exponential: "dexp(rate)",
  cauchy: "dt(location, precision, 1)",
  student_t: "dt(location, precision, df)",
  lognormal: "dlnorm(mean, precision)",
  categorical: "dcat(probabilities)",
  multi_normal: "dmnorm(mean, precision)",
}

/** Reads `{ … }` from its opening brace. */
export function parseBlock(reader: TokenReader): {
  readonly statements: readonly BugsStatement[]
  readonly end: number
} {
  if (reader.nesting >= MAX_NESTING) {
    throw failAt(reader, peek(reader), "too-deep", "the loops are too deeply nested", "take some of them out")
  }
  reader.nesting++
  const open = take(reader)
  const statements: BugsStatement[] = []
  for (;;) {
    while (takeOperator(reader, ";") !== undefined);
    const close = takeOperator(reader, "}")
    if (close !== undefined) {
      reader.nesting--
      return { statements, end: close.end }
    }
    if (peek(reader).kind === "end") {
      throw failAt(reader, open, "unclosed", 'this "{" is not closed', 'expected "}" further on')
    }
    statements.push(parseStatement(reader))
  }
}

function parseStatement(reader: TokenReader): BugsStatement {
  const token = take(reader)
  if (token.kind !== "name") throw notAStatement(reader, token)
  if (isOperator(peek(reader), "(")) {
    if (token.text === "for") return parseLoop(reader, token)
    return parseLinked(reader, token)
  }
  const target = parseSubscripts(reader, token)
  const sign = take(reader)
  if (isOperator(sign, "~")) return parseStochastic(reader, target)
  if (isOperator(sign, "<-") || isOperator(sign, "="))
    return parseDefinition(reader, target, null, token.start)
  throw noRelation(reader, token, sign)
}

function parseDefinition(
  reader: TokenReader,
  target: BugsVariable,
  link: string | null,
  start: number,
): BugsStatement {
  const value = parseExpression(reader)
  const next = peek(reader)
  if (isOperator(next, "<-") || isOperator(next, "=")) {
    const hint = 'for "less than minus" leave a space: a < -1; two definitions are two statements'
    throw unexpected(reader, next, "an operator or the next statement", hint)
  }
  return { kind: "deterministic", target, link, value, span: { start, end: value.span.end } }
}

/** `logit(p[i]) <- …`, the name taken. */
function parseLinked(reader: TokenReader, link: BugsToken): BugsStatement {
  if (link.text === "if" || link.text === "while") {
    const hint = "a model has no order of execution; write ifelse(condition, a, b) inside an expression"
    throw failAt(reader, link, "no-branches", `there is no "${link.text}"`, hint)
  }
  if (!LINKS.includes(link.text)) {
    const near = nearest(link.text, LINKS)
    const hint = near === undefined ? "put the variable alone on the left" : `did you mean "${near}"?`
    const message = `found "${link.text}(" on the left, expected a variable or one of ${LINKS.join(", ")}`
    throw failAt(reader, link, "unknown-link", message, hint)
  }
  const open = take(reader)
  const name = take(reader)
  if (name.kind !== "name" || isOperator(peek(reader), "(")) {
    throw unexpected(reader, name, "a variable", `a link reads "${link.text}(p[i]) <- …"`)
  }
  const target = parseSubscripts(reader, name)
  expectClosing(reader, open, ")", "[")
  const sign = take(reader)
  if (isOperator(sign, "<-") || isOperator(sign, "="))
    return parseDefinition(reader, target, link.text, link.start)
  const hint = isOperator(sign, "~")
    ? `a distribution belongs to a variable: give "${name.text}" or a new variable for ${link.text}(${name.text}) the distribution`
    : `a link reads "${link.text}(p[i]) <- …"`
  throw unexpected(reader, sign, '"<-"', hint)
}

function parseStochastic(reader: TokenReader, target: BugsVariable): BugsStatement {
  const name = take(reader)
  if (name.kind !== "name" || !isOperator(peek(reader), "(")) {
    throw unexpected(
      reader,
      name,
      "a distribution",
      name.kind === "end"
        ? "the model ends too early"
        : `a distribution reads "dnorm(mean, precision)"; to set ${target.name} to a value write "<-"`,
    )
  }
  if (!name.text.startsWith("d")) {
    const known = FOREIGN_DISTRIBUTIONS[name.text.toLowerCase()]
    const message = `found "${name.text}", expected a distribution`
    const hint =
      known === undefined
        ? `distributions begin with "d"; to set ${target.name} to a value write "<-"`
        : `write ${known}`
    throw failAt(reader, name, "not-a-distribution", message, hint)
  }
  const { args, end } = parseArguments(reader)
  const bounds = parseBounds(reader)
  const span = { start: target.span.start, end: bounds?.end ?? end }
  const distribution = name.text
  return { kind: "stochastic", target, distribution, args, bounds: bounds?.bounds ?? null, span }
}

type Bounds = NonNullable<Extract<BugsStatement, { kind: "stochastic" }>["bounds"]>

/** `T(lower, upper)` or `I(lower, upper)`, for which OpenBUGS has `C` too, behind a distribution, either side empty. */
function parseBounds(reader: TokenReader): { readonly bounds: Bounds; readonly end: number } | undefined {
  const kind = peek(reader)
  if (kind.kind !== "name" || !isOperator(peek(reader, 1), "(")) return undefined
  if (kind.text !== "T" && kind.text !== "I" && kind.text !== "C") return undefined
  take(reader)
  const open = take(reader)
  const lower = isOperator(peek(reader), ",") ? null : parseBound(reader, kind)
  const comma = take(reader)
  if (!isOperator(comma, ",")) {
    const hint = `with one bound write ${kind.text}(lower, ) or ${kind.text}( , upper)`
    throw unexpected(reader, comma, '","', hint)
  }
  const upper = isOperator(peek(reader), ")") ? null : parseExpression(reader)
  const close = expectClosing(reader, open, ")", "an operator")
  return { bounds: { kind: kind.text === "T" ? "T" : "I", lower, upper }, end: close.end }
}

function parseBound(reader: TokenReader, kind: BugsToken): BugsExpr {
  const next = peek(reader)
  if (!isOperator(next, ")")) return parseExpression(reader)
  throw unexpected(reader, next, "a bound", `write ${kind.text}(lower, upper), either side may be empty`)
}

/** `for (i in first:last) { … }`, the word taken. */
function parseLoop(reader: TokenReader, word: BugsToken): BugsStatement {
  const form = "a loop reads for (i in 1:N) { … }"
  const open = take(reader)
  const variable = take(reader)
  if (variable.kind !== "name") throw unexpected(reader, variable, "the name of the index", form)
  const inside = take(reader)
  if (inside.kind !== "name" || inside.text !== "in") throw unexpected(reader, inside, '"in"', form)
  const range = parseExpression(reader)
  expectClosing(reader, open, ")", "an operator")
  const brace = peek(reader)
  if (!isOperator(brace, "{")) {
    throw unexpected(
      reader,
      brace,
      '"{"',
      "the body of a loop stands in braces, also when it is one statement",
    )
  }
  const body = parseBlock(reader)
  const span = { start: word.start, end: body.end }
  return { kind: "for", variable: variable.text, range, body: body.statements, span }
}

function notAStatement(reader: TokenReader, token: BugsToken): ReturnType<typeof failAt> {
  const hint = isOperator(token, "{")
    ? "braces belong to model, data and loops"
    : isOperator(token, ")")
      ? 'a ")" without "("'
      : 'a statement reads "x ~ dnorm(m, t)", "x <- a + b" or "for (i in 1:N) { … }"'
  return unexpected(reader, token, "a statement", hint)
}

function noRelation(reader: TokenReader, name: BugsToken, sign: BugsToken): ReturnType<typeof failAt> {
  const hints: Readonly<Record<string, string>> = {
    "==": '"==" compares; to set a value write "<-"',
    "<": 'to set a value write "<-" without a space inside',
    ":": 'to set a value write "<-"',
    "-": 'to set a value write "<-"',
  }
  const hint =
    (sign.kind === "operator" ? hints[sign.text] : undefined) ??
    (sign.kind === "name" && sign.text !== "T" && sign.text !== "I"
      ? `check the line before: an operator or a comma may be missing before "${name.text}"`
      : `to set a value write "<-", to give a distribution "~"; found ${describeToken(sign)}`)
  return unexpected(reader, sign, `"~" or "<-" after "${name.text}"`, hint)
}
