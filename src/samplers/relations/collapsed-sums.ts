/** Sums over the normal children of a block of elements, taken once: what multiplies each precision in the equations. */
import type { SparseSymbolic } from "../../math/sparse-cholesky.ts"
import { createSparseFactor, factoriseSparse, solveSparse } from "../../math/sparse-cholesky.ts"
import type { Dependents } from "./dependents.ts"
import type { Engine } from "./engine.ts"
import type { FactorGroup } from "./gaussian-factors.ts"
import type { GaussianMatch } from "./gaussian-kernel.ts"
import { relationOf } from "./site.ts"

/**
 * What one precision p, or one element of a precision matrix, multiplies: with residuals e = e₀ + G δ from a fixed point,
 * Σ e' P e = Σ_p p (δ'A δ + 2 r'δ + c).
 */
export interface PrecisionTerm {
  /** Position of the group, and of p in its precision matrix: row ≥ column, both 0 for a number. */
  readonly group: number
  readonly row: number
  readonly column: number
  /** Lower triangle of A: places in the values of Q; products that are 0 left out. */
  readonly places: Int32Array
  readonly products: Float64Array
  /** r, by element. Changes with the data. */
  readonly columns: Int32Array
  readonly cross: Float64Array
  /** c. Changes with the data. */
  squares: number
}

export interface CollapsedSums {
  readonly terms: readonly PrecisionTerm[]
  /** The fixed point. */
  readonly centre: Float64Array
  /**
   * Brings r and c in step with the data of a state, which are those of the graph but in simulations; says whether they
   * were. Allocates nothing.
   */
  refresh(s: Float64Array): boolean
}

/** A group with its residuals, which follow the data. */
interface GroupResiduals {
  readonly group: FactorGroup
  readonly terms: readonly PrecisionTerm[]
  /** For each of the group's columns its position in r. */
  readonly positions: Int32Array
  readonly residuals: Float64Array
  /** Slots and values of the data; none where the values are elements of the block. */
  readonly slots: Int32Array
  readonly values: Float64Array
}

/** Sums of the groups that are reduced, from a point near the middle, against cancellation. */
export function sumGroups(
  match: GaussianMatch & { readonly reduced: Uint8Array },
  engine: Engine,
): CollapsedSums {
  const { factors, pairs, reduced } = match
  const chosen = factors.groups.flatMap((group, g) =>
    reduced[g] === 1 ? [{ g, group, pairs: pairs[g]! }] : [],
  )
  const sumAt = (centre: Float64Array): GroupResiduals[] =>
    chosen.map(({ g, group, pairs: own }) =>
      sumGroup(g, group, own, residualsAt(match, engine, group, centre), engine),
    )
  const start = new Float64Array(factors.slots.length)
  const first = sumAt(start)
  const middle = findMiddle(match, first)
  const parts = middle === null ? first : sumAt(middle)
  return {
    terms: parts.flatMap(({ terms }) => terms),
    centre: middle ?? start,
    refresh(s) {
      let wasSame = true
      for (let k = 0; k < parts.length; k++) if (!refreshGroup(parts[k]!, s)) wasSame = false
      return wasSame
    },
  }
}

/** The point where the residuals are least when every precision is 1; null when it is not known. */
function findMiddle(
  {
    symbolic,
    diagonal,
    factors,
  }: { symbolic: SparseSymbolic; diagonal: Int32Array; factors: GaussianMatch["factors"] },
  parts: readonly GroupResiduals[],
): Float64Array | null {
  const q = new Float64Array(symbolic.entries)
  const b = new Float64Array(factors.slots.length)
  for (const { places, products, columns, cross, row, column } of parts.flatMap(({ terms }) => terms)) {
    if (row !== column) continue
    places.forEach((place, k) => {
      q[place]! += products[k]!
    })
    columns.forEach((at, k) => {
      b[at]! -= cross[k]!
    })
  }
  // Elements of which only other groups know keep their zero.
  diagonal.forEach((place) => {
    q[place]! += 1e-8 * (1 + q[place]!)
  })
  const factor = createSparseFactor(symbolic)
  if (!factoriseSparse(factor, q)) return null
  solveSparse(factor, b)
  return b.every(Number.isFinite) ? b : null
}

/** Residuals of a group, `width` for each instance, where the elements have given values. */
function residualsAt(
  { factors, after }: { factors: GaussianMatch["factors"]; after: Dependents },
  engine: Engine,
  { relation, instances, width }: FactorGroup,
  x: Float64Array,
): Float64Array {
  const f = engine.functions[relation]!
  const out = new Float64Array(width * instances.length)
  if (f.kind !== "stochastic") return out
  const s = engine.graph.values.slice()
  factors.slots.forEach((slot, k) => {
    s[slot] = x[k]!
  })
  const runs = after.computed
  engine.compute(s, runs, 0, runs.relation.length)
  const { writes } = relationOf(engine.graph, relation)
  const args = new Float64Array(f.argsLength)
  instances.forEach((i, k) => {
    f.args(s, i, args)
    for (let w = 0; w < width; w++) out[k * width + w] = s[writes[i * width + w]!]! - args[w]!
  })
  return out
}

function sumGroup(
  g: number,
  group: FactorGroup,
  pairs: Int32Array,
  residuals: Float64Array,
  { graph }: Engine,
): GroupResiduals {
  const { instances, columns, relation, width } = group
  const { writes } = relationOf(graph, relation)
  const own = [...new Set(columns)].sort((a, b) => a - b)
  const place = new Map(own.map((column, k) => [column, k]))
  const slots = Int32Array.from({ length: width * instances.length }, (_, k) => {
    return writes[instances[Math.floor(k / width)]! * width + (k % width)]!
  })
  const isData = slots.every((slot) => graph.fixed[slot] === 1)
  const terms: PrecisionTerm[] = []
  for (let row = 0; row < width; row++)
    for (let column = 0; column <= row; column++)
      terms.push({
        group: g,
        row,
        column,
        ...sumProducts(group, pairs, row, column),
        columns: Int32Array.from(own),
        cross: new Float64Array(own.length),
        squares: 0,
      })
  const part: GroupResiduals = {
    group,
    terms,
    positions: columns.map((column) => place.get(column)!),
    residuals,
    slots: isData ? slots : new Int32Array(0),
    values: isData ? Float64Array.from(slots, (slot) => graph.values[slot]!) : new Float64Array(0),
  }
  sumResiduals(part)
  return part
}

/** Sums of products of slopes that an element of the precision matrix multiplies, by place in Q. */
function sumProducts(
  { instances, start, slopes, width }: FactorGroup,
  pairs: Int32Array,
  row: number,
  column: number,
) {
  const products = new Map<number, number>()
  let at = 0
  for (let i = 0; i < instances.length; i++)
    for (let a = start[i]! * width; a < start[i + 1]! * width; a += width)
      for (let b = start[i]! * width; b <= a; b += width) {
        const place = pairs[at++]!
        let value = slopes[a + row]! * slopes[b + column]!
        if (row !== column) value += slopes[a + column]! * slopes[b + row]!
        products.set(place, (products.get(place) ?? 0) + value)
      }
  const kept = [...products].filter(([, value]) => value !== 0)
  return {
    places: Int32Array.from(kept, ([place]) => place),
    products: Float64Array.from(kept, ([, value]) => value),
  }
}

function sumResiduals({ group, terms, positions, residuals }: GroupResiduals): void {
  const { instances, start, slopes, width } = group
  for (let t = 0; t < terms.length; t++) {
    const term = terms[t]!
    const { row, column, cross } = term
    const isBoth = row !== column
    cross.fill(0)
    let squares = 0
    for (let i = 0; i < instances.length; i++) {
      const left = residuals[i * width + row]!
      const right = residuals[i * width + column]!
      squares += (isBoth ? 2 : 1) * left * right
      for (let a = start[i]!; a < start[i + 1]!; a++) {
        let value = slopes[a * width + row]! * right
        if (isBoth) value += slopes[a * width + column]! * left
        cross[positions[a]!]! += value
      }
    }
    term.squares = squares
  }
}

/** Whether the data of a group were as they are in a state; its sums are brought in step. */
function refreshGroup(part: GroupResiduals, s: Float64Array): boolean {
  const { slots, values, residuals } = part
  let isSame = true
  for (let i = 0; i < slots.length; i++) {
    const value = s[slots[i]!]!
    if (value === values[i]) continue
    isSame = false
    residuals[i]! += value - values[i]!
    values[i] = value
  }
  if (!isSame) sumResiduals(part)
  return isSame
}
