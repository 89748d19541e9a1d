import type { TopLevelSpec } from "vega-lite"
import { OptionError, suggest } from "../core/errors.ts"
import { type ChartTheme, type ThemeName, themeConfig, themes } from "./theme.ts"

/** A complete Vega-Lite 6 chart: pass it to `vegaEmbed`, to `renderSvg`, or print it as JSON. */
export type VegaLiteSpec = TopLevelSpec

export interface ChartOptions {
  /** Colours; `light` unless told. */
  readonly theme?: ThemeName
  /** Width of the plotting area in pixels, or `container` to follow the element that holds the chart (one panel only). */
  readonly width?: number | "container"
  /** Height of one panel in pixels. */
  readonly height?: number
  /** Whether to draw the legend; true unless told. */
  readonly legend?: boolean
  /** Whether to head the chart with its title; true unless told. */
  readonly title?: boolean
  /** Charts side by side, where there are several of one kind; each kind has its own habit. */
  readonly columns?: number
}

const schema = "https://vega.github.io/schema/vega-lite/v6.json"

/** One panel: what a chart alone and a chart in a stack have in common. */
export interface Panel {
  readonly title?: { readonly text: string; readonly subtitle?: string }
  readonly width: number | "container"
  readonly height: number
  readonly data: NamedRows
  readonly layer: Extract<TopLevelSpec, { layer: unknown }>["layer"]
}

/** Rows under a name; the name lets a page put other rows into the same chart. */
export interface NamedRows {
  readonly name: string
  readonly values: object[]
}

/** Rows named after what they hold and, in a stack, after their panel: one name never stands for two data sets. */
export function nameRows(name: string, panel: number, values: object[]): NamedRows {
  return { name: panel === 0 ? name : `${name}-${panel + 1}`, values }
}

/** One panel as a chart of its own, several stacked one below the other, with the configuration of the theme. */
export function composeSpec(panels: readonly Panel[], options: ChartOptions): VegaLiteSpec {
  const config = themeConfig(themeNameOf(options))
  const only = panels.length === 1 ? panels[0] : undefined
  if (only !== undefined) {
    const fit =
      only.width === "container" ? { autosize: { type: "fit-x", contains: "padding" } as const } : {}
    return { $schema: schema, ...only, ...fit, config }
  }
  return {
    $schema: schema,
    // A stack has no container to follow; its panels fall back to the width of a printed column.
    vconcat: panels.map((panel) => ({ ...panel, width: panel.width === "container" ? 560 : panel.width })),
    spacing: 28,
    // Panels show different parameters: each keeps its own axes.
    resolve: { scale: { x: "independent", y: "independent" } },
    config,
  }
}

/** The charts of several scalars, or of whatever a chart has a panel for, one below the other. */
export function stackPanels<Data>(
  data: readonly Data[],
  panelOf: (one: Data, panel: number, options: ChartOptions) => Panel,
  options: ChartOptions,
): VegaLiteSpec {
  return composeSpec(
    data.map((one, panel) => panelOf(one, panel, options)),
    options,
  )
}

/**
 * Panels in rows of `columns`, left to right: for charts that are narrow and many. One panel alone is a chart of its own.
 * @param columns panels side by side; `options.columns` goes before it
 */
export function composeGrid(
  panels: readonly Panel[],
  columns: number,
  options: ChartOptions,
  layout: { readonly spacing: number; readonly bounds: "full" | "flush" } = { spacing: 24, bounds: "full" },
): VegaLiteSpec {
  if (panels.length === 1) return composeSpec(panels, options)
  return {
    $schema: schema,
    concat: panels.map((panel) => ({ ...panel, width: panel.width === "container" ? 260 : panel.width })),
    columns: options.columns ?? columns,
    ...layout,
    resolve: { scale: { x: "independent", y: "independent", color: "shared" } },
    config: themeConfig(themeNameOf(options)),
  }
}

/** The colours of the theme that was asked for. @throws OptionError as `themeNameOf` */
export const themeOf = (options: ChartOptions): ChartTheme => themes[themeNameOf(options)]

/** The theme that was asked for. @throws OptionError for what is no set of options, or an unknown theme */
function themeNameOf(options: ChartOptions): ThemeName {
  if (typeof options !== "object" || Array.isArray(options)) {
    throw new OptionError(`found ${JSON.stringify(options)}, expected the options of a chart`, {
      code: "invalid-option",
      where: "plots",
      hint: "for instance { width: 480, title: false }",
    })
  }
  const name = options.theme ?? "light"
  if (Object.hasOwn(themes, name)) return name
  throw new OptionError(`no theme is called "${name}"`, {
    code: "invalid-option",
    where: "plots",
    hint: suggest(name, Object.keys(themes)),
  })
}

/** The colour of a series of the theme, counted from 0 and recycled. */
export function seriesColor(options: ChartOptions, index: number): string {
  const { series, ink } = themeOf(options)
  return series[index % series.length] ?? ink
}

/** The `color` channel of a chart with one colour a chain. */
export function chainColor(chains: readonly number[], options: ChartOptions) {
  const { series } = themeOf(options)
  return {
    field: "chain",
    type: "nominal" as const,
    title: "chain",
    scale: {
      domain: [...chains],
      range: chains.map((chain) => series[(chain - 1) % series.length] ?? "gray"),
    },
    legend: options.legend === false ? null : {},
  }
}

/** The heading of a panel, or nothing where the options leave titles to the page. */
export function panelTitle(text: string, subtitle: string | undefined, options: ChartOptions) {
  if (options.title === false) return {}
  return { title: subtitle === undefined ? { text } : { text, subtitle } }
}

/** A finite number as it is, anything else as `null`, which JSON can carry and Vega-Lite leaves out. */
export function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}
