import { loopsOf } from "../models/relations/loops-of.ts"
import type { Relation, RelationGraph } from "../models/relations/relation-graph.ts"
import { symbolOfName } from "../models/typeset/symbol-of-name.ts"
import type { PlateGraph } from "./place-nodes.ts"

/**
 * A model of relations as it is drawn: a node a variable that is drawn or observed, in the plate of its loops. What is computed
 * stands between nodes and is not drawn; nor are arrows that would run in a circle, such as from `x[t-1]` to `x[t]`.
 */
export function platesOfRelations(graph: RelationGraph): PlateGraph {
  const byVariable = new Map<string, Relation[]>()
  for (const relation of graph.relations) {
    const own = byVariable.get(relation.variable)
    if (own === undefined) byVariable.set(relation.variable, [relation])
    else own.push(relation)
  }
  const drawn = [...byVariable].filter(([, own]) => own.some(({ kind }) => kind === "stochastic"))
  const names = new Set(drawn.map(([name]) => name))
  const parents = new Map([...byVariable].map(([name, own]) => [name, parentsOf(graph, own)]))
  const plates = new Map(drawn.map(([name, own]) => [name, plateOf(own)]))
  const edges = withoutCircles(
    [...names],
    new Map(drawn.map(([to]) => [to, drawnParents(to, parents, names)])),
  )
  return {
    plates: nestPlates([
      ...new Map(
        [...plates.values()].flatMap((plate) => (plate === null ? [] : [[plate.id, plate]])),
      ).values(),
    ]),
    nodes: drawn.map(([name, own]) => ({
      id: name,
      ...drawnSymbol(name),
      plate: plates.get(name)?.id ?? null,
      observed: own.some((r) => r.kind === "stochastic" && r.observed),
    })),
    edges,
  }
}

/** Arrows from parents, but for those that lead back to where they came from. */
function withoutCircles(
  names: readonly string[],
  parents: ReadonlyMap<string, ReadonlySet<string>>,
): { readonly from: string; readonly to: string }[] {
  const edges: { from: string; to: string }[] = []
  const state = new Map<string, "open" | "done">()
  const visit = (to: string): void => {
    state.set(to, "open")
    for (const from of parents.get(to)!) {
      if (state.get(from) === "open") continue
      edges.push({ from, to })
      if (!state.has(from)) visit(from)
    }
    state.set(to, "done")
  }
  for (const name of names) if (!state.has(name)) visit(name)
  return edges
}

/** A Greek letter with what follows it below the line; other names stay whole. */
function drawnSymbol(name: string): { readonly letter: string; readonly subscript: string | null } {
  const { letter, subscript } = symbolOfName(name)
  return /^[A-Za-z]/.test(letter) ? { letter: name, subscript: null } : { letter, subscript }
}

interface LoopPlate {
  readonly id: string
  /** `i = 1…30`, outermost first. */
  readonly loops: readonly string[]
}

/** The loops of a variable's relations, with how many values each takes; null without loops. */
function plateOf(relations: readonly Relation[]): LoopPlate | null {
  const loops = loopsOf(relations).map(({ name, least, most }) => `${name} = ${least}…${most}`)
  return loops.length === 0 ? null : { id: loops.join(", "), loops }
}

/** A plate whose outer loops are all of another's stands within it, and says the others alone. */
function nestPlates(plates: readonly LoopPlate[]): PlateGraph["plates"] {
  return plates.map(({ id, loops }) => {
    const around = plates
      .filter((one) => one.loops.length < loops.length && one.loops.every((loop, k) => loop === loops[k]))
      .sort((a, b) => b.loops.length - a.loops.length)
    const [outer] = around
    return outer === undefined
      ? { id, label: id }
      : { id, label: loops.slice(outer.loops.length).join(", "), within: outer.id }
  })
}

/** Variables that relations read, and that something draws or computes. */
function parentsOf(graph: RelationGraph, relations: readonly Relation[]): ReadonlySet<string> {
  const found = new Set<string>()
  // Drawn indices of gathers are among the references.
  for (const { references, gathers } of relations)
    for (const { variable } of [...references, ...gathers]) found.add(variable)
  const defined = new Set(graph.relations.map(({ variable }) => variable))
  return new Set([...found].filter((name) => defined.has(name)))
}

/** The nearest drawn variables above one, through what is computed. */
function drawnParents(
  of: string,
  parents: ReadonlyMap<string, ReadonlySet<string>>,
  drawn: ReadonlySet<string>,
): ReadonlySet<string> {
  const found = new Set<string>()
  const seen = new Set<string>()
  const waiting = [...parents.get(of)!]
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue
    seen.add(name)
    if (drawn.has(name)) found.add(name)
    else waiting.push(...parents.get(name)!)
  }
  return found
}
