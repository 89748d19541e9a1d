/** Elements with t, double exponential or logistic distributions, drawn jointly with what their centres and scales hang on. */
import type { Kernel } from "../sampler.ts"
import { bindWeigh, type Instances } from "./block-density.ts"
import { findWeighed } from "./block-scales.ts"
import { buildNetwork } from "./dependents.ts"
import { headOf } from "./describe.ts"
import { bindEngine, type Engine } from "./engine.ts"
import { marked } from "./factor-pattern.ts"
import { bindJointly, matchJointly } from "./joint-samplers.ts"
import { dependsOn } from "./linear.ts"
import { slotsOf } from "./linear-set.ts"
import { mixtureOf, withWeights } from "./mixing-weights.ts"
import type { RelationBlockSampler, RelationModel, Target } from "./relation-sampler.ts"
import { relationOf, type Site } from "./site.ts"
import { sliceSite } from "./slice-site.ts"

/** Numbers that are drawn again, one after another, with weights integrated out. */
const MOST_AGAIN = 8

/** Plain data. */
export interface ScaleMixtureMatch {
  /** Relations that are mixtures. */
  readonly mixed: readonly number[]
  /** Instances of each that weights are drawn for. */
  readonly instances: readonly Int32Array[]
  /** Of the joint sampler given weights. */
  readonly sampler: string
  readonly match: unknown
  readonly again: readonly Site[]
  readonly weighed: readonly Instances[]
  readonly relations: readonly number[]
}

/**
 * Weights are drawn given the elements, then all moves jointly as normal elements do, and the weights are forgotten: given the
 * elements they are independent of everything else. Then the few numbers that the mixtures hang on are drawn once more with weights
 * integrated out, as interweaving does. Source: Yu & Meng (2011), To center or not to center, Journal of Computational and
 * Graphical Statistics 20, 531–570.
 */
export const scaleMixture: RelationBlockSampler<ScaleMixtureMatch> = {
  name: "scale-mixture",
  describe: "elements with heavy tails, as normals with weights that are drawn for one joint step",

  match(model, targets) {
    const { graph } = model
    const mixed = targets.filter((target) => isMixed(model, target)).map(({ relation }) => relation)
    const reason = "no elements with a t, double exponential or logistic distribution hang on it"
    if (mixed.length === 0) return { blocks: [], reason }
    const weighted = withWeights(graph, mixed)
    const given: RelationModel = {
      graph: weighted,
      network: buildNetwork(weighted),
      engine: bindEngine(weighted),
    }
    const blocks = matchJointly(given, targets, mixed)
    return {
      reason,
      blocks: blocks.map(({ name, targets: own, match }) => ({
        targets: own,
        match: {
          mixed,
          instances: mixed.map((r) => marked(new Uint8Array(relationOf(graph, r).size).fill(1))),
          sampler: name,
          match,
          again: findAgain(model, own, mixed),
          weighed: findWeighed(model, own),
          relations: own.map(({ relation }) => relation),
        },
      })),
    }
  },

  explain: ({ relations, mixed, again, sampler }, { graph }) => {
    const nameOf = (relation: number) => headOf(graph.relations[relation]!.text)
    const names = (list: readonly number[]) => [...new Set(list.map(nameOf))].join(", ")
    return {
      formula: `(${names(relations)}): density ∝ the factors of the joint density that hang on them`,
      because: [
        `given weights, which are drawn first and forgotten, ${names(mixed)} normal: drawn as ${sampler} does`,
        ...(again.length === 0
          ? []
          : [
              `${names(again.map(({ relation }) => relation))} drawn once more, by slices, weights integrated out`,
            ]),
      ],
    }
  },

  bind({ mixed, instances, sampler, match, again, weighed }, engine) {
    const { graph } = engine
    const weighted = withWeights(graph, mixed)
    const joint = bindJointly(sampler, match, bindEngine(weighted))
    const slices = again.map((site) => sliceSite.bind(site, engine))
    const drawWeights = bindWeights(mixed, instances, engine)
    const state = weighted.values.slice()
    const density = bindWeigh(weighed, engine)
    const starts = slices.map((_, k) =>
      slices.slice(0, k).reduce((total, { memoryLength }) => total + memoryLength, joint.memoryLength),
    )
    const writes = new Set([...joint.writes, ...slices.flatMap((kernel) => [...kernel.writes])])
    const runs = [...writes]
    let seen: Float64Array | null = null
    let parts: Float64Array[] = []
    return {
      writes: Int32Array.from(runs),
      memoryLength: slices.reduce((total, { memoryLength }) => total + memoryLength, joint.memoryLength),
      step(s, memory, rng, phase) {
        if (memory !== seen) {
          seen = memory
          parts = slices.map(({ memoryLength }, k) => memory.subarray(starts[k]!, starts[k]! + memoryLength))
        }
        for (let k = 0; k < graph.length; k++) state[k] = s[k]!
        drawWeights(s, state, rng)
        joint.step(state, memory, rng, phase)
        for (let k = 0; k < graph.length; k++) s[k] = state[k]!
        for (let k = 0; k < slices.length; k++) slices[k]!.step(s, parts[k]!, rng, phase)
      },
      logDensity: density,
    } satisfies Kernel
  },
}

/** Whether a target is such a mixture whose centre or scale is drawn: with all of that known it is as good as a number of its own. */
function isMixed({ graph }: RelationModel, { relation }: Target): boolean {
  const own = relationOf(graph, relation)
  if (mixtureOf(own) === undefined) return false
  const isDrawn = graph.fixed.map((known) => 1 - known)
  return own.args.slice(0, 2).some((arg) => dependsOn(own, arg, isDrawn))
}

/** Numbers of a block, few, that mixtures hang on. */
function findAgain(model: RelationModel, own: readonly Target[], mixed: readonly number[]): readonly Site[] {
  const few = own.filter(
    (target) =>
      !mixed.includes(target.relation) &&
      slotsOf(model.graph, target).length <= MOST_AGAIN &&
      findWeighed(model, [target]).some(({ relation }) => mixed.includes(relation)),
  )
  return few.flatMap((target) => {
    const site = sliceSite.match(model, target)
    return "slots" in site ? [site] : []
  })
}

/** A function that draws the weights given the elements of a state into another. */
function bindWeights(mixed: readonly number[], instances: readonly Int32Array[], engine: Engine) {
  let place = engine.graph.length
  const parts = mixed
    .map((r, k) => ({ r, list: instances[k]! }))
    .sort((a, b) => a.r - b.r)
    .flatMap(({ r, list }) => {
      const f = engine.functions[r]!
      const relation = relationOf(engine.graph, r)
      const mixture = mixtureOf(relation)
      const first = place
      place += relation.size
      if (f.kind !== "stochastic" || mixture === undefined) return []
      return [{ f, list, mixture, first, writes: relation.writes, args: new Float64Array(4) }]
    })
  return (s: Float64Array, into: Float64Array, rng: Parameters<Kernel["step"]>[2]): void => {
    for (const { f, list, mixture, first, writes, args } of parts)
      for (const i of list) {
        f.args(s, i, args)
        into[first + i] = mixture.draw(rng, s[writes[i]!]! - args[0]!, args[1]!, args[2]!)
      }
  }
}
