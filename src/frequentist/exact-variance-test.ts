/** Exact likelihood-ratio tests of a single variance component. */

import { ModelError, OptionError } from "../core/errors.ts"
import { symmetricEigenvalues } from "../math/symmetric-eigenvalues.ts"
import type { Seed } from "../random/stream.ts"
import { evaluateCriterion } from "./criterion.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import { refuseStructures } from "./structures/refuse-structures.ts"
import type { Spectrum, SpectrumClass } from "./variance-spectrum.ts"
import { exactTail, simulateTail } from "./variance-spectrum.ts"

export interface ExactTestOptions {
  /** Draws from the null distribution where its tail has no closed form; 10,000 by default. */
  readonly simulations?: number
  /** "gibbsite" by default. */
  readonly seed?: Seed
}

export interface ExactVarianceTest {
  /** `RLRT` for a REML fit, `LRT` for a maximum-likelihood fit. */
  readonly kind: "RLRT" | "LRT"
  readonly statistic: number
  /** P(statistic at least as large) when the variance is zero. */
  readonly p: number
  /** P(the statistic is zero) when the variance is zero. */
  readonly zeroShare: number
  readonly method: "exact" | "simulated"
  /** Draws, and the standard error they leave in `p`; null when exact. */
  readonly simulations: number | null
  readonly standardError: number | null
}

/** The eigenvalues of larger matrices take minutes. */
const MAX_LEVELS = 3000

/**
 * Tests whether the variance of the one random term is zero, against its exact finite-sample null distribution
 * (Crainiceanu & Ruppert 2004, J. R. Stat. Soc. B 66, 165–185): the statistic is the supremum over λ of
 * `m log{1 + N(λ)/D(λ)} − Σ log(1 + λξ_s)` with independent χ² in N and D, weighted by functions of the eigenvalues
 * μ_s of Z'P₀Z; for RLRT m = n − p and ξ = μ, for LRT m = n and ξ the eigenvalues of Z'Z. With a single distinct μ (a
 * balanced one-way layout, a split-plot) the statistic is a monotone function of an F ratio and p is exact;
 * otherwise it is simulated, one bracketed search a draw.
 *
 * @throws ModelError unless the model has one random term with one coefficient
 * @throws OptionError for a number of simulations that is no positive integer, or too many levels
 */
export function exactVarianceTest(fit: LmmEstimate, options: ExactTestOptions = {}): ExactVarianceTest {
  const simulations = options.simulations ?? 10000
  if (!Number.isSafeInteger(simulations) || simulations < 1) {
    throw new OptionError(`found ${simulations} simulations, expected a positive whole number`, {
      code: "bad-simulations",
      where: "option simulations",
      hint: "for instance simulations: 10000",
    })
  }
  refuseStructures(
    fit,
    "exact tests of a variance",
    "compare the fits by likelihood-ratio test, or bootstrap it",
  )
  if (fit.residualKnown) {
    throw new ModelError("the exact test is for a residual variance that is estimated, here it is known", {
      code: "known-residual",
      where: fit.formula,
      hint: "use the likelihood-ratio test against the model without the random term, or bootstrap it",
    })
  }
  const spectrum = formSpectrum(fit)
  const { criterion } = fit.state
  const none = evaluateCriterion(criterion, [new Float64Array(1)]).value
  const gain = none - fit.criterion
  const statistic = gain > 1e-8 ? gain : 0
  const kind = fit.method === "REML" ? "RLRT" : "LRT"
  const exact = exactTail(spectrum, statistic)
  if (exact !== null) {
    return { kind, statistic, ...exact, method: "exact", simulations: null, standardError: null }
  }
  const { p, zeroShare } = simulateTail(spectrum, statistic, simulations, options.seed ?? "gibbsite")
  const standardError = Math.sqrt((p * (1 - p)) / simulations)
  return { kind, statistic, p, zeroShare, method: "simulated", simulations, standardError }
}

function formSpectrum(fit: LmmEstimate): Spectrum {
  const { system, df } = fit.state.criterion
  const term = system.terms[0]!
  if (system.terms.length !== 1 || term.width !== 1) {
    throw new ModelError(
      `the exact test is for one variance, this model has ${system.terms.map(({ width }) => (width * (width + 1)) / 2).reduce((a, b) => a + b, 0)} variance parameters beside the residual's`,
      {
        code: "one-variance-only",
        where: fit.formula,
        hint: "compare two fits by a likelihood-ratio test, with bootstrap if need be",
      },
    )
  }
  const { layout, diagonal, below } = system.cross
  const chain = layout.chain[0]!
  const p = layout.fixedEffects
  const k = chain.levels
  if (k > MAX_LEVELS) {
    throw new OptionError(
      `the exact test needs the eigenvalues of a ${k} × ${k} matrix, at most ${MAX_LEVELS} are possible`,
      {
        code: "too-many-levels",
        where: fit.formula,
        hint: "with so many groups take half the p value of the likelihood-ratio test",
      },
    )
  }
  // Z'P₀Z = Z'Z − Z'QQ'Z
  const matrix = new Float64Array(k * k)
  const rows = below[0]!
  for (let i = 0; i < k; i++) {
    for (let j = 0; j <= i; j++) {
      let value = i === j ? diagonal[0]![i]! : 0
      for (let x = 0; x < p; x++) value -= rows[chain.offPointer[i]! + x]! * rows[chain.offPointer[j]! + x]!
      matrix[i * k + j] = value
    }
  }
  const size = diagonal[0]!.reduce((most, value) => Math.max(most, value), 0)
  const mu = classesOf(symmetricEigenvalues(matrix, k), size)
  const penalty = fit.method === "REML" ? mu : classesOf(Float64Array.from(diagonal[0]!).sort(), size)
  const residualDf = fit.nobs - p - mu.reduce((sum, { count }) => sum + count, 0)
  return { mu, penalty, power: df, residualDf }
}

/** Ascending eigenvalues gathered; those that are zero but for rounding are left out. */
function classesOf(values: Float64Array, size: number): readonly SpectrumClass[] {
  const classes: { value: number; count: number }[] = []
  for (const value of values) {
    if (value < 1e-9 * size) continue
    const last = classes.at(-1)
    if (last !== undefined && value - last.value < 1e-9 * size) last.count++
    else classes.push({ value, count: 1 })
  }
  return classes
}
