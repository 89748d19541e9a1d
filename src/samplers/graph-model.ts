/** A model of relations with its data and initial values: what BUGS text and the builder give. */
import { checkOptionNames } from "../core/errors.ts"
import { type ArraysInput, toArrays } from "../models/array-input.ts"
import type { ArrayValue } from "../models/array-value.ts"
import type { BugsProgram } from "../models/bugs/ast.ts"
import { compileModel } from "../models/bugs/compile.ts"
import { lookupBugsDistribution } from "../models/bugs/distribution-table.ts"
import { parseBugs } from "../models/bugs/parse.ts"
import { assemble } from "../models/builder/assemble.ts"
import { type BuilderData, type Define, drawBlueprint, type Inputs } from "../models/builder/build.ts"
import { shareEqualInstances } from "../models/relations/equal-instances.ts"
import {
  elementName,
  type RelationExpr,
  type RelationGraph,
  referenceStart,
  type StochasticRelation,
} from "../models/relations/relation-graph.ts"
import { checkInits, type Inits } from "./relations/initial-state.ts"
import { planRelations, type RelationPlan, type RelationPlanOptions } from "./relations/plan-relations.ts"

export interface GraphModelOptions {
  /** Initial values: one set for every chain, or a list, the k-th for chain k. What is left out is found by itself. */
  readonly inits?: ArraysInput | readonly ArraysInput[]
}

export interface GraphModel {
  readonly kind: "graph"
  readonly program: BugsProgram
  /** As given, NaN where missing. */
  readonly data: ReadonlyMap<string, ArrayValue>
  readonly graph: RelationGraph
  /** By chain; chains beyond the last start from the last. */
  readonly inits: readonly Inits[]
  /** What the reader should know: data and initial values that nothing uses. */
  readonly messages: readonly string[]
  /** Chooses the samplers; draws nothing. @throws PlanError when a node has none */
  plan(options?: RelationPlanOptions): RelationPlan
}

/**
 * A model in the BUGS language.
 *
 * @param source text of the model
 * @param data arrays by name, as JavaScript values or as `readModelData` reads them
 * @throws ModelSyntaxError with the place when the text does not parse; ModelError or DataError when it does not fit the data
 */
export function bugs(source: string, data: ArraysInput = {}, options: GraphModelOptions = {}): GraphModel {
  checkOptionNames("bugs", options, ["inits"])
  return graphModel(parseBugs(source), data, options)
}

/** A model of the builder, waiting for data. */
export interface ModelTemplate<S extends Inputs> {
  /** The model with its data. @throws DataError when they do not fit the inputs; ModelError as `bugs` */
  with(data: BuilderData<S>, options?: GraphModelOptions): GraphModel
}

/**
 * A model written in TypeScript: inputs by name, and a function that states the model with them.
 * ```ts
 * const oneWay = model({ y: vector(), g: index() }, ({ y, g, param, observe }) => {
 *   const mu = param("mu", normal(0, { variance: 0.5 }))
 *   const between = param("between", inverseGamma(2, 100))
 *   const within = param("within", inverseGamma(2, 100))
 *   const a = param("a", normal(0, { variance: between }), { over: g.levels })
 *   observe(y, normal(mu.plus(a.at(g)), { variance: within }))
 * })
 * const posterior = await sample(oneWay.with({ y: data.y, g: data.g }), { seed: 13 })
 * ```
 * @throws ModelError for names used twice, values along different plates, distributions with arguments they do not take
 */
export function model<S extends Inputs>(inputs: S, define: Define<S>): ModelTemplate<S> {
  const blueprint = drawBlueprint(inputs, define)
  return {
    with(data, options = {}) {
      const assembled = assemble(blueprint, data)
      return graphModel(assembled.program, assembled.data, options)
    },
  }
}

/** The model of a syntax tree, however it came about. @throws as `bugs` */
export function graphModel(written: BugsProgram, data: ArraysInput, options: GraphModelOptions): GraphModel {
  const arrays = toArrays(data)
  const { program, graph: compiled } = compileModel(written, arrays)
  const graph = shareEqualInstances(compiled)
  const { inits = [] } = options
  const isList = (x: NonNullable<GraphModelOptions["inits"]>): x is readonly ArraysInput[] => Array.isArray(x)
  const sets = (isList(inits) ? inits : [inits]).map(toArrays)
  const messages = [...graph.messages, ...new Set(sets.flatMap((set) => checkInits(graph, set)))]
  return graphModelOf({ program, data: arrays, graph, inits: sets, messages })
}

/** A model whose parts are there already. */
export const graphModelOf = (parts: Omit<GraphModel, "kind" | "plan">): GraphModel => ({
  kind: "graph",
  ...parts,
  plan: (options = {}) => planRelations(parts.graph, options),
})

/** An element of a variable, counted from 0. */
export interface GraphElement {
  readonly name: string
  readonly variable: string
  readonly element: number
  readonly slot: number
}

/** Names of every element of the variables, or of some of them, that are drawn or computed from draws. */
export const elementsOf = (graph: RelationGraph, variables?: ReadonlySet<string>): GraphElement[] =>
  elementsWhere(graph, variables, (slot) => graph.fixed[slot] === 0)

/** Names of every element, of all variables or some of them, that relations compute from data alone. */
export function constantsOf(graph: RelationGraph, variables?: ReadonlySet<string>): GraphElement[] {
  const constants = new Set(graph.constants)
  return elementsWhere(graph, variables, (slot) => constants.has(slot))
}

function elementsWhere(
  graph: RelationGraph,
  variables: ReadonlySet<string> | undefined,
  isMeant: (slot: number) => boolean,
): GraphElement[] {
  const found: GraphElement[] = []
  for (const variable of graph.variables) {
    const { name, offset, size } = variable
    if (variables?.has(name) === false) continue
    for (let element = 0; element < size; element++)
      if (isMeant(offset + element))
        found.push({ name: elementName(variable, element), variable: name, element, slot: offset + element })
  }
  return found
}

/** Slots that are the same in every draw of what they hang on: probabilities whose concentrations are 0, and differences of nothing. */
export const settledSlots = (graph: RelationGraph): ReadonlySet<number> =>
  new Set([...settledProbabilities(graph), ...settledDifferences(graph)])

/** Slots of an element less itself: that of the reference among differences from it, `d[k] <- beta[k] - beta[5]`. */
function settledDifferences({ relations }: RelationGraph): number[] {
  const settled: number[] = []
  for (const relation of relations) {
    if (relation.kind !== "deterministic" || relation.width !== 1) continue
    const { value, references } = relation
    if (value.op !== "call" || value.name !== "-") continue
    const [left, right] = value.args
    if (left?.op !== "read" || right?.op !== "read") continue
    const slotOf = (read: typeof left, i: number): number => {
      const reference = references[read.reference]!
      return reference.slots[referenceStart(reference, i)]!
    }
    for (let i = 0; i < relation.size; i++)
      if (slotOf(left, i) === slotOf(right, i)) settled.push(relation.writes[i]!)
  }
  return settled
}

/** Slots of probabilities that are 0 in every draw, because their concentration is, and of those that are 1 for it. */
function settledProbabilities(graph: RelationGraph): ReadonlySet<number> {
  const settled = new Set<number>()
  for (const relation of graph.relations) {
    if (relation.kind !== "stochastic" || relation.observed) continue
    const [alpha] = relation.args
    if (lookupBugsDistribution(relation.distribution).name !== "ddirch" || alpha === undefined) continue
    const { size, width, writes } = relation
    for (let i = 0; i < size; i++) {
      const isZero = Array.from(
        { length: width },
        (_, k) => concentrationAt(graph, relation, alpha, i, k) === 0,
      )
      const isOne = isZero.filter((zero) => !zero).length === 1
      isZero.forEach((zero, k) => {
        if (zero || isOne) settled.add(writes[i * width + k]!)
      })
    }
  }
  return settled
}

function concentrationAt(
  { values }: RelationGraph,
  { references }: StochasticRelation,
  alpha: RelationExpr,
  instance: number,
  place: number,
): number {
  if (alpha.op === "array") return alpha.values[place]!
  if (alpha.op !== "read") return Number.NaN
  const reference = references[alpha.reference]!
  return values[reference.slots[referenceStart(reference, instance) + place]!]!
}
