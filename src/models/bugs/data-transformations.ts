/**
 * Data that are computed inside the model and have a distribution there, as WinBUGS allows: `z[i] <- sqrt(y[i])` beside
 * `z[i] ~ dnorm(mu, tau)`, or `zeros[i] <- 0` beside `zeros[i] ~ dpois(phi[i])`.
 */
import type { Arrays } from "./arrays.ts"
import type { BugsProgram, BugsStatement } from "./ast.ts"
import { expressionsOf, namesIn } from "./names.ts"
import type { PlacedStatement } from "./targets.ts"
import type { RelationStatement } from "./unroll.ts"

/**
 * The program with the computations of such data, and those that they hang on, moved to the `data` block, where they mean
 * the same.
 * @returns null when the program has none
 * @throws ModelError when what is computed and drawn does not follow from data alone
 */
export function moveTransformations(
  program: BugsProgram,
  arrays: Arrays,
  placed: readonly PlacedStatement[],
): BugsProgram | null {
  if (arrays.transformed.size === 0) return null
  const known = new Map<string, PlacedStatement[]>()
  for (const source of placed) {
    const { statement, slots } = source
    if (statement.kind !== "deterministic") continue
    if (slots.some((slot) => Number.isNaN(arrays.value(slot)))) continue
    const { name } = statement.target
    known.set(name, [...(known.get(name) ?? []), source])
  }
  const moved = new Set<RelationStatement>()
  const move = (source: PlacedStatement): void => {
    if (moved.has(source.statement)) return
    moved.add(source.statement)
    for (const name of namesBehind(program.model, source.statement)) known.get(name)?.forEach(move)
  }
  for (const [slot, observer] of arrays.transformed) {
    const source = placed[arrays.statement[slot]!]!
    if (known.get(source.statement.target.name)?.includes(source) !== true)
      throw arrays.error(
        `${arrays.nameOf(slot)} is defined twice: computed by a relation, and drawn`,
        placed[observer]!.statement.target,
        "what is drawn can be computed too only where it follows from data alone; give one of the two another name",
      )
    move(source)
  }
  const isMoved = (statement: RelationStatement): boolean => moved.has(statement)
  return {
    ...program,
    data: [...program.data, ...select(program.model, isMoved)],
    model: select(program.model, (statement) => !isMoved(statement)),
  }
}

/** The statements that `keep` keeps, with the loops around them. */
function select(
  body: readonly BugsStatement[],
  keep: (statement: RelationStatement) => boolean,
): readonly BugsStatement[] {
  return body.flatMap((statement): readonly BugsStatement[] => {
    if (statement.kind !== "for") return keep(statement) ? [statement] : []
    const inner = select(statement.body, keep)
    return inner.length === 0 ? [] : [{ ...statement, body: inner }]
  })
}

/** Names that a statement reads, those in the ranges of the loops around it included. */
function namesBehind(body: readonly BugsStatement[], wanted: RelationStatement): Set<string> {
  const found = new Set<string>()
  const visit = (statements: readonly BugsStatement[]): boolean =>
    statements.some((statement) => {
      if (statement.kind !== "for") return statement === wanted
      if (!visit(statement.body)) return false
      namesIn(statement.range, found)
      return true
    })
  visit(body)
  for (const index of wanted.target.indices ?? []) if (index.kind === "value") namesIn(index.value, found)
  for (const e of expressionsOf(wanted)) if (e !== null) namesIn(e, found)
  return found
}
