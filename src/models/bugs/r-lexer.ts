/** Cuts data in R's language into tokens. */

import { type DataPlace, dataError } from "./data-error.ts"
import { readNumberList } from "./number-list.ts"

export interface RToken {
  readonly kind: "name" | "number" | "numbers" | "string" | "operator" | "end"
  /** As written; of a string or a name in backquotes, what the quotes hold. */
  readonly text: string
  /** Of a number; NaN otherwise. */
  readonly value: number
  /** Of kind `numbers`, `c(…)` of nothing but numbers. */
  readonly values?: readonly number[]
  readonly start: number
  /** The first token of its line: outside parentheses a complete expression ends before it. */
  readonly startsLine: boolean
}

const SPACE = /[^\S\n]+/y
const COMMENT = /#[^\n]*/y
const NUMBER = /(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)L?/y
const STARTS_NUMBER = /[\d.]/
const NAME = /(?:\.(?!\d)|\p{L})[\p{L}\p{M}\p{N}._]*/uy
const OPERATOR = /<<-|<-|[=+\-*/^:(),;[\]]/y
const QUOTED = /(["'`])((?:[^\\]|\\.)*?)\1/sy

/**
 * Cuts `text` into tokens, without spaces and comments; the last one is of kind `end`.
 * @throws DataError `bad-data` for a quotation mark that is not closed and for a character that R data do not contain
 */
export function lexRData(text: string, file: string | undefined): readonly RToken[] {
  const tokens: RToken[] = []
  let at = 0
  let startsLine = true
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  const push = (kind: RToken["kind"], length: number, content: string, value = Number.NaN): void => {
    tokens.push({ kind, text: content, value, start: at, startsLine })
    startsLine = false
    at += length
  }
  while (at < text.length) {
    const character = text[at]!
    // Nearly every token of a large file is one of these.
    if (character === ",") {
      push("operator", 1, ",")
      continue
    }
    if (character === " ") {
      at++
      continue
    }
    const number = STARTS_NUMBER.test(character) ? match(NUMBER)?.[0] : undefined
    if (number !== undefined) {
      push("number", number.length, number, Number(number.replace("L", "")))
      continue
    }
    const skipped = match(SPACE) ?? match(COMMENT)
    if (skipped !== null) {
      at += skipped[0].length
      continue
    }
    if (character === "\n" || character === "\ufeff") {
      startsLine = true
      at++
      continue
    }
    const quoted = match(QUOTED)
    if (quoted !== null) {
      const content = quoted[2]!.replace(/\\(.)/gs, "$1")
      push(quoted[1] === "`" ? "name" : "string", quoted[0].length, content)
      continue
    }
    const name = match(NAME)?.[0]
    if (name !== undefined) {
      const list = name === "c" ? readNumberList(text, at + 1) : null
      if (list === null) push("name", name.length, name)
      else {
        tokens.push({
          kind: "numbers",
          text: name,
          value: Number.NaN,
          values: list.values,
          start: at,
          startsLine,
        })
        startsLine = false
        at = list.end
      }
      continue
    }
    const operator = match(OPERATOR)?.[0]
    if (operator === undefined) throw strayCharacter({ text, file, at })
    push("operator", operator.length, operator)
  }
  tokens.push({ kind: "end", text: "", value: Number.NaN, start: text.length, startsLine: true })
  return tokens
}

function strayCharacter(place: DataPlace): ReturnType<typeof dataError> {
  const character = String.fromCodePoint(place.text.codePointAt(place.at)!)
  const isQuote = "\"'`".includes(character)
  return dataError(
    place,
    isQuote ? `this ${character} is not closed` : `unexpected character "${character}"`,
    isQuote
      ? `expected another ${character} further on`
      : 'expected data as R writes them: "x <- c(1, 2, 3)"',
  )
}
