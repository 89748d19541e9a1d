import { type ParameterSummary, summarise } from "../diagnostics/summarise.ts"
import { judge, type Verdict } from "../diagnostics/verdict.ts"
import { allValues, chainsOf, type Draws } from "../draws/draws.ts"
import type { Quantity } from "../models/graph.ts"
import type { GraphModel } from "../samplers/graph-model.ts"
import type { RelationPlan } from "../samplers/relations/plan-relations.ts"
import type { RunResult } from "./run-chains.ts"
import type { RunOptions } from "./run-spec.ts"

/** Draws of the posterior of a model of relations. */
export class GraphPosterior {
  readonly model: GraphModel
  readonly plan: RelationPlan
  readonly sampling: RunOptions & { readonly seconds: number; readonly cancelled: boolean }
  readonly container: Draws
  private summaries: ParameterSummary[] | null = null

  constructor(
    model: GraphModel,
    plan: RelationPlan,
    run: RunOptions,
    _quantities: readonly Quantity[],
    result: RunResult,
  ) {
    this.model = model
    this.plan = plan
    this.sampling = { ...run, seconds: result.seconds, cancelled: result.cancelled }
    this.container = result.draws
  }

  get names(): readonly string[] {
    return this.container.names
  }

  /** All draws of a scalar, chain after chain. @throws ModelError for an unknown name */
  draws(name: string): Float64Array {
    return allValues(this.container, name)
  }

  /** The draws of a scalar, one array a chain; views, not copies. */
  chains(name: string): readonly Float64Array[] {
    return chainsOf(this.container, name)
  }

  /** Mean, sd, quantiles, their Monte Carlo errors and the diagnostics of every recorded scalar. */
  summary(): ParameterSummary[] {
    this.summaries ??= summarise(this.names.map((name) => ({ name, chains: this.chains(name) })))
    return this.summaries
  }

  verdict(): Verdict {
    const { chains, draws } = this.sampling
    return judge(this.summary(), { chains, draws, constants: new Set() })
  }
}
