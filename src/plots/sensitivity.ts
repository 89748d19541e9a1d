import { colorOf, figures, label, listing, measure, shapeOf } from "./channels.ts"
import {
  type ChartOptions,
  composeSpec,
  finiteOrNull,
  nameRows,
  panelTitle,
  seriesColor,
  themeOf,
  type VegaLiteSpec,
} from "./spec.ts"

/** How much a posterior moves when the prior, or the likelihood, is given a little more weight. */
export interface SensitivityRow {
  readonly name: string
  readonly prior: number
  readonly likelihood: number
}

/**
 * The limit of Kallioinen, Paananen, Bürkner & Vehtari (2024), Detecting and diagnosing prior and likelihood sensitivity
 * with power-scaling, Statistics and Computing 34, 57, section 4.
 */
const limit = 0.05

/** Two dots a parameter: beyond the dashed limit the posterior depends on the prior, or on the data, noticeably. */
export function plotSensitivity(rows: readonly SensitivityRow[], options: ChartOptions = {}): VegaLiteSpec {
  const kinds = ["prior", "likelihood"] as const
  const names = rows.map(({ name }) => name)
  const values = rows.flatMap((row) =>
    kinds.map((kind) => ({ name: row.name, kind, sensitivity: finiteOrNull(row[kind]) })),
  )
  const x = (field: string) => measure(field, "power-scaling sensitivity", { zero: true })
  const y = listing("name", null, names)
  const panel = {
    ...panelTitle("Sensitivity to prior and likelihood", `dashed: the limit ${limit}`, options),
    width: options.width ?? 480,
    height: options.height ?? Math.max(60, names.length * 24),
    data: nameRows("sensitivity", 0, values),
    layer: [
      {
        data: nameRows("limit", 0, [{ limit }]),
        mark: { type: "rule" as const, strokeDash: [4, 3], color: themeOf(options).ink, opacity: 0.7 },
        encoding: { x: x("limit") },
      },
      {
        mark: { type: "line" as const, color: themeOf(options).muted, opacity: 0.6 },
        encoding: { x: x("sensitivity"), y, detail: { field: "name", type: "nominal" as const } },
      },
      {
        mark: { type: "point" as const, filled: true, size: 60, opacity: 1 },
        encoding: {
          x: x("sensitivity"),
          y,
          color: colorOf("kind", kinds, [seriesColor(options, 1), seriesColor(options, 0)], options.legend),
          shape: shapeOf("kind", kinds, ["square", "circle"], options.legend),
          tooltip: [label("name"), label("kind"), ...figures("sensitivity")],
        },
      },
    ],
  }
  return composeSpec([panel], options)
}
