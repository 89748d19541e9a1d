/** Decides which sampler draws which node, in which order, and says why. */
import { OptionError, PlanError } from "../core/errors.ts"
import { dependsOn } from "../models/expression.ts"
import { latentNodes, type ModelGraph, type StochasticNode } from "../models/graph.ts"
import { AUGMENTATIONS } from "./augment/registry.ts"
import type { Rewrite } from "./augment/rewrite.ts"
import { isRefusal, type Refusal } from "./conditional.ts"
import { TOO_LARGE } from "./gaussian/factorisation-cost.ts"
import { layOut, type StateLayout } from "./kernel/layout.ts"
import { type LoweringContext, newContext } from "./kernel/lowering-context.ts"
import {
  type Assignment,
  JOINT_SAMPLERS,
  type JointAssignment,
  type LoweredBlock,
  SAMPLERS,
} from "./registry.ts"

/** `gibbs` draws one node at a time, `blocked` all coefficients and effects jointly, `collapsed` integrates them out. */
export type PlanMethod = "gibbs" | "blocked" | "collapsed"
export type Method = "auto" | PlanMethod
export const METHODS: readonly Method[] = ["auto", "collapsed", "blocked", "gibbs"]

export interface PlanBlock {
  /** Nodes that the block draws. */
  readonly targets: readonly string[]
  readonly assignment: Assignment
  readonly chosenBy: "user" | "default"
  readonly refused: readonly { readonly sampler: string; readonly reason: string }[]
}

export interface Plan {
  readonly method: PlanMethod
  readonly chosenBy: "user" | "default"
  /** Why this method, one sentence. */
  readonly reason: string
  /** The model as stated. */
  readonly model: ModelGraph
  /** The model that is sampled: the same one, with auxiliary variables where the method needs them. */
  readonly graph: ModelGraph
  readonly rewrites: readonly Omit<Rewrite, "graph">[]
  readonly layout: StateLayout
  /** What the rows were reduced to, shared by everything that lowers the plan. */
  readonly context: LoweringContext
  /** In the order of a sweep. */
  readonly blocks: readonly PlanBlock[]
}

/** Coordinates that one Metropolis–Hastings step moves well. */
const MOST_COORDINATES = 12
/** Multiplications that make a sweep a millisecond; those for each value of the state that one at a time costs as well. */
const MOST_MULTIPLICATIONS = 1e6
const MOST_FOR_EACH = 50

/**
 * Plans the sampling of a model. `auto` collapses where it applies and a sweep stays cheap, else draws jointly, else one
 * node at a time. Where one factorisation of all effects costs too much, `collapsed` takes crossed factors in turn.
 * @throws PlanError when a method is asked for that does not apply, or no sampler takes a node, naming each refusal
 */
export function makePlan(model: ModelGraph, method: Method = "auto"): Plan {
  if (method === "gibbs") return planSingly(model, "user", "asked for")
  if (method !== "auto") return planJointly(prepare(model, method), "user", "asked for")
  const passed: string[] = []
  for (const candidate of ["collapsed", "blocked"] as const) {
    const prepared = prepare(model, candidate)
    const against = reasonAgainst(prepared)
    if (against === null) {
      const why = [...passed, prepared.remark].filter((text) => text !== "")
      return planJointly(prepared, "default", why.length === 0 ? SIMPLE : why.join("; "))
    }
    passed.push(`not ${candidate}: ${against}`)
  }
  return planSingly(model, "default", passed.join("; "))
}

const SIMPLE = "normal in coefficients and effects, few spreads"

/** What a worker needs to run the plan: one block of plain data for each step of a sweep. */
export function lowerPlan(plan: Plan, context: LoweringContext = plan.context): LoweredBlock[] {
  return plan.blocks.map((block) => block.assignment.lower(context))
}

/** The textbook plan of the same model, for its full conditionals; null when some node has none that is drawn. */
export function textbookPlan(plan: Plan): Plan | null {
  if (plan.method === "gibbs") return plan
  try {
    return makePlan(plan.model, "gibbs")
  } catch (error) {
    if (error instanceof PlanError) return null
    throw error
  }
}

/** Why `auto` passes a joint method by; null when it takes it. */
function reasonAgainst({ found, context }: Prepared): string | null {
  if (isRefusal(found)) return found.reason
  if (found.dimension > MOST_COORDINATES)
    return `${found.dimension} spread parameters are too many for one step`
  // Taking crossed factors in turn is never dearer than one node at a time.
  if (!isCheap(found, context) && found.sampler !== JOINT_SAMPLERS.crossed.name)
    return `a factorisation takes ${found.cost.toExponential(0)} multiplications`
  return null
}

const isCheap = ({ cost }: JointAssignment, { layout }: LoweringContext): boolean =>
  cost <= Math.max(MOST_MULTIPLICATIONS, MOST_FOR_EACH * layout.length)

/** A joint method with the graph that it samples and what it says to it. */
interface Prepared {
  readonly method: "blocked" | "collapsed"
  readonly model: ModelGraph
  readonly graph: ModelGraph
  readonly rewrites: Plan["rewrites"]
  readonly context: LoweringContext
  readonly found: JointAssignment | Refusal
  /** What there is to say about the choice of its sampler. */
  readonly remark: string
}

function prepare(model: ModelGraph, method: "blocked" | "collapsed"): Prepared {
  if (method === "blocked") {
    const { graph, rewrites } = augment(model)
    const context = newContext(graph, layOut(graph))
    return {
      method,
      model,
      graph,
      rewrites,
      context,
      found: JOINT_SAMPLERS.blocked.assign(context, model),
      remark: "",
    }
  }
  const context = newContext(model, layOut(model))
  const whole = JOINT_SAMPLERS.collapsed.assign(context, model)
  const prepared = { method, model, graph: model, rewrites: [], context } as const
  const isLarge = isRefusal(whole) && whole.code === TOO_LARGE
  if (!isLarge && (isRefusal(whole) || isCheap(whole, context)))
    return { ...prepared, found: whole, remark: "" }
  const inTurn = JOINT_SAMPLERS.crossed.assign(context, model)
  const isRefused = isRefusal(inTurn) || inTurn.dimension > MOST_COORDINATES
  if (isRefused || (!isRefusal(whole) && inTurn.cost > whole.cost))
    return { ...prepared, found: whole, remark: "" }
  const each = inTurn.cost.toExponential(0)
  const all = isRefusal(whole)
    ? whole.reason
    : `a factorisation of all effects takes ${whole.cost.toExponential(0)}`
  const remark = `large factors in turn, ${each} multiplications a sweep: ${all}`
  return { ...prepared, found: inTurn, remark }
}

function planSingly(model: ModelGraph, chosenBy: Plan["chosenBy"], reason: string): Plan {
  const { graph, rewrites } = augment(model)
  const layout = layOut(graph)
  const blocks = sweepOrder(graph).map((node) => planNode(graph, node))
  const context = newContext(graph, layout)
  return { method: "gibbs", chosenBy, reason, model, graph, rewrites, layout, context, blocks }
}

/** A plan with all that the joint sampler draws in one block, after the nodes that it leaves. */
function planJointly(prepared: Prepared, chosenBy: Plan["chosenBy"], why: string): Plan {
  const { method, model, graph, rewrites, context, found, remark } = prepared
  if (isRefusal(found)) {
    throw new PlanError(`the method "${method}" does not apply: ${found.reason}`, {
      code: "method-refused",
      where: "method",
      hint:
        found.code === TOO_LARGE && method === "blocked"
          ? "use collapsed, which takes large crossed factors in turn, or auto"
          : "use gibbs, or auto",
    })
  }
  const joint: PlanBlock = { targets: found.targets, assignment: found, chosenBy, refused: [] }
  const others = sweepOrder(graph).filter((node) => !joint.targets.includes(node.id))
  const together = method === "blocked" ? JOINT_SAMPLERS.interweave.assign(context, model) : null
  const moved: PlanBlock[] =
    together === null || isRefusal(together)
      ? []
      : [{ targets: together.targets, assignment: together, chosenBy, refused: [] }]
  // Spreads given the effects, these given the spreads, both together; then anew what the last step has integrated out.
  const [mixing, spreads] = partition(others, (node) => isParentOf(others, node.id))
  const planEach = (nodes: readonly StochasticNode[]) => nodes.map((node) => planNode(graph, node))
  const blocks = [...planEach(spreads), joint, ...moved, ...planEach(mixing)]
  const reason = chosenBy === "user" && remark !== "" ? `${why}; ${remark}` : why
  return { method, chosenBy, reason, model, graph, rewrites, layout: context.layout, context, blocks }
}

function partition<T>(all: readonly T[], test: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(test), all.filter((one) => !test(one))]
}

const isParentOf = (nodes: readonly StochasticNode[], id: string): boolean =>
  nodes.some(({ distribution }) => Object.values(distribution.parameters).some((e) => dependsOn(e, id)))

function augment(model: ModelGraph): { graph: ModelGraph; rewrites: Omit<Rewrite, "graph">[] } {
  let graph = model
  const rewrites: Omit<Rewrite, "graph">[] = []
  for (const { id } of latentNodes(model)) {
    for (const augmentation of AUGMENTATIONS) {
      const node = graph.nodes.find((n) => n.id === id)
      const rewrite = node === undefined ? null : augmentation.rewrite(graph, node)
      if (rewrite === null) continue
      graph = rewrite.graph
      rewrites.push({ note: rewrite.note, source: rewrite.source })
    }
  }
  return { graph, rewrites }
}

/** Spreads first, then what enters means, then plates of effects: the order in which a course derives them. */
function sweepOrder(graph: ModelGraph): StochasticNode[] {
  const entersMean = (node: StochasticNode) =>
    graph.nodes.some(({ distribution }) => {
      const { mean } = distribution.parameters
      return mean !== undefined && dependsOn(mean, node.id)
    })
  const rank = (node: StochasticNode) => (entersMean(node) ? (node.plate === null ? 1 : 2) : 0)
  return [...latentNodes(graph)].sort((a, b) => rank(a) - rank(b))
}

function planNode(graph: ModelGraph, target: StochasticNode): PlanBlock {
  const refused: { sampler: string; reason: string }[] = []
  let assignment: Assignment | null = null
  for (const sampler of SAMPLERS) {
    if (assignment !== null) {
      refused.push({ sampler: sampler.name, reason: "an exact full conditional exists" })
      continue
    }
    const found = sampler.assign(graph, target)
    if (isRefusal(found)) refused.push({ sampler: sampler.name, reason: found.reason })
    else assignment = found
  }
  if (assignment === null) {
    const reasons = refused.map(({ sampler, reason }) => `${sampler}: ${reason}`).join("; ")
    throw new PlanError(`no sampler takes ${target.id} ~ ${target.distribution.family} (${reasons})`, {
      code: "no-sampler",
      where: target.id,
      hint: "state another prior for it",
    })
  }
  return { targets: [target.id], assignment, chosenBy: "default", refused }
}

/** @throws OptionError for a method that does not exist */
export function checkMethod(method: string): Method {
  const found = METHODS.find((m) => m === method)
  if (found !== undefined) return found
  throw new OptionError(`unknown method "${method}"`, {
    code: "invalid-option",
    where: "method",
    hint: `expected one of ${METHODS.join(", ")}`,
  })
}
