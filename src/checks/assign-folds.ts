import { OptionError } from "../core/errors.ts"
import type { Stream } from "../random/stream.ts"

/** Rows that are left out together. */
export interface Fold {
  readonly rows: Int32Array
  /** The groups that they are all the rows of; empty where rows are left out one by one. */
  readonly levels: readonly string[]
}

/**
 * Deals rows, or whole groups of them, into folds of nearly equal numbers.
 *
 * @param count number of rows
 * @param groups the rows of each group, all of them in one; null for single rows
 * @param wanted number of folds, default 10, or as many as there are groups or rows if these are fewer
 * @param what what groups are called: `levels of county`
 * @throws OptionError when so many folds cannot be made
 */
export function assignFolds(
  count: number,
  groups: ReadonlyMap<string, Int32Array> | null,
  wanted: number | undefined,
  what: string,
  rng: Stream,
): Fold[] {
  const units: Fold[] =
    groups === null
      ? Array.from({ length: count }, (_, i) => ({ rows: Int32Array.of(i), levels: [] }))
      : [...groups].map(([level, rows]) => ({ rows, levels: [level] }))
  const most = units.length
  const k = wanted ?? Math.min(10, most)
  if (!(Number.isSafeInteger(k) && k >= 2 && k <= most)) {
    throw new OptionError(`found ${k}, expected a whole number from 2 to the ${most} ${what}`, {
      code: "invalid-option",
      where: "k",
      hint: "for instance k: 10",
    })
  }
  shuffle(units, rng)
  return Array.from({ length: k }, (_, f) => {
    const own = units.filter((_, position) => position % k === f)
    return {
      rows: Int32Array.from(own.flatMap(({ rows }) => [...rows])).sort(),
      levels: own.flatMap(({ levels }) => levels),
    }
  })
}

/** Fisher and Yates's shuffle, in place. */
function shuffle<T>(items: T[], rng: Stream): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(rng.uniform() * (i + 1))
    ;[items[i], items[j]] = [items[j]!, items[i]!]
  }
}
