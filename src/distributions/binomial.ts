import { drawBinomial } from "../random/binomial.ts"
import { betaCdf, betaSurvival } from "./beta-tails.ts"
import { parameter } from "./distribution.ts"
import { logBinomialMass } from "./saddle-point.ts"
import { outside, type ScalarFamily, scalarFamily, xlog1py, xlogy, zero } from "./scalar-family.ts"

const isValid = (size: number, prob: number): boolean =>
  size >= 0 && Number.isInteger(size) && prob >= 0 && prob <= 1

/** P(X ≤ x), or P(X > x): a beta's tail (DLMF 8.17.5). */
function tail(x: number, size: number, prob: number, isUpper: boolean): number {
  const k = Math.floor(x)
  if (Number.isNaN(k)) return NaN
  if (k < 0 || k >= size) return k < 0 === isUpper ? 1 : 0
  if (prob === 0 || prob === 1) return (prob === 1) === isUpper ? 1 : 0
  return isUpper ? betaCdf(prob, k + 1, size - k) : betaSurvival(prob, k + 1, size - k)
}

/** Binomial(size, prob): mass C(size, x) prob^x (1 − prob)^(size − x), x = 0 … size. */
export const binomial: ScalarFamily = scalarFamily(
  {
    name: "binomial",
    label: "Binomial",
    latex: "\\operatorname{Binomial}",
    discrete: true,
    parameters: [
      parameter("size", "count", "number of trials"),
      parameter("prob", "probability", "probability of success in one"),
    ],
  },
  {
    lower: zero,
    upper: (size) => size,
    logDensity: (x, size, prob) => {
      if (!isValid(size, prob)) return NaN
      return x >= 0 && x <= size && Number.isInteger(x) ? logBinomialMass(x, size, prob) : outside(x)
    },
    logLikelihood: (x, size, prob) => {
      if (!(prob >= 0 && prob <= 1)) return NaN
      return x <= size ? xlogy(x, prob) + xlog1py(size - x, -prob) : outside(x)
    },
    sample: drawBinomial,
    mean: (size, prob) => size * prob,
    variance: (size, prob) => size * prob * (1 - prob),
    cdf: (x, size, prob) => tail(x, size, prob, false),
    survival: (x, size, prob) => tail(x, size, prob, true),
  },
)
