/** A model of some levels of its only grouping factor: where its mode is, that of the whole is near. */
import type { Reducible } from "./statistics.ts"

/** Levels that tell a mode well enough to begin from, and curvatures to some hundredths. */
export const ENOUGH = 16_384
/** Times as many there must be for the detour to be worth its while. */
const MANY = 4

export interface ThinnedModel {
  readonly thinned: Reducible
  /** Of the levels that are in it. */
  readonly share: number
}

/**
 * The rows of every k-th level, as a model.
 * @param different levels that an evaluation goes through: merged ones count as one
 * @param enough about so many levels are kept
 * @returns null where the whole is not large
 */
export function thinLevels(model: Reducible, different: number, enough = ENOUGH): ThinnedModel | null {
  const { columns, residual, rows } = model.child
  const { codes, levels } = columns.find((column) => column.codes !== null)!
  if (
    different < MANY * enough ||
    columns.some((column) => column.codes !== null && column.codes !== codes)
  ) {
    return null
  }
  const step = Math.floor(levels / enough)
  const kept: number[] = []
  codes!.forEach((code, i) => {
    if (code % step === 0) kept.push(i)
  })
  const take = (values: Float64Array) => Float64Array.from(kept, (i) => values[i]!)
  // Columns that are shared stay so: their products are taken once.
  const taken = new Map<Float64Array, Float64Array>()
  const takeOnce = (values: Float64Array): Float64Array => {
    const found = taken.get(values) ?? take(values)
    taken.set(values, found)
    return found
  }
  const ownCodes = Int32Array.from(kept, (i) => codes![i]! / step)
  const ownLevels = Math.ceil(levels / step)
  return {
    thinned: {
      ...model,
      child: {
        centre: model.child.centre,
        residual: take(residual),
        rows: Math.round((rows * kept.length) / residual.length),
        columns: columns.map((column) => ({
          ...column,
          values: column.values === null ? null : takeOnce(column.values),
          codes: column.codes === null ? null : ownCodes,
          levels: column.codes === null ? column.levels : ownLevels,
        })),
      },
    },
    share: ownLevels / levels,
  }
}
