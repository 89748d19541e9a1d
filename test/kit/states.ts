/** Random states of a plan, and random values of one node, for checks that must hold everywhere. */
import { initialStates } from "../../src/chains/initial-values.ts"
import { nodeOf, type StochasticNode } from "../../src/models/graph.ts"
import { drawNormal } from "../../src/random/normal.ts"
import type { Stream } from "../../src/random/stream.ts"
import { drawInverseWishart } from "../../src/random/wishart.ts"
import type { Plan } from "../../src/samplers/plan.ts"

/** A node that must stay positive: it has an inverse-gamma prior or stands in the place of a spread. */
export function isPositive(node: StochasticNode): boolean {
  return node.id.startsWith("var[") || node.id.startsWith("sd[") || node.id.startsWith("aux[")
}

/** States far apart: initial values of many chains, each node then moved on its own scale; covariances full. */
export function randomStates(plan: Plan, count: number, rng: Stream): Float64Array[] {
  const states = initialStates(plan, count, "random states")
  for (const state of states) {
    for (const target of Object.keys(plan.layout.slots)) moveTarget(plan, target, state, rng)
  }
  return states
}

/**
 * Replaces every value of one node by a random one: scalars by 1.5 of their own size, positive ones by a
 * factor of e^(±1), covariances by a full matrix of their own order of magnitude. Bounds of priors are respected.
 */
export function moveTarget(plan: Plan, target: string, state: Float64Array, rng: Stream): void {
  const node = nodeOf(plan.graph, target)
  const { offset, stride, members, q } = plan.layout.slots[target]!
  if (node.shape.kind === "matrix") {
    const scale = Float64Array.from({ length: q * q }, (_, k) =>
      k % (q + 1) === 0 ? 4 * state[offset + k]! * Math.exp(drawNormal(rng)) : 0,
    )
    drawInverseWishart(rng, q + 3, scale, q, state, offset, new Float64Array(2 * q * q))
    return
  }
  const bounded = ["uniform", "halfNormal", "exponential"].includes(node.distribution.family)
  for (let k = offset; k < offset + members * stride; k++) {
    const value = state[k]!
    if (isPositive(node) && !bounded) state[k] = value * Math.exp(drawNormal(rng))
    else if (bounded) state[k] = value * (0.2 + 0.8 * rng.uniform())
    else
      state[k] =
        value + (0.5 * Math.abs(value) + 0.1 * sizeOf(state, offset, members * stride)) * drawNormal(rng)
  }
}

const sizeOf = (state: Float64Array, offset: number, length: number): number =>
  Math.max(1e-300, ...state.subarray(offset, offset + length).map(Math.abs))
