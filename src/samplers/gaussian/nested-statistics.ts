/**
 * Models whose grouping factors are nested in each other, each level of a factor within one of the next: the rows reduced to
 * cross-products, arranged for eliminating all of them level by level. Plain data.
 */
import type { DesignColumn } from "../kernel/gram.ts"
import { rememberSums } from "./remember-sums.ts"
import { type GaussianStatistics, joinSlots, type Reducible, reduceRows, slotsByLevel } from "./statistics.ts"

/** One factor of the nest. */
export interface NestedFactor {
  readonly levels: number
  /** Effects of a level: those of all terms of the factor, one after another. */
  readonly q: number
  /** Columns of a level's equations: its own effects, those of the levels it is in, the coefficients, the response. */
  readonly width: number
  /** Per level q × width: products of its own columns with all of these. */
  readonly products: Float64Array
  /** Levels of the factor before that are in each level: `child[pointer[l]] …`; nothing for the first. */
  readonly pointer: Int32Array
  readonly child: Int32Array
  /** State slots, q a level. */
  readonly slots: Int32Array
  /** Terms: index in `model.effects` and first of its q effects. */
  readonly terms: readonly { readonly effect: number; readonly first: number }[]
}

export interface NestedStatistics {
  /** From the one with the most levels to the one that holds the others. */
  readonly factors: readonly NestedFactor[]
  /** State slots of all effects. */
  readonly slots: Int32Array
}

interface Part {
  readonly effect: number
  readonly columns: readonly DesignColumn[]
}

interface Nest {
  readonly codes: Int32Array
  readonly levels: number
  readonly parts: readonly Part[]
}

/** Other columns beyond which one dense factorisation of them is dearer than a second elimination. */
const SMALL_REST = 32

/** The factors from the inside out, when there are several, large ones, each nested in the next; null otherwise. */
export function findNests(model: Reducible): readonly Nest[] | null {
  const byCodes = new Map<Int32Array, { levels: number; parts: Part[] }>()
  model.effects.forEach(({ node }, effect) => {
    const columns = model.child.columns.filter((column) => column.node === node)
    const { codes, levels } = columns[0]!
    const nest = byCodes.get(codes!) ?? { levels, parts: [] }
    nest.parts.push({ effect, columns })
    byCodes.set(codes!, nest)
  })
  const nests = [...byCodes].map(([codes, nest]) => ({ codes, ...nest })).sort((a, b) => b.levels - a.levels)
  const outer = nests.slice(1).reduce((total, nest) => total + nest.levels * widthOf(nest), 0)
  if (outer < SMALL_REST) return null
  for (let k = 1; k < nests.length; k++) if (parentsOf(nests[k - 1]!, nests[k]!) === null) return null
  return nests
}

const widthOf = ({ parts }: Nest): number => parts.reduce((total, { columns }) => total + columns.length, 0)

/** Multiplications of one factorisation that eliminates nest after nest. */
export function costOfNests(nests: readonly Nest[], coefficients: number): number {
  let width = coefficients + 1
  let cost = width ** 3 / 3
  for (const nest of nests.toReversed()) {
    const q = widthOf(nest)
    width += q
    cost += (nest.levels * q * width * width) / 2
  }
  return cost
}

/** The level of `outer` that each level of `inner` is in; null when one is in several. A level without rows is in the first. */
function parentsOf(inner: Nest, outer: Nest): Int32Array | null {
  const parents = new Int32Array(inner.levels).fill(-1)
  for (let i = 0; i < inner.codes.length; i++) {
    const level = inner.codes[i]!
    const parent = outer.codes[i]!
    if (parents[level] === -1) parents[level] = parent
    else if (parents[level] !== parent) return null
  }
  return parents.map((parent) => Math.max(0, parent))
}

/** Reduces the rows. @returns the nest, and what there is beside it: the coefficients with the innermost factor */
export function reduceNests(
  model: Reducible,
  nests: readonly Nest[],
): { nested: NestedStatistics; statistics: GaussianStatistics } {
  const { columns, residual } = model.child
  const sums = rememberSums(residual.length)
  const inside = nests[0]!.parts.map(({ effect }) => model.effects[effect]!)
  const statistics = reduceRows({ ...model, effects: inside })
  const shared = model.coefficients.map(({ node }) => columns.find((column) => column.node === node)!.values)
  const own = nests.map(({ parts }) => parts.flatMap((part) => part.columns))
  const factors = nests.map((nest, k): NestedFactor => {
    const { codes, levels, parts } = nest
    const q = own[k]!.length
    const front = [...own.slice(k).flatMap((all) => all.map((column) => column.values)), ...shared, residual]
    const width = front.length
    const products = new Float64Array(levels * q * width)
    own[k]!.forEach((z, t) => {
      front.forEach((values, c) => {
        const found = sums.by(z.values, values, codes, levels)
        for (let l = 0; l < levels; l++) products[(l * q + t) * width + c] = found[l]!
      })
    })
    const first = parts.map((_, p) =>
      parts.slice(0, p).reduce((total, part) => total + part.columns.length, 0),
    )
    return {
      levels,
      q,
      width,
      products,
      ...(k === 0
        ? { pointer: new Int32Array(levels + 1), child: new Int32Array(0) }
        : childrenOf(parentsOf(nests[k - 1]!, nest)!, levels)),
      slots: slotsByLevel(own[k]!, levels),
      terms: parts.map(({ effect }, p) => ({ effect, first: first[p]! })),
    }
  })
  return {
    nested: { factors, slots: joinSlots(factors.map(({ slots }) => slots)) },
    statistics,
  }
}

function childrenOf(parents: Int32Array, levels: number): { pointer: Int32Array; child: Int32Array } {
  const pointer = new Int32Array(levels + 1)
  for (const parent of parents) pointer[parent + 1]! += 1
  for (let l = 0; l < levels; l++) pointer[l + 1]! += pointer[l]!
  const next = pointer.slice()
  const child = new Int32Array(parents.length)
  parents.forEach((parent, l) => {
    child[next[parent]!++] = l
  })
  return { pointer, child }
}
