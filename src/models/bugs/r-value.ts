/** Values of R as data files contain them. */

import { DataError } from "../../core/errors.ts"

/** Numbers (also logical values), column-major; `dims` null without the attribute. NaN is NA. */
export interface RNumbers {
  readonly kind: "numbers"
  readonly values: readonly number[]
  readonly dims: readonly number[] | null
}

export type RValue =
  | RNumbers
  | { readonly kind: "text"; readonly values: readonly string[] }
  | { readonly kind: "list"; readonly entries: readonly RArgument[] }

/** An argument of a call or an entry of a list. */
export interface RArgument {
  readonly name: string | null
  readonly value: RValue
  /** Where it stands in the text. */
  readonly at: number
}

/** What is wrong with a value; the reader adds where it stands. */
export function valueProblem(message: string, hint: string): DataError {
  return new DataError(message, { code: "bad-data", hint })
}

export const numbers = (values: readonly number[], dims: readonly number[] | null = null): RNumbers => ({
  kind: "numbers",
  values,
  dims,
})

/** The numbers. @throws DataError that says what was found */
export function expectNumbers(value: RValue, what: string): RNumbers {
  if (value.kind === "numbers") return value
  throw valueProblem(
    `found ${value.kind === "text" ? "text" : "a list"} as ${what}, expected numbers`,
    value.kind === "text"
      ? "write categories as the numbers 1, 2, …"
      : "give each entry as a variable of its own",
  )
}

/** One whole number. @throws DataError that says what was found */
export function expectCount(value: RValue, what: string): number {
  const { values } = expectNumbers(value, what)
  const [count] = values
  if (values.length === 1 && count !== undefined && Number.isInteger(count) && count >= 0) return count
  throw valueProblem(
    `found ${values.join(", ") || "nothing"} as ${what}, expected a whole number`,
    "check it",
  )
}
