/**
 * Reads the formulas that `explain` prints of models of relations: BUGS expressions, and beyond these `sum_{i: g[i] = k}`,
 * products without a sign, `p(y | x, …)`, named arguments, transposes and words between formulas. Precedences are those of
 * the BUGS language.
 */
import { InternalError } from "../../core/errors.ts"
import { ATOM_LEVEL, binaryBinding, prefixLevel } from "../bugs/precedence.ts"
import { lexMath, type MathToken } from "./lex-math.ts"
import type { MathArgument, MathNode, MathPart } from "./math-tree.ts"
import { isGreek } from "./symbol-of-name.ts"

interface Reader {
  readonly tokens: readonly MathToken[]
  at: number
}

/** What divides a formula into parts, outside parentheses. */
const SEPARATORS = new Set([",", ": ", "~", "∝", "<-", "=", "→", "×", "for"])
const PRODUCT_LEVEL = 6
const SUM_LEVEL = 5
/** Words of formulas: no factors. */
const RESERVED = new Set(["is", "for"])

/** @throws InternalError when the text is no formula */
export function parseMath(text: string): MathPart[] {
  const parts: MathPart[] = []
  let segment: MathToken[] = []
  let depth = 0
  const finish = (): void => {
    if (segment.length > 0) parts.push(...parseSegment(segment))
    segment = []
  }
  for (const token of lexMath(text)) {
    if (/[([{]/.test(token.text) || (token.kind === "over" && token.index === null)) depth++
    if (/[)\]}]/.test(token.text)) depth--
    const isSeparator = depth === 0 && SEPARATORS.has(token.text)
    if (!isSeparator) {
      segment.push(token)
      continue
    }
    finish()
    parts.push(
      token.kind === "name" ? { kind: "words", text: token.text } : { kind: "sign", sign: token.text },
    )
  }
  finish()
  return parts
}

function parseSegment(tokens: readonly MathToken[]): MathPart[] {
  const reader: Reader = { tokens, at: 0 }
  if (isProse(tokens)) return parseProse(reader)
  const node = parseExpression(reader, 0)
  if (reader.at < tokens.length) throw unexpected(reader)
  return [{ kind: "math", node }]
}

/** A name that is an English word rather than a variable, as far as one can see. */
function isWord(tokens: readonly MathToken[], k: number): boolean {
  const token = tokens[k]
  const next = tokens[k + 1]
  if (token?.kind !== "name" || !/^[A-Za-z][a-z]+$/.test(token.text)) return false
  if (next !== undefined && !next.gap && /[([]/.test(next.text)) return false
  return !isGreek(token.text) || token.text === "Gamma"
}

const isProse = (tokens: readonly MathToken[]): boolean =>
  tokens.some((_, k) => isWord(tokens, k) && isWord(tokens, k + 1))

/** Words, with formulas between them. */
function parseProse(reader: Reader): MathPart[] {
  const parts: MathPart[] = []
  while (reader.at < reader.tokens.length) {
    const words: string[] = []
    while (isWord(reader.tokens, reader.at)) words.push(reader.tokens[reader.at++]!.text)
    if (words.length > 0) parts.push({ kind: "words", text: words.join(" ") })
    else if (isSign(reader, "/")) parts.push({ kind: "sign", sign: reader.tokens[reader.at++]!.text })
    else parts.push({ kind: "math", node: parseExpression(reader, ATOM_LEVEL) })
  }
  return parts
}

function parseExpression(reader: Reader, minimum: number): MathNode {
  let left = parsePrefix(reader)
  for (;;) {
    const token = reader.tokens[reader.at]
    if (token === undefined) return left
    const binding = token.kind === "sign" ? binaryBinding(token.text) : undefined
    if (binding === undefined) {
      if (minimum > PRODUCT_LEVEL || !startsFactor(token)) return left
      left = multiply(left, parseExpression(reader, PRODUCT_LEVEL + 1))
      continue
    }
    if (binding.level < minimum) return left
    reader.at++
    const right = parseExpression(reader, binding.right)
    const isProduct = token.text === "*" || token.text.startsWith("%")
    left = isProduct ? multiply(left, right) : { kind: "binary", sign: token.text, left, right }
  }
}

/** Whether a token begins another factor of a product without a sign. */
const startsFactor = ({ kind, text, gap }: MathToken): boolean =>
  gap && (kind === "name" ? !RESERVED.has(text) : kind !== "sign" || text === "(")

const multiply = (left: MathNode, right: MathNode): MathNode => ({
  kind: "product",
  factors: [...(left.kind === "product" ? left.factors : [left]), right],
})

function parsePrefix(reader: Reader): MathNode {
  const token = reader.tokens[reader.at++]
  if (token === undefined) throw unexpected(reader)
  const level = token.kind === "sign" ? prefixLevel(token.text) : undefined
  if (level !== undefined) return { kind: "prefix", sign: token.text, inside: parseExpression(reader, level) }
  let node = parseAtom(reader, token)
  while (isSign(reader, "'")) {
    reader.at++
    node = { kind: "transpose", inside: node }
  }
  return node
}

function parseAtom(reader: Reader, token: MathToken): MathNode {
  if (token.kind === "number") return { kind: "number", value: Number(token.text) }
  if (token.kind === "over") return parseOver(reader, token)
  if (token.kind === "name") {
    const next = reader.tokens[reader.at]
    if (next?.text === "(" && !next.gap)
      return { kind: "call", name: token.text, args: parseArguments(reader) }
    return nameOf(token.text, next?.text === "[" && !next.gap ? parseIndices(reader) : null)
  }
  switch (token.text) {
    case "(": {
      const items = [parseExpression(reader, 0)]
      while (accept(reader, ",")) items.push(parseExpression(reader, 0))
      expect(reader, ")")
      return { kind: "group", items }
    }
    case "|": {
      const inside = parseExpression(reader, SUM_LEVEL)
      expect(reader, "|")
      return { kind: "bars", inside }
    }
    case "Π":
      return { ...NOTHING, body: parseExpression(reader, PRODUCT_LEVEL) }
    case "…":
      return { kind: "dots" }
    case "∞":
      return { kind: "number", value: Number.POSITIVE_INFINITY }
    default:
      reader.at--
      throw unexpected(reader)
  }
}

const NOTHING = { kind: "over", sign: "prod", names: [], conditions: [] } as const

function nameOf(text: string, indices: readonly (MathNode | null)[] | null): MathNode {
  const isPrimed = text.endsWith("'")
  return { kind: "name", name: isPrimed ? text.slice(0, -1) : text, isPrimed, indices }
}

/** `sum_i body`, or `sum_{i, j: g[i] = k} body` from behind its brace. */
function parseOver(reader: Reader, { text, index }: MathToken): MathNode {
  const names: MathNode[] = []
  const conditions: MathNode[] = []
  if (index !== null) names.push(nameOf(index, null))
  else {
    do names.push(parseExpression(reader, ATOM_LEVEL))
    while (accept(reader, ","))
    if (accept(reader, ": ")) {
      do conditions.push(parseCondition(reader))
      while (accept(reader, ","))
    }
    expect(reader, "}")
  }
  const sign = text === "sum" || text === "max" ? text : "prod"
  return { kind: "over", sign, names, conditions, body: parseExpression(reader, PRODUCT_LEVEL) }
}

/** `g[i] = k`, `a[i] + b[i] is tau[k]`. */
function parseCondition(reader: Reader): MathNode {
  const left = parseExpression(reader, SUM_LEVEL)
  if (!accept(reader, "=")) expect(reader, "is")
  return { kind: "binary", sign: "=", left, right: parseExpression(reader, SUM_LEVEL) }
}

function parseArguments(reader: Reader): MathArgument[] {
  expect(reader, "(")
  if (accept(reader, ")")) return []
  const args: MathArgument[] = []
  let isGiven = false
  for (;;) {
    const { tokens, at } = reader
    const isNamed = tokens[at]?.kind === "name" && tokens[at + 1]?.text === "="
    if (isNamed) reader.at += 2
    const isEmpty = isSign(reader, ",") || isSign(reader, ")")
    const value = isEmpty ? null : parseExpression(reader, 0)
    args.push({ name: isNamed ? tokens[at]!.text : null, value, isGiven })
    if (accept(reader, ")")) return args
    if (accept(reader, "|")) isGiven = true
    else expect(reader, ",")
  }
}

function parseIndices(reader: Reader): (MathNode | null)[] {
  expect(reader, "[")
  const indices: (MathNode | null)[] = []
  do {
    const isEmpty = isSign(reader, ",") || isSign(reader, "]")
    indices.push(isEmpty ? null : parseExpression(reader, 0))
  } while (accept(reader, ","))
  expect(reader, "]")
  return indices
}

const isSign = ({ tokens, at }: Reader, text: string): boolean => tokens[at]?.text === text

function accept(reader: Reader, text: string): boolean {
  const found = isSign(reader, text)
  if (found) reader.at++
  return found
}

function expect(reader: Reader, text: string): void {
  if (!accept(reader, text)) throw unexpected(reader)
}

function unexpected({ tokens, at }: Reader): InternalError {
  const text = tokens.map((token) => (token.gap ? ` ${token.text}` : token.text)).join("")
  return new InternalError(`no formula: "${text.trim()}", at ${tokens[at]?.text ?? "its end"}`)
}
