/** Which elements of a block each instance of its child relations hangs on, as compressed rows. */
import type { TargetRuns } from "./dependents.ts"
import { IntegerList } from "./integer-list.ts"

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

export interface WantedChild extends ChildInstances {
  readonly size: number
  readonly counts?: Uint8Array
}

/** By element the instance that draws it, where its own prior counts as a child: a relation of −1 where it does not. */
export interface OwnPriors {
  readonly relation: Int32Array
  readonly instance: Int32Array
}

/**
 * The patterns of some children of a block.
 * @param children those wanted, with their number of instances in the model and, where not all elements count, by element
 *   whether it does
 * @param weighed children of each element of the block alone
 * @param count number of elements
 * @param own priors of the elements, where these are wanted too
 */
export function findPatterns(
  children: readonly WantedChild[],
  weighed: TargetRuns,
  count: number,
  own: OwnPriors | null = null,
): FactorPattern[] {
  const rows = new Map(children.map((child) => [child.relation, new Rows(child)]))
  const visit = (add: (rows: Rows, list: Int32Array, from: number, to: number, column: number) => void) => {
    for (let column = 0; column < count; column++) {
      if (own !== null && own.relation[column]! >= 0)
        add(rows.get(own.relation[column]!)!, own.instance, column, column + 1, column)
      for (let k = weighed.start[column]!; k < weighed.start[column + 1]!; k++) {
        const child = rows.get(weighed.relation[k]!)
        if (child !== undefined && child.counts?.[column] !== 0)
          add(child, weighed.instances, weighed.from[k]!, weighed.to[k]!, column)
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
  readonly counts: Uint8Array | undefined
  private readonly place: Int32Array
  private fill = new Int32Array(0)

  constructor({ instances, size, counts }: WantedChild) {
    this.counts = counts
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

/**
 * The lower triangle of the sum of products of rows with themselves: which elements it has, the diagonal always, and where
 * each product goes.
 */
export function findProducts(patterns: readonly FactorPattern[], n: number): ProductPattern {
  const all = patterns.map((pattern) => ({ ...pattern, ...layPairs(pattern) }))
  const columnPointers = new Int32Array(n + 1)
  const rows = new IntegerList()
  const mark = new Int32Array(n).fill(-1)
  const placeOf = new Int32Array(n)
  for (let column = 0; column < n; column++) {
    const first = rows.length
    rows.push(column)
    mark[column] = column
    for (const pattern of all) addRows(pattern, column, mark, rows)
    columnPointers[column + 1] = rows.length
    const own = rows.sortFrom(first)
    for (let k = 0; k < own.length; k++) placeOf[own[k]!] = first + k
    for (const pattern of all) placePairs(pattern, column, placeOf)
  }
  for (const { like, offsets, pairs } of all)
    for (let i = 1; i < like.length; i++)
      if (like[i] !== i) pairs.copyWithin(offsets[i]!, offsets[like[i]!]!, offsets[like[i]! + 1]!)
  return { columnPointers, rowIndices: rows.finish(), pairs: all.map(({ pairs }) => pairs) }
}

type PairedPattern = FactorPattern & ReturnType<typeof layPairs>

/** Adds the columns after `column` that stand in a row with it. */
function addRows(
  { start, columns, columnStart, columnInstance, columnPlace, like }: PairedPattern,
  column: number,
  mark: Int32Array,
  rows: IntegerList,
): void {
  for (let k = columnStart[column]!, end = columnStart[column + 1]!; k < end; k++) {
    const instance = columnInstance[k]!
    if (like[instance] !== instance) continue
    for (let a = columnPlace[k]! + 1, last = start[instance + 1]!; a < last; a++) {
      const row = columns[a]!
      if (mark[row] === column) continue
      mark[row] = column
      rows.push(row)
    }
  }
}

/** Writes the places of the pairs of `column` with itself and what comes after it. */
function placePairs(
  { start, columns, columnStart, columnInstance, columnPlace, like, offsets, pairs }: PairedPattern,
  column: number,
  placeOf: Int32Array,
): void {
  for (let k = columnStart[column]!, end = columnStart[column + 1]!; k < end; k++) {
    const instance = columnInstance[k]!
    if (like[instance] !== instance) continue
    const from = start[instance]!
    const last = start[instance + 1]!
    const own = columnPlace[k]! - from
    // The pair of the columns a and b, b <= a, stands at a (a + 1) / 2 + b.
    let at = offsets[instance]! + (own * (own + 1)) / 2 + own
    for (let a = from + own; a < last; a++) {
      pairs[at] = placeOf[columns[a]!]!
      at += a - from + 1
    }
  }
}

/** Where the pairs of each instance begin, and by instance the first that has the same columns, as those of a group do. */
function layPairs({ start, columns, instances }: FactorPattern) {
  const count = instances.length
  const offsets = new Int32Array(count + 1)
  for (let i = 0; i < count; i++) {
    const m = start[i + 1]! - start[i]!
    offsets[i + 1] = offsets[i]! + (m * (m + 1)) / 2
  }
  return { offsets, like: findAlike(start, columns, count), pairs: new Int32Array(offsets[count]!) }
}

/** By row the first row with the same columns. */
function findAlike(start: Int32Array, columns: Int32Array, count: number): Int32Array {
  const like = new Int32Array(count)
  let size = 16
  while (size < 2 * count) size *= 2
  // Rows by a hash of their columns; the next place where one is taken by others.
  const table = new Int32Array(size)
  for (let i = 0; i < count; i++) {
    const first = start[i]!
    const end = start[i + 1]!
    let hash = end - first
    for (let k = first; k < end; k++) hash = Math.imul(hash, 31) + columns[k]!
    hash ^= hash >>> 15
    for (let at = hash & (size - 1); ; at = (at + 1) & (size - 1)) {
      const other = table[at]! - 1
      if (other >= 0 && !isSame(columns, start[other]!, start[other + 1]!, first, end)) continue
      if (other < 0) table[at] = i + 1
      like[i] = other < 0 ? i : other
      break
    }
  }
  return like
}

/** Whether two ranges of `columns` hold the same. */
function isSame(columns: Int32Array, from: number, to: number, first: number, end: number): boolean {
  if (to - from !== end - first) return false
  for (let k = 0; k < to - from; k++) if (columns[from + k] !== columns[first + k]) return false
  return true
}

/** Where an array is not zero. */
export function marked(mark: Uint8Array): Int32Array {
  const found = new Int32Array(mark.length)
  let count = 0
  for (let i = 0; i < mark.length; i++) if (mark[i] !== 0) found[count++] = i
  return found.slice(0, count)
}
