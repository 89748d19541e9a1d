/** Reads data and initial values: what R's `dump()` writes, and OpenBUGS's `list(…)` and rectangular files. */

import type { ArrayValue } from "../array-value.ts"
import { applyROperator, callRFunction } from "./r-functions.ts"
import { lexRData, type RToken } from "./r-lexer.ts"
import { attempt, failAt, isSign, peek, type RReader, take } from "./r-reader.ts"
import { expectNumbers, numbers, type RArgument, type RValue } from "./r-value.ts"
import { isRectangular, readRectangular } from "./rectangular-data.ts"

export interface ModelDataOptions {
  /** What messages call the text. */
  readonly file?: string | undefined
  /** Told of what was left out, one sentence each. */
  readonly note?: ((message: string) => void) | undefined
}

const BINARY: Readonly<Record<string, { readonly left: number; readonly right: number }>> = {
  "+": { left: 1, right: 2 },
  "-": { left: 1, right: 2 },
  "*": { left: 3, right: 4 },
  "/": { left: 3, right: 4 },
  ":": { left: 5, right: 6 },
  "^": { left: 9, right: 8 },
}
const UNARY = 7
/** Deeper values come from no file and would exhaust the stack. */
const MAX_NESTING = 500

const CONSTANTS: ReadonlyMap<string, number> = new Map([
  ["NA", Number.NaN],
  ["NA_integer_", Number.NaN],
  ["NA_real_", Number.NaN],
  ["NaN", Number.NaN],
  ["Inf", Number.POSITIVE_INFINITY],
  ["TRUE", 1],
  ["FALSE", 0],
  ["T", 1],
  ["F", 0],
  ["pi", Math.PI],
])

/**
 * Reads variables from text in R's language.
 *
 * Understood are assignments (`x <- …`, `x = …`, names bare or quoted) of numbers, `NA`, `Inf`, `TRUE`, arithmetic,
 * ranges, names assigned before, and the functions of `r-functions.ts`; a whole file as one `list(a = …, b = …)`, where
 * `structure(.Data = …, .Dim = …)` runs by rows as in OpenBUGS (elsewhere by columns, as in R); and OpenBUGS's
 * rectangular form `x[] y[] … END`. Dimnames, levels and classes are dropped; `.RNG.name`, `.RNG.seed` and `.RNG.state`
 * are left out with a note; of two assignments to one name the last counts, with a note.
 *
 * @returns arrays by name in their order, column-major, NaN where the text says NA; a vector has one dimension, a single
 * number the dimension 1
 * @throws DataError `bad-data` naming file, line, variable, what was found and what expected
 */
export function readRDump(text: string, options: ModelDataOptions = {}): ReadonlyMap<string, ArrayValue> {
  const { file, note = () => {} } = options
  const tokens = lexRData(text, file)
  const variables = new Map<string, ArrayValue>()
  const reader: RReader = {
    text,
    file,
    tokens,
    variables,
    note,
    position: 0,
    depth: 0,
    nesting: 0,
    inList: false,
    variable: undefined,
  }
  for (;;) {
    while (isSign(peek(reader), ";")) reader.position++
    if (peek(reader).kind === "end") return variables
    readStatement(reader)
  }
}

function readStatement(reader: RReader): void {
  const token = peek(reader)
  const next = peek(reader, 1)
  if ((token.kind === "name" && isSign(next, "(")) || token.values !== undefined) {
    readListFile(reader)
    return
  }
  if (isRectangular(reader)) {
    readRectangular(reader)
    return
  }
  const isAssigned = isSign(next, "<-") || isSign(next, "=") || isSign(next, "<<-")
  if ((token.kind !== "name" && token.kind !== "string") || !isAssigned)
    throw notAStatement(reader, token, next)
  reader.position += 2
  reader.variable = token.text
  const value = readValue(reader, 0)
  reader.variable = undefined
  const end = peek(reader)
  if (!end.startsLine && !isSign(end, ";") && end.kind !== "end") {
    throw failAt(
      reader,
      end,
      `found "${end.text}" after ${token.text}`,
      "expected an operator, or the next variable on a new line",
    )
  }
  if (value.kind === "list") storeEntries(reader, value.entries)
  else store(reader, token.text, value, token.start)
}

/** A file that is one `list(…)`, or the `structure(list(…), …)` that R makes of it. */
function readListFile(reader: RReader): void {
  const start = peek(reader)
  reader.inList = true
  const value = readValue(reader, 0)
  reader.inList = false
  if (value.kind !== "list") {
    throw failAt(reader, start, "found a value without a name", 'expected "x <- …" or list(x = …)')
  }
  storeEntries(reader, value.entries)
}

function storeEntries(reader: RReader, entries: readonly RArgument[]): void {
  for (const { name, value, at } of entries) {
    if (name === null) {
      throw failAt(reader, { start: at }, "an entry of the list has no name", "expected list(x = …, y = …)")
    }
    store(reader, name, value, at)
  }
}

function store(reader: RReader, name: string, value: RValue, at: number): void {
  if (name.startsWith(".RNG.")) {
    reader.note(`${name} is left out: random numbers are governed by --seed`)
    return
  }
  if (reader.variables.has(name)) reader.note(`${name} is given twice; the last value counts`)
  reader.variable = name
  const { values, dims } = attempt(reader, at, () => expectNumbers(value, "a value"))
  reader.variable = undefined
  reader.variables.set(name, { dims: dims ?? [values.length], values: Float64Array.from(values) })
}

/** Reads an expression with operators of at least the given level. */
function readValue(reader: RReader, minimum: number): RValue {
  reader.nesting++
  if (reader.nesting > MAX_NESTING) {
    throw failAt(reader, peek(reader), "too many parentheses or signs", "check the parentheses")
  }
  const value = readOperations(reader, minimum)
  reader.nesting--
  return value
}

function readOperations(reader: RReader, minimum: number): RValue {
  let left = readOperand(reader)
  for (;;) {
    const token = peek(reader)
    if (reader.depth === 0 && token.startsLine) return left
    const binding = token.kind === "operator" ? BINARY[token.text] : undefined
    if (binding === undefined || binding.left < minimum) return left
    reader.position++
    const right = readValue(reader, binding.right)
    const held = left
    left = attempt(reader, token.start, () => applyROperator(token.text, held, right))
  }
}

function readOperand(reader: RReader): RValue {
  const token = take(reader)
  if (token.kind === "number") return numbers([token.value])
  if (token.values !== undefined) return numbers(token.values)
  if (token.kind === "string") return { kind: "text", values: [token.text] }
  if (isSign(token, "-") || isSign(token, "+")) {
    const operand = readValue(reader, UNARY)
    const zero = numbers([0])
    if (token.text === "+") return operand
    // Not 0 - x, which makes the wrong zero of 0.
    return attempt(reader, token.start, () =>
      applyROperator("*", numbers([-1]), applyROperator("+", operand, zero)),
    )
  }
  if (isSign(token, "(")) {
    reader.depth++
    const inner = readValue(reader, 0)
    close(reader)
    return inner
  }
  if (token.kind === "name") return readName(reader, token)
  throw failAt(
    reader,
    token,
    `found ${token.kind === "end" ? "the end of the data" : `"${token.text}"`}, expected a value`,
    "a missing value is written NA",
  )
}

function readName(reader: RReader, token: RToken): RValue {
  if (isSign(peek(reader), "(")) return readCall(reader, token)
  const constant = CONSTANTS.get(token.text)
  const known = reader.variables.get(token.text)
  if (known !== undefined) return numbers([...known.values], known.dims)
  if (constant !== undefined) return numbers([constant])
  if (token.text === "NULL") return numbers([])
  throw failAt(
    reader,
    token,
    `found the name "${token.text}", expected a value`,
    "text is written in quotes, a missing value NA",
  )
}

function readCall(reader: RReader, name: RToken): RValue {
  take(reader)
  reader.depth++
  const args: RArgument[] = []
  while (!isSign(peek(reader), ")")) {
    const first = peek(reader)
    const isNamed = (first.kind === "name" || first.kind === "string") && isSign(peek(reader, 1), "=")
    if (isNamed) reader.position += 2
    const before = reader.variable
    if (isNamed && reader.inList && reader.depth === 1) reader.variable = first.text
    args.push({ name: isNamed ? first.text : null, value: readValue(reader, 0), at: first.start })
    reader.variable = before
    if (!isSign(peek(reader), ",")) break
    reader.position++
  }
  close(reader)
  // A list's own bounds, not those of its entries, decide what `.Data` means.
  const settings = { rowMajorData: reader.inList }
  return attempt(reader, name.start, () => callRFunction(name.text, args, settings))
}

function close(reader: RReader): void {
  const token = take(reader)
  reader.depth--
  if (isSign(token, ")")) return
  throw failAt(
    reader,
    token,
    `found ${token.kind === "end" ? "the end of the data" : `"${token.text}"`}, expected "," or ")"`,
    token.kind === "end" ? "a parenthesis is not closed" : "values are separated by commas",
  )
}

function notAStatement(reader: RReader, token: RToken, next: RToken): ReturnType<typeof failAt> {
  if (token.kind === "name" && isSign(next, "[")) {
    return failAt(
      reader,
      token,
      `found "${token.text}[", expected a whole variable`,
      `write "${token.text} <- c(…)"`,
    )
  }
  if (token.kind === "name" || token.kind === "string") {
    return failAt(
      reader,
      next,
      `found "${next.text}" after ${token.text}, expected "<-"`,
      'data read "x <- c(1, 2, 3)"',
    )
  }
  return failAt(
    reader,
    token,
    `found "${token.text}", expected a variable`,
    'data read "x <- c(1, 2, 3)", list(x = …) or JSON',
  )
}
