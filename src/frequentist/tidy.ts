/** Fits as tidy tables: one row an observation of what is asked for, one column a variable, for Arquero. */

import type { ColumnTable } from "arquero"
import { OptionError, suggest } from "../core/errors.ts"
import { normalQuantile } from "../math/normal-quantile.ts"
import type { LinearModel } from "./linear-model.ts"
import type { LmList } from "./lm-list.ts"
import type { LmmFit } from "./lmm-fit.ts"

export type TidyRow = Readonly<Record<string, number | string | boolean | null>>

type Makers<Fit> = Readonly<Record<string, (fit: Fit) => readonly object[]>>

const MIXED = {
  fixed: (fit: LmmFit) => withIntervals(fit.fixed, fit),
  varcorr: (fit: LmmFit) => {
    return fit.varcorr.map((row) => {
      if ("cov" in row) return { ...row, sd: null, variance: null }
      return {
        group: row.group,
        term: "term" in row ? row.term : null,
        term2: null,
        cov: null,
        cor: null,
        sd: row.sd,
        variance: row.variance,
      }
    })
  },
  residual: (fit: LmmFit) => {
    return Object.entries(fit.residual ?? {}).flatMap(([kind, value]): readonly object[] => {
      if (typeof value === "number") return [{ structure: kind, stratum: null, estimate: value }]
      return Object.entries(value).map(([stratum, estimate]) => ({ structure: kind, stratum, estimate }))
    })
  },
  ranef: randomRows,
  coef: (fit: LmmFit) => {
    return Object.entries(fit.coef()).flatMap(([group, rows]) => {
      return rows.flatMap(({ level, ...terms }) => {
        return Object.entries(terms).map(([term, estimate]) => ({ group, level, term, estimate }))
      })
    })
  },
  lines: (fit: LmmFit) => fit.randomEffects.flatMap(({ group }) => fit.groupLines(group)),
  anova: (fit: LmmFit) => fit.anova(),
  confint: (fit: LmmFit) => fit.confint(),
  augment: (fit: LmmFit) => {
    const scaled = fit.residualsOf("scaled")
    const normalized = fit.residualsOf("normalized")
    return Array.from(fit.fitted, (fitted, i) => ({
      row: fit.design.rowIndex[i]! + 1,
      response: fit.design.response.values[i]!,
      fitted,
      residual: fit.residuals[i]!,
      scaled: scaled[i]!,
      normalized: normalized[i]!,
    }))
  },
  glance: (fit: LmmFit) => {
    const { method, nobs, logLik, criterion, aic, bic, sigma, parameters, converged, singular } = fit
    const { marginal, conditional } = fit.rSquared()
    return [
      {
        method,
        nobs,
        parameters,
        logLik,
        criterion,
        aic,
        bic,
        sigma,
        rSquaredMarginal: marginal,
        rSquaredConditional: conditional,
        converged,
        singular,
      },
    ]
  },
} satisfies Makers<LmmFit>

const LINEAR = {
  fixed: (fit: LinearModel) => {
    const intervals = fit.confint()
    return fit.fixed.map((row, j) => ({ ...row, lower: intervals[j]!.lower, upper: intervals[j]!.upper }))
  },
  anova: (fit: LinearModel) => fit.anova(),
  confint: (fit: LinearModel) => fit.confint(),
  augment: (fit: LinearModel) => {
    return Array.from(fit.fitted, (fitted, i) => ({
      row: fit.design.rowIndex[i]! + 1,
      response: fit.design.response.values[i]!,
      fitted,
      residual: fit.residuals[i]!,
    }))
  },
  glance: (fit: LinearModel) => {
    const { method, nobs, df, logLik, aic, bic, sigma, rSquared, adjustedRSquared, overall } = fit
    const { F, p } = overall ?? { F: null, p: null }
    return [{ method, nobs, df, logLik, aic, bic, sigma, rSquared, adjustedRSquared, F, p }]
  },
} satisfies Makers<LinearModel>

const SEPARATE = { coef: (fit: LmList) => fit.rows() } satisfies Makers<LmList>

export type TidyPart<Fit> = Fit extends LmmFit
  ? keyof typeof MIXED
  : Fit extends LinearModel
    ? keyof typeof LINEAR
    : keyof typeof SEPARATE

/**
 * Rows of one part of a fit. Of a mixed model: `fixed`, `varcorr`, `residual` (its structure), `ranef`, `coef`, `lines`,
 * `anova`, `confint`, `augment` (response, fitted values and residuals of the rows used) and `glance` (one row for the
 * whole fit); of least squares `fixed`, `anova`, `confint`, `augment` and `glance`; of `lmList`, `coef`. Rows are
 * counted from 1; what does not exist is null.
 *
 * @throws OptionError for a part that the fit does not have
 */
export function tidyRows<Fit extends LmmFit | LinearModel | LmList>(
  fit: Fit,
  part: TidyPart<Fit>,
): readonly TidyRow[] {
  const made = makeRows(fit, String(part))
  return made.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cell(value)])),
  )
}

/** As {@link tidyRows}, as an Arquero table; loads Arquero on first use. */
export async function tidy<Fit extends LmmFit | LinearModel | LmList>(
  fit: Fit,
  part: TidyPart<Fit>,
): Promise<ColumnTable> {
  const { from } = await import("arquero")
  return from([...tidyRows(fit, part)])
}

function makeRows(fit: LmmFit | LinearModel | LmList, part: string): readonly object[] {
  if ("randomEffects" in fit) return choose(MIXED, part)(fit)
  if ("rSquared" in fit) return choose(LINEAR, part)(fit)
  return choose(SEPARATE, part)(fit)
}

function choose<Fit>(makers: Makers<Fit>, part: string): (fit: Fit) => readonly object[] {
  const maker = Object.hasOwn(makers, part) ? makers[part] : undefined
  if (maker !== undefined) return maker
  throw new OptionError(`"${part}" is no part of the fit`, {
    code: "unknown-part",
    where: "tidy",
    hint: suggest(part, Object.keys(makers)),
  })
}

function cell(value: unknown): number | string | boolean | null {
  if (typeof value === "number") return Number.isNaN(value) ? null : value
  return typeof value === "string" || typeof value === "boolean" ? value : null
}

function withIntervals(fixed: LmmFit["fixed"], fit: LmmFit): readonly object[] {
  const intervals = new Map(fit.confint({ method: "wald" }).map((row) => [row.name, row]))
  return fixed.map((row) => {
    const { lower, upper } = intervals.get(`b[${row.name}]`)!
    return { ...row, lower, upper }
  })
}

/** BLUPs with their conditional standard deviations and normal intervals of 95 %. */
function randomRows(fit: LmmFit): readonly object[] {
  const z = normalQuantile(0.975)
  return fit.randomEffects.flatMap(({ group, levels, terms, values, conditionalVariances }) => {
    return levels.flatMap((level, j) => {
      return terms.map((term, t) => {
        const estimate = values[j * terms.length + t]!
        const sd = Math.sqrt(conditionalVariances[j]![t * (terms.length + 1)]!)
        return { group, level, term, estimate, sd, lower: estimate - z * sd, upper: estimate + z * sd }
      })
    })
  })
}
