/** What is read off the draws group by group: coefficients of levels, and the spreads as a table. */
import { mean, standardDeviation } from "../diagnostics/moments.ts"
import { quantileOfSorted } from "../diagnostics/quantile.ts"
import type { ParameterSummary } from "../diagnostics/summarise.ts"
import { remlEstimates } from "../frequentist/estimates-by-name.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { effectName } from "../models/effect-quantities.ts"
import type { Design } from "../models/formula/design.ts"
import { type DrawsByName, notRecorded } from "./recorded-draws.ts"

/** One effect or coefficient of one level, in the units of the response. */
export interface EffectSummary {
  readonly level: string
  readonly term: string
  readonly mean: number
  readonly sd: number
  readonly q5: number
  readonly q95: number
}

/** One sd, variance, covariance or correlation. */
export interface VarcorrRow {
  /** Grouping factor, or `residual`. */
  readonly group: string
  readonly kind: "sd" | "var" | "cov" | "cor"
  /** Null for the residual. */
  readonly term: string | null
  /** The other term of a covariance or correlation. */
  readonly term2: string | null
  readonly name: string
  readonly mean: number
  readonly sd: number
  readonly q5: number
  readonly q50: number
  readonly q95: number
  /** The estimate of the fit beside; null without one, or where it has none. */
  readonly reml: number | null
}

/** `b + u` of every level. @throws DataError when either was not recorded */
export function groupCoefficients(design: Design, draws: DrawsByName): Record<string, EffectSummary[]> {
  const draw = (name: string): Float64Array => draws(name) ?? notRecorded(name)
  const groups = [...new Set(design.random.map(({ group }) => group))]
  return Object.fromEntries(
    groups.map((group) => {
      const bars = design.random.filter((bar) => bar.group === group)
      const varying = new Set(bars.flatMap(({ terms }) => terms))
      const fixed = design.fixed.names
      const terms = [...fixed, ...[...varying].filter((term) => !fixed.includes(term))]
      const rows = bars[0]!.levels.flatMap((level) =>
        terms.map((term): EffectSummary => {
          const parts = [
            ...(fixed.includes(term) ? [draw(`b[${term}]`)] : []),
            ...(varying.has(term) ? [draw(effectName(group, term, level))] : []),
          ]
          return { level, term, ...summariseDraws(sumOf(parts)) }
        }),
      )
      return [group, rows] as const
    }),
  )
}

/** The recorded spreads, in the order of the design; those that were not recorded are left out. */
export function varcorrRows(
  design: Design,
  summaries: readonly ParameterSummary[],
  fit?: LmmFit,
): VarcorrRow[] {
  const byName = new Map(summaries.map((summary) => [summary.name, summary]))
  const estimates = fit === undefined ? undefined : remlEstimates(fit)
  const row = (
    kind: VarcorrRow["kind"],
    group: string,
    term: string | null,
    term2: string | null = null,
  ): VarcorrRow[] => {
    const name = `${kind}[${[group, term, term2].filter((part) => part !== null).join(",")}]`
    const summary = byName.get(name)
    if (summary === undefined) return []
    const { mean: centre, sd, q5, q50, q95 } = summary
    const estimate = estimates?.get(name)?.value
    const reml = estimate !== undefined && Number.isFinite(estimate) ? estimate : null
    return [{ group, kind, term, term2, name, mean: centre, sd, q5, q50, q95, reml }]
  }
  const bars = design.random.flatMap(({ group, terms }) => [
    ...terms.flatMap((term) => [...row("sd", group, term), ...row("var", group, term)]),
    ...terms.flatMap((term2, c) =>
      terms
        .slice(0, c)
        .flatMap((term) => [...row("cov", group, term, term2), ...row("cor", group, term, term2)]),
    ),
  ])
  return [...bars, ...row("sd", "residual", null), ...row("var", "residual", null)]
}

/** Mean, sd and the central 90 % interval of draws, unchanged. */
export function summariseDraws(values: Float64Array): { mean: number; sd: number; q5: number; q95: number } {
  const sorted = values.slice().sort()
  return {
    mean: mean(values),
    sd: standardDeviation(values),
    q5: quantileOfSorted(sorted, 0.05),
    q95: quantileOfSorted(sorted, 0.95),
  }
}

function sumOf(parts: readonly Float64Array[]): Float64Array {
  const sum = parts[0]!.slice()
  for (const part of parts.slice(1)) for (let s = 0; s < sum.length; s++) sum[s]! += part[s]!
  return sum
}
