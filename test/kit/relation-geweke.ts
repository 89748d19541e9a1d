/**
 * The joint-distribution test for models of relations: everything drawn from its distribution, against data drawn given
 * the rest and the rest moved by a sweep of the plan, over and over.
 * Source: Geweke (2004), Getting it right, JASA 99, 799–804.
 */
import { NumericalError } from "../../src/core/errors.ts"
import { mcseMean } from "../../src/diagnostics/mcse-mean.ts"
import { mean } from "../../src/diagnostics/moments.ts"
import type { RelationGraph } from "../../src/models/relations/relation-graph.ts"
import { slotName } from "../../src/models/relations/relation-graph.ts"
import { streamFor } from "../../src/random/stream.ts"
import type { RelationPlan } from "../../src/samplers/relations/plan-relations.ts"
import { bindRelationBlock } from "../../src/samplers/relations/registry.ts"
import type { MomentComparison } from "./joint-distribution.ts"
import { simulate } from "./relation-joint.ts"

/** Bounded functions of every drawn element, so that their moments exist: x / (1 + |x|) and its square. */
const squash = (x: number): number => x / (1 + Math.abs(x))

/**
 * @param plan of the sampler under test; of another model, with the same slots, for a mutation
 */
export function compareRelationSimulators(
  graph: RelationGraph,
  plan: RelationPlan,
  { seed, draws }: { readonly seed: string; readonly draws: number },
): MomentComparison[] {
  const slots = graph.relations.flatMap((relation) =>
    relation.kind === "stochastic" ? [...new Set(relation.writes)] : [],
  )
  const record = (into: Float64Array[], s: Float64Array, n: number): void =>
    slots.forEach((slot, k) => {
      into[k]![n] = squash(s[slot]!)
    })
  const independent = slots.map(() => new Float64Array(draws))
  const first = streamFor(seed, 0, "marginal-conditional")
  for (let n = 0; n < draws; n++) {
    const s = graph.values.slice()
    simulate(graph, s, first)
    record(independent, s, n)
  }
  const chain = slots.map(() => new Float64Array(draws))
  const rng = streamFor(seed, 0, "successive-conditional")
  const kernels = plan.blocks.map(({ lowered }) => bindRelationBlock(lowered))
  const memories = kernels.map(({ memoryLength }) => new Float64Array(memoryLength))
  const s = graph.values.slice()
  simulate(graph, s, rng)
  try {
    for (let n = 0; n < draws; n++) {
      simulate(graph, s, rng, "data")
      kernels.forEach((kernel, k) => {
        // The widths adapt over a while that is thrown away by fixing them there.
        kernel.step(s, memories[k]!, rng, n < draws / 20 ? "warmup" : "sampling")
      })
      record(chain, s, n)
    }
  } catch (error) {
    if (error instanceof NumericalError) return [{ moment: "none: the chain diverged", z: Number.NaN }]
    throw error
  }
  return slots.flatMap((slot, k) =>
    [(x: number) => x, (x: number) => x * x].map((f, power) => {
      const a = independent[k]!.map(f)
      const b = chain[k]!.subarray(draws / 20).map(f)
      const error = Math.hypot(mcseMean([a]), mcseMean([b]))
      const difference = mean(b) - mean(a)
      // An element that never changes (a structural zero) agrees when it is the same.
      const z = difference === 0 && !(error > 0) ? 0 : difference / error
      return { moment: `${slotName(graph, slot)}${power === 0 ? "" : ", squared"}`, z }
    }),
  )
}
