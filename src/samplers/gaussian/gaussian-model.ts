/**
 * Recognises a Gaussian hierarchical model in a graph: one observed normal child whose mean is linear in normal
 * coefficients and effects, whatever the priors of the spreads are.
 */
import { type Expr, nodesIn } from "../../models/expression.ts"
import { latentNodes, type ModelGraph, nodeOf, type StochasticNode } from "../../models/graph.ts"
import { isRefusal, type Refusal, refusal } from "../conditional.ts"
import { compileClosure, scopeOf } from "../kernel/closures.ts"
import { type LinearChild, type LoweringContext, linearChildren } from "../kernel/lowering-context.ts"

/** Where a variance or covariance matrix comes from: a node's state, or a known value. */
export interface Spread {
  readonly kind: "sd" | "variance" | "covariance" | "known"
  /** Node of the spread; null when it is known. */
  readonly node: string | null
  /** Order of the matrix. */
  readonly q: number
  /** First state slot of the node, −1 when it is known. */
  readonly slot: number
  /** Row-major q × q value of a known spread. */
  readonly value: readonly number[] | null
}

/** A coefficient that all rows share; precision 0 is a flat prior. */
export interface Coefficient {
  readonly node: string
  readonly priorMean: number
  readonly priorPrecision: number
}

/** Effects of one grouping factor that share a covariance. */
export interface Effects {
  readonly node: string
  readonly q: number
  readonly spread: Spread
}

export interface GaussianModel {
  readonly child: LinearChild
  readonly coefficients: readonly Coefficient[]
  readonly effects: readonly Effects[]
  readonly residual: Spread
}

/** The Gaussian model of a graph, or why it is none. */
export function findGaussianModel(context: LoweringContext): GaussianModel | Refusal {
  const { graph } = context
  const observed = graph.nodes.filter((node) => node.observed !== null)
  const [child] = linearChildren(context)
  if (observed.length !== 1 || child === undefined) {
    return refusal("not-linear", "it needs one normal response with a linear mean and one variance")
  }
  const coefficients: Coefficient[] = []
  const effects: Effects[] = []
  for (const id of new Set(child.columns.map((column) => column.node))) {
    const node = nodeOf(graph, id)
    const found = node.plate === null ? readCoefficient(node) : readEffects(context, node)
    if (isRefusal(found)) return found
    if ("spread" in found) effects.push(found)
    else coefficients.push(found)
  }
  if (effects.length === 0) return refusal("no-effects", "there are no group effects to draw together")
  const residual = readSpread(context, child.variance, 1)
  return isRefusal(residual) ? residual : { child, coefficients, effects, residual }
}

/** Nodes that are neither coefficients nor effects nor their spreads. */
export function otherNodes(graph: ModelGraph, model: GaussianModel): string[] {
  const spreads = [model.residual, ...model.effects.map((e) => e.spread)].map((spread) => spread.node)
  const own = new Set([...model.coefficients, ...model.effects].map((part) => part.node))
  return latentNodes(graph)
    .map((node) => node.id)
    .filter((id) => !own.has(id) && !spreads.includes(id))
}

function readCoefficient(node: StochasticNode): Coefficient | Refusal {
  const { family, parameters } = node.distribution
  if (family === "flat") return { node: node.id, priorMean: 0, priorPrecision: 0 }
  const { mean, variance } = parameters
  if (family === "normal" && mean?.op === "number" && variance?.op === "number") {
    return { node: node.id, priorMean: mean.value, priorPrecision: 1 / variance.value }
  }
  return refusal("prior-not-normal", `${node.id} ~ ${family} is not normal with known mean and variance`)
}

function readEffects(context: LoweringContext, node: StochasticNode): Effects | Refusal {
  const { mean, variance, covariance } = node.distribution.parameters
  const spread = variance ?? covariance
  if (spread === undefined || mean === undefined || mean.op !== "number" || mean.value !== 0) {
    return refusal("not-normal", `${node.id} is not normal with mean zero`)
  }
  const q = node.shape.kind === "scalar" ? 1 : node.shape.terms.length
  const found = readSpread(context, spread, q)
  return isRefusal(found) ? found : { node: node.id, q, spread: found }
}

function readSpread(context: LoweringContext, e: Expr, q: number): Spread | Refusal {
  const { layout, graph } = context
  const known = (value: readonly number[]): Spread => ({ kind: "known", node: null, q, slot: -1, value })
  if (e.op === "matrix") return known(e.values)
  if (nodesIn(e).size === 0) {
    const value = compileClosure(e, scopeOf(graph, layout), [])
    return known([value(new Float64Array(0), new Int32Array(0))])
  }
  const kind = e.op === "state" ? (q === 1 ? "variance" : "covariance") : "sd"
  const state = e.op === "power" && e.exponent === 2 ? e.base : e
  if (state.op !== "state" || state.at !== null || nodeOf(graph, state.node).plate !== null) {
    return refusal("spread-not-node", "a variance is not a single node")
  }
  return { kind, node: state.node, q, slot: layout.slots[state.node]!.offset, value: null }
}
