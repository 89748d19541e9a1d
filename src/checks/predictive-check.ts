/** Predictive checks: a statistic of the data beside the same statistic of replicated data sets. */
import { GraphPosterior } from "../chains/graph-posterior.ts"
import type { Posterior } from "../chains/posterior.ts"
import { DataError, OptionError, suggest } from "../core/errors.ts"
import { asFactor } from "../data/factor.ts"
import { type DensityEstimate, kde } from "../diagnostics/kde.ts"
import { mean, standardDeviation } from "../diagnostics/moments.ts"
import { quantile, quantileOfSorted } from "../diagnostics/quantile.ts"
import type { Design } from "../models/formula/design.ts"
import type { HierarchicalModel } from "../samplers/model.ts"
import type { GraphPredictOptions } from "./graph-replicate.ts"
import { type PosteriorPredictOptions, posteriorPredict } from "./posterior-predict.ts"
import type { Replicates } from "./replicate.ts"

/** A number from the values of a data set, or of those of one group. */
export type Statistic = (values: Float64Array) => number

/** The statistics that have names. */
const STATISTICS = {
  mean: (values) => mean(values),
  sd: (values) => standardDeviation(values),
  min: (values) => values.reduce((least, value) => Math.min(least, value), Infinity),
  max: (values) => values.reduce((most, value) => Math.max(most, value), -Infinity),
  median: (values) => quantile(values, 0.5),
  q5: (values) => quantile(values, 0.05),
  q95: (values) => quantile(values, 0.95),
  skewness: (values) => {
    const [centre, sd] = [mean(values), standardDeviation(values)]
    return mean(values.map((value) => ((value - centre) / sd) ** 3))
  },
} as const satisfies Readonly<Record<string, Statistic>>
export type StatisticName = keyof typeof STATISTICS

export interface PredictiveCheck {
  readonly statistic: string
  /** The group whose rows it is about; null for all rows. */
  readonly group: string | null
  /** Rows it is about. */
  readonly n: number
  readonly observed: number
  /** Mean, sd and central 90 % interval of the statistic over the replicated data sets. */
  readonly mean: number
  readonly sd: number
  readonly q5: number
  readonly q95: number
  /**
   * Bayesian p-value, P(T(y_rep) ≥ T(y)), ties counting half: near 0 or 1 where the model does not make data like these. It is not
   * uniform under a true model but nearer to 1/2. NaN where the statistic does not exist.
   */
  readonly p: number
  /** The statistic of each replicated data set. */
  readonly replicated: Float64Array
}

export interface GraphCheckOptions extends GraphPredictOptions {
  readonly statistics?: PredictiveCheckOptions["statistics"]
}

export interface PredictiveCheckOptions extends Omit<PosteriorPredictOptions, "newData"> {
  /** Names, default mean, sd, min and max; or functions by name. */
  readonly statistics?: readonly StatisticName[] | Readonly<Record<string, Statistic>>
  /** A column of the data or a grouping factor: statistics of the rows of each of its levels. */
  readonly by?: string
}

/**
 * Statistics of the data beside those of data sets from the posterior.
 * Gelman, Meng & Stern (1996), Statistica Sinica 6, 733–807, section 2.3; Rubin (1984), Annals of Statistics 12, 1151–1172.
 *
 * @throws OptionError for a statistic or column that there is not; as `posteriorPredict`
 */
export function predictiveCheck(posterior: Posterior, options?: PredictiveCheckOptions): PredictiveCheck[]
/** The same of a model of relations; where several variables are observed, each is a group of its own. */
export function predictiveCheck(posterior: GraphPosterior, options?: GraphCheckOptions): PredictiveCheck[]
export function predictiveCheck(
  posterior: Posterior | GraphPosterior,
  options: PredictiveCheckOptions & GraphCheckOptions = {},
): PredictiveCheck[] {
  if (posterior instanceof GraphPosterior) {
    const { statistics, ...predict } = options
    const replicates = posteriorPredict(posterior, predict)
    const { variables } = replicates
    return checkReplicates(
      replicates,
      chooseStatistics(statistics),
      variables.size > 1 ? variables : undefined,
    )
  }
  const { statistics, by, ...predict } = options
  const chosen = chooseStatistics(statistics)
  const groups = by === undefined ? undefined : rowsByGroup(posterior.model, by)
  return checkReplicates(posteriorPredict(posterior, predict), chosen, groups)
}

/**
 * The same of data sets of any origin, from `posteriorPredict` or `priorPredict`.
 *
 * @param groups for each group its rows, from 0; all rows without it
 * @throws DataError when the data sets have no observed responses beside them
 */
export function checkReplicates(
  { sets, observed }: Pick<Replicates, "sets" | "observed">,
  statistics: Readonly<Record<string, Statistic>> = chooseStatistics(),
  groups?: ReadonlyMap<string, Int32Array>,
): PredictiveCheck[] {
  if (observed === null) {
    throw new DataError("these data sets are of new rows, whose responses are not known", {
      code: "no-response",
      where: "predictive check",
      hint: "leave newData out",
    })
  }
  const parts: [string | null, Int32Array | null][] =
    groups === undefined ? [[null, null]] : [...groups].map(([group, rows]) => [group, rows])
  return parts.flatMap(([group, rows]) => {
    const pick = (values: Float64Array): Float64Array =>
      rows === null ? values : Float64Array.from(rows, (row) => values[row]!)
    const own = pick(observed)
    const replicas = sets.map(pick)
    return Object.entries(statistics).map(([statistic, compute]): PredictiveCheck => {
      const found = compute(own)
      const replicated = Float64Array.from(replicas, (values) => compute(values))
      const sorted = replicated.slice().sort()
      return {
        statistic,
        group,
        n: own.length,
        observed: found,
        mean: mean(replicated),
        sd: standardDeviation(replicated),
        q5: quantileOfSorted(sorted, 0.05),
        q95: quantileOfSorted(sorted, 0.95),
        p: shareAtLeast(replicated, found),
        replicated,
      }
    })
  })
}

function shareAtLeast(replicated: Float64Array, observed: number): number {
  if (Number.isNaN(observed) || replicated.some(Number.isNaN)) return NaN
  let share = 0
  for (const value of replicated) share += value > observed ? 1 : value === observed ? 0.5 : 0
  return share / replicated.length
}

/** What the checks of all rows say, one sentence for each statistic that the model does not reproduce. */
export function describeChecks(checks: readonly PredictiveCheck[], tail = 0.05): string[] {
  return checks
    .filter(({ p }) => p < tail || p > 1 - tail)
    .map(({ statistic, group, observed, q5, q95, p }) => {
      const side = p < tail ? "above" : "below"
      const where = group === null ? "" : ` in ${group}`
      const show = (value: number) => Number(value.toPrecision(4))
      return `The ${statistic}${where} of the data, ${show(observed)}, is ${side} nearly all of the replicated ones (90 % between ${show(q5)} and ${show(q95)}, p = ${p.toPrecision(2)}): the model does not make data like these in this respect.`
    })
}

/** Density curves of the data and of replicated data sets, on one grid: what a plot overlays. */
export interface PredictiveOverlay {
  readonly observed: DensityEstimate
  readonly replicated: readonly DensityEstimate[]
}

/** @param options `draws` is how many data sets, default 50. @throws as `posteriorPredict` */
export function predictiveOverlay(
  posterior: Posterior | GraphPosterior,
  options: Omit<PosteriorPredictOptions & GraphPredictOptions, "newData"> = {},
): PredictiveOverlay {
  const wanted = { draws: 50, ...options }
  const { sets, observed } =
    posterior instanceof GraphPosterior
      ? posteriorPredict(posterior, wanted)
      : posteriorPredict(posterior, wanted)
  const curves = [observed!, ...sets].map((values) => kde(values))
  const ends = curves.filter(({ x }) => x.length > 0)
  const from = ends.reduce((least, { x }) => Math.min(least, x[0]!), Infinity)
  const to = ends.reduce((most, { x }) => Math.max(most, x[x.length - 1]!), -Infinity)
  const [first, ...others] = [observed!, ...sets].map((values) => kde(values, { from, to }))
  return { observed: first!, replicated: others }
}

function chooseStatistics(
  wanted: PredictiveCheckOptions["statistics"] = ["mean", "sd", "min", "max"],
): Readonly<Record<string, Statistic>> {
  if (!isList(wanted)) return wanted
  return Object.fromEntries(
    wanted.map((name) => {
      if (Object.hasOwn(STATISTICS, name)) return [name, STATISTICS[name]]
      throw new OptionError(`no statistic is called "${name}"`, {
        code: "unknown-statistic",
        where: "statistics",
        hint: `${suggest(name, Object.keys(STATISTICS))}, or give a function: { range: (y) => … }`,
      })
    }),
  )
}

const isList = (wanted: object): wanted is readonly StatisticName[] => Array.isArray(wanted)

/**
 * The rows of a design by the levels of a grouping factor, or of a column of its table.
 *
 * @throws OptionError when there is none of that name
 */
export function rowsByGroup({ design, data }: HierarchicalModel, by: string): Map<string, Int32Array> {
  const { levels, codes } = factorOf(design, data.columns.get(by), by, data.columns.keys())
  const rows = levels.map((): number[] => [])
  codes.forEach((code, i) => {
    if (code >= 0) rows[code]!.push(i)
  })
  return new Map(
    levels.flatMap((level, j) =>
      rows[j]!.length === 0 ? [] : [[level, Int32Array.from(rows[j]!)] as const],
    ),
  )
}

function factorOf(
  design: Design,
  column: Parameters<typeof asFactor>[0] | undefined,
  by: string,
  columns: Iterable<string>,
): { readonly levels: readonly string[]; readonly codes: Int32Array } {
  const term = design.random.find(({ group }) => group === by)
  if (term !== undefined) return term
  if (column === undefined) {
    throw new OptionError(`there is no grouping factor or column "${by}"`, {
      code: "unknown-column",
      where: "by",
      hint: suggest(by, [...new Set([...design.random.map(({ group }) => group), ...columns])]),
    })
  }
  const { levels, codes } = asFactor(column, by)
  return { levels, codes: design.rowIndex.map((row) => codes[row]!) }
}
