/** Numbers as people and R write them in text files. */

const namedNumbers: ReadonlyMap<string, number> = new Map([
  ["nan", Number.NaN],
  ["inf", Number.POSITIVE_INFINITY],
  ["infinity", Number.POSITIVE_INFINITY],
])

/**
 * The number a cell holds: a decimal with or without exponent (`5`, `-.5`, `1e-3`), or `Inf`, `Infinity`, `NaN` in
 * any case with or without a sign; blanks around it are ignored. The rule of R's `type.convert`, without
 * hexadecimal.
 *
 * @returns the number, `NaN` when the cell says NaN, and `undefined` when the cell is not a number (or is blank)
 */
export function parseNumber(cell: string): number | undefined {
  const value = Number(cell)
  if (value === 0) return /\d/.test(cell) && !hasRadixPrefix(cell) ? value : undefined
  if (!Number.isNaN(value)) return Number.isInteger(value) && hasRadixPrefix(cell) ? undefined : value
  const match = /^\s*([+-]?)(nan|inf|infinity)\s*$/i.exec(cell)
  if (match === null) return undefined
  const magnitude = namedNumbers.get(match[2]!.toLowerCase())!
  return match[1] === "-" ? -magnitude : magnitude
}

/** `Number` reads `0x1f`, `0b1` and `0o7`; in a data file these are labels. */
function hasRadixPrefix(cell: string): boolean {
  return /^\s*0[xob]/i.test(cell)
}
