/** Evaluates what follows from data alone, before anything is drawn. */
import type { Arrays } from "./arrays.ts"
import type { BugsExpr, BugsStatement } from "./ast.ts"
import { compileFixed, type Fixed } from "./fixed.ts"
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

type Progress = 0 | 1 | 2 | 3
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
  const progress: Progress[] = Array.from(arrays.values, (value) => (Number.isNaN(value) ? UNTRIED : KNOWN))
  const compiled: (Fixed | null)[] = placed.map(({ statement, loops }) =>
    statement.kind === "deterministic" ? compileFixed(rightHandSide(statement), loops, arrays) : null,
  )
  arrays.resolve = (slot) => {
    if (progress[slot] !== UNTRIED) return progress[slot] === KNOWN ? arrays.values[slot]! : Number.NaN
    const s = arrays.statement[slot]!
    const evaluate = s < 0 ? null : compiled[s]!
    if (evaluate === null) {
      progress[slot] = DRAWN
      return Number.NaN
    }
    const { iterations, slots } = placed[s]!
    const i = arrays.iteration[slot]!
    const own = slots[i]!
    for (const k of own) progress[k] = TRYING
    const value = evaluate(iterations[i]!)
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
  placed.forEach(({ statement, slots }) => {
    if (statement.kind !== "deterministic") return
    for (const own of slots)
      for (const slot of own) {
        if (arrays.isData[slot] === 1)
          throw arrays.error(
            `${arrays.nameOf(slot)} is computed by a relation and is in the data too`,
            statement.target,
            "remove one of the two",
          )
        arrays.resolve(slot)
      }
  })
}
