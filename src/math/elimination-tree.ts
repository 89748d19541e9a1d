/** The combinatorics of a sparse Cholesky factor: its elimination tree, a postorder, and the pattern of its rows. */

/**
 * The elimination tree of a symmetric matrix (Liu 1990, SIAM J. Matrix Anal. Appl. 11(1), algorithm 4.2, with path
 * compression): the parent of column j is the first row below the diagonal that is not zero in column j of the factor.
 *
 * @param pointers of row k: its columns up to the diagonal, `columns[pointers[k]..pointers[k + 1])`, in any order
 * @returns the parent of each column, -1 for a root
 */
export function findEliminationTree(n: number, pointers: Int32Array, columns: Int32Array): Int32Array {
  const parent = new Int32Array(n).fill(-1)
  const ancestor = new Int32Array(n).fill(-1)
  for (let k = 0; k < n; k++) {
    for (let at = pointers[k]!; at < pointers[k + 1]!; at++) {
      let j = columns[at]!
      if (j === k) continue
      while (ancestor[j]! >= 0 && ancestor[j] !== k) {
        const up = ancestor[j]!
        ancestor[j] = k
        j = up
      }
      if (ancestor[j]! < 0) {
        ancestor[j] = k
        parent[j] = k
      }
    }
  }
  return parent
}

/**
 * A depth-first postorder of a forest: children stand right before their parent.
 * @returns the nodes in that order
 */
export function postorderForest(parent: Int32Array): Int32Array<ArrayBuffer> {
  const n = parent.length
  const firstChild = new Int32Array(n).fill(-1)
  const sibling = new Int32Array(n).fill(-1)
  for (let j = n - 1; j >= 0; j--) {
    const up = parent[j]!
    if (up < 0) continue
    sibling[j] = firstChild[up]!
    firstChild[up] = j
  }
  const order = new Int32Array(n)
  const stack = new Int32Array(n)
  let done = 0
  for (let root = 0; root < n; root++) {
    if (parent[root]! >= 0) continue
    let top = 0
    stack[0] = root
    while (top >= 0) {
      const node = stack[top]!
      const child = firstChild[node]!
      if (child >= 0) {
        firstChild[node] = sibling[child]!
        stack[++top] = child
      } else {
        order[done++] = node
        top--
      }
    }
  }
  return order
}

/** The pattern of a factor by rows (diagonal left out) and by columns (diagonal first, rows ascending). */
export interface FactorPattern {
  readonly rowPointers: Int32Array
  readonly rowColumns: Int32Array
  readonly columnPointers: Int32Array
  readonly rowIndices: Int32Array
}

/**
 * The pattern of L: row k is the subtree of the elimination tree that is reached from the columns of row k of the matrix
 * on their way to k (Davis 2006, Direct Methods for Sparse Linear Systems, theorem 4.5). Work proportional to the
 * entries of L.
 *
 * @returns null where L has more than `most` entries beside its diagonal, after no more work than they would take
 */
export function findFactorPattern(
  n: number,
  pointers: Int32Array,
  columns: Int32Array,
  parent: Int32Array,
  most: number,
): FactorPattern | null {
  const seen = new Int32Array(n)
  const counts = new Int32Array(n).fill(1)
  const rowPointers = new Int32Array(n + 1)
  const visit = (k: number, found: (j: number) => void) => {
    seen[k] = k
    for (let at = pointers[k]!; at < pointers[k + 1]!; at++) {
      for (let j = columns[at]!; seen[j] !== k; j = parent[j]!) {
        seen[j] = k
        found(j)
      }
    }
  }
  seen.fill(-1)
  let entries = 0
  for (let k = 0; k < n; k++) {
    visit(k, (j) => {
      counts[j] = counts[j]! + 1
      entries++
    })
    if (entries > most) return null
    rowPointers[k + 1] = entries
  }
  const columnPointers = new Int32Array(n + 1)
  for (let j = 0; j < n; j++) columnPointers[j + 1] = columnPointers[j]! + counts[j]!
  const rowIndices = new Int32Array(columnPointers[n]!)
  const next = columnPointers.slice(0, n)
  seen.fill(-1)
  for (let k = 0; k < n; k++) {
    // The diagonal comes first in its column because every row after it is larger.
    rowIndices[next[k]!] = k
    next[k] = next[k]! + 1
    visit(k, (j) => {
      rowIndices[next[j]!] = k
      next[j] = next[j]! + 1
    })
  }
  // Walking the columns in order writes every row with its columns ascending: children before their ancestors.
  const rowColumns = new Int32Array(entries)
  const cursor = rowPointers.slice(0, n)
  for (let j = 0; j < n; j++) {
    for (let at = columnPointers[j]! + 1; at < columnPointers[j + 1]!; at++) {
      const k = rowIndices[at]!
      rowColumns[cursor[k]!] = j
      cursor[k] = cursor[k]! + 1
    }
  }
  return { rowPointers, rowColumns, columnPointers, rowIndices }
}
