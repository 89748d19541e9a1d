import path from "node:path"
import type { GraphPosterior } from "../chains/graph-posterior.ts"
import { sample } from "../chains/sample.ts"
import type { WritableDrawsFormat } from "../draws/write-draws.ts"
import { report } from "../report/report.ts"
import type { GraphModel } from "../samplers/graph-model.ts"
import { type AfterFit, afterFitText } from "./after-fit.ts"
import { afterRun, checkAfterRun } from "./after-run.ts"
import type { Context } from "./command.ts"
import { plural } from "./format-figures.ts"
import { saveGraphRun } from "./graph-files.ts"
import { graphToJson } from "./graph-json.ts"
import { type GraphFlags, loadGraph, nameFile } from "./load-graph.ts"
import type { AfterRunFlags, DisplayFlags, SamplingFlags } from "./options.ts"
import { toJson } from "./output.ts"
import { type TextPlotFlags, textPlotsOf } from "./plot-text.ts"
import { quoteCommand } from "./quote-command.ts"
import { checkLength, runSampling, statusOf } from "./run-sampling.ts"
import { describeSampling, headLine, madeDraws, summaryTable, verdictText } from "./summary-table.ts"
import { checkFile, checkFolder } from "./write-output.ts"

export interface RunFlags extends GraphFlags, SamplingFlags, DisplayFlags, AfterRunFlags, TextPlotFlags {
  readonly out?: string
  readonly format?: WritableDrawsFormat
  readonly report?: string
  readonly json?: boolean
}

/**
 * `gibbsite run`: samples a model in the BUGS language.
 * @throws GibbsError for anything the user can put right
 */
export async function runModel(file: string, flags: RunFlags, context: Context): Promise<number> {
  const { io } = context
  checkLength(flags)
  if (flags.out !== undefined) checkFolder("--out", flags.out)
  if (flags.report !== undefined) checkFile("--report", flags.report)
  const { model, plan, notes } = await loadGraph(file, flags)
  checkAfterRun(model, flags)
  const { chains, draws, warmup, thin, seed, workers, monitor } = flags
  const options = { chains, draws, warmup, thin, seed, workers, monitor, ...plan }
  const posterior = await runSampling(
    (controls) => sample(model, { ...withoutUndefined(options), ...controls }),
    flags,
    io,
  ).catch((cause: unknown) => {
    throw nameFile(file, cause)
  })
  const after = madeDraws(posterior) ? afterRun(posterior, flags) : {}
  const warnings = [
    ...posterior.verdict().warnings,
    ...model.messages,
    ...notes,
    ...(after.loo?.warnings ?? []),
  ]
  const result = { file, posterior, after, warnings }
  await writeFiles(result, flags, context)
  io.stdout.write(
    flags.json === true
      ? toJson(graphToJson(file, posterior, warnings, after))
      : runText(result, io) + (madeDraws(posterior) ? textPlotsOf(posterior, flags, io) : ""),
  )
  return statusOf(posterior)
}

interface Result {
  readonly file: string
  readonly posterior: GraphPosterior
  readonly after: AfterFit
  readonly warnings: readonly string[]
}

async function writeFiles(result: Result, flags: RunFlags, { io, argv }: Context): Promise<void> {
  const { file, posterior, after, warnings } = result
  const command = quoteCommand(argv)
  const note = (text: string) => (flags.quiet === true ? undefined : io.stderr.write(`${text}\n`))
  if (flags.out !== undefined) {
    const { data, inits, method, sampler } = flags
    const origin = { command, model: file, data, inits, method, sampler }
    const files = await saveGraphRun(flags.out, posterior, warnings, origin, io, flags.format)
    note(`wrote ${files.slice(0, -1).join(", ")} and ${files.at(-1)} to ${flags.out}`)
  }
  if (flags.report === undefined) return
  if (!madeDraws(posterior)) {
    note("wrote no report: there are no draws")
    return
  }
  await report(posterior, {
    file: flags.report,
    command,
    modelName: path.basename(file),
    dataName: (flags.data ?? []).map((one) => path.basename(one)).join(", ") || "no data",
    ...(after.loo === undefined ? {} : { loo: after.loo }),
  })
  note(`wrote ${flags.report}`)
}

/** `18 observed, 5 drawn`. */
export function describeModel({ graph }: GraphModel): string {
  const count = (observed: boolean) =>
    graph.relations.reduce(
      (total, r) => (r.kind === "stochastic" && r.observed === observed ? total + r.size * r.width : total),
      0,
    )
  return `${plural(count(true), "value")} observed, ${plural(count(false), "element")} drawn`
}

function runText({ file, posterior, after, warnings }: Result, io: Context["io"]): string {
  const head = [
    headLine("Model", `${file}: ${describeModel(posterior.model)}`, io),
    headLine("Sampling", describeSampling(posterior), io),
  ].join("")
  const table = madeDraws(posterior) ? [summaryTable(posterior, null, true, io)] : []
  return [head, ...table, ...afterFitText(after, io), verdictText(posterior, warnings, io)].join("\n")
}

const withoutUndefined = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
