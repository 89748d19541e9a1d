/** Kenward and Roger's adjustment for small samples. */

import { OptionError } from "../core/errors.ts"
import { invertPositiveDefinite } from "../math/small-dense.ts"
import { decomposeSymmetric } from "../math/symmetric-eigen.ts"
import { evaluateCriterion } from "./criterion.ts"
import { multiplySquare, traceOfProduct } from "./dense-products.ts"
import type { BoundaryParameters, Direction } from "./kenward-roger-directions.ts"
import { listDirections } from "./kenward-roger-directions.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import type { RandomBlock } from "./random-blocks.ts"
import { formRandomBlocks } from "./random-blocks.ts"
import { refuseStructures } from "./structures/refuse-structures.ts"

/** In the coordinates of the orthonormal basis of X and for a residual variance of one. */
export interface KenwardRoger {
  readonly p: number
  /** Φ = (X'V⁻¹X)⁻¹, row-major p × p. */
  readonly covariance: Float64Array
  /** Φ_A, which allows for the variance parameters being estimates. */
  readonly adjusted: Float64Array
  /** Asymptotic covariance matrix W of the variance parameters, row-major k × k. */
  readonly parameterCovariance: Float64Array
  /** ΦP_iΦ, P_i = ∂(X'V⁻¹X)/∂γ_i. */
  readonly derivatives: readonly Float64Array[]
}

/**
 * Kenward & Roger (1997, Biometrics 53, 983–997) with the expected information, as Halekoh & Højsgaard (2014, J. Stat.
 * Softw. 59(9)) set it out:
 *
 *   Φ_A = Φ + 2Φ {Σ_ij W_ij (Q_ij − P_iΦP_j)} Φ,  P_i = −X'V⁻¹V_iV⁻¹X,  Q_ij = X'V⁻¹V_iV⁻¹V_jV⁻¹X
 *   2 (W⁻¹)_ij = tr(V⁻¹V_iV⁻¹V_j) − 2 tr(ΦQ_ij) + tr(ΦP_iΦP_j)
 *
 * V is linear in the elements of the covariance matrices; the directions taken are V itself (for σ²) and these elements.
 *
 * @param boundary what becomes of parameters at a singular fit; kept, as pbkrtest has them, when left out
 * @throws OptionError for a maximum-likelihood fit, and when crossed factors are too large
 * @throws ModelError with a residual structure
 */
export function adjustKenwardRoger(fit: LmmEstimate, boundary: BoundaryParameters = "keep"): KenwardRoger {
  const { criterion, factors } = fit.state
  refuseStructures(
    fit,
    "Kenward and Roger's degrees of freedom",
    "use Satterthwaite's: its covariance matrix is not linear in the parameters of the residuals",
    "residual",
  )
  if (fit.method !== "REML") {
    throw new OptionError("Kenward and Roger's adjustment is defined for REML fits, this is an ML fit", {
      code: "needs-reml",
      where: fit.formula,
      hint: "fit by REML, or use Satterthwaite's degrees of freedom",
    })
  }
  evaluateCriterion(criterion, factors)
  const p = criterion.system.cross.layout.fixedEffects
  const information = fixedInformation(fit)
  const covariance = new Float64Array(p * p)
  invertPositiveDefinite(information, 0, p, covariance, 0, new Float64Array(p * p))
  const directions = listDirections(fit, boundary)
  const parts = accumulate(fit, formRandomBlocks(criterion, factors), directions, information)
  // V itself comes last, and does not move where the residual variance is known.
  const all = parts.p.length
  const k = fit.residualKnown ? all - 1 : all
  const sandwiches = parts.p
    .slice(0, k)
    .map((m) => multiplySquare(covariance, multiplySquare(m, covariance, p), p))
  const twiceInformation = new Float64Array(k * k)
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      twiceInformation[i * k + j] =
        parts.trace[i * all + j]! -
        2 * traceOfProduct(covariance, parts.q[i * all + j]!, p) +
        traceOfProduct(sandwiches[i]!, parts.p[j]!, p)
    }
  }
  const parameterCovariance = invertInformation(twiceInformation, k, fit)
  const sum = new Float64Array(p * p)
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      const w = parameterCovariance[i * k + j]!
      const second = multiplySquare(parts.p[i]!, multiplySquare(covariance, parts.p[j]!, p), p)
      const q = parts.q[i * all + j]!
      for (let x = 0; x < sum.length; x++) sum[x] = sum[x]! + w * (q[x]! - second[x]!)
    }
  }
  const correction = multiplySquare(covariance, multiplySquare(sum, covariance, p), p)
  const adjusted = covariance.map((value, x) => {
    const mirrored = (x % p) * p + Math.floor(x / p)
    return value + correction[x]! + correction[mirrored]!
  })
  return { p, covariance, adjusted, parameterCovariance, derivatives: sandwiches }
}

export interface ScaledF {
  /** Factor of the F statistic that is made with Φ_A. */
  readonly scale: number
  readonly ddf: number
}

/**
 * Denominator degrees of freedom and scale of the F test of `lβ = 0`, by matching the first two moments (Kenward & Roger
 * 1997, section 4; Halekoh & Højsgaard 2014, section 3).
 *
 * @param contrast row-major q × p of full row rank, in the coordinates of `adjustment`
 */
export function matchMoments(adjustment: KenwardRoger, contrast: Float64Array, q: number): ScaledF {
  const { p, covariance, derivatives, parameterCovariance } = adjustment
  const k = derivatives.length
  const inverse = invertContrast(covariance, contrast, q, p)
  const reduced = derivatives.map((d) => multiplySquare(inverse, restrict(d, contrast, q, p), q))
  let a1 = 0
  let a2 = 0
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < k; j++) {
      const w = parameterCovariance[i * k + j]!
      a1 += w * traceOf(reduced[i]!, q) * traceOf(reduced[j]!, q)
      a2 += w * traceOfProduct(reduced[i]!, reduced[j]!, q)
    }
  }
  const b = (a1 + 6 * a2) / (2 * q)
  const g = ((q + 1) * a1 - (q + 4) * a2) / ((q + 2) * a2)
  const denominator = 3 * q + 2 * (1 - g)
  const v0 = 1 + (g / denominator) * b
  const v1 = 1 - ((q - g) / denominator) * b
  const v2 = 1 - ((q + 2 - g) / denominator) * b
  const expectation = 1 - a2 / q
  // Both vanish together in the exact cases where the F distribution has no mean; their ratio tends to one.
  const ratio = Math.abs(expectation) < 1e-10 && Math.abs(v1) < 1e-10 ? 1 : expectation / v1
  const rho = (ratio * ratio * (Math.abs(v0) < 1e-10 ? 0 : v0)) / (q * v2)
  const ddf = 4 + (q + 2) / (q * rho - 1)
  const scale = Math.abs(ddf - 2) < 1e-2 ? 1 : (ddf * expectation) / (ddf - 2)
  return { scale, ddf }
}

/** `(lΦl')⁻¹`, row-major q × q. */
export function invertContrast(
  covariance: Float64Array,
  contrast: Float64Array,
  q: number,
  p: number,
): Float64Array {
  const inverse = new Float64Array(q * q)
  invertPositiveDefinite(restrict(covariance, contrast, q, p), 0, q, inverse, 0, new Float64Array(q * q))
  return inverse
}

/** `l M l'`. */
export function restrict(m: Float64Array, l: Float64Array, q: number, p: number): Float64Array {
  const half = new Float64Array(q * p)
  for (let a = 0; a < q; a++) {
    for (let x = 0; x < p; x++) {
      for (let y = 0; y < p; y++) half[a * p + y] = half[a * p + y]! + l[a * p + x]! * m[x * p + y]!
    }
  }
  const out = new Float64Array(q * q)
  for (let a = 0; a < q; a++) {
    for (let b = 0; b < q; b++) {
      for (let y = 0; y < p; y++) out[a * q + b] = out[a * q + b]! + half[a * p + y]! * l[b * p + y]!
    }
  }
  return out
}

/** Q'H⁻¹Q = LL', L the last block of the factored equations. */
function fixedInformation(fit: LmmEstimate): Float64Array {
  const { equations, system } = fit.state.criterion
  const { tailEffects, tailSize, fixedEffects: p } = system.cross.layout
  const information = new Float64Array(p * p)
  for (let a = 0; a < p; a++) {
    for (let b = 0; b < p; b++) {
      for (let k = 0; k <= Math.min(a, b); k++) {
        information[a * p + b] =
          information[a * p + b]! +
          equations.tail[(tailEffects + a) * tailSize + tailEffects + k]! *
            equations.tail[(tailEffects + b) * tailSize + tailEffects + k]!
      }
    }
  }
  return information
}

interface Parts {
  readonly p: readonly Float64Array[]
  readonly q: readonly Float64Array[]
  /** tr(V⁻¹V_iV⁻¹V_j), row-major. */
  readonly trace: Float64Array
}

/** P, Q and the traces of all directions, the last of which is V itself. */
function accumulate(
  fit: LmmEstimate,
  blocks: readonly RandomBlock[],
  directions: readonly Direction[],
  information: Float64Array,
): Parts {
  const { system } = fit.state.criterion
  const p = system.cross.layout.fixedEffects
  const d = directions.length
  const k = d + 1
  const matrices = Array.from({ length: k }, () => new Float64Array(p * p))
  const q = Array.from({ length: k * k }, () => new Float64Array(p * p))
  const trace = new Float64Array(k * k)
  for (const block of blocks) {
    const widths = block.members.map(({ factor }) => system.factors[factor]!.width)
    // D_i A and D_i B, whole blocks: zero in the rows of other factors.
    const da = directions.map((direction) => applyDirection(direction, block, widths, block.a, block.size))
    const db = directions.map((direction) => applyDirection(direction, block, widths, block.b, p))
    directions.forEach((_, i) => {
      addCross(matrices[i]!, block.b, db[i]!, block.size, p, -1)
      trace[i * k + d] = trace[i * k + d]! + traceOf(da[i]!, block.size)
      directions.forEach((_, j) => {
        const adb = multiplyTall(da[i]!, db[j]!, block.size, p)
        addCross(q[i * k + j]!, block.b, adb, block.size, p, 1)
        if (j <= i) trace[i * k + j] = trace[i * k + j]! + traceOfProduct(da[i]!, da[j]!, block.size)
      })
    })
  }
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) trace[j * k + i] = trace[i * k + j]!
    trace[d * k + i] = trace[i * k + d]!
    q[i * k + d]!.set(matrices[i]!.map((value) => -value))
    q[d * k + i]!.set(matrices[i]!.map((value) => -value))
  }
  trace[k * k - 1] = fit.nobs
  q[k * k - 1]!.set(information)
  matrices[d]!.set(information.map((value) => -value))
  return { p: matrices, q, trace }
}

function applyDirection(
  { factor, change }: Direction,
  block: RandomBlock,
  widths: readonly number[],
  m: Float64Array,
  columns: number,
): Float64Array {
  const out = new Float64Array(m.length)
  block.members.forEach((member, index) => {
    if (member.factor !== factor) return
    const width = widths[index]!
    for (let a = 0; a < width; a++) {
      for (let b = 0; b < width; b++) {
        const value = change[a * width + b]!
        if (value === 0) continue
        const to = (member.start + a) * columns
        const from = (member.start + b) * columns
        for (let x = 0; x < columns; x++) out[to + x] = out[to + x]! + value * m[from + x]!
      }
    }
  })
  return out
}

/** `target += sign · L'R` for m × p matrices. */
function addCross(
  target: Float64Array,
  left: Float64Array,
  right: Float64Array,
  m: number,
  p: number,
  sign: number,
): void {
  for (let i = 0; i < m; i++) {
    for (let a = 0; a < p; a++) {
      const value = sign * left[i * p + a]!
      if (value === 0) continue
      for (let b = 0; b < p; b++) target[a * p + b] = target[a * p + b]! + value * right[i * p + b]!
    }
  }
}

/** `M R`, M m × m, R m × p. */
function multiplyTall(m: Float64Array, right: Float64Array, size: number, p: number): Float64Array {
  const out = new Float64Array(size * p)
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const value = m[i * size + k]!
      if (value === 0) continue
      for (let b = 0; b < p; b++) out[i * p + b] = out[i * p + b]! + value * right[k * p + b]!
    }
  }
  return out
}

function traceOf(m: Float64Array, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) sum += m[i * (n + 1)]!
  return sum
}

/** Eigenvalues of an information matrix of unit diagonal that rounding cannot tell from zero. */
const FLAT = 1e-10

/**
 * Twice the inverse, after scaling to a unit diagonal. Directions without information, as between the intercept and all
 * levels of a factor in `(f || g)`, are left out: V does not change along them.
 */
function invertInformation(twice: Float64Array, k: number, fit: LmmEstimate): Float64Array {
  const scales = Float64Array.from({ length: k }, (_, i) => 1 / Math.sqrt(twice[i * (k + 1)]!))
  const scaled = twice.map((value, x) => value * scales[x % k]! * scales[Math.floor(x / k)]!)
  const { values, vectors } = decomposeSymmetric(scaled, k)
  if (!values.every((value) => value > -FLAT)) {
    throw new OptionError("the information about the variance parameters is not positive definite", {
      code: "singular-information",
      where: fit.formula,
      hint: "use Satterthwaite's degrees of freedom, or fewer variance parameters",
    })
  }
  const inverse = new Float64Array(k * k)
  for (let e = 0; e < k; e++) {
    if (values[e]! < FLAT) continue
    for (let i = 0; i < k; i++) {
      for (let j = 0; j < k; j++) {
        const share = (scales[i]! * vectors[i * k + e]! * vectors[j * k + e]! * scales[j]!) / values[e]!
        inverse[i * k + j] = inverse[i * k + j]! + 2 * share
      }
    }
  }
  return inverse
}
