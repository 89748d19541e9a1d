/** Cuts the text of a formula, or of a condition on rows, into tokens. */

import { ModelSyntaxError } from "../../core/errors.ts"

export type TokenKind = "name" | "number" | "string" | "dot" | "operator" | "end"

export interface Token {
  readonly kind: TokenKind
  /** The operator as R writes it (`**` is `^`), the name without backquotes, the text of a string. */
  readonly text: string
  readonly value: number
  /** True for a name in backquotes, which is never the name of a function. */
  readonly quoted: boolean
  readonly start: number
  readonly end: number
}

const SPACE = /[\s\u00a0\ufeff]+/y
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?L?/y
const NAME = /(?:\.(?!\d)|[\p{L}_])[\p{L}\p{M}\p{N}._]*/uy
/** What a text is: a condition has comparisons and "not" as well, and no `~`. */
export type Grammar = "formula" | "condition"

const OPERATORS: Readonly<Record<Grammar, RegExp>> = {
  formula: /%[^%\s]*%|\|\||\*\*|[~|+\-*/:^(),=]/y,
  condition: /%[^%\s]*%|\|\||&&|\*\*|[<>=!]=|[|+\-*/:^(),=<>!&]/y,
}
const QUOTED: Readonly<Record<string, { pattern: RegExp; what: string }>> = {
  "`": { pattern: /`((?:[^`\\]|\\.)*)`/sy, what: "backquote" },
  '"': { pattern: /"((?:[^"\\]|\\.)*)"/sy, what: "quotation mark" },
  "'": { pattern: /'((?:[^'\\]|\\.)*)'/sy, what: "quotation mark" },
}
/** Signs of R that no formula needs, and what to write instead. */
const REMEDIES: Readonly<Record<string, string>> = {
  "<": "compute the comparison as a column of the data first",
  ">": "compute the comparison as a column of the data first",
  "!": "compute the logical value as a column of the data first",
  "&": "compute the logical value as a column of the data first",
  "[": "make the element a column of the data first",
  $: "write the name of the column alone",
  "{": "parentheses are ( and )",
  "}": "parentheses are ( and )",
  "]": "make the element a column of the data first",
}

/**
 * Cuts `text` into tokens; the last one is of kind `end` and stands behind the last character that is not white space.
 *
 * @throws ModelSyntaxError `stray-character`, `unclosed-quote`, `unknown-operator`, `empty-name`, `number-too-large`.
 */
export function tokenize(text: string, grammar: Grammar = "formula"): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }
  const push = (kind: TokenKind, length: number, value: Partial<Token>): void => {
    const start = at
    at += length
    const raw = text.slice(start, at)
    tokens.push({ kind, text: raw, value: Number.NaN, quoted: false, ...value, start, end: at })
  }
  while (at < text.length) {
    const space = match(SPACE)
    if (space !== undefined) {
      at += space.length
      continue
    }
    const quoting = QUOTED[text[at]!]
    if (quoting !== undefined) {
      readQuoted(text, at, quoting, push)
      continue
    }
    const number = match(NUMBER)
    if (number !== undefined) {
      const value = Number(number.replace("L", ""))
      if (!Number.isFinite(value)) throw hugeNumber(text, at, number)
      push("number", number.length, { value })
      continue
    }
    const name = match(NAME)
    if (name !== undefined) {
      push(name === "." ? "dot" : "name", name.length, {})
      continue
    }
    const operator = match(OPERATORS[grammar])
    if (operator === undefined) throw strayCharacter(text, at, grammar)
    if (operator.startsWith("%") && operator !== "%in%") {
      throw new ModelSyntaxError(`unknown operator ${operator}`, {
        code: "unknown-operator",
        span: { text, start: at, end: at + operator.length },
        hint: "the only operator of this form is %in%",
      })
    }
    push("operator", operator.length, { text: operator === "**" ? "^" : operator })
  }
  // In a text of white space alone there is no last character to stand behind.
  const end = text.trimEnd().length || text.length
  tokens.push({ kind: "end", text: "", value: Number.NaN, quoted: false, start: end, end })
  return tokens
}

function readQuoted(
  text: string,
  at: number,
  quoting: { pattern: RegExp; what: string },
  push: (kind: TokenKind, length: number, value: Partial<Token>) => void,
): void {
  quoting.pattern.lastIndex = at
  const found = quoting.pattern.exec(text)
  if (found === null) {
    throw new ModelSyntaxError(`this ${quoting.what} is not closed`, {
      code: "unclosed-quote",
      span: { text, start: at, end: at + 1 },
      hint: `expected another ${text[at]} further on`,
    })
  }
  const content = found[1]!.replace(/\\(.)/gs, "$1")
  const isName = text[at] === "`"
  if (isName && content === "") {
    throw new ModelSyntaxError("empty name", {
      code: "empty-name",
      span: { text, start: at, end: at + 2 },
      hint: "expected the name of a column between the backquotes",
    })
  }
  push(isName ? "name" : "string", found[0].length, { text: content, quoted: isName })
}

function hugeNumber(text: string, at: number, number: string): ModelSyntaxError {
  return new ModelSyntaxError(`the number ${number} is too large`, {
    code: "number-too-large",
    span: { text, start: at, end: at + number.length },
    hint: "expected a number below 1.8e308",
  })
}

const EXPECTED: Readonly<Record<Grammar, string>> = {
  formula:
    "expected a column, a number, or one of ~ | + - * / : ^ %in% ( ); a name with other signs goes in backquotes",
  condition: "expected columns, numbers and texts with < <= == != >= > & | ! %in% + - * / ^ ( ) between them",
}

function strayCharacter(text: string, at: number, grammar: Grammar): ModelSyntaxError {
  const character = String.fromCodePoint(text.codePointAt(at)!)
  return new ModelSyntaxError(`unexpected character "${character}"`, {
    code: "stray-character",
    span: { text, start: at, end: at + character.length },
    hint: REMEDIES[character] ?? EXPECTED[grammar],
  })
}
