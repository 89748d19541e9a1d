/** Errors of the BUGS language, with the place where they are. */

import { ModelSyntaxError } from "../../core/errors.ts"

export interface SourcePlace {
  readonly source: string
  /** What messages call the source, usually its file. */
  readonly name: string | undefined
  /** `[start, end)` in UTF-16 units of the source. */
  readonly start: number
  readonly end: number
}

/**
 * The error at a place of a model: `where` says file, line and column (both counted from 1), `span` the characters,
 * which the command line underlines.
 */
export function syntaxError(
  place: SourcePlace,
  code: string,
  message: string,
  details: { readonly hint: string },
): ModelSyntaxError {
  const { source, name, start, end } = place
  const position = describePosition(source, start)
  return new ModelSyntaxError(message, {
    code,
    where: name === undefined ? position : `${name}, ${position}`,
    span: { text: source, start, end: Math.max(end, start + 1) },
    hint: details.hint,
  })
}

/** `line 3, column 7` of a character, both counted from 1. */
export function describePosition(source: string, offset: number): string {
  const lineStart = offset === 0 ? 0 : source.lastIndexOf("\n", offset - 1) + 1
  return `line ${lineOf(source, offset)}, column ${offset - lineStart + 1}`
}

/** The line a character stands in, counted from 1. */
export function lineOf(source: string, offset: number): number {
  let line = 1
  for (let at = source.indexOf("\n"); at !== -1 && at < offset; at = source.indexOf("\n", at + 1)) line++
  return line
}
