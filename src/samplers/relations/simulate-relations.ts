/** Draws everything in a model of relations from its distribution given its parents, parents first. */
import { ModelError } from "../../core/errors.ts"
import { lookupBugsDistribution } from "../../models/bugs/distribution-table.ts"
import {
  forEachParent,
  type RelationGraph,
  type StochasticRelation,
} from "../../models/relations/relation-graph.ts"
import type { Stream } from "../../random/stream.ts"
import { headOf } from "./describe.ts"
import { bindEngine } from "./engine.ts"
import { bindPriorDraw } from "./prior-draw.ts"

/** Instances of relations in an order in which parents come first. Plain data. */
export interface Sequence {
  readonly relation: Int32Array
  readonly instance: Int32Array
}

/** Every instance of every relation, parents first. */
export function sequenceOf({ relations, order }: RelationGraph): Sequence {
  const all = relations.flatMap((relation, r) =>
    Array.from({ length: relation.size }, (_, instance) => ({ r, instance, position: order[r]![instance]! })),
  )
  all.sort((a, b) => a.position - b.position)
  return {
    relation: Int32Array.from(all, ({ r }) => r),
    instance: Int32Array.from(all, ({ instance }) => instance),
  }
}

/**
 * Runs a sequence: deterministic instances are computed, stochastic ones drawn given their parents.
 * @returns a function that changes the state at what the sequence writes; it needs a stream where something is drawn
 */
export function bindSequence(
  graph: RelationGraph,
  { relation, instance }: Sequence,
): (state: Float64Array, rng?: Stream) => void {
  const engine = bindEngine(graph)
  const occurring = new Set(relation)
  const draws = graph.relations.map((one, r) =>
    one.kind === "stochastic" && occurring.has(r) ? bindPriorDraw(engine, r) : null,
  )
  const starts = Array.from(relation.keys()).filter((k) => k === 0 || relation[k] !== relation[k - 1])
  return (state, rng) => {
    for (let n = 0; n < starts.length; n++) {
      const from = starts[n]!
      const to = starts[n + 1] ?? relation.length
      const r = relation[from]!
      const f = engine.functions[r]!
      if (f.kind === "deterministic") f.update(state, instance, from, to)
      else for (let k = from; k < to; k++) draws[r]!(state, instance[k]!, rng!)
    }
  }
}

/** Observed zeros and ones by which models state a likelihood that no distribution has. */
const TRICKS = /^(zeros?|ones?)([._].*)?$/i

/**
 * Refuses to simulate from a model that is no recipe for data.
 *
 * @param graph in which nothing is observed
 * @throws ModelError `improper-prior` for `dflat`; `not-generative` for `I(,)` whose normalisation hangs on what is drawn, and for
 *   likelihoods stated by zeros or ones
 */
export function checkGenerative(graph: RelationGraph, what: string): void {
  const drawn = graph.relations.filter((r): r is StochasticRelation => r.kind === "stochastic")
  const improper = drawn.filter(({ distribution }) => !lookupBugsDistribution(distribution).isProper)
  if (improper.length > 0) {
    throw new ModelError(
      `${what} draws from the distributions of the model, and ${improper.map(({ text }) => text).join(", ")} ${improper.length === 1 ? "is" : "are"} improper`,
      {
        code: "improper-prior",
        where: headOf(improper[0]!.text),
        span: improper[0]!.span,
        hint: "state a proper distribution, for instance dnorm(0, 0.01)",
      },
    )
  }
  const open = drawn.find((r) => r.bounds?.kind === "I" && hasMovingParent(graph, r))
  if (open !== undefined) {
    throw new ModelError(
      `${what} cannot draw from ${open.text}: I(,) is no truncation, its density hangs on the parents`,
      {
        code: "not-generative",
        where: headOf(open.text),
        span: open.span,
        hint: "write T(,) for a truncated distribution, or dinterval for a censored value",
      },
    )
  }
  const trick = drawn.find(
    ({ variable, distribution }) => TRICKS.test(variable) && /^(dpois|dbern)$/.test(distribution),
  )
  if (trick !== undefined) {
    throw new ModelError(
      `${what} makes no sense of ${trick.text}: it states a likelihood and draws no data`,
      {
        code: "not-generative",
        where: headOf(trick.text),
        span: trick.span,
        hint: "state the distribution of the data themselves; under another name it is taken for one",
      },
    )
  }
}

function hasMovingParent(graph: RelationGraph, relation: StochasticRelation): boolean {
  let moves = false
  for (let i = 0; i < relation.size && !moves; i++)
    forEachParent(relation, i, (slot) => {
      if (graph.fixed[slot] === 0) moves = true
    })
  return moves
}
