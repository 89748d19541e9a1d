/** Residual standard deviations that differ from row to row by a factor with parameters. */

export type VarianceKind = "varIdent" | "varPower" | "varExp"

export interface VarianceFunction {
  readonly kind: VarianceKind
  /** What the parameters are called: strata but the first, or the covariate. */
  readonly labels: readonly string[]
  readonly start: readonly number[]
  natural(working: number): number
  working(natural: number): number
  readonly interval: { to(natural: number): number; from(value: number): number }
  /** log g of each row, the residual standard deviation being σ g. */
  logFactors(working: Float64Array, rows: VarianceRows): Float64Array
  /** The variances σ²g² of the rows, for a σ of one, as Kenward and Roger's adjustment lets them move. */
  scales(working: Float64Array, rows: VarianceRows): VarianceScales
}

/** Parameters of the variances: one of each stratum, or σ² and δ; with the derivatives of log g. */
export interface VarianceScales {
  readonly count: number
  /** Stratum of a row where each variance is a parameter by itself; 0 everywhere without strata; null: they are not. */
  readonly stratum: ((row: number) => number) | null
  slope(i: number, row: number): number
  curvature(i: number, j: number, row: number): number
}

/** σ² alone. */
export const COMMON_SCALE: VarianceScales = {
  count: 1,
  stratum: () => 0,
  slope: () => 0.5,
  curvature: () => -0.5,
}

/** What a variance function reads: the stratum or the covariate of each row. */
export type VarianceRows =
  | { readonly kind: "strata"; readonly codes: Int32Array }
  | { readonly kind: "covariate"; readonly values: Float64Array }

const same = (value: number): number => value

/** `varIdent`: g = 1 in the first stratum, δ_s in the others (Pinheiro & Bates 2000, section 5.2.1). */
export function varIdent(strata: readonly string[]): VarianceFunction {
  return {
    kind: "varIdent",
    labels: strata.slice(1),
    start: strata.slice(1).map(() => 0),
    natural: Math.exp,
    working: Math.log,
    interval: { to: Math.log, from: Math.exp },
    logFactors: (working, rows) => {
      if (rows.kind !== "strata") return new Float64Array(0)
      return Float64Array.from(rows.codes, (code) => (code === 0 ? 0 : working[code - 1]!))
    },
    scales: (working, rows) => {
      const variances = strata.map((_, s) => (s === 0 ? 1 : Math.exp(2 * working[s - 1]!)))
      const stratum = (row: number): number => (rows.kind === "strata" ? rows.codes[row]! : 0)
      return {
        count: strata.length,
        stratum,
        slope: (i, row) => (stratum(row) === i ? 0.5 / variances[i]! : 0),
        curvature: (i, j, row) => (i === j && stratum(row) === i ? -0.5 / variances[i]! ** 2 : 0),
      }
    },
  }
}

/**
 * `varPower`: g = |x|^δ; `varExp`: g = exp(δ x) (Pinheiro & Bates 2000, section 5.2.1). The search moves δ in units of one
 * over the spread of log |x| or x, or its steps would depend on the unit in which x is measured.
 */
export function covariateFunction(
  kind: "varPower" | "varExp",
  column: string,
  rows: VarianceRows,
): VarianceFunction {
  const transform = kind === "varPower" ? (x: number) => Math.log(Math.abs(x)) : same
  const spread = rows.kind === "covariate" ? spreadOf(rows.values.map(transform)) : 1
  return {
    kind,
    labels: [column],
    start: [0],
    natural: (working) => working / spread,
    working: (natural) => natural * spread,
    interval: { to: same, from: same },
    logFactors: (working, rows) => {
      if (rows.kind !== "covariate") return new Float64Array(0)
      const delta = working[0]! / spread
      return rows.values.map((x) => delta * transform(x))
    },
    scales: (_, rows) => ({
      count: 2,
      stratum: null,
      slope: (i, row) => (i === 0 ? 0.5 : rows.kind === "covariate" ? transform(rows.values[row]!) : 0),
      curvature: (i, j) => (i === 0 && j === 0 ? -0.5 : 0),
    }),
  }
}

/** Standard deviation; one where all values are the same. */
function spreadOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return Math.sqrt(squares / values.length) || 1
}
