/** AR(1) processes, in whole or in real time. */

import type {
  Correlation,
  CorrelationMixture,
  CorrelationParameter,
  CorrelationTransform,
} from "./correlation.ts"
import type { Series } from "./series.ts"

/** `ar1`: φ^d of rows d apart, a whole number. */
export function autoregression(series: Series): Correlation {
  return markovCorrelation(series, {
    start: Math.atanh(0.2),
    value: Math.tanh,
    working: Math.atanh,
    interval: { to: (phi) => 2 * Math.atanh(phi), from: (value) => Math.tanh(0.5 * value) },
    across: (working) => powersOf(Math.tanh(working)),
  })
}

const logit = (p: number): number => Math.log(p / (1 - p))
const expit = (x: number): number => 1 / (1 + Math.exp(-x))

/** `car1`: `exp(−t e^η)` of rows t apart, `φ = exp(−e^η)` of one unit. */
export function continuousAutoregression(series: Series): Correlation {
  return markovCorrelation(series, {
    start: Math.log(1 / meanGap(series)),
    value: (eta) => Math.exp(-Math.exp(eta)),
    working: (phi) => Math.log(-Math.log(phi)),
    interval: { to: logit, from: expit },
    across: (eta) => (gap) => Math.exp(-gap * Math.exp(eta)),
  })
}

interface MarkovParameter {
  readonly start: number
  value(working: number): number
  working(natural: number): number
  readonly interval: CorrelationParameter["interval"]
  /** Correlation across a gap. */
  across(working: number): (gap: number) => number
}

/** Correlations below this are zero. */
const BOUNDARY = 1e-8

/** Correlation φ^d of rows d apart. */
function markovCorrelation(series: Series, parameter: MarkovParameter): Correlation {
  const { start, value, working, interval, across } = parameter
  const shortest = series.gaps.reduce((least, gap) => (gap > 0 && gap < least ? gap : least), Infinity)
  return {
    series,
    parameters: [{ label: "", value: ([x]) => value(x!), working, interval }],
    start: [start],
    at: ([x]) => markovTransform(series, across(x!)),
    mixture: markovMixture(series, (x, gap) => across(x)(gap)),
    entriesAt: ([x]) => {
      const phi = value(x!)
      // Of gaps other than one the correlation is never negative, and at zero has no derivative or one of zero.
      if (shortest !== 1 && Math.abs(across(x!)(shortest)) < BOUNDARY) return null
      const apart = (a: number, b: number): number => Math.abs(series.times[a]! - series.times[b]!)
      return {
        value: (a, b) => across(x!)(apart(a, b)),
        first: (_, a, b) => {
          const d = apart(a, b)
          return d === 0 ? 0 : d * phi ** (d - 1)
        },
        second: (_, __, a, b) => {
          const d = apart(a, b)
          return d === 0 || d === 1 ? 0 : d * (d - 1) * phi ** (d - 2)
        },
        linear: false,
      }
    },
  }
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
