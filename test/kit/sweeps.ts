/** The kernels of one sweep for data that change from sweep to sweep. */
import type { ModelGraph } from "../../src/models/graph.ts"
import { newContext } from "../../src/samplers/kernel/lowering-context.ts"
import { lowerPlan, makePlan, type Plan } from "../../src/samplers/plan.ts"
import { bindLowered, type LoweredBlock } from "../../src/samplers/registry.ts"
import type { Kernel } from "../../src/samplers/sampler.ts"

/** Replaces the kernel of a block of a plan; the sweep uses the block's own where it returns undefined. */
export type Replace = (block: LoweredBlock, k: number, plan: Plan) => Kernel | undefined

/** Kernels of a test's own for the data as they stand in the graph: nothing of a plan is made for nothing. */
export type BindAnew = (graph: ModelGraph) => readonly Kernel[]

/** The kernels of a fresh plan for the data as they stand in the graph: what a user's run would do. */
export function planAnew({ model, method }: Plan, replace?: Replace): readonly Kernel[] {
  const plan = makePlan(model, method)
  return lowerPlan(plan).map(
    (block, k) => replace?.(block, k, plan) ?? bindLowered(block, { interpreted: true }),
  )
}

/** Sweeps for each data set: the collapsed sampler takes one kind of move once in eight sweeps. */
export const sweepsFor = ({ method }: Plan): number => (method === "gibbs" ? 1 : 8)

/**
 * Kernels for the data as they stand at every call. Single-site kernels are bound once, to sums over the rows taken
 * literally, which read the data in place; a joint method reduces the rows when it is planned, so that new data need a
 * new plan.
 */
export function sweepInPlace(plan: Plan, replace?: Replace): () => readonly Kernel[] {
  if (plan.method !== "gibbs") return () => planAnew(plan, replace)
  const literal = lowerPlan(plan, newContext(plan.graph, plan.layout, true))
  const kernels = literal.map((block, k) => replace?.(block, k, plan) ?? bindLowered(block))
  return () => kernels
}
