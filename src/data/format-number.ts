/** Numbers as R writes them, for level labels such as `308`, `0.2` and `1e+05`. */

/**
 * `value` with at most 15 significant digits, in fixed or scientific notation, whichever is shorter (fixed when equal):
 * the rule of R's `as.character`. Unlike R, integers that a double holds exactly keep every digit, so that two long
 * identifiers never share a label. `NaN` gives `NaN`, infinities `Inf` and `-Inf`.
 */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN"
  if (!Number.isFinite(value)) return value > 0 ? "Inf" : "-Inf"
  if (value === 0) return "0"
  // Fewer than five zeros at the end: fixed is as short as any, and quick where there are a million levels.
  if (Number.isSafeInteger(value) && value % 100_000 !== 0) return String(value)
  if (Number.isSafeInteger(value) && Number(value.toPrecision(15)) !== value) return String(value)

  const [mantissa, power] = Math.abs(value).toExponential(14).split("e")
  const digits = mantissa!.replace(".", "").replace(/0+$/, "")
  const exponent = Number(power)
  const decimals = Math.max(0, digits.length - 1 - exponent)
  const fixedWidth = (exponent >= 0 ? exponent + 1 : 1) + (decimals > 0 ? decimals + 1 : 0)
  const scientificWidth = digits.length + (digits.length > 1 ? 1 : 0) + (Math.abs(exponent) >= 100 ? 5 : 4)

  const sign = value < 0 ? "-" : ""
  return sign + (fixedWidth <= scientificWidth ? fixed(digits, exponent) : scientific(digits, exponent))
}

function fixed(digits: string, exponent: number): string {
  if (exponent < 0) return "0." + "0".repeat(-exponent - 1) + digits
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0")
  const fraction = digits.slice(exponent + 1)
  return fraction === "" ? whole : `${whole}.${fraction}`
}

function scientific(digits: string, exponent: number): string {
  const mantissa = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`
  const power = String(Math.abs(exponent)).padStart(2, "0")
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${power}`
}
