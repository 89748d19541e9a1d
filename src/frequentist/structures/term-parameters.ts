/** The relative covariance factor of each random term as a linear function of the numbers that the search moves. */

import { lowerTriangularFactor } from "../../math/triangular-factor.ts"
import type { Design } from "../../models/formula/design.ts"
import { fromInternal, toInternal } from "../covariance-factor.ts"
import type { SystemTerm } from "../lmm-system.ts"

export type TermStructure = "unstructured" | "identity" | "cs"

export interface TermParameters {
  readonly structure: TermStructure
  /** First of the term's numbers in ω, and how many there are. */
  readonly start: number
  readonly count: number
  /** `T = Σ ω_k B_k`, row-major q × q in internal coordinates; T need not be triangular. */
  readonly basis: readonly Float64Array[]
  /** ω where T is the identity, nearly: the sd of a coefficient times its column is that of the residuals. */
  readonly unit: Float64Array
  /** θ as it is reported: entries of the lower triangle, or relative standard deviation and correlation. */
  readonly names: readonly string[]
  toTheta(omega: Float64Array): readonly number[]
  fromTheta(theta: Float64Array): readonly number[]
}

/**
 * Identity and compound symmetry by the projectors of their eigenspaces, `Σ = Σ_k ω_k² P_k`: `P = I`, or P the mean of
 * the coefficients and I − P the differences between them. A number that is zero is then a boundary of the parameter
 * space, and the only kind there is.
 */
export function listTermParameters(design: Design, terms: readonly SystemTerm[]): readonly TermParameters[] {
  let start = 0
  return terms.map((term): TermParameters => {
    const { group, terms: names, columns, ...rest } = design.random[term.designIndex]!
    const structure: TermStructure = rest.structure ?? "unstructured"
    const made =
      structure === "unstructured"
        ? unstructured(term, group, names)
        : projected(term, structure, group, names, meanSize(columns))
    const placed = { ...made, structure, start }
    start += made.count
    return placed
  })
}

type Made = Omit<TermParameters, "start" | "structure">

function unstructured(term: SystemTerm, group: string, names: readonly string[]): Made {
  const { width: q } = term
  const basis: Float64Array[] = []
  const unit: number[] = []
  const thetaNames: string[] = []
  for (let column = 0; column < q; column++) {
    for (let row = column; row < q; row++) {
      const entry = new Float64Array(q * q)
      entry[row * q + column] = 1
      basis.push(entry)
      unit.push(row === column ? 1 : 0)
      thetaNames.push(row === column ? `${group}.${names[row]}` : `${group}.${names[row]}.${names[column]}`)
    }
  }
  const pack = (t: Float64Array): number[] => {
    const lower = lowerTriangularFactor(t, q, q, 0)
    const packed: number[] = []
    for (let column = 0; column < q; column++) {
      for (let row = column; row < q; row++) packed.push(lower[row * q + column]!)
    }
    return packed
  }
  const combine = (omega: Float64Array) => combineBasis(basis, omega, q)
  return {
    count: basis.length,
    basis,
    unit: Float64Array.from(unit),
    names: thetaNames,
    toTheta: (omega) => pack(fromInternal(term, combine(omega), q)),
    fromTheta: (theta) => pack(toInternal(term, combine(theta))),
  }
}

function projected(
  term: SystemTerm,
  structure: "identity" | "cs",
  group: string,
  names: readonly string[],
  size: number,
): Made {
  const { width: q } = term
  const scaled = (entry: (a: number, b: number) => number): Float64Array => {
    const matrix = Float64Array.from({ length: q * q }, (_, i) => entry(Math.floor(i / q), i % q) / size)
    return toInternal(term, matrix)
  }
  const isDiagonal = (a: number, b: number): number => (a === b ? 1 : 0)
  const joined = names.join("+")
  if (structure === "identity") {
    return {
      count: 1,
      basis: [scaled(isDiagonal)],
      unit: Float64Array.of(1),
      names: [`${group}.${joined}.sd`],
      toTheta: (omega) => [Math.abs(omega[0]!) / size],
      fromTheta: (theta) => [theta[0]! * size],
    }
  }
  return {
    count: 2,
    basis: [scaled(() => 1 / q), scaled((a, b) => isDiagonal(a, b) - 1 / q)],
    unit: Float64Array.of(1, 1),
    names: [`${group}.${joined}.sd`, `${group}.${joined}.cor`],
    // ω₁² = σ²(1 + (q − 1)ρ), ω₂² = σ²(1 − ρ)
    toTheta: (omega) => {
      const mean = omega[0]! ** 2
      const rest = omega[1]! ** 2
      const variance = (mean + (q - 1) * rest) / q
      return [Math.sqrt(variance) / size, variance > 0 ? 1 - rest / variance : 0]
    },
    fromTheta: ([sd = 0, correlation = 0]) => {
      const root = (share: number): number => sd * size * Math.sqrt(Math.max(0, share))
      return [root(1 + (q - 1) * correlation), root(1 - correlation)]
    },
  }
}

/** `Σ ω_k B_k` of q × q matrices. */
export function combineBasis(basis: readonly Float64Array[], omega: Float64Array, q: number): Float64Array {
  const t = new Float64Array(q * q)
  basis.forEach((matrix, k) => {
    const weight = omega[k]!
    if (weight !== 0) for (let i = 0; i < t.length; i++) t[i] = t[i]! + weight * matrix[i]!
  })
  return t
}

/** Root of the mean square of all columns: standard deviations are searched in units of its inverse. */
function meanSize(columns: readonly Float64Array[]): number {
  let squares = 0
  let count = 0
  for (const column of columns) {
    for (const value of column) squares += value * value
    count += column.length
  }
  return squares > 0 ? Math.sqrt(squares / count) : 1
}
