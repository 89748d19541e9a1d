/** The result of a run for people: parameters beside REML, then the verdict in words. */
import type { Posterior } from "../chains/posterior.ts"
import type { SampledDraws } from "../chains/sampled-draws.ts"
import type { ParameterSummary } from "../diagnostics/summarise.ts"
import { ESS_PER_CHAIN, RHAT_LIMIT } from "../diagnostics/verdict.ts"
import { remlEstimates } from "../frequentist/estimates-by-name.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { decimalsKnown, formatFigure, formatSeconds, formatSignificant, plural } from "./format-figures.ts"
import type { Io } from "./io.ts"
import { formatTable, heading, type TableColumn } from "./output.ts"
import { paintFor, widthOf, wrapText } from "./style-text.ts"
import { SUMMARY_COLUMNS } from "./summary-columns.ts"

/** Whether single random effects are rows of the table: only when they were asked for. */
export function wantsEffects(monitor: readonly string[] | undefined): boolean {
  return monitor?.some((entry) => entry === "u" || entry.startsWith("u[")) === true
}

/** The parameters of a posterior with their diagnostics, and the REML estimates in the last column. */
export function summaryTable(
  posterior: SampledDraws,
  fit: LmmFit | null,
  withEffects: boolean,
  io: Io,
): string {
  const summaries = posterior.summary().filter(({ name }) => withEffects || !name.startsWith("u["))
  const folded = posterior.names.length - summaries.length
  const paint = paintFor(io.stdout, io.env)
  const note =
    folded === 0 ? "" : paint("dim", `and ${plural(folded, "random effect")}; --monitor b,sd,u shows them\n`)
  return formatTable(summaryColumns(fit), summaries, io) + note
}

function summaryColumns(fit: LmmFit | null): TableColumn<ParameterSummary>[] {
  const right = { align: "right" } as const
  const columns: TableColumn<ParameterSummary>[] = [
    ...SUMMARY_COLUMNS,
    { ...right, title: "tail ESS", cell: ({ essTail }) => formatFigure(essTail, 0), dropFirst: 3 },
  ]
  if (fit === null) return columns
  const estimates = remlEstimates(fit)
  const cell = ({ name, sd, mcseMean }: ParameterSummary) => {
    const estimate = estimates.get(name)
    // A random effect has a BLUP, not an estimate: it stands in the table of shrinkage.
    if (name.startsWith("u[")) return ""
    return formatFigure(estimate?.value, decimalsToShow(estimate?.value, decimalsKnown(sd, mcseMean)))
  }
  return [...columns, { ...right, title: fit.method, cell }]
}

/** The decimals of its row, and up to two more where an estimate near zero would show one digit or none. */
function decimalsToShow(estimate: number | undefined, decimals: number | null): number | null {
  if (decimals === null || estimate === undefined || estimate === 0) return decimals
  const wanted = 1 - Math.floor(Math.log10(Math.abs(estimate)))
  return Math.max(decimals, Math.min(decimals + 2, wanted))
}

/** The verdict: converged with the figures that say so, or what is wrong and what to do. */
export function verdictText(posterior: SampledDraws, warnings: readonly string[], io: Io): string {
  const { converged, worst } = posterior.verdict()
  const { chains, cancelled } = posterior.sampling
  const paint = paintFor(io.stdout, io.env)
  const lines: string[] = []
  if (cancelled) lines.push(paint("yellow", cancelledText(posterior)))
  if (converged) {
    const { rhat, essBulk, essTail } = worst
    const figures = [
      rhat === null ? null : `largest R-hat ${rhat.value.toFixed(3)} (at most ${RHAT_LIMIT})`,
      essBulk === null || essTail === null
        ? null
        : `smallest ESS ${Math.min(essBulk.value, essTail.value).toFixed(0)} (at least ${ESS_PER_CHAIN * chains})`,
    ].filter((figure) => figure !== null)
    lines.push(`${paint("green", "Converged")}${figures.length === 0 ? "." : `: ${figures.join(", ")}.`}`)
  } else if (!cancelled || madeDraws(posterior)) lines.push(paint("red", "Not converged."))
  const width = widthOf(io.stdout)
  for (const warning of warnings) lines.push(wrapText(`- ${warning}`, width, "  "))
  return `${lines.join("\n")}\n`
}

/** Whether every chain has at least one draw. */
export const madeDraws = ({ container }: SampledDraws): boolean =>
  container.lengths.every((length) => length > 0)

function cancelledText({ container, sampling }: SampledDraws): string {
  const { lengths } = container
  const shortest = Math.min(...lengths)
  if (shortest === 0) return "Cancelled during warm-up: there are no draws."
  return `Cancelled after ${shortest} of ${sampling.draws} draws a chain, which are kept.`
}

/** The lines at the head of a result, a bold label each. */
export function headLine(label: string, text: string, io: Io): string {
  const labelWidth = 10
  const wrapped = wrapText(text, widthOf(io.stdout) - labelWidth).replaceAll(
    "\n",
    `\n${" ".repeat(labelWidth)}`,
  )
  return `${paintFor(io.stdout, io.env)("bold", label.padEnd(labelWidth))}${wrapped}\n`
}

/** `gibbs, 4 chains, each 1000 draws after 1000 sweeps of warm-up, seed "gibbsite", 0.10 s`. */
export function describeSampling({ sampling }: SampledDraws): string {
  const { method, chains, draws, warmup, thin, seed, seconds } = sampling
  return [
    method,
    plural(chains, "chain"),
    `each ${plural(draws, "draw")}${thin === 1 ? "" : ` (one in ${thin} sweeps)`} after ${plural(warmup, "sweep")} of warm-up`,
    `seed "${seed}"`,
    formatSeconds(seconds),
  ].join(", ")
}

/** The priors in force, and who chose them. */
export function priorsTable(posterior: Pick<Posterior, "model">, io: Io): string {
  type Prior = (typeof posterior.model.priors)[number]
  const columns: TableColumn<Prior>[] = [
    { title: "", align: "left", cell: ({ target }) => `  ${target}` },
    { title: "", align: "left", cell: ({ prior }) => prior },
    { title: "", align: "left", cell: ({ chosenBy }) => (chosenBy === "user" ? "stated" : "default") },
  ]
  return heading("Priors", io) + formatTable(columns, posterior.model.priors, io)
}

/** A share as per cent. */
export const formatShare = (share: number | null): string =>
  share === null ? "-" : `${formatSignificant(100 * share, 2)}%`
