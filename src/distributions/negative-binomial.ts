import betaln from "@stdlib/math-base-special-betaln"
import gammaln from "@stdlib/math-base-special-gammaln"
import { drawGamma } from "../random/gamma.ts"
import { drawPoisson } from "../random/poisson.ts"
import { betaCdf, betaSurvival } from "./beta-tails.ts"
import { parameter } from "./distribution.ts"
import { infinity, outside, type ScalarFamily, scalarFamily, xlog1py, xlogy, zero } from "./scalar-family.ts"

const isValid = (prob: number, size: number): boolean => prob > 0 && prob <= 1 && size >= 0 && size < Infinity

/** log of size (size + 1) … (size + x − 1) = Γ(size + x) / Γ(size). */
function logRising(size: number, x: number): number {
  if (x > 25 || size > 1e9) return gammaln(x + size) - gammaln(size)
  let product = 1
  for (let k = 0; k < x; k++) product *= size + k
  return Math.log(product)
}

function tail(x: number, prob: number, size: number, isUpper: boolean): number {
  const k = Math.floor(x)
  if (!(k >= 0 && k < Infinity)) return Number.isNaN(k) ? NaN : k < 0 === isUpper ? 1 : 0
  if (size === 0 || prob === 1) return isUpper ? 0 : 1
  return isUpper ? betaSurvival(prob, size, k + 1) : betaCdf(prob, size, k + 1)
}

/**
 * NegativeBinomial(prob, size): failures before the size-th success, mass Γ(x + size) / (Γ(size) x!) prob^size (1 − prob)^x,
 * x = 0, 1, …. The size is any number ≥ 0; with size 0 all mass is at 0.
 */
export const negativeBinomial: ScalarFamily = scalarFamily(
  {
    name: "negativeBinomial",
    label: "NegativeBinomial",
    latex: "\\operatorname{NegativeBinomial}",
    discrete: true,
    parameters: [
      parameter("prob", "probability", "probability of success in one trial"),
      parameter("size", "nonnegative", "successes waited for; any number"),
    ],
    relation: {
      holds: ([prob]) => prob! > 0,
      text: "prob must be positive",
      remedy: "give a number above 0, at most 1",
    },
  },
  {
    lower: zero,
    upper: infinity,
    logDensity: (x, prob, size) => {
      if (!isValid(prob, size)) return NaN
      if (!(x >= 0 && Number.isInteger(x))) return outside(x)
      if (x === 0) return xlogy(size, prob)
      if (size === 0) return -Infinity
      // Γ(x + r) / (Γ(r) x!) = 1 / ((x + r) B(r, x + 1)), which does not cancel for large sizes.
      return xlogy(size, prob) + xlog1py(x, -prob) - Math.log(x + size) - betaln(size, x + 1)
    },
    logLikelihood: (x, prob, size) => {
      if (!isValid(prob, size)) return NaN
      if (x === 0) return size * Math.log(prob)
      return logRising(size, x) + xlogy(size, prob) + xlog1py(x, -prob)
    },
    sample: (rng, prob, size) => {
      if (!isValid(prob, size)) return NaN
      return size === 0 || prob === 1 ? 0 : drawPoisson(rng, (drawGamma(rng, size) * (1 - prob)) / prob)
    },
    mean: (prob, size) => (size * (1 - prob)) / prob,
    variance: (prob, size) => (size * (1 - prob)) / (prob * prob),
    cdf: (x, prob, size) => tail(x, prob, size, false),
    survival: (x, prob, size) => tail(x, prob, size, true),
  },
)
