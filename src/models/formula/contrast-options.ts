/** The coding that the options ask for a factor. */

import { OptionError, suggest } from "../../core/errors.ts"
import type { ContrastKind, ContrastMatrix } from "../../data/contrasts.ts"
import { contrastMatrix } from "../../data/contrasts.ts"
import { findIndependentColumns } from "./rank.ts"

/** Rows are levels, columns coefficients; names are the suffixes of coefficients, `1`, `2`, … by default. */
export type CustomContrast =
  | readonly (readonly number[])[]
  | { readonly names?: readonly string[]; readonly matrix: readonly (readonly number[])[] }

/** One coding for all factors, or one by factor (column, or variable as printed); the others have treatment coding. */
export type ContrastOption = ContrastKind | Readonly<Record<string, ContrastKind | CustomContrast>>

/**
 * The contrast matrix of a factor.
 *
 * @param keys the names the factor goes by: its label in the formula, its column.
 * @param ordered an ordered factor has orthogonal polynomials unless a coding is asked for by its name, as in R.
 * @throws OptionError for an unknown coding and a matrix that does not fit the levels.
 */
export function resolveContrast(
  option: ContrastOption | undefined,
  keys: readonly string[],
  levels: readonly string[],
  ordered = false,
): ContrastMatrix {
  const usual = ordered ? "poly" : typeof option === "string" ? option : "treatment"
  if (option === undefined || typeof option === "string") return contrastMatrix(usual, levels)
  const key = keys.find((candidate) => Object.hasOwn(option, candidate))
  const chosen = key === undefined ? usual : option[key]!
  if (typeof chosen === "string") return contrastMatrix(chosen, levels)
  return checkCustom(chosen, key!, levels)
}

/**
 * @param known names of columns and of variables of the formula.
 * @throws OptionError `unknown-column` for contrasts of something that is not there.
 */
export function checkContrastKeys(option: ContrastOption | undefined, known: readonly string[]): void {
  if (option === undefined || typeof option === "string") return
  for (const key of Object.keys(option)) {
    if (known.includes(key)) continue
    throw new OptionError(`there is no factor "${key}"`, {
      code: "unknown-column",
      where: "option contrasts",
      hint: suggest(key, known),
    })
  }
}

function checkCustom(custom: CustomContrast, key: string, levels: readonly string[]): ContrastMatrix {
  const { matrix, names } = isNamed(custom) ? custom : { matrix: custom, names: undefined }
  const refuse = (message: string, hint: string): OptionError =>
    new OptionError(message, { code: "invalid-contrasts", where: `option contrasts, factor "${key}"`, hint })
  const shape = `expected ${levels.length} rows, one a level (${levels.slice(0, 6).join(", ")}${levels.length > 6 ? ", …" : ""})`
  if (!Array.isArray(matrix) || matrix.length !== levels.length) {
    throw refuse(`found ${Array.isArray(matrix) ? `${matrix.length} rows` : typeof matrix}`, shape)
  }
  const width = Array.isArray(matrix[0]) ? matrix[0].length : 0
  const regular = matrix.every(
    (row) => Array.isArray(row) && row.length === width && row.every((value) => Number.isFinite(value)),
  )
  if (!regular || width < 1 || width >= levels.length) {
    throw refuse(
      "the rows of the contrast matrix do not fit",
      `expected rows of one length, 1 to ${levels.length - 1} finite numbers`,
    )
  }
  if (names !== undefined && (names.length !== width || new Set(names).size !== width)) {
    throw refuse(
      `found ${names.length} names for ${width} columns`,
      "expected one distinct name for each column",
    )
  }
  const ones = new Float64Array(levels.length).fill(1)
  const columns = Array.from({ length: width }, (_, k) =>
    Float64Array.from(matrix, (row: number[]) => row[k]!),
  )
  if (findIndependentColumns([ones, ...columns]).length <= width) {
    throw refuse(
      "the contrasts depend on each other or on the intercept",
      "expected columns linearly independent of each other and of 1",
    )
  }
  return { names: names ?? columns.map((_, k) => String(k + 1)), matrix }
}

function isNamed(custom: CustomContrast): custom is Exclude<CustomContrast, readonly (readonly number[])[]> {
  return !Array.isArray(custom)
}
