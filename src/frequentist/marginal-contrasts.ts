/** Contrasts of terms that weigh every cell of a design alike. */
import { ModelError } from "../core/errors.ts"
import { contrastMatrix } from "../data/contrasts.ts"
import type { Table } from "../data/table.ts"
import { dot } from "../math/compensated-sum.ts"
import { orthonormaliseColumns, solveUpperColumns } from "../math/orthonormal-basis.ts"
import type { Design } from "../models/formula/design.ts"
import { buildMatrix, INTERCEPT, type ModelVariable } from "../models/formula/model-matrix.ts"
import type { DesignRecipe } from "../models/formula/recipe.ts"
import { estimableContrasts } from "./estimable-contrasts.ts"
import { containment, indicesWhere, pick, type TermContrast, type TestedTerms } from "./tested-terms.ts"

/** @throws ModelError `empty-cells` without the data */
export function contrastsOfCells(
  design: Design,
  tested: TestedTerms,
  source: Table | null,
): readonly TermContrast[] {
  const { recipe } = design
  if (recipe === undefined || source === null) {
    throw new ModelError(
      "type III tests need every coefficient, and columns that depend on others were dropped",
      {
        code: "empty-cells",
        where: design.formula,
        hint: "use tests of type I or II, or leave the terms out that have empty cells or repeat others",
      },
    )
  }
  const p = design.fixed.columns.length
  const indices = tested.map(({ t }) => t)
  const found = estimableContrasts(design, recipe, source, indices, containment(design))
  return tested.flatMap(({ term }, k) => {
    const rows = found[k]!
    if (rows.length === 0) return []
    const contrast = new Float64Array(rows.length * p)
    rows.forEach((row, i) => {
      contrast.set(row, i * p)
    })
    return [{ term, rows: rows.length, contrast }]
  })
}

/** Null when columns were dropped. */
export function marginalContrasts(design: Design, tested: TestedTerms): readonly TermContrast[] | null {
  const { assign, columns } = design.fixed
  const p = columns.length
  if (design.recipe === undefined) {
    return tested.map(({ term, t }) =>
      pick(
        term,
        indicesWhere(assign, (u) => u === t),
        identity(p),
        p,
      ),
    )
  }
  const recoding = recode(design, design.recipe)
  if (recoding === null) return null
  const { sumFromTreatment, treatmentFromFitted } = recoding
  return tested.map(({ term, t }) => {
    const own = indicesWhere(assign, (u) => u === t)
    const rows = normaliseRows(sumFromTreatment, own, p)
    const contrast = new Float64Array(own.length * p)
    for (let k = 0; k < own.length; k++) {
      for (let i = 0; i < p; i++) {
        for (let j = 0; j < p; j++) {
          contrast[k * p + j] = contrast[k * p + j]! + rows[k * p + i]! * treatmentFromFitted[i * p + j]!
        }
      }
    }
    return { term, rows: own.length, contrast: contrast.map(snap) }
  })
}

/** Zero for what rounding left. */
function snap(value: number): number {
  return Math.abs(value) < 1e-12 ? 0 : value
}

/** Rows `own` of the p × p matrix m, multiplied so that their own columns are the identity (Gauss and Jordan). */
function normaliseRows(m: Float64Array, own: readonly number[], p: number): Float64Array {
  const rows = new Float64Array(own.length * p)
  own.forEach((j, k) => {
    rows.set(m.subarray(j * p, (j + 1) * p), k * p)
  })
  own.forEach((column, k) => {
    let from = k
    for (let i = k; i < own.length; i++) {
      if (Math.abs(rows[i * p + column]!) > Math.abs(rows[from * p + column]!)) from = i
    }
    const pivotRow = rows.slice(from * p, (from + 1) * p)
    rows.copyWithin(from * p, k * p, (k + 1) * p)
    const pivot = pivotRow[column]!
    rows.set(
      pivotRow.map((value) => value / pivot),
      k * p,
    )
    for (let i = 0; i < own.length; i++) {
      if (i === k) continue
      const factor = rows[i * p + column]!
      for (let c = 0; c < p; c++) rows[i * p + c] = rows[i * p + c]! - factor * rows[k * p + c]!
    }
  })
  return rows
}

export function identity(p: number): Float64Array {
  const rows = new Float64Array(p * p)
  for (let j = 0; j < p; j++) rows[j * (p + 1)] = 1
  return rows
}

/**
 * C with `β_sum = C β_treatment`, and with `β_treatment = C β`, from points chosen so that all codings have full rank: for
 * every term all combinations of its factors, the other factors at their first level, with several scattered values
 * of the numeric variables each.
 *
 * @returns null when the design lost columns that these points have
 */
function recode(
  design: Design,
  recipe: DesignRecipe,
): { readonly sumFromTreatment: Float64Array; readonly treatmentFromFitted: Float64Array } | null {
  const { names } = design.fixed
  const points = layOutPoints(design, recipe)
  const asFitted = buildMatrix(recipe.fixed, points.variables, points.rows, design.formula)
  if (asFitted.columns.length !== names.length) return null
  const codedBy = (kind: "sum" | "treatment"): readonly Float64Array[] => {
    const variables = new Map(points.variables)
    for (const [label, { levels }] of recipe.factors) {
      const variable = variables.get(label)
      if (variable?.kind !== "factor") continue
      variables.set(label, { ...variable, contrast: contrastMatrix(kind, levels) })
    }
    return buildMatrix(recipe.fixed, variables, points.rows, design.formula).columns
  }
  const treatment = codedBy("treatment")
  return {
    sumFromTreatment: expressBy(codedBy("sum"), treatment),
    treatmentFromFitted: expressBy(treatment, asFitted.columns),
  }
}

/** C with `columns = basis C`, row-major p × p. */
function expressBy(target: readonly Float64Array[], columns: readonly Float64Array[]): Float64Array {
  const p = columns.length
  const { basis, coordinates } = orthonormaliseColumns(target)
  const c = new Float64Array(p * p)
  columns.forEach((column, j) => {
    const solution = Float64Array.from(basis, (direction) => dot(direction, column))
    solveUpperColumns(coordinates, solution)
    solution.forEach((value, k) => {
      c[k * p + j] = snap(value)
    })
  })
  return c
}

function layOutPoints(
  design: Design,
  recipe: DesignRecipe,
): { readonly rows: number; readonly variables: ReadonlyMap<string, ModelVariable> } {
  const model = recipe.fixed.terms
  const factors = new Map(recipe.factors)
  const used = new Set(model.terms.flatMap((term) => term.variables))
  const widths = numericWidths(design, recipe)
  const repeats = 2 + [...widths.values()].reduce((sum, width) => sum + width, 0)
  const codes = new Map<number, number[]>()
  for (const index of used) if (factors.has(model.variables[index]!.label)) codes.set(index, [])
  let rows = 0
  const addTerm = (own: readonly number[]): void => {
    const sizes = own.map((index) => factors.get(model.variables[index]!.label)!.levels.length)
    const cells = sizes.reduce((product, size) => product * size, 1)
    for (let cell = 0; cell < cells; cell++) {
      let rest = cell
      const level = new Map<number, number>()
      own.forEach((index, k) => {
        level.set(index, rest % sizes[k]!)
        rest = Math.floor(rest / sizes[k]!)
      })
      for (let r = 0; r < repeats; r++, rows++)
        for (const [index, list] of codes) list.push(level.get(index) ?? 0)
    }
  }
  addTerm([])
  for (const term of model.terms) addTerm(term.variables.filter((index) => codes.has(index)))
  const scatter = scatterer()
  const variables = new Map<string, ModelVariable>()
  for (const index of used) {
    const { label } = model.variables[index]!
    const list = codes.get(index)
    const recipeOf = factors.get(label)
    if (list !== undefined && recipeOf !== undefined) {
      variables.set(label, { kind: "factor", codes: Int32Array.from(list), ...recipeOf })
      continue
    }
    const width = widths.get(index) ?? 1
    variables.set(label, {
      kind: "numeric",
      columns: Array.from({ length: width }, () => Float64Array.from({ length: rows }, scatter)),
      suffixes: Array.from({ length: width }, (_, k) => (width === 1 ? "" : String(k + 1))),
    })
  }
  return { rows, variables }
}

/** Columns of each numeric variable (`poly(x, 2)` has two), from the number of columns of the terms it is in. */
function numericWidths({ fixed }: Design, recipe: DesignRecipe): ReadonlyMap<number, number> {
  const { terms: model, codings } = recipe.fixed
  const factors = new Map(recipe.factors)
  const shift = fixed.terms[0] === INTERCEPT ? 1 : 0
  const widths = new Map<number, number>()
  model.terms.forEach((term, t) => {
    let width = fixed.assign.filter((u) => u === t + shift).length
    const unknown: number[] = []
    term.variables.forEach((index, k) => {
      const factor = factors.get(model.variables[index]!.label)
      if (factor !== undefined) {
        width /= codings[t]![k] === "full" ? factor.levels.length : factor.contrast.names.length
      } else if (widths.has(index)) width /= widths.get(index)!
      else unknown.push(index)
    })
    unknown.forEach((index, k) => {
      widths.set(index, k === 0 && Number.isInteger(width) && width > 0 ? width : 1)
    })
  })
  return widths
}

/** Numbers without a pattern between 0.5 and 1.5; any will do. */
function scatterer(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return 0.5 + state / 2 ** 32
  }
}
