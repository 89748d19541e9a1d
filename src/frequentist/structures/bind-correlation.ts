/** A correlation structure with the series and times of the rows. */

import { DataError, ModelError } from "../../core/errors.ts"
import { asFactor } from "../../data/factor.ts"
import type { Table } from "../../data/table.ts"
import { nameNode } from "../../models/formula/ast.ts"
import type { Design } from "../../models/formula/design.ts"
import { groupRows, takeRows } from "../../models/formula/design-rows.ts"
import {
  type Conversions,
  type Frame,
  lookupColumn,
  numbersOf,
  openFrame,
} from "../../models/formula/frame.ts"
import { columnsRead } from "../../models/formula/plan-design.ts"
import type { Correlation } from "./correlation.ts"
import { type CorrelationSpec, TIMES } from "./parse-residual.ts"
import { makeCorrelation } from "./registry.ts"
import { gatherSeries } from "./series.ts"

/**
 * @throws ModelError when a series is not within one level of every grouping factor, a column does not exist, or the
 *   structure leaves no variance to a random term
 * @throws DataError for times that the structure cannot have
 */
export function bindCorrelation(
  design: Design,
  table: Table,
  conversions: Conversions,
  spec: CorrelationSpec,
): Correlation {
  const frame = openFrame(spec.text, table, conversions)
  const { codes, levels } = findSeries(design, frame, spec)
  const unplaced = codes.indexOf(-1)
  if (unplaced !== -1) {
    throw new DataError(`the series of row ${design.rowIndex[unplaced]! + 1} is missing`, {
      code: "missing-series",
      where: spec.text,
      hint: "fill it, or leave the row out",
    })
  }
  checkWithinGroups(design, codes, levels, spec)
  const { times, labels } = readTimes(design, frame, spec)
  const series = gatherSeries({
    codes,
    levels,
    times,
    rowIndex: design.rowIndex,
    text: spec.text,
    timeName: spec.time ?? "time",
    integer: TIMES[spec.kind] === "integer",
    label: (time) => labels[time] ?? String(time),
  })
  if (series.order.length === levels.length) {
    throw new ModelError("every series has a single row: there is no correlation to estimate", {
      code: "single-rows",
      where: spec.text,
      hint: "name a group with several rows",
    })
  }
  if (spec.kind === "un" && times !== null) checkIdentified(design, levels.length, times, spec)
  return makeCorrelation(spec.kind, series, labels, spec.text)
}

/** Random effects of a series that only depend on the time are part of an unstructured covariance matrix. */
function checkIdentified(
  design: Design,
  seriesCount: number,
  times: Float64Array,
  spec: CorrelationSpec,
): void {
  for (const { group, levels, columns, terms } of design.random) {
    if (levels.length !== seriesCount) continue
    const isOfTime = columns.every((column) => {
      const known = new Map<number, number>()
      return column.every((value, i) => {
        const time = times[i]!
        if (!known.has(time)) known.set(time, value)
        return known.get(time) === value
      })
    })
    if (!isOfTime) continue
    throw new ModelError(
      `${spec.text} has every covariance within ${group}, and leaves none to (${terms.join(" + ")} | ${group})`,
      {
        code: "not-identified",
        where: spec.text,
        hint: "leave the random term out, or use another structure",
      },
    )
  }
}

/** Times of the rows of the design, null for rows in order; or codes of the labels that stand for them. */
function readTimes(
  { rowIndex }: Design,
  frame: Frame,
  { kind, time }: CorrelationSpec,
): { readonly times: Float64Array | null; readonly labels: readonly string[] } {
  if (time === null) return { times: null, labels: [] }
  if (TIMES[kind] !== "label")
    return { times: takeRows(numbersOf(frame, nameNode(time), "time"), rowIndex), labels: [] }
  const { codes, levels } = asFactor(lookupColumn(frame, nameNode(time)), time)
  const times = Float64Array.from(rowIndex, (row) => (codes[row]! < 0 ? Number.NaN : codes[row]!))
  return { times, labels: levels }
}

function findSeries(
  design: Design,
  frame: Frame,
  { factors }: CorrelationSpec,
): { readonly codes: Int32Array; readonly levels: readonly string[] } {
  if (factors !== null) {
    for (const factor of factors) columnsRead(frame, factor.expression)
    return groupRows(factors, frame, design.rowIndex)
  }
  const [first, ...others] = design.random
  if (first === undefined) return { codes: new Int32Array(design.nobs), levels: ["all rows"] }
  return others.reduce((inner, term) => (term.levels.length > inner.levels.length ? term : inner), first)
}

/** Rows of one series must share their random effects: the whitened rows of Z then belong to one level again. */
function checkWithinGroups(
  design: Design,
  series: Int32Array,
  levels: readonly string[],
  spec: CorrelationSpec,
): void {
  for (const { group, codes } of design.random) {
    const of = new Int32Array(levels.length).fill(-1)
    for (let i = 0; i < codes.length; i++) {
      const s = series[i]!
      if (of[s] === -1) of[s] = codes[i]!
      if (of[s] === codes[i]) continue
      throw new ModelError(`series "${levels[s]}" has rows in more than one level of ${group}`, {
        code: "series-across-groups",
        where: spec.text,
        hint: `residuals can be correlated within the levels of every grouping factor: group the series by ${group} as well, or leave (… | ${group}) out`,
      })
    }
  }
}
