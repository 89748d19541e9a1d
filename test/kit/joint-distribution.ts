/**
 * The joint-distribution test: parameters and data can be simulated in two ways that must agree. Marginal-conditional:
 * parameters from the prior, data given them. Successive-conditional: data given the parameters, then parameters by one
 * sweep of the sampler given these data, over and over. Means of first and second moments are compared by z.
 *
 * Source: J. Geweke (2004), Getting it right: joint distribution tests of posterior simulators, JASA 99, 799–804.
 */
import { NumericalError } from "../../src/core/errors.ts"
import { mcseMean } from "../../src/diagnostics/mcse-mean.ts"
import { mean } from "../../src/diagnostics/moments.ts"
import { columnOf, memberSize, plateOf, type StochasticNode } from "../../src/models/graph.ts"
import { type Stream, streamFor } from "../../src/random/stream.ts"
import type { HierarchicalModel } from "../../src/samplers/model.ts"
import { makePlan, type Plan, type PlanMethod } from "../../src/samplers/plan.ts"
import type { Kernel } from "../../src/samplers/sampler.ts"
import { simulatorOf, withOwnData } from "./simulate.ts"
import { isPositive } from "./states.ts"
import { type BindAnew, type Replace, sweepInPlace, sweepsFor } from "./sweeps.ts"

export interface JointDistributionOptions {
  readonly seed: string
  /** Draws of the marginal-conditional simulator: independent. */
  readonly independent: number
  /** Iterations of the successive-conditional simulator: a Markov chain. */
  readonly iterations: number
  readonly replace?: Replace
  readonly bindAnew?: BindAnew
}

export interface MomentComparison {
  readonly moment: string
  readonly z: number
}

/** Every comparison, the first and second moment of every value of every node. */
export function compareSimulators(
  model: HierarchicalModel,
  method: PlanMethod,
  { seed, independent, iterations, replace, bindAnew }: JointDistributionOptions,
): MomentComparison[] {
  const graph = withOwnData(model.graph)
  const plan = makePlan(graph, method)
  const simulator = simulatorOf(plan.graph, plan.layout)
  const moments = momentsOf(plan)
  const state = new Float64Array(plan.layout.length)

  const rng = streamFor(seed, 0, "marginal-conditional")
  const marginal = moments.map(() => new Float64Array(independent))
  for (let r = 0; r < independent; r++) {
    simulator.drawPrior(state, rng)
    simulator.drawData(state, rng)
    moments.forEach(({ read }, k) => {
      marginal[k]![r] = read(state)
    })
  }

  const stream = streamFor(seed, 0, "successive-conditional")
  const sweep = bindAnew === undefined ? sweepInPlace(plan, replace) : () => bindAnew(graph)
  const successive = moments.map(() => new Float64Array(iterations))
  simulator.drawPrior(state, stream)
  for (let r = 0; r < iterations; r++) {
    simulator.drawData(state, stream)
    if (!areFiniteSweeps(sweep(), state, stream, sweepsFor(plan)))
      return [{ moment: "none: the chain diverged", z: Number.NaN }]
    moments.forEach(({ read }, k) => {
      successive[k]![r] = read(state)
    })
  }
  return moments.map(({ name }, k) => {
    const difference = mean(successive[k]!) - mean(marginal[k]!)
    return { moment: name, z: difference / Math.hypot(mcseMean([successive[k]!]), mcseMean([marginal[k]!])) }
  })
}

/** What differs by more MCSE than the limit, or is not a number. */
export const disagreements = (comparisons: readonly MomentComparison[], limit: number): string[] =>
  comparisons
    .filter(({ z }) => !(Math.abs(z) < limit))
    .map(({ moment, z }) => `${moment}: z = ${z.toFixed(2)}`)

/** So many sweeps; false when a kernel reports that the state has left the finite numbers, as a wrong kernel can make it. */
function areFiniteSweeps(
  kernels: readonly Kernel[],
  state: Float64Array,
  rng: Stream,
  sweeps: number,
): boolean {
  try {
    for (let k = 0; k < sweeps; k++) {
      for (const kernel of kernels) kernel.step(state, memoryOf(kernel), rng, "sampling")
    }
    return true
  } catch (error) {
    if (error instanceof NumericalError) return false
    throw error
  }
}

const memories = new WeakMap<Kernel, Float64Array>()
function memoryOf(kernel: Kernel): Float64Array {
  const known = memories.get(kernel) ?? new Float64Array(kernel.memoryLength)
  memories.set(kernel, known)
  return known
}

interface Moment {
  readonly name: string
  readonly read: (state: Float64Array) => number
}

/** First and second moments of every value: logarithms of positive ones, so that the moments are finite. */
function momentsOf({ graph, layout }: Plan): Moment[] {
  return graph.nodes.flatMap((node) => {
    const size = (node.plate === null ? 1 : plateOf(graph, node.plate).size) * memberSize(node)
    return Array.from({ length: size }, (_, k): Moment[] => {
      const read = readerOf(node, k, graph, layout)
      const name = `${node.id}, value ${k + 1}`
      return [
        { name, read },
        { name: `${name}, squared`, read: (state) => read(state) ** 2 },
      ]
    }).flat()
  })
}

function readerOf(
  node: StochasticNode,
  k: number,
  graph: Plan["graph"],
  layout: Plan["layout"],
): (state: Float64Array) => number {
  if (node.observed !== null) {
    const { values } = columnOf(graph, node.observed)
    return () => values[k]!
  }
  const { offset, q } = layout.slots[node.id]!
  if (node.shape.kind === "matrix") {
    const [r, c] = [Math.floor(k / q), k % q]
    const entry = (state: Float64Array, i: number, j: number) => state[offset + i * q + j]!
    // Log variances on the diagonal, correlations off it.
    if (r === c) return (state) => Math.log(entry(state, r, r))
    return (state) => entry(state, r, c) / Math.sqrt(entry(state, r, r) * entry(state, c, c))
  }
  if (isPositive(node)) return (state) => Math.log(state[offset + k]!)
  return (state) => state[offset + k]!
}
