import type { BugsExpr, BugsStatement } from "./ast.ts"
import { type Column, evaluateColumn } from "./columns.ts"
import { compileFixed, type FixedValue, type Known } from "./fixed.ts"
import { type Iterations, iterationAt, ONCE } from "./iterations.ts"
import { printExpr } from "./print.ts"

/** Iterations of one loop in all: models that mean more do not fit into memory. */
const MOST_ITERATIONS = 4_000_000

export type RelationStatement = Exclude<BugsStatement, { kind: "for" }>

/** A relation of the text with the iterations of its loops. */
export interface UnrolledStatement {
  readonly statement: RelationStatement
  /** Names of the loop variables, outermost first. */
  readonly loops: readonly string[]
  readonly iterations: Iterations
}

/**
 * Runs the loops of a model: every relation with every iteration it has. A range that counts down has none, as in JAGS.
 * @throws ModelError when a bound is not known before drawing or not an integer, or a loop would never end
 */
export function unrollStatements(statements: readonly BugsStatement[], known: Known): UnrolledStatement[] {
  const found: UnrolledStatement[] = []
  const visit = (body: readonly BugsStatement[], loops: readonly string[], iterations: Iterations): void => {
    for (const statement of body) {
      if (statement.kind !== "for") found.push({ statement, loops, iterations })
      else
        visit(
          statement.body,
          [...loops, statement.variable],
          nestLoop(statement.range, loops, iterations, known),
        )
    }
  }
  visit(statements, [], ONCE)
  return found
}

/** The iterations of a loop inside those of the loops around it. */
function nestLoop(range: BugsExpr, loops: readonly string[], outer: Iterations, known: Known): Iterations {
  const found = rangeColumns(range, loops, outer, known)
  if (found !== null) return countUp(outer, found.from, found.to)
  const values = compileRange(range, loops, known)
  const inner: number[] = []
  const source: number[] = []
  for (let i = 0; i < outer.count; i++)
    for (const value of values(iterationAt(outer, i), MOST_ITERATIONS - inner.length)) {
      inner.push(value)
      source.push(i)
    }
  return {
    count: inner.length,
    columns: [
      ...outer.columns.map((column) => Float64Array.from(source, (i) => column[i]!)),
      Float64Array.from(inner),
    ],
  }
}

/** Bounds of `from:to` in every iteration, when they are integers and not too far apart; null leaves it to `compileRange`. */
function rangeColumns(
  e: BugsExpr,
  loops: readonly string[],
  outer: Iterations,
  known: Known,
): { readonly from: Float64Array; readonly to: Float64Array } | null {
  if (e.kind !== "call" || e.name !== ":" || e.args.length !== 2) return null
  const [from, to] = e.args.map((arg) => {
    const column: Column | null = evaluateColumn(arg, loops, outer, known)
    return typeof column === "number" ? new Float64Array(outer.count).fill(column) : column
  })
  if (from === null || to === null || from === undefined || to === undefined) return null
  let total = 0
  for (let i = 0; i < outer.count; i++) {
    if (!Number.isInteger(from[i]) || !Number.isInteger(to[i])) return null
    total += Math.max(0, to[i]! - from[i]! + 1)
  }
  return total < MOST_ITERATIONS ? { from, to } : null
}

function countUp({ count, columns }: Iterations, from: Float64Array, to: Float64Array): Iterations {
  let total = 0
  for (let i = 0; i < count; i++) total += Math.max(0, to[i]! - from[i]! + 1)
  const inner = new Float64Array(total)
  const repeated = columns.map(() => new Float64Array(total))
  for (let i = 0, at = 0; i < count; i++) {
    const first = at
    for (let value = from[i]!; value <= to[i]!; value++) inner[at++] = value
    for (let c = 0; c < columns.length; c++) repeated[c]!.fill(columns[c]![i]!, first, at)
  }
  return { count: total, columns: [...repeated, inner] }
}

function compileRange(
  e: BugsExpr,
  loops: readonly string[],
  known: Known,
): (values: readonly number[], most: number) => readonly number[] {
  const integer = (value: FixedValue, of: BugsExpr): number => {
    if (value === null)
      throw known.error(
        `the range of a loop must be known before drawing, and "${printExpr(of)}" is not`,
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
