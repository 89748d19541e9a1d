import type { BugsExpr, BugsProgram, BugsStatement, BugsVariable } from "./ast.ts"

/** Every name that an expression reads, loop variables too. */
export function namesIn(e: BugsExpr, found: Set<string> = new Set()): Set<string> {
  if (e.kind === "call") for (const arg of e.args) namesIn(arg, found)
  if (e.kind === "variable") namesInVariable(e, found)
  return found
}

function namesInVariable(e: BugsVariable, found: Set<string>): void {
  found.add(e.name)
  for (const index of e.indices ?? []) if (index.kind === "value") namesIn(index.value, found)
}

/** Every name that occurs in a program. */
export function namesOf(program: BugsProgram): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { name, dims } of program.declarations) {
    found.add(name)
    for (const dim of dims) namesIn(dim, found)
  }
  const visit = (statements: readonly BugsStatement[]): void => {
    for (const statement of statements) {
      if (statement.kind === "for") {
        namesIn(statement.range, found)
        visit(statement.body)
        continue
      }
      namesInVariable(statement.target, found)
      for (const e of expressionsOf(statement)) if (e !== null) namesIn(e, found)
    }
  }
  visit(program.data)
  visit(program.model)
  return found
}

/** Expressions on the right of a relation: the value, or the arguments followed by both bounds. */
export function expressionsOf(
  statement: Exclude<BugsStatement, { kind: "for" }>,
): readonly (BugsExpr | null)[] {
  if (statement.kind === "deterministic") return [statement.value]
  return [...statement.args, statement.bounds?.lower ?? null, statement.bounds?.upper ?? null]
}
