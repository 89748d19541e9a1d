/** A design turned into the numbers a likelihood needs: cross-products in well-conditioned coordinates. */

import { NumericalError } from "../core/errors.ts"
import { dot } from "../math/compensated-sum.ts"
import { orthonormaliseColumns, solveUpperColumns } from "../math/orthonormal-basis.ts"
import type { Design } from "../models/formula/design.ts"
import type { CrossProducts } from "./cross-products.ts"
import { copyForResponses, formCrossProducts, replaceResponse } from "./cross-products.ts"
import { layOutElimination } from "./elimination-layout.ts"
import type { FactorTerm, GroupingFactor } from "./grouping-factors.ts"
import { gatherFactors, orderTerms } from "./grouping-factors.ts"
import { weightRows } from "./weights.ts"

export interface LmmSystem {
  readonly design: Design
  readonly factors: readonly GroupingFactor[]
  /** The random terms in the order of θ (lme4's). */
  readonly terms: readonly SystemTerm[]
  readonly cross: CrossProducts
  /** Columns of R, `X = Q R`: the fixed effects inside are those of Q. */
  readonly fixedCoordinates: readonly Float64Array[]
  /** log |X'X| = 2 log |R|. */
  readonly logDetCrossproduct: number
  /** Least-squares coefficients of y − offset on X: what was taken out of the response. */
  readonly leastSquares: Float64Array
  /** The response inside is the least-squares residual divided by this. */
  readonly responseScale: number
  /** Known factors w of the residual variances σ²/w; null when all are one. */
  readonly weights: Float64Array | null
  /** Σ log w: what the criterion loses to rows that were multiplied by √w. */
  readonly logWeights: number
}

export interface SystemTerm extends FactorTerm {
  /** Index in `factors`. */
  readonly factor: number
  /** First of its q(q+1)/2 parameters in θ. */
  readonly thetaStart: number
}

/**
 * X is replaced by an orthonormal basis of its columns and y by its least-squares residual, scaled to unit variance:
 * predictors of any origin and unit, and a response of any, meet the likelihood in the same form. With weights every
 * row is first multiplied by √w, after which the residuals have one variance.
 *
 * @param weights positive, length nobs, or null
 * @throws NumericalError when columns of X are collinear or y lies in their span
 */
export function createSystem(design: Design, weights: Float64Array | null = null): LmmSystem {
  const rows = weights === null ? design : weightRows(design, weights)
  const { basis, dependent, coordinates } = orthonormaliseColumns(rows.fixed.columns)
  const first = dependent[0]
  if (first !== undefined) {
    const name = design.fixed.names[first] ?? String(first)
    throw new NumericalError(`fixed effect ${name} is a linear combination of the fixed effects before it`, {
      code: "collinear",
      where: design.formula,
      hint: `leave ${name} out`,
    })
  }
  const { residual, leastSquares } = projectResponse(rows, basis, coordinates)
  const responseScale = scaleOf(design, rows, residual)
  const scaled = residual.map((value) => value / responseScale)
  const factors = gatherFactors(rows)
  const layout = layOutElimination(factors, basis.length)
  let logDetCrossproduct = 0
  coordinates.forEach((column, j) => {
    logDetCrossproduct += 2 * Math.log(column[j]!)
  })
  return {
    design,
    factors,
    terms: listTerms(design, factors),
    cross: formCrossProducts(layout, basis, scaled, design.nobs - basis.length),
    fixedCoordinates: coordinates,
    logDetCrossproduct,
    leastSquares,
    responseScale,
    weights,
    logWeights: weights === null ? 0 : weights.reduce((sum, weight) => sum + Math.log(weight), 0),
  }
}

/**
 * Share of the response's squares that residuals of an exact fit may have: some rounding errors of doubles, squared. A
 * response far from zero, 10¹² and more times its spread, is no exact fit.
 */
const ROUNDED_SHARE = 1e-26

/** @throws NumericalError when X reproduces the response */
function scaleOf(design: Design, rows: Design, residual: Float64Array): number {
  const squares = dot(residual, residual)
  const total = dot(rows.response.values, rows.response.values)
  if (!(squares > ROUNDED_SHARE * total)) {
    throw new NumericalError(
      `the fixed effects reproduce the response ${design.response.name} exactly; there is no variance to divide`,
      { code: "exact-fit", where: design.formula, hint: "use fewer fixed effects, or check the response" },
    )
  }
  return Math.sqrt(squares / (design.nobs - rows.fixed.columns.length))
}

/**
 * A function that gives the system of one response after another, on the same rows: only products with the response are
 * formed anew.
 *
 * @returns a system for a response without offset, length nobs; its cross-products are overwritten by the next one
 */
export function createResponder(system: LmmSystem): (response: Float64Array) => LmmSystem {
  const { design: original, weights, fixedCoordinates } = system
  const design: Design = { ...original, offset: null }
  const { basis } = orthonormaliseColumns(
    (weights === null ? design : weightRows(design, weights)).fixed.columns,
  )
  const roots = weights?.map(Math.sqrt) ?? null
  const cross = copyForResponses(system.cross)
  return (response) => {
    const own = { ...design, response: { ...design.response, values: response } }
    const values = roots === null ? response : response.map((value, i) => value * roots[i]!)
    const rows = { ...own, response: { ...own.response, values } }
    const { residual, leastSquares } = projectResponse(rows, basis, fixedCoordinates)
    const responseScale = scaleOf(own, rows, residual)
    const scaled = residual.map((value) => value / responseScale)
    replaceResponse(cross, scaled, design.nobs - basis.length)
    return { ...system, design: own, cross, leastSquares, responseScale }
  }
}

function listTerms(design: Design, factors: readonly GroupingFactor[]): readonly SystemTerm[] {
  let thetaStart = 0
  return orderTerms(design).map((designIndex) => {
    const factor = factors.findIndex((f) => f.terms.some((term) => term.designIndex === designIndex))
    const term = factors[factor]!.terms.find((entry) => entry.designIndex === designIndex)!
    const placed = { ...term, factor, thetaStart }
    thetaStart += (term.width * (term.width + 1)) / 2
    return placed
  })
}

/** Two passes of projection: the second removes what rounding left of the first. */
function projectResponse(
  design: Design,
  basis: readonly Float64Array[],
  coordinates: readonly Float64Array[],
): { readonly residual: Float64Array; readonly leastSquares: Float64Array } {
  const residual = Float64Array.from(design.response.values)
  if (design.offset !== null) {
    for (let i = 0; i < residual.length; i++) residual[i] = residual[i]! - design.offset[i]!
  }
  const shares = new Float64Array(basis.length)
  for (let pass = 0; pass < 2; pass++) {
    basis.forEach((direction, k) => {
      const share = dot(direction, residual)
      shares[k] = shares[k]! + share
      for (let i = 0; i < residual.length; i++) residual[i] = residual[i]! - share * direction[i]!
    })
  }
  solveUpperColumns(coordinates, shares)
  return { residual, leastSquares: shares }
}
