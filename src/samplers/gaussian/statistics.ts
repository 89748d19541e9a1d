/**
 * Sufficient statistics of a Gaussian hierarchical model: the rows reduced once to cross-products, arranged for
 * eliminating the grouping factor with the most levels. Plain data.
 */
import { findCells } from "../kernel/cells.ts"
import type { DesignColumn } from "../kernel/gram.ts"
import type { LinearChild } from "../kernel/lowering-context.ts"
import type { Coefficient, Effects } from "./gaussian-model.ts"
import { rememberSums, type Sums } from "./remember-sums.ts"
import { entryAt, findRestPattern, type Meetings, type RestPattern } from "./rest-pattern.ts"

export interface GaussianStatistics {
  readonly rows: number
  /** Levels of the eliminated factor, and effects of each level: those of all its terms, one after another. */
  readonly levels: number
  readonly q: number
  /** Per level: `Z'Z`, row-major q × q; and `Z'r`, q. r is the response less the centre. */
  readonly own: Float64Array
  readonly ownResponse: Float64Array
  /** Per level: the other columns it meets, ascending, from `pointer[l]`; entry e has `Z'x` in `cross[e·q …]`. */
  readonly pointer: Int32Array
  readonly column: Int32Array
  readonly cross: Float64Array
  /** The other columns (coefficients and effects of other factors) among themselves, row-major or by the entries of `pattern`; and with r. */
  readonly rest: number
  readonly restSquares: Float64Array
  /** Null where the other columns' equations are factorised as a dense matrix. */
  readonly pattern: RestPattern | null
  readonly restResponse: Float64Array
  /** `r'r`. */
  readonly squares: number
  /** State slots: of eliminated effects (level by level, q each) and of the other columns. */
  readonly ownSlots: Int32Array
  readonly restSlots: Int32Array
  /** Values from which the other columns are measured. */
  readonly centre: Float64Array
  /** Terms of the eliminated factor: index in `model.effects` and first of its q effects. */
  readonly ownTerms: readonly { readonly effect: number; readonly first: number }[]
  /** Effects among the other columns: index in `model.effects`, first column, levels. */
  readonly restTerms: readonly { readonly effect: number; readonly first: number; readonly levels: number }[]
  /** Other column of each coefficient of the model. */
  readonly coefficientColumns: readonly number[]
}

/** What a reduction is about: a Gaussian model, or the part of one that a block of a sampler draws. */
export interface Reducible {
  readonly child: Pick<LinearChild, "columns" | "residual" | "centre" | "rows">
  readonly coefficients: readonly Coefficient[]
  readonly effects: readonly Effects[]
}

/** A column of the rest with the index of its first level, and of the next level after that. */
interface RestColumn {
  readonly column: DesignColumn
  readonly first: number
  readonly step: number
}

/** Which column stands where. */
interface Arrangement {
  readonly codes: Int32Array
  readonly levels: number
  readonly own: readonly DesignColumn[]
  readonly ownTerms: GaussianStatistics["ownTerms"]
  /** Coefficients, then one entry for each term's columns. */
  readonly shared: readonly RestColumn[]
  readonly terms: readonly (readonly RestColumn[])[]
  readonly restTerms: GaussianStatistics["restTerms"]
  readonly rest: number
}

/**
 * Reduces the rows: a few passes over typed arrays for each pair of columns that meet; sums are compensated. Columns of
 * effects that are not in `model.effects` are left out, as are the coefficients not in `model.coefficients`.
 */
export function reduceRows(model: Reducible): GaussianStatistics {
  const { columns, residual, centre: centres } = model.child
  const rows = residual.length
  const arrangement = arrange(model)
  const { codes, levels, own: ownColumns, shared, terms, rest } = arrangement
  const q = ownColumns.length
  const sums = rememberSums(rows)

  const own = new Float64Array(levels * q * q)
  const ownResponse = new Float64Array(levels * q)
  ownColumns.forEach((z, t) => {
    scatter(sums.by(z.values, residual, codes, levels), ownResponse, t, q)
    for (let s = 0; s <= t; s++) {
      const products = sums.by(z.values, ownColumns[s]!.values, codes, levels)
      scatter(products, own, t * q + s, q * q)
      if (s < t) scatter(products, own, s * q + t, q * q)
    }
  })

  const meetings = findMeetings(arrangement, sums)
  const { pointer, column } = meetings
  const cross = crossProducts(arrangement, meetings, sums)

  const pattern = findRestPattern(meetings)
  const restSquares = new Float64Array(pattern === null ? rest * rest : pattern.row.length)
  const restResponse = new Float64Array(rest)
  const put = (a: number, b: number, value: number): void => {
    if (pattern !== null) {
      // Columns that do not meet have no entry, and no product.
      if (value !== 0) restSquares[entryAt(pattern, a, b)] = value
      return
    }
    restSquares[a * rest + b] = value
    restSquares[b * rest + a] = value
  }
  shared.forEach(({ column: a, first }, k) => {
    restResponse[first] = sums.all(a.values, residual)
    for (const other of shared.slice(0, k + 1))
      put(first, other.first, sums.all(a.values, other.column.values))
  })
  const coded = terms.flat()
  coded.forEach(({ column: a, first, step }, k) => {
    scatter(sums.by(a.values, residual, a.codes!, a.levels), restResponse, first, step)
    for (const other of shared) {
      const products = sums.by(a.values, other.column.values, a.codes!, a.levels)
      products.forEach((value, l) => {
        put(first + step * l, other.first, value)
      })
    }
    for (const { column: b, first: firstB, step: stepB } of coded.slice(0, k + 1)) {
      if (a.codes === b.codes) {
        sums.by(a.values, b.values, a.codes!, a.levels).forEach((value, l) => {
          put(first + step * l, firstB + stepB * l, value)
        })
        continue
      }
      const cells = sums.cells(a.codes!, a.levels, b.codes!, b.levels)
      const products = sums.by(a.values, b.values, cells.ofRow, cells.code.length)
      for (let l = 0; l < a.levels; l++) {
        for (let e = cells.pointer[l]!; e < cells.pointer[l + 1]!; e++)
          put(first + step * l, firstB + stepB * cells.code[e]!, products[e]!)
      }
    }
  })

  const restSlots = new Int32Array(rest)
  const centre = new Float64Array(rest)
  for (const { column: c, first, step } of [...shared, ...coded]) {
    for (let l = 0; l < c.levels; l++) restSlots[first + step * l] = c.slot + c.stride * l
    if (c.codes === null) centre[first] = centres[columns.indexOf(c as (typeof columns)[number])]!
  }
  return {
    rows: model.child.rows,
    levels,
    q,
    own,
    ownResponse,
    pointer,
    column,
    cross,
    rest,
    restSquares,
    pattern,
    restResponse,
    squares: sums.all(residual, residual),
    ownSlots: slotsByLevel(ownColumns, levels),
    restSlots,
    centre,
    ownTerms: arrangement.ownTerms,
    restTerms: arrangement.restTerms,
    coefficientColumns: shared.map(({ first }) => first),
  }
}

function arrange(model: Reducible): Arrangement {
  const columnsOf = (node: string) => model.child.columns.filter((column) => column.node === node)
  const effectColumns = model.effects.map((effect) => columnsOf(effect.node))
  const largest = effectColumns.reduce((a, b) => (b[0]!.levels > a[0]!.levels ? b : a))
  const { codes, levels } = largest[0]!
  const ownTerms: { effect: number; first: number }[] = []
  const restTerms: { effect: number; first: number; levels: number }[] = []
  const own: DesignColumn[] = []
  const terms: RestColumn[][] = []
  let rest = 0
  const shared = model.coefficients.map(
    ({ node }): RestColumn => ({ column: columnsOf(node)[0]!, first: rest++, step: 0 }),
  )
  effectColumns.forEach((parts, effect) => {
    if (parts[0]!.codes === codes) {
      ownTerms.push({ effect, first: own.length })
      own.push(...parts)
      return
    }
    restTerms.push({ effect, first: rest, levels: parts[0]!.levels })
    terms.push(parts.map((column, t) => ({ column, first: rest + t, step: parts.length })))
    rest += parts.length * parts[0]!.levels
  })
  return { codes: codes!, levels, own, ownTerms, shared, terms, restTerms, rest }
}

/** State slots of the columns' effects, level by level. */
export function slotsByLevel(columns: readonly DesignColumn[], levels: number): Int32Array {
  const slots = new Int32Array(levels * columns.length)
  columns.forEach(({ slot, stride }, t) => {
    for (let l = 0; l < levels; l++) slots[l * columns.length + t] = slot + stride * l
  })
  return slots
}

/** One list after another. */
export function joinSlots(lists: readonly ArrayLike<number>[]): Int32Array {
  const all = new Int32Array(lists.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const list of lists) {
    all.set(list, at)
    at += list.length
  }
  return all
}

/** Writes `values[l]` to `target[first + step · l]`. */
function scatter(values: Float64Array, target: Float64Array, first: number, step: number): void {
  for (let l = 0; l < values.length; l++) target[first + step * l] = values[l]!
}

/** The other columns that each level meets. */
function findMeetings(
  { codes, levels, shared, terms, restTerms, rest }: Arrangement,
  sums: Pick<Sums, "cells">,
): Meetings {
  const cellsOf = terms.map((parts) =>
    sums.cells(codes, levels, parts[0]!.column.codes!, parts[0]!.column.levels),
  )
  const pointer = new Int32Array(levels + 1)
  for (let l = 0; l < levels; l++) {
    let met = shared.length
    terms.forEach((parts, f) => {
      met += parts.length * (cellsOf[f]!.pointer[l + 1]! - cellsOf[f]!.pointer[l]!)
    })
    pointer[l + 1] = pointer[l]! + met
  }
  const column = new Int32Array(pointer[levels]!)
  for (let l = 0; l < levels; l++) {
    let entry = pointer[l]!
    for (const { first } of shared) column[entry++] = first
    terms.forEach((parts, f) => {
      const { pointer: cells, code } = cellsOf[f]!
      for (let e = cells[l]!; e < cells[l + 1]!; e++)
        for (const { first, step } of parts) column[entry++] = first + step * code[e]!
    })
  }
  const blocks = restTerms.map(({ first, levels }, f) => ({ first, levels, q: terms[f]!.length }))
  return { rest, pointer, column, blocks }
}

/** The meetings of a model alone, for what a factorisation would cost. */
export function meetingsOf(model: Reducible): Meetings & { readonly q: number; readonly levels: number } {
  const arrangement = arrange(model)
  const { own, levels } = arrangement
  return { ...findMeetings(arrangement, { cells: findCells }), q: own.length, levels }
}

/** Products of each level's columns with those that it meets. */
function crossProducts(
  { codes, levels, own, shared, terms }: Arrangement,
  { pointer }: Meetings,
  sums: Sums,
): Float64Array {
  const q = own.length
  const cross = new Float64Array(pointer[levels]! * q)
  shared.forEach(({ column: x }, k) => {
    own.forEach((z, t) => {
      const products = sums.by(z.values, x.values, codes, levels)
      for (let l = 0; l < levels; l++) cross[(pointer[l]! + k) * q + t] = products[l]!
    })
  })
  /** First entry of the term at hand, by level. */
  const next = pointer.map((start) => start + shared.length)
  for (const parts of terms) {
    const {
      pointer: cells,
      code,
      ofRow,
    } = sums.cells(codes, levels, parts[0]!.column.codes!, parts[0]!.column.levels)
    const width = parts.length
    parts.forEach(({ column: x }, u) => {
      const products = own.map((z) => sums.by(z.values, x.values, ofRow, code.length))
      for (let l = 0; l < levels; l++) {
        for (let e = cells[l]!; e < cells[l + 1]!; e++) {
          const entry = next[l]! + (e - cells[l]!) * width + u
          for (let t = 0; t < q; t++) cross[entry * q + t] = products[t]![e]!
        }
      }
    })
    for (let l = 0; l < levels; l++) next[l]! += width * (cells[l + 1]! - cells[l]!)
  }
  return cross
}
