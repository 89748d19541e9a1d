/** What R's `posterior` and `coda` say of stored draws, see test/oracle/diagnostics.R. */
import { readFileSync } from "node:fs"

type Encoded = number | "NaN" | "Inf" | "-Inf"

export interface DiagnosticsCase {
  readonly name: string
  readonly chains: readonly Float64Array[]
  readonly figures: Readonly<Record<string, number>>
  /** At each of `probabilities`. */
  readonly quantile: readonly number[]
  readonly essQuantile: readonly number[]
  readonly mcseQuantile: readonly number[]
  /** Of the first chain, lags 0 to 11. */
  readonly autocorrelation: readonly number[]
  /** One a chain. */
  readonly geweke: readonly number[]
}

interface StoredCase extends Record<keyof Omit<DiagnosticsCase, "name" | "chains" | "figures">, Encoded[]> {
  readonly name: string
  readonly chains: Encoded[][]
  readonly figures: Record<string, Encoded>
}

interface Stored {
  readonly probabilities: number[]
  readonly cases: StoredCase[]
  readonly bandwidths: {
    name: string
    values: number[]
    nrd0: number
    sheatherJones: number
    at: number[]
    density: number[]
  }[]
}

const stored: Stored = JSON.parse(
  readFileSync(new URL("../oracle/diagnostics.json", import.meta.url), "utf8"),
)

export const probabilities: readonly number[] = stored.probabilities
export const bandwidths = stored.bandwidths
export const cases: readonly DiagnosticsCase[] = stored.cases.map((one) => ({
  name: one.name,
  chains: one.chains.map((chain) => Float64Array.from(chain, decode)),
  figures: Object.fromEntries(Object.entries(one.figures).map(([name, value]) => [name, decode(value)])),
  quantile: one.quantile.map(decode),
  essQuantile: one.essQuantile.map(decode),
  mcseQuantile: one.mcseQuantile.map(decode),
  autocorrelation: one.autocorrelation.map(decode),
  geweke: one.geweke.map(decode),
}))

function decode(value: Encoded): number {
  return typeof value === "number" ? value : value === "NaN" ? NaN : value === "Inf" ? Infinity : -Infinity
}

/** The distance relative to the larger of |expected| and `floor`; 0 for NaN and NaN, and for equal infinities. */
export function relativeError(found: number, expected: number, floor = 1e-300): number {
  if (Object.is(found, expected) || found === expected) return 0
  const error = Math.abs(found - expected) / Math.max(Math.abs(expected), floor)
  return Number.isNaN(error) ? Infinity : error
}
