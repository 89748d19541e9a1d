/** Correlated residuals of unequal variance: what stands between σ² and the covariance matrix of the errors. */

import { DataError, ModelError } from "../../core/errors.ts"
import { asFactor } from "../../data/factor.ts"
import type { Column, Table } from "../../data/table.ts"
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
import type { Correlation, CorrelationMixture, CorrelationTransform } from "./correlation.ts"
import { makeCorrelation, TIMES } from "./correlation.ts"
import type { CorrelationSpec, VarianceSpec } from "./parse-residual.ts"
import { gatherSeries } from "./series.ts"
import type { VarianceFunction, VarianceRows } from "./variance-function.ts"
import { covariateFunction, varIdent } from "./variance-function.ts"

/** A number of the structure, as it is reported. */
export interface ResidualParameter {
  /** `ar1`, `varIdent[Female]`, `varPower[age]`. */
  readonly name: string
  natural(working: number): number
  working(natural: number): number
  readonly interval: { to(natural: number): number; from(value: number): number }
}

/** Errors `σ D C^½ z`: D the known and the estimated factors of the standard deviations, C the correlations. */
export interface ResidualModel {
  /** What the user wrote, joined by " + ". */
  readonly text: string
  readonly parameters: readonly ResidualParameter[]
  readonly start: Float64Array
  at(working: Float64Array): ResidualTransform
  /** As the correlation has it; null with a variance function, whose numbers change every row. */
  readonly mixture: CorrelationMixture | null
  /** Estimates by kind, as the JSON output has them. */
  report(working: Float64Array): ResidualEstimate
  /** Factors g of new rows' standard deviations; throws DataError for a row without stratum or covariate. */
  factorsOf(working: Float64Array, table: Table, rowIndex: Int32Array): Float64Array
}

export interface ResidualTransform extends CorrelationTransform {
  /** g of each row; null when all are one. */
  readonly factors: Float64Array | null
}

/** `{"ar1": 0.67}`, `{"varIdent": {"Male": 1, "Female": 0.47}}`, `{"varPower": 0.5}`. */
export type ResidualEstimate = Readonly<Record<string, number | Readonly<Record<string, number>>>>

/**
 * @throws ModelError when a series is not within one level of every grouping factor, or a column does not exist
 * @throws DataError for times, strata or covariates that a structure cannot have
 */
export function makeResidualModel(
  design: Design,
  table: Table,
  conversions: Conversions,
  correlation: CorrelationSpec | null,
  variance: VarianceSpec | null,
): ResidualModel {
  const link = correlation === null ? null : bindCorrelation(design, table, conversions, correlation)
  const spread = variance === null ? null : bindVariance(design, table, conversions, variance)
  const parameters: ResidualParameter[] = []
  if (spread !== null) {
    const { kind, labels, natural, working, interval } = spread.model
    for (const label of labels) parameters.push({ name: `${kind}[${label}]`, natural, working, interval })
  }
  const scaleCount = parameters.length
  if (link !== null) parameters.push({ ...link, name: link.kind })
  const scales = (working: Float64Array): Float64Array => working.subarray(0, scaleCount)
  const logFactors = (working: Float64Array): Float64Array | null => {
    return spread === null ? null : spread.model.logFactors(scales(working), spread.rows)
  }
  return {
    text: [variance?.text, correlation?.text].filter((text) => text !== undefined).join(" + "),
    parameters,
    start: Float64Array.from([...(spread?.model.start ?? []), ...(link === null ? [] : [link.start])]),
    mixture: spread === null ? (link?.mixture ?? null) : null,
    at: (working) => combine(logFactors(working), link?.at(working[scaleCount]!) ?? null),
    report: (working) => ({
      ...(spread === null ? {} : reportVariance(spread, scales(working))),
      ...(link === null ? {} : { [link.kind]: link.natural(working[scaleCount]!) }),
    }),
    factorsOf: (working, rows, rowIndex) => {
      if (spread === null || variance === null) return new Float64Array(rowIndex.length).fill(1)
      const frame = openFrame(variance.text, rows, {})
      const read = readVarianceRows(frame, variance, rowIndex, spread.strata)
      return spread.model.logFactors(scales(working), read).map(Math.exp)
    },
  }
}

function combine(logFactors: Float64Array | null, link: CorrelationTransform | null): ResidualTransform {
  const factors = logFactors?.map(Math.exp) ?? null
  let logDet = link?.logDet ?? 0
  if (logFactors !== null) for (const value of logFactors) logDet += 2 * value
  return {
    logDet,
    factors,
    whiten: (column) => {
      if (factors !== null) for (let i = 0; i < column.length; i++) column[i] = column[i]! / factors[i]!
      link?.whiten(column)
    },
    colour: (column) => {
      link?.colour(column)
      if (factors !== null) for (let i = 0; i < column.length; i++) column[i] = column[i]! * factors[i]!
    },
  }
}

interface BoundVariance {
  readonly model: VarianceFunction
  readonly rows: VarianceRows
  readonly strata: readonly string[]
}

function reportVariance({ model, strata }: BoundVariance, working: Float64Array): ResidualEstimate {
  if (model.kind !== "varIdent") return { [model.kind]: model.natural(working[0]!) }
  const ratios = strata.map((stratum, s) => [stratum, s === 0 ? 1 : model.natural(working[s - 1]!)] as const)
  return { varIdent: Object.fromEntries(ratios) }
}

function bindVariance(
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
  const { codes, levels } = asFactor(column(frame, spec.column), spec.column)
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

function readVarianceRows(
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
    const factor = asFactor(column(frame, spec.column), spec.column)
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

function bindCorrelation(
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
  const times =
    spec.time === null ? null : takeRows(numbersOf(frame, nameNode(spec.time), "time"), design.rowIndex)
  const integer = TIMES[spec.kind] === "integer"
  const series = gatherSeries({
    codes,
    levels,
    times,
    rowIndex: design.rowIndex,
    text: spec.text,
    timeName: spec.time ?? "time",
    integer,
  })
  if (series.order.length === levels.length) {
    throw new ModelError("every series has a single row: there is no correlation to estimate", {
      code: "single-rows",
      where: spec.text,
      hint: "name a group with several rows",
    })
  }
  return makeCorrelation(spec.kind, series)
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

function column(frame: Frame, name: string): Column {
  return lookupColumn(frame, nameNode(name))
}
