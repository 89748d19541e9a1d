/** Numbers as files of draws hold them: the shortest decimal that reads back to the same double, R's words otherwise. */

const WORDS: ReadonlyMap<string, number> = new Map([
  ["NA", NaN],
  ["NaN", NaN],
  ["nan", NaN],
  ["Inf", Infinity],
  ["+Inf", Infinity],
  ["inf", Infinity],
  ["-Inf", -Infinity],
  ["-inf", -Infinity],
])

/** The text of a double: exact on reading back, `NaN`, `Inf`, `-Inf` and `-0` included. */
export function showDouble(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0"
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Inf" : "-Inf"
}

/** The double that a cell holds (`NA` reads as NaN), or undefined when it holds no number. */
export function readDouble(cell: string): number | undefined {
  const text = cell.trim()
  if (text === "") return undefined
  const value = Number(text)
  return Number.isNaN(value) ? WORDS.get(text) : value
}
