/** Likelihood-ratio tests between nested models. */

import { NumericalError } from "../core/errors.ts"
import { dot } from "../math/compensated-sum.ts"
import { orthonormaliseColumns } from "../math/orthonormal-basis.ts"
import type { Design } from "../models/formula/design.ts"
import { checkNumbers } from "./check-design.ts"
import {
  type Comparable,
  checkNestedRandom,
  checkNestedResidual,
  checkSameData,
  checkSameFixed,
  compareRandom,
  notNested,
} from "./comparable.ts"
import type { LmmMethod } from "./criterion.ts"
import { projectOut } from "./ols.ts"
import { chiSquareTail } from "./tail-probabilities.ts"
import { checkWeights, weightRows } from "./weights.ts"

export interface LikelihoodRatioTest {
  readonly statistic: number
  /** Difference of the numbers of parameters. */
  readonly df: number
  /** From χ² with `df` degrees of freedom. */
  readonly p: number
  /** The asymptotic null distribution where it is known: weights and degrees of freedom of a mixture of χ². */
  readonly mixture: readonly { readonly weight: number; readonly df: number }[] | null
  /** From the mixture; null where it is not known. */
  readonly pMixture: number | null
  /** How `p` is to be read. */
  readonly note: string
}

/**
 * Compares two nested fits to the same rows. Where the smaller model puts a variance at zero, that is at the boundary, the
 * χ² distribution gives p values that are too large. The right mixture is known for one added variance, ½χ²_f +
 * ½χ²_{f+1}, and for one coefficient added to an unstructured covariance matrix of order r, ½χ²_{f+r} + ½χ²_{f+r+1}, f the
 * number of fixed effects that differ (Self & Liang 1987, JASA 82, 605–610; Stram & Lee 1994, Biometrics 50,
 * 1171–1177).
 *
 * @throws ModelError when the fits are not to the same rows by the same method, are REML fits with different fixed
 *   effects, or are not nested
 */
export function likelihoodRatioTest(smaller: Comparable, larger: Comparable): LikelihoodRatioTest {
  checkSameData(smaller, larger)
  checkSameFixed(smaller, larger)
  checkNestedRandom(smaller, larger)
  checkNestedResidual(smaller, larger)
  const df = larger.parameters - smaller.parameters
  if (df <= 0) {
    throw notNested(
      smaller,
      larger,
      `it has ${larger.parameters} parameters, the smaller ${smaller.parameters}`,
    )
  }
  const difference = smaller.criterion - larger.criterion
  // What is left of a difference when both optima are the same point.
  const statistic = difference > 1e-8 ? difference : 0
  const fixed = larger.design.fixed.columns.length - smaller.design.fixed.columns.length
  const kind = compareRandom(smaller, larger)
  const p = chiSquareTail(statistic, df)
  if (kind === "regular") {
    return {
      statistic,
      df,
      p,
      mixture: [{ weight: 1, df }],
      pMixture: p,
      note: `χ² with ${df} ${df === 1 ? "degree" : "degrees"} of freedom`,
    }
  }
  if (kind === "unknown") {
    const note =
      "conservative: variances are tested on the boundary, and the mixture of χ² distributions is not known"
    return { statistic, df, p, mixture: null, pMixture: null, note }
  }
  const mixture = [
    { weight: 0.5, df: fixed + kind.covariances },
    { weight: 0.5, df: fixed + kind.covariances + 1 },
  ]
  const pMixture = mixture.reduce((sum, part) => sum + part.weight * chiSquareTail(statistic, part.df), 0)
  const note = `conservative: one variance is tested on the boundary; the mixture ½χ²(${mixture[0]!.df}) + ½χ²(${mixture[1]!.df}) is exact for large samples`
  return { statistic, df, p, mixture, pMixture, note }
}

/**
 * The linear model of a design's fixed part with independent errors, ready for comparison: criterion
 * `df (1 + log(2π rss/df)) [+ log|X'X|] − Σ log w`; of known residual variances 1/w, `df log(2π) + rss [+ …] − Σ log w`.
 *
 * @throws NumericalError and DataError as `fitOls` does, OptionError for weights as `fitLmm` does
 */
export function fitWithoutRandom(
  design: Design,
  method: LmmMethod,
  weights: Float64Array | null = null,
  residualKnown = false,
): Comparable {
  checkNumbers(design)
  if (weights !== null) checkWeights(design, weights)
  const rows = weights === null ? design : weightRows(design, weights)
  const { basis, coordinates } = independentBasis(rows)
  const residual = rows.response.values.map((value, i) => value - (rows.offset?.[i] ?? 0))
  projectOut(basis, residual)
  const rss = dot(residual, residual)
  const p = basis.length
  const df = method === "REML" ? design.nobs - p : design.nobs
  let criterion = residualKnown
    ? df * Math.log(2 * Math.PI) + rss
    : df * (1 + Math.log((2 * Math.PI * rss) / df))
  if (weights !== null) for (const weight of weights) criterion -= Math.log(weight)
  if (method === "REML") {
    coordinates.forEach((column, j) => {
      criterion += 2 * Math.log(column[j]!)
    })
  }
  return {
    formula: design.formula,
    method,
    criterion,
    parameters: residualKnown ? p : p + 1,
    nobs: design.nobs,
    design: { ...design, random: [] },
    weights,
    residualKnown,
    singular: false,
    covariances: [],
    residual: null,
  }
}

function independentBasis(design: Design) {
  const orthonormal = orthonormaliseColumns(design.fixed.columns)
  const first = orthonormal.dependent[0]
  if (first === undefined) return orthonormal
  const name = design.fixed.names[first]!
  throw new NumericalError(`fixed effect ${name} is a linear combination of the fixed effects before it`, {
    code: "collinear",
    where: design.formula,
    hint: `leave ${name} out`,
  })
}
