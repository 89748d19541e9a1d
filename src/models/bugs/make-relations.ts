import type { Relation, RelationExpr } from "../relations/relation-graph.ts"
import type { Arrays } from "./arrays.ts"
import { checkCall, checkCount } from "./check-call.ts"
import { checkKnown } from "./check-known.ts"
import { type LoweringSite, lowerExprs, splitByShape } from "./lower-relation.ts"
import { expressionsOf } from "./names.ts"
import { printStatement } from "./print.ts"
import { rightHandSide } from "./resolve-fixed.ts"
import type { PlacedStatement } from "./targets.ts"

/**
 * The relations of a model: one for each statement and each way in which its iterations look alike (observed or not,
 * the same shapes). Deterministic iterations that hang on data alone are values already, and make none.
 * @throws ModelError for undefined variables, shapes that do not fit, a vector observed in part
 */
export function makeRelations(arrays: Arrays, placed: readonly PlacedStatement[]): Relation[] {
  const relations: Relation[] = []
  const counts = new Map<string, number>()
  for (const source of placed) {
    if (source.statement.kind === "stochastic") checkCount(arrays, source.statement)
    for (const group of groupIterations(arrays, source)) {
      if (group.iterations.length === 0) continue
      const variable = source.statement.target.name
      const count = (counts.get(variable) ?? 0) + 1
      counts.set(variable, count)
      relations.push(makeRelation(arrays, group, count === 1 ? variable : `${variable}#${count}`))
    }
  }
  return relations
}

interface Group extends PlacedStatement {
  readonly observed: boolean
}

/** Iterations of a statement that can be one relation. */
function groupIterations(arrays: Arrays, source: PlacedStatement): Group[] {
  const { statement, slots, dims } = source
  const exprs = statement.kind === "deterministic" ? [rightHandSide(statement)] : expressionsOf(statement)
  const parts = splitByShape(siteOf(arrays, source), exprs, source.iterations)
  const place =
    parts.length > 1 ? new Map(source.iterations.map((iteration, i) => [iteration, i])) : undefined
  return parts.flatMap((iterations) => {
    const groups = new Map<string, number[]>()
    for (let k = 0; k < iterations.length; k++) {
      const i = place?.get(iterations[k]!) ?? k
      const key = keyOf(i)
      if (key === null) continue
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [i])
      else group.push(i)
    }
    return [...groups].map(([key, chosen]) => ({
      ...source,
      iterations: chosen.map((i) => source.iterations[i]!),
      slots: chosen.map((i) => slots[i]!),
      dims: chosen.map((i) => dims[i]!),
      observed: key.startsWith("data"),
    }))
  })

  /** null: nothing is left to do for it. */
  function keyOf(i: number): string | null {
    const own = slots[i]!
    if (own.length === 1) {
      const isKnown = !Number.isNaN(arrays.values[own[0]!]!)
      if (statement.kind === "deterministic") return isKnown ? null : "computed 1"
      return isKnown ? "data 1" : "drawn 1"
    }
    const known = own.filter((slot) => !Number.isNaN(arrays.values[slot]!)).length
    if (statement.kind === "deterministic") return known === own.length ? null : `computed ${dims[i]}`
    if (known !== 0 && known !== own.length) {
      throw arrays.error(
        `${statement.target.name} is observed in part: ${known} of ${own.length} elements of one draw`,
        statement.target,
        "give all of its elements, or none",
      )
    }
    return `${known === 0 ? "drawn" : "data"} ${dims[i]}`
  }
}

const siteOf = (arrays: Arrays, { loops }: PlacedStatement): LoweringSite => ({
  known: arrays,
  loops,
  isDefined: (slot) => arrays.isDefined(slot),
})

function makeRelation(arrays: Arrays, group: Group, id: string): Relation {
  const { statement, loops, iterations, slots, dims } = group
  const width = slots[0]!.length
  const writes = new Int32Array(width * iterations.length)
  slots.forEach((own, i) => {
    writes.set(own, i * width)
  })
  const base = {
    id,
    variable: statement.target.name,
    text: printStatement(statement),
    size: iterations.length,
    loops: loops.map((name, k) => ({ name, values: Int32Array.from(iterations, (values) => values[k]!) })),
    width,
    dims: dims[0]!,
    writes,
    span: { text: arrays.program.source, ...statement.span },
  }
  const site = siteOf(arrays, group)
  if (statement.kind === "deterministic") {
    const { exprs, references, gathers } = lowerExprs(site, [rightHandSide(statement)], iterations)
    return { ...base, kind: "deterministic", references, gathers, value: exprs[0]! }
  }
  const { exprs, references, gathers } = lowerExprs(site, expressionsOf(statement), iterations)
  const args = exprs.slice(0, statement.args.length) as readonly RelationExpr[]
  const [lower, upper] = exprs.slice(statement.args.length)
  const relation = {
    ...base,
    kind: "stochastic" as const,
    references,
    gathers,
    distribution: statement.distribution,
    args,
    bounds:
      statement.bounds === null
        ? null
        : { kind: statement.bounds.kind, lower: lower ?? null, upper: upper ?? null },
    observed: group.observed,
  }
  checkCall(arrays, statement, relation)
  checkKnown(arrays, statement, relation)
  return relation
}
