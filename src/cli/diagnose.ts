/** `gibbsite diagnose`: what the draws of any program say of themselves. */

import { essMean } from "../diagnostics/ess-mean.ts"
import { essSd } from "../diagnostics/ess-sd.ts"
import { largestGewekeZ } from "../diagnostics/geweke.ts"
import { diagnosisReason } from "../diagnostics/reason.ts"
import { type ParameterSummary, type ScalarChains, summarise } from "../diagnostics/summarise.ts"
import { ESS_PER_CHAIN, judge, RHAT_LIMIT, type Verdict } from "../diagnostics/verdict.ts"
import { allValues, chainsOf, chainValues, type Draws } from "../draws/draws.ts"
import { readDraws } from "../draws/read-draws.ts"
import type { Context } from "./command.ts"
import { parameterToJson } from "./fit-json.ts"
import { decimalsKnown, formatFigure, plural } from "./format-figures.ts"
import { EXIT, type Io } from "./io.ts"
import { formatTable, type TableColumn, toJson } from "./output.ts"
import { paintFor, widthOf, wrapText } from "./style-text.ts"
import { headLine } from "./summary-table.ts"

export interface DiagnoseFlags {
  readonly json?: boolean
  readonly cut?: boolean
}

/** All that is said of one scalar: the summary, and the figures of this command alone. */
interface Diagnosed extends ParameterSummary {
  readonly essMean: number
  readonly essSd: number
  readonly iact: number
  readonly gewekeZ: number
}

/**
 * Reads files of draws, diagnoses every scalar, prints.
 *
 * @returns 0, or 2 where the chains have not converged
 * @throws DataError when the files cannot be read or do not fit one another
 */
export async function runDiagnose(
  files: readonly string[],
  flags: DiagnoseFlags,
  { io }: Context,
): Promise<number> {
  const draws = await readDraws(files)
  const scalars = draws.names.map((name) => ({ name, chains: chainsFor(draws, name, flags.cut === true) }))
  const diagnosed = diagnose(scalars)
  const constants = constantsOf(scalars)
  const lengths = [...new Set(scalars[0]!.chains.map((chain) => chain.length))]
  const verdict = judge(diagnosed, {
    chains: draws.chains,
    constants: new Set([...constants, ...draws.names.filter(isOfSampler)]),
    ...(lengths.length === 1 ? { draws: lengths[0]! } : {}),
  })
  const warnings = [...verdict.warnings, ...notes(draws, constants, lengths)]
  io.stdout.write(
    flags.json === true
      ? toJson({
          sampling: { files, chains: draws.chains, draws: Math.min(...lengths) },
          converged: verdict.converged,
          parameters: diagnosed.map(diagnosedToJson),
          warnings,
        })
      : diagnoseText(files, draws, diagnosed, verdict, warnings, io),
  )
  return verdict.converged ? EXIT.fine : EXIT.notConverged
}

/** Chains as they are, so that a difference in length is told of, or cut to the shortest on demand. */
function chainsFor(draws: Draws, name: string, cut: boolean): readonly Float64Array[] {
  if (cut) return chainsOf(draws, name)
  return Array.from({ length: draws.chains }, (_, chain) => chainValues(draws, name, chain))
}

function diagnose(scalars: readonly ScalarChains[]): Diagnosed[] {
  return summarise(scalars).map((summary, i) => {
    const { chains } = scalars[i]!
    const ess = essMean(chains)
    const size = chains.reduce((sum, chain) => sum + chain.length, 0)
    const figures = { essMean: ess, essSd: essSd(chains), iact: size / ess, gewekeZ: largestGewekeZ(chains) }
    return { ...summary, ...figures, reason: summary.reason ?? reasonOf(figures, chains) }
  })
}

function reasonOf(figures: Readonly<Record<string, number>>, chains: readonly Float64Array[]): string | null {
  const missing = Object.entries(figures).find(([, value]) => !Number.isFinite(value))
  if (missing === undefined) return null
  return diagnosisReason(chains) ?? `${missing[0]} is ${missing[1]}`
}

/** Columns that Stan's samplers add; the log density, `lp__`, is judged as a parameter is. */
const isOfSampler = (name: string): boolean => name.endsWith("__") && name !== "lp__"

/**
 * Scalars that are the same number in all draws of all chains while others move: a fixed element (a correlation of 1), not a
 * chain that is stuck. One chain alone cannot tell.
 */
function constantsOf(scalars: readonly ScalarChains[]): string[] {
  const parameters = scalars.filter(({ name }) => !isOfSampler(name))
  const fixed = parameters.filter(({ chains }) => {
    const value = chains[0]?.[0]
    return chains.length > 1 && chains.every((chain) => chain.every((draw) => draw === value))
  })
  return fixed.length < parameters.length ? fixed.map(({ name }) => name) : []
}

/** What a reader should know that is no matter of convergence. */
function notes(draws: Draws, constants: readonly string[], lengths: readonly number[]): string[] {
  const found: string[] = []
  if (lengths.length > 1) {
    found.push(
      `The chains differ in length (${draws.lengths.join(", ")} draws), so R-hat and effective sample sizes do not exist: run again with --cut to judge the first ${Math.min(...draws.lengths)} draws of each.`,
    )
  }
  if (constants.length > 0) {
    const listed = constants.slice(0, 3).join(", ") + (constants.length > 3 ? ", …" : "")
    const subject = constants.length === 1 ? "1 scalar is" : `${constants.length} scalars are`
    found.push(`${subject} constant (${listed}) and left out of the verdict.`)
  }
  if (draws.chains === 1) {
    found.push(
      "There is one chain, its halves compared with each other: chains from different starts tell more.",
    )
  }
  const divergences = draws.positions.has("divergent__")
    ? allValues(draws, "divergent__")
    : new Float64Array(0)
  const divergent = divergences.reduce((sum, value) => sum + (value > 0 ? 1 : 0), 0)
  if (divergent > 0) {
    found.push(
      `${divergent} of ${divergences.length} transitions diverged: the sampler did not see all of the posterior. Raise adapt_delta, or write the model in another parameterisation.`,
    )
  }
  return found
}

function diagnosedToJson(scalar: Diagnosed) {
  const { reason: _, ...shared } = parameterToJson(scalar)
  const figures = {
    ...shared,
    mcse_sd: scalar.mcseSd,
    mcse_q5: scalar.mcseQ5,
    mcse_q50: scalar.mcseQ50,
    mcse_q95: scalar.mcseQ95,
    ess_mean: scalar.essMean,
    ess_sd: scalar.essSd,
    iact: scalar.iact,
    geweke_z: scalar.gewekeZ,
  }
  const incomplete = Object.values(figures).some(
    (value) => typeof value === "number" && !Number.isFinite(value),
  )
  return incomplete ? { ...figures, reason: scalar.reason ?? "a figure overflows" } : figures
}

function diagnoseText(
  files: readonly string[],
  draws: Draws,
  diagnosed: readonly Diagnosed[],
  verdict: Verdict,
  warnings: readonly string[],
  io: Io,
): string {
  const lengths = [...new Set(draws.lengths)]
  const size =
    lengths.length === 1 ? `each ${plural(lengths[0]!, "draw")}` : `${draws.lengths.join(", ")} draws`
  const source = files.length > 3 ? `${plural(files.length, "file")}, ${files[0]} …` : files.join(", ")
  const head = headLine(
    "Draws",
    `${source}: ${plural(draws.chains, "chain")}, ${size}, ${plural(draws.names.length, "scalar")}`,
    io,
  )
  const table = formatTable(COLUMNS, diagnosed, io)
  return `${head}\n${table}${reasonsText(diagnosed, io)}\n${verdictText(verdict, warnings, draws.chains, io)}`
}

const right = { align: "right" } as const
const figure =
  (of: (scalar: Diagnosed) => number) =>
  (scalar: Diagnosed): string =>
    formatFigure(of(scalar), decimalsKnown(scalar.sd, scalar.mcseMean))

const COLUMNS: readonly TableColumn<Diagnosed>[] = [
  { title: "", align: "left", cell: ({ name }) => name },
  { ...right, title: "mean", cell: figure((s) => s.mean) },
  { ...right, title: "sd", cell: figure((s) => s.sd) },
  { ...right, title: "5%", cell: figure((s) => s.q5), dropFirst: 1 },
  { ...right, title: "50%", cell: figure((s) => s.q50), dropFirst: 2 },
  { ...right, title: "95%", cell: figure((s) => s.q95), dropFirst: 1 },
  { ...right, title: "R-hat", cell: ({ rhat }) => formatFigure(rhat, 3) },
  { ...right, title: "ESS", cell: ({ essBulk }) => formatFigure(essBulk, 0) },
  { ...right, title: "tail ESS", cell: ({ essTail }) => formatFigure(essTail, 0) },
  { ...right, title: "draws per ESS", cell: ({ iact }) => formatFigure(iact, 1), dropFirst: 3 },
  { ...right, title: "Geweke z", cell: ({ gewekeZ }) => formatFigure(gewekeZ, 1), dropFirst: 4 },
]

/** Why figures are missing, scalars with one reason together. */
function reasonsText(diagnosed: readonly Diagnosed[], io: Io): string {
  const byReason = new Map<string, string[]>()
  for (const { name, reason } of diagnosed) {
    if (reason !== null) byReason.set(reason, [...(byReason.get(reason) ?? []), name])
  }
  const lines = [...byReason].map(([reason, names]) => {
    const listed =
      names.length > 3 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} more` : names.join(", ")
    return `${paintFor(io.stdout, io.env)("dim", wrapText(`${listed}: ${reason}`, widthOf(io.stdout), "  "))}\n`
  })
  return lines.join("")
}

function verdictText(
  { converged, worst: { rhat, essBulk, essTail } }: Verdict,
  warnings: readonly string[],
  chains: number,
  io: Io,
): string {
  const paint = paintFor(io.stdout, io.env)
  const smallest = Math.min(essBulk?.value ?? Infinity, essTail?.value ?? Infinity)
  const figures = [
    ...(rhat === null ? [] : [`largest R-hat ${rhat.value.toFixed(3)} (at most ${RHAT_LIMIT})`]),
    ...(smallest === Infinity
      ? []
      : [`smallest ESS ${smallest.toFixed(0)} (at least ${ESS_PER_CHAIN * chains})`]),
  ]
  const head = converged
    ? `${paint("green", "Converged")}: ${figures.join(", ")}.`
    : paint("red", "Not converged.")
  const lines = warnings.map((warning) => wrapText(`- ${warning}`, widthOf(io.stdout), "  "))
  return `${[head, ...lines].join("\n")}\n`
}
