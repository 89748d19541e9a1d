/**
 * The average of observed and expected information as a Hessian of the criterion: what a Newton step needs, for the price
 * of one forward substitution a parameter instead of a gradient.
 *
 * Gilmour, Thompson & Cullis (1995), Average information REML, Biometrics 51(4), 1440–1450, with the derivatives taken
 * with respect to T instead of variances, so that the part that their average leaves out, which is exact here, keeps the
 * Hessian right near the boundary: with `V_i = ∂V/∂T_i`,
 *
 *   ∂²d/∂T_i∂T_j ≈ y'PV_iPV_jPy/s² + [tr(PV_ij) − y'PV_ijPy/s²] − (∂r²/∂T_i)(∂r²/∂T_j)/(df s⁴),   s² = r²/df
 */

import { assembleFactors, countTheta, packTheta } from "./covariance-factor.ts"
import type { Criterion, CriterionValue } from "./criterion.ts"
import type { CrossProducts } from "./cross-products.ts"
import type { EffectVector } from "./eliminate.ts"
import { solveForward } from "./eliminate.ts"
import type { Equations } from "./equations.ts"
import { multiplyCross } from "./multiply-cross.ts"
import { applyBlocks } from "./score.ts"

/**
 * The Hessian in θ (internal coordinates), row-major. Call right after `evaluateCriterion` at the same factors, whose
 * workspace it reads and does not change.
 *
 * @param termFactors T of each term
 * @param there what `evaluateCriterion` returned
 */
export function averageInformation(
  criterion: Criterion,
  termFactors: readonly Float64Array[],
  there: CriterionValue,
): Float64Array {
  const { system, equations, df } = criterion
  const { cross } = equations
  const factors = assembleFactors(system, termFactors)
  const variance = there.residualSquares / df
  const spherical: EffectVector = { chain: equations.effects, tail: equations.tailSolution }
  const residual = crossResidual(cross, applyFactors(cross, factors, spherical))
  const working = listEntries(criterion).map((entry) => {
    return workingEffects(cross, factors, entry, spherical, residual)
  })
  const images = working.map((w) => multiplyCross(cross, w))
  const solved = images.map((image) =>
    solveForward(equations, applyFactors(cross, transpose(factors, equations), image)),
  )
  const size = countTheta(system)
  const slopes = packTheta(system.terms, there.residualGradient)
  const hessian = curvature(criterion, termFactors, there)
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const information = inner(working[i]!, images[j]!) - inner(solved[i]!, solved[j]!)
      const profiled = (slopes[i]! * slopes[j]!) / (df * variance * variance)
      hessian[i * size + j] = hessian[i * size + j]! + information / variance - profiled
    }
  }
  return hessian
}

/** Row and column of a parameter in the T of its grouping factor. */
interface ThetaEntry {
  readonly factor: number
  readonly row: number
  readonly column: number
}

function listEntries({ system }: Criterion): readonly ThetaEntry[] {
  return system.terms.flatMap(({ factor, offset, width }) => {
    return Array.from({ length: width }, (_, column) => {
      return Array.from({ length: width - column }, (_, r) => {
        return { factor, row: offset + column + r, column: offset + column }
      })
    }).flat()
  })
}

/** `w` with `V_i P y = Z w`: level by level `E u + T E' Z'e`, E the unit matrix of the entry. */
function workingEffects(
  cross: CrossProducts,
  factors: readonly Float64Array[],
  { factor, row, column }: ThetaEntry,
  spherical: EffectVector,
  residual: EffectVector,
): EffectVector {
  const { layout } = cross
  const q = layout.factors[factor]!.width
  const t = factors[factor]!
  const w: EffectVector = {
    chain: layout.chain.map(({ levels, width }) => new Float64Array(levels * width)),
    tail: new Float64Array(layout.tailSize - 1),
  }
  const place = placeOf(cross, factor)
  const u = place.part(spherical)
  const z = place.part(residual)
  const out = place.part(w)
  for (let at = place.start; at < place.end; at += q) {
    out[at + row] = u[at + column]!
    for (let a = 0; a < q; a++) out[at + a] = out[at + a]! + t[a * q + column]! * z[at + row]!
  }
  return w
}

/** Where the effects of a grouping factor stand. */
function placeOf(
  { layout }: CrossProducts,
  factor: number,
): { readonly part: (v: EffectVector) => Float64Array; readonly start: number; readonly end: number } {
  const c = layout.chain.findIndex((chain) => chain.factor === factor)
  const { levels, width } = layout.factors[factor]!
  if (c >= 0) return { part: (v) => v.chain[c]!, start: 0, end: levels.length * width }
  const start = layout.tailStart[factor]!
  return { part: (v) => v.tail, start, end: start + levels.length * width }
}

/** `Z'e` and zeros for the fixed effects, from `B` times the solution. */
function crossResidual(cross: CrossProducts, scaled: EffectVector): EffectVector {
  const { layout } = cross
  const { tailSize, tailEffects } = layout
  const product = multiplyCross(cross, scaled)
  layout.chain.forEach((chain, c) => {
    const { width: q } = chain
    const below = cross.below[c]!
    const target = product.chain[c]!
    for (let j = 0; j < chain.levels; j++) {
      const response = chain.offPointer[j + 1]! - q
      for (let t = 0; t < q; t++) target[j * q + t] = below[response + t]! - target[j * q + t]!
    }
  })
  const last = (tailSize - 1) * tailSize
  for (let i = 0; i < tailEffects; i++) product.tail[i] = cross.tail[last + i]! - product.tail[i]!
  product.tail.fill(0, tailEffects)
  return product
}

/** `B v`, B = blkdiag(T, …, I). */
function applyFactors(cross: CrossProducts, factors: readonly Float64Array[], v: EffectVector): EffectVector {
  const { layout } = cross
  const tail = Float64Array.from(v.tail)
  layout.factors.forEach(({ width, levels }, f) => {
    const start = layout.tailStart[f]!
    if (start < 0) return
    const end = start + levels.length * width
    tail.set(applyBlocks(v.tail.subarray(start, end), width, factors[f]!), start)
  })
  const chain = layout.chain.map(({ width, factor }, c) => applyBlocks(v.chain[c]!, width, factors[factor]!))
  return { chain, tail }
}

function transpose(factors: readonly Float64Array[], { cross }: Equations): readonly Float64Array[] {
  return factors.map((t, f) => {
    const q = cross.layout.factors[f]!.width
    return t.map((_, i) => t[(i % q) * q + Math.floor(i / q)]!)
  })
}

function inner(a: EffectVector, b: EffectVector): number {
  let sum = 0
  for (let i = 0; i < a.tail.length; i++) sum += a.tail[i]! * b.tail[i]!
  a.chain.forEach((values, c) => {
    const others = b.chain[c]!
    for (let i = 0; i < values.length; i++) sum += values[i]! * others[i]!
  })
  return sum
}

/**
 * `tr(PV_ij) − y'PV_ijPy/s²`: `2 G` for two entries of one column of T, where `∂d/∂T = 2GT`; left out for a T without
 * inverse.
 */
function curvature(
  { system }: Criterion,
  termFactors: readonly Float64Array[],
  { gradient }: CriterionValue,
): Float64Array {
  const size = countTheta(system)
  const hessian = new Float64Array(size * size)
  system.terms.forEach(({ width: q, thetaStart }, k) => {
    const twice = divideByTriangle(gradient[k]!, termFactors[k]!, q)
    if (twice === null) return
    let first = thetaStart
    for (let column = 0; column < q; column++) {
      const length = q - column
      for (let a = 0; a < length; a++) {
        for (let b = 0; b < length; b++) {
          const value = twice[(column + a) * q + column + b]! + twice[(column + b) * q + column + a]!
          hessian[(first + a) * size + first + b] = 0.5 * value
        }
      }
      first += length
    }
  })
  return hessian
}

/** `M T⁻¹` for a lower triangular T; null when it has none. */
function divideByTriangle(m: Float64Array, t: Float64Array, q: number): Float64Array | null {
  const out = Float64Array.from(m)
  for (let column = q - 1; column >= 0; column--) {
    const pivot = t[column * q + column]!
    if (Math.abs(pivot) < 1e-8) return null
    for (let row = 0; row < q; row++) {
      let value = out[row * q + column]!
      for (let k = column + 1; k < q; k++) value -= out[row * q + k]! * t[k * q + column]!
      out[row * q + column] = value / pivot
    }
  }
  return out
}
