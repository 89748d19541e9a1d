import { plural } from "./format-figures.ts"
import type { Io } from "./io.ts"
import { widthOf, wrapText } from "./style-text.ts"

/** The rows of a file, counted from 1, that have no prediction because a predictor is missing in them. */
export function rowsNotPredicted(
  rows: number,
  predictions: readonly { readonly row: number }[],
): readonly number[] {
  const predicted = new Set(predictions.map(({ row }) => row))
  return Array.from({ length: rows }, (_, i) => i + 1).filter((row) => !predicted.has(row))
}

const MOST_SHOWN = 10

/** Says how many rows have no prediction and which, the first ten of them; empty when all have. */
export function notPredictedText(rows: readonly number[], io: Io): string {
  if (rows.length === 0) return ""
  const shown = rows.slice(0, MOST_SHOWN).join(", ") + (rows.length > MOST_SHOWN ? ", …" : "")
  const text = `Note: no prediction for ${plural(rows.length, "row")} with missing values: ${shown}`
  return `${wrapText(text, widthOf(io.stdout))}\n`
}
