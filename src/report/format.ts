import { type Html, html } from "./html.ts"

/** What stands where there is no number. */
const missing = "–"

/**
 * A number to `digits` significant digits: 60.40, 0.2513, 1.001; whole numbers keep all of theirs (12346); very large
 * and very small ones take an exponent. NaN, infinities and `null` become a dash.
 */
export function formatNumber(value: number | null | undefined, digits: number = 4): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return missing
  if (value === 0) return "0"
  // Rounding first: 9.9996 has one digit more than its logarithm says.
  const rounded = Number(value.toPrecision(digits))
  const exponent = Math.floor(Math.log10(Math.abs(rounded)))
  if (exponent < -4 || exponent > 8) return minus(rounded.toExponential(digits - 1))
  return minus(value.toFixed(Math.max(0, digits - 1 - exponent)))
}

/** A count without decimals. */
export function formatCount(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return missing
  return minus(value.toFixed(0))
}

/** A number with a fixed number of decimals, and its sign when it has one. */
export function formatFixed(value: number | null | undefined, decimals: number): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return missing
  return minus(value.toFixed(decimals))
}

/** Seconds as a person says them: 0.31 s, 12.4 s, 3 min 20 s. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(2)} s`
  if (seconds < 60) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${whole % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `1 warning`, `2 warnings`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`
}

/**
 * Cells of one column, aligned at the decimal point: the part from the point on gets the width of the widest one.
 * The class `f<k>` stands for k characters; the style sheet of the page knows them up to `widestFraction`.
 */
export function alignCells(texts: readonly string[]): readonly Html[] {
  const parts = texts.map(splitNumber)
  const width = Math.min(widestFraction, Math.max(0, ...parts.map(([, fraction]) => fraction.length)))
  return parts.map(([whole, fraction]) =>
    width === 0 ? html`${whole}` : html`${whole}<span class="f f${width}">${fraction}</span>`,
  )
}

export const widestFraction = 9

function splitNumber(text: string): readonly [string, string] {
  const at = text.search(/[.e]/)
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at)]
}

/** A real minus sign: as wide as a digit, and read out as "minus". */
function minus(text: string): string {
  return text.startsWith("-") ? `−${text.slice(1)}` : text
}
