/** Marginal means of a fit and their differences, for people. */
import type { FittedContrast, FittedMean, FittedMeans } from "../checks/fitted-means.ts"
import type { ContrastEstimate } from "../frequentist/contrast-estimates.ts"
import { formatFigure, formatP, formatSignificant } from "./format-figures.ts"
import type { Io } from "./io.ts"
import { formatTable, heading, type TableColumn } from "./output.ts"
import { type AnalysisFlags, DDF_TITLES } from "./reml-options.ts"

const right = { align: "right" } as const

/** @param percent of the intervals, as it is printed */
export function meansText(
  { means, contrasts }: FittedMeans,
  flags: AnalysisFlags,
  percent: string,
  io: Io,
): string {
  const figures = <Row extends Omit<ContrastEstimate, "t" | "p">>(): readonly TableColumn<Row>[] => [
    { ...right, title: "Estimate", cell: ({ estimate }) => formatSignificant(estimate, 5) },
    { ...right, title: "Std. Error", cell: ({ se }) => formatSignificant(se, 5) },
    { ...right, title: "df", cell: ({ df }) => formatFigure(df, 2) },
    { ...right, title: `${percent} lower`, cell: ({ lower }) => formatBound(lower) },
    { ...right, title: "upper", cell: ({ upper }) => formatBound(upper) },
  ]
  const method = DDF_TITLES[flags.ddf ?? "satterthwaite"]
  const meanColumns: readonly TableColumn<FittedMean>[] = [
    { title: "", align: "left", cell: ({ levels }) => Object.values(levels).join(" ") },
    ...figures<FittedMean>(),
  ]
  const contrastColumns: readonly TableColumn<FittedContrast>[] = [
    { title: "", align: "left", cell: ({ contrast }) => contrast },
    ...figures<FittedContrast>(),
    { ...right, title: "t value", cell: ({ t }) => formatFigure(t, 2) },
    { ...right, title: "Pr(>|t|)", cell: ({ p }) => formatP(p) },
  ]
  const title = `Marginal means of ${flags.means}, ${method} degrees of freedom`
  const first = heading(title, io) + formatTable(meanColumns, means, io)
  if (contrasts.length === 0) return first
  return `${first}\n${heading("Differences, p values not adjusted for their number", io)}${formatTable(contrastColumns, contrasts, io)}`
}

const formatBound = (value: number | null): string => (value === null ? "NA" : formatSignificant(value, 5))
