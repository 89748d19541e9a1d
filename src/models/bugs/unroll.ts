import type { BugsExpr, BugsStatement } from "./ast.ts"
import { compileFixed, type FixedValue, type Known } from "./fixed.ts"

/** Iterations of one loop in all: models that mean more do not fit into memory. */
const MOST_ITERATIONS = 4_000_000

export type RelationStatement = Exclude<BugsStatement, { kind: "for" }>

/** A relation of the text with the iterations of its loops. */
export interface UnrolledStatement {
  readonly statement: RelationStatement
  /** Names of the loop variables, outermost first. */
  readonly loops: readonly string[]
  /** Their values, iteration by iteration. */
  readonly iterations: readonly (readonly number[])[]
}

/**
 * Runs the loops of a model: every relation with every iteration it has. A range that counts down has none, as in JAGS.
 * @throws ModelError when a bound is not known before drawing or not an integer, or a loop would never end
 */
export function unrollStatements(statements: readonly BugsStatement[], known: Known): UnrolledStatement[] {
  const found: UnrolledStatement[] = []
  const visit = (
    body: readonly BugsStatement[],
    loops: readonly string[],
    iterations: readonly (readonly number[])[],
  ): void => {
    for (const statement of body) {
      if (statement.kind !== "for") {
        found.push({ statement, loops, iterations })
        continue
      }
      const range = compileRange(statement.range, loops, known)
      const inner: (readonly number[])[] = []
      for (const values of iterations) {
        const added = range(values, MOST_ITERATIONS - inner.length)
        for (let k = 0; k < added.length; k++) inner.push([...values, added[k]!])
      }
      visit(statement.body, [...loops, statement.variable], inner)
    }
  }
  visit(statements, [], [[]])
  return found
}

function compileRange(
  e: BugsExpr,
  loops: readonly string[],
  known: Known,
): (values: readonly number[], most: number) => readonly number[] {
  const integer = (value: FixedValue, of: BugsExpr): number => {
    if (value === null)
      throw known.error(
        "the range of a loop must be known before drawing",
        of,
        "use constants and data, or give data for what it names",
      )
    if (typeof value !== "number" || !Number.isInteger(value))
      throw known.error(`a bound of a loop must be an integer, found ${show(value)}`, of)
    return value
  }
  if (e.kind === "call" && e.name === ":" && e.args.length === 2) {
    const [from, to] = e.args.map((arg) => compileFixed(arg, loops, known))
    return (values, most) => {
      const first = integer(from!(values), e.args[0]!)
      const last = integer(to!(values), e.args[1]!)
      if (last - first >= most)
        throw known.error(
          `the loop has more than ${MOST_ITERATIONS} iterations`,
          e,
          `check its bounds, ${first} and ${last}`,
        )
      return Array.from({ length: Math.max(0, last - first + 1) }, (_, k) => first + k)
    }
  }
  const vector = compileFixed(e, loops, known)
  return (values) => {
    const value = vector(values)
    return value !== null && typeof value !== "number"
      ? Array.from(value.values, (v) => integer(v, e))
      : [integer(value, e)]
  }
}

const show = (value: Exclude<FixedValue, null>): string =>
  typeof value === "number" ? String(value) : `${value.values.length} numbers`
