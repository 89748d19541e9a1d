/** The same model, priors included, of other data: simulated responses, or some of the rows. */
import { OptionError } from "../core/errors.ts"
import type { Design, RandomDesign, ResidualScale } from "../models/formula/design.ts"
import { takeRows } from "../models/formula/design-rows.ts"
import { type HierarchicalModel, modelOf } from "./model.ts"

/**
 * The model with another response. Default priors, which depend on the spread of the response, stay what they were.
 *
 * @param values one a row of the design; shared, not copied
 * @throws OptionError when their number is not that of the rows
 */
export function replaceResponse(model: HierarchicalModel, values: Float64Array): HierarchicalModel {
  const { design, resolvedPriors, data } = model
  if (values.length !== design.nobs) {
    throw new OptionError(`found ${values.length} responses, expected ${design.nobs}`, {
      code: "shape",
      where: "replaceResponse",
      hint: "give one value for each row of the design",
    })
  }
  const response = { ...design.response, values }
  return modelOf({ ...design, response }, resolvedPriors, data)
}

/**
 * The model of some rows of its design, under the same priors; levels of grouping factors that no longer occur are dropped.
 *
 * @param rows of the design, ascending, at least one
 */
export function keepRows(model: HierarchicalModel, rows: Int32Array): HierarchicalModel {
  const { design, resolvedPriors, data } = model
  const take = (column: Float64Array): Float64Array => takeRows(column, rows)
  const kept: Design = {
    ...design,
    response: { ...design.response, values: take(design.response.values) },
    offset: design.offset === null ? null : take(design.offset),
    fixed: { ...design.fixed, columns: design.fixed.columns.map(take) },
    random: design.random.map((term) => keepLevels(term, rows)),
    nobs: rows.length,
    dropped: design.dropped + design.nobs - rows.length,
    rowIndex: takeRows(design.rowIndex, rows),
    ...(design.residualScale === undefined ? {} : { residualScale: takeScale(design.residualScale, rows) }),
  }
  return modelOf(kept, resolvedPriors, data)
}

/** What is known of the residual variances of some rows. */
export function takeScale<Scale extends ResidualScale | undefined>(scale: Scale, rows: Int32Array): Scale {
  return scale === undefined ? scale : { ...scale, values: takeRows(scale.values, rows) }
}

function keepLevels(term: RandomDesign, rows: Int32Array): RandomDesign {
  const codes = takeRows(term.codes, rows)
  const occurs = new Uint8Array(term.levels.length)
  for (const code of codes) occurs[code] = 1
  const renumbered = new Int32Array(term.levels.length)
  let next = 0
  for (let j = 0; j < occurs.length; j++) if (occurs[j] === 1) renumbered[j] = next++
  return {
    ...term,
    levels: term.levels.filter((_, j) => occurs[j] === 1),
    codes: codes.map((code) => renumbered[code]!),
    columns: term.columns.map((column) => takeRows(column, rows)),
  }
}
