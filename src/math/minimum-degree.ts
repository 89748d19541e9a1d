/**
 * Approximate minimum degree ordering: a fill-reducing order of the pivots of a sparse symmetric matrix.
 *
 * Amestoy, Davis & Duff (1996), An approximate minimum degree ordering algorithm, SIAM J. Matrix Anal. Appl. 17(4),
 * algorithm 2: quotient graph with element absorption, approximate external degrees, mass elimination, aggressive
 * absorption, and supervariables found by hashing (George & Liu 1989, SIAM Review 31(1), for the ideas before).
 */

/** The graph that is left after some pivots: variables with their lists, and elements, the cliques of old pivots. */
interface QuotientGraph {
  /** Of each variable: its elements, then its variables, from `start`; never more than it had neighbours. */
  readonly lists: Int32Array
  readonly start: Int32Array
  readonly elementCount: Int32Array
  readonly length: Int32Array
  /** Number of columns a variable stands for; 0 when it is eliminated, or part of another. */
  readonly weight: Int32Array
  /** Of each element: its variables in `pool`; `elementWeight` their columns, 0 once absorbed. */
  readonly elementStart: Int32Array
  readonly elementEnd: Int32Array
  readonly elementWeight: Int32Array
  pool: Int32Array
  poolEnd: number
}

/** Variables by approximate degree, doubly linked. */
interface DegreeLists {
  readonly head: Int32Array
  readonly next: Int32Array
  readonly previous: Int32Array
  readonly degree: Int32Array
  lowest: number
}

/** Stamps, so that no mark is ever cleared. */
interface Marks {
  readonly variable: Int32Array
  readonly element: Int32Array
  readonly outside: Int32Array
  stamp: number
}

/** A column with more neighbours than this many times √n is ordered last, as good as full. */
const DENSE = 10

/**
 * @param pointers of the full symmetric pattern without its diagonal: neighbours of column j are
 *   `neighbours[pointers[j]..pointers[j + 1])`, each once
 * @param neighbours not changed
 * @param most entries that the factor may have beside its diagonal
 * @returns the permutation: its k-th number is the column eliminated as the k-th; null where the factor will have more entries, as
 *   soon as that shows
 */
export function orderByMinimumDegree(
  n: number,
  pointers: Int32Array,
  neighbours: Int32Array,
  most: number,
): Int32Array<ArrayBuffer> | null {
  const graph = newQuotientGraph(n, pointers, neighbours)
  const lists = newDegreeLists(n)
  const marks: Marks = {
    variable: new Int32Array(n),
    element: new Int32Array(n),
    outside: new Int32Array(n),
    stamp: 0,
  }
  const dense: number[] = []
  const limit = Math.max(16, DENSE * Math.sqrt(n))
  for (let i = n - 1; i >= 0; i--) {
    if (graph.length[i]! > limit) {
      dense.push(i)
      graph.weight[i] = 0
    } else insertDegree(lists, i, graph.length[i]!)
  }
  // Columns ordered together with a variable follow it in a chain.
  const follower = new Int32Array(n).fill(-1)
  const last = Int32Array.from({ length: n }, (_, i) => i)
  const chain = (to: number, from: number) => {
    follower[last[to]!] = from
    last[to] = last[from]!
  }
  const hashHead = new Int32Array(n).fill(-1)
  const hashNext = new Int32Array(n)
  const hashes = new Int32Array(n)
  const order = new Int32Array(n)
  let done = 0
  let filled = 0
  const live = n - dense.length
  while (done < live) {
    const pivot = takeLowest(lists)
    const columns = graph.weight[pivot]!
    formElement(graph, lists, marks, pivot)
    const remaining = live - done - columns
    const massed = updateNeighbours(graph, lists, marks, pivot, remaining, hashes, chain)
    mergeIndistinguishable(graph, lists, marks, pivot, hashes, hashHead, hashNext, chain)
    closeElement(graph, lists, pivot, remaining - massed)
    // The pivot's neighbours all meet each other from now on.
    const clique = graph.elementWeight[pivot]!
    filled += columns * clique
    if (filled + (clique * (clique - 1)) / 2 > most) return null
    for (let i = pivot; i >= 0; i = follower[i]!) order[done++] = i
  }
  for (const i of dense.reverse()) order[done++] = i
  return order
}

function newQuotientGraph(n: number, pointers: Int32Array, neighbours: Int32Array): QuotientGraph {
  const length = new Int32Array(n)
  for (let i = 0; i < n; i++) length[i] = pointers[i + 1]! - pointers[i]!
  return {
    lists: Int32Array.from(neighbours),
    start: pointers.slice(0, n),
    elementCount: new Int32Array(n),
    length,
    weight: new Int32Array(n).fill(1),
    elementStart: new Int32Array(n),
    elementEnd: new Int32Array(n),
    elementWeight: new Int32Array(n),
    pool: new Int32Array(Math.max(64, neighbours.length)),
    poolEnd: 0,
  }
}

function newDegreeLists(n: number): DegreeLists {
  return {
    head: new Int32Array(n + 1).fill(-1),
    next: new Int32Array(n).fill(-1),
    previous: new Int32Array(n).fill(-1),
    degree: new Int32Array(n),
    lowest: 0,
  }
}

function insertDegree(lists: DegreeLists, i: number, degree: number): void {
  const first = lists.head[degree]!
  lists.degree[i] = degree
  lists.next[i] = first
  lists.previous[i] = -1
  if (first >= 0) lists.previous[first] = i
  lists.head[degree] = i
  if (degree < lists.lowest) lists.lowest = degree
}

function removeDegree(lists: DegreeLists, i: number): void {
  const before = lists.previous[i]!
  const after = lists.next[i]!
  if (before >= 0) lists.next[before] = after
  else lists.head[lists.degree[i]!] = after
  if (after >= 0) lists.previous[after] = before
}

function takeLowest(lists: DegreeLists): number {
  while (lists.head[lists.lowest]! < 0) lists.lowest++
  const i = lists.head[lists.lowest]!
  removeDegree(lists, i)
  return i
}

/** The new element: the pivot's variables and those of its elements, which it absorbs. They leave the degree lists. */
function formElement(graph: QuotientGraph, lists: DegreeLists, marks: Marks, pivot: number): void {
  const { weight } = graph
  const stamp = ++marks.stamp
  marks.variable[pivot] = stamp
  const begin = graph.start[pivot]!
  const elements = begin + graph.elementCount[pivot]!
  let room = graph.length[pivot]!
  for (let at = begin; at < elements; at++) {
    const e = graph.lists[at]!
    room += graph.elementEnd[e]! - graph.elementStart[e]!
  }
  if (graph.poolEnd + room > graph.pool.length) {
    const larger = new Int32Array(2 * graph.pool.length + room)
    larger.set(graph.pool)
    graph.pool = larger
  }
  const { pool } = graph
  graph.elementStart[pivot] = graph.poolEnd
  const take = (i: number) => {
    if (weight[i] === 0 || marks.variable[i] === stamp) return
    marks.variable[i] = stamp
    pool[graph.poolEnd++] = i
    removeDegree(lists, i)
  }
  for (let at = begin; at < elements; at++) {
    const e = graph.lists[at]!
    if (graph.elementWeight[e] === 0) continue
    for (let k = graph.elementStart[e]!; k < graph.elementEnd[e]!; k++) take(pool[k]!)
    graph.elementWeight[e] = 0
  }
  for (let at = elements; at < begin + graph.length[pivot]!; at++) take(graph.lists[at]!)
  graph.elementEnd[pivot] = graph.poolEnd
  graph.weight[pivot] = 0
}

/**
 * Prunes the lists of the element's variables and bounds their degrees; those without a neighbour outside the element
 * are eliminated with the pivot.
 *
 * @returns how many columns were
 */
function updateNeighbours(
  graph: QuotientGraph,
  lists: DegreeLists,
  marks: Marks,
  pivot: number,
  remaining: number,
  hashes: Int32Array,
  chain: (to: number, from: number) => void,
): number {
  const { pool, weight, start, elementCount, elementWeight } = graph
  const { stamp } = marks
  const first = graph.elementStart[pivot]!
  const end = graph.elementEnd[pivot]!
  let inside = 0
  for (let k = first; k < end; k++) {
    const i = pool[k]!
    inside += weight[i]!
    for (let at = start[i]!; at < start[i]! + elementCount[i]!; at++) {
      const e = graph.lists[at]!
      if (elementWeight[e] === 0) continue
      if (marks.element[e] !== stamp) {
        marks.element[e] = stamp
        marks.outside[e] = elementWeight[e]!
      }
      marks.outside[e] = marks.outside[e]! - weight[i]!
    }
  }
  let massed = 0
  for (let k = first; k < end; k++) {
    const i = pool[k]!
    const outside = pruneLists(graph, marks, pivot, i, hashes)
    if (outside === 0) {
      massed += weight[i]!
      weight[i] = 0
      chain(pivot, i)
      continue
    }
    const others = inside - weight[i]!
    const bound = Math.min(lists.degree[i]! + others, outside + others, remaining - weight[i]!)
    lists.degree[i] = bound
  }
  return massed
}

/** Leaves live elements not inside the pivot's, the pivot, and live variables outside it. Returns their columns. */
function pruneLists(
  graph: QuotientGraph,
  marks: Marks,
  pivot: number,
  i: number,
  hashes: Int32Array,
): number {
  const { lists, elementWeight, weight } = graph
  const { stamp } = marks
  const begin = graph.start[i]!
  const middle = begin + graph.elementCount[i]!
  const end = begin + graph.length[i]!
  let outside = 0
  let hash = pivot
  let to = begin
  for (let at = begin; at < middle; at++) {
    const e = lists[at]!
    if (elementWeight[e] === 0) continue
    const left = marks.outside[e]!
    if (left === 0) {
      // Wholly inside the new element: absorbed although the pivot was not in it.
      elementWeight[e] = 0
      continue
    }
    outside += left
    hash = (hash + e) | 0
    lists[to++] = e
  }
  let variables = middle
  for (let at = middle; at < end; at++) {
    const j = lists[at]!
    if (weight[j] === 0 || marks.variable[j] === stamp) continue
    outside += weight[j]!
    hash = (hash + j) | 0
    lists[variables++] = j
  }
  // The pivot takes the place of an element it absorbed, or of itself among the variables.
  if (to === middle) {
    if (variables > middle) lists[variables] = lists[middle]!
    lists[to++] = pivot
    graph.length[i] = variables + 1 - begin
  } else {
    lists[to++] = pivot
    graph.length[i] = to - begin + variables - middle
    lists.copyWithin(to, middle, variables)
  }
  graph.elementCount[i] = to - begin
  hashes[i] = hash >>> 1
  return outside
}

/** Variables of the element with the same lists become one. */
function mergeIndistinguishable(
  graph: QuotientGraph,
  lists: DegreeLists,
  marks: Marks,
  pivot: number,
  hashes: Int32Array,
  hashHead: Int32Array,
  hashNext: Int32Array,
  chain: (to: number, from: number) => void,
): void {
  const { pool, weight } = graph
  const n = weight.length
  const first = graph.elementStart[pivot]!
  const end = graph.elementEnd[pivot]!
  for (let k = first; k < end; k++) {
    const i = pool[k]!
    if (weight[i] === 0) continue
    const bucket = hashes[i]! % n
    hashNext[i] = hashHead[bucket]!
    hashHead[bucket] = i
  }
  for (let k = first; k < end; k++) {
    const bucket = hashes[pool[k]!]! % n
    let i = hashHead[bucket]!
    hashHead[bucket] = -1
    for (; i >= 0 && hashNext[i]! >= 0; i = hashNext[i]!) {
      if (weight[i] === 0) continue
      const stamp = markLists(graph, marks, i)
      for (let j = hashNext[i]!; j >= 0; j = hashNext[j]!) {
        if (weight[j] === 0 || !hasSameLists(graph, marks, i, j, stamp)) continue
        lists.degree[i] = lists.degree[i]! - weight[j]!
        weight[i] = weight[i]! + weight[j]!
        weight[j] = 0
        chain(i, j)
      }
    }
  }
}

function markLists(graph: QuotientGraph, marks: Marks, i: number): number {
  const stamp = ++marks.stamp
  const begin = graph.start[i]!
  const middle = begin + graph.elementCount[i]!
  for (let at = begin; at < middle; at++) marks.element[graph.lists[at]!] = stamp
  for (let at = middle; at < begin + graph.length[i]!; at++) marks.variable[graph.lists[at]!] = stamp
  return stamp
}

function hasSameLists(graph: QuotientGraph, marks: Marks, i: number, j: number, stamp: number): boolean {
  if (graph.length[i] !== graph.length[j] || graph.elementCount[i] !== graph.elementCount[j]) return false
  const begin = graph.start[j]!
  const middle = begin + graph.elementCount[j]!
  for (let at = begin; at < middle; at++) if (marks.element[graph.lists[at]!] !== stamp) return false
  for (let at = middle; at < begin + graph.length[j]!; at++) {
    if (marks.variable[graph.lists[at]!] !== stamp) return false
  }
  return true
}

/** Drops what was merged or eliminated from the element and puts the rest back into the degree lists. */
function closeElement(graph: QuotientGraph, lists: DegreeLists, pivot: number, remaining: number): void {
  const { pool, weight } = graph
  let to = graph.elementStart[pivot]!
  let columns = 0
  for (let k = to; k < graph.elementEnd[pivot]!; k++) {
    const i = pool[k]!
    if (weight[i] === 0) continue
    columns += weight[i]!
    pool[to++] = i
    insertDegree(lists, i, Math.max(0, Math.min(lists.degree[i]!, remaining - weight[i]!)))
  }
  graph.elementEnd[pivot] = to
  graph.poolEnd = to
  graph.elementWeight[pivot] = columns
}
