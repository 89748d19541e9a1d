/** Decides which sampler draws which node, in which order, and says why. */
import { PlanError } from "../core/errors.ts"
import { dependsOn } from "../models/expression.ts"
import { latentNodes, type ModelGraph, nodeOf, type StochasticNode } from "../models/graph.ts"
import { AUGMENTATIONS } from "./augment/registry.ts"
import type { Rewrite } from "./augment/rewrite.ts"
import { isRefusal } from "./conditional.ts"
import { layOut, type StateLayout } from "./kernel/layout.ts"
import { newContext } from "./kernel/program.ts"
import { type Assignment, type LoweredBlock, SAMPLERS } from "./registry.ts"

export type Method = "auto" | "gibbs"
export const METHODS: readonly Method[] = ["auto", "gibbs"]

export interface PlanBlock {
  readonly target: string
  readonly assignment: Assignment
  readonly chosenBy: "user" | "default"
  readonly refused: readonly { readonly sampler: string; readonly reason: string }[]
}

export interface Plan {
  readonly method: "gibbs"
  readonly chosenBy: "user" | "default"
  /** The model as stated. */
  readonly model: ModelGraph
  /** The model that is sampled: the same one with auxiliary variables. */
  readonly graph: ModelGraph
  readonly rewrites: readonly Omit<Rewrite, "graph">[]
  readonly layout: StateLayout
  /** In the order of a sweep. */
  readonly blocks: readonly PlanBlock[]
}

/**
 * Plans textbook single-site Gibbs: variances, then coefficients, then each group's effects.
 * @throws PlanError when no sampler takes a node, naming each refusal
 */
export function makePlan(model: ModelGraph, method: Method = "auto"): Plan {
  const { graph, rewrites } = augment(model)
  const blocks = sweepOrder(graph).map((node) => planBlock(graph, node))
  return {
    method: "gibbs",
    chosenBy: method === "auto" ? "default" : "user",
    model,
    graph,
    rewrites,
    layout: layOut(graph),
    blocks,
  }
}

/** What a worker needs to run the plan: one block of plain data for each step of a sweep. */
export function lowerPlan(plan: Plan, context = newContext(plan.graph, plan.layout)): LoweredBlock[] {
  return plan.blocks.map((block) => block.assignment.lower(context))
}

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

function planBlock(graph: ModelGraph, target: StochasticNode): PlanBlock {
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
      where: nodeOf(graph, target.id).id,
      hint: "state another prior for it",
    })
  }
  return { target: target.id, assignment, chosenBy: "default", refused }
}
