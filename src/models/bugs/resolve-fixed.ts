/** Evaluates what follows from data alone, before anything is drawn. */
import type { Arrays } from "./arrays.ts"
import type { BugsExpr, BugsStatement } from "./ast.ts"
import { evaluateColumn } from "./columns.ts"
import { compileFixed, type Fixed } from "./fixed.ts"
import { iterationAt } from "./iterations.ts"
import { evaluateSlices } from "./slices.ts"
import type { PlacedStatement } from "./targets.ts"
import type { RelationStatement } from "./unroll.ts"

/** Inverse of each link that may stand on the left. */
const LINK_INVERSES: Readonly<Record<string, string>> = {
  logit: "ilogit",
  log: "exp",
  cloglog: "icloglog",
  probit: "phi",
}

/** The right-hand side of a deterministic relation with the inverse of its link, if any. */
export function rightHandSide(statement: Extract<RelationStatement, { kind: "deterministic" }>): BugsExpr {
  const { link, value } = statement
  if (link === null) return value
  return { kind: "call", name: LINK_INVERSES[link]!, args: [value], span: value.span }
}

/** Constants that the model itself states, `N <- 10`, which later loops may need. */
export function knowConstants(arrays: Arrays, statements: readonly BugsStatement[]): void {
  for (const statement of statements) {
    if (statement.kind !== "deterministic" || statement.target.indices !== null) continue
    if (arrays.variable(statement.target.name) !== undefined) continue
    const value = compileFixed(rightHandSide(statement), [], arrays)([])
    if (value === null) continue
    const array = typeof value === "number" ? { dims: [1], values: Float64Array.of(value) } : value
    const { offset } = arrays.allocate(statement.target.name, array.dims)
    array.values.forEach((v, k) => {
      arrays.values[offset + k] = v
    })
  }
}

const UNTRIED = 0
const TRYING = 1
const KNOWN = 2
const DRAWN = 3

/**
 * Evaluates every deterministic element that hangs on data alone, and makes `arrays.value` do so on demand, because
 * indices may ask before the element's turn comes.
 * @throws ModelError when a deterministic element has data
 */
export function resolveFixed(arrays: Arrays, placed: readonly PlacedStatement[]): void {
  const progress = new Uint8Array(arrays.values.length)
  for (let slot = 0; slot < progress.length; slot++)
    progress[slot] = Number.isNaN(arrays.values[slot]!) ? UNTRIED : KNOWN
  const compiled = placed.map((): Fixed | null => null)
  arrays.resolve = (slot) => {
    if (progress[slot] !== UNTRIED) return progress[slot] === KNOWN ? arrays.values[slot]! : Number.NaN
    const s = arrays.statement[slot]!
    const source = placed[s]
    if (source === undefined || source.statement.kind !== "deterministic") {
      progress[slot] = DRAWN
      return Number.NaN
    }
    const { iterations, slots, start, loops, statement } = source
    compiled[s] ??= compileFixed(rightHandSide(statement), loops, arrays)
    const i = arrays.iteration[slot]!
    const own = slots.subarray(start[i]!, start[i + 1]!)
    for (const k of own) progress[k] = TRYING
    const value = compiled[s](iterationAt(iterations, i))
    for (let k = 0; k < own.length; k++) {
      progress[own[k]!] = value === null ? DRAWN : KNOWN
      if (value !== null) arrays.values[own[k]!] = typeof value === "number" ? value : value.values[k]!
    }
    return arrays.values[slot]!
  }
  arrays.retry = () => {
    for (let slot = 0; slot < progress.length; slot++)
      if (progress[slot] === DRAWN) progress[slot] = Number.isNaN(arrays.values[slot]!) ? UNTRIED : KNOWN
  }
  for (const source of placed) {
    const { statement, slots, iterations, loops } = source
    if (statement.kind !== "deterministic") continue
    for (let k = 0; k < slots.length; k++)
      if (arrays.isData[slots[k]!] === 1)
        throw arrays.error(
          `${arrays.nameOf(slots[k]!)} is computed by a relation and is in the data too`,
          statement.target,
          "remove one of the two",
        )
    copySlices(arrays, source, progress)
    const isSingle = iterations.count > 1 && slots.length === iterations.count
    const column = isSingle ? evaluateColumn(rightHandSide(statement), loops, iterations, arrays) : null
    for (let k = 0; k < slots.length; k++) {
      const slot = slots[k]!
      if (progress[slot] !== UNTRIED) continue
      const value = column === null ? Number.NaN : typeof column === "number" ? column : column[k]!
      // What a column does not know may be known by now: an element that an earlier one of the same loop gives.
      if (Number.isNaN(value) && (column === null || typeof column !== "number")) arrays.resolve(slot)
      else {
        progress[slot] = Number.isNaN(value) ? DRAWN : KNOWN
        arrays.values[slot] = value
      }
    }
  }
}

/** Parts of arrays that are copies of parts of others, `r[j, ] <- response[i, ]`, where these are known. */
function copySlices(
  arrays: Arrays,
  { statement, loops, iterations, slots }: PlacedStatement,
  progress: Uint8Array,
): void {
  if (statement.kind !== "deterministic" || statement.link !== null) return
  const { value } = statement
  if (value.kind !== "variable" || slots.length <= iterations.count) return
  const from = evaluateSlices(value, loops, iterations, arrays)
  if (from === null || from.slots.length !== slots.length) return
  const values = new Float64Array(slots.length)
  for (let k = 0; k < slots.length; k++) {
    values[k] = arrays.value(from.slots[k]!)
    if (Number.isNaN(values[k]!)) return
  }
  for (let k = 0; k < slots.length; k++) {
    arrays.values[slots[k]!] = values[k]!
    progress[slots[k]!] = KNOWN
  }
}
