/** Draws of the linear predictor `offset + X b + Σ Z u` of rows, in the data or new, row by row. */
import { effectName } from "../models/effect-quantities.ts"
import type { RandomDesign, ResidualScale } from "../models/formula/design.ts"
import type { NewLevels } from "../models/formula/new-design.ts"
import { drawNormal } from "../random/normal.ts"
import type { Stream } from "../random/stream.ts"
import { type CovarianceDraws, covarianceDraws, factorDraws } from "./covariance-draws.ts"
import { type DrawsByName, notRecorded } from "./recorded-draws.ts"

/** Rows as `Design` and `NewDesign` have them; without `newLevels`, a code of -1 is an effect of its own in each row. */
export interface PredictorRows {
  readonly nobs: number
  readonly offset: Float64Array | null
  readonly fixed: { readonly names: readonly string[]; readonly columns: readonly Float64Array[] }
  readonly random: readonly RandomDesign[]
  readonly newLevels?: readonly NewLevels[]
  readonly residualScale?: ResidualScale | undefined
}

export interface LinearPredictor {
  /** Draws of each row. */
  readonly count: number
  /**
   * Writes the draws of a row into `out`, without what new levels add.
   * @param part `all`, or the `fixed` part and offset alone
   */
  known(row: number, out: Float64Array, part?: "all" | "fixed"): void
  /** Adds to `out` the variance `z' Σ z` that the new levels of a row have in each draw; false where it has none. */
  addNewVariance(row: number, out: Float64Array): boolean
  /** Adds to `out` effects of the row's new levels, drawn once a level from their distribution in each draw. */
  addNewEffects(row: number, out: Float64Array): void
  /** `group: level` of the row's new levels. */
  newGroupsOf(row: number): string[]
}

/**
 * The linear predictor of rows under the draws of a posterior.
 *
 * @param draws of the posterior; every array of one length
 * @param rng of the effects of new levels
 * @throws DataError `not-monitored` when draws that a row needs were not recorded
 */
export function linearPredictor(rows: PredictorRows, draws: DrawsByName, rng: Stream): LinearPredictor {
  const draw = (name: string): Float64Array => draws(name) ?? notRecorded(name)
  const coefficients = rows.fixed.names.map((name) => draw(`b[${name}]`))
  const parts = rows.random.map((term, k) => groupPart(term, rows.newLevels?.[k], draw, draws, rng))
  const count = coefficients[0]?.length ?? parts[0]!.count()
  return {
    count,
    known(row, out, part = "all") {
      out.fill(rows.offset?.[row] ?? 0)
      coefficients.forEach((values, j) => {
        addScaled(out, rows.fixed.columns[j]![row]!, values)
      })
      if (part === "all") for (const { addKnown } of parts) addKnown(row, out)
    },
    addNewVariance(row, out) {
      let found = false
      for (const part of parts) found = part.addVariance(row, out) || found
      return found
    },
    addNewEffects(row, out) {
      for (const { addEffects } of parts) addEffects(row, out)
    },
    newGroupsOf: (row) => [...new Set(parts.flatMap(({ newLevelOf }) => newLevelOf(row) ?? []))],
  }
}

interface GroupPart {
  readonly count: () => number
  readonly addKnown: (row: number, out: Float64Array) => void
  readonly addVariance: (row: number, out: Float64Array) => boolean
  readonly addEffects: (row: number, out: Float64Array) => void
  readonly newLevelOf: (row: number) => string | null
}

function groupPart(
  bar: RandomDesign,
  newLevels: NewLevels | undefined,
  draw: (name: string) => Float64Array,
  draws: DrawsByName,
  rng: Stream,
): GroupPart {
  const { group, levels, codes, terms, columns } = bar
  let covariance: CovarianceDraws | undefined
  const covarianceOf = (): CovarianceDraws => (covariance ??= covarianceDraws(bar, draws))
  let factor: readonly Float64Array[] | undefined
  const effects = new Map<number, readonly Float64Array[]>()
  const rowOf = (row: number): number[] => columns.map((column) => column[row]!)
  /** A level's effects, one array of draws a term: `L z` with `L L'` the covariance of that draw. */
  const drawEffects = (level: number): readonly Float64Array[] => {
    const known = effects.get(level)
    if (known !== undefined) return known
    factor ??= factorDraws(covarianceOf())
    const q = terms.length
    const made = terms.map(() => new Float64Array(covarianceOf().count))
    const z = new Float64Array(q)
    for (let s = 0; s < covarianceOf().count; s++) {
      for (let t = 0; t < q; t++) {
        z[t] = drawNormal(rng)
        for (let c = 0; c <= t; c++) made[t]![s]! += factor[t * q + c]![s]! * z[c]!
      }
    }
    effects.set(level, made)
    return made
  }
  return {
    count: () => draw(effectName(group, terms[0]!, levels[0]!)).length,
    addKnown(row, out) {
      const level = codes[row]! < 0 ? undefined : levels[codes[row]!]
      if (level === undefined) return
      rowOf(row).forEach((x, t) => {
        if (x !== 0) addScaled(out, x, draw(effectName(group, terms[t]!, level)))
      })
    },
    addVariance(row, out) {
      if (codes[row]! >= 0) return false
      addQuadraticForm(rowOf(row), covarianceOf(), out)
      return true
    },
    addEffects(row, out) {
      if (codes[row]! >= 0) return
      // Rows without a table of new levels are groups of their own.
      const made = drawEffects(newLevels?.codes[row] ?? row)
      rowOf(row).forEach((x, t) => {
        addScaled(out, x, made[t]!)
      })
    },
    newLevelOf: (row) =>
      codes[row]! >= 0 ? null : `${group}: ${newLevels?.levels[newLevels.codes[row]!] ?? "new"}`,
  }
}

/** Adds `z' Σ z` of each draw to `out`. */
function addQuadraticForm(
  z: readonly number[],
  { entries, count }: CovarianceDraws,
  out: Float64Array,
): void {
  const q = z.length
  for (let a = 0; a < q; a++) {
    for (let b = 0; b < q; b++) {
      const weight = z[a]! * z[b]!
      if (weight === 0) continue
      const values = entries[a * q + b]!
      for (let s = 0; s < count; s++) out[s]! += weight * values[s]!
    }
  }
}

function addScaled(out: Float64Array, factor: number, values: Float64Array): void {
  if (factor === 0) return
  for (let s = 0; s < out.length; s++) out[s]! += factor * values[s]!
}
