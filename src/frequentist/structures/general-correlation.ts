/** Correlations of their own for every pair of times, or for every distance in time. */

import { ModelError } from "../../core/errors.ts"
import type { Correlation, CorrelationParameter, CorrelationTransform } from "./correlation.ts"
import type { Series } from "./series.ts"

/**
 * `symm` and `un`: a correlation for each pair of times. The search moves partial correlations: with `z_ij = tanh ω_ij`, j < i,
 * `L_ij = z_ij √(1 − Σ_{k<j} L_ik²)` is a row of the Cholesky factor of a correlation matrix whatever they are (Lewandowski,
 * Kurowicka & Joe 2009, J. Multivar. Anal. 100, 1989–2001).
 *
 * @throws ModelError `times-apart` for two times that no series has both of
 */
export function generalCorrelation(series: Series, labels: readonly string[], text: string): Correlation {
  const times = [...new Set(series.times)].sort((a, b) => a - b)
  const rank = new Map(times.map((time, k) => [time, k]))
  const places = Int32Array.from(series.times, (time) => rank.get(time)!)
  const names = times.map((time) => labels[time] ?? String(time + 1))
  const m = times.length
  const pairs = names.slice(1).flatMap((_, i) => names.slice(0, i + 1).map((_, j) => [i + 1, j] as const))
  const together = new Set<number>()
  visitPairs(series, (a, b) => together.add(pairIndex(places[a]!, places[b]!)))
  pairs.forEach(([i, j], k) => {
    if (together.has(k)) return
    throw apart(text, `no series has rows of both ${names[j]} and ${names[i]}`)
  })
  const matrixAt = (working: Float64Array): Float64Array => {
    const l = new Float64Array(m * m)
    for (let i = 0; i < m; i++) {
      let rest = 1
      for (let j = 0; j < i; j++) {
        const value = Math.tanh(working[pairIndex(i, j)]!) * Math.sqrt(rest)
        l[i * m + j] = value
        rest -= value * value
      }
      l[i * m + i] = Math.sqrt(Math.max(0, rest))
    }
    const correlations = new Float64Array(pairs.length)
    pairs.forEach(([i, j], k) => {
      for (let c = 0; c <= j; c++) correlations[k] = correlations[k]! + l[i * m + c]! * l[j * m + c]!
    })
    return correlations
  }
  return correlationOf({
    series,
    places,
    labels: pairs.map(([i, j]) => `${names[j]},${names[i]}`),
    index: pairIndex,
    correlationsAt: matrixAt,
  })
}

/**
 * `toep`: a correlation for each distance. The search moves the partial autocorrelations, from which the recursion of
 * Durbin and Levinson makes the correlations (Barndorff-Nielsen & Schou 1973, J. Multivar. Anal. 3, 408–419).
 *
 * @throws ModelError `times-apart` for a distance that is in no series
 */
export function toeplitzCorrelation(series: Series, _: readonly string[], text: string): Correlation {
  const unit = series.gaps.reduce((divisor, gap) => greatestDivisor(divisor, gap), 0)
  const first = series.times.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY)
  const places = Int32Array.from(series.times, (time) => Math.floor((time - first) / unit))
  const index = (i: number, j: number): number => Math.abs(i - j) - 1
  const found = new Set<number>()
  visitPairs(series, (a, b) => found.add(index(places[a]!, places[b]!)))
  const count = Math.max(...found) + 1
  for (let k = 0; k < count; k++) {
    if (!found.has(k)) throw apart(text, `no series has rows ${(k + 1) * unit} apart`)
  }
  const correlationsAt = (working: Float64Array): Float64Array => {
    const correlations = new Float64Array(count)
    let coefficients: number[] = []
    let left = 1
    for (let k = 0; k < count; k++) {
      const partial = Math.tanh(working[k]!)
      let sum = partial * left
      coefficients.forEach((value, j) => {
        sum += value * correlations[k - 1 - j]!
      })
      correlations[k] = sum
      const reversed = [...coefficients].reverse()
      coefficients = [...coefficients.map((value, j) => value - partial * reversed[j]!), partial]
      left *= 1 - partial * partial
    }
    return correlations
  }
  const labels = Array.from({ length: count }, (_, k) => String((k + 1) * unit))
  return correlationOf({ series, places, labels, index, correlationsAt })
}

interface Described {
  readonly series: Series
  /** Time of each place, counted from zero. */
  readonly places: Int32Array
  /** Of the correlations. */
  readonly labels: readonly string[]
  /** Which correlation two different times have. */
  index(i: number, j: number): number
  correlationsAt(working: Float64Array): Float64Array
}

const START = 0.1

function correlationOf({ series, places, labels, index, correlationsAt }: Described): Correlation {
  const artanh: CorrelationParameter["interval"] = { to: Math.atanh, from: Math.tanh }
  const entry = (correlations: Float64Array, a: number, b: number): number => {
    return a === b ? 1 : correlations[index(places[a]!, places[b]!)]!
  }
  const patterns = findPatterns(series, places)
  return {
    series,
    parameters: labels.map((label, k) => {
      return { label, value: (working) => correlationsAt(working)[k]!, working: null, interval: artanh }
    }),
    start: labels.map(() => START),
    at: (working) => {
      const correlations = correlationsAt(working)
      return patternTransform(series, patterns, (a, b) => entry(correlations, a, b))
    },
    mixture: null,
    entriesAt: (working) => {
      const correlations = correlationsAt(working)
      return {
        value: (a, b) => entry(correlations, a, b),
        first: (i, a, b) => (a !== b && index(places[a]!, places[b]!) === i ? 1 : 0),
        second: () => 0,
        linear: true,
      }
    },
  }
}

/** Series with rows at the same times, which share a factor. */
interface Patterns {
  /** Of each series. */
  readonly of: Int32Array
  /** First place of one series of each pattern, and how many rows it has. */
  readonly members: readonly { readonly start: number; readonly m: number }[]
}

function findPatterns({ pointer }: Series, places: Int32Array): Patterns {
  const known = new Map<string, number>()
  const members: { start: number; m: number }[] = []
  const of = new Int32Array(pointer.length - 1)
  for (let s = 0; s < of.length; s++) {
    const start = pointer[s]!
    const end = pointer[s + 1]!
    const key = places.subarray(start, end).join()
    let pattern = known.get(key)
    if (pattern === undefined) {
      pattern = members.push({ start, m: end - start }) - 1
      known.set(key, pattern)
    }
    of[s] = pattern
  }
  return { of, members }
}

/** W the inverse of the Cholesky factor. */
function patternTransform(
  { order, pointer }: Series,
  { of, members }: Patterns,
  entry: (a: number, b: number) => number,
): CorrelationTransform {
  const factors = members.map(({ start, m }) => factorPattern(m, (i, j) => entry(start + i, start + j)))
  const patterns = Array.from(of, (pattern) => factors[pattern]!)
  const logDet = patterns.reduce((sum, pattern) => sum + pattern.logDet, 0)
  return {
    logDet,
    whiten: (column) => {
      patterns.forEach(({ factor, m }, s) => {
        const start = pointer[s]!
        for (let i = 0; i < m; i++) {
          let value = column[order[start + i]!]!
          for (let k = 0; k < i; k++) value -= factor[i * m + k]! * column[order[start + k]!]!
          column[order[start + i]!] = value / factor[i * (m + 1)]!
        }
      })
    },
    colour: (column) => {
      patterns.forEach(({ factor, m }, s) => {
        const start = pointer[s]!
        for (let i = m - 1; i >= 0; i--) {
          let value = 0
          for (let k = 0; k <= i; k++) value += factor[i * m + k]! * column[order[start + k]!]!
          column[order[start + i]!] = value
        }
      })
    },
  }
}

interface Pattern {
  readonly m: number
  /** Lower triangle, row-major m × m. */
  readonly factor: Float64Array
  readonly logDet: number
}

/** Cholesky; a matrix that is singular by rounding gives an infinite or undefined criterion, which a search steps back from. */
function factorPattern(m: number, entry: (i: number, j: number) => number): Pattern {
  const factor = new Float64Array(m * m)
  let logDet = 0
  for (let i = 0; i < m; i++) {
    for (let j = 0; j <= i; j++) {
      let value = entry(i, j)
      for (let k = 0; k < j; k++) value -= factor[i * m + k]! * factor[j * m + k]!
      factor[i * m + j] = i === j ? Math.sqrt(value) : value / factor[j * (m + 1)]!
    }
    logDet += 2 * Math.log(factor[i * (m + 1)]!)
  }
  return { m, factor, logDet }
}

function visitPairs({ pointer }: Series, visit: (a: number, b: number) => void): void {
  for (let s = 0; s < pointer.length - 1; s++) {
    for (let a = pointer[s]! + 1; a < pointer[s + 1]!; a++) for (let b = pointer[s]!; b < a; b++) visit(a, b)
  }
}

/** Of two different times, whichever comes first: (1, 0), (2, 0), (2, 1), … */
function pairIndex(i: number, j: number): number {
  const [low, high] = i < j ? [i, j] : [j, i]
  return (high * (high - 1)) / 2 + low
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}

function apart(text: string, message: string): ModelError {
  return new ModelError(`${message}: their correlation cannot be estimated`, {
    code: "times-apart",
    where: text,
    hint: "use ar1(…) or car1(…), or leave out the times that stand alone",
  })
}
