import { createHash } from "node:crypto"
import type { Quantity } from "../models/graph.ts"
import type { GraphModel } from "../samplers/graph-model.ts"
import type { RelationPlan } from "../samplers/relations/plan-relations.ts"
import type { RunResult } from "./run-chains.ts"
import type { RunOptions } from "./run-spec.ts"
import { SampledDraws } from "./sampled-draws.ts"

/** Draws of the posterior of a model of relations. */
export class GraphPosterior extends SampledDraws {
  readonly model: GraphModel
  readonly plan: RelationPlan

  constructor(
    model: GraphModel,
    plan: RelationPlan,
    run: RunOptions,
    quantities: readonly Quantity[],
    result: RunResult,
  ) {
    super("relations", run, quantities, result)
    this.model = model
    this.plan = plan
  }

  /** SHA-256 of the data and what follows from them, to tell whether two results are about the same data. */
  dataHash(): string {
    const { variables, values } = this.model.graph
    const hash = createHash("sha256").update(values)
    for (const { name, dims } of variables) hash.update(`${name}[${dims.join(",")}]`)
    return hash.digest("hex")
  }
}
