/**
 * The parts of Kenward and Roger's adjustment that move with the covariance matrix of the residuals.
 *
 * In whitened rows the derivative of that matrix is `M_i = W S_i W'`, which stays within series. In the notation of
 * `BlockedRows`, with `f_i = Z'M_iE` and `F_i = Z'M_iZ`,
 *
 *   U'H⁻¹M_iH⁻¹U = E'M_iE,   Z'H⁻¹M_iE = (I − AG)f_i,   Z'H⁻¹M_iH⁻¹Z = (I − AG)F_i(I − GA)
 *   E'M_iH⁻¹M_jE = (M_iE)'M_jE − f_i'Nf_j
 *   tr(H⁻¹M_iH⁻¹M_j) = tr(M_iM_j) − 2 tr(NZ'M_iM_jZ) + tr(NF_iNF_j)
 *
 * so that no matrix is larger than a series, or than a block of random effects.
 */

import { OptionError } from "../core/errors.ts"
import { dot } from "../math/compensated-sum.ts"
import { addInner, multiplySquare, multiplyTall, traceOf, traceOfProduct } from "./dense-products.ts"
import type { Direction } from "./kenward-roger-directions.ts"
import { applyDirection } from "./kenward-roger-directions.ts"
import type { Parts, SecondPart } from "./kenward-roger-parts.ts"
import type { BlockedRows } from "./kenward-roger-rows.ts"
import { gatherByBlock, gatherSquares, multiplyRowwise } from "./kenward-roger-rows.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import type { CorrelationTransform } from "./structures/correlation.ts"
import type { ResidualCovariance } from "./structures/residual-covariance.ts"
import { longestSeries } from "./structures/series.ts"
import type { SeriesMatrix } from "./structures/series-matrix.ts"
import { fillSeries, multiplySeries, traceOfSeries, whitenSeries } from "./structures/series-matrix.ts"

/** Numbers in the derivatives of the residuals' covariance matrix; 400 megabytes. */
const MAX_ENTRIES = 5e7

/** What the products need of one parameter of the residuals. */
interface Moved {
  readonly m: SeriesMatrix
  /** M E, and Z'ME of each block. */
  readonly me: readonly Float64Array[]
  readonly f: readonly Float64Array[]
  /** M Z, row by row N times it, and N Z'MZ of each block. */
  readonly mz: readonly Float64Array[]
  readonly nmz: readonly Float64Array[]
  readonly square: readonly Float64Array[]
  readonly scaled: readonly Float64Array[]
}

/**
 * Fills the parts of the last `residual.count` parameters and of their pairs with the directions before them.
 *
 * @returns the second derivatives
 * @throws OptionError when series are too long
 */
export function addResidualParts(
  fit: LmmEstimate,
  rows: BlockedRows,
  transform: CorrelationTransform,
  directions: readonly Direction[],
  residual: ResidualCovariance,
  { p, q, trace }: Parts,
): readonly SecondPart[] {
  const { series, count } = residual
  checkSize(fit, residual)
  const { system } = fit.state.criterion
  const c = rows.e.length
  const k = p.length
  const d = directions.length
  const moved = Array.from({ length: count }, (_, i): Moved => {
    const m = fillSeries(series, (a, b) => residual.first(i, a, b)) ?? []
    whitenSeries(series, m, transform)
    const times = (column: Float64Array): Float64Array => multiplySeries(series, m, column)
    const me = rows.e.map(times)
    const mz = rows.z.map(times)
    const square = gatherSquares(rows, mz)
    const scaled = square.map((own, b) => multiplySquare(rows.blocks[b]!.n, own, rows.blocks[b]!.size))
    return { m, me, f: gatherByBlock(rows, me), mz, nmz: multiplyRowwise(rows, mz), square, scaled }
  })
  moved.forEach((own, i) => {
    p[d + i]!.set(innerOfColumns(rows.e, own.me).map((value) => -value))
    moved.slice(0, i + 1).forEach((other, j) => {
      const product = innerOfColumns(own.me, other.me)
      let sum = own.m.reduce((total, column, x) => total + dot(column, other.m[x]!), 0)
      own.mz.forEach((column, t) => {
        sum -= 2 * dot(column, other.nmz[t]!)
      })
      rows.blocks.forEach(({ n, size }, b) => {
        sum += traceOfProduct(own.scaled[b]!, other.scaled[b]!, size)
        addInner(product, own.f[b]!, multiplyTall(n, other.f[b]!, size, c), size, c, -1)
      })
      place(q, trace, k, d + i, d + j, product, sum)
    })
    directions.forEach((direction, j) => {
      const product = new Float64Array(c * c)
      let sum = 0
      rows.blocks.forEach((block, b) => {
        const { size, rest } = block
        const db = applyDirection(direction, block, system, block.b, c)
        addInner(product, multiplyTall(rest, own.f[b]!, size, c), db, size, c, 1)
        const inside = multiplySquare(
          multiplySquare(rest, own.square[b]!, size),
          transposed(rest, size),
          size,
        )
        sum += traceOf(applyDirection(direction, block, system, inside, size), size)
      })
      place(q, trace, k, d + i, j, product, sum)
    })
  })
  return secondParts(rows, transform, residual, d)
}

/** Q_ij and Q_ji, which is its transpose. */
function place(
  q: readonly Float64Array[],
  trace: Float64Array,
  k: number,
  i: number,
  j: number,
  product: Float64Array,
  sum: number,
): void {
  q[i * k + j]!.set(product)
  q[j * k + i]!.set(transposed(product, Math.round(Math.sqrt(product.length))))
  trace[i * k + j] = sum
  trace[j * k + i] = sum
}

function secondParts(
  rows: BlockedRows,
  transform: CorrelationTransform,
  { series, count, second }: ResidualCovariance,
  offset: number,
): readonly SecondPart[] {
  if (second === null) return []
  const parts: SecondPart[] = []
  for (let i = 0; i < count; i++) {
    for (let j = i; j < count; j++) {
      const m = fillSeries(series, (a, b) => second(i, j, a, b))
      if (m === null) continue
      whitenSeries(series, m, transform)
      const matrix = innerOfColumns(
        rows.e,
        rows.e.map((column) => multiplySeries(series, m, column)),
      )
      const nz = multiplyRowwise(rows, rows.z)
      let trace = traceOfSeries(series, m)
      rows.z.forEach((column, t) => {
        trace -= dot(nz[t]!, multiplySeries(series, m, column))
      })
      parts.push({ i: offset + i, j: offset + j, matrix, trace, isOfFactor: false })
    }
  }
  return parts
}

/** L'R of columns, row-major. */
function innerOfColumns(left: readonly Float64Array[], right: readonly Float64Array[]): Float64Array {
  return Float64Array.from(left.flatMap((a) => right.map((b) => dot(a, b))))
}

function transposed(m: Float64Array, n: number): Float64Array {
  return m.map((_, x) => m[(x % n) * n + Math.floor(x / n)]!)
}

function checkSize({ nobs, formula }: LmmEstimate, { series, count }: ResidualCovariance): void {
  const longest = longestSeries(series)
  if (nobs * longest * count <= MAX_ENTRIES) return
  throw new OptionError(`a series has ${longest} rows, too many for Kenward and Roger's adjustment`, {
    code: "too-long-series",
    where: formula,
    hint: "use Satterthwaite's degrees of freedom",
  })
}
