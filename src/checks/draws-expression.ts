/**
 * Expressions of the draws: `sd[county,floor] / sd[residual] > 0.2`. A Pratt parser; the names of scalars, brackets, commas and blanks
 * included, are recognised as they are written in the summary.
 */
import { ModelSyntaxError, suggest } from "../core/errors.ts"

export type Comparison = "<" | "<=" | ">" | ">="

export type DrawsExpression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "scalar"; readonly name: string }
  | { readonly kind: "negate"; readonly operand: DrawsExpression }
  | {
      readonly kind: "binary"
      readonly operator: string
      readonly left: DrawsExpression
      readonly right: DrawsExpression
    }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly DrawsExpression[] }

export interface ParsedHypothesis {
  readonly left: DrawsExpression
  /** Null for an expression alone. */
  readonly comparison: Comparison | null
  readonly right: DrawsExpression
}

/** Numbers of arguments, least and most, and what the function does. */
const FUNCTIONS: Readonly<
  Record<string, { readonly args: readonly [number, number]; readonly apply: (...x: number[]) => number }>
> = {
  abs: { args: [1, 1], apply: Math.abs },
  exp: { args: [1, 1], apply: Math.exp },
  log: { args: [1, 1], apply: Math.log },
  log2: { args: [1, 1], apply: Math.log2 },
  log10: { args: [1, 1], apply: Math.log10 },
  sqrt: { args: [1, 1], apply: Math.sqrt },
  min: { args: [1, 100], apply: Math.min },
  max: { args: [1, 100], apply: Math.max },
  logit: { args: [1, 1], apply: (p: number) => Math.log(p / (1 - p)) },
  ilogit: { args: [1, 1], apply: (x: number) => 1 / (1 + Math.exp(-x)) },
}

const BINARY: Readonly<
  Record<string, { readonly binding: number; readonly apply: (a: number, b: number) => number }>
> = {
  "+": { binding: 1, apply: (a, b) => a + b },
  "-": { binding: 1, apply: (a, b) => a - b },
  "*": { binding: 2, apply: (a, b) => a * b },
  "/": { binding: 2, apply: (a, b) => a / b },
  "^": { binding: 4, apply: (a, b) => a ** b },
}
/** Of a minus in front: tighter than `*`, looser than `^`, as in R and in mathematics. */
const NEGATION = 3
const COMPARISONS: readonly Comparison[] = ["<=", ">=", "<", ">"]
const DEEPEST = 100

const SPACE = /\s+/y
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const WORD = /[\p{L}_.][\p{L}\p{N}_.]*/uy

interface State {
  readonly text: string
  readonly names: ReadonlySet<string>
  at: number
  depth: number
}

/**
 * @param names of the scalars there are
 * @throws ModelSyntaxError with the place: `unknown-scalar`, `hypothesis-syntax`
 */
export function parseHypothesis(text: string, names: readonly string[]): ParsedHypothesis {
  const state: State = { text, names: new Set(names), at: 0, depth: 0 }
  skipSpace(state)
  if (state.at === text.length)
    throw failure(state, 0, 0, "the hypothesis is empty", 'for instance "b[x] > 0"')
  const left = parseExpression(state, 0)
  const comparison = COMPARISONS.find((sign) => text.startsWith(sign, state.at)) ?? null
  if (comparison === null) {
    if (state.at < text.length) throw unexpected(state, "an operator or a comparison")
    return { left, comparison, right: { kind: "number", value: 0 } }
  }
  state.at += comparison.length
  const right = parseExpression(state, 0)
  if (state.at < text.length) throw unexpected(state, "the end")
  return { left, comparison, right }
}

/** The value of an expression at each draw. */
export function evaluateDraws(
  e: DrawsExpression,
  draws: (name: string) => Float64Array,
  count: number,
): Float64Array {
  switch (e.kind) {
    case "number":
      return new Float64Array(count).fill(e.value)
    case "scalar":
      return draws(e.name)
    case "negate":
      return evaluateDraws(e.operand, draws, count).map((value) => -value)
    case "binary": {
      const [left, right] = [evaluateDraws(e.left, draws, count), evaluateDraws(e.right, draws, count)]
      const { apply } = BINARY[e.operator]!
      return left.map((value, s) => apply(value, right[s]!))
    }
    case "call": {
      const args = e.args.map((arg) => evaluateDraws(arg, draws, count))
      const { apply } = FUNCTIONS[e.name]!
      return args[0]!.map((_, s) => apply(...args.map((values) => values[s]!)))
    }
  }
}

/** The scalars that an expression reads. */
export function scalarsIn(e: DrawsExpression): readonly string[] {
  switch (e.kind) {
    case "number":
      return []
    case "scalar":
      return [e.name]
    case "negate":
      return scalarsIn(e.operand)
    case "binary":
      return [...scalarsIn(e.left), ...scalarsIn(e.right)]
    case "call":
      return e.args.flatMap(scalarsIn)
  }
}

function parseExpression(state: State, least: number): DrawsExpression {
  if (++state.depth > DEEPEST) {
    throw failure(
      state,
      state.at,
      state.at + 1,
      "the expression is nested too deeply",
      "write it with fewer parentheses",
    )
  }
  let left = parsePrefix(state)
  for (;;) {
    skipSpace(state)
    const operator = state.text[state.at] ?? ""
    const binding = Object.hasOwn(BINARY, operator) ? BINARY[operator]!.binding : 0
    if (binding === 0 || binding <= least) break
    state.at++
    // A power holds what follows as tightly as itself, to the right: 2^3^2 is 2^9; 2^-1 is 1/2.
    const right = parseExpression(state, operator === "^" ? NEGATION - 1 : binding)
    left = { kind: "binary", operator, left, right }
  }
  state.depth--
  return left
}

function parsePrefix(state: State): DrawsExpression {
  skipSpace(state)
  const { text, at } = state
  const sign = text[at]
  if (sign === "-" || sign === "+") {
    state.at++
    const operand = parseExpression(state, NEGATION)
    return sign === "+" ? operand : { kind: "negate", operand }
  }
  if (sign === "(") {
    state.at++
    const inner = parseExpression(state, 0)
    expect(state, ")")
    return inner
  }
  const scalar = findScalar(state)
  if (scalar !== null) {
    state.at += scalar.length
    return { kind: "scalar", name: scalar }
  }
  const number = match(state, NUMBER)
  if (number !== null) {
    state.at += number.length
    return { kind: "number", value: Number(number) }
  }
  const word = match(state, WORD)
  if (word === null) throw unexpected(state, "a scalar, a number or a parenthesis")
  return text[at + word.length] === "(" ? parseCall(state, word) : unknownScalar(state, word)
}

function parseCall(state: State, name: string): DrawsExpression {
  const start = state.at
  if (!Object.hasOwn(FUNCTIONS, name)) {
    throw failure(
      state,
      start,
      start + name.length,
      `unknown function "${name}"`,
      suggest(name, Object.keys(FUNCTIONS)),
    )
  }
  state.at += name.length + 1
  const args = [parseExpression(state, 0)]
  while (state.text[state.at] === ",") {
    state.at++
    args.push(parseExpression(state, 0))
  }
  expect(state, ")")
  const [least, most] = FUNCTIONS[name]!.args
  if (args.length < least || args.length > most) {
    throw failure(
      state,
      start,
      state.at,
      `${name}() takes ${most === 1 ? "1 argument" : `${least} to ${most}`}, found ${args.length}`,
    )
  }
  return { kind: "call", name, args }
}

/** The longest name of a scalar that the text goes on with; blanks after commas and around brackets may differ from it. */
function findScalar({ text, at, names }: State): string | null {
  const word = match({ text, at }, WORD)
  if (word === null) return null
  let found = names.has(word) ? word : null
  if (text[at + word.length] !== "[") return found
  for (let end = text.indexOf("]", at); end !== -1; end = text.indexOf("]", end + 1)) {
    const candidate = text.slice(at, end + 1)
    if (names.has(candidate)) found = candidate
  }
  return found
}

function unknownScalar(state: State, word: string): never {
  const { text, at, names } = state
  const end = text[at + word.length] === "[" ? closing(text, at + word.length) : at + word.length
  const name = text.slice(at, end)
  const near = name.replace(/\s*([,[\]])\s*/g, "$1")
  const same = [...names].filter((known) => known.startsWith(`${word}[`))
  throw failure(
    state,
    at,
    end,
    `there are no draws of "${name}"`,
    names.has(near) ? `did you mean "${near}"?` : suggest(name, same.length > 0 ? same : [...names]),
    "unknown-scalar",
  )
}

/** Behind the bracket that closes the one at `open`; the end of the text without it. */
function closing(text: string, open: number): number {
  let depth = 0
  for (let i = open; i < text.length; i++) {
    if (text[i] === "[") depth++
    else if (text[i] === "]" && --depth === 0) return i + 1
  }
  return text.length
}

function match({ text, at }: Pick<State, "text" | "at">, pattern: RegExp): string | null {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

function skipSpace(state: State): void {
  state.at += match(state, SPACE)?.length ?? 0
}

function expect(state: State, sign: string): void {
  skipSpace(state)
  if (state.text[state.at] !== sign) throw unexpected(state, `"${sign}"`)
  state.at++
  skipSpace(state)
}

function unexpected(state: State, expected: string): ModelSyntaxError {
  const { text, at } = state
  if (at >= text.length) return failure(state, at, at, `expected ${expected}, found the end`)
  const found = String.fromCodePoint(text.codePointAt(at)!)
  const hints: Readonly<Record<string, string>> = {
    "=": "equality of continuous quantities has probability 0: compare with < or >, or abs(a - b) < some tolerance",
    "<": "one comparison at a time",
    ">": "one comparison at a time",
    "!": "compare with < or >",
  }
  return failure(state, at, at + found.length, `expected ${expected}, found "${found}"`, hints[found])
}

function failure(
  { text }: State,
  start: number,
  end: number,
  message: string,
  hint?: string,
  code = "hypothesis-syntax",
): ModelSyntaxError {
  const span = { text, start, end }
  return new ModelSyntaxError(message, hint === undefined ? { code, span } : { code, span, hint })
}
