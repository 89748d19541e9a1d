/** The non-empty cells of the table of two factors, in time linear in rows and levels. */

/** Cells ordered by level of the first factor, then of the second: compressed rows. Plain data. */
export interface Cells {
  /** Cells of level `l` of the first factor: from `pointer[l]` to `pointer[l + 1]`. */
  readonly pointer: Int32Array
  /** Level of the second factor in each cell, ascending within a level of the first. */
  readonly code: Int32Array
  /** Cell of each row. */
  readonly ofRow: Int32Array
}

/**
 * Numbers the non-empty cells: two stable counting sorts bring rows of one cell together.
 *
 * @param a,b level of each row, 0 … levels − 1
 */
export function findCells(a: Int32Array, levelsA: number, b: Int32Array, levelsB: number): Cells {
  const rows = a.length
  const order = sortBy(a, levelsA, sortBy(b, levelsB, null))
  const pointer = new Int32Array(levelsA + 1)
  const ofRow = new Int32Array(rows)
  const code = new Int32Array(rows)
  let cells = 0
  let lastA = -1
  let lastB = -1
  for (let k = 0; k < rows; k++) {
    const i = order[k]!
    const [la, lb] = [a[i]!, b[i]!]
    if (la !== lastA || lb !== lastB) {
      code[cells++] = lb
      pointer[la + 1]! += 1
      lastA = la
      lastB = lb
    }
    ofRow[i] = cells - 1
  }
  for (let l = 0; l < levelsA; l++) pointer[l + 1]! += pointer[l]!
  return { pointer, code: code.slice(0, cells), ofRow }
}

/** Rows in ascending order of their code, those of one code in the order of `before` (or of the rows). */
export function sortBy(codes: Int32Array, levels: number, before: Int32Array | null): Int32Array {
  const next = new Int32Array(levels)
  for (let i = 0; i < codes.length; i++) next[codes[i]!]! += 1
  let total = 0
  for (let l = 0; l < levels; l++) {
    const count = next[l]!
    next[l] = total
    total += count
  }
  const order = new Int32Array(codes.length)
  if (before === null) for (let i = 0; i < codes.length; i++) order[next[codes[i]!]!++] = i
  else {
    for (let k = 0; k < codes.length; k++) {
      const i = before[k]!
      order[next[codes[i]!]!++] = i
    }
  }
  return order
}
