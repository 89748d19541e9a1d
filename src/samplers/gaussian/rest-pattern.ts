/**
 * Which of the other columns meet each other once the levels of the largest factor are eliminated, where few of them do: a factor
 * that the largest is nested or nearly nested in, and what that is nested in. Their equations are then factorised as a
 * sparse matrix. Source: Davis (2006), Direct Methods for Sparse Linear Systems, chapter 4.
 */
import { analyseSparseWithin, type SparseSymbolic } from "../../math/sparse-cholesky.ts"

/** The pattern of the other columns' equations, and where the levels' contributions go. Plain data. */
export interface RestPattern {
  readonly symbolic: SparseSymbolic
  /** Column a of the pattern: rows `row[pointer[a]..pointer[a + 1])`, ascending, none after a, which is the last. */
  readonly pointer: Int32Array
  readonly row: Int32Array
  /** Entry of the pattern for each pair of columns (e, d ≤ e) that a level meets, level by level, e by e. */
  readonly targets: Int32Array
}

/** What is known of the columns before any product is: those each level meets, ascending, in compressed rows. */
export interface Meetings {
  readonly rest: number
  readonly pointer: Int32Array
  readonly column: Int32Array
  /** Sets of columns that share a prior precision matrix: of `levels` levels, `q` columns each, from `first`. */
  readonly blocks: readonly { readonly first: number; readonly levels: number; readonly q: number }[]
}

/** Fewer columns are factorised as a dense matrix, as are those that more of this share of all pairs meet. */
const LEAST_REST = 64
const MOST_DENSE = 0.2
/** Pairs of columns beyond which looking for a pattern takes too long, as an evaluation would. */
const MOST_PAIRS = 1e7
/** Entries of a factor beyond which an evaluation takes about a second; a column of very many may have some. */
const MOST_FILL = 2 ** 23
const MOST_FILL_PER_COLUMN = 32
/** Multiplications with indices take so many times as long as those of the kernels for large dense blocks. */
const SPARSE_COST = 8

/** The pattern where factorising by it is quicker than as a dense matrix; null otherwise. */
export function findRestPattern(meetings: Meetings): RestPattern | null {
  const { rest, pointer, column, blocks } = meetings
  if (rest < LEAST_REST) return null
  const pairs = new Float64Array(pointer.length)
  for (let l = 0; l + 1 < pointer.length; l++) {
    const met = pointer[l + 1]! - pointer[l]!
    pairs[l + 1] = pairs[l]! + (met * (met + 1)) / 2
  }
  if (pairs.at(-1)! > MOST_PAIRS) return null

  // By column: the levels that meet it, as entries of `column`, with their level.
  const starts = new Int32Array(rest + 1)
  for (const c of column) starts[c + 1]! += 1
  for (let c = 0; c < rest; c++) starts[c + 1]! += starts[c]!
  const next = starts.slice(0, rest)
  const entryOf = new Int32Array(column.length)
  const levelOf = new Int32Array(column.length)
  for (let l = 0; l + 1 < pointer.length; l++) {
    for (let e = pointer[l]!; e < pointer[l + 1]!; e++) {
      const at = next[column[e]!]!++
      entryOf[at] = e
      levelOf[at] = l
    }
  }

  const blockStart = new Int32Array(rest).fill(-1)
  for (const { first, levels, q } of blocks)
    for (let k = 0; k < levels * q; k++) blockStart[first + k] = first + k - (k % q)
  const most = Math.min((MOST_DENSE * rest * rest) / 2, 2 ** 30)
  const seen = new Int32Array(rest).fill(-1)
  const place = new Int32Array(rest)
  const found: number[] = []
  const patternPointer = new Int32Array(rest + 1)
  const targets = new Int32Array(pairs.at(-1)!)
  for (let a = 0; a < rest; a++) {
    const rows: number[] = []
    const add = (b: number): void => {
      if (seen[b] === a) return
      seen[b] = a
      rows.push(b)
    }
    for (let k = starts[a]!; k < starts[a + 1]!; k++) {
      const e = entryOf[k]!
      for (let d = pointer[levelOf[k]!]!; d <= e; d++) add(column[d]!)
    }
    for (let b = blockStart[a]! === -1 ? a : blockStart[a]!; b <= a; b++) add(b)
    rows.sort((x, y) => x - y)
    rows.forEach((b, k) => {
      place[b] = found.length + k
    })
    for (const b of rows) found.push(b)
    patternPointer[a + 1] = found.length
    if (found.length > most) return null
    for (let k = starts[a]!; k < starts[a + 1]!; k++) {
      const e = entryOf[k]!
      const start = pointer[levelOf[k]!]!
      const met = e - start
      const base = pairs[levelOf[k]!]! + (met * (met + 1)) / 2
      for (let d = start; d <= e; d++) targets[base + d - start] = place[column[d]!]!
    }
  }
  const row = Int32Array.from(found)
  const symbolic = analyseSparseWithin(rest, patternPointer, row, MOST_FILL + MOST_FILL_PER_COLUMN * rest)
  if (symbolic === null || symbolic.flops * SPARSE_COST > rest ** 3 / 3) return null
  return { symbolic, pointer: patternPointer, row, targets }
}

/** The entry of a pair of columns in the pattern. */
export function entryAt({ pointer, row }: RestPattern, a: number, b: number): number {
  const [high, low] = a > b ? [a, b] : [b, a]
  let from = pointer[high]!
  let to = pointer[high + 1]! - 1
  while (from < to) {
    const middle = (from + to) >> 1
    if (row[middle]! < low) from = middle + 1
    else to = middle
  }
  return from
}
