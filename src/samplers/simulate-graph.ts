/** Draws from a model itself, and its densities node by node: what priors and data would look like if it were true. */
import { InternalError, ModelError } from "../core/errors.ts"
import type { Distribution } from "../distributions/distribution.ts"
import { lookupDistribution } from "../distributions/registry.ts"
import { add, type Expr, element, mapChildren, multiply, nodesIn } from "../models/expression.ts"
import { type ModelGraph, memberSize, plateOf, type StochasticNode } from "../models/graph.ts"
import type { Stream } from "../random/stream.ts"
import { compileClosure, type DataScope, type Evaluate, scopeOf } from "./kernel/closures.ts"
import type { StateLayout } from "./kernel/layout.ts"

export interface GraphSimulator {
  /** Draws every latent node from its prior, parents first, into `state`. @throws ModelError as `checkProper` */
  drawPrior(state: Float64Array, rng: Stream): void
  /** Draws every observed node given the state; a new array a node, one value a member, by the id of the node. */
  drawData(state: Float64Array, rng: Stream): ReadonlyMap<string, Float64Array>
}

/**
 * A simulator of a graph. Nothing of the graph is changed.
 *
 * @param layout where the latent nodes stand in a state, `layOut(graph)`
 */
export function simulatorOf(graph: ModelGraph, layout: StateLayout): GraphSimulator {
  const scope = scopeOf(graph, layout)
  const nodes = parentsFirst(graph).map((node) => ({ node, law: lawOf(node, graph, scope) }))
  const latent = nodes.filter(({ node }) => node.observed === null)
  const observed = nodes.filter(({ node }) => node.observed !== null)
  return {
    drawPrior(state, rng) {
      for (const { node, law } of latent) {
        const { offset } = layout.slots[node.id]!
        for (let m = 0; m < law.members; m++) law.draw(m, state, rng, state, offset + law.size * m)
      }
    },
    drawData(state, rng) {
      return new Map(
        observed.map(({ node, law }) => {
          const values = new Float64Array(law.members * law.size)
          for (let m = 0; m < law.members; m++) law.draw(m, state, rng, values, law.size * m)
          return [node.id, values]
        }),
      )
    },
  }
}

/** Sum of the log prior densities of the nodes that `of` names, at a state, each with respect to what it is a prior of. */
export function logPriorOf(
  graph: ModelGraph,
  layout: StateLayout,
  of: readonly string[],
): (state: Float64Array) => number {
  const scope = scopeOf(graph, layout)
  const laws = graph.nodes
    .filter(({ id }) => of.includes(id))
    .map((node) => ({ law: lawOf(node, graph, scope), offset: layout.slots[node.id]!.offset }))
  return (state) => {
    let sum = 0
    for (const { law, offset } of laws) {
      for (let m = 0; m < law.members; m++) {
        sum += law.logDensity(m, state, state.subarray(offset + law.size * m, offset + law.size * (m + 1)))
      }
    }
    return sum
  }
}

/** The latent nodes whose prior is improper: none can be drawn from it. */
export function improperNodes(graph: ModelGraph): readonly StochasticNode[] {
  return graph.nodes.filter(
    (node) => node.observed === null && !lookupDistribution(node.distribution.family).isProper,
  )
}

/** @param purpose what needs draws from the prior. @throws ModelError naming the parameters whose priors are improper */
export function checkProper(graph: ModelGraph, purpose: string): void {
  const improper = improperNodes(graph)
  if (improper.length === 0) return
  const names = improper.slice(0, 4).map(({ id }) => id)
  const more = improper.length > 4 ? ", …" : ""
  const example = names[0] === "b[(Intercept)]" ? "Intercept" : names[0]!
  throw new ModelError(
    `${purpose} draws from the priors, but ${improper.length === 1 ? "that" : "those"} of ${names.join(", ")}${more} ${improper.length === 1 ? "is" : "are"} flat: a flat prior has no draws`,
    {
      code: "improper-prior",
      where: "priors",
      hint: `state proper priors, for instance "${example} ~ normal(0, 10)"`,
    },
  )
}

/** The distribution of the members of a node, its parameters compiled. */
interface Law {
  readonly members: number
  /** Values of one member. */
  readonly size: number
  draw(member: number, state: Float64Array, rng: Stream, out: Float64Array, at: number): void
  logDensity(member: number, state: Float64Array, value: Float64Array): number
}

function lawOf(node: StochasticNode, graph: ModelGraph, scope: DataScope): Law {
  const distribution = lookupDistribution(node.distribution.family)
  const plate = node.plate === null ? null : plateOf(graph, node.plate)
  const q = node.shape.kind === "scalar" ? 1 : node.shape.terms.length
  const variables = plate === null ? [] : [plate.index]
  const parameters = parameterExpressions(distribution, node, q).map((e) =>
    compileClosure(scalarise(e), scope, variables),
  )
  const at = new Int32Array(1)
  const evaluate = (member: number, state: Float64Array): number[] => {
    at[0] = member
    return parameters.map((parameter: Evaluate) => parameter(state, at))
  }
  return {
    members: plate?.size ?? 1,
    size: memberSize(node),
    draw(member, state, rng, out, start) {
      const p = evaluate(member, state)
      if (distribution.kind === "scalar") out[start] = distribution.sample(rng, p)
      else distribution.sample(rng, q, p, out.subarray(start, start + memberSize(node)))
    },
    logDensity(member, state, value) {
      const p = evaluate(member, state)
      return distribution.kind === "scalar"
        ? distribution.logDensity(value[0]!, p)
        : distribution.logDensity(value, q, p)
    },
  }
}

/** One scalar expression for each canonical parameter, vectors and matrices taken apart. */
function parameterExpressions(distribution: Distribution, node: StochasticNode, q: number): Expr[] {
  return distribution.parameters.flatMap(({ name, shape }) => {
    const e = node.distribution.parameters[name]
    if (e === undefined) throw new InternalError(`node ${node.id} has no parameter ${name}`)
    if (shape === "scalar") return [e]
    if (shape === "vector") return Array.from({ length: q }, (_, r) => element(e, r))
    return Array.from({ length: q * q }, (_, k) => element(e, Math.floor(k / q), k % q))
  })
}

/** Inner products as sums of products, so that closures see scalars alone. */
function scalarise(e: Expr): Expr {
  if (e.op !== "dot") return mapChildren(e, scalarise)
  const { left, right } = e
  const known = left.op === "vector" ? left : right
  if (known.op !== "vector") throw new InternalError("an inner product of vectors of unknown length")
  return add(
    ...known.elements.map((_, k) => multiply(scalarise(element(left, k)), scalarise(element(right, k)))),
  )
}

function parentsFirst(graph: ModelGraph): StochasticNode[] {
  const ordered: StochasticNode[] = []
  const parents = new Map(
    graph.nodes.map((node) => [
      node.id,
      new Set(Object.values(node.distribution.parameters).flatMap((e) => [...nodesIn(e)])),
    ]),
  )
  const left = new Map(graph.nodes.map((node) => [node.id, node]))
  while (left.size > 0) {
    const free = [...left.values()].filter((node) => [...parents.get(node.id)!].every((id) => !left.has(id)))
    if (free.length === 0) throw new InternalError("the nodes of the graph depend on one another in a circle")
    for (const node of free) {
      ordered.push(node)
      left.delete(node.id)
    }
  }
  return ordered
}
