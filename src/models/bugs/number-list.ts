/** The numbers of a large file of data, read character by character: as tokens they would take most of the time of a start. */

const COMMA = 44
const OPEN = 40
const CLOSE = 41
const MINUS = 45
const PLUS = 43
const POINT = 46
const ZERO = 48
const NINE = 57
const LOWER_E = 101
const UPPER_E = 69
const UPPER_L = 76

const isDigit = (code: number): boolean => code >= ZERO && code <= NINE
const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)

/**
 * Reads `(1, -2.5, NA)` at a place of the text.
 * @returns the numbers, NaN for NA, and where the text goes on; null when something else is between the parentheses
 */
export function readNumberList(
  text: string,
  start: number,
): { readonly values: readonly number[]; readonly end: number } | null {
  const open = skipSpace(text, start)
  if (text.charCodeAt(open) !== OPEN) return null
  const plain = readPlainList(text, open)
  if (plain !== null) return plain
  const values: number[] = []
  let at = skipSpace(text, open + 1)
  for (;;) {
    const end = endOfNumber(text, at)
    if (end === at) return null
    values.push(numberIn(text, at, end))
    if (Number.isNaN(values[values.length - 1]) && text.slice(at, end) !== "NA") return null
    at = skipSpace(text, end)
    const code = text.charCodeAt(at)
    if (code === CLOSE) return { values, end: at + 1 }
    if (code !== COMMA) return null
    at = skipSpace(text, at + 1)
  }
}

/** What numbers in JSON and NA are made of. */
const OTHERS = /[^\d\s.,eE+\-NA]/

/** A list that is one of JSON, too, but for NA: as most are, and read without a step of ours for each character. */
function readPlainList(
  text: string,
  open: number,
): { readonly values: readonly number[]; readonly end: number } | null {
  const close = text.indexOf(")", open)
  const inside = text.slice(open + 1, close)
  if (close < 0 || OTHERS.test(inside)) return null
  const hasMissing = inside.includes("N")
  try {
    const list: unknown = JSON.parse(`[${hasMissing ? inside.replaceAll("NA", "null") : inside}]`)
    if (!Array.isArray(list) || list.length === 0) return null
    const values = hasMissing ? list.map((value: number | null) => value ?? Number.NaN) : list
    return { values, end: close + 1 }
  } catch {
    // `.5`, `2L`, `+1`, or no numbers at all.
    return null
  }
}

function skipSpace(text: string, at: number): number {
  let end = at
  while (isSpace(text.charCodeAt(end))) end++
  return end
}

/** The end of what may be a number in decimal notation or NA; `at` for what is none. */
function endOfNumber(text: string, at: number): number {
  if (text.startsWith("NA", at) && isEnd(text.charCodeAt(at + 2))) return at + 2
  let end = text.charCodeAt(at) === MINUS ? at + 1 : at
  const first = text.charCodeAt(end)
  if (!isDigit(first) && first !== POINT) return at
  for (; ; end++) {
    const code = text.charCodeAt(end)
    if (isDigit(code) || code === POINT) continue
    if (code === LOWER_E || code === UPPER_E) {
      const next = text.charCodeAt(end + 1)
      if (next === MINUS || next === PLUS) end++
      continue
    }
    return code === UPPER_L ? end + 1 : end
  }
}

const isEnd = (code: number): boolean => code === COMMA || code === CLOSE || isSpace(code)

/** Digits beyond which a whole number is not exact when it is made one by one. */
const EXACT = 15

function numberIn(text: string, at: number, end: number): number {
  if (end - at <= EXACT) {
    let value = 0
    for (let k = at; k < end; k++) {
      const code = text.charCodeAt(k)
      if (!isDigit(code)) return Number(text.slice(at, text.charCodeAt(end - 1) === UPPER_L ? end - 1 : end))
      value = 10 * value + (code - ZERO)
    }
    return value
  }
  return Number(text.slice(at, text.charCodeAt(end - 1) === UPPER_L ? end - 1 : end))
}
