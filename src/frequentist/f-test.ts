/** F and χ² tests of contrasts of the fixed effects. */

import { OptionError } from "../core/errors.ts"
import { decomposeSymmetric } from "../math/symmetric-eigen.ts"
import type { InnerOuterDf } from "./inner-outer.ts"
import { innerOuterDf } from "./inner-outer.ts"
import type { KenwardRoger, KenwardRogerOptions } from "./kenward-roger.ts"
import { adjustKenwardRoger, invertContrast, matchMoments, restrict } from "./kenward-roger.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import { satterthwaiteDf } from "./satterthwaite.ts"
import { sequentialContrasts } from "./sequential-contrasts.ts"
import { chiSquareTail, fTail } from "./tail-probabilities.ts"
import type { TestType } from "./term-contrasts.ts"
import { termContrasts } from "./term-contrasts.ts"

export type DdfMethod = "satterthwaite" | "kr" | "inner-outer"

export interface FTest {
  /** Scaled as Kenward and Roger do with `ddf: "kr"`. */
  readonly F: number
  readonly ndf: number
  /** Null when the degrees of freedom could not be computed, and for a test of χ² (known residual variances). */
  readonly ddf: number | null
  readonly p: number | null
}

export interface AnovaRow extends FTest {
  readonly term: string
}

export interface DdfOptions extends KenwardRogerOptions {
  /**
   * Satterthwaite's when left out; with known residual variances none, the tests being of χ². `inner-outer`: those of
   * `innerOuterDf`, as nlme has them; of a contrast of several coefficients the least of theirs.
   */
  readonly ddf?: DdfMethod
}

export interface AnovaOptions extends DdfOptions {
  /** III, as lmerTest, when left out; `sequential`: as lme4's and nlme's `anova` (`sequentialContrasts`). */
  readonly type?: TestType | "sequential"
}

export interface ContrastOptions extends DdfOptions {
  /** The values that the contrasts are tested against; zero when left out. */
  readonly rhs?: readonly number[]
}

export interface WaldTest {
  readonly chiSquare: number
  readonly df: number
  readonly p: number
}

/** An F test for each term of the fixed part but the intercept. @throws what `termContrasts` and `testContrast` throw */
export function anova(fit: LmmEstimate, options: AnovaOptions = {}): readonly AnovaRow[] {
  const denominator = denominatorOf(fit, options)
  const { type = 3 } = options
  const tested =
    type === "sequential" ? sequentialContrasts(fit) : termContrasts(fit.design, type, fit.source)
  return tested.map(({ term, rows, contrast }) => {
    const l = toRows(contrast, rows, fit.fixed.length)
    const given = denominator.innerOuter?.terms[fit.design.fixed.terms.indexOf(term)] ?? null
    return { term, ...testReduced(fit, reduce(fit, l, null), denominator.adjustment, given) }
  })
}

/**
 * F test of `Lβ = rhs`. Satterthwaite's denominator for several rows is that of Fai & Cornelius (1996, J. Stat. Comput.
 * Simul. 54, 363–378): of the independent t statistics along the eigenvectors of the contrasts' covariance matrix, each
 * with its own degrees of freedom, the F distribution with the same mean. Kenward and Roger's is in `kenward-roger.ts`.
 *
 * @param contrast rows of length p; rows that depend on others are allowed when `rhs` is zero
 * @throws OptionError for rows of another length, or for a contrast that is zero
 */
export function testContrast(
  fit: LmmEstimate,
  contrast: readonly ArrayLike<number>[],
  options: ContrastOptions = {},
): FTest {
  const { adjustment, innerOuter } = denominatorOf(fit, options)
  const reduced = reduce(fit, contrast, options.rhs ?? null)
  const given = innerOuter?.coefficients.filter((_, j) => contrast.some((row) => row[j] !== 0)) ?? []
  return testReduced(fit, reduced, adjustment, given.length === 0 ? null : Math.min(...given))
}

export interface Denominator {
  readonly adjustment: KenwardRoger | null
  readonly innerOuter: InnerOuterDf | null
}

/** What a method has for all contrasts; neither for Satterthwaite's. @throws OptionError for degrees of freedom where residual variances are known */
export function denominatorOf(fit: LmmEstimate, { ddf, ...options }: DdfOptions): Denominator {
  if (ddf === "kr") return { adjustment: adjustKenwardRoger(fit, options), innerOuter: null }
  if (ddf === undefined || !fit.residualKnown) {
    return { adjustment: null, innerOuter: ddf === "inner-outer" ? innerOuterDf(fit.design) : null }
  }
  throw new OptionError("with known residual standard deviations tests are normal and of χ²", {
    code: "no-ddf",
    where: fit.formula,
    hint: "leave the degrees of freedom out, or use Kenward and Roger's (kr)",
  })
}

/** Wald's χ² test of `Lβ = rhs`, the variance parameters taken as known. Throws as {@link testContrast} does. */
export function waldTest(
  fit: LmmEstimate,
  contrast: readonly ArrayLike<number>[],
  rhs?: readonly number[],
): WaldTest {
  const { q, values, covariance } = reduce(fit, contrast, rhs ?? null)
  let chiSquare = 0
  for (let k = 0; k < q; k++) chiSquare += values[k]! ** 2 / covariance[k * (q + 1)]!
  return { chiSquare, df: q, p: chiSquareTail(chiSquare, q) }
}

/** All coefficients but the intercept, as Stata's `mixed` prints its Wald test. Null when there are none. */
export function waldTestOfModel(fit: LmmEstimate): WaldTest | null {
  const p = fit.fixed.length
  const rows = fit.fixed.flatMap(({ name }, j) => {
    return name === "(Intercept)" ? [] : [Float64Array.from({ length: p }, (_, k) => (k === j ? 1 : 0))]
  })
  return rows.length === 0 ? null : waldTest(fit, rows)
}

function toRows(contrast: Float64Array, rows: number, p: number): readonly Float64Array[] {
  return Array.from({ length: rows }, (_, k) => contrast.subarray(k * p, (k + 1) * p))
}

interface ReducedContrast {
  readonly q: number
  /** Row-major q × p: rows uncorrelated under the covariance matrix of the fixed effects. */
  readonly contrast: Float64Array
  /** `Lβ̂ − rhs`. */
  readonly values: Float64Array
  /** `LΦL'`, diagonal but for rounding. */
  readonly covariance: Float64Array
}

const RANK = 1e-8

/** Rotates the rows to uncorrelated ones and drops those without variance. */
function reduce(
  fit: LmmEstimate,
  rows: readonly ArrayLike<number>[],
  rhs: readonly number[] | null,
): ReducedContrast {
  const p = fit.fixed.length
  const bad = rows.findIndex((row) => row.length !== p || !Array.from(row).every(Number.isFinite))
  if (rows.length === 0 || bad !== -1 || (rhs !== null && rhs.length !== rows.length)) {
    throw new OptionError(
      rhs !== null && rhs.length !== rows.length
        ? `there are ${rhs.length} right-hand sides for ${rows.length} contrasts`
        : `a contrast has ${rows[bad]?.length ?? 0} numbers, expected ${p} finite ones`,
      {
        code: "bad-contrast",
        where: fit.formula,
        hint: `give one number each for ${fit.fixed.map(({ name }) => name).join(", ")}`,
      },
    )
  }
  const m = rows.length
  const l = Float64Array.from(rows.flatMap((row) => Array.from(row)))
  const { values: variances, vectors } = decomposeSymmetric(restrict(fit.vcov, l, m, p), m)
  const kept = [...variances.keys()].filter((k) => variances[k]! > RANK * variances[m - 1]!).reverse()
  if (kept.length === 0 || (rhs !== null && kept.length < m)) {
    throw new OptionError(
      kept.length === 0 ? "the contrast is zero" : "the contrasts depend on one another linearly",
      { code: "bad-contrast", where: fit.formula, hint: "give rows that are linearly independent" },
    )
  }
  const q = kept.length
  const contrast = new Float64Array(q * p)
  const values = new Float64Array(q)
  kept.forEach((from, k) => {
    for (let i = 0; i < m; i++) {
      const share = vectors[i * m + from]!
      for (let j = 0; j < p; j++) contrast[k * p + j] = contrast[k * p + j]! + share * l[i * p + j]!
      values[k] = values[k]! - share * (rhs?.[i] ?? 0)
    }
    for (let j = 0; j < p; j++) values[k] = values[k]! + contrast[k * p + j]! * fit.fixed[j]!.estimate
  })
  return { q, contrast, values, covariance: restrict(fit.vcov, contrast, q, p) }
}

/** @param given denominator degrees of freedom where they do not depend on the fit */
function testReduced(
  fit: LmmEstimate,
  reduced: ReducedContrast,
  adjustment: KenwardRoger | null,
  given: number | null,
): FTest {
  if (adjustment !== null) return testKenwardRoger(fit, reduced, adjustment)
  const { q, values, covariance, contrast } = reduced
  const p = fit.fixed.length
  let sum = 0
  for (let k = 0; k < q; k++) sum += values[k]! ** 2 / covariance[k * (q + 1)]!
  const F = sum / q
  if (fit.residualKnown) return { F, ndf: q, ddf: null, p: chiSquareTail(sum, q) }
  if (given !== null) return { F, ndf: q, ddf: given, p: finite(fTail(F, q, given)) }
  const { sensitivity } = fit.state
  if (sensitivity === null) return { F, ndf: q, ddf: null, p: null }
  const each = toRows(contrast, q, p).map((row) => satterthwaiteDf(sensitivity, Float64Array.from(row)))
  const ddf = combineDf(each)
  return { F, ndf: q, ddf, p: finite(fTail(F, q, ddf)) }
}

/** Degrees of freedom that are not positive leave no p value. */
function finite(p: number): number | null {
  return Number.isFinite(p) ? p : null
}

/** `2E / (E − q)`, `E = Σ ν/(ν − 2)`: the mean of F is E/q. Equal ν are the answer; below 2 there is no mean. */
function combineDf(each: readonly number[]): number {
  const first = each[0]!
  if (each.every((df) => Math.abs(df - first) < 1e-8 * first || df === first)) return first
  if (each.some((df) => df <= 2)) return 2
  const excess = each.reduce((sum, df) => sum + (Number.isFinite(df) ? 2 / (df - 2) : 0), 0)
  return (2 * (each.length + excess)) / excess
}

function testKenwardRoger(fit: LmmEstimate, reduced: ReducedContrast, adjustment: KenwardRoger): FTest {
  const { q, contrast, values } = reduced
  const p = fit.fixed.length
  const internal = toBasisRows(fit, contrast, q, p)
  const { scale, ddf } = matchMoments(adjustment, internal, q)
  const inverse = invertContrast(adjustment.adjusted, internal, q, p)
  let sum = 0
  for (let a = 0; a < q; a++) {
    for (let b = 0; b < q; b++) sum += values[a]! * inverse[a * q + b]! * values[b]!
  }
  const F = (scale * sum) / (q * fit.sigma ** 2)
  return { F, ndf: q, ddf, p: finite(fTail(F, q, ddf)) }
}

/** `L R⁻¹`, row-major q × p: contrasts for the coefficients of the orthonormal basis, X = QR. */
export function toBasisRows(fit: LmmEstimate, contrast: Float64Array, q: number, p: number): Float64Array {
  const { fixedCoordinates } = fit.state.criterion.system
  const out = Float64Array.from(contrast)
  for (let k = 0; k < q; k++) {
    fixedCoordinates.forEach((column, j) => {
      let value = out[k * p + j]!
      for (let i = 0; i < j; i++) value -= column[i]! * out[k * p + i]!
      out[k * p + j] = value / column[j]!
    })
  }
  return out
}
