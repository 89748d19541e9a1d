/** Correlated residuals of unequal variance: what stands between σ² and the covariance matrix of the errors. */

import type { Table } from "../../data/table.ts"
import type { Design } from "../../models/formula/design.ts"
import { type Conversions, openFrame } from "../../models/formula/frame.ts"
import { bindCorrelation } from "./bind-correlation.ts"
import { type BoundVariance, bindVariance, readVarianceRows } from "./bind-variance.ts"
import type { Correlation, CorrelationKind, CorrelationMixture, CorrelationTransform } from "./correlation.ts"
import type { CorrelationSpec, VarianceSpec } from "./parse-residual.ts"
import { describeCovariance, type ResidualCovariance } from "./residual-covariance.ts"
import { singleRows } from "./series.ts"
import { COMMON_SCALE } from "./variance-function.ts"

/** A number of the structure, as it is reported. */
export interface ResidualParameter {
  /** `ar1`, `varIdent[Female]`, `varPower[age]`, `un[8,10]`. */
  readonly name: string
  /** From the working values of the whole structure. */
  value(working: Float64Array): number
  /** The working value of its own at which it has a value; null where that depends on the others. */
  readonly working: ((natural: number) => number) | null
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
  /** As Kenward and Roger's adjustment lets it move. */
  covarianceAt(working: Float64Array): ResidualCovariance
  /** Estimates by kind, as the JSON output has them. */
  report(working: Float64Array): ResidualEstimate
  /** Factors g of new rows' standard deviations; throws DataError for a row without stratum or covariate. */
  factorsOf(working: Float64Array, table: Table, rowIndex: Int32Array): Float64Array
}

export interface ResidualTransform extends CorrelationTransform {
  /** g of each row; null when all are one. */
  readonly factors: Float64Array | null
}

/** `{"ar1": 0.67}`, `{"varIdent": {"Male": 1, "Female": 0.47}}`, `{"varPower": 0.5}`, `{"toep": {"1": 0.6, "2": 0.3}}`. */
export type ResidualEstimate = Readonly<Record<string, number | Readonly<Record<string, number>>>>

/** @throws what `bindCorrelation` and `bindVariance` throw */
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
    labels.forEach((label, k) => {
      parameters.push({ name: `${kind}[${label}]`, value: (all) => natural(all[k]!), working, interval })
    })
  }
  const scaleCount = parameters.length
  const scales = (working: Float64Array): Float64Array => working.subarray(0, scaleCount)
  const links = (working: Float64Array): Float64Array => working.subarray(scaleCount)
  if (correlation !== null && link !== null) {
    for (const { label, value, working, interval } of link.parameters) {
      const name = label === "" ? correlation.kind : `${correlation.kind}[${label}]`
      parameters.push({ name, value: (all) => value(links(all)), working, interval })
    }
  }
  const logFactors = (working: Float64Array): Float64Array | null => {
    return spread === null ? null : spread.model.logFactors(scales(working), spread.rows)
  }
  const isJoint = correlation?.kind === "un"
  const series = link?.series ?? singleRows(design.nobs)
  return {
    text: [isJoint ? undefined : variance?.text, correlation?.text]
      .filter((text) => text !== undefined)
      .join(" + "),
    parameters,
    start: Float64Array.from([...(spread?.model.start ?? []), ...(link?.start ?? [])]),
    mixture: spread === null ? (link?.mixture ?? null) : null,
    at: (working) => combine(logFactors(working), link?.at(links(working)) ?? null),
    covarianceAt: (working) => {
      const factors = logFactors(working)?.map(Math.exp) ?? null
      const own = spread?.model.scales(scales(working), spread.rows) ?? COMMON_SCALE
      const entries = link?.entriesAt(links(working)) ?? null
      const correlations = entries === null ? 0 : (link?.parameters.length ?? 0)
      return describeCovariance(series, factors, own, entries, correlations, isJoint)
    },
    report: (working) => ({
      ...(spread === null ? {} : reportVariance(spread, scales(working))),
      ...(correlation === null || link === null
        ? {}
        : reportCorrelation(correlation.kind, link, links(working))),
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

function reportVariance({ model, strata }: BoundVariance, working: Float64Array): ResidualEstimate {
  if (model.kind !== "varIdent") return { [model.kind]: model.natural(working[0]!) }
  const ratios = strata.map((stratum, s) => [stratum, s === 0 ? 1 : model.natural(working[s - 1]!)] as const)
  return { varIdent: Object.fromEntries(ratios) }
}

function reportCorrelation(
  kind: CorrelationKind,
  link: Correlation,
  working: Float64Array,
): ResidualEstimate {
  const entries = link.parameters.map(({ label, value }) => [label, value(working)] as const)
  const [only] = entries
  if (only === undefined) return {}
  return { [kind]: only[0] === "" ? only[1] : Object.fromEntries(entries) }
}
