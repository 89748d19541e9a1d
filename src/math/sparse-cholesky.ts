/**
 * Cholesky factorisation `P A P' = L L'` of a sparse symmetric positive definite matrix: the pattern is analysed once,
 * the numbers are factorised as often as they change, without allocation.
 *
 * ```
 *  pattern ─► ordering ─► elimination tree ─► pattern of L │ values ─► L ─► solve, determinant, draw
 * ```
 */

import { InternalError } from "../core/errors.ts"
import { findEliminationTree, findFactorPattern, postorderForest } from "./elimination-tree.ts"
import { orderByMinimumDegree } from "./minimum-degree.ts"

export interface SparseOrderingOptions {
  /**
   * "minimumDegree" (the default) for little fill, "natural" to keep the order, or a permutation: `ordering[k]` is the
   * column of the matrix that is eliminated as the k-th. The last two are kept exactly.
   */
  readonly ordering?: Int32Array | "minimumDegree" | "natural"
}

/** Entries of L beyond which no memory holds it, nor an index of 32 bits. */
const MOST_ENTRIES = 2 ** 30

/** What depends on the pattern alone; plain data. */
export interface SparseSymbolic {
  readonly size: number
  /** Number of values of the matrix, in the order of the pattern given. */
  readonly entries: number
  /** `permutation[k]` is the column of the matrix that is the k-th pivot; `inversePermutation` the way back. */
  readonly permutation: Int32Array
  readonly inversePermutation: Int32Array
  /** Elimination tree in pivot order: the parent of each column, -1 for a root. */
  readonly parent: Int32Array
  /** Entries of each column of L, diagonal included. */
  readonly columnCounts: Int32Array
  /** L in pivot order: column j is `rowIndices[columnPointers[j]..columnPointers[j + 1])`, diagonal first, ascending. */
  readonly columnPointers: Int32Array
  readonly rowIndices: Int32Array
  /** Row k of L without its diagonal: `rowColumns[rowPointers[k]..rowPointers[k + 1])`, ascending. */
  readonly rowPointers: Int32Array
  readonly rowColumns: Int32Array
  /** The matrix in pivot order by rows of its lower triangle: columns, and which value each is. */
  readonly matrixPointers: Int32Array
  readonly matrixColumns: Int32Array
  readonly matrixSources: Int32Array
  /** Floating-point operations of one factorisation. */
  readonly flops: number
}

/** The numbers; overwritten by every factorisation. */
export interface SparseFactor {
  readonly symbolic: SparseSymbolic
  /** L, as the symbolic `rowIndices` say. */
  readonly values: Float64Array
  readonly scratch: Float64Array
  readonly next: Int32Array
}

/**
 * As `analyseSparseWithin`, for a factor that must be had.
 * @throws InternalError for a pattern or an ordering that is not what it should be, and for one of more than 2³⁰ entries
 */
export function analyseSparse(
  n: number,
  columnPointers: Int32Array,
  rowIndices: Int32Array,
  options: SparseOrderingOptions = {},
): SparseSymbolic {
  const symbolic = analyseSparseWithin(n, columnPointers, rowIndices, MOST_ENTRIES, options)
  if (symbolic !== null) return symbolic
  throw new InternalError(`the factor of a ${n} × ${n} pattern has more than ${MOST_ENTRIES} entries`)
}

/**
 * @param columnPointers length n + 1: column j of the pattern is `rowIndices[columnPointers[j]..columnPointers[j + 1])`
 * @param rowIndices one triangle with the diagonal, in any order within a column: of (i, j) and (j, i) only one
 * @param most entries that the factor may have beside its diagonal
 * @returns null where it has more
 * @throws InternalError for a pattern or an ordering that is not what it should be
 */
export function analyseSparseWithin(
  n: number,
  columnPointers: Int32Array,
  rowIndices: Int32Array,
  most: number,
  options: SparseOrderingOptions = {},
): SparseSymbolic | null {
  checkPattern(n, columnPointers, rowIndices)
  const ordering = options.ordering ?? "minimumDegree"
  const chosen = chooseOrder(n, columnPointers, rowIndices, ordering, most)
  if (chosen === null) return null
  let permutation = chosen
  let matrix = permutePattern(n, columnPointers, rowIndices, permutation)
  let parent = findEliminationTree(n, matrix.pointers, matrix.columns)
  if (ordering === "minimumDegree") {
    // The same fill, with the columns of a subtree side by side in memory.
    const first = permutation
    permutation = postorderForest(parent).map((k) => first[k]!)
    matrix = permutePattern(n, columnPointers, rowIndices, permutation)
    parent = findEliminationTree(n, matrix.pointers, matrix.columns)
  }
  const pattern = findFactorPattern(n, matrix.pointers, matrix.columns, parent, Math.min(most, MOST_ENTRIES))
  if (pattern === null) return null
  const columnCounts = new Int32Array(n)
  let flops = 0
  for (let j = 0; j < n; j++) {
    const count = pattern.columnPointers[j + 1]! - pattern.columnPointers[j]!
    columnCounts[j] = count
    flops += count * count
  }
  return {
    size: n,
    entries: rowIndices.length,
    permutation,
    inversePermutation: invertPermutation(permutation),
    parent,
    columnCounts,
    ...pattern,
    matrixPointers: matrix.pointers,
    matrixColumns: matrix.columns,
    matrixSources: matrix.sources,
    flops,
  }
}

function checkPattern(n: number, pointers: Int32Array, rows: Int32Array): void {
  if (pointers.length !== n + 1 || pointers[0] !== 0 || pointers[n] !== rows.length) {
    throw new InternalError(`the column pointers of a ${n} × ${n} pattern do not span its row indices`)
  }
  const seen = new Int32Array(n).fill(-1)
  for (let j = 0; j < n; j++) {
    for (let at = pointers[j]!; at < pointers[j + 1]!; at++) {
      const i = rows[at]!
      if (i < 0 || i >= n)
        throw new InternalError(`row ${i} of column ${j} lies outside a ${n} × ${n} pattern`)
      if (seen[i] === j) throw new InternalError(`row ${i} stands twice in column ${j} of a pattern`)
      seen[i] = j
    }
    if (seen[j] !== j) throw new InternalError(`column ${j} of a pattern has no diagonal`)
  }
}

function chooseOrder(
  n: number,
  pointers: Int32Array,
  rows: Int32Array,
  ordering: Int32Array | "minimumDegree" | "natural",
  most: number,
): Int32Array | null {
  if (ordering === "natural") return Int32Array.from({ length: n }, (_, k) => k)
  if (ordering === "minimumDegree") {
    const graph = symmetriseOffDiagonal(n, pointers, rows)
    return orderByMinimumDegree(n, graph.pointers, graph.neighbours, most)
  }
  const seen = new Uint8Array(n)
  for (const column of ordering) if (column >= 0 && column < n) seen[column] = 1
  if (ordering.length === n && seen.every((value) => value === 1)) return Int32Array.from(ordering)
  throw new InternalError(`an ordering is no permutation of ${n} columns`)
}

function symmetriseOffDiagonal(
  n: number,
  pointers: Int32Array,
  rows: Int32Array,
): { readonly pointers: Int32Array; readonly neighbours: Int32Array } {
  const starts = new Int32Array(n + 1)
  const each = (visit: (i: number, j: number) => void) => {
    for (let j = 0; j < n; j++) {
      for (let at = pointers[j]!; at < pointers[j + 1]!; at++) if (rows[at] !== j) visit(rows[at]!, j)
    }
  }
  each((i, j) => {
    starts[i + 1] = starts[i + 1]! + 1
    starts[j + 1] = starts[j + 1]! + 1
  })
  for (let j = 0; j < n; j++) starts[j + 1] = starts[j + 1]! + starts[j]!
  const neighbours = new Int32Array(starts[n]!)
  const next = starts.slice(0, n)
  each((i, j) => {
    neighbours[next[i]!] = j
    next[i] = next[i]! + 1
    neighbours[next[j]!] = i
    next[j] = next[j]! + 1
  })
  return { pointers: starts, neighbours }
}

interface PermutedMatrix {
  readonly pointers: Int32Array
  readonly columns: Int32Array
  readonly sources: Int32Array
}

/** The lower triangle of P A P' by rows, diagonal included, columns ascending. */
function permutePattern(
  n: number,
  pointers: Int32Array,
  rows: Int32Array,
  permutation: Int32Array,
): PermutedMatrix {
  const place = invertPermutation(permutation)
  const perRow = new Int32Array(n + 1)
  const perColumn = new Int32Array(n + 1)
  for (let j = 0; j < n; j++) {
    for (let at = pointers[j]!; at < pointers[j + 1]!; at++) {
      const a = place[rows[at]!]!
      const b = place[j]!
      perRow[Math.max(a, b) + 1]!++
      perColumn[Math.min(a, b) + 1]!++
    }
  }
  for (let k = 0; k < n; k++) {
    perRow[k + 1]! += perRow[k]!
    perColumn[k + 1]! += perColumn[k]!
  }
  // Sorted by column, then, stably, by row.
  const byColumn = new Int32Array(rows.length)
  const rowOf = new Int32Array(rows.length)
  const next = perColumn.slice(0, n)
  for (let j = 0; j < n; j++) {
    for (let at = pointers[j]!; at < pointers[j + 1]!; at++) {
      const a = place[rows[at]!]!
      const b = place[j]!
      rowOf[at] = Math.max(a, b)
      byColumn[next[Math.min(a, b)]!++] = at
    }
  }
  const columns = new Int32Array(rows.length)
  const sources = new Int32Array(rows.length)
  const cursor = perRow.slice(0, n)
  for (let column = 0; column < n; column++) {
    for (let k = perColumn[column]!; k < perColumn[column + 1]!; k++) {
      const source = byColumn[k]!
      const to = cursor[rowOf[source]!]!++
      columns[to] = column
      sources[to] = source
    }
  }
  checkNoPairTwice(n, perRow, columns)
  return { pointers: perRow, columns, sources }
}

function checkNoPairTwice(n: number, pointers: Int32Array, columns: Int32Array): void {
  for (let k = 0; k < n; k++) {
    for (let at = pointers[k]! + 1; at < pointers[k + 1]!; at++) {
      if (columns[at] !== columns[at - 1]) continue
      throw new InternalError("a pattern holds an entry and its mirror image; give one triangle")
    }
  }
}

function invertPermutation(permutation: Int32Array): Int32Array {
  const inverse = new Int32Array(permutation.length)
  for (let k = 0; k < permutation.length; k++) inverse[permutation[k]!] = k
  return inverse
}

/** Allocates what `factoriseSparse` overwrites. */
export function createSparseFactor(symbolic: SparseSymbolic): SparseFactor {
  return {
    symbolic,
    values: new Float64Array(symbolic.rowIndices.length),
    scratch: new Float64Array(symbolic.size),
    next: new Int32Array(symbolic.size),
  }
}

/**
 * Overwrites the factor with that of the matrix, row by row: row k of L solves `L x = a_k` with the rows before it (the
 * up-looking algorithm of Davis 2006, section 4.7). Allocates nothing.
 *
 * @param values of the matrix, in the order of the pattern analysed; not changed
 * @returns false, with the factor partly overwritten, when the matrix is not positive definite or a value is NaN
 */
export function factoriseSparse(factor: SparseFactor, values: Float64Array): boolean {
  const { symbolic, values: l, scratch: x, next } = factor
  const { size, columnPointers, rowIndices, rowPointers, rowColumns } = symbolic
  const { matrixPointers, matrixColumns, matrixSources } = symbolic
  x.fill(0)
  for (let k = 0; k < size; k++) {
    for (let at = matrixPointers[k]!; at < matrixPointers[k + 1]!; at++) {
      x[matrixColumns[at]!] = values[matrixSources[at]!]!
    }
    let pivot = x[k]!
    x[k] = 0
    for (let at = rowPointers[k]!; at < rowPointers[k + 1]!; at++) {
      const j = rowColumns[at]!
      const first = columnPointers[j]!
      const end = next[j]!
      const entry = x[j]! / l[first]!
      x[j] = 0
      for (let p = first + 1; p < end; p++) {
        const i = rowIndices[p]!
        x[i] = x[i]! - l[p]! * entry
      }
      pivot -= entry * entry
      l[end] = entry
      next[j] = end + 1
    }
    if (!(pivot > 0 && pivot < Number.POSITIVE_INFINITY)) return false
    l[columnPointers[k]!] = Math.sqrt(pivot)
    next[k] = columnPointers[k]! + 1
  }
  return true
}

/** `x := L⁻¹ x` in place; x in pivot order (see `toPivotOrder`). */
export function solveSparseLower(factor: SparseFactor, x: Float64Array): void {
  const { size, columnPointers, rowIndices } = factor.symbolic
  const l = factor.values
  for (let j = 0; j < size; j++) {
    const first = columnPointers[j]!
    const value = x[j]! / l[first]!
    x[j] = value
    for (let p = first + 1; p < columnPointers[j + 1]!; p++) {
      const i = rowIndices[p]!
      x[i] = x[i]! - l[p]! * value
    }
  }
}

/**
 * `x := L⁻ᵀ x` in place; x in pivot order. With z standard normal, `fromPivotOrder` of `L⁻ᵀ z` has precision A (Rue &
 * Held 2005, Gaussian Markov Random Fields, algorithm 2.4): add the mean for a draw.
 */
export function solveSparseUpper(factor: SparseFactor, x: Float64Array): void {
  const { size, columnPointers, rowIndices } = factor.symbolic
  const l = factor.values
  for (let j = size - 1; j >= 0; j--) {
    const first = columnPointers[j]!
    let value = x[j]!
    for (let p = first + 1; p < columnPointers[j + 1]!; p++) value -= l[p]! * x[rowIndices[p]!]!
    x[j] = value / l[first]!
  }
}

/** `P b`: from the order of the matrix to that of the pivots. `out` must not be `b`. */
export function toPivotOrder(symbolic: SparseSymbolic, b: Float64Array, out: Float64Array): void {
  const { size, permutation } = symbolic
  for (let k = 0; k < size; k++) out[k] = b[permutation[k]!]!
}

/** `P' x`: back from the order of the pivots to that of the matrix. `out` must not be `x`. */
export function fromPivotOrder(symbolic: SparseSymbolic, x: Float64Array, out: Float64Array): void {
  const { size, permutation } = symbolic
  for (let k = 0; k < size; k++) out[permutation[k]!] = x[k]!
}

/** `b := A⁻¹ b` in place, in the order of the matrix. Allocates nothing. */
export function solveSparse(factor: SparseFactor, b: Float64Array): void {
  const x = factor.scratch
  toPivotOrder(factor.symbolic, b, x)
  solveSparseLower(factor, x)
  solveSparseUpper(factor, x)
  fromPivotOrder(factor.symbolic, x, b)
}

/** log |A| of the matrix last factorised. */
export function logDeterminantSparse(factor: SparseFactor): number {
  const { size, columnPointers } = factor.symbolic
  let sum = 0
  // One logarithm for as many pivots as a product can hold.
  let product = 1
  for (let j = 0; j < size; j++) {
    product *= factor.values[columnPointers[j]!]!
    if (product > 1e-100 && product < 1e100) continue
    sum += Math.log(product)
    product = 1
  }
  return 2 * (sum + Math.log(product))
}
