/** Which elements of a block each instance of its child relations hangs on, as compressed rows. */
import type { Dependents } from "./dependents.ts"

/** Which elements of x the instances of a child relation hang on. Plain data. */
export interface FactorPattern {
  readonly relation: number
  readonly instances: Int32Array
  /** Elements of x that instance n hangs on: `columns[start[n]..start[n + 1])`, ascending. */
  readonly start: Int32Array
  readonly columns: Int32Array
  /** The same by element of x: instances (positions in `instances`) and where in `columns` their slope stands. */
  readonly columnStart: Int32Array
  readonly columnInstance: Int32Array
  readonly columnPlace: Int32Array
}

/** Instances of child relations, ascending. */
export interface ChildInstances {
  readonly relation: number
  readonly instances: Int32Array
}

/** An element's own prior, where it counts as a child. */
export type OwnPrior = (column: number) => { readonly relation: number; readonly instance: Int32Array } | null

/**
 * The patterns of some children of a block.
 * @param children those wanted, with their number of instances in the model
 * @param dependents of each element of the block alone
 * @param count number of elements
 * @param ownPrior the instance that draws an element, where that is wanted too
 */
export function findPatterns(
  children: readonly (ChildInstances & { readonly size: number })[],
  { weighed }: Dependents,
  count: number,
  ownPrior: OwnPrior = () => null,
): FactorPattern[] {
  const rows = new Map(children.map((child) => [child.relation, new Rows(child.instances, child.size)]))
  const visit = (add: (rows: Rows, list: Int32Array, from: number, to: number, column: number) => void) => {
    for (let column = 0; column < count; column++) {
      const own = ownPrior(column)
      if (own !== null) add(rows.get(own.relation)!, own.instance, 0, 1, column)
      for (let k = weighed.start[column]!; k < weighed.start[column + 1]!; k++) {
        const child = rows.get(weighed.relation[k]!)
        if (child !== undefined) add(child, weighed.instances, weighed.from[k]!, weighed.to[k]!, column)
      }
    }
  }
  visit((child, list, from, to) => child.count(list, from, to))
  for (const child of rows.values()) child.allocate()
  visit((child, list, from, to, column) => child.enter(list, from, to, column))
  return children.map(({ relation, instances }) => {
    const { start, columns } = rows.get(relation)!
    return { relation, instances, start, columns, ...transpose(start, columns, count) }
  })
}

/** Rows of one child relation: counted first, filled after. */
class Rows {
  readonly start: Int32Array
  columns = new Int32Array(0)
  private readonly place: Int32Array
  private fill = new Int32Array(0)

  constructor(instances: Int32Array, size: number) {
    this.start = new Int32Array(instances.length + 1)
    this.place = new Int32Array(size).fill(-1)
    for (let n = 0; n < instances.length; n++) this.place[instances[n]!] = n
  }

  count(list: Int32Array, from: number, to: number): void {
    const { place, start } = this
    for (let k = from; k < to; k++) {
      const n = place[list[k]!]!
      if (n >= 0) start[n + 1]!++
    }
  }

  allocate(): void {
    const { start } = this
    for (let n = 1; n < start.length; n++) start[n]! += start[n - 1]!
    this.columns = new Int32Array(start[start.length - 1]!)
    this.fill = start.slice()
  }

  enter(list: Int32Array, from: number, to: number, column: number): void {
    const { place, fill, columns } = this
    for (let k = from; k < to; k++) {
      const n = place[list[k]!]!
      if (n >= 0) columns[fill[n]!++] = column
    }
  }
}

/** The rows of a compressed table by column. */
function transpose(start: Int32Array, columns: Int32Array, count: number) {
  const columnStart = new Int32Array(count + 1)
  for (let k = 0; k < columns.length; k++) columnStart[columns[k]! + 1]!++
  for (let c = 0; c < count; c++) columnStart[c + 1]! += columnStart[c]!
  const fill = columnStart.slice()
  const columnInstance = new Int32Array(columns.length)
  const columnPlace = new Int32Array(columns.length)
  for (let n = 0; n + 1 < start.length; n++)
    for (let k = start[n]!; k < start[n + 1]!; k++) {
      const at = fill[columns[k]!]!++
      columnInstance[at] = n
      columnPlace[at] = k
    }
  return { columnStart, columnInstance, columnPlace }
}

/** By column the places of its rows at and below the diagonal in a compressed matrix, for products of rows. */
export interface ProductPattern {
  readonly columnPointers: Int32Array
  readonly rowIndices: Int32Array
  /** By pattern: for each pair of columns of each instance the place of their product. */
  readonly pairs: readonly Int32Array[]
}

/** Columns up to which a table of all pairs is kept. */
const MOST_IN_A_TABLE = 2000

/**
 * The lower triangle of the sum of products of rows with themselves: which elements it has, the diagonal always, and where
 * each product goes.
 */
export function findProducts(patterns: readonly FactorPattern[], n: number): ProductPattern {
  const columnPointers = new Int32Array(n + 1)
  const found: Int32Array[] = []
  const mark = new Int32Array(n).fill(-1)
  for (let column = 0; column < n; column++) {
    const rows = [column]
    mark[column] = column
    for (const { start, columns, columnStart, columnInstance, columnPlace } of patterns)
      for (let k = columnStart[column]!; k < columnStart[column + 1]!; k++) {
        const end = start[columnInstance[k]! + 1]!
        for (let a = columnPlace[k]! + 1; a < end; a++) {
          const row = columns[a]!
          if (mark[row] === column) continue
          mark[row] = column
          rows.push(row)
        }
      }
    found.push(Int32Array.from(rows).sort())
    columnPointers[column + 1] = columnPointers[column]! + rows.length
  }
  const rowIndices = new Int32Array(columnPointers[n]!)
  found.forEach((rows, column) => {
    rowIndices.set(rows, columnPointers[column]!)
  })
  const placeOf = bindPlaces(columnPointers, rowIndices, n)
  return { columnPointers, rowIndices, pairs: patterns.map((pattern) => findPairs(pattern, placeOf)) }
}

type PlaceOf = (row: number, column: number) => number

function bindPlaces(columnPointers: Int32Array, rowIndices: Int32Array, n: number): PlaceOf {
  if (n <= MOST_IN_A_TABLE) {
    const table = new Int32Array(n * n)
    for (let column = 0; column < n; column++)
      for (let k = columnPointers[column]!; k < columnPointers[column + 1]!; k++)
        table[column * n + rowIndices[k]!] = k
    return (row, column) => table[column * n + row]!
  }
  return (row, column) => {
    let low = columnPointers[column]!
    let high = columnPointers[column + 1]! - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (rowIndices[middle]! < row) low = middle + 1
      else high = middle
    }
    return low
  }
}

function findPairs({ start, columns, instances }: FactorPattern, placeOf: PlaceOf): Int32Array {
  let length = 0
  for (let i = 0; i < instances.length; i++) {
    const m = start[i + 1]! - start[i]!
    length += (m * (m + 1)) / 2
  }
  const pairs = new Int32Array(length)
  let at = 0
  let before = -1
  for (let i = 0; i < instances.length; i++) {
    const first = start[i]!
    const m = start[i + 1]! - first
    // Rows of a regression mostly have the columns of the row before.
    if (before >= 0 && isSame(columns, before, first, m)) {
      const count = (m * (m + 1)) / 2
      pairs.copyWithin(at, at - count, at)
      at += count
      before = first
      continue
    }
    before = first
    for (let a = first; a < first + m; a++)
      for (let b = first; b <= a; b++) pairs[at++] = placeOf(columns[a]!, columns[b]!)
  }
  return pairs
}

/** Whether the row before, at `before`, has the same `m` columns as the one at `first`. */
function isSame(columns: Int32Array, before: number, first: number, m: number): boolean {
  if (first - before !== m) return false
  for (let k = 0; k < m; k++) if (columns[before + k] !== columns[first + k]) return false
  return true
}

/** Where an array is not zero. */
export function marked(mark: Uint8Array): Int32Array {
  const found: number[] = []
  for (let i = 0; i < mark.length; i++) if (mark[i] !== 0) found.push(i)
  return Int32Array.from(found)
}
