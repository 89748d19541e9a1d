import type { Posterior } from "../chains/posterior.ts"
import { sample } from "../chains/sample.ts"
import type { WritableDrawsFormat } from "../draws/write-draws.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { report } from "../report/report.ts"
import { type AfterFit, afterFit, afterFitText, prepareAfterFit } from "./after-fit.ts"
import type { Context } from "./command.ts"
import { fitToJson } from "./fit-json.ts"
import { fitBeside } from "./fit-reml.ts"
import { describeData, loadModel } from "./load-model.ts"
import type { AfterFitFlags, DataFlags, DisplayFlags, PriorFlags, SamplingFlags } from "./options.ts"
import { toJson } from "./output.ts"
import { type TextPlotFlags, textPlotsOf } from "./plot-text.ts"
import { quoteCommand } from "./quote-command.ts"
import { checkLength, runSampling, statusOf } from "./run-sampling.ts"
import { saveRun } from "./save-run.ts"
import {
  describeSampling,
  headLine,
  madeDraws,
  priorsTable,
  summaryTable,
  verdictText,
  wantsEffects,
} from "./summary-table.ts"
import { checkFile, checkFolder } from "./write-output.ts"

export interface FitFlags
  extends DataFlags,
    PriorFlags,
    SamplingFlags,
    DisplayFlags,
    TextPlotFlags,
    AfterFitFlags {
  readonly out?: string
  readonly format?: WritableDrawsFormat
  readonly report?: string
  readonly json?: boolean
}

/**
 * `gibbsite fit`: samples, compares with REML, writes what was asked for, prints.
 * @throws GibbsError for anything the user can put right
 */
export async function runFit(
  formula: string,
  source: string,
  flags: FitFlags,
  context: Context,
): Promise<number> {
  const { io } = context
  checkLength(flags)
  if (flags.out !== undefined) checkFolder("--out", flags.out)
  if (flags.report !== undefined) checkFile("--report", flags.report)
  const { table, model, method } = await loadModel(formula, source, flags)
  const beside = fitBeside(formula, table, flags)
  const { chains, draws, warmup, thin, seed, workers, monitor, effects } = flags
  const prepared = await prepareAfterFit(model, flags)
  const options = { chains, draws, warmup, thin, seed, workers, monitor, effects, method }
  const posterior = await runSampling((controls) => sample(model, { ...options, ...controls }), flags, io)
  const after = madeDraws(posterior) ? afterFit(posterior, prepared) : {}
  const result: Result = {
    posterior,
    source,
    fit: beside.fit,
    after,
    warnings: [
      ...posterior.verdict().warnings,
      ...model.messages,
      ...beside.warnings,
      ...(after.loo?.warnings ?? []),
    ],
  }
  await writeFiles(result, flags, context)
  io.stdout.write(
    flags.json === true
      ? toJson(fitToJson(posterior, result.fit, result.warnings, result.after))
      : fitText(result, wantsEffects(monitor), io) +
          (madeDraws(posterior) ? textPlotsOf(posterior, flags, io) : ""),
  )
  return statusOf(posterior)
}

interface Result {
  readonly posterior: Posterior
  readonly source: string
  readonly fit: LmmFit | null
  readonly after: AfterFit
  readonly warnings: readonly string[]
}

async function writeFiles(result: Result, flags: FitFlags, { io, argv }: Context): Promise<void> {
  const { posterior, source, fit, after, warnings } = result
  const command = quoteCommand(argv)
  const note = (text: string) => (flags.quiet === true ? undefined : io.stderr.write(`${text}\n`))
  if (flags.out !== undefined) {
    const { prior, method, weights, se, factor, numeric, contrasts, na, subset, monitor } = flags
    const options = { prior, method, weights, se, factor, numeric, contrasts, na, subset, monitor }
    const origin = { command, data: source, options }
    const files = await saveRun(flags.out, posterior, warnings, origin, io, flags.format)
    note(`wrote ${files.slice(0, -1).join(", ")} and ${files.at(-1)} to ${flags.out}`)
  }
  if (flags.report === undefined) return
  if (!madeDraws(posterior)) {
    note(`wrote no report: there are no draws`)
    return
  }
  await report(posterior, {
    file: flags.report,
    command,
    dataName: source,
    ...(fit === null ? {} : { reml: fit }),
    ...(after.loo === undefined ? {} : { loo: after.loo }),
  })
  note(`wrote ${flags.report}`)
}

function fitText(
  { posterior, source, fit, after, warnings }: Result,
  withEffects: boolean,
  io: Context["io"],
): string {
  const { model } = posterior
  const head = [
    headLine("Model", model.formula, io),
    headLine("Data", `${source}: ${describeData(model)}`, io),
    headLine("Sampling", describeSampling(posterior), io),
  ].join("")
  const table = madeDraws(posterior) ? [summaryTable(posterior, fit, withEffects, io)] : []
  return [
    head,
    priorsTable(posterior, io),
    ...table,
    ...afterFitText(after, io),
    verdictText(posterior, warnings, io),
  ].join("\n")
}
