/** Columns far from zero for their spread, such as times in seconds since 1970 within a minute. */
import { formatNumber } from "../../data/format-number.ts"
import type { OffCentreColumn } from "./design.ts"
import { INTERCEPT, type ModelMatrix } from "./model-matrix.ts"

/** Below this share of the mean, a spread is the rounding of the numbers. */
const ROUNDING = 1e-14

/** The columns that were left out beside an intercept and are not constant. */
export function findOffCentre(full: ModelMatrix, kept: readonly number[]): readonly OffCentreColumn[] {
  if (!kept.some((j) => full.names[j] === INTERCEPT)) return []
  const left = new Set(kept)
  return full.columns.flatMap((column, j) => {
    if (left.has(j)) return []
    const n = column.length
    const mean = column.reduce((sum, value) => sum + value, 0) / n
    const sd = Math.sqrt(column.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n)
    const isFar = sd > ROUNDING * Math.abs(mean) && sd < 1e-7 * Math.abs(mean)
    return isFar ? [{ name: full.names[j]!, term: full.terms[full.assign[j]!]!, mean, sd }] : []
  })
}

/** What to write instead: the predictor less a number near its mean. */
export function centreHint({ name, mean }: OffCentreColumn): string {
  return `centre it, I(${name} - ${formatNumber(Number(mean.toPrecision(12)))})`
}

/** `"x" varies by 2.9 about 1.7e9: too little …`. */
export function describeOffCentre({ name, mean, sd }: OffCentreColumn): string {
  const [spread, centre] = [sd, mean].map((value) => formatNumber(Number(value.toPrecision(3))))
  return `"${name}" varies by ${spread} about ${centre}, too little to be told from the intercept`
}
