/** Mistakes in a formula and its data that can be told before anything is fitted. */

import { DataError, ModelError } from "../../core/errors.ts"
import { formatNumber } from "../../data/format-number.ts"
import type { RandomDesign } from "./design.ts"
import { INTERCEPT, type ModelMatrix, type ModelVariable } from "./model-matrix.ts"
import type { RandomTerm } from "./split-formula.ts"
import type { ModelTerms } from "./terms.ts"

/**
 * Refuses a numeric predictor that does not vary, beside an intercept: the two cannot be told apart.
 *
 * @throws ModelError `constant-predictor`.
 */
export function checkConstants(
  terms: ModelTerms,
  variables: ReadonlyMap<string, ModelVariable>,
  where: string,
): void {
  if (!terms.intercept) return
  for (const term of terms.terms) {
    if (term.variables.length !== 1) continue
    const { label } = terms.variables[term.variables[0]!]!
    const variable = variables.get(label)!
    if (variable.kind !== "numeric" || variable.columns.length !== 1) continue
    const values = variable.columns[0]!
    const first = values[0]!
    if (values.some((value) => value !== first)) continue
    throw new ModelError(`predictor "${label}" is constant (every value is ${formatNumber(first)})`, {
      code: "constant-predictor",
      where,
      hint: "take it out: the intercept says the same",
    })
  }
}

/**
 * Refuses a factor with a single level among the rows used: it has no contrast to estimate.
 *
 * @throws ModelError `one-level`.
 */
export function checkLevels(label: string, levels: readonly string[], where: string): void {
  if (levels.length > 1) return
  throw new ModelError(`factor "${label}" has one level, "${levels[0]}", expected at least two`, {
    code: "one-level",
    where,
    hint: "take it out of the formula",
  })
}

/**
 * @throws ModelError `too-few-rows` when there are more coefficients than rows; `duplicate-name` when two coefficients
 *   would have one name.
 */
export function checkFixed(matrix: ModelMatrix, rows: number, where: string): void {
  const count = matrix.names.length
  if (rows < count) {
    throw new ModelError(`${rows} ${rows === 1 ? "row" : "rows"} for ${count} fixed coefficients`, {
      code: "too-few-rows",
      where,
      hint: `expected at least ${count} rows; take terms out of the formula`,
    })
  }
  checkNames(matrix.names, where)
}

function checkNames(names: readonly string[], where: string): void {
  const seen = new Set<string>()
  for (const name of names) {
    if (seen.has(name)) {
      throw new ModelError(`two coefficients are called "${name}"`, {
        code: "duplicate-name",
        where,
        hint: "rename a column or a level",
      })
    }
    seen.add(name)
  }
}

/**
 * lme4's checks of a random term: more than one level; fewer levels, and fewer effects, than rows.
 *
 * @param residualKnown with a known residual variance an effect for each row can be told from the residual.
 * @throws ModelError `one-level`, `too-many-levels`, `too-many-effects`, `duplicate-name`, `structure-misfit`.
 */
export function checkRandom(
  term: RandomTerm,
  design: RandomDesign,
  rows: number,
  residualKnown: boolean,
  where: string,
): void {
  const { levels, terms } = design
  checkNames(terms, `${where}, term ${term.label}`)
  const place = { where }
  if (term.structure === "cs" && terms.length < 2) {
    throw new ModelError(
      `term ${term.label} has one coefficient, ${terms[0]}: there is nothing to correlate`,
      {
        ...place,
        code: "structure-misfit",
        hint: "let every level of a factor vary, cs(0 + factor | group), or leave cs() out",
      },
    )
  }
  if (levels.length < 2) {
    throw new ModelError(
      `grouping factor "${term.group}" has one level, "${levels[0]}", expected at least two`,
      {
        ...place,
        code: "one-level",
        hint: `take ${term.label} out of the formula`,
      },
    )
  }
  if (residualKnown) return
  if (levels.length >= rows) {
    throw new ModelError(
      `grouping factor "${term.group}" has ${levels.length} levels in ${rows} rows, expected fewer levels than rows`,
      {
        ...place,
        code: "too-many-levels",
        hint: "its variance cannot be told from the residual's; take the term out, or fix the residual variance",
      },
    )
  }
  const effects = levels.length * terms.length
  if (effects >= rows) {
    throw new ModelError(
      `term ${term.label} has ${effects} random effects (${terms.length} for each of ${levels.length} levels) in ${rows} rows, expected fewer effects than rows`,
      {
        ...place,
        code: "too-many-effects",
        hint: "its variances cannot be told from the residual's; let fewer coefficients vary",
      },
    )
  }
}

/**
 * Refuses two random terms that let one coefficient vary over one grouping factor: `(1 | g) + (x | g)` has two
 * intercepts for each level of `g`, and data can only tell their sum.
 *
 * @throws ModelError `duplicate-term`.
 */
export function checkDuplicates(
  terms: readonly RandomTerm[],
  designs: readonly RandomDesign[],
  text: string,
): void {
  const seen = new Map<string, string>()
  for (const [k, design] of designs.entries()) {
    const term = terms[k]!
    const group = term.factors
      .map((factor) => factor.label)
      .sort()
      .join(":")
    for (const name of design.terms) {
      const key = JSON.stringify([group, name])
      const other = seen.get(key)
      if (other !== undefined) {
        const both =
          other === term.label ? `random term ${other} is there twice` : `${other} and ${term.label} overlap`
        throw new ModelError(`${both}: ${describeCoefficient(name)} varies by "${term.group}" in each`, {
          code: "duplicate-term",
          where: text,
          span: { text, start: term.start, end: term.end },
          hint: "let each coefficient vary once for each grouping factor",
        })
      }
      seen.set(key, term.label)
    }
  }
}

function describeCoefficient(name: string): string {
  return name === INTERCEPT ? "the intercept" : `"${name}"`
}

/**
 * Refuses a table in which no row has all values.
 *
 * @param missing for each column read, the number of the rows where it is missing.
 * @throws DataError `all-missing` for a column without values, `no-rows` when no row is complete.
 */
export function checkMissing(
  { rows, missing }: { readonly rows: number; readonly missing: ReadonlyMap<string, number> },
  where: string,
): never {
  if (rows === 0) {
    throw new DataError("the table has no rows", {
      code: "no-rows",
      where,
      hint: "expected at least one row of data",
    })
  }
  for (const [name, count] of missing) {
    if (count < rows) continue
    throw new DataError(`column "${name}" has no values: all ${rows} rows are missing or not numbers`, {
      code: "all-missing",
      where,
      hint: "fill the column, or take it out of the formula",
    })
  }
  const counts = [...missing].filter(([, count]) => count > 0).map(([name, count]) => `${name} in ${count}`)
  throw new DataError(`no row is complete: of ${rows} rows, missing are ${counts.join(", ")}`, {
    code: "no-rows",
    where,
    hint: "take out the predictor that is mostly missing, or fill it",
  })
}
