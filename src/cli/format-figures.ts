/** What stands where there is no number. */
const NO_FIGURE = "-"

/** Decimals that show a quantity of this spread to three significant digits; null where an exponent is needed. */
export function decimalsFor(spread: number): number | null {
  if (!(spread > 0) || !Number.isFinite(spread)) return null
  const decimals = 2 - Math.floor(Math.log10(spread))
  return decimals > 7 || decimals < -7 ? null : Math.max(0, decimals)
}

/**
 * Decimals down to the Monte Carlo error of a posterior mean, but two or three significant digits of the posterior sd:
 * further digits are noise.
 */
export function decimalsKnown(sd: number, mcse: number): number | null {
  const three = decimalsFor(sd)
  if (three === null || !(mcse > 0)) return three
  const known = Math.ceil(-Math.log10(2 * mcse))
  return Math.max(0, three - 1, Math.min(three, known))
}

/** A number with the decimals that `decimalsFor` gave, else to four significant digits; "-" for null and NaN. */
export function formatFigure(value: number | null | undefined, decimals: number | null): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NO_FIGURE
  if (!Number.isFinite(value)) return value > 0 ? "Inf" : "-Inf"
  if (decimals === null) return formatSignificant(value, 4)
  const text = value.toFixed(decimals)
  // Not "-0.00", which a reader takes for a sign.
  return Number(text) === 0 ? (0).toFixed(decimals) : text
}

/** A number to so many significant digits, whole numbers keeping all of theirs. */
export function formatSignificant(value: number | null, digits: number): string {
  if (value === null || Number.isNaN(value)) return NO_FIGURE
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const rounded = Number(value.toPrecision(digits))
  const exponent = Math.floor(Math.log10(Math.abs(rounded)))
  if (exponent < -4 || exponent > 8) return value.toExponential(digits - 1)
  return value.toFixed(Math.max(0, digits - 1 - exponent))
}

/** A p value as R prints it: four decimals' worth of digits, `<2e-16` below what a double can tell. */
export function formatP(p: number | null): string {
  if (p === null || Number.isNaN(p)) return NO_FIGURE
  if (p < 2.2e-16) return "<2e-16"
  return p < 1e-4 ? p.toExponential(2) : p.toPrecision(3)
}

/** Seconds as a person says them. */
export function formatSeconds(seconds: number): string {
  return seconds < 10
    ? `${seconds.toFixed(2)} s`
    : seconds < 100
      ? `${seconds.toFixed(1)} s`
      : `${Math.round(seconds)} s`
}

/** `1 row`, `20 rows`. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`
