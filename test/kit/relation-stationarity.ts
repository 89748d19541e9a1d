/**
 * Stationarity of kernels over parameters and data drawn together from the model: a few updates of the parameters given the
 * data leave their joint distribution as it was. Source: Geweke (2004), Getting it right, JASA 99, the marginal-conditional
 * simulator taken as the start of every short run.
 */

import type { RelationGraph } from "../../src/models/relations/relation-graph.ts"
import { streamFor } from "../../src/random/stream.ts"
import { bugs } from "../../src/samplers/graph-model.ts"
import { bindRelationBlock } from "../../src/samplers/relations/registry.ts"
import { simulate } from "./relation-joint.ts"

export interface StationaritySpecimen {
  readonly name: string
  readonly text: string
  readonly data: Parameters<typeof bugs>[1]
  /** Variables whose moments are compared. */
  readonly watched: readonly string[]
  /** A slip: kernels of a model with the second text in place of the first must be found out. */
  readonly wrong: readonly [string, string]
  readonly samplers?: Readonly<Record<string, string>>
}

/** Largest |z| of changes of means and second moments, each bounded by arctan, of the watched variables. */
export function relationShift(
  { name, data, watched, samplers }: StationaritySpecimen,
  truth: string,
  sampled: string,
  { replicates = 1500, steps = 4, warmup = 400 } = {},
): { readonly shift: number; readonly names: readonly string[] } {
  const { graph } = bugs(truth, data)
  const plan = bugs(sampled, data).plan(samplers === undefined ? {} : { samplers })
  const kernels = plan.blocks.map(({ lowered }) => bindRelationBlock(lowered))
  const memory = kernels.map(({ memoryLength }) => new Float64Array(memoryLength))
  const rng = streamFor(name, 0, "stationarity")
  const slots = watched.flatMap((variable) => slotsOf(graph, variable))
  const s = graph.values.slice()
  const sweep = (phase: "warmup" | "sampling") => {
    kernels.forEach((kernel, k) => {
      kernel.step(s, memory[k]!, rng, phase)
    })
  }
  simulate(graph, s, rng)
  for (let k = 0; k < warmup; k++) sweep("warmup")
  const sums = slots.map(() => [0, 0, 0, 0])
  for (let r = 0; r < replicates; r++) {
    simulate(graph, s, rng)
    const before = slots.map((slot) => s[slot]!)
    for (let k = 0; k < steps; k++) sweep("sampling")
    slots.forEach((slot, k) => {
      const first = Math.atan(s[slot]!) - Math.atan(before[k]!)
      const second = Math.atan(s[slot]! ** 2) - Math.atan(before[k]! ** 2)
      const sum = sums[k]!
      sum[0]! += first
      sum[1]! += first * first
      sum[2]! += second
      sum[3]! += second * second
    })
  }
  const z = (total: number, squares: number) => {
    const mean = total / replicates
    return Math.abs(mean) / Math.sqrt((squares / replicates - mean * mean) / replicates)
  }
  return {
    shift: Math.max(...sums.map(([a, b, c, d]) => Math.max(z(a!, b!), z(c!, d!)))),
    names: plan.blocks.map(({ sampler }) => sampler),
  }
}

function slotsOf({ variables }: RelationGraph, name: string): number[] {
  const { offset, size } = variables.find((variable) => variable.name === name)!
  return Array.from({ length: size }, (_, k) => offset + k)
}
