/** Encoding channels that charts share. */

/** What a position shows, and how its axis looks. */
export interface MeasureOptions {
  /** Whether the axis must include zero; it need not unless told. */
  readonly zero?: boolean
  /** Whether lines of a grid cross the chart; they do unless told. */
  readonly grid?: boolean
  readonly domain?: readonly [number, number]
  /** Whether numbers stand at the axis; they do unless told (heights of densities are not read). */
  readonly labels?: boolean
  /** Pixels between the outermost marks and the ends of the axis, so that no mark is cut or lies on the frame. */
  readonly room?: number
}

/** Room for points. */
export const AROUND_POINTS: MeasureOptions = { room: 8 }

/** A quantitative position. `title` null leaves the axis without one. */
export function measure(field: string, title: string | null, options: MeasureOptions = {}) {
  const { zero = false, grid = true, labels = true, domain, room } = options
  return {
    field,
    type: "quantitative" as const,
    scale: {
      zero,
      nice: false,
      ...(domain === undefined ? {} : { domain: [...domain] }),
      ...(room === undefined ? {} : { padding: room }),
    },
    axis: { title, grid: grid && labels, tickCount: 5, ...(labels ? {} : { labels: false, ticks: false }) },
  }
}

/** The lower end of an interval that bars stand on; the upper end goes to `x2`. */
export function binned(field: string, title: string | null, options: MeasureOptions = {}) {
  return { ...measure(field, title, { grid: false, ...options }), bin: "binned" as const }
}

/** Names one below the other, in the order given. */
export function listing(field: string, title: string | null, names: readonly string[]) {
  return {
    field,
    type: "nominal" as const,
    sort: [...names],
    axis: {
      title,
      grid: false,
      ticks: false,
      domain: false,
      labelFontSize: names.length > 40 ? 9 : 11,
      labelOverlap: false,
      labelLimit: 320,
    },
  }
}

/** Pixels that a list of so many names takes: roomy for a few, dense for many. */
export function listingHeight(names: number): number {
  const row = names <= 12 ? 24 : names <= 40 ? 17 : 11
  return Math.max(60, names * row)
}

/** Tooltip entries for numbers, four significant digits each. */
export function figures(...fields: readonly (string | readonly [field: string, title: string])[]) {
  return fields.map((entry) => {
    const [field, title] = typeof entry === "string" ? [entry, entry] : entry
    return { field, type: "quantitative" as const, format: ".4g", title }
  })
}

/** A tooltip entry for a name or a whole number. */
export const label = (field: string, title: string = field) => ({ field, type: "nominal" as const, title })

/** A colour a name, with its legend: what each colour stands for. */
export function colorOf(
  field: string,
  names: readonly string[],
  colors: readonly string[],
  legend: boolean | undefined,
) {
  return {
    field,
    type: "nominal" as const,
    sort: [...names],
    scale: { domain: [...names], range: [...colors] },
    legend: legend === false ? null : { title: null, orient: "top" as const },
  }
}

/** A shape a name beside its colour, for those who cannot tell colours apart; the two share a legend. */
export function shapeOf(
  field: string,
  names: readonly string[],
  shapes: readonly string[],
  legend: boolean | undefined,
) {
  return colorOf(field, names, shapes, legend)
}
