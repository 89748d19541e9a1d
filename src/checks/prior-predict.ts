import { checkNormalResponse } from "../chains/pointwise-likelihood.ts"
import { newResidualScale } from "../chains/residual-variance.ts"
import { checkOptionNames, OptionError } from "../core/errors.ts"
import { type TableInput, toTable } from "../data/to-table.ts"
import { listQuantities } from "../models/effect-quantities.ts"
import { newDesign } from "../models/formula/new-design.ts"
import { type Seed, streamFor } from "../random/stream.ts"
import type { GraphModel } from "../samplers/graph-model.ts"
import { layOut } from "../samplers/kernel/layout.ts"
import { bindRecorder } from "../samplers/kernel/recorder.ts"
import type { HierarchicalModel } from "../samplers/model.ts"
import { checkProper, simulatorOf } from "../samplers/simulate-graph.ts"
import {
  type GraphPriorPredictive,
  type GraphPriorPredictOptions,
  priorPredictGraph,
} from "./graph-replicate.ts"
import { newGroupsOf, type Replicates, replicateRows } from "./replicate.ts"

export interface PriorPredictOptions {
  /** How many draws from the prior, default 1000. */
  readonly draws?: number
  /** Rows to predict; the rows of the data without it. */
  readonly newData?: TableInput
  /** Default "gibbsite". */
  readonly seed?: Seed
}

export interface PriorPredictive extends Replicates {
  /** Draws of every quantity of the model from its prior, by name, in the order of the data sets. */
  readonly parameters: ReadonlyMap<string, Float64Array>
}

/**
 * Parameters from their priors, and a data set from each: what the priors say before there are data.
 * Box (1980), Journal of the Royal Statistical Society A 143, 383–430; Gabry, Simpson, Vehtari, Betancourt & Gelman (2019), ibid. 182,
 * 389–402, section 3.
 *
 * @throws ModelError `improper-prior` naming the parameters whose priors are flat, and for a response that is not normal
 */
export function priorPredict(model: HierarchicalModel, options?: PriorPredictOptions): PriorPredictive
/** The same of a model of relations. @throws ModelError `improper-prior`, and `not-generative` for one that is no recipe for data */
export function priorPredict(model: GraphModel, options?: GraphPriorPredictOptions): GraphPriorPredictive
export function priorPredict(
  model: HierarchicalModel | GraphModel,
  options: PriorPredictOptions & GraphPriorPredictOptions = {},
): PriorPredictive {
  if ("kind" in model) return priorPredictGraph(model, options)
  checkOptionNames("priorPredict", options, ["draws", "newData", "seed"])
  checkNormalResponse(model, "priorPredict")
  const { draws = 1000, newData, seed = "gibbsite" } = options
  if (!(Number.isSafeInteger(draws) && draws >= 1)) {
    throw new OptionError(`found ${draws}, expected a positive whole number`, {
      code: "invalid-option",
      where: "draws",
      hint: "for instance draws: 1000",
    })
  }
  const rng = streamFor(seed, 0, "prior predict")
  const parameters = drawParameters(model, draws, seed)
  const byName = (name: string): Float64Array | undefined => parameters.get(name)
  if (newData === undefined) {
    const { design } = model
    return {
      parameters,
      sets: replicateRows(design, byName, rng),
      rowNumbers: design.rowIndex.map((row) => row + 1),
      observed: design.response.values,
      newGroups: [],
    }
  }
  const table = toTable(newData, "new rows")
  const coded = newDesign(model.design, table)
  const design = { ...coded, residualScale: newResidualScale(model.design, table, coded.rowIndex) }
  return {
    parameters,
    sets: replicateRows(design, byName, rng),
    rowNumbers: design.rowIndex.map((row) => row + 1),
    observed: null,
    newGroups: newGroupsOf(design),
  }
}

function drawParameters(model: HierarchicalModel, draws: number, seed: Seed): Map<string, Float64Array> {
  const { graph } = model
  checkProper(graph, "priorPredict")
  const layout = layOut(graph)
  const simulator = simulatorOf(graph, layout)
  const quantities = listQuantities(graph)
  const read = bindRecorder(
    quantities.map(({ value }) => value),
    layout,
    true,
  )
  const state = new Float64Array(layout.length)
  const record = new Float64Array(quantities.length)
  const rng = streamFor(seed, 0, "prior")
  const values = quantities.map(() => new Float64Array(draws))
  for (let s = 0; s < draws; s++) {
    simulator.drawPrior(state, rng)
    read(state, record, 0)
    for (let k = 0; k < record.length; k++) values[k]![s] = record[k]!
  }
  return new Map(quantities.map(({ name }, k) => [name, values[k]!]))
}
