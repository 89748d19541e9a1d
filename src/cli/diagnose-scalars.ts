/** The figures of `gibbsite diagnose`, and which scalars they are not to be judged by. */
import { essMean } from "../diagnostics/ess-mean.ts"
import { essSd } from "../diagnostics/ess-sd.ts"
import { largestGewekeZ } from "../diagnostics/geweke.ts"
import { diagnosisReason } from "../diagnostics/reason.ts"
import { type Diagnostic, diagnostics } from "../diagnostics/registry.ts"
import { type ParameterSummary, type ScalarChains, summarise } from "../diagnostics/summarise.ts"

/** All that is said of one scalar: the summary, and the figures of this command alone. */
export interface Diagnosed extends ParameterSummary {
  readonly essMean: number
  readonly essSd: number
  readonly iact: number
  readonly gewekeZ: number
  /** Further figures by their names in JSON, with `--all`. */
  readonly further: Readonly<Record<string, number>>
}

/** What `--all` adds: every diagnostic there is that the summary does not hold. */
const FURTHER_NAMES = ["ess_median", "ess_spectral", "rhat_nested", "stationarity_p", "dependence_factor"]
export const FURTHER = diagnostics.filter(({ jsonName }) => FURTHER_NAMES.includes(jsonName))

/**
 * @param extra diagnostics to compute beside those of the summary
 * @returns one entry a scalar; `reason` tells why a figure, `extra` ones included, is not a finite number
 */
export function diagnoseScalars(scalars: readonly ScalarChains[], extra: readonly Diagnostic[]): Diagnosed[] {
  return summarise(scalars).map((summary, i) => {
    const { chains } = scalars[i]!
    const ess = essMean(chains)
    const size = chains.reduce((sum, chain) => sum + chain.length, 0)
    const figures = { essMean: ess, essSd: essSd(chains), iact: size / ess, gewekeZ: largestGewekeZ(chains) }
    const further = Object.fromEntries(extra.map(({ jsonName, compute }) => [jsonName, compute(chains)]))
    const reason = summary.reason ?? reasonOf(figures, chains) ?? reasonOfFurther(further, extra, chains)
    return { ...summary, ...figures, further, reason }
  })
}

function reasonOf(figures: Readonly<Record<string, number>>, chains: readonly Float64Array[]): string | null {
  const missing = Object.entries(figures).find(([, value]) => !Number.isFinite(value))
  if (missing === undefined) return null
  return diagnosisReason(chains) ?? `${missing[0]} is ${missing[1]}`
}

function reasonOfFurther(
  figures: Readonly<Record<string, number>>,
  extra: readonly Diagnostic[],
  chains: readonly Float64Array[],
): string | null {
  const reasons = extra
    .filter(({ jsonName }) => !Number.isFinite(figures[jsonName]))
    .map(
      ({ jsonName, reason }) =>
        `${jsonName}: ${reason?.(chains) ?? diagnosisReason(chains) ?? "is not finite"}`,
    )
  return reasons.length === 0 ? null : reasons.join("; ")
}

/** Columns that Stan's samplers add; the log density, `lp__`, is judged as a parameter is. */
export const isOfSampler = (name: string): boolean => name.endsWith("__") && name !== "lp__"

/**
 * Scalars that are the same number in all draws of all chains while others move: a fixed element (a correlation of 1), not a
 * chain that is stuck. One chain alone cannot tell.
 */
export function constantsOf(scalars: readonly ScalarChains[]): string[] {
  const parameters = scalars.filter(({ name }) => !isOfSampler(name))
  const fixed = parameters.filter(({ chains }) => {
    const value = chains[0]?.[0]
    return chains.length > 1 && chains.every((chain) => chain.every((draw) => draw === value))
  })
  return fixed.length < parameters.length ? fixed.map(({ name }) => name) : []
}
