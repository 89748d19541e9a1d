/**
 * The elements of a collapsed draw as a few that all hang together (the general means) and many small sets of them that hang on
 * each other through these alone (the effects of one group each). Sets with the same products are one class: their equations
 * are factorised once, whatever their number. This is the reduction of the formula's collapsed sampler, for any block.
 */
import type { CollapsedSums, PrecisionTerm } from "./collapsed-sums.ts"
import type { FactorPattern } from "./factor-pattern.ts"

/** Elements at the top, elements of a set, elements of the top that a set hangs on, and kinds of sets with code of their own. */
const MOST_TOP = 16
const MOST_IN_SET = 5
const MOST_COUPLED = 8
const MOST_KINDS = 4
/** Tops that are tried. */
const MOST_TRIALS = 8

/** Sets with the same number of elements that hang on the same number of those at the top. */
export interface SetKind {
  /** Elements of a set; elements of the top that it hangs on. */
  readonly q: number
  readonly u: number
  /** By class: positions at the top of those that it hangs on, `u` each. */
  readonly coupled: Int32Array
  /** By class: its sets, as `members[start[k]..start[k + 1])` counted in sets. */
  readonly start: Int32Array
  /** Elements of each set, `q` each. */
  readonly members: Int32Array
  /**
   * By term: products of each class, those of its elements with each other (lower triangle by rows), then those of each
   * element with the `u` at the top.
   */
  readonly products: readonly Float64Array[]
}

export interface ElementClasses {
  /** Elements at the top. */
  readonly top: Int32Array
  /** By term: the top's own products, lower triangle by rows. */
  readonly topProducts: readonly Float64Array[]
  readonly kinds: readonly SetKind[]
}

/** Position of (a, b), a ≥ b, in a lower triangle by rows. */
export const triangle = (a: number, b: number): number => (a * (a + 1)) / 2 + b

/** Products of two elements, by term. */
interface Couplings {
  /** Neighbours of each element. */
  readonly neighbours: readonly ReadonlySet<number>[]
  /** By term, by `low * n + high`. */
  readonly values: readonly ReadonlyMap<number, number>[]
}

/** The classes that cost least to factorise; null when the elements have no such form. */
export function findElementClasses(
  n: number,
  groups: readonly FactorPattern[],
  pairs: readonly Int32Array[],
  { terms }: CollapsedSums,
): ElementClasses | null {
  const couplings = findCouplings(n, groups, pairs, terms)
  const degrees = couplings.neighbours.map(({ size }) => size)
  const levels = [...new Set(degrees)].sort((a, b) => b - a).slice(0, MOST_TRIALS)
  let best: ElementClasses | null = null
  let least = Infinity
  for (const level of [Infinity, ...levels]) {
    const isTop = degrees.map((degree) => degree >= level)
    const found = splitElements(n, isTop, couplings)
    if (found === null) continue
    const cost = costOf(found)
    if (cost < least) {
      least = cost
      best = found
    }
  }
  return best
}

function findCouplings(
  n: number,
  groups: readonly FactorPattern[],
  pairs: readonly Int32Array[],
  terms: readonly PrecisionTerm[],
): Couplings {
  const entry = new Map<number, number>()
  groups.forEach(({ instances, start, columns }, g) => {
    let at = 0
    for (let i = 0; i < instances.length; i++)
      for (let a = start[i]!; a < start[i + 1]!; a++)
        for (let b = start[i]!; b <= a; b++) {
          const [x, y] = [columns[a]!, columns[b]!]
          entry.set(pairs[g]![at++]!, Math.min(x, y) * n + Math.max(x, y))
        }
  })
  const neighbours = Array.from({ length: n }, () => new Set<number>())
  const values = terms.map(({ places, products }) => {
    const found = new Map<number, number>()
    places.forEach((place, k) => {
      const key = entry.get(place)!
      found.set(key, products[k]!)
      const [low, high] = [Math.floor(key / n), key % n]
      if (low === high) return
      neighbours[low]!.add(high)
      neighbours[high]!.add(low)
    })
    return found
  })
  return { neighbours, values }
}

/** The classes with a given top; null when a part is too large. */
function splitElements(n: number, isTop: readonly boolean[], couplings: Couplings): ElementClasses | null {
  const top = Int32Array.from(isTop.flatMap((is, j) => (is ? [j] : [])))
  if (top.length > MOST_TOP) return null
  const position = new Map(Array.from(top, (j, k) => [j, k]))
  const sets = findSets(n, isTop, couplings)
  if (sets === null) return null
  const { values, neighbours } = couplings
  const product = (t: number, a: number, b: number) =>
    values[t]!.get(Math.min(a, b) * n + Math.max(a, b)) ?? 0
  const kinds = new Map<
    string,
    Map<string, { coupled: number[]; products: number[][]; members: number[][] }>
  >()
  for (const set of sets) {
    const coupled = [...new Set(set.flatMap((j) => [...neighbours[j]!].filter((i) => isTop[i])))].sort(
      (a, b) => a - b,
    )
    if (coupled.length > MOST_COUPLED) return null
    const products = values.map((_, t) => [
      ...set.flatMap((a, k) => set.slice(0, k + 1).map((b) => product(t, a, b))),
      ...set.flatMap((a) => coupled.map((b) => product(t, a, b))),
    ])
    const shape = `${set.length},${coupled.length}`
    const kind = kinds.get(shape) ?? new Map()
    kinds.set(shape, kind)
    const key = `${coupled.join()}:${products.map((one) => one.join()).join(";")}`
    const one = kind.get(key)
    if (one === undefined)
      kind.set(key, { coupled: coupled.map((j) => position.get(j)!), products, members: [set] })
    else one.members.push(set)
  }
  if (kinds.size > MOST_KINDS) return null
  return {
    top,
    topProducts: values.map((_, t) =>
      Float64Array.from(
        Array.from(top, (a, k) => Array.from(top.subarray(0, k + 1), (b) => product(t, a, b))).flat(),
      ),
    ),
    kinds: [...kinds.values()].map((kind): SetKind => {
      const classes = [...kind.values()]
      const start = new Int32Array(classes.length + 1)
      classes.forEach(({ members }, k) => {
        start[k + 1] = start[k]! + members.length
      })
      return {
        q: classes[0]!.members[0]!.length,
        u: classes[0]!.coupled.length,
        coupled: Int32Array.from(classes.flatMap(({ coupled }) => coupled)),
        start,
        members: Int32Array.from(classes.flatMap(({ members }) => members.flat())),
        products: values.map((_, t) => Float64Array.from(classes.flatMap(({ products }) => products[t]!))),
      }
    }),
  }
}

/** Elements that hang together without the top, each set ascending; null when one is too large. */
function findSets(n: number, isTop: readonly boolean[], { neighbours }: Couplings): number[][] | null {
  const seen = Uint8Array.from(isTop, Number)
  const sets: number[][] = []
  for (let j = 0; j < n; j++) {
    if (seen[j] === 1) continue
    const set = [j]
    seen[j] = 1
    for (let k = 0; k < set.length; k++) {
      for (const i of neighbours[set[k]!]!) {
        if (seen[i] === 1) continue
        seen[i] = 1
        set.push(i)
      }
      if (set.length > MOST_IN_SET) return null
    }
    sets.push(set.sort((a, b) => a - b))
  }
  return sets
}

/** Multiplications of a factorisation, about. */
function costOf({ top, kinds }: ElementClasses): number {
  const p = top.length
  const parts = kinds.map(
    ({ q, u, start }) => (start.length - 1) * (20 + q * q * q + 2 * q * q * (u + 1) + q * u * u),
  )
  return parts.reduce((a, b) => a + b, p * p * p + 2 * p * p)
}
