/** Between θ, a vector of numbers, and the relative covariance factors T of the terms. */

import type { FactorTerm } from "./grouping-factors.ts"
import type { LmmSystem, SystemTerm } from "./lmm-system.ts"

/** Number of parameters in θ. */
export function countTheta(system: LmmSystem): number {
  return system.terms.reduce((sum, term) => sum + (term.width * (term.width + 1)) / 2, 0)
}

/** T of each term, row-major q × q, from θ: its lower triangle column by column, as lme4 orders it. */
export function unpackTheta(terms: readonly SystemTerm[], theta: Float64Array): readonly Float64Array[] {
  return terms.map(({ width: q, thetaStart }) => {
    const t = new Float64Array(q * q)
    let at = thetaStart
    for (let column = 0; column < q; column++) {
      for (let row = column; row < q; row++) t[row * q + column] = theta[at++]!
    }
    return t
  })
}

/** The reverse of {@link unpackTheta}; entries above the diagonal are not read. */
export function packTheta(terms: readonly SystemTerm[], factors: readonly Float64Array[]): Float64Array {
  const packed: number[] = []
  terms.forEach(({ width: q }, k) => {
    for (let column = 0; column < q; column++) {
      for (let row = column; row < q; row++) packed.push(factors[k]![row * q + column]!)
    }
  })
  return Float64Array.from(packed)
}

/** Puts the T of the terms into one block-diagonal matrix for each grouping factor. */
export function assembleFactors(
  system: LmmSystem,
  termFactors: readonly Float64Array[],
): readonly Float64Array[] {
  const assembled = system.factors.map((factor) => new Float64Array(factor.width ** 2))
  system.terms.forEach((term, k) => {
    const { width: q, offset } = term
    const size = system.factors[term.factor]!.width
    for (let a = 0; a < q; a++) {
      for (let b = 0; b < q; b++) {
        assembled[term.factor]![(offset + a) * size + offset + b] = termFactors[k]![a * q + b]!
      }
    }
  })
  return assembled
}

/** The diagonal block of one term out of the matrix of its factor. */
export function extractTerm(
  system: LmmSystem,
  term: SystemTerm,
  matrices: readonly Float64Array[],
): Float64Array {
  const { width: q, offset } = term
  const size = system.factors[term.factor]!.width
  const block = new Float64Array(q * q)
  for (let a = 0; a < q; a++) {
    for (let b = 0; b < q; b++) block[a * q + b] = matrices[term.factor]![(offset + a) * size + offset + b]!
  }
  return block
}

/** `R T`: from the coordinates of the user's columns to those used inside. The product is not triangular. */
export function toInternal(term: FactorTerm, factor: Float64Array): Float64Array {
  const { width: q, scaling } = term
  const out = new Float64Array(q * q)
  for (let a = 0; a < q; a++) {
    for (let b = 0; b < q; b++) {
      for (let k = a; k < q; k++) out[a * q + b] = out[a * q + b]! + scaling[a * q + k]! * factor[k * q + b]!
    }
  }
  return out
}

/** `R⁻¹ F` for a matrix F of q rows and `columns` columns, row-major: the way back. */
export function fromInternal(term: FactorTerm, f: Float64Array, columns: number): Float64Array {
  const { width: q, scaling } = term
  const out = Float64Array.from(f)
  for (let b = 0; b < columns; b++) {
    for (let a = q - 1; a >= 0; a--) {
      let value = out[a * columns + b]!
      for (let k = a + 1; k < q; k++) value -= scaling[a * q + k]! * out[k * columns + b]!
      out[a * columns + b] = value / scaling[a * q + a]!
    }
  }
  return out
}
