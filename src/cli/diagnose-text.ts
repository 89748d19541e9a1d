/** The result of `gibbsite diagnose` for people: a table, why figures are missing, and the verdict. */
import type { RStar } from "../diagnostics/rstar.ts"
import { ESS_PER_CHAIN, RHAT_LIMIT, type Verdict } from "../diagnostics/verdict.ts"
import type { Draws } from "../draws/draws.ts"
import { type Diagnosed, FURTHER } from "./diagnose-scalars.ts"
import { formatFigure, plural } from "./format-figures.ts"
import type { Io } from "./io.ts"
import { formatTable, type TableColumn } from "./output.ts"
import { paintFor, widthOf, wrapText } from "./style-text.ts"
import { SUMMARY_COLUMNS } from "./summary-columns.ts"
import { headLine } from "./summary-table.ts"

export interface Diagnosis {
  readonly diagnosed: readonly Diagnosed[]
  /** R* of all scalars, with `--all`. */
  readonly together: RStar | null
  readonly verdict: Verdict
  readonly warnings: readonly string[]
}

/** Everything that is printed on standard output. */
export function diagnoseText(
  files: readonly string[],
  draws: Draws,
  { diagnosed, together, verdict, warnings }: Diagnosis,
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
  const table = formatTable(COLUMNS, diagnosed, io) + furtherText(diagnosed, io) + rstarText(together, io)
  return `${head}\n${table}${reasonsText(diagnosed, io)}\n${verdictText(verdict, warnings, draws.chains, io)}`
}

const right = { align: "right" } as const
const COLUMNS: readonly TableColumn<Diagnosed>[] = [
  ...SUMMARY_COLUMNS,
  { ...right, title: "tail ESS", cell: ({ essTail }) => formatFigure(essTail, 0) },
  { ...right, title: "draws per ESS", cell: ({ iact }) => formatFigure(iact, 1), dropFirst: 3 },
  { ...right, title: "Geweke z", cell: ({ gewekeZ }) => formatFigure(gewekeZ, 1), dropFirst: 4 },
]

/** The figures of `--all` in a table of their own, with what the headings mean. */
function furtherText(diagnosed: readonly Diagnosed[], io: Io): string {
  const names = Object.keys(diagnosed[0]?.further ?? {})
  if (names.length === 0) return ""
  const shown = FURTHER.filter(({ jsonName }) => names.includes(jsonName))
  const decimals = (name: string): number => (name.startsWith("ess") ? 0 : 3)
  const table = formatTable<Diagnosed>(
    [
      { title: "", align: "left", cell: ({ name }) => name },
      ...shown.map(({ jsonName }) => ({
        ...right,
        title: jsonName,
        cell: ({ further }: Diagnosed) => formatFigure(further[jsonName], decimals(jsonName)),
      })),
    ],
    diagnosed,
    io,
  )
  const paint = paintFor(io.stdout, io.env)
  const legend = shown.map(({ jsonName, label, citation }) =>
    paint("dim", wrapText(`${jsonName}: ${label}. ${citation}`, widthOf(io.stdout), "  ")),
  )
  return `\n${table}${legend.join("\n")}\n`
}

/** One sentence on R*. */
function rstarText(together: RStar | null, io: Io): string {
  if (together === null) return ""
  const { value, sdIfAlike, reason } = together
  const text =
    reason ??
    `${value.toFixed(2)}, and ${Math.abs(value - 1) <= 2 * sdIfAlike ? "" : "not "}within 1 ± ${(2 * sdIfAlike).toFixed(2)} as of chains that cannot be told apart by all their parameters together. Lambert & Vehtari (2022), Bayesian Analysis 17(2), 353–379`
  return `\n${wrapText(`R*: ${text}`, widthOf(io.stdout), "  ")}\n`
}

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
