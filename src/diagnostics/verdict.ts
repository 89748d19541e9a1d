/**
 * Whether chains have converged: R-hat of at most 1.01 and bulk and tail effective sample sizes of at least 100 a chain,
 * for every scalar that can vary. Thresholds: Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis
 * 16(2), section 2. Not to have converged is a result, not an error.
 */

import type { ParameterSummary } from "./summarise.ts"

export const RHAT_LIMIT = 1.01
export const ESS_PER_CHAIN = 100

export interface Extreme {
  readonly name: string
  readonly value: number
}

export interface Verdict {
  readonly converged: boolean
  /** The largest R-hat and the smallest effective sample sizes with their names; null where no scalar has the figure. */
  readonly worst: {
    readonly rhat: Extreme | null
    readonly essBulk: Extreme | null
    readonly essTail: Extreme | null
  }
  /** Sentences: what is wrong, for which scalars, and what to do next. Empty when the chains have converged. */
  readonly warnings: string[]
}

export interface JudgeOptions {
  readonly chains: number
  /** Kept draws of each chain, so that advice can name a number of draws, not only a factor. */
  readonly draws?: number
  /** Names of scalars that cannot vary by construction (a prior that fixes them): they are left out. */
  readonly constants?: ReadonlySet<string>
}

/**
 * Judges the summaries of a run. A figure that is NaN only because draws take few values (a binary scalar has no tail
 * sample size) is passed over; a scalar without bulk sample size, or with moments that are not finite, has not converged.
 */
export function judge(summaries: readonly ParameterSummary[], options: JudgeOptions): Verdict {
  const judged = summaries.filter((summary) => options.constants?.has(summary.name) !== true)
  const blank = judged.filter((summary) => !isJudgeable(summary))
  const sound = judged.filter(isJudgeable)
  const rhat = worstFirst(sound, (summary) => summary.rhat, -1)
  const essBulk = worstFirst(sound, (summary) => summary.essBulk, 1)
  const essTail = worstFirst(sound, (summary) => summary.essTail, 1)

  const wanted = ESS_PER_CHAIN * options.chains
  const context = { ...options, judged: judged.length }
  const warnings = [
    warnOfBlank(blank, context),
    warnOfDefects(sound, context),
    warnOfRhat(
      rhat.filter(({ value }) => value > RHAT_LIMIT),
      context,
    ),
    warnOfEss(
      "bulk",
      essBulk.filter(({ value }) => value < wanted),
      context,
    ),
    warnOfEss(
      "tail",
      essTail.filter(({ value }) => value < wanted),
      context,
    ),
  ].filter((warning) => warning !== null)
  return {
    converged: warnings.length === 0,
    worst: { rhat: rhat[0] ?? null, essBulk: essBulk[0] ?? null, essTail: essTail[0] ?? null },
    warnings,
  }
}

interface Context extends JudgeOptions {
  /** How many scalars were judged. */
  readonly judged: number
}

const SHOWN = 3
/** Above this, chains sit in different places, and length alone rarely helps. */
const RHAT_APART = 1.2
/** More than this many times the draws is no advice. */
const LONGEST_FACTOR = 50
/** An estimated sample size is uncertain itself: ask for a fifth more. */
const MARGIN = 1.2

function isJudgeable({ mean, sd, essBulk }: ParameterSummary): boolean {
  return Number.isFinite(mean) && Number.isFinite(sd) && !Number.isNaN(essBulk)
}

function worstFirst(
  summaries: readonly ParameterSummary[],
  figure: (summary: ParameterSummary) => number,
  direction: 1 | -1,
): Extreme[] {
  return summaries
    .map((summary) => ({ name: summary.name, value: figure(summary) }))
    .filter(({ value }) => !Number.isNaN(value))
    .sort((a, b) => (a.value === b.value ? 0 : a.value < b.value ? -direction : direction))
}

function warnOfBlank(blank: readonly ParameterSummary[], { judged }: Context): string | null {
  if (blank.length === 0) return null
  const listed = blank
    .slice(0, SHOWN)
    .map(({ name, reason }) => `${name}: ${reason ?? "its moments overflow"}`)
  const more = blank.length > SHOWN ? `; and ${blank.length - SHOWN} more` : ""
  return `${count(blank.length, judged)} cannot be judged (${listed.join("; ")}${more}). ${remedyOf(blank)}`
}

/** What to do about each kind of reason, in the words of `diagnosisReason`. */
const REMEDIES: readonly (readonly [part: string, remedy: string])[] = [
  ["differ in length", "Cut the chains to the length of the shortest"],
  ["expected at least", "Run longer"],
  ["never moved", "Give a chain that never moved another start, a longer warm-up or another method"],
  [
    " NaN",
    "Look at the data and the prior behind draws that are NaN, and at the program that wrote them; take a tighter prior",
  ],
  ["infinite", "Take a tighter prior where draws are infinite, or another unit of measurement"],
]

function remedyOf(blank: readonly ParameterSummary[]): string {
  const found = REMEDIES.filter(([part]) => blank.some(({ reason }) => reason?.includes(part) === true))
  if (found.length === 0)
    return "Look at the data and the prior behind, take a tighter prior, or another method."
  return `${found.map(([, remedy]) => remedy).join(". ")}.`
}

/** Figures exist, and are not to be relied on: a chain stood still while others moved, or draws are very few. */
function warnOfDefects(sound: readonly ParameterSummary[], { judged }: Context): string | null {
  const doubtful = sound.filter(({ defect }) => (defect ?? null) !== null)
  if (doubtful.length === 0) return null
  const listed = doubtful.slice(0, SHOWN).map(({ name, defect }) => `${name}: ${defect}`)
  const more = doubtful.length > SHOWN ? `; and ${doubtful.length - SHOWN} more` : ""
  return `The figures of ${count(doubtful.length, judged)} are not to be relied on (${listed.join("; ")}${more}). Run longer if draws are few; a chain that stands still needs another start, a longer warm-up or another method.`
}

function warnOfRhat(high: readonly Extreme[], context: Context): string | null {
  const worst = high[0]
  if (worst === undefined) return null
  const listed = list(high, (value) => (Number.isFinite(value) ? value.toFixed(3) : "infinite"))
  const what = `R-hat is above ${RHAT_LIMIT} for ${count(high.length, context.judged)} (${listed})`
  if (worst.value > RHAT_APART) {
    return `${what}: the chains are in different places, or drift. More draws alone rarely help: look at the trace plots, then try a longer warm-up, another method, or a tighter prior for ${worst.name}.`
  }
  // What chains still differ by, R-hat² − 1, falls as one over their length.
  const factor = (worst.value ** 2 - 1) / (RHAT_LIMIT ** 2 - 1)
  return `${what}: the chains do not agree yet. ${longer(factor, context)} another method, or a tighter prior for ${worst.name}.`
}

function warnOfEss(part: "bulk" | "tail", low: readonly Extreme[], context: Context): string | null {
  const worst = low[0]
  if (worst === undefined) return null
  const wanted = ESS_PER_CHAIN * context.chains
  const listed = list(low, (value) => String(Math.floor(value)))
  const unknown = part === "bulk" ? "mean and median are" : "the 5 % and 95 % quantiles are"
  return `The ${part} effective sample size is below ${wanted} (${ESS_PER_CHAIN} a chain) for ${count(low.length, context.judged)} (${listed}): ${unknown} not known well enough. ${longer(wanted / worst.value, context)} another method, or a tighter prior for ${worst.name}.`
}

/** The start of a sentence that tells how many draws would do. */
function longer(factor: number, { draws }: Context): string {
  const times = roundUp(Math.max(1, factor) * MARGIN)
  if (times > LONGEST_FACTOR)
    return `Running longer is no remedy (about ${times} times the draws would be needed): try`
  const length =
    draws === undefined
      ? `about ${times} times as many draws`
      : `about ${roundUp(draws * factor * MARGIN)} draws a chain`
  return `Run longer (${length} should do), or try`
}

/** Two significant figures, upwards. */
function roundUp(value: number): number {
  const unit = 10 ** (Math.floor(Math.log10(value)) - 1)
  return Number((Math.ceil(value / unit - 1e-9) * unit).toPrecision(2))
}

function count(some: number, all: number): string {
  return `${some} of ${all} ${all === 1 ? "parameter" : "parameters"}`
}

function list(extremes: readonly Extreme[], show: (value: number) => string): string {
  const shown = extremes.slice(0, SHOWN).map(({ name, value }) => `${name} ${show(value)}`)
  return [...shown, ...(extremes.length > SHOWN ? ["…"] : [])].join(", ")
}
