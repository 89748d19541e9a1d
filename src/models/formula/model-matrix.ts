/** Columns of a model matrix from terms, codings and the values of variables, as R's `model.matrix` makes them. */

import { ModelError } from "../../core/errors.ts"
import type { ContrastMatrix } from "../../data/contrasts.ts"
import { fullDummies } from "../../data/contrasts.ts"
import type { MatrixRecipe } from "./recipe.ts"
import type { Coding, Term } from "./terms.ts"

/** The values of a variable in the rows of the design. */
export type ModelVariable =
  | {
      readonly kind: "numeric"
      readonly columns: readonly Float64Array[]
      readonly suffixes: readonly string[]
    }
  | {
      readonly kind: "factor"
      readonly codes: Int32Array
      readonly levels: readonly string[]
      readonly contrast: ContrastMatrix
    }

export interface ModelMatrix {
  /** Coefficient names as R prints them. */
  readonly names: readonly string[]
  /** Column `j`, length `rows`. Columns may share memory with variables and with each other. */
  readonly columns: readonly Float64Array[]
  /** Labels, `(Intercept)` first when there is one. */
  readonly terms: readonly string[]
  /** Index in `terms` of the term each column belongs to. */
  readonly assign: readonly number[]
}

export const INTERCEPT = "(Intercept)"
/** 2 GiB of doubles. */
const MAX_CELLS = 2 ** 28

interface NamedColumn {
  readonly name: string
  readonly values: Float64Array
}

/**
 * The model matrix: the intercept, then the columns of each term; within a product the first variable varies fastest.
 *
 * @param variables values by variable label.
 * @param part what a message calls the matrix.
 * @param ones length `rows`: the intercept's column, which several matrices may share; made when absent.
 * @throws ModelError `too-many-columns` when the matrix would not fit in memory.
 */
export function buildMatrix(
  { terms: model, codings }: MatrixRecipe,
  variables: ReadonlyMap<string, ModelVariable>,
  rows: number,
  part: string,
  ones?: Float64Array,
): ModelMatrix {
  const variableOf = (index: number): ModelVariable => variables.get(model.variables[index]!.label)!
  checkSize(model.terms, codings, variableOf, rows, part)
  const columns: NamedColumn[] = []
  const assign: number[] = []
  const labels: string[] = []
  if (model.intercept) {
    labels.push(INTERCEPT)
    assign.push(0)
    columns.push({ name: INTERCEPT, values: ones ?? new Float64Array(rows).fill(1) })
  }
  for (const [t, term] of model.terms.entries()) {
    let product: readonly NamedColumn[] | undefined
    for (const [k, index] of term.variables.entries()) {
      const factor = codeVariable(model.variables[index]!.label, variableOf(index), codings[t]![k]!)
      product = product === undefined ? factor : multiply(product, factor)
    }
    for (const column of product ?? []) {
      columns.push(column)
      assign.push(labels.length)
    }
    labels.push(term.label)
  }
  return {
    names: columns.map(({ name }) => name),
    columns: columns.map(({ values }) => values),
    terms: labels,
    assign,
  }
}

function codeVariable(label: string, variable: ModelVariable, coding: Coding): readonly NamedColumn[] {
  if (variable.kind === "numeric") {
    return variable.columns.map((values, j) => ({ name: label + variable.suffixes[j], values }))
  }
  const { codes, levels, contrast } = variable
  const { names, matrix } = coding === "full" ? fullDummies(levels) : contrast
  return names.map((name, k) => {
    const ofLevel = Float64Array.from(matrix, (row) => row[k]!)
    const values = new Float64Array(codes.length)
    for (let i = 0; i < values.length; i++) values[i] = ofLevel[codes[i]!]!
    return { name: label + name, values }
  })
}

function multiply(left: readonly NamedColumn[], right: readonly NamedColumn[]): readonly NamedColumn[] {
  return right.flatMap((b) =>
    left.map((a) => {
      const values = new Float64Array(a.values.length)
      for (let i = 0; i < values.length; i++) values[i] = a.values[i]! * b.values[i]!
      return { name: `${a.name}:${b.name}`, values }
    }),
  )
}

function checkSize(
  terms: readonly Term[],
  codings: readonly (readonly Coding[])[],
  variableOf: (index: number) => ModelVariable,
  rows: number,
  part: string,
): void {
  let total = 1
  for (const [t, term] of terms.entries()) {
    let width = 1
    for (const [k, index] of term.variables.entries()) width *= widthOf(variableOf(index), codings[t]![k]!)
    total += width
    if (total * rows <= MAX_CELLS) continue
    throw new ModelError(
      `the term "${term.label}" has ${width} columns of ${rows} rows, more than fits in memory`,
      {
        code: "too-many-columns",
        where: part,
        hint: `make it a random term, (1 | ${term.label})`,
      },
    )
  }
}

function widthOf(variable: ModelVariable, coding: Coding): number {
  if (variable.kind === "numeric") return variable.columns.length
  return coding === "full" ? variable.levels.length : variable.contrast.names.length
}
