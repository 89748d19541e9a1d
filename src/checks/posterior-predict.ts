import { GraphPosterior } from "../chains/graph-posterior.ts"
import { checkNormalResponse } from "../chains/pointwise-likelihood.ts"
import type { Posterior } from "../chains/posterior.ts"
import { recordedDraws } from "../chains/recorded-draws.ts"
import { newResidualScale } from "../chains/residual-variance.ts"
import { checkOptionNames } from "../core/errors.ts"
import { type TableInput, toTable } from "../data/to-table.ts"
import { newDesign } from "../models/formula/new-design.ts"
import { type Seed, streamFor } from "../random/stream.ts"
import { type GraphPredictOptions, type GraphReplicates, replicateGraph } from "./graph-replicate.ts"
import { newGroupsOf, type Replicates, replicateRows, selectDraws, withNewGroups } from "./replicate.ts"

export interface PosteriorPredictOptions {
  /** Rows to predict; the rows of the data without it. */
  readonly newData?: TableInput
  /** How many data sets, from draws evenly spaced; one for each draw without it. */
  readonly draws?: number
  /**
   * `known` (default): groups of the data keep their effects, others have new ones. `new`: every group is a new one, as if the study
   * were repeated with other groups (mixed replication; Gelman, Meng & Stern 1996, Statistica Sinica 6, 733–807).
   */
  readonly groups?: "known" | "new"
  /** Default: that of the run. */
  readonly seed?: Seed
}

/**
 * Data sets from the posterior predictive distribution, one a draw. Effects of new groups are drawn from their population,
 * `Normal(0, Σ)` with the Σ of the draw, once a group and draw. Needs `b`, `u` and the spreads recorded.
 * Gelman, Meng & Stern (1996), Statistica Sinica 6, 733–807, section 2.
 *
 * @throws DataError when rows lack a column or a factor has a level that the data did not, or draws were not recorded;
 *   ModelError for a response that is not normal; OptionError
 */
export function posteriorPredict(posterior: Posterior, options?: PosteriorPredictOptions): Replicates
/**
 * The same of a model of relations: everything observed is drawn anew from the recorded latents.
 * @throws DataError naming latents that were not recorded; ModelError where the model cannot be stated without its observations
 */
export function posteriorPredict(posterior: GraphPosterior, options?: GraphPredictOptions): GraphReplicates
export function posteriorPredict(
  posterior: Posterior | GraphPosterior,
  options: PosteriorPredictOptions & GraphPredictOptions = {},
): Replicates {
  if (posterior instanceof GraphPosterior) return replicateGraph(posterior, options)
  checkOptionNames("posteriorPredict", options, ["newData", "draws", "groups", "seed"])
  const { model, container, sampling } = posterior
  checkNormalResponse(model, "posteriorPredict")
  const rng = streamFor(options.seed ?? sampling.seed, 0, "posterior predict")
  const draws = selectDraws(recordedDraws(container), options.draws)
  const isNew = options.groups === "new"
  if (options.newData === undefined) {
    const { design } = model
    return {
      sets: replicateRows(isNew ? withNewGroups(design) : design, draws, rng),
      rowNumbers: design.rowIndex.map((row) => row + 1),
      observed: design.response.values,
      newGroups: [],
    }
  }
  const table = toTable(options.newData, "new rows")
  const coded = newDesign(model.design, table)
  const design = { ...coded, residualScale: newResidualScale(model.design, table, coded.rowIndex) }
  return {
    sets: replicateRows(isNew ? withNewGroups(design) : design, draws, rng),
    rowNumbers: design.rowIndex.map((row) => row + 1),
    observed: null,
    newGroups: newGroupsOf(design),
  }
}
