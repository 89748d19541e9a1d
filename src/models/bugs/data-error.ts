/** Errors in the data of a model, with the place where they are. */

import { DataError } from "../../core/errors.ts"
import { lineOf } from "./syntax-error.ts"

export interface DataPlace {
  readonly text: string
  readonly file: string | undefined
  /** Offset into the text. */
  readonly at: number
  /** The variable that is being read. */
  readonly variable?: string | undefined
}

/** The error `bad-data` at a place: `where` says file, line and variable. */
export function dataError(place: DataPlace, message: string, hint: string): DataError {
  const { text, file, at, variable } = place
  const where = [file ?? "data", `line ${lineOf(text, at)}`, ...(variable === undefined ? [] : [variable])]
  return new DataError(message, { code: "bad-data", where: where.join(", "), hint })
}
