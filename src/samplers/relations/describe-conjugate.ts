import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { printExpr } from "../../models/bugs/print.ts"
import type { RelationGraph } from "../../models/relations/relation-graph.ts"
import { type ChildText, describeChild, multiplierText, statementOf, textOf } from "./child-text.ts"
import { arrayFamilyOf, arrayPriorOf, type ConjugateArrayMatch } from "./conjugate-array.ts"
import { type ConjugateNumberMatch, familyOf, priorOf } from "./conjugate-number.ts"
import { headOf } from "./describe.ts"
import type { RelationExplanation, RelationModel } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"

type Match = ConjugateNumberMatch | ConjugateArrayMatch

/** A full conditional in symbols, for formulas and derivations. */
export interface ConjugateText {
  /** `tau[k]`. */
  readonly head: string
  /** `Gamma`. */
  readonly label: string
  /** Of which function of the target: `1 / sigma^2`; the target itself otherwise. */
  readonly of: string
  /** Names of the natural parameters, what the prior starts them with, and how parts are combined. */
  readonly natural: readonly string[]
  readonly prior: readonly string[]
  readonly children: readonly {
    readonly text: ChildText
    /** What one child adds, by natural parameter. */
    readonly terms: readonly string[]
    /** What all add: `sum_i …`. */
    readonly sums: readonly string[]
    readonly because: string
  }[]
  /** The whole natural parameters. */
  readonly totals: readonly string[]
  readonly kernel: (t: string, natural: readonly string[]) => string
  readonly factor: (t: string, natural: readonly string[]) => string
}

/** The full conditional of a conjugate element in words and symbols. */
export function writeConjugate(match: Match, graph: RelationGraph): ConjugateText {
  const own = relationOf(graph, match.relation)
  const statement = statementOf(own)
  const family = match.kind === "number" ? familyOf(match.family) : arrayFamilyOf(match.family)
  const prior = match.kind === "number" ? priorOf({ graph }, match) : arrayPriorOf({ graph }, match)
  const head = headOf(own.text)
  const args = statement.kind === "stochastic" ? statement.args.map(textOf) : []
  const start = prior.symbols(args)
  const combine = "combine" in family ? family.combine : undefined
  const power = (k: number): string => (k === 1 ? head : k === -1 ? `(1 / ${head})` : `${head}^${k}`)
  const children = groupChildren(match, graph).map(({ relations, relation, pair, ...entry }) => {
    const child = relationOf(graph, relation)
    const size = relations.reduce((total, r) => total + graph.relations[r]!.size, 0)
    const { argument, symbols } = family.pairs[pair]!
    const text = describeChild(graph, own, child, argument)
    const isScaled = "unit" in entry ? !entry.unit : entry.scaled
    const ratio = `(${text.args[argument]} / ${power("power" in entry ? entry.power : 1)})`
    const found = isScaled
      ? (multiplierText(text.entered, text.reads) ?? (match.kind === "array" ? "k" : ratio))
      : "1"
    // Of an inverse the multiplier of the matrix is 1 over that of the argument.
    const isInverse = "inverted" in entry && entry.inverted && found !== "1"
    const k = isInverse ? `(1 / ${found.includes(" ") ? `(${found})` : found})` : found
    const terms = symbols(text.value, text.args, k).map((term) =>
      term === "q / 2" ? `${child.width} / 2` : term,
    )
    const { name, argumentNames } = lookupBugsDistribution(child.distribution)
    const isPadded = "paddedFrom" in entry && entry.paddedFrom !== null
    const picked = `${isPadded ? " with zeros around it" : ""}${entry.picks ? ", where it is the one that is picked" : ""}`
    const count = countOf(match, relations)
    return {
      text,
      terms,
      sums: terms.map((term, p) => sumOf(text, term, entry.picks ? null : count, combine?.[p] ?? "sum")),
      because: `${size} ${name} child${size === 1 ? "" : "ren"} ${headOf(child.text)}, whose ${argumentNames[argument]} is ${printExpr(text.entered)}${picked}`,
    }
  })
  const totals = family.natural.map((_, p) => {
    const parts = [start[p]!, ...children.map(({ sums }) => sums[p]!)]
    return combine?.[p] === "max" ? `max(${parts.join(", ")})` : joinSum(parts)
  })
  return {
    head,
    label: family.label,
    of: "of" in family && family.of !== undefined ? family.of(head) : head,
    natural: family.natural,
    prior: start,
    children,
    totals,
    kernel: family.kernel,
    factor: family.factor,
  }
}

/** `tau ~ Gamma(shape = a + 30 / 2, rate = b + sum_i (y[i] - mu[i])^2 / 2)`, and what each child adds. */
export function describeConjugate(match: Match, { graph }: RelationModel): RelationExplanation {
  const own = relationOf(graph, match.relation)
  const { of, label, natural, totals, children } = writeConjugate(match, graph)
  const parameters = natural.map((name, p) => `${name} = ${totals[p]}`)
  const prior = match.kind === "number" ? priorOf({ graph }, match) : arrayPriorOf({ graph }, match)
  return {
    formula: `${of} ~ ${label}(${parameters.join(", ")})${match.kind === "number" ? boundsText(match, graph) : ""}`,
    because: [
      `prior ${own.text.split(" ~ ")[1] ?? own.text}${prior.isMixture === true ? ", a mixture whose mixing variables are drawn first" : ""}`,
      ...children.map(({ because }) => because),
    ],
  }
}

/** ` T(0, 10)` where the prior is cut off or flat. */
function boundsText({ relation, family }: ConjugateNumberMatch, graph: RelationGraph): string {
  const statement = statementOf(relationOf(graph, relation))
  if (statement.kind !== "stochastic") return ""
  const isFlat = statement.distribution === "dunif"
  const [lower, upper] = isFlat
    ? statement.args.map((e) => printExpr(e))
    : [statement.bounds?.lower, statement.bounds?.upper].map((e) => (e ? printExpr(e) : ""))
  // A half-t is cut off at 0 alone, which is where 1 / x² ends by itself.
  if (!isFlat && statement.bounds === null) return ""
  const head = headOf(relationOf(graph, relation).text)
  const sides = [lower === "" ? "" : `${lower} < `, upper === "" ? "" : ` < ${upper}`]
  const isNatural = (family === "Beta" && lower === "0" && upper === "1") || (lower === "0" && upper === "")
  return isNatural ? "" : `, ${sides[0]}${head}${sides[1]}`
}

type Child = Match["children"][number]

/** Children of one statement together: what is observed of it and what is drawn, or iterations of different shapes. */
function groupChildren(match: Match, graph: RelationGraph): (Child & { readonly relations: number[] })[] {
  const groups: (Child & { readonly relations: number[] })[] = []
  for (const child of match.children) {
    const { text } = graph.relations[child.relation]!
    const same = groups.find(
      (group) => group.pair === child.pair && graph.relations[group.relation]!.text === text,
    )
    if (same === undefined) groups.push({ ...child, relations: [child.relation] })
    else same.relations.push(child.relation)
  }
  return groups
}

/** Children of each element, when every element has as many; null otherwise. */
function countOf({ instances, dependents: { weighed } }: Match, relations: readonly number[]): number | null {
  let count: number | null = null
  for (let n = 0; n < instances.length; n++) {
    let own = 0
    for (let run = weighed.start[n]!; run < weighed.start[n + 1]!; run++)
      if (relations.includes(weighed.relation[run]!)) own += weighed.to[run]! - weighed.from[run]!
    if (count !== null && count !== own) return null
    count = own
  }
  return count
}

/** `sum_i term`; a constant times how many there are. */
function sumOf({ sum }: ChildText, term: string, count: number | null, combine: "sum" | "max"): string {
  if (combine === "max") return sum === "" ? term : `${sum.replace("sum", "max")} ${term}`
  if (term === "0" || sum === "") return term
  if (count !== null && term === "1") return String(count)
  if (count !== null && term === "1/2") return `${count} / 2`
  if (count !== null && /^[\d.]+( \/ [\d.]+)?$/.test(term)) return `${count} * ${term}`
  return `${sum} ${term}`
}

function joinSum(parts: readonly string[]): string {
  const shown = parts.filter((part) => part !== "0")
  return shown.length === 0 ? "0" : shown.join(" + ")
}
