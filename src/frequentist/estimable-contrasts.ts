/** Hypotheses of type III for designs that are not of full rank, from the estimable functions of the data. */

import { contrastMatrix } from "../data/contrasts.ts"
import type { Table } from "../data/table.ts"
import { dot } from "../math/compensated-sum.ts"
import { orthonormaliseColumns, solveUpperColumns } from "../math/orthonormal-basis.ts"
import type { Design } from "../models/formula/design.ts"
import { INTERCEPT } from "../models/formula/model-matrix.ts"
import { newDesign } from "../models/formula/new-design.ts"
import { findIndependentColumns } from "../models/formula/rank.ts"
import type { DesignRecipe } from "../models/formula/recipe.ts"

interface CodedColumns {
  readonly names: readonly string[]
  readonly columns: readonly Float64Array[]
  /** Index in `design.fixed.terms` of each column's term. */
  readonly terms: readonly number[]
}

/**
 * With a column for every level and every cell, `W`, any estimable function of its coefficients is a combination of the
 * rows of `X⁺W`, X being columns of treatment coding of full rank. The hypotheses of a term are its own rows made
 * orthogonal to those of the terms that contain it (Goodnight 1978, SAS Technical Report R-101; SAS/STAT, *The Four Types
 * of Estimable Functions*). Where cells are empty they depend on which, as do those that SAS and lmerTest test.
 *
 * @param table the data of the design
 * @param contains whether the first term contains the second, indices into `design.fixed.terms`
 * @returns for each term of `tested` rows of length p, for the coefficients of the design; fewer than it has columns where
 *   some are not estimable, none when it has no column left
 */
export function estimableContrasts(
  design: Design,
  recipe: DesignRecipe,
  table: Table,
  tested: readonly number[],
  contains: (outer: number, inner: number) => boolean,
): readonly (readonly Float64Array[])[] {
  const cells = codeColumns(design, recipe, table, true)
  const treatment = fullRank(codeColumns(design, recipe, table, false))
  const { basis, coordinates } = orthonormaliseColumns(treatment.columns)
  const express = (column: Float64Array): Float64Array => {
    const solution = Float64Array.from(basis, (direction) => dot(direction, column))
    solveUpperColumns(coordinates, solution)
    return solution.map(snap)
  }
  // One vector over the columns of W for each column of X: a basis of the estimable functions.
  const p = treatment.columns.length
  const functions = Array.from({ length: p }, () => new Float64Array(cells.columns.length))
  cells.columns.forEach((column, c) => {
    express(column).forEach((value, j) => {
      functions[j]![c] = value
    })
  })
  orthogonalise(functions, treatment.terms, contains, recipe.fixed.terms.terms.length)
  const places = treatment.names.map((name) => cells.names.indexOf(name))
  const fitted = design.fixed.columns.map(express)
  return tested.map((term) => {
    return functions
      .filter((_, j) => treatment.terms[j] === term)
      .map((vector) => {
        const own = places.map((place) => vector[place] ?? 0)
        return Float64Array.from(fitted, (column) => column.reduce((sum, x, i) => sum + own[i]! * x, 0))
      })
      .filter((row) => row.some((value) => Math.abs(value) > 1e-8))
  })
}

/** Zero for what rounding left. */
function snap(value: number): number {
  return Math.abs(value) < 1e-10 ? 0 : value
}

/** Takes out of the functions of each term, in place, what lies along those of terms that contain it; largest terms first. */
function orthogonalise(
  functions: readonly Float64Array[],
  terms: readonly number[],
  contains: (outer: number, inner: number) => boolean,
  count: number,
): void {
  // Terms are ordered by degree.
  for (let inner = count; inner >= 0; inner--) {
    const outer = functions.filter((_, j) => terms[j] !== inner && contains(terms[j]!, inner))
    if (outer.length === 0) continue
    const { basis } = orthonormaliseColumns(outer)
    functions.forEach((vector, j) => {
      if (terms[j] !== inner) return
      for (const direction of basis) {
        const share = dot(direction, vector)
        for (let c = 0; c < vector.length; c++) vector[c] = vector[c]! - share * direction[c]!
      }
      for (let c = 0; c < vector.length; c++) vector[c] = snap(vector[c]!)
    })
  }
}

/** The columns of the fixed part in the rows of the design: with a dummy for every level, or in treatment coding. */
function codeColumns(design: Design, recipe: DesignRecipe, table: Table, dummies: boolean): CodedColumns {
  const { terms: model, codings } = recipe.fixed
  const factors = recipe.factors.map(([label, { levels }]) => {
    return [label, { levels, contrast: contrastMatrix("treatment", levels) }] as const
  })
  const names: string[] = []
  const columns: Float64Array[] = []
  const terms: number[] = []
  if (model.intercept) {
    names.push(INTERCEPT)
    columns.push(new Float64Array(design.nobs).fill(1))
    terms.push(0)
  }
  model.terms.forEach((term, t) => {
    const coding = codings[t]!.map((kind) => (dummies && kind === "contrast" ? "full" : kind))
    const fixed = { terms: { ...model, intercept: false, terms: [term] }, codings: [coding] }
    const one = { ...design, recipe: { ...recipe, factors, fixed, offsets: [], kept: [] } }
    const { leftOut, rowIndex } = newDesign(one, table, { random: false })
    const rows = matchRows(design.rowIndex, rowIndex)
    leftOut.columns.forEach((column, k) => {
      names.push(leftOut.names[k]!)
      columns.push(Float64Array.from(rows, (row) => column[row]!))
      terms.push(t + (model.intercept ? 1 : 0))
    })
  })
  return { names, columns, terms }
}

/** Where each of the rows `wanted` stands in `rows`; both ascending, and all are there. */
function matchRows(wanted: Int32Array, rows: Int32Array): Int32Array {
  let at = 0
  return wanted.map((row) => {
    while (rows[at]! < row) at++
    return at
  })
}

function fullRank({ names, columns, terms }: CodedColumns): CodedColumns {
  const kept = findIndependentColumns(columns)
  return {
    names: kept.map((j) => names[j]!),
    columns: kept.map((j) => columns[j]!),
    terms: kept.map((j) => terms[j]!),
  }
}
