/** A position in the tokens of a BUGS model, and the errors found there. */

import type { ModelSyntaxError } from "../../core/errors.ts"
import type { BugsToken } from "./lexer.ts"
import { syntaxError } from "./syntax-error.ts"

export interface TokenReader {
  readonly source: string
  readonly name: string | undefined
  readonly tokens: readonly BugsToken[]
  position: number
  /** Whether `1:N - 1` is `1:(N - 1)`, as WinBUGS has it, and not `(1:N) - 1`. */
  readonly wideRanges: boolean
  /** How many expressions and loops are open around the position. */
  nesting: number
}

/** The token at the position, or `ahead` places behind it; the last token when there are no more. */
export function peek(reader: TokenReader, ahead = 0): BugsToken {
  return reader.tokens[Math.min(reader.position + ahead, reader.tokens.length - 1)]!
}

/** The token at the position, which moves on. */
export function take(reader: TokenReader): BugsToken {
  const token = peek(reader)
  if (token.kind !== "end") reader.position++
  return token
}

export const isOperator = (token: BugsToken, text: string): boolean =>
  token.kind === "operator" && token.text === text

/** Takes the operator if it stands at the position. */
export function takeOperator(reader: TokenReader, text: string): BugsToken | undefined {
  return isOperator(peek(reader), text) ? take(reader) : undefined
}

/** `"x"`, or `the end of the model`. */
export function describeToken(token: BugsToken): string {
  return token.kind === "end" ? "the end of the model" : `"${token.text}"`
}

/** The error at a token. */
export function failAt(
  reader: TokenReader,
  token: { readonly start: number; readonly end: number },
  code: string,
  message: string,
  hint: string,
): ModelSyntaxError {
  const { source, name } = reader
  return syntaxError({ source, name, start: token.start, end: token.end }, code, message, { hint })
}

/** The error "found this, expected that" at the token. */
export function unexpected(
  reader: TokenReader,
  token: BugsToken,
  expected: string,
  hint: string,
): ModelSyntaxError {
  const message = `found ${describeToken(token)}, expected ${expected}`
  return failAt(reader, token, "unexpected-token", message, hint)
}
