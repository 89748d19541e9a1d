/** Elements with a lognormal distribution, drawn jointly with what their centres and scales hang on, by their logarithms. */
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import { orderInstances } from "../../models/relations/order.ts"
import type {
  DeterministicRelation,
  Relation,
  RelationGraph,
  StochasticRelation,
} from "../../models/relations/relation-graph.ts"
import type { Kernel } from "../sampler.ts"
import { bindWeigh, type Instances } from "./block-density.ts"
import { findWeighed } from "./block-scales.ts"
import { buildNetwork } from "./dependents.ts"
import { headOf } from "./describe.ts"
import { bindEngine } from "./engine.ts"
import { bindJointly, matchJointly } from "./joint-samplers.ts"
import { dependsOn } from "./linear.ts"
import type { RelationBlockSampler, RelationModel, Target } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"

/** Plain data. */
export interface LogNormalMatch {
  /** Relations that are lognormal. */
  readonly chosen: readonly number[]
  /** Of the joint sampler of logarithms. */
  readonly sampler: string
  readonly match: unknown
  readonly weighed: readonly Instances[]
  readonly relations: readonly number[]
}

export const logNormal: RelationBlockSampler<LogNormalMatch> = {
  name: "log-normal",
  describe:
    "elements with a lognormal distribution, by their logarithms, which are drawn jointly as normals are",

  match(model, targets) {
    const { graph } = model
    const chosen = targets.filter((target) => isChosen(model, target)).map(({ relation }) => relation)
    const reason = "no lognormal elements hang on it"
    if (chosen.length === 0) return { blocks: [], reason }
    const logarithmic = withLogarithms(graph, chosen)
    const given: RelationModel = {
      graph: logarithmic,
      network: buildNetwork(logarithmic),
      engine: bindEngine(logarithmic),
    }
    return {
      reason,
      blocks: matchJointly(given, targets, chosen).map(({ name, targets: own, match }) => ({
        targets: own,
        match: {
          chosen,
          sampler: name,
          match,
          weighed: findWeighed(model, own),
          relations: own.map(({ relation }) => relation),
        },
      })),
    }
  },

  explain: ({ relations, chosen, sampler }, { graph }) => {
    const nameOf = (relation: number) => headOf(graph.relations[relation]!.text)
    const own = chosen.filter((relation) => relations.includes(relation))
    return {
      formula: `(${relations.map(nameOf).join(", ")}): density ∝ the factors of the joint density that hang on them`,
      because: [`logarithms of ${own.map(nameOf).join(", ")} are normal: drawn as ${sampler} does`],
    }
  },

  bind({ chosen, sampler, match, weighed }, engine) {
    const { graph } = engine
    const logarithmic = withLogarithms(graph, chosen)
    const joint = bindJointly(sampler, match, bindEngine(logarithmic))
    const state = logarithmic.values.slice()
    const places = ascending(chosen).map((r) => relationOf(graph, r).writes)
    const from = Int32Array.from(places.flatMap((writes) => [...writes]))
    // What stands after the model's own slots are the logarithms of these.
    const writes = Array.from(joint.writes, (slot) =>
      slot < graph.length ? slot : from[slot - graph.length]!,
    )
    return {
      writes: Int32Array.from(writes),
      memoryLength: joint.memoryLength,
      step(s, memory, rng, phase) {
        for (let k = 0; k < graph.length; k++) state[k] = s[k]!
        for (let k = 0; k < from.length; k++) state[graph.length + k] = Math.log(s[from[k]!]!)
        joint.step(state, memory, rng, phase)
        for (let k = 0; k < graph.length; k++) s[k] = state[k]!
      },
      logDensity: bindWeigh(weighed, engine),
    } satisfies Kernel
  },
}

/** Whether a target is lognormal with a centre that is drawn: one with a known centre is as good by itself. */
function isChosen({ graph }: RelationModel, { relation }: Target): boolean {
  const own = relationOf(graph, relation)
  if (!isLogNormal(own)) return false
  return dependsOn(
    own,
    own.args[0]!,
    graph.fixed.map((known) => 1 - known),
  )
}

const isLogNormal = (relation: StochasticRelation): boolean =>
  relation.width === 1 &&
  relation.bounds === null &&
  lookupBugsDistribution(relation.distribution).name === "dlnorm"

const ascending = (list: readonly number[]): readonly number[] => [...list].sort((a, b) => a - b)

/**
 * The graph in which lognormal relations are normal ones of logarithms, in slots after all others, those of the first relation
 * first; the elements are computed from them, by relations after all others.
 */
export function withLogarithms(graph: RelationGraph, chosen: readonly number[]): RelationGraph {
  let length = graph.length
  const variables = [...graph.variables]
  const computed: DeterministicRelation[] = []
  const own = new Map<number, Relation>()
  for (const r of ascending(chosen)) {
    const relation = relationOf(graph, r)
    const { id, variable, text, size, loops, dims, span } = relation
    const slots = Int32Array.from({ length: size }, (_, k) => length + k)
    variables.push({ name: `log(${id})`, dims: [size], offset: length, size })
    length += size
    own.set(r, { ...relation, distribution: "dnorm", writes: slots })
    computed.push({
      kind: "deterministic",
      id: `exp(log(${id}))`,
      ...{ variable, text, size, loops, dims, span },
      width: 1,
      writes: relation.writes,
      references: [{ variable: "", text: "log", length: 1, dims: [1], slots, shared: false }],
      gathers: [],
      value: { op: "call", name: "exp", args: [{ op: "read", reference: 0 }], dims: null },
    })
  }
  const relations = [...graph.relations.map((relation, r) => own.get(r) ?? relation), ...computed]
  const values = new Float64Array(length).fill(Number.NaN)
  values.set(graph.values)
  const fixed = new Uint8Array(length)
  fixed.set(graph.fixed)
  const ordered = orderInstances(relations, length)
  // What has no cycle has none with a step more.
  const order = "order" in ordered ? ordered.order : []
  return { ...graph, variables, relations, order, length, values, fixed }
}
