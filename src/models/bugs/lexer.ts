/** Cuts the text of a model in the BUGS language into tokens. */

import { syntaxError } from "./syntax-error.ts"

export type BugsTokenKind = "name" | "number" | "operator" | "end"

export interface BugsToken {
  readonly kind: BugsTokenKind
  /** As written, except that the power `**` reads `^`. */
  readonly text: string
  /** Of a number; NaN otherwise. */
  readonly value: number
  /** `[start, end)` in UTF-16 units of the source. */
  readonly start: number
  readonly end: number
}

const SPACE = /[\s\u00a0\ufeff]+/y
const LINE_COMMENT = /#[^\n\r]*/y
const BLOCK_COMMENT = /\/\*.*?\*\//sy
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y
const NAME = /\p{L}[\p{L}\p{M}\p{N}._]*/uy
const OPERATOR = /%[^%\s]*%|<-|<=|>=|==|!=|&&|\|\||\*\*|[~=<>!+\-*/:^(),;[\]{}]/y

/** Characters of other languages, and what BUGS writes instead. */
const REMEDIES: Readonly<Record<string, string>> = {
  "&": "the logical and is &&",
  "|": "the logical or is ||",
  '"': "BUGS has no texts; names are written without quotes",
  "'": "BUGS has no texts; names are written without quotes",
  "`": "names are written without quotes",
  $: "a name contains letters, digits, dots and underscores",
  "@": "a name contains letters, digits, dots and underscores",
  _: "a name begins with a letter",
  ".": "a name begins with a letter",
  "%": "an operator of this form is closed by a second %, as in %*%",
  "\\": "a line needs no sign to continue on the next",
}

/**
 * Cuts `source` into tokens without spaces and comments (`#` to the end of the line, C's block comments); the last one
 * is of kind `end` and stands behind the last character that is not white space.
 *
 * @param name what messages call the source, usually its file
 * @throws ModelSyntaxError `stray-character`, `unclosed-comment`, `number-too-large`
 */
export function lexBugs(source: string, name?: string): readonly BugsToken[] {
  const tokens: BugsToken[] = []
  let at = 0
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    return pattern.exec(source)?.[0]
  }
  const push = (kind: BugsTokenKind, raw: string, text: string, value: number): void => {
    tokens.push({ kind, text, value, start: at, end: at + raw.length })
    at += raw.length
  }
  while (at < source.length) {
    const skipped = match(SPACE) ?? match(LINE_COMMENT) ?? match(BLOCK_COMMENT)
    if (skipped !== undefined) {
      at += skipped.length
      continue
    }
    const place = { source, name, start: at }
    if (source.startsWith("/*", at)) {
      throw syntaxError({ ...place, end: at + 2 }, "unclosed-comment", "this comment is not closed", {
        hint: "expected */ further on",
      })
    }
    const number = match(NUMBER)
    if (number !== undefined) {
      const value = Number(number)
      if (!Number.isFinite(value)) {
        const end = at + number.length
        throw syntaxError({ ...place, end }, "number-too-large", `the number ${number} is too large`, {
          hint: "expected a number below 1.8e308",
        })
      }
      push("number", number, number, value)
      continue
    }
    const word = match(NAME)
    if (word !== undefined) {
      push("name", word, word, Number.NaN)
      continue
    }
    const operator = match(OPERATOR)
    if (operator === undefined) {
      const character = String.fromCodePoint(source.codePointAt(at)!)
      const end = at + character.length
      throw syntaxError({ ...place, end }, "stray-character", `unexpected character "${character}"`, {
        hint: REMEDIES[character] ?? "expected a name, a number or an operator",
      })
    }
    push("operator", operator, operator === "**" ? "^" : operator, Number.NaN)
  }
  const end = source.trimEnd().length
  tokens.push({ kind: "end", text: "", value: Number.NaN, start: end, end })
  return tokens
}
