/**
 * How children of a relation are written in formulas: the range of a sum over those of one element, their arguments with
 * the loop variables of that element, and the multiplier with which it enters. Worked out on the statements as written.
 */
import type { BugsExpr, BugsIndex, BugsStatement, BugsVariable } from "../../models/bugs/ast.ts"
import { parseBugs } from "../../models/bugs/parse.ts"
import { ATOM_LEVEL } from "../../models/bugs/precedence.ts"
import { printExpr, printVariable } from "../../models/bugs/print.ts"
import type { Relation, RelationGraph } from "../../models/relations/relation-graph.ts"

type Statement = Exclude<BugsStatement, { kind: "for" }>

/** A child relation as seen from one element of the target. */
export interface ChildText {
  /** `sum_i`, `sum_{i: g[i] = k}`; empty where there is one child. */
  readonly sum: string
  /** `prod_i` of the same range. */
  readonly product: string
  /** The child's value: `y[i]`. */
  readonly value: string
  /** Its arguments, in parentheses where they are more than a name, a number or a call. */
  readonly args: readonly string[]
  /** The argument that the target enters, names of deterministic nodes replaced by what they are. */
  readonly entered: BugsExpr
  /** Whether an expression reads the target. */
  reads(e: BugsExpr): boolean
}

const SPAN = { start: 0, end: 0 }
const statements = new Map<string, Statement>()

/** A relation's statement, from its text. */
export function statementOf({ text }: Pick<Relation, "text">): Statement {
  const known = statements.get(text)
  if (known !== undefined) return known
  const parsed = parseBugs(`model {\n${text}\n}`).model[0]! as Statement
  statements.set(text, parsed)
  return parsed
}

export const textOf = (e: BugsExpr): string => printExpr(e, ATOM_LEVEL)

/**
 * @param target relation that is drawn
 * @param child relation that reads its elements, directly or through deterministic ones
 * @param argument the argument through which it does
 */
export function describeChild(
  graph: RelationGraph,
  target: Relation,
  child: Relation,
  argument: number,
): ChildText {
  const own = statementOf(target)
  const statement = statementOf(child)
  const ownLoops = target.loops.map(({ name }) => name)
  const loops = child.loops.map(({ name }) => name)
  const args = statement.kind === "stochastic" ? statement.args : [statement.value]
  const inline = (e: BugsExpr): BugsExpr => inlineDeterministic(graph, target.variable, e, 0)
  const reads = (e: BugsExpr): boolean => readsName(e, target.variable)
  const entered = inline(args[argument]!)
  const found = referencesTo(entered, target.variable)
  // Loop variables of the child that are the target's own, or a number, and conditions on the others.
  const bound = new Map<string, BugsExpr>()
  const conditions: { readonly of: BugsExpr; readonly says: string }[] = []
  const isOneReference = new Set(found.map(printVariable)).size === 1
  if (isOneReference) {
    own.target.indices?.forEach((index, d) => {
      const at = found[0]!.indices?.[d]
      if (index.kind === "all" || at === undefined || at.kind === "all") return
      const name = bareName(index.value)
      const isOwnLoop = name !== null && ownLoops.includes(name)
      if (!isOwnLoop && index.value.kind !== "number") return
      const loop = bareName(at.value)
      if (loop !== null && loops.includes(loop) && !bound.has(loop)) bound.set(loop, index.value)
      else if (at.value.kind !== "number")
        conditions.push({ of: at.value, says: `= ${printExpr(index.value)}` })
    })
  } else if (found.length > 0) conditions.push({ of: entered, says: `is ${printVariable(own.target)}` })
  const summed = loops.filter((loop) => !bound.has(loop))
  // A summed loop variable with the name of one of the target's own gets a prime.
  const renames = new Map<string, BugsExpr>([
    ...bound,
    ...summed.filter((loop) => ownLoops.includes(loop)).map((loop) => [loop, variable(`${loop}'`)] as const),
  ])
  const rename = (e: BugsExpr): BugsExpr => substitute(e, renames)
  const names = summed.map((loop) => printExpr(renames.get(loop) ?? variable(loop)))
  const where = conditions.map(({ of, says }) => `${printExpr(rename(of))} ${says}`)
  const range =
    names.length === 0
      ? ""
      : where.length > 0
        ? `_{${names.join(", ")}: ${where.join(", ")}}`
        : names.length === 1
          ? `_${names[0]}`
          : `_{${names.join(", ")}}`
  return {
    sum: range === "" ? "" : `sum${range}`,
    product: range === "" ? "" : `prod${range}`,
    value: printVariable(rename(statement.target) as BugsVariable),
    args: args.map((arg) => textOf(rename(arg))),
    entered: rename(entered),
    reads,
  }
}

/** k of an expression k xᵖ that reads x; null where it cannot be taken out. */
export function multiplierText(e: BugsExpr, reads: (e: BugsExpr) => boolean): string | null {
  const k = reads(e) ? multiplier(e, reads) : null
  return k === null ? null : printExpr(k, 6)
}

function multiplier(e: BugsExpr, reads: (e: BugsExpr) => boolean): BugsExpr | null {
  if (e.kind === "variable") return reads(e) ? numberOf(1) : null
  if (e.kind === "number") return null
  const [a, b] = e.args
  const of = (x: BugsExpr): BugsExpr | null => (reads(x) ? multiplier(x, reads) : x)
  if (e.name === "*" || e.name === "/") {
    const left = of(a!)
    const right = of(b!)
    return left === null || right === null ? null : simplify(e.name, left, right)
  }
  if ((e.name === "^" || e.name === "pow") && !reads(b!)) {
    const base = of(a!)
    return base === null ? null : isOne(base) ? base : call("^", base, b!)
  }
  if (e.name === "sqrt") {
    const base = of(a!)
    return base === null ? null : isOne(base) ? base : call("sqrt", base)
  }
  if (e.name === "inverse" || e.name === "t") {
    const inner = of(a!)
    return inner === null ? null : e.name === "inverse" ? simplify("/", numberOf(1), inner) : inner
  }
  return null
}

/** Slope g and rest b of an expression g x + b; null where its form does not show them. */
export function affineText(
  e: BugsExpr,
  reads: (e: BugsExpr) => boolean,
): { readonly slope: string; readonly rest: string } | null {
  const parts = affine(e, reads)
  if (parts === null || parts.slope === null) return null
  return {
    slope: printExpr(parts.slope),
    rest: parts.rest === null ? "" : printExpr(parts.rest),
  }
}

interface Affine {
  /** Null: 0. */
  readonly slope: BugsExpr | null
  readonly rest: BugsExpr | null
}

function affine(e: BugsExpr, reads: (e: BugsExpr) => boolean): Affine | null {
  if (!reads(e)) return { slope: null, rest: e }
  if (e.kind === "variable") return { slope: numberOf(1), rest: null }
  if (e.kind === "number") return null
  const [first, second] = e.args
  const a = affine(first!, reads)
  if (e.args.length === 1) {
    return e.name === "-" && a !== null ? { slope: negate(a.slope), rest: negate(a.rest) } : null
  }
  const b = affine(second!, reads)
  if (a === null || b === null || e.args.length !== 2) return null
  const times = (x: BugsExpr | null, by: BugsExpr, name: string): BugsExpr | null =>
    x === null ? null : simplify(name, x, by)
  switch (e.name) {
    case "+":
      return { slope: plus(a.slope, b.slope), rest: plus(a.rest, b.rest) }
    case "-":
      return { slope: plus(a.slope, negate(b.slope)), rest: minus(a.rest, b.rest) }
    case "*":
      if (b.slope === null) return { slope: times(a.slope, second!, "*"), rest: times(a.rest, second!, "*") }
      if (a.slope !== null) return null
      return { slope: times(b.slope, first!, "*"), rest: times(b.rest, first!, "*") }
    case "/":
      if (b.slope !== null) return null
      return { slope: times(a.slope, second!, "/"), rest: times(a.rest, second!, "/") }
    default:
      return null
  }
}

const plus = (a: BugsExpr | null, b: BugsExpr | null): BugsExpr | null =>
  a === null ? b : b === null ? a : call("+", a, b)
const minus = (a: BugsExpr | null, b: BugsExpr | null): BugsExpr | null =>
  a === null ? negate(b) : b === null ? a : call("-", a, b)
const negate = (a: BugsExpr | null): BugsExpr | null => (a === null ? null : call("-", a))

function simplify(name: string, a: BugsExpr, b: BugsExpr): BugsExpr {
  if (isOne(b)) return a
  if (name === "*" && isOne(a)) return b
  return call(name, a, b)
}

const isOne = (e: BugsExpr): boolean => e.kind === "number" && e.value === 1
const numberOf = (value: number): BugsExpr => ({ kind: "number", value, span: SPAN })
const call = (name: string, ...args: BugsExpr[]): BugsExpr => ({ kind: "call", name, args, span: SPAN })
const variable = (name: string): BugsExpr => ({ kind: "variable", name, indices: null, span: SPAN })

const bareName = (e: BugsExpr): string | null => (e.kind === "variable" && e.indices === null ? e.name : null)

function readsName(e: BugsExpr, name: string): boolean {
  return referencesTo(e, name).length > 0
}

/** Where an expression names a variable, indices of others included. */
function referencesTo(e: BugsExpr, name: string): BugsVariable[] {
  if (e.kind === "number") return []
  if (e.kind === "call") return e.args.flatMap((arg) => referencesTo(arg, name))
  const inner = (e.indices ?? []).flatMap((index) =>
    index.kind === "all" ? [] : referencesTo(index.value, name),
  )
  return e.name === name ? [e, ...inner] : inner
}

/** Nestings of deterministic nodes that are followed. */
const DEEPEST = 20

/** Replaces deterministic nodes that lead to a variable by their definitions. */
function inlineDeterministic(graph: RelationGraph, name: string, e: BugsExpr, depth: number): BugsExpr {
  if (e.kind === "number" || depth > DEEPEST) return e
  if (e.kind === "call") {
    return { ...e, args: e.args.map((arg) => inlineDeterministic(graph, name, arg, depth)) }
  }
  const definitions = graph.relations.filter((relation) => relation.variable === e.name)
  const [definition] = definitions
  if (e.name === name || definitions.length !== 1 || definition?.kind !== "deterministic") return e
  const statement = statementOf(definition)
  if (statement.kind !== "deterministic" || statement.link !== null) return e
  const loops = new Map<string, BugsExpr>()
  const { indices } = statement.target
  for (let d = 0; d < (indices?.length ?? 0); d++) {
    const index = indices![d]!
    const at = e.indices?.[d]
    const loop = index.kind === "all" ? null : bareName(index.value)
    if (loop === null || !definition.loops.some((one) => one.name === loop)) {
      // One element of a vector that is defined as a whole.
      if (isRange(index) && at !== undefined && !isRange(at)) return e
      continue
    }
    // `t[]` of a loop: the whole array has no single definition.
    if (at === undefined || at.kind === "all") return e
    loops.set(loop, at.value)
  }
  const value = inlineDeterministic(graph, name, substitute(statement.value, loops), depth + 1)
  return readsName(value, name) ? value : e
}

const isRange = (index: BugsIndex): boolean =>
  index.kind === "all" || (index.value.kind === "call" && index.value.name === ":")

function substitute(e: BugsExpr, by: ReadonlyMap<string, BugsExpr>): BugsExpr {
  if (e.kind === "number") return e
  if (e.kind === "call") return { ...e, args: e.args.map((arg) => substitute(arg, by)) }
  if (e.indices === null) return by.get(e.name) ?? e
  return {
    ...e,
    indices: e.indices.map((index) =>
      index.kind === "all" ? index : { ...index, value: substitute(index.value, by) },
    ),
  }
}
