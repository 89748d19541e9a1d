/** The folder of a run of a BUGS model: draws, summary, plan, and a manifest of how it came about. */
import type { GraphPosterior } from "../chains/graph-posterior.ts"
import { VERSION } from "../core/version.ts"
import { drawsFormats, type WritableDrawsFormat } from "../draws/write-draws.ts"
import { samplingToJson } from "./fit-json.ts"
import { graphModelToJson, relationPlanToJson } from "./graph-json.ts"
import type { Io } from "./io.ts"
import { toJson } from "./output.ts"
import { summaryCsv } from "./save-run.ts"
import { writeFolder } from "./write-output.ts"

export interface GraphOrigin {
  readonly command: string
  readonly model: string
  readonly data: readonly string[] | undefined
  readonly inits: readonly string[] | undefined
  readonly sampler: readonly string[] | undefined
}

/**
 * Writes the draws, `summary.csv`, `plan.json` and `run.json`; returns their names.
 * @param format of the draws: `draws.csv` by default
 * @throws DataError
 */
export async function saveGraphRun(
  folder: string,
  posterior: GraphPosterior,
  warnings: readonly string[],
  origin: GraphOrigin,
  io: Io,
  format: WritableDrawsFormat = "csv",
): Promise<readonly string[]> {
  const { extensions, encode } = drawsFormats[format]
  const drawsFile = `draws.${extensions[0]}`
  const names = [drawsFile, "summary.csv", "plan.json", "run.json"]
  const manifest = {
    gibbsite: VERSION,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    finished: new Date().toISOString(),
    ...origin,
    dataHash: posterior.dataHash(),
    sizes: graphModelToJson(origin.model, posterior.model, posterior.sampling.method),
    sampling: { ...samplingToJson(posterior), drawsMade: [...posterior.container.lengths] },
    converged: posterior.verdict().converged,
    warnings,
    files: names,
  }
  await writeFolder(
    "--out",
    folder,
    {
      [drawsFile]: await encode(posterior.container),
      "summary.csv": summaryCsv(posterior),
      "plan.json": toJson({ plan: relationPlanToJson(posterior.plan) }),
      "run.json": toJson(manifest),
    },
    io,
  )
  return names
}
