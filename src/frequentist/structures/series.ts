/** Rows gathered into series: those whose residuals are correlated, in the order of time. */

import { DataError } from "../../core/errors.ts"

export interface Series {
  /** Rows of the design, series after series, each in the order of its times. */
  readonly order: Int32Array
  /** Series s takes the places `[pointer[s], pointer[s + 1])` of `order`. */
  readonly pointer: Int32Array
  /** Of each place: time since the place before it; 0 for the first of a series. */
  readonly gaps: Float64Array
  /** Of each place: its time, or how many rows of the series stand before it. */
  readonly times: Float64Array
}

export interface SeriesInput {
  /** Series of each row. */
  readonly codes: Int32Array
  readonly levels: readonly string[]
  /** Time of each row; null: rows follow one another in the order of the data. */
  readonly times: Float64Array | null
  /** Row of the table for row i of the design. */
  readonly rowIndex: Int32Array
  /** The structure as the user wrote it. */
  readonly text: string
  readonly timeName: string
  readonly integer: boolean
  /** A time as messages have it. */
  readonly label: (time: number) => string
}

/** Every row by itself. */
export function singleRows(rows: number): Series {
  return {
    order: Int32Array.from({ length: rows }, (_, i) => i),
    pointer: Int32Array.from({ length: rows + 1 }, (_, i) => i),
    gaps: new Float64Array(rows),
    times: new Float64Array(rows),
  }
}

/** Rows of the longest series. */
export function longestSeries({ pointer }: Series): number {
  let most = 0
  for (let s = 0; s < pointer.length - 1; s++) most = Math.max(most, pointer[s + 1]! - pointer[s]!)
  return most
}

/**
 * @throws DataError for a time that is missing, that is not whole where it must be, or that a series has twice
 */
export function gatherSeries(input: SeriesInput): Series {
  const { codes, levels, times, rowIndex, text, timeName, label } = input
  checkTimes(input)
  const n = codes.length
  const order = Int32Array.from({ length: n }, (_, i) => i)
  order.sort((a, b) => codes[a]! - codes[b]! || (times === null ? a - b : times[a]! - times[b]!))
  const pointer = new Int32Array(levels.length + 1)
  for (const code of codes) pointer[code + 1] = pointer[code + 1]! + 1
  for (let s = 0; s < levels.length; s++) pointer[s + 1] = pointer[s + 1]! + pointer[s]!
  const gaps = new Float64Array(n)
  for (let s = 0; s < levels.length; s++) {
    for (let at = pointer[s]! + 1; at < pointer[s + 1]!; at++) {
      const gap = times === null ? 1 : times[order[at]!]! - times[order[at - 1]!]!
      if (gap === 0) {
        const [first, second] = [order[at - 1]!, order[at]!].map((row) => rowIndex[row]! + 1)
        throw new DataError(
          `rows ${first} and ${second} of series "${levels[s]}" have the same ${timeName}, ${label(times![order[at]!]!)}`,
          {
            code: "duplicate-time",
            where: text,
            hint: "name the group within which times differ, or correct the times",
          },
        )
      }
      gaps[at] = gap
    }
  }
  const places = Float64Array.from(order, (row, at) =>
    times === null ? at - pointer[codes[row]!]! : times[row]!,
  )
  return { order, pointer, gaps, times: places }
}

function checkTimes({ times, integer, rowIndex, text, timeName }: SeriesInput): void {
  if (times === null) return
  const missing = times.findIndex((time) => !Number.isFinite(time))
  if (missing !== -1) {
    throw new DataError(`${timeName} is missing in row ${rowIndex[missing]! + 1}`, {
      code: "missing-time",
      where: text,
      hint: "fill it, or leave the row out",
    })
  }
  const broken = integer ? times.findIndex((time) => !Number.isInteger(time)) : -1
  if (broken === -1) return
  throw new DataError(
    `${timeName} is ${times[broken]} in row ${rowIndex[broken]! + 1}, expected whole numbers: an AR(1) process moves in steps`,
    {
      code: "time-not-whole",
      where: text,
      hint: "use car1(…) for times in between, or number the occasions",
    },
  )
}
