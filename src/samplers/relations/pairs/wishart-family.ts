import { drawWishart, logWishart } from "../../../distributions/wishart.ts"
import { drawInverseGamma } from "../../../random/inverse-gamma.ts"
import type { ArrayFamily, ArrayPair } from "./array-family.ts"

/** A normal vector whose precision matrix is k X: X gets a degree of freedom and k e e', e the deviation from the mean. */
const normalVector = (child: string, inverted: boolean): ArrayPair => ({
  child,
  argument: 1,
  inverted,
  readsArguments: true,
  isQuadratic: true,
  contribute(natural, y, args, starts, k, n) {
    const q = Math.round(Math.sqrt(n))
    const mean = starts[0]!
    natural[0]! += 1
    for (let i = 0; i < q; i++) {
      const e = k * (y[i]! - args[mean + i]!)
      for (let j = 0; j < q; j++) natural[1 + i * q + j]! += e * (y[j]! - args[mean + j]!)
    }
  },
  symbols: (y, [mean], k) => ["1", `${k === "1" ? "" : `${k} * `}(${y} - ${mean}) (${y} - ${mean})'`],
})

const wrap = (text: string): string => (text.includes(" ") ? `(${text})` : text)

const dimensionOf = (n: number): number => Math.round(Math.sqrt(n))

/** Density in X: |X|^((df − q − 1) / 2) exp(−tr(R X) / 2); the natural parameters are df and R. */
export const wishartFamily: ArrayFamily = {
  label: "Wishart",
  natural: ["df", "R"],
  source:
    "Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 3.6; Huang & Wand (2013), Bayesian Analysis 8, section 2",
  isScaled: true,
  allowsZeros: false,
  naturalLength: (n) => n + 1,
  kernel: (t, [d, R]) => `|${t}|^((${d} - q - 1) / 2) exp(-tr(${wrap(R!)} ${t}) / 2)`,
  factor: (t, [d, S]) => `|${t}|^(${d} / 2) exp(-tr(${wrap(S!)} ${t}) / 2)`,
  priors: {
    dwish: {
      isMixture: false,
      start(natural, args, starts, x) {
        natural[0] = args[starts[1]!]!
        for (let k = 0; k < x.length; k++) natural[k + 1] = args[starts[0]! + k]!
      },
      symbols: ([R, df]) => [df!, R!],
    },
    // A mixture of Wisharts: 1 / a_k ~ Gamma given X, and X given a is Wishart(df + q − 1, 2 df diag(1 / a)).
    "dscaled.wishart": {
      isMixture: true,
      start(natural, args, starts, x, rng) {
        const q = dimensionOf(x.length)
        const df = args[starts[1]!]!
        natural.fill(0)
        natural[0] = df + q - 1
        for (let k = 0; k < q; k++) {
          const scale = args[starts[0]! + k]!
          const rate = df * x[k * (q + 1)]! + 1 / (scale * scale)
          natural[1 + k * (q + 1)] =
            rng === null ? Number.NaN : (2 * df) / drawInverseGamma(rng, 0.5 * (df + q), rate)
        }
      },
      symbols: ([, df]) => [`${df} + q - 1`, `2 * ${df} * diag(1 / a)`],
    },
  },
  pairs: [
    normalVector("dmnorm", false),
    normalVector("dmnorm.vcov", true),
    // A Wishart whose R is k X.
    {
      child: "dwish",
      argument: 0,
      inverted: false,
      readsArguments: true,
      contribute(natural, y, args, starts, k, n) {
        natural[0]! += args[starts[1]!]!
        for (let j = 0; j < n; j++) natural[j + 1]! += k * y[j]!
      },
      symbols: (y, [, df], k) => [df!, k === "1" ? y : `${k} * ${y}`],
    },
  ],
  draw: (rng, natural, n, out) => drawWishart(rng, dimensionOf(n), natural[0]!, natural, 1, true, out, 0),
  logDensity: (x, natural, n) => logWishart(x, 0, dimensionOf(n), natural[0]!, natural, 1, true),
}

/**
 * The multiplier k of an argument k X, or k X⁻¹ where inverted: the ratio of the first elements, or tr(k X⁻¹ X) / q.
 * NaN where the matrices are none of these.
 */
export function multiplierOf(x: Float64Array, args: Float64Array, start: number, inverted: boolean): number {
  if (!inverted) return args[start]! / x[0]!
  const q = dimensionOf(x.length)
  let trace = 0
  for (let k = 0; k < x.length; k++) trace += args[start + k]! * x[k]!
  return q / trace
}
