import type { Relation, RelationExpr } from "../relations/relation-graph.ts"
import type { Arrays } from "./arrays.ts"
import { checkCall, checkCount } from "./check-call.ts"
import { checkKnown } from "./check-known.ts"
import { selectIterations } from "./iterations.ts"
import { type LoweringSite, lowerExprs, splitByShape } from "./lower-relation.ts"
import { expressionsOf } from "./names.ts"
import { isPartlyObservable, splitObserved } from "./observed-in-part.ts"
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
      if (group.iterations.count === 0) continue
      const variable = source.statement.target.name
      const count = (counts.get(variable) ?? 0) + 1
      counts.set(variable, count)
      relations.push(...makeRelation(arrays, group, count === 1 ? variable : `${variable}#${count}`))
    }
  }
  return relations
}

/** Iterations of a statement that can be one relation. */
interface Group extends Omit<PlacedStatement, "start" | "dims"> {
  readonly dims: readonly number[]
  readonly observed: boolean
  /** Which elements of an instance are data, when some are and some are not. */
  readonly known: readonly boolean[] | null
}

function groupIterations(arrays: Arrays, source: PlacedStatement): Group[] {
  const { statement, iterations } = source
  const exprs = statement.kind === "deterministic" ? [rightHandSide(statement)] : expressionsOf(statement)
  const parts = splitByShape(siteOf(arrays, source), exprs, iterations)
  if (parts === null && source.slots.length === iterations.count) return groupElements(arrays, source)
  return (parts ?? [new Int32Array(iterations.count).map((_, i) => i)]).flatMap((part) => {
    const groups = new Map<string, number[]>()
    const keys = new Map<number, string | null>()
    for (const i of part) {
      const state = stateOf(arrays, source, i)
      let key = keys.get(state)
      if (key === undefined || state === OTHER) {
        key = keyOf(arrays, source, i)
        keys.set(state, key)
      }
      if (key === null) continue
      const group = groups.get(key)
      if (group === undefined) groups.set(key, [i])
      else group.push(i)
    }
    return [...groups].map(([key, chosen]) =>
      pickGroup(source, Int32Array.from(chosen), key.startsWith("data"), knownOf(key)),
    )
  })
}

/** The same for iterations of one element each, which differ in nothing but whether it is known. */
function groupElements({ values }: Arrays, source: PlacedStatement): Group[] {
  const { slots, statement } = source
  const isKnown = new Uint8Array(slots.length)
  let known = 0
  for (let i = 0; i < slots.length; i++) if (!Number.isNaN(values[slots[i]!]!)) known += isKnown[i] = 1
  const chosen = [new Int32Array(slots.length - known), new Int32Array(known)] as const
  const at = [0, 0]
  for (let i = 0; i < slots.length; i++) {
    const k = isKnown[i] as 0 | 1
    chosen[k][at[k]!++] = i
  }
  const drawn = pickGroup(source, chosen[0], false, null)
  if (statement.kind === "deterministic") return [drawn]
  const data = pickGroup(source, chosen[1], true, null)
  return isKnown[0] === 1 ? [data, drawn] : [drawn, data]
}

/** What an iteration of one element is: of others the key says more. */
const UNKNOWN = 0
const KNOWN = 1
const OTHER = 2

function stateOf(arrays: Arrays, { slots, start }: PlacedStatement, i: number): number {
  if (start[i + 1]! - start[i]! !== 1) return OTHER
  return Number.isNaN(arrays.values[slots[start[i]!]!]!) ? UNKNOWN : KNOWN
}

/** What iterations of one relation have in common; null: nothing is left to do for it. */
function keyOf(arrays: Arrays, { statement, slots, start, dims }: PlacedStatement, i: number): string | null {
  const own = slots.subarray(start[i]!, start[i + 1]!)
  let known = 0
  for (const slot of own) if (!Number.isNaN(arrays.values[slot]!)) known++
  const shape = own.length === 1 ? "1" : dims(i).join()
  if (statement.kind === "deterministic") return known === own.length ? null : `computed ${shape}`
  if (known !== 0 && known !== own.length) {
    if (isPartlyObservable(statement.distribution) && statement.bounds === null)
      return `part ${own.reduce((key, slot) => key + (Number.isNaN(arrays.values[slot]!) ? "0" : "1"), "")}`
    throw observedInPart(arrays, statement, `${known} of ${own.length}`)
  }
  return `${known === 0 ? "drawn" : "data"} ${shape}`
}

const knownOf = (key: string): readonly boolean[] | null =>
  key.startsWith("part ") ? Array.from(key.slice("part ".length), (bit) => bit === "1") : null

const observedInPart = (arrays: Arrays, { target }: PlacedStatement["statement"], which: string) =>
  arrays.error(
    `${target.name} is observed in part: ${which} elements of one draw`,
    target,
    "give all of its elements, or none",
  )

/** Iterations of one shape. */
function pickGroup(
  { slots, start, dims, iterations, ...source }: PlacedStatement,
  chosen: Int32Array,
  observed: boolean,
  known: readonly boolean[] | null,
): Group {
  const first = chosen[0] ?? 0
  const width = chosen.length === 0 ? 1 : start[first + 1]! - start[first]!
  const own = new Int32Array(width * chosen.length)
  for (let n = 0; n < chosen.length; n++)
    for (let k = 0; k < width; k++) own[n * width + k] = slots[start[chosen[n]!]! + k]!
  return {
    ...source,
    iterations: selectIterations(iterations, chosen),
    slots: own,
    dims: dims(first),
    observed,
    known,
  }
}

const siteOf = (arrays: Arrays, { loops }: Pick<PlacedStatement, "loops">): LoweringSite => ({
  known: arrays,
  loops,
  findUndefined: (variable, slots) => arrays.findUndefined(variable, slots),
})

function makeRelation(arrays: Arrays, group: Group, id: string): readonly Relation[] {
  const { statement, loops, iterations, slots, dims } = group
  const base = {
    id,
    variable: statement.target.name,
    text: printStatement(statement),
    size: iterations.count,
    loops: loops.map((name, k) => ({ name, values: Int32Array.from(iterations.columns[k]!) })),
    width: slots.length / iterations.count,
    dims,
    writes: slots,
    span: { text: arrays.program.source, ...statement.span },
  }
  const site = siteOf(arrays, group)
  if (statement.kind === "deterministic") {
    const { exprs, references, gathers } = lowerExprs(site, [rightHandSide(statement)], iterations)
    return [{ ...base, kind: "deterministic", references, gathers, value: exprs[0]! }]
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
  if (group.known === null) return [relation]
  const parts = splitObserved(relation, group.known)
  if (parts !== null) return parts
  throw arrays.error(
    `${base.variable} is observed in part, and ${relation.distribution} has arguments that are expressions`,
    statement,
    "give mean and matrix names of their own: mu[1:2] <- …, Omega[1:2, 1:2] <- …",
  )
}
