/** The options that commands share: how each is written, read and checked. */

import { Option } from "commander"
import { MOST_SWEEPS } from "../chains/control.ts"
import { EFFECTS_KEPT, type EffectsKept } from "../chains/effects-kept.ts"
import { nearest, OptionError } from "../core/errors.ts"
import type { ContrastKind } from "../data/contrasts.ts"
import { PROGRESS_MODES, type ProgressMode } from "./progress-mode.ts"

export interface DataFlags {
  readonly factor?: readonly string[]
  readonly numeric?: readonly string[]
  readonly contrasts?: ContrastKind
  readonly na?: readonly string[]
  readonly subset?: string
}

export interface PriorFlags {
  readonly prior?: readonly string[]
  readonly method?: string
  readonly weights?: string
  readonly se?: string
}

export interface SamplingFlags {
  readonly chains?: number
  readonly draws?: number
  readonly warmup?: number
  readonly thin?: number
  readonly seed?: string
  readonly workers?: number
  readonly monitor?: readonly string[]
  readonly effects?: EffectsKept
}

export interface DisplayFlags {
  readonly quiet?: boolean
  readonly progress?: ProgressMode
}

const CONTRASTS: readonly ContrastKind[] = ["treatment", "sum", "helmert", "poly"]

export const dataOptions = (): Option[] =>
  group("Reading data:", [
    listOption("--factor <columns>", "columns to take as factors, a,b"),
    listOption("--numeric <columns>", "columns to take as numbers"),
    choiceOption(
      "--contrasts <coding>",
      "coding of factors: treatment (default), sum, helmert or poly",
      CONTRASTS,
    ),
    // Not trimmed and with empty entries: an empty cell is one of the texts that may mean "missing".
    new Option("--na <texts>", 'texts that mean "missing" (default: "NA,")').argParser((text) =>
      text.split(","),
    ),
    new Option(
      "--subset <condition>",
      "use only the rows where it is true, for instance \"week <= 6 & sex == 'M'\", with the comparisons and operators of R",
    ),
  ])

export const priorOptions = (): Option[] =>
  group("Model:", [
    new Option(
      "--prior <prior>",
      '"TARGET ~ DIST", for instance "sd(county) ~ halfT(3, 1)"; repeatable',
    ).argParser((text, previous: readonly string[] | undefined) => [...(previous ?? []), text]),
    new Option("--method <name>", "auto, collapsed, blocked or gibbs (default: auto)"),
    new Option("--weights <column>", "weights w: the residual variance of a row is that of the model over w"),
    new Option(
      "--se <column>",
      "standard errors: the residual sd of each row is known, as in a meta-analysis",
    ),
  ])

export const methodOption = (): Option =>
  new Option("--method <name>", "auto, collapsed, blocked or gibbs (default: auto)")

/** @param monitors what `--monitor` takes */
export const samplingOptions = (
  monitors = "names or families (b, sd, var, cov, cor, u) to record (default: all)",
): Option[] =>
  group("Sampling:", [
    countOption("--chains <n>", "chains (default: 4)", 4),
    countOption("--draws <n>", "kept draws of each chain (default: 1000)", 1000),
    countOption("--warmup <n>", "sweeps before the first kept draw (default: 1000)", 1000),
    countOption("--thin <n>", "sweeps for each kept draw (default: 1)", 1),
    new Option("--seed <text>", 'any text; the same seed gives the same draws (default: "gibbsite")'),
    countOption("--workers <n>", "threads; the draws do not depend on it (default: as many as pay)", 2),
    new Option("--monitor <list>", monitors).argParser((text, previous: readonly string[] | undefined) => [
      ...(previous ?? []),
      ...splitNames("--monitor", text),
    ]),
  ])

/** What is kept of random effects. */
export const effectsOptions = (): Option[] =>
  group("Sampling:", [
    choiceOption(
      "--effects <what>",
      "of random effects, keep draws (default), moments (mean and sd, in little memory) or none",
      EFFECTS_KEPT,
    ),
  ])

/** What `fit` computes beside the posterior. */
export interface AfterFitFlags {
  readonly loo?: boolean
  readonly hypothesis?: readonly string[]
  readonly predict?: string
}

const looOption = (): Option =>
  new Option("--loo", "leave-one-out cross-validation by Pareto-smoothed importance sampling")

const hypothesisOption = (examples: string): Option =>
  repeated("--hypothesis <text>", `its posterior probability, ${examples}; repeatable`)

/** What `run` computes beside the posterior. */
export interface AfterRunFlags {
  readonly loo?: boolean
  readonly dic?: boolean
  readonly hypothesis?: readonly string[]
}

export const afterRunOptions = (): Option[] =>
  group("After the run:", [
    looOption(),
    new Option("--dic", "the deviance information criterion with p_D; --loo is the better choice"),
    hypothesisOption('"beta[2] > beta[1]" or "sigma / mu < 0.1"'),
  ])

export const afterFitOptions = (): Option[] =>
  group("After the fit:", [
    looOption(),
    hypothesisOption('"b[floor] < 0" or "sd[county,floor] / sd[residual] > 0.2"'),
    pathOption(
      "--predict <file>",
      "predict the rows of a file of data; new groups are drawn from their population",
    ),
  ])

/** Data, initial values and samplers of a model in the BUGS language. */
export const graphOptions = (): Option[] =>
  group("Model:", [
    repeated("--data <file>", "data, in R's dump format or JSON; repeatable"),
    repeated("--inits <file>", "initial values; repeatable: the k-th for chain k, one for all"),
    repeated("--sampler <text>", '"NODE = SAMPLER", where the plan\'s choice is not wanted; repeatable'),
  ])

const repeated = (flags: string, description: string): Option =>
  new Option(flags, description).argParser((text: string, previous: readonly string[] | undefined) => [
    ...(previous ?? []),
    text,
  ])

export const displayOptions = (): Option[] =>
  group("Output:", [
    new Option("--quiet", "no progress and no notes: the result alone"),
    choiceOption("--progress <how>", "auto (bars on a terminal), bar, json (lines) or none", PROGRESS_MODES),
  ])

export const debugOption = (): Option =>
  new Option("--debug", "with an error, show where in the program it arose")

/** Puts options under one heading of the help. */
export function group(title: string, options: readonly Option[]): Option[] {
  return options.map((option) => option.helpGroup(title))
}

/** The path of a file or folder to write. @throws OptionError when it is empty */
export function pathOption(flags: string, description: string): Option {
  const name = flags.split(" ")[0]!
  return new Option(flags, description).argParser((text) => {
    if (text.trim() !== "") return text
    throw new OptionError("found an empty text, expected a path", {
      code: "invalid-option",
      where: name,
      hint: `for instance ${name} results${name === "--report" ? ".html" : ""}`,
    })
  })
}

/** A positive whole number, written in digits. @throws OptionError */
export function countOption(flags: string, description: string, example: number): Option {
  const name = flags.split(" ")[0]!
  return new Option(flags, description).argParser((text) => {
    const value = Number(text)
    const isWhole = /^\+?\d+$/.test(text)
    if (isWhole && value >= 1 && value <= MOST_SWEEPS) return value
    const most = isWhole && value > MOST_SWEEPS ? ` of at most ${MOST_SWEEPS}` : ""
    throw new OptionError(`found "${text}", expected a positive whole number${most}`, {
      code: "invalid-option",
      where: name,
      hint: `for instance ${name} ${example}`,
    })
  })
}

/** The choice that was probably meant; the error itself lists them all. */
export function suggestChoice(text: string, choices: readonly string[]): string {
  const near = nearest(text, choices)
  return near === undefined ? "take one of these" : `did you mean "${near}"?`
}

/** An option that takes one of a few words; another one is an OptionError that suggests the nearest. */
export function choiceOption(flags: string, description: string, choices: readonly string[]): Option {
  const name = flags.split(" ")[0]!
  return new Option(flags, description).argParser((text) => {
    if (choices.includes(text)) return text
    throw new OptionError(`found "${text}", expected one of ${choices.join(", ")}`, {
      code: "invalid-option",
      where: name,
      hint: suggestChoice(text, choices),
    })
  })
}

function listOption(flags: string, description: string): Option {
  const name = flags.split(" ")[0]!
  return new Option(flags, description).argParser((text, previous: readonly string[] | undefined) => [
    ...(previous ?? []),
    ...splitNames(name, text),
  ])
}

/** Splits at commas outside brackets, so that `b,sd[county,(Intercept)]` is two names. */
export function splitNames(option: string, text: string): string[] {
  const names: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i <= text.length; i++) {
    const c = text[i]
    if (c === "[" || c === "(") depth++
    else if (c === "]" || c === ")") depth--
    else if (c === undefined || (c === "," && depth <= 0)) {
      names.push(text.slice(start, i).trim())
      start = i + 1
    }
  }
  if (!names.includes("")) return names
  throw new OptionError(`found ${JSON.stringify(text)}, expected names with a comma between them`, {
    code: "invalid-option",
    where: option,
    hint: "leave out the empty name",
  })
}
