/** Identity for models of relations: as a function of an element alone, the joint density is its full conditional times a constant. */
import type { RelationGraph } from "../../src/models/relations/relation-graph.ts"
import type { Stream } from "../../src/random/stream.ts"
import { bugs } from "../../src/samplers/graph-model.ts"
import { buildNetwork } from "../../src/samplers/relations/dependents.ts"
import { bindEngine } from "../../src/samplers/relations/engine.ts"
import { initialState } from "../../src/samplers/relations/initial-state.ts"
import { RELATION_SAMPLERS } from "../../src/samplers/relations/registry.ts"
import type { RelationModel } from "../../src/samplers/relations/relation-sampler.ts"
import type { Kernel } from "../../src/samplers/sampler.ts"
import { logJointOf, refresh } from "./relation-joint.ts"
import type { RelationSpecimen } from "./relation-zoo.ts"

const STATES = 2
const VALUES = 5

export const modelOf = (graph: RelationGraph): RelationModel => ({
  graph,
  network: buildNetwork(graph),
  engine: bindEngine(graph),
})

/** Kernels that each draw one element of a variable: of a sampler of blocks all of its elements. */
export function kernelsOf(model: RelationModel, sampler: string, variable: string): Kernel[] {
  const one = RELATION_SAMPLERS.find(({ name }) => name === sampler)!
  const targets = model.graph.relations.flatMap((relation, r) =>
    relation.kind === "stochastic" && !relation.observed && relation.variable === variable
      ? Array.from({ length: relation.size }, (_, i) => ({ relation: r, instances: Int32Array.of(i) }))
      : [],
  )
  return targets.flatMap((target) =>
    one.assign(model, [target]).taken.map(({ match }) => one.bind(match, model.engine)),
  )
}

/**
 * Largest change of `log joint − log conditional` over values of each element, relative to the size of the terms, at several
 * random states of everything else. The joint density is of `graph`, the kernels may be of another model. NaN when a
 * density is.
 */
export function relationDefect(graph: RelationGraph, kernels: readonly Kernel[], rng: Stream): number {
  const engine = bindEngine(graph)
  let worst = 0
  for (const kernel of kernels) {
    const density = kernel.logConditional ?? kernel.logDensity
    if (density === undefined) throw new Error("a kernel has no density")
    const memory = new Float64Array(kernel.memoryLength)
    for (let k = 0; k < STATES; k++) {
      const s = initialState(engine, new Map(), rng)
      let first: number | undefined
      for (let v = 0; v < VALUES; v++) {
        refresh(graph, s)
        const joint = logJointOf(graph, s)
        const conditional = density.call(kernel, s)
        first ??= joint.value - conditional
        const defect =
          Math.abs(joint.value - conditional - first) / (joint.magnitude + Math.abs(conditional) + 1)
        if (Number.isNaN(defect)) return Number.NaN
        worst = Math.max(worst, defect)
        kernel.step(s, memory, rng, "warmup")
      }
    }
  }
  return worst
}

/** The model of a specimen with its slip. */
export function slippedGraph({ text, data, wrong }: RelationSpecimen): RelationGraph {
  const slipped = text.replace(wrong[0], wrong[1])
  if (slipped === text) throw new Error(`nothing to slip on in ${text}`)
  return bugs(slipped, data).graph
}
