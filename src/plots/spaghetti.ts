import { OptionError, suggest } from "../core/errors.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import type { Design } from "../models/formula/design.ts"
import { AROUND_POINTS, figures, label, measure } from "./channels.ts"
import {
  type ChartOptions,
  composeSpec,
  nameRows,
  panelTitle,
  seriesColor,
  themeOf,
  type VegaLiteSpec,
} from "./spec.ts"
import { shorten } from "./thin-points.ts"

export interface SpaghettiOptions extends ChartOptions {
  /** A predictor: a column of the bars or of the fixed part. The first that varies by group unless told. */
  readonly x?: string
  /** A grouping factor; the one whose slopes vary unless told. */
  readonly group?: string
}

export interface SpaghettiData {
  readonly group: string
  readonly x: string
  readonly response: string
  /** Of each level shown: its rows, in the order of x, with data and fitted values. */
  readonly levels: readonly {
    readonly level: string
    readonly x: readonly number[]
    readonly y: readonly number[]
    readonly fitted: readonly number[]
  }[]
  readonly total: number
}

/** Levels beyond these are thinned evenly; rows of all levels shown together. */
const mostLevels = 80
const mostRows = 5000

/** @throws OptionError when there is no such predictor or grouping factor, or no predictor at all */
export function spaghettiData(
  fit: Pick<LmmFit, "design" | "fitted">,
  options: Pick<SpaghettiOptions, "x" | "group"> = {},
): SpaghettiData {
  const { design } = fit
  const columns = predictorsOf(design)
  const x = options.x ?? [...columns.keys()][0]
  const values = x === undefined ? undefined : columns.get(x)
  if (x === undefined || values === undefined) throw refuse("predictor", options.x, [...columns.keys()])
  const groups = design.random.map((term) => term.group)
  const term =
    options.group === undefined
      ? (design.random.find((one) => one.terms.includes(x)) ?? design.random[0])
      : design.random.find((one) => one.group === options.group)
  if (term === undefined) throw refuse("grouping factor", options.group, groups)
  const members: number[][] = term.levels.map(() => [])
  term.codes.forEach((code, i) => {
    members[code]!.push(i)
  })
  const shown = Math.min(mostLevels, members.length)
  const rowsEach = Math.max(2, Math.floor(mostRows / Math.max(1, shown)))
  const levels = Array.from({ length: shown }, (_, k) => Math.floor((k * members.length) / shown)).map(
    (at) => {
      const sorted = members[at]!.toSorted((a, b) => values[a]! - values[b]!)
      const rows = thinEvenly(sorted, rowsEach)
      const pick = (column: Float64Array) => rows.map((i) => column[i]!)
      return {
        level: term.levels[at]!,
        x: pick(values),
        y: pick(design.response.values),
        fitted: pick(fit.fitted),
      }
    },
  )
  return { group: term.group, x, response: design.response.name, levels, total: members.length }
}

/** Both ends and as many between them as fit. */
function thinEvenly(rows: readonly number[], most: number): readonly number[] {
  if (rows.length <= most) return rows
  return Array.from({ length: most }, (_, k) => rows[Math.round((k * (rows.length - 1)) / (most - 1))]!)
}

/** Columns by name, those that vary by group first; no intercepts. */
function predictorsOf({ random, fixed }: Design): ReadonlyMap<string, Float64Array> {
  const all = [
    ...random.flatMap(({ terms, columns }) => terms.map((term, t) => [term, columns[t]!] as const)),
    ...fixed.names.map((name, j) => [name, fixed.columns[j]!] as const),
  ]
  return new Map(all.filter(([name]) => name !== "(Intercept)"))
}

function refuse(what: string, name: string | undefined, known: readonly string[]): OptionError {
  const message = name === undefined ? `the model has no ${what}` : `the model has no ${what} "${name}"`
  return new OptionError(message, {
    code: "unknown-parameter",
    where: "plots.spaghetti",
    hint: name === undefined ? "chart the effects with plots.caterpillar" : suggest(name, known),
  })
}

/** A line a group, its fitted values, over the data. */
export function spaghettiSpec(data: SpaghettiData, options: ChartOptions = {}): VegaLiteSpec {
  const rows = data.levels.flatMap(({ level, x, y, fitted }) =>
    x.map((at, i) => ({ level, x: shorten(at), y: shorten(y[i]), fitted: shorten(fitted[i]) })),
  )
  const x = measure("x", data.x, AROUND_POINTS)
  const some = data.levels.length < data.total ? `${data.levels.length} of ${data.total} levels; ` : ""
  const panel = {
    ...panelTitle(
      `${data.response} over ${data.x} by ${data.group}`,
      `${some}lines: fitted values, dots: data`,
      options,
    ),
    width: options.width ?? 560,
    height: options.height ?? 300,
    data: nameRows("rows", 0, rows),
    layer: [
      {
        mark: {
          type: "point" as const,
          filled: true,
          size: 10,
          opacity: 0.35,
          color: themeOf(options).muted,
        },
        encoding: {
          x,
          y: measure("y", data.response, AROUND_POINTS),
          tooltip: [label("level", data.group), ...figures(["x", data.x], ["y", data.response])],
        },
      },
      {
        mark: {
          type: "line" as const,
          strokeWidth: 1.2,
          opacity: data.levels.length > 25 ? 0.45 : 0.8,
          color: seriesColor(options, 0),
        },
        encoding: {
          x,
          y: measure("fitted", data.response, AROUND_POINTS),
          detail: { field: "level", type: "nominal" as const },
          tooltip: [label("level", data.group)],
        },
      },
    ],
  }
  return composeSpec([panel], options)
}

/** Fitted lines and data of each group, lattice's `xyplot(y ~ x, groups = g)`. @throws OptionError as `spaghettiData` */
export function plotSpaghetti(
  fit: Pick<LmmFit, "design" | "fitted">,
  options: SpaghettiOptions = {},
): VegaLiteSpec {
  return spaghettiSpec(spaghettiData(fit, options), options)
}
