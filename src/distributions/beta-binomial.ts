import betaln from "@stdlib/math-base-special-betaln"
import { drawBeta } from "../random/beta.ts"
import { drawBinomial } from "../random/binomial.ts"
import { parameter } from "./distribution.ts"
import { outside, type ScalarFamily, scalarFamily, zero } from "./scalar-family.ts"

const isValid = (alpha: number, beta: number, size: number): boolean =>
  alpha > 0 && beta > 0 && size >= 0 && Number.isInteger(size)

const logChoose = (n: number, k: number): number => -Math.log(n + 1) - betaln(n - k + 1, k + 1)

function logMass(x: number, alpha: number, beta: number, size: number): number {
  if (!isValid(alpha, beta, size)) return NaN
  if (!(x >= 0 && x <= size && Number.isInteger(x))) return outside(x)
  return logChoose(size, x) + betaln(alpha + x, beta + size - x) - betaln(alpha, beta)
}

/** The masses of 0 … k, or of k + 1 … size, added up. */
function sum(x: number, alpha: number, beta: number, size: number, isUpper: boolean): number {
  if (Number.isNaN(x)) return NaN
  const k = Math.floor(x)
  if (k < 0 || k >= size) return k < 0 === isUpper ? 1 : 0
  let total = 0
  const last = isUpper ? size : k
  for (let i = isUpper ? k + 1 : 0; i <= last; i++) total += Math.exp(logMass(i, alpha, beta, size))
  return Math.min(1, total)
}

/** BetaBinomial(alpha, beta, size): Binomial(size, p) with p ~ Beta(alpha, beta), x = 0 … size. The cdf is a sum of up to `size` terms. */
export const betaBinomial: ScalarFamily = scalarFamily(
  {
    name: "betaBinomial",
    label: "BetaBinomial",
    latex: "\\operatorname{BetaBinomial}",
    discrete: true,
    parameters: [
      parameter("alpha", "positive", "of the beta of the probability"),
      parameter("beta", "positive", "of the beta of the probability"),
      parameter("size", "count", "number of trials"),
    ],
  },
  {
    lower: zero,
    upper: (_alpha, _beta, size) => size,
    logDensity: logMass,
    logLikelihood: (x, alpha, beta, size) => {
      if (!isValid(alpha, beta, size)) return NaN
      return x <= size ? betaln(alpha + x, beta + size - x) - betaln(alpha, beta) : outside(x)
    },
    sample: (rng, alpha, beta, size) => drawBinomial(rng, size, drawBeta(rng, alpha, beta)),
    mean: (alpha, beta, size) => (size * alpha) / (alpha + beta),
    variance: (alpha, beta, size) =>
      (size * alpha * beta * (alpha + beta + size)) / ((alpha + beta) ** 2 * (alpha + beta + 1)),
    cdf: (x, alpha, beta, size) => sum(x, alpha, beta, size, false),
    survival: (x, alpha, beta, size) => sum(x, alpha, beta, size, true),
  },
)
