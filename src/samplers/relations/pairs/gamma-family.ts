import type { StochasticRelation } from "../../../models/relations/relation-graph.ts"
import { drawGamma } from "../../../random/gamma.ts"
import type { ConjugateFamily, ConjugatePair, ConjugatePrior } from "./conjugate-family.ts"
import { gammaOfPower } from "./gamma-draw.ts"

/** A child whose density has the factor `uᵃ exp(−b u)` in its argument u. */
function pair(
  child: string,
  argument: number,
  leastShape: number,
  shape: (y: Float64Array, args: Float64Array) => number,
  rate: (y: Float64Array, args: Float64Array, starts: ArrayLike<number>) => number,
  symbols: (y: string, args: readonly string[]) => readonly [string, string],
): ConjugatePair {
  return {
    child,
    argument,
    power: 1,
    unit: false,
    complement: false,
    leastShape,
    contribute(natural, y, args, starts, k) {
      natural[0]! += shape(y, args)
      natural[1]! += k * rate(y, args, starts)
    },
    symbols: (y, args, k) => {
      const [a, b] = symbols(y, args)
      return [a, k === "1" ? b : b === "1" ? k : `${k} * ${b}`]
    },
  }
}

/** Parentheses around anything with a blank. */
const wrap = (text: string): string => (text.includes(" ") ? `(${text})` : text)

const halfSquare = (y: number, mean: number): number => 0.5 * (y - mean) * (y - mean)

/** Children whose argument is proportional to u. */
const gammaPairs: readonly ConjugatePair[] = [
  pair(
    "dnorm",
    1,
    0.5,
    () => 0.5,
    ([y], [mean]) => halfSquare(y!, mean!),
    (y, [mean]) => ["1/2", `(${y} - ${mean})^2 / 2`],
  ),
  pair(
    "dlnorm",
    1,
    0.5,
    () => 0.5,
    ([y], [mean]) => halfSquare(Math.log(y!), mean!),
    (y, [mean]) => ["1/2", `(log(${y}) - ${mean})^2 / 2`],
  ),
  // A normal vector whose precision matrix is k u Q: q halves and e' Q e / 2. `rate` is taken of the argument itself.
  {
    child: "dmnorm",
    argument: 1,
    power: 1,
    unit: false,
    complement: false,
    leastShape: 0.5,
    contribute(natural, y, args, starts, k) {
      const q = y.length
      const at = starts[1]!
      let square = 0
      for (let i = 0; i < q; i++)
        for (let j = 0; j < q; j++) square += (y[i]! - args[i]!) * args[at + i * q + j]! * (y[j]! - args[j]!)
      // The argument's first element is k u; its quadratic form over u is wanted.
      natural[0]! += 0.5 * q
      natural[1]! += 0.5 * (square / args[at]!) * k
    },
    symbols: (y, [mean], k) => ["q / 2", `(${y} - ${mean})' ${k} (${y} - ${mean}) / 2`],
  },
  pair(
    "ddexp",
    1,
    1,
    () => 1,
    ([y], [mean]) => Math.abs(y! - mean!),
    (y, [mean]) => ["1", `|${y} - ${mean}|`],
  ),
  pair(
    "dpois",
    0,
    0,
    ([y]) => y!,
    () => 1,
    (y) => [y, "1"],
  ),
  pair(
    "dexp",
    0,
    1,
    () => 1,
    ([y]) => y!,
    (y) => ["1", y],
  ),
  pair(
    "dgamma",
    1,
    0,
    (_, [shape]) => shape!,
    ([y]) => y!,
    (y, [shape]) => [shape!, y],
  ),
  pair(
    "dinvgamma",
    1,
    0,
    (_, [shape]) => shape!,
    ([y]) => 1 / y!,
    (y, [shape]) => [shape!, `1 / ${y}`],
  ),
  pair(
    "dweib",
    1,
    1,
    () => 1,
    ([y], [shape]) => y! ** shape!,
    (y, [shape]) => ["1", `${y}^${shape}`],
  ),
  pair(
    "dpar",
    0,
    1,
    () => 1,
    ([y], args) => Math.log(y! / args[1]!),
    (y, [, least]) => ["1", `log(${y} / ${least})`],
  ),
]

const pairsOfPower = (power: number): readonly ConjugatePair[] => gammaPairs.map((one) => ({ ...one, power }))

/** Flat on its interval: u^(1/p − 1) of u = xᵖ. */
const flatPrior = (power: number): ConjugatePrior => ({
  shape: 1 / power,
  start: (natural) => {
    natural[0] = 1 / power
    natural[1] = 0
  },
  symbols: () => [power === 1 ? "1" : power === -1 ? "-1" : `${1 / power}`, "0"],
})

const SOURCE = "Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., sections 2.6 to 2.7"

/** Density in x: x^(shape − 1) exp(−rate x). */
export const gammaFamily: ConjugateFamily = {
  id: "Gamma",
  label: "Gamma",
  natural: ["shape", "rate"],
  source: SOURCE,
  kernel: (t, [a, b]) => `${t}^(${a} - 1) exp(-${wrap(b!)} * ${t})`,
  factor: (t, [a, b]) => `${t}^(${a}) exp(-${wrap(b!)} * ${t})`,
  priors: {
    dgamma: {
      start: (natural, args) => {
        natural[0] = args[0]!
        natural[1] = args[1]!
      },
      symbols: ([shape, rate]) => [shape!, rate!],
    },
    dexp: {
      start: (natural, args) => {
        natural[0] = 1
        natural[1] = args[0]!
      },
      symbols: ([rate]) => ["1", rate!],
    },
    dchisqr: {
      start: (natural, args) => {
        natural[0] = args[0]! / 2
        natural[1] = 0.5
      },
      symbols: ([df]) => [`${df} / 2`, "1/2"],
    },
    // x^(df/2 − 1) (x + c)^(−(df + 1)/2), c = 1 / (df scale²): given rho ~ Gamma((df + 1)/2, x + c) a Gamma(df/2, rho).
    "dscaled.gamma": {
      isMixture: true,
      start: (natural, args, x, rng) => {
        const scale = args[0]!
        const df = args[1]!
        natural[0] = df / 2
        natural[1] = drawMixing(rng, df, x + 1 / (df * scale * scale))
      },
      symbols: ([, df]) => [`${df} / 2`, "rho"],
    },
    dunif: flatPrior(1),
  },
  pairs: pairsOfPower(1),
  ...gammaOfPower(1),
}

const drawMixing = (rng: Parameters<typeof drawGamma>[0] | null, df: number, rate: number): number =>
  rng === null ? Number.NaN : drawGamma(rng, (df + 1) / 2) / rate

/** Density in x: x^(−shape − 1) exp(−scale / x); children take k / x. */
export const inverseGammaFamily: ConjugateFamily = {
  id: "InverseGamma",
  label: "InverseGamma",
  natural: ["shape", "scale"],
  source: SOURCE,
  kernel: (t, [a, b]) => `${t}^(-(${a} + 1)) exp(-${wrap(b!)} / ${t})`,
  factor: (t, [a, b]) => `${t}^(-(${a})) exp(-${wrap(b!)} / ${t})`,
  priors: {
    dinvgamma: {
      start: (natural, args) => {
        natural[0] = args[0]!
        natural[1] = args[1]!
      },
      symbols: ([shape, scale]) => [shape!, scale!],
    },
    dunif: flatPrior(-1),
  },
  pairs: pairsOfPower(-1),
  ...gammaOfPower(-1),
}

const isZero = ({ args }: StochasticRelation, k: number): boolean => {
  const e = args[k]!
  return e.op === "number" && e.value === 0
}

/** Whether truncation keeps x above 0. */
function isPositive({ bounds }: StochasticRelation): boolean {
  return bounds?.lower?.op === "number" && bounds.lower.value >= 0
}

/** An sd x whose children take the precision k / x²: 1 / x² is a gamma, cut off where the prior of x is. */
export const standardDeviationFamily: ConjugateFamily = {
  id: "StandardDeviation",
  label: "Gamma",
  of: (t) => `1 / ${t}^2`,
  natural: ["shape", "rate"],
  source:
    "Gelman (2006), Prior distributions for variance parameters, Bayesian Analysis 1, sections 3 and 4; Huang & Wand (2013), Bayesian Analysis 8, section 2",
  kernel: (t, [a, b]) => `${t}^(-2 * (${a}) - 1) exp(-${wrap(b!)} / ${t}^2)`,
  factor: (t, [a, b]) => `${t}^(-2 * (${a})) exp(-${wrap(b!)} / ${t}^2)`,
  priors: {
    dunif: {
      ...flatPrior(-2),
      // x below 0 has the same precision: only an sd is meant.
      accepts: ({ args }) => args[0]!.op === "number" && args[0]!.value >= 0,
    },
    // A half-t: 1 / x² is a scaled gamma, the mixture above with c = precision / df.
    dt: {
      isMixture: true,
      accepts: (own) => isZero(own, 0) && isPositive(own),
      start: (natural, args, x, rng) => {
        const df = args[2]!
        natural[0] = df / 2
        natural[1] = drawMixing(rng, df, 1 / (x * x) + args[1]! / df)
      },
      symbols: ([, , df]) => [`${df} / 2`, "rho"],
    },
  },
  pairs: pairsOfPower(-2),
  ...gammaOfPower(-2),
}
