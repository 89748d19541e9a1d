import type { ParameterSummary } from "../diagnostics/summarise.ts"
import { decimalsKnown, formatFigure } from "./format-figures.ts"
import type { TableColumn } from "./output.ts"

const right = { align: "right" } as const

/** A figure with the decimals that its Monte Carlo error leaves. */
const figure =
  (of: (scalar: ParameterSummary) => number) =>
  (scalar: ParameterSummary): string =>
    formatFigure(of(scalar), decimalsKnown(scalar.sd, scalar.mcseMean))

/** The columns that every table of scalars begins with; on a narrow terminal quantiles go first. */
export const SUMMARY_COLUMNS: readonly TableColumn<ParameterSummary>[] = [
  { title: "", align: "left", cell: ({ name }) => name },
  { ...right, title: "mean", cell: figure((s) => s.mean) },
  { ...right, title: "sd", cell: figure((s) => s.sd) },
  { ...right, title: "5%", cell: figure((s) => s.q5), dropFirst: 1 },
  { ...right, title: "50%", cell: figure((s) => s.q50), dropFirst: 2 },
  { ...right, title: "95%", cell: figure((s) => s.q95), dropFirst: 1 },
  { ...right, title: "R-hat", cell: ({ rhat }) => formatFigure(rhat, 3) },
  { ...right, title: "ESS", cell: ({ essBulk }) => formatFigure(essBulk, 0) },
]
