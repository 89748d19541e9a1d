/** Replicated data sets: what a model with the parameters of a draw would have measured. */
import { linearPredictor, type PredictorRows } from "../chains/linear-predictor.ts"
import type { DrawsByName } from "../chains/recorded-draws.ts"
import { residualVariance } from "../chains/residual-variance.ts"
import { DataError, OptionError } from "../core/errors.ts"
import type { Design } from "../models/formula/design.ts"
import type { NewDesign } from "../models/formula/new-design.ts"
import { drawNormal } from "../random/normal.ts"
import type { Stream } from "../random/stream.ts"

/** Replicated responses of some rows. */
export interface Replicates {
  /** One array a data set, one value a row. */
  readonly sets: readonly Float64Array[]
  /** 1-based numbers of the rows in the user's table. */
  readonly rowNumbers: Int32Array
  /** The responses observed in these rows; null for new rows. */
  readonly observed: Float64Array | null
  /** `county: NEWTON`: levels that the data did not have, whose effects are drawn from their population. */
  readonly newGroups: readonly string[]
}

/** Values of all sets that are still held in memory: 1 GiB. */
export const MOST_VALUES = 2 ** 27

/**
 * One data set a draw: `Normal(offset + X b + Σ Z u, σ²)` of every row.
 *
 * @throws DataError when draws that are needed were not recorded or there are none; OptionError when the sets do not fit in memory
 */
export function replicateRows(rows: PredictorRows, draws: DrawsByName, rng: Stream): Float64Array[] {
  const predictor = linearPredictor(rows, draws, rng)
  const { count } = predictor
  if (count === 0) {
    throw new DataError("there are no draws to replicate data from", {
      code: "no-draws",
      hint: "sample again",
    })
  }
  if (count * rows.nobs > MOST_VALUES) {
    throw new OptionError(
      `${count} data sets of ${rows.nobs} rows need ${((8 * count * rows.nobs) / 2 ** 30).toFixed(1)} GiB`,
      { code: "too-large", where: "draws", hint: "ask for fewer draws, for instance draws: 100" },
    )
  }
  const residual = residualVariance(rows.residualScale, draws)
  const noise = new Float64Array(count)
  const sets = Array.from({ length: count }, () => new Float64Array(rows.nobs))
  const values = new Float64Array(count)
  for (let i = 0; i < rows.nobs; i++) {
    predictor.known(i, values)
    predictor.addNewEffects(i, values)
    residual(i, noise)
    for (let s = 0; s < count; s++) sets[s]![i] = values[s]! + Math.sqrt(noise[s]!) * drawNormal(rng)
  }
  return sets
}

/** The rows of a design with every group taken for a new one of its kind: rows of one level still share it. */
export function withNewGroups(
  design: Design | (NewDesign & Pick<PredictorRows, "residualScale">),
): PredictorRows {
  return {
    ...design,
    random: design.random.map((term) => ({ ...term, codes: term.codes.map(() => -1) })),
    newLevels: design.random.map(({ levels, codes }, k) => {
      const other = "newLevels" in design ? design.newLevels[k]! : { codes, levels: [] }
      const added = levels.length
      return {
        levels: [...levels, ...other.levels],
        codes: codes.map((code, i) => (code >= 0 ? code : added + other.codes[i]!)),
      }
    }),
  }
}

/** The distinct new groups of rows, in their order. */
export function newGroupsOf(design: NewDesign): string[] {
  const labels = design.random.flatMap(({ group }, k) =>
    design.newLevels[k]!.levels.map((level) => `${group}: ${level}`),
  )
  return [...new Set(labels)]
}

/**
 * Evenly spaced draws out of all.
 *
 * @param wanted how many; all of them without it, or where there are no more
 * @throws OptionError when that is no positive whole number
 */
export function selectDraws(draws: DrawsByName, wanted?: number): DrawsByName {
  if (wanted === undefined) return draws
  if (!(Number.isSafeInteger(wanted) && wanted >= 1)) {
    throw new OptionError(`found ${wanted}, expected a positive whole number`, {
      code: "invalid-option",
      where: "draws",
      hint: "for instance draws: 100",
    })
  }
  const known = new Map<string, Float64Array>()
  return (name) => {
    const found = known.get(name)
    if (found !== undefined) return found
    const all = draws(name)
    if (all === undefined || all.length <= wanted) return all
    const chosen = Float64Array.from(
      { length: wanted },
      (_, s) => all[Math.floor(((s + 0.5) * all.length) / wanted)]!,
    )
    known.set(name, chosen)
    return chosen
  }
}
