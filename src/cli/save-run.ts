/** The folder of a run: draws, summary, plan, and a manifest of how it came about. */
import Papa from "papaparse"
import type { Posterior } from "../chains/posterior.ts"
import type { SampledDraws } from "../chains/sampled-draws.ts"
import { VERSION } from "../core/version.ts"
import { drawsFormats, type WritableDrawsFormat } from "../draws/write-draws.ts"
import { explainPlan } from "../samplers/explain.ts"
import { parameterToJson, samplingToJson } from "./fit-json.ts"
import type { Io } from "./io.ts"
import { toJson } from "./output.ts"
import { conditionalsToJson, modelToJson, planToJson } from "./plan-json.ts"
import { writeFolder } from "./write-output.ts"

export interface RunOrigin {
  /** What was typed. */
  readonly command: string
  readonly data: string
  /** Options that shape the model: contrasts, factor, numeric, na, subset, prior, method, weights, se. */
  readonly options: Readonly<Record<string, unknown>>
}

/**
 * Writes the draws, `summary.csv`, `plan.json` and `run.json` of a formula's model; as `writeRun`.
 * @throws DataError when the folder cannot be written
 */
export function saveRun(
  folder: string,
  posterior: Posterior,
  warnings: readonly string[],
  origin: RunOrigin,
  io: Io,
  format?: WritableDrawsFormat,
): Promise<readonly string[]> {
  const { model, plan } = posterior
  const facts = {
    ...origin,
    dataHash: posterior.dataHash(),
    model: modelToJson(model, plan),
    priors: model.priors,
  }
  return writeRun(folder, posterior, warnings, { plan: planDocument(posterior), facts }, io, format)
}

/**
 * Writes a run into a folder: draws, summary, plan, and the manifest `run.json`.
 * @param documents `plan.json`, and what the manifest says of the model and where it comes from
 * @param format of the draws: `draws.csv` by default
 * @returns the names of the files
 * @throws DataError when the folder cannot be written
 */
export async function writeRun(
  folder: string,
  posterior: SampledDraws,
  warnings: readonly string[],
  documents: { readonly plan: object; readonly facts: object },
  io: Io,
  format: WritableDrawsFormat = "csv",
): Promise<readonly string[]> {
  const { extensions, encode } = drawsFormats[format]
  const drawsFile = `draws.${extensions[0]}`
  const files = [drawsFile, "summary.csv", "plan.json", "run.json"]
  const manifest = {
    gibbsite: VERSION,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    finished: new Date().toISOString(),
    ...documents.facts,
    // A cancelled run has fewer draws than it was asked for.
    sampling: { ...samplingToJson(posterior), drawsMade: [...posterior.container.lengths] },
    converged: posterior.verdict().converged,
    warnings,
    files,
  }
  await writeFolder(
    "--out",
    folder,
    {
      [drawsFile]: await encode(posterior.container),
      "summary.csv": summaryCsv(posterior),
      "plan.json": toJson(documents.plan),
      "run.json": toJson(manifest),
    },
    io,
  )
  return files
}

/** One line a scalar, with the names of the JSON; `NA` where a figure does not exist. */
function summaryCsv(posterior: SampledDraws): string {
  const rows = posterior.summary().map((summary) => {
    const { reason: _, ...figures } = parameterToJson(summary)
    return Object.fromEntries(
      Object.entries(figures).map(([key, value]) => [key, Number.isNaN(value) ? "NA" : value]),
    )
  })
  return `${Papa.unparse(rows, { newline: "\n" })}\n`
}

function planDocument({ plan, model }: Posterior) {
  const { method, chosenBy, reason, model: graph, rewrites, sizes } = explainPlan(plan)
  return {
    formula: model.formula,
    method,
    chosenBy,
    reason,
    graph,
    sizes,
    priors: model.priors,
    plan: planToJson(plan),
    conditionals: conditionalsToJson(plan),
    rewrites,
  }
}
