import { OptionError } from "../core/errors.ts"
import { listing } from "./channels.ts"
import {
  type ChartOptions,
  finiteOrNull,
  nameRows,
  type Panel,
  panelTitle,
  stackPanels,
  themeOf,
  type VegaLiteSpec,
} from "./spec.ts"

/** One level of one grouping factor, for one of its terms: three estimates of the same quantity. */
export interface ShrinkageRow {
  readonly group: string
  readonly term: string
  readonly level: string
  /** Observations of the level. */
  readonly n: number
  /** Separate least squares of the level alone; `null` where it is not estimable. */
  readonly ols: number | null
  /** Best linear unbiased prediction at the REML estimates; `null` without such a fit. */
  readonly blup: number | null
  readonly posteriorMean: number
  readonly q5: number
  readonly q95: number
  /** The value the levels are pulled to, on the scale of the row; 0 when left out: the row holds deviations from it. */
  readonly grandMean?: number
}

/** The levels of one term of one grouping factor, the largest posterior mean first. */
export interface ShrinkageData {
  readonly group: string
  readonly term: string
  readonly grandMean: number
  readonly levels: readonly ShrinkageRow[]
  /** How many levels there are; more than `levels` holds when only some are shown. */
  readonly total: number
}

/** More levels than this are thinned, evenly over their order, so that the chart stays readable. */
const mostLevels = 100

/** More than this are drawn smaller. */
const manyLevels = 40

/** One entry a term of a grouping factor, in the order in which they first occur. */
export function shrinkageData(
  rows: readonly ShrinkageRow[],
  most: number = mostLevels,
): readonly ShrinkageData[] {
  const terms = new Map<string, ShrinkageRow[]>()
  for (const row of rows) {
    const key = JSON.stringify([row.group, row.term])
    const term = terms.get(key)
    if (term === undefined) terms.set(key, [row])
    else term.push(row)
  }
  return [...terms.values()].map((term) => {
    const sorted = term.toSorted((a, b) => b.posteriorMean - a.posteriorMean)
    const first = sorted[0]!
    return {
      group: first.group,
      term: first.term,
      grandMean: first.grandMean ?? 0,
      levels: spread(sorted, most),
      total: sorted.length,
    }
  })
}

/** At most `most` of the items, evenly spaced, the first and the last among them. */
function spread<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items
  return Array.from({ length: most }, (_, k) => items[Math.round((k * (items.length - 1)) / (most - 1))]!)
}

/** The three estimates of a level, from no pooling at all to the whole posterior. */
const estimates = [
  { key: "ols", label: "separate OLS", shape: "circle", series: 4 },
  { key: "blup", label: "BLUP (REML)", shape: "diamond", series: 2 },
  { key: "posteriorMean", label: "posterior mean", shape: "square", series: 0 },
] as const

/**
 * A line of marks a level: its separate estimate, its BLUP and its posterior mean with the 90 % interval, joined by a
 * line, against the common value. The lines lean towards the common value, the more so the less a level has to say.
 */
export function shrinkageSpec(
  data: ShrinkageData | readonly ShrinkageData[],
  options: ChartOptions = {},
): VegaLiteSpec {
  const all = "levels" in data ? [data] : data
  return stackPanels(all, shrinkagePanel, options)
}

function shrinkagePanel(data: ShrinkageData, panel: number, options: ChartOptions): Panel {
  const theme = themeOf(options)
  const rows = data.levels.flatMap(estimateRows)
  const x = {
    field: "value",
    type: "quantitative",
    scale: { zero: false },
    axis: { title: `${data.term} by ${data.group}`, tickCount: 6 },
  } as const
  const y = listing(
    "level",
    data.group,
    data.levels.map((row) => row.level),
  )
  const labels = estimates.map((estimate) => estimate.label)
  const yOffset = { field: "estimate", type: "nominal", sort: labels, scale: { domain: labels } } as const
  const legend = options.legend === false ? null : { title: "estimate", orient: "top" as const }
  const tooltip = [
    { field: "level", type: "nominal" as const, title: data.group },
    { field: "n", type: "quantitative" as const, title: "observations" },
    { field: "estimate", type: "nominal" as const },
    { field: "value", type: "quantitative" as const, format: ".4g" },
  ]
  const intervalTooltip = [
    ...tooltip,
    { field: "q5", type: "quantitative" as const, format: ".4g" },
    { field: "q95", type: "quantitative" as const, format: ".4g" },
  ]
  const shown = data.levels.length
  const subtitle = `${data.total === shown ? "" : `${shown} of ${data.total} levels; `}vertical rule: common value`
  return {
    ...panelTitle(`Shrinkage of ${data.term} by ${data.group}`, subtitle, options),
    width: options.width ?? 560,
    height: options.height ?? Math.max(80, shown * rowHeight(shown)),
    data: nameRows("shrinkage", panel, rows),
    layer: [
      {
        data: { values: [{ value: data.grandMean }] },
        mark: { type: "rule", color: theme.ink, strokeDash: [4, 3], opacity: 0.7 },
        encoding: { x },
      },
      {
        mark: { type: "line", color: theme.muted, strokeWidth: 1, opacity: 0.7 },
        encoding: { x, y, yOffset, detail: { field: "level" }, order: { field: "step", type: "ordinal" } },
      },
      {
        mark: { type: "rule", strokeWidth: 2, opacity: 0.45, color: theme.series[0] ?? theme.ink },
        encoding: { x: { ...x, field: "q5" }, x2: { field: "q95" }, y, yOffset, tooltip: intervalTooltip },
      },
      {
        mark: { type: "point", filled: true, opacity: 1, size: shown > manyLevels ? 22 : 45 },
        encoding: {
          x,
          y,
          yOffset,
          color: {
            field: "estimate",
            type: "nominal",
            sort: labels,
            scale: { domain: labels, range: estimates.map((e) => theme.series[e.series] ?? theme.ink) },
            legend,
          },
          shape: {
            field: "estimate",
            type: "nominal",
            sort: labels,
            scale: { domain: labels, range: estimates.map((e) => e.shape) },
            legend,
          },
          tooltip,
        },
      },
    ],
  }
}

function estimateRows(row: ShrinkageRow): object[] {
  return estimates.flatMap(({ key, label }, step) => {
    const value = finiteOrNull(row[key] ?? undefined)
    if (value === null) return []
    const interval = key === "posteriorMean" ? { q5: finiteOrNull(row.q5), q95: finiteOrNull(row.q95) } : {}
    return [{ level: row.level, n: row.n, estimate: label, step, value, ...interval }]
  })
}

/** Pixels a level: three marks side by side where there is room, one under another where there are many. */
function rowHeight(levels: number): number {
  if (levels <= 12) return 34
  return levels <= manyLevels ? 22 : 12
}

/**
 * The shrinkage chart of a comparison, one panel a term of a grouping factor.
 * @throws OptionError for anything but rows
 */
export function plotShrinkage(comparison: readonly ShrinkageRow[], options: ChartOptions = {}): VegaLiteSpec {
  if (!Array.isArray(comparison)) {
    throw new OptionError("found no rows of a comparison", {
      code: "invalid-option",
      where: "plots.shrinkage",
      hint: "give what shrinkageOf returns: plots.shrinkage(shrinkageOf(posterior, fit))",
    })
  }
  return shrinkageSpec(shrinkageData(comparison), options)
}
