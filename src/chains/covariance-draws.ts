/** Draws of covariance matrices, put together from the recorded variances, sds, covariances and correlations. */
import type { RandomDesign } from "../models/formula/design.ts"
import { type DrawsByName, notRecorded } from "./recorded-draws.ts"

export interface CovarianceDraws {
  readonly terms: readonly string[]
  /** `entries[r * q + c]`: the draws of one element; symmetric elements are one array. */
  readonly entries: readonly Float64Array[]
  readonly count: number
}

/** Draws of the variance `var[name]`, or of the square of `sd[name]`. @throws DataError when neither was recorded */
export function varianceDraws(name: string, draws: DrawsByName): Float64Array {
  return draws(`var[${name}]`) ?? draws(`sd[${name}]`)?.map((sd) => sd * sd) ?? notRecorded(`var[${name}]`)
}

/** Draws of the covariance matrix of the terms of one bar. @throws DataError when they were not recorded */
export function covarianceDraws(
  { group, terms, structure }: Pick<RandomDesign, "group" | "terms" | "structure">,
  draws: DrawsByName,
): CovarianceDraws {
  const q = terms.length
  const none =
    structure === "identity" ? new Float64Array(varianceDraws(`${group},${terms[0]}`, draws).length) : null
  const entries = new Array<Float64Array>(q * q)
  terms.forEach((term, r) => {
    entries[r * q + r] = varianceDraws(`${group},${term}`, draws)
    for (let c = 0; c < r; c++) {
      const both = `${group},${terms[c]!},${term}`
      const correlation = draws(`cor[${both}]`)
      const [first, second] = [entries[c * q + c]!, entries[r * q + r]!]
      entries[r * q + c] = entries[c * q + r] =
        none ??
        draws(`cov[${both}]`) ??
        correlation?.map((value, s) => value * Math.sqrt(first[s]! * second[s]!)) ??
        notRecorded(`cov[${both}]`)
    }
  })
  return { terms, entries, count: entries[0]!.length }
}

/**
 * Lower Cholesky factors, laid out as the entries. A variance that earlier terms explain, as with a correlation of ±1, has a
 * pivot of 0 and a column of zeros.
 */
export function factorDraws({ terms, entries, count }: CovarianceDraws): readonly Float64Array[] {
  const q = terms.length
  const factor = entries.map(() => new Float64Array(count))
  for (let s = 0; s < count; s++) {
    for (let c = 0; c < q; c++) {
      let pivot = entries[c * q + c]![s]!
      for (let k = 0; k < c; k++) pivot -= factor[c * q + k]![s]! ** 2
      const root = pivot > 0 ? Math.sqrt(pivot) : 0
      factor[c * q + c]![s] = root
      for (let r = c + 1; r < q; r++) {
        let value = entries[r * q + c]![s]!
        for (let k = 0; k < c; k++) value -= factor[r * q + k]![s]! * factor[c * q + k]![s]!
        factor[r * q + c]![s] = root > 0 ? value / root : 0
      }
    }
  }
  return factor
}
