/** Derivatives of the two parts of the criterion with respect to the relative covariance factors. */

import type { ChainFactor, EliminationLayout } from "./elimination-layout.ts"
import type { Equations } from "./equations.ts"

export interface Score {
  /** Of each factor, row-major width × width: ∂ log|C| / ∂T (or log|M|, as the inverse was asked for). */
  readonly logDet: readonly Float64Array[]
  /** Of each factor: ∂ r² / ∂T, r² the penalised residual sum of squares. */
  readonly residualSquares: readonly Float64Array[]
}

/**
 * Closed forms that hold on the boundary, since T is never inverted: with `B = blkdiag(T, …, I)`,
 *
 *   ∂ log|C| / ∂T = 2 Σ_j [S B C⁻¹]_jj ,   ∂ r² / ∂T = −2 Σ_j (Z'e)_j u_j' ,   e = y − Xβ − ZTu
 *
 * the first from `d log|C| = tr(C⁻¹ dC)`, the second from the envelope theorem (both derived from the profiled
 * deviance of Bates et al. 2015). Derivatives are with respect to the whole of T; a triangular
 * parameterisation reads its own entries. Call after `solveEquations` and `invertEquations`.
 */
export function computeScore(equations: Equations, factors: readonly Float64Array[]): Score {
  const { layout } = equations.cross
  const logDet = layout.factors.map((factor) => new Float64Array(factor.width ** 2))
  const residualSquares = layout.factors.map((factor) => new Float64Array(factor.width ** 2))
  const scaled = scaleSolution(equations, layout, factors)
  const residual = layout.chain.map((chain) => new Float64Array(chain.levels * chain.width))
  const tailResidual = new Float64Array(layout.tailEffects)
  scoreTail(equations, layout, factors, scaled.tail, logDet, tailResidual)
  layout.chain.forEach((_, c) => {
    scoreChainFactor(equations, layout, factors, c, scaled, logDet, residual, tailResidual)
  })
  layout.chain.forEach((chain, c) => {
    addOuter(residualSquares[chain.factor]!, chain.width, residual[c]!, equations.effects[c]!, 0)
  })
  layout.factors.forEach((factor, f) => {
    const start = layout.tailStart[f]!
    if (start < 0) return
    const end = start + factor.levels.length * factor.width
    const values = tailResidual.subarray(start, end)
    addOuter(residualSquares[f]!, factor.width, values, equations.tailSolution, start)
  })
  for (const matrix of logDet) for (let i = 0; i < matrix.length; i++) matrix[i] = 2 * matrix[i]!
  return { logDet, residualSquares }
}

interface ScaledSolution {
  /** `T u` of each chain factor. */
  readonly chain: readonly Float64Array[]
  /** `T u` of the tail effects, then the fixed effects. */
  readonly tail: Float64Array
}

function scaleSolution(
  equations: Equations,
  layout: EliminationLayout,
  factors: readonly Float64Array[],
): ScaledSolution {
  const chain = layout.chain.map((entry, c) => {
    return applyBlocks(equations.effects[c]!, entry.width, factors[entry.factor]!)
  })
  const tail = Float64Array.from(equations.tailSolution)
  layout.factors.forEach((factor, f) => {
    const start = layout.tailStart[f]!
    if (start < 0) return
    const end = start + factor.levels.length * factor.width
    tail.set(applyBlocks(equations.tailSolution.subarray(start, end), factor.width, factors[f]!), start)
  })
  return { chain, tail }
}

/** Multiplies consecutive vectors of length q by T. */
export function applyBlocks(values: Float64Array, q: number, t: Float64Array): Float64Array {
  const out = new Float64Array(values.length)
  for (let at = 0; at < values.length; at += q) {
    for (let a = 0; a < q; a++) {
      for (let b = 0; b < q; b++) out[at + a] = out[at + a]! + t[a * q + b]! * values[at + b]!
    }
  }
  return out
}

/** `target −= 2 Σ_j v_j u_j'`. */
function addOuter(target: Float64Array, q: number, v: Float64Array, u: Float64Array, uStart: number): void {
  for (let at = 0; at < v.length; at += q) {
    for (let a = 0; a < q; a++) {
      for (let b = 0; b < q; b++) {
        target[a * q + b] = target[a * q + b]! - 2 * v[at + a]! * u[uStart + at + b]!
      }
    }
  }
}

function scoreTail(
  equations: Equations,
  layout: EliminationLayout,
  factors: readonly Float64Array[],
  scaled: Float64Array,
  logDet: readonly Float64Array[],
  tailResidual: Float64Array,
): void {
  const { tailSize } = layout
  const { tail: s } = equations.cross
  const { inverseTail } = equations
  const order = tailSize - 1
  const row = new Float64Array(order)
  const singles = singleColumns(layout, factors)
  layout.factors.forEach((factor, f) => {
    const start = layout.tailStart[f]!
    if (start < 0) return
    const q = factor.width
    const target = logDet[f]!
    for (let level = start; level < start + factor.levels.length * q; level += q) {
      if (singles !== null) {
        target[0] = target[0]! + scaledDot(s, inverseTail, level * tailSize, order, singles)
      }
      for (let b = 0; singles === null && b < q; b++) {
        scaleInverseRow(layout, factors, inverseTail, (level + b) * tailSize, row)
        for (let a = 0; a < q; a++) {
          const from = (level + a) * tailSize
          let sum = 0
          for (let k = 0; k < order; k++) sum += s[from + k]! * row[k]!
          target[a * q + b] = target[a * q + b]! + sum
        }
      }
      for (let a = 0; a < q; a++) {
        const from = (level + a) * tailSize
        let sum = s[from + order]!
        for (let k = 0; k < order; k++) sum -= s[from + k]! * scaled[k]!
        tailResidual[level + a] = sum
      }
    }
  })
}

interface Segment {
  readonly start: number
  readonly end: number
  readonly factor: number
}

/** What the rows of `C⁻¹ B'` are multiplied by, segment by segment, when every tail factor has one column; else null. */
function singleColumns(
  layout: EliminationLayout,
  factors: readonly Float64Array[],
): readonly Segment[] | null {
  const segments: Segment[] = [{ start: layout.tailEffects, end: layout.tailSize - 1, factor: 1 }]
  for (let f = 0; f < layout.factors.length; f++) {
    const start = layout.tailStart[f]!
    if (start < 0) continue
    if (layout.factors[f]!.width > 1) return null
    segments.push({ start, end: start + layout.factors[f]!.levels.length, factor: factors[f]![0]! })
  }
  return segments
}

/** Inner product of a row of S with one of `C⁻¹ B'`. */
function scaledDot(
  s: Float64Array,
  inverse: Float64Array,
  from: number,
  order: number,
  segments: readonly Segment[],
): number {
  let total = 0
  for (const { start, end, factor } of segments) {
    let sum = 0
    for (let k = from + start; k < from + Math.min(end, order); k++) sum += s[k]! * inverse[k]!
    total += factor * sum
  }
  return total
}

/** One row of `C⁻¹ B'` within the tail. */
function scaleInverseRow(
  layout: EliminationLayout,
  factors: readonly Float64Array[],
  inverseTail: Float64Array,
  from: number,
  row: Float64Array,
): void {
  for (let k = 0; k < row.length; k++) row[k] = inverseTail[from + k]!
  layout.factors.forEach((factor, f) => {
    const start = layout.tailStart[f]!
    if (start < 0) return
    const end = start + factor.levels.length * factor.width
    const t = factors[f]!
    if (factor.width === 1) for (let k = start; k < end; k++) row[k] = row[k]! * t[0]!
    else row.set(applyBlocks(row.subarray(start, end), factor.width, t), start)
  })
}

function scoreChainFactor(
  equations: Equations,
  layout: EliminationLayout,
  factors: readonly Float64Array[],
  c: number,
  scaled: ScaledSolution,
  logDet: readonly Float64Array[],
  residual: readonly Float64Array[],
  tailResidual: Float64Array,
): void {
  const chain = layout.chain[c]!
  const { width: q } = chain
  const t = factors[chain.factor]!
  const own = logDet[chain.factor]!
  const s = equations.cross.diagonal[c]!
  const below = equations.cross.below[c]!
  const inverse = equations.inverseDiagonal[c]!
  const inverseBelow = equations.inverseBelow[c]!
  const bu = scaled.chain[c]!
  const z = residual[c]!
  const product = new Float64Array(q)
  for (let j = 0; j < chain.levels; j++) {
    const at = j * q * q
    for (let a = 0; a < q; a++) {
      for (let b = 0; b < q; b++) {
        product[b] = 0
        for (let k = 0; k < q; k++) product[b] = product[b]! + s[at + a * q + k]! * t[k * q + b]!
        z[j * q + a] = z[j * q + a]! - s[at + a * q + b]! * bu[j * q + b]!
      }
      for (let b = 0; b < q; b++) {
        let sum = 0
        for (let k = 0; k < q; k++) sum += product[k]! * inverse[at + k * q + b]!
        own[a * q + b] = own[a * q + b]! + sum
      }
    }
    let row = chain.offPointer[j]!
    chain.parentFactors.forEach((parent, k) => {
      const w = layout.factors[parent]!.width
      const start = chain.parents[k]![j]! * w
      const values = scaled.chain[c + 1 + k]!
      const pull = residual[c + 1 + k]!
      const block = { row, rows: w, t: factors[parent]!, other: logDet[parent]! }
      scoreBlock(block, q, t, below, inverseBelow, own)
      residualBlock(below, row, w, q, bu, z, j, values, start, pull, start)
      row += w * q
    })
    row = scoreTailBlocks(
      equations,
      layout,
      factors,
      chain,
      c,
      j,
      row,
      t,
      logDet,
      bu,
      z,
      scaled,
      tailResidual,
    )
    // Fixed effects: B is the identity there, and they have no parameters of their own.
    for (let x = 0; x < layout.fixedEffects; x++, row += q) {
      const beta = scaled.tail[layout.tailEffects + x]!
      for (let a = 0; a < q; a++) {
        z[j * q + a] = z[j * q + a]! - below[row + a]! * beta
        for (let b = 0; b < q; b++) {
          own[a * q + b] = own[a * q + b]! + below[row + a]! * inverseBelow[row + b]!
        }
      }
    }
    for (let a = 0; a < q; a++) z[j * q + a] = z[j * q + a]! + below[row + a]!
  }
}

function scoreTailBlocks(
  equations: Equations,
  layout: EliminationLayout,
  factors: readonly Float64Array[],
  chain: ChainFactor,
  c: number,
  j: number,
  firstRow: number,
  t: Float64Array,
  logDet: readonly Float64Array[],
  bu: Float64Array,
  z: Float64Array,
  scaled: ScaledSolution,
  tailResidual: Float64Array,
): number {
  const { width: q } = chain
  const below = equations.cross.below[c]!
  const own = logDet[chain.factor]!
  let row = firstRow
  for (let index = chain.blockPointer[j]!; index < chain.blockPointer[j + 1]!; index++) {
    const f = chain.blockFactor[index]!
    const w = layout.factors[f]!.width
    const start = chain.blockStart[index]!
    const block = { row, rows: w, t: factors[f]!, other: logDet[f]! }
    scoreBlock(block, q, t, below, equations.inverseBelow[c]!, own)
    residualBlock(below, row, w, q, bu, z, j, scaled.tail, start, tailResidual, start)
    row += w * q
  }
  return row
}

/** Both diagonal contributions of one off-diagonal block: to the level's own factor and to the other's. */
function scoreBlock(
  block: {
    readonly row: number
    readonly rows: number
    readonly t: Float64Array
    readonly other: Float64Array
  },
  q: number,
  t: Float64Array,
  below: Float64Array,
  inverse: Float64Array,
  own: Float64Array,
): void {
  const { row, rows: w } = block
  if (q === 1 && w === 1) {
    const product = below[row]! * inverse[row]!
    own[0] = own[0]! + product * block.t[0]!
    block.other[0] = block.other[0]! + product * t[0]!
    return
  }
  for (let a = 0; a < w; a++) {
    for (let b = 0; b < w; b++) {
      // own += S_jr T_r C⁻¹_rj,  other += S_rj T_j C⁻¹_jr
      const factor = block.t[a * w + b]!
      let sum = 0
      for (let u = 0; u < q; u++) {
        for (let v = 0; v < q; v++) {
          own[u * q + v] = own[u * q + v]! + below[row + a * q + u]! * factor * inverse[row + b * q + v]!
          sum += below[row + a * q + u]! * t[u * q + v]! * inverse[row + b * q + v]!
        }
      }
      block.other[a * w + b] = block.other[a * w + b]! + sum
    }
  }
}

/** Both contributions of one off-diagonal block to `Z'e`. */
function residualBlock(
  below: Float64Array,
  row: number,
  w: number,
  q: number,
  bu: Float64Array,
  z: Float64Array,
  j: number,
  values: Float64Array,
  valueStart: number,
  pull: Float64Array,
  pullStart: number,
): void {
  for (let a = 0; a < w; a++) {
    for (let u = 0; u < q; u++) {
      const s = below[row + a * q + u]!
      z[j * q + u] = z[j * q + u]! - s * values[valueStart + a]!
      pull[pullStart + a] = pull[pullStart + a]! - s * bu[j * q + u]!
    }
  }
}
