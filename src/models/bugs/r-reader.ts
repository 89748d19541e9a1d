/** A position in the tokens of R data, and the errors found there. */

import { DataError } from "../../core/errors.ts"
import type { ArrayValue } from "../array-value.ts"
import { dataError } from "./data-error.ts"
import type { RToken } from "./r-lexer.ts"

export interface RReader {
  readonly text: string
  readonly file: string | undefined
  readonly tokens: readonly RToken[]
  readonly variables: Map<string, ArrayValue>
  readonly note: (message: string) => void
  position: number
  /** Open parentheses; outside them an expression ends with its line. */
  depth: number
  /** Values inside values. */
  nesting: number
  /** Inside a list that makes up the file. */
  inList: boolean
  /** The variable being read. */
  variable: string | undefined
}

/** The token at the position, or `ahead` places behind it. */
export function peek(reader: RReader, ahead = 0): RToken {
  return reader.tokens[Math.min(reader.position + ahead, reader.tokens.length - 1)]!
}

/** The token at the position, which moves on. */
export function take(reader: RReader): RToken {
  const token = peek(reader)
  if (token.kind !== "end") reader.position++
  return token
}

export const isSign = (token: RToken, text: string): boolean =>
  token.kind === "operator" && token.text === text

/** The error at a place of the text, in the variable being read. */
export function failAt(
  reader: RReader,
  token: { readonly start: number },
  message: string,
  hint: string,
): ReturnType<typeof dataError> {
  const { text, file, variable } = reader
  return dataError({ text, file, at: token.start, variable }, message, hint)
}

/** Runs a computation and gives its problem the place. */
export function attempt<T>(reader: RReader, at: number, compute: () => T): T {
  try {
    return compute()
  } catch (problem) {
    if (!(problem instanceof DataError) || problem.where !== undefined) throw problem
    throw failAt(reader, { start: at }, problem.message, problem.hint ?? "")
  }
}
