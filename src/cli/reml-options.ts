/** The options of `gibbsite reml`. */
import { Option } from "commander"
import { OptionError } from "../core/errors.ts"
import type { BootstrapIntervalKind } from "../frequentist/bootstrap.ts"
import type { DdfOptions } from "../frequentist/f-test.ts"
import type { TestType } from "../frequentist/term-contrasts.ts"
import { choiceOption, countOption, group, pathOption } from "./options.ts"

export interface AnalysisFlags {
  readonly ml?: boolean
  readonly weights?: readonly string[]
  readonly residual?: string
  readonly se?: string
  readonly dropCollinear?: boolean
  readonly separate?: boolean
  readonly hausman?: string
  /** `true`: the option without a value. */
  readonly anova?: AnovaFlag
  readonly ddf?: DdfFlag
  readonly means?: string
  readonly confint?: "wald" | "profile" | "boot"
  readonly level?: number
  readonly lrt?: string
  readonly rlrt?: boolean
  readonly boot?: number
  readonly seed?: string
  readonly predict?: string
  readonly interval?: "confidence" | "prediction" | "boot"
  readonly random?: "known" | "none"
  readonly newLevels?: "error" | "zero"
  readonly measures?: boolean
  readonly ranef?: boolean
  /** Rows of L, each numbers with commas between them. */
  readonly contrast?: readonly string[]
  readonly simulate?: number
  readonly bootInterval?: BootstrapIntervalKind
}

const TYPES = ["1", "2", "3", "sequential"] as const

/** `true`: the option without a value. */
export type AnovaFlag = (typeof TYPES)[number] | true

/** What `--anova` says, as an option of tests, and how it is headed. */
export function anovaType(flag: AnovaFlag = true): {
  readonly type: TestType | "sequential"
  readonly title: string
} {
  if (flag === "sequential") return { type: flag, title: "sequential" }
  const type = flag === "1" ? 1 : flag === "2" ? 2 : 3
  return { type, title: `of type ${"I".repeat(type)}` }
}
const DDF = ["satterthwaite", "kr", "kr-observed", "inner-outer"] as const

export type DdfFlag = (typeof DDF)[number]

/** What `--ddf` says, as options of tests. */
export const DDF_OPTIONS: Readonly<Record<DdfFlag, DdfOptions>> = {
  satterthwaite: { ddf: "satterthwaite" },
  kr: { ddf: "kr" },
  "kr-observed": { ddf: "kr", information: "observed", boundary: "drop" },
  "inner-outer": { ddf: "inner-outer" },
}

/** How the results of `--ddf` are headed. */
export const DDF_TITLES: Readonly<Record<DdfFlag, string>> = {
  satterthwaite: "Satterthwaite's",
  kr: "Kenward and Roger's",
  "kr-observed": "Kenward and Roger's (observed information)",
  "inner-outer": "the inner-outer",
}

/** Whether standard errors are adjusted as well. */
export function isAdjusted(flag: DdfFlag | undefined): boolean {
  return flag !== undefined && DDF_OPTIONS[flag].ddf === "kr"
}
const BOOTSTRAP_INTERVALS: readonly BootstrapIntervalKind[] = ["percentile", "basic", "normal"]
const PREDICTION_INTERVALS = ["confidence", "prediction", "boot"] as const
const INTERVALS = ["wald", "profile", "boot"] as const

export const remlOptions = (): Option[] => [
  ...group("Fit:", [
    new Option("--ml", "maximum likelihood instead of REML"),
    new Option(
      "--weights <w>",
      "column of weights w: residual variances are σ²/w; or a variance function, varIdent(stratum), varPower(x) or varExp(x); repeatable, for one of each",
    ).argParser((text, previous: readonly string[] | undefined) => [...(previous ?? []), text]),
    new Option(
      "--se <column>",
      "standard errors: the residual sd of each row is known, as in a meta-analysis; tests are then normal",
    ),
    new Option(
      "--residual <structure>",
      "correlated residuals: ar1(time | id), car1(time | id), cs(1 | id), toep(time | id), symm(time | id), or un(time | id) with a variance for each time as well; the formula then needs no bar",
    ),
    new Option(
      "--drop-collinear",
      "drop terms that are linear combinations of others with a note, as lme4 does, instead of refusing them",
    ),
  ]),
  ...group("Tests:", [
    choiceOption(
      "--anova [type]",
      "F tests of the fixed effects, of type 1, 2 or 3 (default: 3), or sequential, as lme4 and nlme print them",
      TYPES,
    ),
    choiceOption(
      "--ddf <method>",
      "denominator degrees of freedom: satterthwaite (default), kr, Kenward and Roger's, kr-observed, theirs from the observed information, as SAS has them, or inner-outer, by the grouping factors, as nlme",
      DDF,
    ),
    new Option(
      "--means <factors>",
      'marginal means of a factor, or of the combinations of several ("a, b"), and their differences',
    ),
    new Option(
      "--lrt <formula>",
      'likelihood-ratio test against a smaller model, quoted; written out, or as a change of the larger: ". ~ . - x"; the same formula again: without the structures of the residuals; F test between models without random terms',
    ),
    new Option(
      "--rlrt",
      "exact test of the variance, where there is a single one (with --ml, of the likelihood)",
    ),
    countOption(
      "--boot <n>",
      "likelihood-ratio test by n parametric bootstraps, against --lrt or the model without random terms",
      1000,
    ),
    new Option(
      "--hausman <group>",
      "Hausman's test of fixed against random effects of a column; the formula has no bar",
    ),
    new Option(
      "--contrast <numbers>",
      "F test of a contrast, a number for each fixed effect with commas between them; repeatable, for a joint test",
    ).argParser((text, previous: readonly string[] | undefined) => [...(previous ?? []), text]),
    new Option("--separate", "a regression for every group as well, for a formula with one bar"),
  ]),
  ...group("Extracts:", [
    new Option(
      "--measures",
      "AIC, BIC, marginal and conditional R², intraclass correlations and Wald's χ² of all coefficients",
    ),
    new Option("--ranef", "the effect of every level with its standard deviation, and its coefficient"),
    countOption("--simulate <n>", "n responses drawn from the fitted model, with new random effects", 3),
  ]),
  ...group("Intervals and predictions:", [
    choiceOption("--confint <method>", "confidence intervals: wald, profile or boot", INTERVALS),
    choiceOption(
      "--boot-interval <kind>",
      "of --confint boot: percentile (default), basic or normal",
      BOOTSTRAP_INTERVALS,
    ),
    levelOption(),
    pathOption("--predict <file>", "predict the rows of a file of data"),
    choiceOption(
      "--interval <of>",
      "of predictions: confidence (default), of the mean response; prediction, of a new one; boot, of a new one by --boot parametric bootstraps (default: 1000)",
      PREDICTION_INTERVALS,
    ),
    choiceOption("--random <which>", "predict with the known random effects (default) or with none", [
      "known",
      "none",
    ]),
    choiceOption(
      "--new-levels <what>",
      "a level to predict that was not in the data is an error (default), or has random effects of zero",
      ["error", "zero"],
    ),
    new Option("--seed <text>", 'of bootstraps and simulated p values; any text (default: "gibbsite")'),
  ]),
]

function levelOption(): Option {
  return new Option("--level <p>", "coverage of all intervals (default: 0.95)").argParser((text) => {
    const value = Number(text)
    if (text.trim() !== "" && value > 0 && value < 1) return value
    throw new OptionError(`found "${text}", expected a probability between 0 and 1`, {
      code: "invalid-option",
      where: "--level",
      hint: "for instance --level 0.9",
    })
  })
}
