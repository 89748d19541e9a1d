/** Tests, intervals and predictions that `gibbsite reml` adds to a fit: the optional parts of its JSON. */
import type { Table } from "../data/table.ts"
import { bootstrapLrt } from "../frequentist/bootstrap.ts"
import type { AnovaRow } from "../frequentist/f-test.ts"
import type { Comparable, LikelihoodRatioTest } from "../frequentist/likelihood-ratio.ts"
import { fitWithoutRandom, likelihoodRatioTest } from "../frequentist/likelihood-ratio.ts"
import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { reml } from "../frequentist/reml.ts"
import { buildDesign } from "../models/formula/build-design.ts"
import { designOptions, readData } from "./load-model.ts"
import type { DataFlags } from "./options.ts"
import type { AnalysisFlags } from "./reml-options.ts"

export interface Analyses {
  readonly anova?: readonly AnovaRow[]
  readonly confint?: readonly {
    readonly name: string
    readonly lower: number | null
    readonly upper: number | null
  }[]
  readonly lrt?: Pick<LikelihoodRatioTest, "statistic" | "df" | "p" | "pMixture" | "note">
  readonly rlrt?: {
    readonly statistic: number
    readonly p: number
    readonly method: "exact" | "simulated"
    readonly kind: "RLRT" | "LRT"
    readonly zeroShare: number
  }
  readonly boot?: {
    readonly replicates: number
    readonly seconds: number
    readonly lrtP: number
    readonly lrtZeroShare: number
    readonly statistic: number
  }
  readonly predictions?: readonly {
    /** Row of the file, counted from 1, the header not included. */
    readonly row: number
    readonly fit: number
    readonly se: number | null
    readonly lower: number | null
    readonly upper: number | null
  }[]
}

/** @throws GibbsError for what the fit or the flags do not allow */
export async function analyse(
  fit: LmmFit,
  table: Table,
  flags: AnalysisFlags & DataFlags,
): Promise<Analyses> {
  const seed = flags.seed === undefined ? {} : { seed: flags.seed }
  const level = flags.level === undefined ? {} : { level: flags.level }
  const smaller = flags.lrt === undefined ? undefined : fitSmaller(flags.lrt, fit, table, flags)
  return {
    ...(flags.anova === undefined ? {} : { anova: testTerms(fit, flags) }),
    ...(flags.confint === undefined
      ? {}
      : {
          confint: fit
            .confint({
              method: flags.confint,
              ...level,
              boot: { ...seed, ...(flags.boot === undefined ? {} : { replicates: flags.boot }) },
            })
            .map(({ name, lower, upper }) => ({ name, lower, upper })),
        }),
    ...(smaller === undefined ? {} : { lrt: compare(smaller, fit) }),
    ...(flags.rlrt === true ? { rlrt: testVariance(fit, seed) } : {}),
    ...(flags.boot === undefined ? {} : { boot: bootstrap(fit, smaller, flags.boot, seed) }),
    ...(flags.predict === undefined ? {} : { predictions: await predictFile(fit, flags.predict, flags) }),
  }
}

function testTerms(fit: LmmFit, { anova, ddf }: AnalysisFlags): readonly AnovaRow[] {
  const type = anova === "1" ? 1 : anova === "2" ? 2 : 3
  return fit.anova({ type, ...(ddf === undefined ? {} : { ddf }) })
}

/** The smaller model, fitted to the same table in the same way; without bars it is a linear model. */
function fitSmaller(
  formula: string,
  { method }: LmmFit,
  table: Table,
  flags: AnalysisFlags & DataFlags,
): Comparable {
  const weights = flags.weights === undefined ? {} : { weights: flags.weights }
  const design = buildDesign(formula, table, designOptions(flags))
  if (design.random.length > 0) return reml(formula, table, { ...designOptions(flags), ...weights, method })
  const column = flags.weights === undefined ? undefined : table.columns.get(flags.weights)
  const values = column?.kind === "numeric" ? column.values : undefined
  const used = values === undefined ? null : Float64Array.from(design.rowIndex, (row) => values[row]!)
  return fitWithoutRandom(design, method, used)
}

function compare(smaller: Comparable, larger: LmmFit): Analyses["lrt"] & {} {
  const { statistic, df, p, pMixture, note } = likelihoodRatioTest(smaller, larger)
  return { statistic, df, p, pMixture, note }
}

function testVariance(fit: LmmFit, seed: { readonly seed?: string }): Analyses["rlrt"] & {} {
  const { statistic, p, method, kind, zeroShare } = fit.exactVarianceTest(seed)
  return { statistic, p, method, kind, zeroShare }
}

function bootstrap(
  fit: LmmFit,
  smaller: Comparable | undefined,
  replicates: number,
  seed: { readonly seed?: string },
): Analyses["boot"] & {} {
  const { seconds, p, zeroShare, statistic } = bootstrapLrt(fit, smaller, { replicates, ...seed })
  return { replicates, seconds, lrtP: p, lrtZeroShare: zeroShare, statistic }
}

async function predictFile(
  fit: LmmFit,
  file: string,
  flags: AnalysisFlags & DataFlags,
): Promise<Analyses["predictions"] & {}> {
  const table = await readData(file, { ...(flags.na === undefined ? {} : { na: flags.na }) })
  return fit.predict(table, {
    ...(flags.random === undefined ? {} : { random: flags.random }),
    ...(flags.newLevels === undefined ? {} : { newLevels: flags.newLevels }),
    ...(flags.level === undefined ? {} : { level: flags.level }),
  })
}
