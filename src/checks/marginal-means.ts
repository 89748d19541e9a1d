/** Marginal means of factors and their contrasts: expectations averaged over a reference grid with equal weights. */
import { summariseDraws } from "../chains/group-summaries.ts"
import type { Posterior } from "../chains/posterior.ts"
import { notRecorded, recordedDraws } from "../chains/recorded-draws.ts"
import { checkOptionNames, OptionError, suggest } from "../core/errors.ts"
import type { GriddedModel } from "./estimability.ts"
import {
  checkAt,
  crossValues,
  type GridPoint,
  type GridValue,
  gridPoints,
  gridVariables,
  lookupVariable,
} from "./reference-grid.ts"

export interface MarginalMean {
  /** The level of each factor that was asked for. */
  readonly levels: Readonly<Record<string, GridValue>>
  readonly mean: number
  readonly sd: number
  readonly q5: number
  readonly q95: number
  /** Why there are no figures, or null. */
  readonly reason: string | null
  readonly draws: Float64Array
}

export interface Contrast {
  /** `i2 - i1`. */
  readonly contrast: string
  readonly mean: number
  readonly sd: number
  readonly q5: number
  readonly q95: number
  /** Posterior probability that it is above 0. */
  readonly probabilityPositive: number
  readonly reason: string | null
  readonly draws: Float64Array
}

export interface MarginalMeansOptions {
  /** Values of other columns, one or several to average over; default every level of a factor, and the mean of a column of numbers. */
  readonly at?: Readonly<Record<string, GridValue | readonly GridValue[]>>
}

/**
 * Posterior of the marginal means of one factor, or of the combinations of several: for each, the mean of the expectations `offset + Xb` over
 * a grid of the levels of all other factors, each combination counting the same, columns of numbers at their mean; a typical group (effects zero).
 * Searle, Speed & Milliken (1980), Population marginal means in the linear model, The American Statistician 34, 216–221; R's emmeans.
 *
 * @throws OptionError for a factor that the fixed part does not have; DataError when `b` was not recorded
 */
export function marginalMeans(
  posterior: Posterior,
  factors: string | readonly string[],
  options: MarginalMeansOptions = {},
): MarginalMean[] {
  checkOptionNames("marginalMeans", options, ["at"])
  const { model, container } = posterior
  const draws = recordedDraws(container)
  const coefficients = model.design.fixed.names.map(
    (name) => draws(`b[${name}]`) ?? notRecorded(`b[${name}]`),
  )
  return marginalPoints(model, factors, options).map((point) => {
    const values = combineDraws(point, coefficients)
    const reason = point.estimable ? null : "the data do not have this combination of levels"
    return { levels: point.at, ...summariseDraws(values), reason, draws: values }
  })
}

/** The linear combinations of the coefficients that `marginalMeans` takes. @throws OptionError */
export function marginalPoints(
  model: GriddedModel,
  factors: string | readonly string[],
  { at = {} }: MarginalMeansOptions = {},
): GridPoint[] {
  const wanted = typeof factors === "string" ? [factors] : factors
  const variables = gridVariables(model)
  const fixed = checkAt(variables, at)
  for (const name of wanted) {
    if (lookupVariable(variables, name, "marginalMeans").kind === "factor" || fixed.has(name)) continue
    const names = [...variables].flatMap(([other, { kind }]) => (kind === "factor" ? [other] : []))
    throw new OptionError(`"${name}" is a column of numbers, expected a factor`, {
      code: "not-a-factor",
      where: "marginalMeans",
      hint: `give its values, at: { ${name}: [0, 1] }; ${suggest(name, names)}`,
    })
  }
  const values = new Map(
    [...variables].map(([name, variable]): [string, readonly GridValue[]] => [
      name,
      fixed.get(name) ?? (variable.kind === "factor" ? variable.levels : [variable.mean]),
    ]),
  )
  const rows = crossValues(values)
  const groups = crossValues(new Map(wanted.map((name) => [name, values.get(name)!])))
  const keyOf = (row: Readonly<Record<string, GridValue>>): string =>
    JSON.stringify(wanted.map((name) => row[name]))
  const members = new Map<string, number[]>()
  rows.forEach((row, i) => {
    const key = keyOf(row)
    const own = members.get(key)
    if (own === undefined) members.set(key, [i])
    else own.push(i)
  })
  return gridPoints(
    model,
    rows,
    groups.map((group) => ({ at: group, rows: members.get(keyOf(group))! })),
  )
}

/**
 * Contrasts of marginal means.
 *
 * @param kind `pairwise`: each less each before it. `reference`: each less the first. Or weights by name, one a mean
 * @throws OptionError when weights are not as many as means
 */
export function contrasts(
  means: readonly MarginalMean[],
  kind: "pairwise" | "reference" | Readonly<Record<string, readonly number[]>> = "pairwise",
): Contrast[] {
  const labels = means.map(({ levels }) => Object.values(levels).join(" "))
  return weightsOf(kind, labels).map(([contrast, weights]) => {
    const values = new Float64Array(means[0]?.draws.length ?? 0)
    means.forEach(({ draws }, k) => {
      const weight = weights[k]!
      if (weight !== 0) for (let s = 0; s < values.length; s++) values[s]! += weight * draws[s]!
    })
    const reason = means.find((one, k) => weights[k] !== 0 && one.reason !== null)?.reason ?? null
    const positive = values.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0) / values.length
    return {
      contrast,
      ...summariseDraws(values),
      probabilityPositive: reason === null ? positive : NaN,
      reason,
      draws: values,
    }
  })
}

/**
 * Named weights of the means, one for each label: all pairs, each against the first, or as given.
 * @throws OptionError for another number of weights than labels
 */
export function weightsOf(
  kind: "pairwise" | "reference" | Readonly<Record<string, readonly number[]>>,
  labels: readonly string[],
): readonly (readonly [string, readonly number[]])[] {
  if (typeof kind === "object") {
    for (const [name, weights] of Object.entries(kind)) {
      if (weights.length === labels.length) continue
      throw new OptionError(`found ${weights.length} weights, expected ${labels.length}`, {
        code: "shape",
        where: `contrast ${name}`,
        hint: `one for each of ${labels.join(", ")}`,
      })
    }
    return Object.entries(kind)
  }
  const difference = (a: number, b: number): readonly [string, readonly number[]] => [
    `${labels[a]} - ${labels[b]}`,
    labels.map((_, k) => (k === a ? 1 : k === b ? -1 : 0)),
  ]
  const others = [...labels.keys()].slice(1)
  if (kind === "reference") return others.map((a) => difference(a, 0))
  return others.flatMap((a) => Array.from({ length: a }, (_, b) => difference(a, b)))
}

/** Draws of a linear combination; NaN where it cannot be told from the data. */
function combineDraws(
  { weights, offset, estimable }: GridPoint,
  coefficients: readonly Float64Array[],
): Float64Array {
  const values = new Float64Array(coefficients[0]?.length ?? 0).fill(estimable ? offset : NaN)
  coefficients.forEach((draws, j) => {
    const weight = weights[j]!
    if (weight !== 0) for (let s = 0; s < values.length; s++) values[s]! += weight * draws[s]!
  })
  return values
}
