/** A variance function with the strata or the covariate of the rows. */

import { DataError, ModelError } from "../../core/errors.ts"
import { asFactor } from "../../data/factor.ts"
import type { Table } from "../../data/table.ts"
import { nameNode } from "../../models/formula/ast.ts"
import type { Design } from "../../models/formula/design.ts"
import { takeRows } from "../../models/formula/design-rows.ts"
import {
  type Conversions,
  type Frame,
  lookupColumn,
  numbersOf,
  openFrame,
} from "../../models/formula/frame.ts"
import type { VarianceSpec } from "./parse-residual.ts"
import type { VarianceFunction, VarianceRows } from "./variance-function.ts"
import { covariateFunction, varIdent } from "./variance-function.ts"

export interface BoundVariance {
  readonly model: VarianceFunction
  readonly rows: VarianceRows
  readonly strata: readonly string[]
}

/**
 * @throws ModelError when the column does not exist or has a single level
 * @throws DataError for strata or covariates that a variance function cannot have
 */
export function bindVariance(
  design: Design,
  table: Table,
  conversions: Conversions,
  spec: VarianceSpec,
): BoundVariance {
  const frame = openFrame(spec.text, table, conversions)
  if (spec.kind !== "varIdent") {
    const rows = readVarianceRows(frame, spec, design.rowIndex, [])
    return { model: covariateFunction(spec.kind, spec.column, rows), rows, strata: [] }
  }
  const { codes, levels } = asFactor(lookupColumn(frame, nameNode(spec.column)), spec.column)
  // In the order in which they appear, as nlme has them: the first is the one that σ is of.
  const seen = [...new Set(takeRows(codes, design.rowIndex))].filter((code) => code >= 0)
  const strata = seen.map((code) => levels[code]!)
  const rows = readVarianceRows(frame, spec, design.rowIndex, strata)
  if (strata.length < 2) {
    throw new ModelError(`"${spec.column}" has one level, "${strata[0]}", expected at least two strata`, {
      code: "one-level",
      where: spec.text,
      hint: "leave the variance function out",
    })
  }
  return { model: varIdent(strata), rows, strata }
}

/** @throws DataError for a row without stratum or covariate, or with a stratum that is not one of those */
export function readVarianceRows(
  frame: Frame,
  spec: VarianceSpec,
  rowIndex: Int32Array,
  strata: readonly string[],
): VarianceRows {
  const fail = (row: number, message: string, hint: string): DataError => {
    return new DataError(`${message} in row ${rowIndex[row]! + 1}`, {
      code: "bad-variance-row",
      where: spec.text,
      hint,
    })
  }
  if (spec.kind === "varIdent") {
    const factor = asFactor(lookupColumn(frame, nameNode(spec.column)), spec.column)
    const known = factor.levels.map((level) => strata.indexOf(level))
    const codes = rowIndex.map((row) => known[factor.codes[row]!] ?? -1)
    const bad = codes.indexOf(-1)
    if (bad === -1) return { kind: "strata", codes }
    const level = factor.levels[factor.codes[rowIndex[bad]!]!]
    if (level === undefined) throw fail(bad, `${spec.column} is missing`, "fill it, or leave the row out")
    throw fail(bad, `"${level}" is not a stratum of the fit`, `expected one of ${strata.join(", ")}`)
  }
  const values = takeRows(numbersOf(frame, nameNode(spec.column), "covariate"), rowIndex)
  const missing = values.findIndex((value) => !Number.isFinite(value))
  if (missing !== -1) throw fail(missing, `${spec.column} is missing`, "fill it, or leave the row out")
  const zero = spec.kind === "varPower" ? values.indexOf(0) : -1
  if (zero !== -1) {
    throw fail(
      zero,
      `${spec.column} is zero, and so would be the standard deviation`,
      "use varExp(…), or shift the covariate",
    )
  }
  return { kind: "covariate", values }
}
