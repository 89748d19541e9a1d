/** Conditional effects: how the expectation changes with a predictor, the others held at typical values. */
import { linearPredictor } from "../chains/linear-predictor.ts"
import type { Posterior } from "../chains/posterior.ts"
import { recordedDraws } from "../chains/recorded-draws.ts"
import { checkOptionNames, OptionError, suggest } from "../core/errors.ts"
import { toTable } from "../data/to-table.ts"
import { mean, standardDeviation } from "../diagnostics/moments.ts"
import { quantileOfSorted } from "../diagnostics/quantile.ts"
import { newDesign } from "../models/formula/new-design.ts"
import { streamFor } from "../random/stream.ts"
import { estimability } from "./estimability.ts"
import { checkAt, crossValues, type GridValue, gridVariables, lookupVariable } from "./reference-grid.ts"

export interface ConditionalEffect {
  /** The values of the predictors that vary. */
  readonly at: Readonly<Record<string, GridValue>>
  /** Posterior mean and sd of the expectation. */
  readonly mean: number
  readonly sd: number
  /** Median, and the central interval. */
  readonly median: number
  readonly lower: number
  readonly upper: number
  /** Why there are no figures, or null. */
  readonly reason: string | null
  readonly draws: Float64Array
}

export interface ConditionalEffectsOptions {
  /** Values of other columns; default the mean of numbers and the first level of a factor. Several values make several curves. */
  readonly at?: Readonly<Record<string, GridValue | readonly GridValue[]>>
  /** Levels of grouping factors whose effects are added, `{ county: "AITKIN" }`; without it a typical group, effects zero. */
  readonly groups?: Readonly<Record<string, string>>
  /** Values of a predictor that is a number, over its range, default 50. */
  readonly points?: number
  /** Probability of the interval, default 0.9. */
  readonly level?: number
}

/**
 * The expectation of the response along one predictor, or over the combinations of several.
 *
 * @throws OptionError for a predictor or level that there is not; DataError when `b` (and with groups `u`) was not recorded
 */
export function conditionalEffects(
  posterior: Posterior,
  predictors: string | readonly string[],
  options: ConditionalEffectsOptions = {},
): ConditionalEffect[] {
  checkOptionNames("conditionalEffects", options, ["at", "groups", "points", "level"])
  const { at = {}, groups, points = 50, level = 0.9 } = options
  const { model, container } = posterior
  checkNumbers(points, level)
  const variables = gridVariables(model)
  const given = checkAt(variables, at)
  const wanted = typeof predictors === "string" ? [predictors] : predictors
  for (const name of wanted) lookupVariable(variables, name, "conditionalEffects")
  const varying = new Set([...wanted, ...[...given].flatMap(([name, own]) => (own.length > 1 ? [name] : []))])
  const names = [...wanted, ...[...variables.keys()].filter((name) => !wanted.includes(name))]
  const values = new Map(
    names.map((name): [string, readonly GridValue[]] => {
      const variable = variables.get(name)!
      const own = given.get(name)
      if (own !== undefined) return [name, own]
      if (variable.kind === "factor")
        return [name, wanted.includes(name) ? variable.levels : variable.levels.slice(0, 1)]
      return [name, wanted.includes(name) ? spread(variable.min, variable.max, points) : [variable.mean]]
    }),
  )
  const rows = crossValues(values)
  const withGroups = rows.map((row) => ({ ...groupValues(posterior, groups ?? {}), ...row }))
  const grid = newDesign(model.design, toTable(withGroups, "reference grid"), {
    random: groups !== undefined,
  })
  const predictor = linearPredictor(grid, recordedDraws(container), streamFor(0, 0, "unused"))
  const isEstimable = estimability(model, grid.leftOut.columns.length)
  const inRow = (i: number) => (column: Float64Array) => column[i]!
  return rows.map((row, i) => {
    const draws = new Float64Array(predictor.count)
    predictor.known(i, draws)
    const estimable = isEstimable(grid.fixed.columns.map(inRow(i)), grid.leftOut.columns.map(inRow(i)))
    if (!estimable) draws.fill(NaN)
    const sorted = draws.slice().sort()
    return {
      at: Object.fromEntries(Object.entries(row).filter(([name]) => varying.has(name))),
      mean: mean(draws),
      sd: standardDeviation(draws),
      median: quantileOfSorted(sorted, 0.5),
      lower: quantileOfSorted(sorted, (1 - level) / 2),
      upper: quantileOfSorted(sorted, (1 + level) / 2),
      reason: estimable ? null : "the data do not have this combination of levels",
      draws,
    }
  })
}

/** The columns of the grouping factors: the levels asked for, missing for the others. */
function groupValues(
  { model }: Posterior,
  groups: Readonly<Record<string, string>>,
): Record<string, string | null> {
  const known = new Map(model.design.random.map(({ group, levels }) => [group, levels]))
  for (const [group, wanted] of Object.entries(groups)) {
    const levels = known.get(group)
    if (levels?.includes(wanted) === true) continue
    throw new OptionError(
      levels === undefined
        ? `there is no grouping factor "${group}"`
        : `"${wanted}" is not a level of ${group}`,
      {
        code: "unknown-level",
        where: "groups",
        hint: levels === undefined ? suggest(group, [...known.keys()]) : suggest(wanted, levels),
      },
    )
  }
  const values: Record<string, string | null> = {}
  for (const group of known.keys()) {
    // The level of an interaction, `a:b`, says the level of each column.
    const columns = group.split(":")
    const parts = groups[group]?.split(":")
    if (parts !== undefined && parts.length !== columns.length) {
      throw new OptionError(`"${groups[group]}" does not tell the levels of ${columns.join(" and ")} apart`, {
        code: "unknown-level",
        where: "groups",
        hint: "name levels without colons",
      })
    }
    columns.forEach((column, k) => {
      values[column] = parts?.[k] ?? values[column] ?? null
    })
  }
  return values
}

function spread(from: number, to: number, points: number): number[] {
  if (from === to) return [from]
  return Array.from({ length: points }, (_, k) => from + ((to - from) * k) / (points - 1))
}

function checkNumbers(points: number, level: number): void {
  const bad = !(Number.isSafeInteger(points) && points >= 2)
    ? "points"
    : !(level > 0 && level < 1)
      ? "level"
      : null
  if (bad === null) return
  throw new OptionError(
    bad === "points"
      ? `found ${points}, expected a whole number of at least 2`
      : `found ${level}, expected a probability between 0 and 1`,
    {
      code: "invalid-option",
      where: bad,
      hint: bad === "points" ? "for instance points: 50" : "for instance level: 0.9",
    },
  )
}
