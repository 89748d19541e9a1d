import { recordedDraws } from "../chains/recorded-draws.ts"
import type { SampledDraws } from "../chains/sampled-draws.ts"
import { DataError, OptionError } from "../core/errors.ts"
import { quantile } from "../diagnostics/quantile.ts"
import { summarise } from "../diagnostics/summarise.ts"
import { type Comparison, evaluateDraws, parseHypothesis } from "./draws-expression.ts"

export interface Hypothesis {
  /** As written. */
  readonly hypothesis: string
  /** Posterior mean of left − right, or of the expression where nothing is compared. */
  readonly estimate: number
  readonly sd: number
  /** Central interval of left − right. */
  readonly lower: number
  readonly upper: number
  /** Posterior probability; null without a comparison. */
  readonly probability: number | null
  /** Its Monte Carlo standard error, by the effective sample size of the indicator. */
  readonly mcse: number | null
  /**
   * Probability over that of the opposite: the evidence ratio. Infinite where no draw contradicts: it is then more than the number of
   * effective draws at most.
   */
  readonly evidenceRatio: number | null
  readonly rhat: number
  readonly essBulk: number
  /** Why a figure does not exist or should not be trusted, or null. */
  readonly reason: string | null
  /** Draws of left − right, chain after chain. */
  readonly draws: Float64Array
}

export interface HypothesisOptions {
  /** Probability of the central interval, default 0.9. */
  readonly level?: number
}

const HOLDS: Readonly<Record<Comparison, (difference: number) => boolean>> = {
  "<": (difference) => difference < 0,
  "<=": (difference) => difference <= 0,
  ">": (difference) => difference > 0,
  ">=": (difference) => difference >= 0,
}

/**
 * Judges an expression of the draws: `"b[floor] < 0"`, `"sd[county,floor] / sd[residual] > 0.2"`. Scalars are called as in the summary; there are
 * + − * / ^, parentheses, abs, exp, log, log2, log10, sqrt, min, max, logit and ilogit, and one comparison. Without one, the expression is summarised.
 *
 * @param posterior of a formula or of a BUGS model
 * @throws ModelSyntaxError with the place, for a text that does not parse or names no recorded scalar; OptionError, DataError
 */
export function hypothesis(
  posterior: Pick<SampledDraws, "names" | "container">,
  text: string,
  options: HypothesisOptions = {},
): Hypothesis {
  const { level = 0.9 } = options
  if (!(level > 0 && level < 1)) {
    throw new OptionError(`found ${level}, expected a probability between 0 and 1`, {
      code: "invalid-option",
      where: "level",
      hint: "for instance level: 0.9",
    })
  }
  const { left, comparison, right } = parseHypothesis(text, posterior.names)
  const { lengths } = posterior.container
  const chains = lengths.filter((length) => length > 0)
  const length = Math.min(...chains)
  const count = chains.length * length
  if (chains.length === 0) {
    throw new DataError("there are no draws", { code: "no-draws", where: text, hint: "sample again" })
  }
  const draws = recordedDraws(posterior.container, "equal")
  const read = (name: string): Float64Array => draws(name)!
  const [first, second] = [evaluateDraws(left, read, count), evaluateDraws(right, read, count)]
  const difference = first.map((value, s) => value - second[s]!)
  const split = (values: Float64Array): Float64Array[] =>
    Array.from(chains, (_, c) => values.subarray(c * length, (c + 1) * length))
  const [summary] = summarise([{ name: text, chains: split(difference) }])
  const { mean, sd, rhat, essBulk, reason } = summary!
  const undefinedDraws = difference.some(Number.isNaN)
  const holds =
    comparison === null || undefinedDraws ? null : difference.map((d) => Number(HOLDS[comparison](d)))
  const share = holds === null ? null : summarise([{ name: text, chains: split(holds) }])[0]!
  return {
    hypothesis: text,
    estimate: mean,
    sd,
    lower: quantile(difference, (1 - level) / 2),
    upper: quantile(difference, (1 + level) / 2),
    probability: share === null ? null : share.mean,
    mcse: share === null ? null : share.mcseMean,
    evidenceRatio: share === null ? null : share.mean / (1 - share.mean),
    rhat,
    essBulk,
    reason,
    draws: difference,
  }
}
