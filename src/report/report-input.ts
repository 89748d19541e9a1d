import type { ComparisonRow } from "../checks/compare.ts"
import type { ParameterSummary } from "../diagnostics/summarise.ts"
import type { Verdict } from "../diagnostics/verdict.ts"
import type { Design } from "../models/formula/design.ts"
import type { ParetoShapes } from "../plots/pareto-k.ts"
import type { PlotSource } from "../plots/plot-source.ts"
import type { Replicates } from "../plots/ppc-density.ts"
import type { ShrinkageRow } from "../plots/shrinkage.ts"
import type { PlateGraph } from "./place-nodes.ts"

/** Everything a report shows, as plain data: the report computes no statistics of its own. */
export interface ReportInput {
  readonly title: string
  /** The formula as typed, or the name of the model file. */
  readonly formula: string
  /** The model graph, a line of text a statement. */
  readonly model: readonly string[]
  /** The same statements typeset, each once; left out where they are not. */
  readonly typeset?: readonly ReportStatement[]
  /** The text of the model where it was written as one, shown in place of its statements. */
  readonly source?: string
  /** The same as a drawing; null or left out where there is none. */
  readonly graph?: PlateGraph | null
  readonly priors: readonly ReportPrior[]
  readonly conditionals: readonly ReportConditional[]
  /** What single-site Gibbs would draw from, where `conditionals` are of blocks. */
  readonly textbook?: readonly ReportConditional[]
  /** One row a scalar, in the order in which they are to be shown. */
  readonly summary: readonly ReportParameter[]
  readonly verdict: Verdict
  /** The posterior beside REML; `null` when there is no such fit. */
  readonly comparison: readonly ReportComparison[] | null
  /** Levels of the grouping factors; empty when the model has none. */
  readonly shrinkage: readonly ReportShrinkage[]
  /** How the model fares against the data; null or left out where it was not checked. */
  readonly checks?: ReportChecks | null
  readonly plots: ReportPlots
  readonly sampling: ReportSampling
  readonly data: ReportData
  readonly reproduce: ReportReproduce
  /** Messages the reader must see: dropped columns, singular fits, defaults chosen. */
  readonly warnings: readonly string[]
}

/** A statement of the model. */
export interface ReportStatement {
  /** Shown where `mathml` is missing or not acceptable. */
  readonly text: string
  /** Presentation MathML with a single `<math>` root. */
  readonly mathml?: string
  /** `i = 1…30`; empty for a statement outside loops and plates. */
  readonly loops: string
}

export interface ReportPrior {
  /** `sd(county)`, `b[floor]` … */
  readonly target: string
  /** `halfT(df = 3, scale = 1)` … */
  readonly prior: string
  readonly chosenBy: "user" | "default"
}

/** The full conditional of one block, and why it is drawn the way it is. */
export interface ReportConditional {
  readonly targets: readonly string[]
  readonly sampler: string
  /** As plain text: always shown where `mathml` is missing or not acceptable. */
  readonly text: string
  /** Presentation MathML with a single `<math>` root; anything else falls back to `text`. */
  readonly mathml?: string
  readonly latex?: string
  /** How it is derived; left out where there is nothing to derive. */
  readonly derivation?: readonly ReportStep[]
  readonly because: readonly string[]
  readonly refused: readonly { readonly sampler: string; readonly reason: string }[]
}

/** A step of a derivation. */
export interface ReportStep {
  /** What is done, a sentence. */
  readonly words: string
  /** Presentation MathML with a single `<math>` root in place of `text`. */
  readonly formulas: readonly { readonly text: string; readonly mathml: string }[]
}

/** Summary of a scalar; a figure that does not exist is NaN, and `reason` says why. */
export type ReportParameter = Pick<
  ParameterSummary,
  "name" | "mean" | "sd" | "mcseMean" | "q5" | "q50" | "q95" | "rhat" | "essBulk" | "essTail" | "reason"
>

/** A scalar of the posterior beside its REML estimate. */
export type ReportComparison = ComparisonRow

export interface ReportShrinkage extends ShrinkageRow {
  /** The share of its own estimate that a level gives up to the common value, 0 to 1; `null` where undefined. */
  readonly shrinkageFactor: number | null
}

export interface ReportChecks {
  /** The data, and data drawn from the model, variable by variable; without a name where there is one alone. Empty where there are none. */
  readonly replicates: readonly (Replicates & { readonly name?: string })[]
  /** Leave-one-out cross-validation; null where it was not computed. */
  readonly loo: ReportLoo | null
  /** What the checks found wrong, in sentences. */
  readonly remarks: readonly string[]
}

export interface ReportLoo extends ParetoShapes {
  readonly elpd: number
  readonly elpdSe: number
  readonly effectiveParameters: number
}

export interface ReportPlots {
  readonly source: PlotSource
  /** The parameters charted when the page opens; a handful is chosen when this is empty. */
  readonly defaults: readonly string[]
}

export interface ReportSampling {
  readonly chains: number
  /** Kept draws a chain that were asked for; a cancelled run has fewer. */
  readonly draws: number
  readonly warmup: number
  readonly thin: number
  readonly seed: string
  /** Wall time from the first sweep to the last, all chains, warm-up included. */
  readonly seconds: number
  readonly cancelled: boolean
  readonly method: string
}

export interface ReportData {
  readonly name: string
  readonly nobs: number
  /** Rows left out because of missing values. */
  readonly dropped: number
  /** Present where a condition chose rows. */
  readonly subset?: NonNullable<Design["subset"]>
  /** Levels of each grouping factor. */
  readonly groups: Readonly<Record<string, number>>
}

export interface ReportReproduce {
  /** What to type to get the same draws. */
  readonly command: string
  /** Version of gibbsite. */
  readonly version: string
  readonly node: string
  readonly dataHash: string
}

/** Kept draws a chain, as they are; as asked for where there is no scalar to tell. */
export function keptDraws({ plots, sampling }: ReportInput): number {
  const first = plots.source.names[0]
  if (first === undefined) return sampling.draws
  return plots.source.chains(first).reduce((longest, chain) => Math.max(longest, chain.length), 0)
}
