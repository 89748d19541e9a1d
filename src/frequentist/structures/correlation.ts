/** Correlation of the residuals within series, by one parameter. */

import type { Series } from "./series.ts"

export type CorrelationKind = "ar1" | "car1" | "cs"

export interface Correlation {
  readonly kind: CorrelationKind
  /** Unconstrained number that the search moves; `start` is where it begins. */
  readonly start: number
  /** The parameter at a working value: φ of ar1 and car1, ρ of cs. */
  natural(working: number): number
  working(natural: number): number
  /** Scale on which an interval is symmetric, that of nlme: twice artanh, logit, log{(ρ + 1/(m − 1))/(1 − ρ)}. */
  readonly interval: { to(natural: number): number; from(value: number): number }
  at(working: number): CorrelationTransform
  /** Where R⁻¹ is a mixture of that of a few values; null where it is not. */
  readonly mixture: CorrelationMixture | null
}

/** `R⁻¹ = Σ w_k R_k⁻¹` with fixed R_k: cross-products need forming for these alone. */
export interface CorrelationMixture {
  readonly transforms: readonly CorrelationTransform[]
  /** Null at values where the sum would lose digits. */
  at(working: number): { readonly weights: readonly number[]; readonly logDet: number } | null
}

/** At one value of the parameter: `R = W⁻¹W⁻ᵀ`. Columns have one number a row of the design. */
export interface CorrelationTransform {
  /** Overwrites a column by W times it. */
  whiten(column: Float64Array): void
  /** Overwrites a column by W⁻¹ times it. */
  colour(column: Float64Array): void
  /** log |R|. */
  readonly logDet: number
}

/** What a kind asks of its times. */
export const TIMES: Readonly<Record<CorrelationKind, "integer" | "real" | "none">> = {
  ar1: "integer",
  car1: "real",
  cs: "none",
}

export function makeCorrelation(kind: CorrelationKind, series: Series): Correlation {
  return MAKERS[kind](series)
}

const logit = (p: number): number => Math.log(p / (1 - p))
const expit = (x: number): number => 1 / (1 + Math.exp(-x))

const MAKERS: Readonly<Record<CorrelationKind, (series: Series) => Correlation>> = {
  ar1: (series) => ({
    kind: "ar1",
    start: Math.atanh(0.2),
    natural: Math.tanh,
    working: Math.atanh,
    interval: { to: (phi) => 2 * Math.atanh(phi), from: (value) => Math.tanh(0.5 * value) },
    at: (working) => markovTransform(series, powersOf(Math.tanh(working))),
    mixture: markovMixture(series, (working, gap) => powersOf(Math.tanh(working))(gap)),
  }),
  // Of time t apart: exp(−t e^η), φ = exp(−e^η) of one unit apart.
  car1: (series) => ({
    kind: "car1",
    start: Math.log(1 / meanGap(series)),
    natural: (eta) => Math.exp(-Math.exp(eta)),
    working: (phi) => Math.log(-Math.log(phi)),
    interval: { to: logit, from: expit },
    at: (eta) => markovTransform(series, (gap) => Math.exp(-gap * Math.exp(eta))),
    mixture: markovMixture(series, (eta, gap) => Math.exp(-gap * Math.exp(eta))),
  }),
  cs: (series) => {
    const low = -1 / (longest(series) - 1)
    const natural = (x: number): number => low + (1 - low) * expit(x)
    const working = (rho: number): number => logit((rho - low) / (1 - low))
    return {
      kind: "cs",
      start: working(Math.max(0.1, low)),
      natural,
      working,
      interval: { to: working, from: natural },
      at: (x) => exchangeableTransform(series, natural(x)),
      mixture: null,
    }
  },
}

function powersOf(phi: number): (gap: number) => number {
  return (gap) => (gap === 1 ? phi : phi ** gap)
}

/**
 * A process without memory beyond the last row: `W` is bidiagonal, `(e_t − ρ_t e_{t−1}) / √(1 − ρ_t²)` with ρ_t the
 * correlation across the gap before t (Pinheiro & Bates 2000, section 5.3.1; Jones 1993 for real times).
 */
function markovTransform(
  { order, pointer, gaps }: Series,
  correlation: (gap: number) => number,
): CorrelationTransform {
  const n = order.length
  const rho = new Float64Array(n)
  const root = new Float64Array(n).fill(1)
  let logDet = 0
  let lastGap = Number.NaN
  let lastRho = 0
  let lastRoot = 1
  let lastLog = 0
  for (let at = 0; at < n; at++) {
    const gap = gaps[at]!
    if (gap === 0) continue
    if (gap !== lastGap) {
      lastGap = gap
      lastRho = correlation(gap)
      const share = (1 - lastRho) * (1 + lastRho)
      lastRoot = Math.sqrt(share)
      lastLog = Math.log(share)
    }
    rho[at] = lastRho
    root[at] = lastRoot
    logDet += lastLog
  }
  return {
    logDet,
    whiten: (column) => {
      for (let s = pointer.length - 2; s >= 0; s--) {
        for (let at = pointer[s + 1]! - 1; at > pointer[s]!; at--) {
          const row = order[at]!
          column[row] = (column[row]! - rho[at]! * column[order[at - 1]!]!) / root[at]!
        }
      }
    },
    colour: (column) => {
      for (let s = 0; s < pointer.length - 1; s++) {
        for (let at = pointer[s]! + 1; at < pointer[s + 1]!; at++) {
          const row = order[at]!
          column[row] = rho[at]! * column[order[at - 1]!]! + root[at]! * column[row]!
        }
      }
    },
  }
}

const NODES: readonly number[] = [-0.6, 0, 0.6]
const LARGEST_RHO = 0.98

/**
 * With all gaps equal `(1 − ρ²) R⁻¹ = A − ρB + ρ²C`, ρ the correlation across one: a parabola, which its values at three
 * nodes determine.
 */
function markovMixture(
  series: Series,
  correlation: (working: number, gap: number) => number,
): CorrelationMixture | null {
  const steps = series.gaps.filter((gap) => gap > 0)
  const [gap] = steps
  if (gap === undefined || steps.some((other) => other !== gap)) return null
  return {
    transforms: NODES.map((node) => markovTransform(series, () => node)),
    at: (working) => {
      const rho = correlation(working, gap)
      if (!(Math.abs(rho) < LARGEST_RHO)) return null
      const share = (1 - rho) * (1 + rho)
      const weights = NODES.map((node, k) => {
        const others = NODES.filter((_, i) => i !== k)
        const lagrange = others.reduce((product, other) => (product * (rho - other)) / (node - other), 1)
        return (lagrange * (1 - node * node)) / share
      })
      return { weights, logDet: steps.length * Math.log(share) }
    },
  }
}

/** `R = (1 − ρ)I + ρ11'`: its symmetric root treats the mean of a series and the deviations from it apart. */
function exchangeableTransform({ order, pointer }: Series, rho: number): CorrelationTransform {
  const within = Math.sqrt(1 - rho)
  let logDet = 0
  for (let s = 0; s < pointer.length - 1; s++) {
    const m = pointer[s + 1]! - pointer[s]!
    if (m > 0) logDet += (m - 1) * Math.log(1 - rho) + Math.log1p((m - 1) * rho)
  }
  const rescale = (column: Float64Array, power: 1 | -1): void => {
    for (let s = 0; s < pointer.length - 1; s++) {
      const start = pointer[s]!
      const end = pointer[s + 1]!
      const m = end - start
      let mean = 0
      for (let at = start; at < end; at++) mean += column[order[at]!]! / m
      const between = Math.sqrt(1 + (m - 1) * rho) ** power
      const scale = within ** power
      for (let at = start; at < end; at++) {
        const row = order[at]!
        column[row] = scale * (column[row]! - mean) + between * mean
      }
    }
  }
  return {
    logDet,
    whiten: (column) => rescale(column, -1),
    colour: (column) => rescale(column, 1),
  }
}

function longest({ pointer }: Series): number {
  let most = 2
  for (let s = 0; s < pointer.length - 1; s++) most = Math.max(most, pointer[s + 1]! - pointer[s]!)
  return most
}

function meanGap({ gaps }: Series): number {
  let sum = 0
  let count = 0
  for (const gap of gaps) {
    if (gap === 0) continue
    sum += gap
    count++
  }
  return count === 0 ? 1 : sum / count
}
