/**
 * The model graph: the one intermediate form between the front ends and the samplers. Plain data; a node is a whole
 * plate array, never one object a scalar. `freezeGraph` makes it immutable.
 */
import { ModelError, suggest } from "../core/errors.ts"
import { type Expr, nodesIn } from "./expression.ts"

/** A repeated dimension: the rows of the data, the levels of a grouping factor. */
export interface Plate {
  readonly id: string
  /** Index variable in printed formulas: `i` for rows, `j` for the first factor. */
  readonly index: string
  /** Symbol for its size in printed formulas: `N`, `J`. */
  readonly sizeSymbol: string
  readonly size: number
  /** Where the members stand for more: how many, as a likelihood counts them. */
  readonly standsFor?: number
  /** Names of the members; null for rows. */
  readonly labels: readonly string[] | null
}

/** `codes[i]` is the member of plate `to` that member `i` of plate `from` belongs to. */
export interface IndexMap {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly codes: Int32Array
}

export type Shape =
  | { readonly kind: "scalar" }
  | { readonly kind: "vector"; readonly terms: readonly string[] }
  | { readonly kind: "matrix"; readonly terms: readonly string[] }

/** `σ²_county`: a letter (Latin or Greek), squared or not, with a subscript in words. */
export interface MathSymbol {
  readonly letter: string
  readonly squared: boolean
  readonly subscript: string | null
}

export interface DistributionCall {
  /** Name in the distribution registry: `normal`, `inverseGamma`, … */
  readonly family: string
  readonly parameters: Readonly<Record<string, Expr>>
}

/** `id[plate] ~ distribution`: data when `observed` names a column, otherwise something to sample. */
export interface StochasticNode {
  readonly id: string
  /** How mathematics writes it. */
  readonly symbol: MathSymbol
  readonly plate: string | null
  readonly shape: Shape
  readonly distribution: DistributionCall
  readonly observed: string | null
}

/** A quantity reported to the user for every draw: a name of the public interface and what it is in terms of nodes. */
export interface Quantity {
  readonly name: string
  /** Family for `--monitor`: `b`, `sd`, `var`, `cov`, `cor`, `u`. */
  readonly family: string
  readonly value: Expr
  /** Fixed by its prior: constant in every draw. */
  readonly constant: boolean
}

/**
 * Effects of one node as they are reported, level by level: `u[group,term,level]`. There may be millions: their names are made
 * where somebody reads them (`effect-quantities.ts`).
 */
export interface EffectQuantities {
  readonly node: string
  readonly group: string
  readonly terms: readonly string[]
  readonly levels: readonly string[]
}

export interface ModelGraph {
  readonly plates: readonly Plate[]
  readonly maps: readonly IndexMap[]
  /** Data columns, each along a plate. */
  readonly columns: readonly { readonly id: string; readonly plate: string; readonly values: Float64Array }[]
  /** Parents may come after children; there is no cycle. */
  readonly nodes: readonly StochasticNode[]
  /** One number each. */
  readonly quantities: readonly Quantity[]
  /** What is reported after these. */
  readonly effects: readonly EffectQuantities[]
}

/** Number of values of one member of a node's plate. */
export function memberSize(node: StochasticNode): number {
  switch (node.shape.kind) {
    case "scalar":
      return 1
    case "vector":
      return node.shape.terms.length
    case "matrix":
      return node.shape.terms.length ** 2
  }
}

export const plateOf = (graph: ModelGraph, id: string): Plate => find(graph.plates, id, "plate")
export const mapOf = (graph: ModelGraph, id: string): IndexMap => find(graph.maps, id, "index map")
export const columnOf = (graph: ModelGraph, id: string) => find(graph.columns, id, "column")
export const nodeOf = (graph: ModelGraph, id: string): StochasticNode => find(graph.nodes, id, "node")

/** The latent nodes: those that a sampler has to draw. */
export const latentNodes = (graph: ModelGraph): readonly StochasticNode[] =>
  graph.nodes.filter((node) => node.observed === null)

/** Every (child, parameter) whose expression reads the node. */
export function childrenOf(graph: ModelGraph, id: string): { child: StochasticNode; parameter: string }[] {
  return graph.nodes.flatMap((child) =>
    Object.entries(child.distribution.parameters)
      .filter(([, e]) => nodesIn(e).has(id))
      .map(([parameter]) => ({ child, parameter })),
  )
}

/** Freezes the graph deeply, except the values of typed arrays. */
export function freezeGraph(graph: ModelGraph): ModelGraph {
  deepFreeze(graph)
  return graph
}

function deepFreeze(value: unknown): void {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value))
    return
  Object.freeze(value)
  // A list is of one kind: a million labels are not looked at one by one.
  if (Array.isArray(value) && typeof value[0] !== "object") return
  for (const member of Object.values(value)) deepFreeze(member)
}

function find<T extends { readonly id: string }>(items: readonly T[], id: string, what: string): T {
  const found = items.find((item) => item.id === id)
  if (found === undefined) {
    throw new ModelError(`unknown ${what} "${id}"`, {
      code: "unknown-name",
      hint: suggest(
        id,
        items.map((item) => item.id),
      ),
    })
  }
  return found
}
