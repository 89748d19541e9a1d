/** The relations of a model as text, the same from every front end. */
import { expressionsOf, namesIn } from "../models/bugs/names.ts"
import { printStatement } from "../models/bugs/print.ts"
import type { Blueprint, Stated } from "../models/builder/build.ts"
import { blueprintOfGraph } from "../models/builder/from-graph.ts"
import { plateOf } from "../models/graph.ts"
import { readingOrder } from "../models/relations/reading-order.ts"
import type { GraphModel } from "./graph-model.ts"
import type { HierarchicalModel } from "./model.ts"

/** A loop of the model: what is drawn or computed in it. */
export interface ListedRelation {
  /** `alpha`; the second relation of an array is `alpha#2`. */
  readonly id: string
  readonly kind: "stochastic" | "deterministic"
  /** Number of instances. */
  readonly size: number
  /** `alpha[i] ~ dnorm(mu, tau)` */
  readonly text: string
}

/**
 * The relations of a model in the order of a lecture, the data first, whatever the order in which they were written. A
 * formula's model has those of `toBugs(model, { dialect: "gibbsite" })`; nothing is unrolled for it.
 */
export function listRelations(model: HierarchicalModel | GraphModel): ListedRelation[] {
  if (!("kind" in model)) {
    const { graph } = model
    return orderStatements(blueprintOfGraph(graph, "gibbsite").blueprint).map(({ plate, statement }) => {
      const { size = 1, standsFor = size } = plate === null ? {} : plateOf(graph, plate.name)
      const { kind, target } = statement
      return { id: target.name, kind, size: standsFor, text: printStatement(statement) }
    })
  }
  const relations = model.graph.relations.map(
    ({ id, kind, size, text, variable, references, gathers, ...rest }) => ({
      listed: { id, kind, size, text },
      variable,
      observed: "observed" in rest && rest.observed,
      parents: [...references, ...gathers].map((read) => read.variable),
    }),
  )
  return readingOrder(relations).map(({ listed }) => listed)
}

/** Relations one below the other, with the number of instances of each loop. */
const printRelations = (relations: readonly ListedRelation[]): string =>
  relations.map(({ text, size }) => `  ${text}${size === 1 ? "" : `   (${size})`}\n`).join("")

/**
 * The graph of a model as relations in the BUGS language, one a line: a formula, the builder and BUGS text that say the same
 * model by the same names give the same text.
 */
export const printGraph = (model: HierarchicalModel | GraphModel): string =>
  printRelations(listRelations(model))

/** The statements of a model in the order in which its relations are printed. */
export function orderStatements({ inputs, stated }: Blueprint): Stated[] {
  const items = stated.map((placed) => {
    const { statement } = placed
    const parents = expressionsOf(statement).flatMap((e) => (e === null ? [] : [...namesIn(e)]))
    return { placed, variable: statement.target.name, observed: statement.target.name in inputs, parents }
  })
  return readingOrder(items).map(({ placed }) => placed)
}
