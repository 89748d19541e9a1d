import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { bindWeigh, type Instances } from "./block-density.ts"
import { findWeighed } from "./block-scales.ts"
import { type Dependents, findDependents } from "./dependents.ts"
import { slotsOf } from "./linear-set.ts"
import type { RelationBlockSampler } from "./relation-sampler.ts"

/** Drawn arguments of a mixture, by component. Plain data. */
export interface ExchangeMatch {
  /** Slots of each vector, one a component. */
  readonly vectors: readonly Int32Array[]
  readonly after: Dependents
  readonly weighed: readonly Instances[]
  /** As written, for the plan. */
  readonly names: readonly string[]
}

/**
 * Exchanges what two components of a `dnormmix` have: means, precisions and probabilities, as far as they are drawn. Where the
 * priors do not tell components apart, the posterior has a mode for each order of them, and steps of one number do not go from one
 * to the other. The pair is drawn at random, and the exchange accepted by the ratio of the joint densities. Source: Frühwirth-Schnatter
 * (2001), Markov chain Monte Carlo estimation of classical and dynamic switching and mixture models, JASA 96, 194–209.
 */
export const exchangeMove: RelationBlockSampler<ExchangeMatch> = {
  name: "exchange",
  describe: "what two components of a mixture have, exchanged",

  match(model, targets) {
    const { graph, network } = model
    const owners = new Map(targets.flatMap((target) => slotsOf(graph, target).map((slot) => [slot, target])))
    const blocks = graph.relations.flatMap((relation) => {
      if (relation.kind !== "stochastic") return []
      if (lookupBugsDistribution(relation.distribution).name !== "dnormmix") return []
      const read = relation.args.flatMap((arg) =>
        arg.op === "read" ? [relation.references[arg.reference]!] : [],
      )
      const drawn = read.filter(
        ({ slots, length, shared }) =>
          length > 1 && slots.every((slot, k) => owners.has(slot) && (shared || slot === slots[k % length])),
      )
      if (drawn.length === 0) return []
      const vectors = drawn.map(({ slots, length }) => slots.slice(0, length))
      const own = [...new Set(vectors.flatMap((vector) => [...vector].map((slot) => owners.get(slot)!)))]
      return [
        {
          targets: [],
          match: {
            vectors,
            after: findDependents(network, [vectors.flatMap((vector) => [...vector])]),
            weighed: findWeighed(model, own),
            names: drawn.map(({ text }) => text),
          },
        },
      ]
    })
    return { blocks, reason: "it is no vector of the components of a mixture" }
  },

  explain: ({ names }) => ({
    formula: `(${names.join(", ")}): two components exchanged`,
    because: ["the posterior has a mode for each order of components that priors do not tell apart"],
  }),

  bind({ vectors, after: { computed }, weighed }, engine) {
    const weigh = bindWeigh(weighed, engine)
    const count = vectors[0]!.length
    const exchange = (s: Float64Array, a: number, b: number): void => {
      for (let v = 0; v < vectors.length; v++) {
        const first = vectors[v]![a]!
        const second = vectors[v]![b]!
        const kept = s[first]!
        s[first] = s[second]!
        s[second] = kept
      }
      engine.compute(s, computed, 0, computed.relation.length)
    }
    return {
      writes: Int32Array.from(new Set(vectors.flatMap((vector) => [...vector]))),
      memoryLength: 0,
      step(s, _memory, rng) {
        const a = Math.floor(count * rng.uniform())
        const b = (a + 1 + Math.floor((count - 1) * rng.uniform())) % count
        const here = weigh(s)
        exchange(s, a, b)
        if (!(Math.log(rng.uniform()) < weigh(s) - here)) exchange(s, a, b)
      },
    }
  },
}
