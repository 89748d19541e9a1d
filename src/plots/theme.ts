import type { Config } from "vega-lite"

/**
 * `light` and `dark` carry their own colours, so that a chart looks right wherever it is pasted. `page` names CSS
 * custom properties instead (`--ink`, `--series-1` …): the page that embeds the chart decides, and a change between
 * light, dark and print needs no redrawing.
 */
export type ThemeName = "light" | "dark" | "page"

/** Every colour a chart uses; charts name roles, never colours. */
export interface ChartTheme {
  /** `null` is transparent. */
  readonly background: string | null
  readonly ink: string
  readonly muted: string
  readonly grid: string
  /** One colour a chain, recycled beyond its length. */
  readonly series: readonly string[]
}

/**
 * Okabe & Ito (2008), "Color Universal Design": eight colours told apart with every common form of colour blindness.
 * Black is left to text; yellow comes last on white, dark blue last on black, where each is hard to see.
 */
const okabeIto = {
  blue: "#0072B2",
  vermillion: "#D55E00",
  green: "#009E73",
  purple: "#CC79A7",
  orange: "#E69F00",
  sky: "#56B4E9",
  yellow: "#F0E442",
} as const

export const seriesCount = Object.keys(okabeIto).length

export const themes: Readonly<Record<ThemeName, ChartTheme>> = {
  light: {
    background: "#ffffff",
    ink: "#1d2329",
    muted: "#5b6670",
    grid: "#e4e8eb",
    series: [
      okabeIto.blue,
      okabeIto.vermillion,
      okabeIto.green,
      okabeIto.purple,
      okabeIto.orange,
      okabeIto.sky,
      okabeIto.yellow,
    ],
  },
  dark: {
    background: "#15191d",
    ink: "#e6eaed",
    muted: "#9aa5ae",
    grid: "#2b3238",
    series: [
      okabeIto.sky,
      okabeIto.orange,
      okabeIto.green,
      okabeIto.purple,
      okabeIto.yellow,
      okabeIto.vermillion,
      okabeIto.blue,
    ],
  },
  page: {
    background: null,
    ink: "var(--ink)",
    muted: "var(--muted)",
    grid: "var(--grid)",
    series: Array.from({ length: seriesCount }, (_, i) => `var(--series-${i + 1})`),
  },
}

const sans = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

/** The Vega-Lite configuration of a theme: fonts, axes, legends; no data colours. */
export function themeConfig(name: ThemeName): Config {
  const theme = themes[name]
  return {
    background: theme.background ?? "transparent",
    font: sans,
    view: { stroke: null },
    axis: {
      labelColor: theme.muted,
      titleColor: theme.ink,
      labelFontSize: 11,
      titleFontSize: 12,
      titleFontWeight: "normal",
      gridColor: theme.grid,
      domainColor: theme.muted,
      tickColor: theme.muted,
      tickSize: 4,
      labelPadding: 4,
      titlePadding: 8,
      titleLimit: 260,
      labelLimit: 180,
      labelOverlap: "greedy",
      labelSeparation: 6,
    },
    legend: {
      labelColor: theme.ink,
      titleColor: theme.muted,
      labelFontSize: 11,
      titleFontSize: 11,
      titleFontWeight: "normal",
      symbolStrokeWidth: 2,
    },
    title: {
      color: theme.ink,
      subtitleColor: theme.muted,
      fontSize: 13,
      subtitleFontSize: 11,
      fontWeight: 600,
      anchor: "start",
      offset: 10,
      limit: 900,
    },
  }
}
