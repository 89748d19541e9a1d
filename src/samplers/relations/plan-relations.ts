/** Decides which sampler draws which elements of a model of relations, and says why. */
import { NumericalError, OptionError, PlanError, suggest } from "../../core/errors.ts"
import type { RelationGraph } from "../../models/relations/relation-graph.ts"
import type { Stream } from "../../random/stream.ts"
import type { LoweredBlock } from "../registry.ts"
import { buildNetwork } from "./dependents.ts"
import { headOf } from "./describe.ts"
import { bindEngine } from "./engine.ts"
import { marked } from "./factor-pattern.ts"
import { type ForwardMatch, matchForward, pruneForward } from "./forward.ts"
import {
  bindMending,
  FORWARD,
  type LoweredRelationBlock,
  RELATION_SAMPLERS,
  type RegisteredRelationSampler,
} from "./registry.ts"
import type { RelationModel, Target } from "./relation-sampler.ts"

export interface RelationBlock {
  /** Left-hand sides drawn: `alpha[i]`. */
  readonly targets: readonly string[]
  /** Elements drawn. */
  readonly size: number
  readonly sampler: string
  readonly formula: string
  readonly because: readonly string[]
  readonly chosenBy: "user" | "default"
  readonly refused: readonly { readonly sampler: string; readonly reason: string }[]
  readonly lowered: LoweredRelationBlock
}

export interface RelationPlan {
  readonly method: RelationMethod
  readonly graph: RelationGraph
  /** In the order of a sweep. */
  readonly blocks: readonly RelationBlock[]
}

/**
 * `gibbs` draws one element after another, as a course derives it; `blocked` draws jointly what it can; `collapsed` integrates
 * the normal ones of these out when their scales are drawn; `auto` does what of this applies.
 */
export type RelationMethod = "auto" | "collapsed" | "blocked" | "gibbs"

/** Samplers that a method leaves out. */
const LEFT_OUT: Readonly<Record<RelationMethod, (sampler: RegisteredRelationSampler) => boolean>> = {
  auto: () => false,
  collapsed: () => false,
  blocked: ({ name }) => name === COLLAPSED,
  gibbs: ({ joint }) => joint,
}

const COLLAPSED = "collapsed-block"

export interface RelationPlanOptions {
  /** Default `auto`. */
  readonly method?: RelationMethod
  /** Sampler by variable: `{ theta: "slice" }`. */
  readonly samplers?: Readonly<Record<string, string>>
}

/**
 * Plans a model: for every element that is drawn the first sampler that takes it, predictions last.
 * @throws PlanError when no sampler takes an element; OptionError for an unknown sampler or variable
 */
export function planRelations(graph: RelationGraph, options: RelationPlanOptions = {}): RelationPlan {
  const network = buildNetwork(graph)
  const model: RelationModel = { graph, network, engine: bindEngine(graph) }
  const method = checkRelationMethod(options.method ?? "auto")
  const chosen = checkSamplers(graph, options.samplers ?? {})
  let waiting = findTargets(model)
  const refusals = new Map<number, { sampler: string; reason: string }[]>()
  const blocks: RelationBlock[] = []
  const run = (sampler: RegisteredRelationSampler, chosenBy: RelationBlock["chosenBy"]): void => {
    const eligible = waiting.filter(({ relation }) => {
      const wanted = chosen.get(graph.relations[relation]!.variable)
      return chosenBy === "user" ? wanted === sampler.name : wanted === undefined
    })
    if (eligible.length === 0) return
    const { taken, reason } = sampler.assign(model, eligible)
    const drawn = new Set(taken.flatMap(({ targets }) => targets.map(keyOf)))
    for (const assignment of taken) {
      const explain = rememberOnce(() => assignment.explain())
      const own = assignment.targets
      blocks.push({
        targets: own.map(({ relation }) => headOf(graph.relations[relation]!.text)),
        size: own.reduce(
          (total, { relation, instances }) => total + instances.length * graph.relations[relation]!.width,
          0,
        ),
        sampler: sampler.name,
        // In words and symbols only for those who ask.
        get formula() {
          return explain().formula
        },
        get because() {
          return explain().because
        },
        chosenBy,
        refused: own.flatMap(({ relation }) => refusals.get(relation) ?? []).filter(isFirst),
        lowered: { graph, name: sampler.name, match: assignment.match },
      })
    }
    for (const target of eligible) {
      if (drawn.has(keyOf(target))) continue
      const list = refusals.get(target.relation) ?? []
      list.push({ sampler: sampler.name, reason })
      refusals.set(target.relation, list)
    }
    waiting = waiting.filter((target) => !drawn.has(keyOf(target)))
  }
  for (const sampler of RELATION_SAMPLERS) run(sampler, "user")
  for (const sampler of RELATION_SAMPLERS)
    if (!sampler.onlyByRequest && !LEFT_OUT[method](sampler)) run(sampler, "default")
  if (method === "collapsed" && !blocks.some(({ sampler }) => sampler === COLLAPSED))
    throw new PlanError(
      'the method "collapsed" does not apply: no normal elements have scales of their own',
      {
        code: "method-refused",
        where: "method",
        hint: "use blocked, gibbs, or auto",
      },
    )
  if (waiting.length > 0) throw noSampler(graph, waiting[0]!, refusals)
  const forward = matchForward(model)
  if (forward !== null) {
    const names = [...new Set(Array.from(forward.relation, (r) => headOf(graph.relations[r]!.text)))]
    blocks.push({
      targets: names,
      size: forward.relation.length,
      sampler: FORWARD,
      formula: `${names.join(", ")} given their parents`,
      because: ["nothing observed hangs on them"],
      chosenBy: "default",
      refused: [],
      lowered: { graph, name: FORWARD, match: forward },
    })
  }
  return { method, graph, blocks }
}

/**
 * Draws from their full conditionals, at a state that the model does not allow, the elements that only what is exact can
 * bring in line with the data: those known by an interval, and those with few values.
 */
export function bindMend(plan: RelationPlan): (s: Float64Array, rng: Stream) => void {
  // Made when a state asks for them, which few do.
  const bind = rememberOnce(() => plan.blocks.flatMap(({ lowered }) => bindMending(lowered)))
  return (s, rng) => {
    for (const kernel of bind()) {
      try {
        kernel.step(s, new Float64Array(kernel.memoryLength), rng, "warmup")
      } catch (error) {
        // No value of one of them is possible: another attempt starts from other values of its parents.
        if (!(error instanceof NumericalError)) throw error
      }
    }
  }
}

/**
 * What a worker needs to run the plan.
 * @param read slots that somebody looks at: what is only computed for others is left out
 */
export const lowerRelationPlan = (plan: RelationPlan, read: Iterable<number>): LoweredBlock[] =>
  plan.blocks.flatMap(({ lowered }) => {
    if (lowered.name !== FORWARD) return [{ sampler: "relations", data: lowered }]
    const match = pruneForward(lowered.match as ForwardMatch, plan.graph, read)
    return match.relation.length === 0 ? [] : [{ sampler: "relations", data: { ...lowered, match } }]
  })

function rememberOnce<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

const keyOf = ({ relation, instances }: Target): string => `${relation}:${instances[0]}:${instances.length}`

const isFirst = <T extends { sampler: string }>(item: T, k: number, all: readonly T[]): boolean =>
  all.findIndex(({ sampler }) => sampler === item.sampler) === k

/** Drawn instances that something observed hangs on, relation by relation. */
function findTargets({ graph, network }: RelationModel): Target[] {
  return graph.relations.flatMap((relation, r) => {
    if (relation.kind !== "stochastic" || relation.observed) return []
    const instances = marked(network.informed.subarray(network.base[r]!, network.base[r + 1]!))
    return instances.length === 0 ? [] : [{ relation: r, instances }]
  })
}

function checkSamplers(
  graph: RelationGraph,
  samplers: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const names = RELATION_SAMPLERS.map(({ name }) => name)
  const variables = [
    ...new Set(graph.relations.flatMap((r) => (r.kind === "stochastic" && !r.observed ? [r.variable] : []))),
  ]
  for (const [variable, sampler] of Object.entries(samplers)) {
    if (!variables.includes(variable))
      throw new OptionError(`nothing that is drawn is called "${variable}"`, {
        code: "unknown-node",
        where: "sampler",
        hint: suggest(variable, variables),
      })
    if (!names.includes(sampler))
      throw new OptionError(`no sampler is called "${sampler}"`, {
        code: "unknown-sampler",
        where: "sampler",
        hint: suggest(sampler, names),
      })
  }
  return new Map(Object.entries(samplers))
}

function noSampler(
  graph: RelationGraph,
  { relation }: Target,
  refusals: ReadonlyMap<number, readonly { sampler: string; reason: string }[]>,
): PlanError {
  const { text } = graph.relations[relation]!
  const reasons = (refusals.get(relation) ?? []).map(({ sampler, reason }) => `${sampler}: ${reason}`)
  return new PlanError(`no sampler takes ${text} (${reasons.join("; ")})`, {
    code: "no-sampler",
    where: headOf(text),
    hint: "state another distribution for it",
  })
}

/** @throws OptionError for a method that does not exist */
export function checkRelationMethod(method: string): RelationMethod {
  const names = Object.keys(LEFT_OUT) as RelationMethod[]
  const found = names.find((name) => name === method)
  if (found !== undefined) return found
  throw new OptionError(`found "${method}", expected one of ${names.join(", ")}`, {
    code: "invalid-option",
    where: "method",
    hint: suggest(method, names),
  })
}
