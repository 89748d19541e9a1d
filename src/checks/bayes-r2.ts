/** How much of the variance the model accounts for, draw by draw. */
import { covarianceDraws } from "../chains/covariance-draws.ts"
import { summariseDraws } from "../chains/group-summaries.ts"
import { linearPredictor } from "../chains/linear-predictor.ts"
import { checkNormalResponse } from "../chains/pointwise-likelihood.ts"
import type { Posterior } from "../chains/posterior.ts"
import { type DrawsByName, recordedDraws } from "../chains/recorded-draws.ts"
import { residualVariance } from "../chains/residual-variance.ts"
import type { Design, RandomDesign } from "../models/formula/design.ts"
import { streamFor } from "../random/stream.ts"

export interface ShareDraws {
  /** `conditional`, `marginal`; or a grouping factor. */
  readonly name: string
  readonly mean: number
  readonly sd: number
  readonly q5: number
  readonly q95: number
  readonly draws: Float64Array
}

/**
 * Posterior R². `conditional`: the variance over the rows of `Xb + Zu` over itself plus σ² (Gelman, Goodrich, Gabry & Vehtari
 * 2019, The American Statistician 73, 307–309, eq. 3, residual variance from the model). `marginal`: that of `Xb` alone over
 * itself plus the mean variance of the effects, `z' Σ z`, plus σ² (Nakagawa & Schielzeth 2013, Methods in Ecology and Evolution 4, 133–142,
 * eq. 26; Johnson 2014, ibid. 5, 944–946, draw by draw). An offset does not count. Variances have the divisor n − 1.
 *
 * @throws DataError when `b`, `u` or the spreads were not recorded
 */
export function bayesR2(posterior: Posterior): {
  readonly conditional: ShareDraws
  readonly marginal: ShareDraws
} {
  const { model, container } = posterior
  checkNormalResponse(model, "bayesR2")
  const draws = recordedDraws(container)
  const { design } = model
  const random = [...meanVariances(design, draws).values()]
  const all = rowVariance(design, draws, "all")
  const fixed = rowVariance(design, draws, "fixed")
  const residual = meanResidualVariance(design, draws, all.length)
  const conditional = all.map((value, s) => value / (value + residual[s]!))
  const marginal = fixed.map((value, s) => {
    const effects = random.reduce((sum, variances) => sum + variances[s]!, 0)
    return value / (value + effects + residual[s]!)
  })
  return {
    conditional: { name: "conditional", ...summariseDraws(conditional), draws: conditional },
    marginal: { name: "marginal", ...summariseDraws(marginal), draws: marginal },
  }
}

/**
 * Intraclass correlation of each grouping factor: the mean variance that its effects add to a row, over that of all effects and the
 * residual. With random intercepts alone, the correlation of two responses of one group.
 * Goldstein, Browne & Rasbash (2002), Understanding Statistics 1, 223–231; Johnson (2014) for slopes.
 *
 * @throws DataError when the spreads were not recorded
 */
export function icc(posterior: Posterior): ShareDraws[] {
  const { model, container } = posterior
  checkNormalResponse(model, "icc")
  const draws = recordedDraws(container)
  const variances = meanVariances(model.design, draws)
  const [first] = variances.values()
  const residual = meanResidualVariance(model.design, draws, first!.length)
  const total = residual.map((value, s) => [...variances.values()].reduce((sum, own) => sum + own[s]!, value))
  return [...variances].map(([name, own]) => {
    const share = own.map((value, s) => value / total[s]!)
    return { name, ...summariseDraws(share), draws: share }
  })
}

/** Draws of the mean over the rows of the residual variance. */
function meanResidualVariance(design: Design, draws: DrawsByName, count: number): Float64Array {
  const variance = residualVariance(design.residualScale, draws)
  const sum = new Float64Array(count)
  const own = new Float64Array(count)
  for (let i = 0; i < design.nobs; i++) {
    variance(i, own)
    for (let s = 0; s < count; s++) sum[s]! += own[s]!
  }
  return sum.map((value) => value / design.nobs)
}

/** Draws of the variance over the rows of the linear predictor, or of its fixed part, less the offset. */
function rowVariance(design: Design, draws: DrawsByName, part: "all" | "fixed"): Float64Array {
  const predictor = linearPredictor({ ...design, offset: null }, draws, streamFor(0, 0, "unused"))
  const n = design.nobs
  const { count } = predictor
  const centre = new Float64Array(count)
  const squares = new Float64Array(count)
  const values = new Float64Array(count)
  // Welford's recurrence over the rows, in every draw at once.
  for (let i = 0; i < n; i++) {
    predictor.known(i, values, part)
    for (let s = 0; s < count; s++) {
      const off = values[s]! - centre[s]!
      centre[s]! += off / (i + 1)
      squares[s]! += off * (values[s]! - centre[s]!)
    }
  }
  return squares.map((sum) => sum / (n - 1))
}

/** Mean over the rows of `z' Σ z` in each draw, by grouping factor. */
function meanVariances(design: Design, draws: DrawsByName): Map<string, Float64Array> {
  const means = new Map<string, Float64Array>()
  for (const term of design.random) {
    const covariance = covarianceDraws(term, draws)
    const own = means.get(term.group) ?? new Float64Array(covariance.count)
    means.set(term.group, own)
    // Σ_i z_i' Σ z_i / n = tr(Σ M), with M the mean of z z'.
    const mean = meanProducts(term)
    const q = term.terms.length
    for (let a = 0; a < q; a++) {
      for (let b = 0; b < q; b++) {
        const values = covariance.entries[a * q + b]!
        for (let s = 0; s < covariance.count; s++) own[s]! += mean[a * q + b]! * values[s]!
      }
    }
  }
  return means
}

function meanProducts({ columns }: RandomDesign): Float64Array {
  const q = columns.length
  const n = columns[0]!.length
  return Float64Array.from({ length: q * q }, (_, k) => {
    const [a, b] = [columns[Math.floor(k / q)]!, columns[k % q]!]
    return a.reduce((sum, value, i) => sum + value * b[i]!, 0) / n
  })
}
