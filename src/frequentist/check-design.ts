/** What must hold of a design before a mixed model can be fitted to it. */

import { DataError, ModelError } from "../core/errors.ts"
import type { Design } from "../models/formula/design.ts"
import { centreHint, describeOffCentre } from "../models/formula/off-centre.ts"

/**
 * @param withoutRandom whether a design without bars is a model all the same, by its residual structure
 * @param residualKnown whether the residual variances are known: an effect for each row can then be told from them
 * @throws ModelError when the formula has no bar, a grouping factor has a single level or as many levels as there
 *   are rows, or a term has at least as many random effects as there are rows
 * @throws DataError when there are no more rows than fixed effects, or a number of the design is not finite
 */
export function checkMixedDesign(design: Design, withoutRandom = false, residualKnown = false): void {
  checkNumbers(design)
  const { nobs } = design
  const where = design.formula
  if (design.random.length === 0 && !withoutRandom && !residualKnown) {
    throw new ModelError("the formula has no random term", {
      code: "no-random-term",
      where,
      hint: "add (1 | group), or fit it as an ordinary regression with ols()",
    })
  }
  for (const term of design.random) {
    const bar = `(${term.terms.join(" + ")} | ${term.group})`
    const count = term.levels.length
    if (count < 2) {
      throw new ModelError(
        `grouping factor ${term.group} has ${count} level, its variance needs at least 2 levels`,
        {
          code: "one-level",
          where,
          hint: `leave ${bar} out`,
        },
      )
    }
    if (residualKnown) continue
    if (count >= nobs) {
      throw new ModelError(
        `grouping factor ${term.group} has as many levels (${count}) as there are rows (${nobs}); its variance cannot be told from the residual variance`,
        {
          code: "levels-equal-rows",
          where,
          hint: `leave ${bar} out, or group by a factor with repeated levels`,
        },
      )
    }
    const effects = count * term.columns.length
    if (effects >= nobs) {
      throw new ModelError(
        `term ${bar} has ${effects} random effects (${count} levels × ${term.columns.length}) for ${nobs} rows; its variances cannot be told from the residual variance`,
        { code: "too-many-effects", where, hint: "let fewer coefficients vary by group" },
      )
    }
  }
}

/**
 * Refuses a term of the fixed part that is, column by column, a linear combination of the terms before it: none of its
 * coefficients exists. Terms that lose some of their columns, as interactions with empty cells do, are ordinary designs.
 *
 * @throws ModelError `collinear`, naming the first such term
 */
export function checkTerms({ fixed, formula }: Design): void {
  const gone = fixed.terms.filter((_, t) => !fixed.assign.includes(t))
  const [first] = gone
  if (first === undefined) return
  const far = fixed.offCentre?.find(({ term }) => term === first)
  if (far !== undefined) {
    throw new ModelError(describeOffCentre(far), {
      code: "collinear",
      where: formula,
      hint: centreHint(far),
    })
  }
  const others = gone.length === 1 ? "" : `, and so are ${gone.slice(1).join(", ")}`
  throw new ModelError(`term "${first}" is a linear combination of the terms before it${others}`, {
    code: "collinear",
    where: formula,
    hint: `take it out of the formula, or let such columns be dropped, collinear: "drop" (--drop-collinear)`,
  })
}

/** Squares of larger numbers, summed, leave the range of doubles. */
const LARGEST = 1e140

/** @throws DataError when there are too few rows or a number of the design is not finite */
export function checkNumbers(design: Design): void {
  const { nobs, fixed, formula } = design
  if (nobs <= fixed.columns.length) {
    throw new DataError(
      `${nobs} rows for ${fixed.columns.length} fixed effects, expected more rows than fixed effects`,
      {
        code: "too-few-rows",
        where: formula,
        hint: "use more rows or fewer fixed effects",
      },
    )
  }
  const named: [string, Float64Array][] = [[`response ${design.response.name}`, design.response.values]]
  if (design.offset !== null) named.push(["offset", design.offset])
  fixed.columns.forEach((column, j) => {
    named.push([`predictor ${fixed.names[j] ?? j}`, column])
  })
  for (const term of design.random) {
    term.columns.forEach((column, j) => {
      named.push([`predictor ${term.terms[j] ?? j} of (… | ${term.group})`, column])
    })
  }
  for (const [name, values] of named) {
    const row = values.findIndex((value) => !(Math.abs(value) < LARGEST))
    if (row === -1) continue
    throw new DataError(
      `${name} is ${values[row]} in row ${(design.rowIndex[row] ?? row) + 1}, expected a finite number below ${LARGEST} in size`,
      {
        code: "not-finite",
        where: formula,
        hint: "check transformations such as log() of zero, or leave the row out",
      },
    )
  }
}
