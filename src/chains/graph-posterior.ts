import { createHash } from "node:crypto"
import { type Dic, dic } from "../diagnostics/dic.ts"
import type { LogLikelihood, PredictiveFit } from "../diagnostics/log-likelihood.ts"
import { type PsisLoo, psisLoo } from "../diagnostics/psis-loo.ts"
import { waic } from "../diagnostics/waic.ts"
import type { Quantity } from "../models/graph.ts"
import type { GraphModel } from "../samplers/graph-model.ts"
import type { RelationPlan } from "../samplers/relations/plan-relations.ts"
import { type GraphLikelihood, graphLikelihood } from "./graph-likelihood.ts"
import { recordedDraws } from "./recorded-draws.ts"
import type { RunResult } from "./run-chains.ts"
import type { RunOptions } from "./run-spec.ts"
import { SampledDraws } from "./sampled-draws.ts"

/** Draws of the posterior of a model of relations. */
export class GraphPosterior extends SampledDraws {
  readonly model: GraphModel
  readonly plan: RelationPlan
  private known: GraphLikelihood | null = null

  constructor(
    model: GraphModel,
    plan: RelationPlan,
    run: RunOptions,
    quantities: readonly Quantity[],
    result: RunResult,
  ) {
    super(plan.method, run, quantities, result)
    this.model = model
    this.plan = plan
  }

  /**
   * log p(y_i | θ⁽ˢ⁾), normalised: one array of draws an observed draw, chains cut to the shortest, one after another. A number known
   * by its interval alone (`dinterval`) counts with the probability of the interval. Needs everything recorded that the
   * likelihood hangs on; what is deterministic is computed.
   * @throws DataError naming what was not recorded; ModelError when nothing is observed
   */
  logLik(): LogLikelihood {
    return this.likelihood("logLik").values
  }

  /** What the terms of `logLik`, `loo` and `waic` are of: `Y[1,1]`, `Y[1,2]`, … */
  observations(): readonly string[] {
    return this.likelihood("observations").labels
  }

  /** Leave-one-out cross-validation by Pareto-smoothed importance sampling; each observed draw is left out on its own. */
  loo(): PsisLoo {
    const { values, labels } = this.likelihood("loo")
    return psisLoo(values, { chains: this.container.lengths.filter((length) => length > 0).length, labels })
  }

  /** The widely applicable information criterion; prefer `loo`, which tells when it fails. */
  waic(): PredictiveFit {
    return waic(this.likelihood("waic").values)
  }

  /**
   * The deviance information criterion with the p_D of Spiegelhalter et al. (2002), as BUGS has it: the deviance is normalised, the
   * estimate is the posterior mean of what the model draws. `halfVariance` is the p_V that R2jags reports. Prefer `loo`.
   * @throws ModelError when what the likelihood hangs on is discrete (mixtures by indicators, change points): p_D does not exist
   */
  dic(): Dic {
    const { values, atMean } = this.likelihood("dic")
    return dic(values, atMean())
  }

  private likelihood(what: string): GraphLikelihood {
    this.known ??= graphLikelihood(this.model.graph, recordedDraws(this.container, "equal"), what)
    return this.known
  }

  /** SHA-256 of the data and what follows from them, to tell whether two results are about the same data. */
  dataHash(): string {
    const { variables, values } = this.model.graph
    const hash = createHash("sha256").update(values)
    for (const { name, dims } of variables) hash.update(`${name}[${dims.join(",")}]`)
    return hash.digest("hex")
  }
}
