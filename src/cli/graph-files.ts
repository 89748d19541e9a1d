/** The folder of a run of a BUGS model: draws, summary, plan, and a manifest of how it came about. */
import type { GraphPosterior } from "../chains/graph-posterior.ts"
import type { WritableDrawsFormat } from "../draws/write-draws.ts"
import { graphModelToJson, relationPlanToJson } from "./graph-json.ts"
import type { Io } from "./io.ts"
import { writeRun } from "./save-run.ts"

export interface GraphOrigin {
  readonly command: string
  readonly model: string
  readonly data: readonly string[] | undefined
  readonly inits: readonly string[] | undefined
  readonly sampler: readonly string[] | undefined
}

/** Writes the draws, `summary.csv`, `plan.json` and `run.json`; as `writeRun`. @throws DataError when the folder cannot be written */
export function saveGraphRun(
  folder: string,
  posterior: GraphPosterior,
  warnings: readonly string[],
  origin: GraphOrigin,
  io: Io,
  format?: WritableDrawsFormat,
): Promise<readonly string[]> {
  const { model, plan, sampling } = posterior
  const documents = {
    plan: { plan: relationPlanToJson(plan) },
    facts: {
      ...origin,
      dataHash: posterior.dataHash(),
      sizes: graphModelToJson(origin.model, model, sampling.method),
    },
  }
  return writeRun(folder, posterior, warnings, documents, io, format)
}
