/** What the code of a collapsed draw by classes reads: sums over the residuals, and where its draws go. */
import { type ElementClasses, type SetKind, triangle } from "./collapsed-classes.ts"
import type { CollapsedSums, PrecisionTerm } from "./collapsed-sums.ts"

/** Sums over the residuals of the sets of a kind, which change with the data. */
export interface SetSums {
  /** Terms whose r is not 0 in these sets. */
  readonly terms: readonly number[]
  /** By term of these: r of each set, `q` each. */
  readonly cross: readonly Float64Array[]
  /** By term of these: its sum over the sets of each class, `q` each. */
  readonly totals: readonly Float64Array[]
  /**
   * By pair (g, h ≤ g) of these: Σ r_g r_h' over the sets of each class, made symmetric (and doubled where g ≠ h), a lower
   * triangle each.
   */
  readonly grams: readonly Float64Array[]
}

/** What the code of a block reads. */
export interface ClassTables {
  readonly classes: ElementClasses
  readonly terms: number
  readonly sets: readonly SetSums[]
  /** By term: r of the top. */
  readonly topCross: readonly Float64Array[]
  /** c of each term. */
  readonly squares: Float64Array
  /** By kind: slots of the elements of each set, and their centre. */
  readonly slots: readonly Int32Array[]
  readonly centres: readonly Float64Array[]
  readonly topSlots: Int32Array
  readonly topCentre: Float64Array
}

/** Tables of a block, with sums that are still 0. */
export function makeTables(
  classes: ElementClasses,
  { terms, centre }: CollapsedSums,
  slots: Int32Array,
): ClassTables {
  const { top, kinds } = classes
  return {
    classes,
    terms: terms.length,
    sets: kinds.map((kind) => makeSetSums(kind, terms)),
    topCross: terms.map(() => new Float64Array(top.length)),
    squares: new Float64Array(terms.length),
    slots: kinds.map(({ members }) => members.map((j) => slots[j]!)),
    centres: kinds.map(({ members }) => Float64Array.from(members, (j) => centre[j]!)),
    topSlots: top.map((j) => slots[j]!),
    topCentre: Float64Array.from(top, (j) => centre[j]!),
  }
}

function makeSetSums({ q, start, members }: SetKind, terms: readonly PrecisionTerm[]): SetSums {
  const own = new Set(members)
  const chosen = terms.flatMap(({ columns }, t) => (columns.some((j) => own.has(j)) ? [t] : []))
  const classes = start.length - 1
  return {
    terms: chosen,
    cross: chosen.map(() => new Float64Array(members.length)),
    totals: chosen.map(() => new Float64Array(classes * q)),
    grams: chosen.flatMap((_, g) =>
      Array.from({ length: g + 1 }, () => new Float64Array(classes * triangle(q, 0))),
    ),
  }
}

/** A function that takes r and c of the terms into the tables. Allocates nothing when called. */
export function bindReload(tables: ClassTables, terms: readonly PrecisionTerm[]): () => void {
  const { classes, sets, topCross, squares } = tables
  const n = 1 + Math.max(-1, ...classes.top, ...classes.kinds.flatMap(({ members }) => [...members]))
  const dense = terms.map(() => new Float64Array(n))
  return () => {
    for (let t = 0; t < terms.length; t++) {
      const { columns, cross } = terms[t]!
      squares[t] = terms[t]!.squares
      for (let k = 0; k < columns.length; k++) dense[t]![columns[k]!] = cross[k]!
      for (let k = 0; k < classes.top.length; k++) topCross[t]![k] = dense[t]![classes.top[k]!]!
    }
    for (let k = 0; k < sets.length; k++) reloadSets(classes.kinds[k]!, sets[k]!, dense)
  }
}

function reloadSets(
  { q, start, members }: SetKind,
  { terms, cross, totals, grams }: SetSums,
  dense: readonly Float64Array[],
): void {
  let pair = 0
  for (let g = 0; g < terms.length; g++) {
    const r = cross[g]!
    for (let k = 0; k < members.length; k++) r[k] = dense[terms[g]!]![members[k]!]!
    totals[g]!.fill(0)
    for (let c = 0; c + 1 < start.length; c++)
      for (let m = start[c]!; m < start[c + 1]!; m++)
        for (let a = 0; a < q; a++) totals[g]![c * q + a]! += r[m * q + a]!
    for (let h = 0; h <= g; h++) sumGram(start, q, r, cross[h]!, g !== h, grams[pair++]!)
  }
}

function sumGram(
  start: Int32Array,
  q: number,
  x: Float64Array,
  y: Float64Array,
  isBoth: boolean,
  out: Float64Array,
): void {
  const size = triangle(q, 0)
  out.fill(0)
  for (let c = 0; c + 1 < start.length; c++)
    for (let m = start[c]! * q; m < start[c + 1]! * q; m += q)
      for (let a = 0; a < q; a++)
        for (let b = 0; b <= a; b++) {
          const value = x[m + a]! * y[m + b]! + (isBoth ? x[m + b]! * y[m + a]! : 0)
          out[c * size + triangle(a, b)]! += value
        }
}
