import type { GraphPosterior } from "../chains/graph-posterior.ts"
import { sample } from "../chains/sample.ts"
import type { GraphModel } from "../samplers/graph-model.ts"
import type { Context } from "./command.ts"
import { plural } from "./format-figures.ts"
import { saveGraphRun } from "./graph-files.ts"
import { graphToJson } from "./graph-json.ts"
import { type GraphFlags, loadGraph } from "./load-graph.ts"
import type { DisplayFlags, SamplingFlags } from "./options.ts"
import { toJson } from "./output.ts"
import { quoteCommand } from "./quote-command.ts"
import { checkLength, runSampling, statusOf } from "./run-sampling.ts"
import { describeSampling, headLine, madeDraws, summaryTable, verdictText } from "./summary-table.ts"
import { checkFolder } from "./write-output.ts"

export interface RunFlags extends GraphFlags, SamplingFlags, DisplayFlags {
  readonly out?: string
  readonly json?: boolean
}

/**
 * `gibbsite run`: samples a model in the BUGS language.
 * @throws GibbsError for anything the user can put right
 */
export async function runModel(file: string, flags: RunFlags, { io, argv }: Context): Promise<number> {
  checkLength(flags)
  if (flags.out !== undefined) checkFolder("--out", flags.out)
  const { model, samplers, notes } = await loadGraph(file, flags)
  const { chains, draws, warmup, thin, seed, workers, monitor } = flags
  const options = { chains, draws, warmup, thin, seed, workers, monitor, samplers }
  const posterior = await runSampling(
    (controls) => sample(model, { ...withoutUndefined(options), ...controls }),
    flags,
    io,
  )
  const warnings = [...posterior.verdict().warnings, ...model.messages, ...notes]
  if (flags.out !== undefined) {
    const { data, inits, sampler } = flags
    const origin = { command: quoteCommand(argv), model: file, data, inits, sampler }
    const names = await saveGraphRun(flags.out, posterior, warnings, origin, io)
    if (flags.quiet !== true) io.stderr.write(`wrote ${names.join(", ")} to ${flags.out}\n`)
  }
  io.stdout.write(
    flags.json === true
      ? toJson(graphToJson(file, posterior, warnings))
      : runText(file, posterior, warnings, io),
  )
  return statusOf(posterior)
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

function runText(
  file: string,
  posterior: GraphPosterior,
  warnings: readonly string[],
  io: Context["io"],
): string {
  const head = [
    headLine("Model", `${file}: ${describeModel(posterior.model)}`, io),
    headLine("Sampling", describeSampling(posterior), io),
  ].join("")
  const table = madeDraws(posterior) ? [summaryTable(posterior, null, true, io)] : []
  return [head, ...table, verdictText(posterior, warnings, io)].join("\n")
}

const withoutUndefined = <T extends object>(options: T): T =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T
