import { bernoulli } from "../../distributions/bernoulli.ts"
import { beta } from "../../distributions/beta.ts"
import { betaBinomial } from "../../distributions/beta-binomial.ts"
import { binomial } from "../../distributions/binomial.ts"
import { chiSquared } from "../../distributions/chi-squared.ts"
import { doubleExponential } from "../../distributions/double-exponential.ts"
import { exponential } from "../../distributions/exponential.ts"
import { fDistribution } from "../../distributions/f.ts"
import { flat } from "../../distributions/flat.ts"
import { gamma } from "../../distributions/gamma.ts"
import { generalizedGamma } from "../../distributions/generalized-gamma.ts"
import { hypergeometric } from "../../distributions/hypergeometric.ts"
import { inverseGamma } from "../../distributions/inverse-gamma.ts"
import { logistic } from "../../distributions/logistic.ts"
import { lognormal } from "../../distributions/lognormal.ts"
import { negativeBinomial } from "../../distributions/negative-binomial.ts"
import { normal } from "../../distributions/normal.ts"
import { pareto } from "../../distributions/pareto.ts"
import { poisson } from "../../distributions/poisson.ts"
import { scaledGamma } from "../../distributions/scaled-gamma.ts"
import { studentT } from "../../distributions/student-t.ts"
import { uniform } from "../../distributions/uniform.ts"
import { weibull } from "../../distributions/weibull.ts"
import { drawTruncatedNormal } from "../../random/truncated-normal.ts"
import { divide, type Expr, number, sqrt } from "../expression.ts"
import type { BugsNumberDistribution } from "./bugs-distribution.ts"
import { argument, numberDistribution } from "./make-distribution.ts"

const inverseOf = (precision: Expr): Expr => divide(number(1), precision)
const PRECISION = "the second argument is a precision, 1 / variance, not an sd"
const precision = argument("precision", "positive", "1 / variance")

const { direct: normalOf } = normal
const { direct: lognormalOf } = lognormal
const { direct: tOf } = studentT
const { direct: logisticOf } = logistic
const { direct: laplaceOf } = doubleExponential
const { direct: binomialOf } = binomial

/** Distributions of one number given numbers. */
export const numberDistributions: readonly BugsNumberDistribution[] = [
  numberDistribution(
    {
      name: "dnorm",
      family: normal,
      arguments: [argument("mean", "real", "centre"), precision],
      note: PRECISION,
    },
    {
      toCanonical: (out, mean, tau) => {
        out[0] = mean
        out[1] = 1 / tau
      },
      symbolic: ([mean, tau]) => ({ mean: mean!, variance: inverseOf(tau!) }),
      hot: {
        logDensity: (x, mean, tau) => normalOf.logDensity(x, mean, 1 / tau, 0, 0),
        logLikelihood: (x, mean, tau) => normalOf.logLikelihood(x, mean, 1 / tau, 0, 0),
        sample: (rng, mean, tau) => normalOf.sample(rng, mean, 1 / tau, 0, 0),
      },
    },
    {
      sampleTruncated: (rng, lower, upper, mean, tau) =>
        drawTruncatedNormal(rng, mean, 1 / Math.sqrt(tau), lower, upper),
    },
  ),
  numberDistribution(
    {
      name: "dlnorm",
      family: lognormal,
      arguments: [argument("meanlog", "real", "mean of log x"), precision],
      note: "the second argument is the precision of log x, 1 / variance, not an sd",
    },
    {
      toCanonical: (out, mean, tau) => {
        out[0] = mean
        out[1] = 1 / tau
      },
      symbolic: ([mean, tau]) => ({ meanLog: mean!, varianceLog: inverseOf(tau!) }),
      hot: {
        logDensity: (x, mean, tau) => lognormalOf.logDensity(x, mean, 1 / tau, 0, 0),
        logLikelihood: (x, mean, tau) => lognormalOf.logLikelihood(x, mean, 1 / tau, 0, 0),
        sample: (rng, mean, tau) => lognormalOf.sample(rng, mean, 1 / tau, 0, 0),
      },
    },
    {
      sampleTruncated: (rng, lower, upper, mean, tau) =>
        Math.exp(
          drawTruncatedNormal(
            rng,
            mean,
            1 / Math.sqrt(tau),
            lower > 0 ? Math.log(lower) : -Infinity,
            Math.log(upper),
          ),
        ),
    },
  ),
  numberDistribution(
    {
      name: "dt",
      family: studentT,
      arguments: [
        argument("location", "real", "centre"),
        argument("precision", "positive", "1 / scale²"),
        argument("df", "positive", "degrees of freedom"),
      ],
      note: "the second argument is 1 / scale², not a scale",
    },
    {
      toCanonical: (out, location, tau, df) => {
        out[0] = location
        out[1] = 1 / Math.sqrt(tau)
        out[2] = df
      },
      symbolic: ([location, tau, df]) => ({ location: location!, scale: sqrt(inverseOf(tau!)), df: df! }),
      hot: {
        logDensity: (x, location, tau, df) => tOf.logDensity(x, location, 1 / Math.sqrt(tau), df, 0),
        logLikelihood: (x, location, tau, df) => tOf.logLikelihood(x, location, 1 / Math.sqrt(tau), df, 0),
        sample: (rng, location, tau, df) => tOf.sample(rng, location, 1 / Math.sqrt(tau), df, 0),
      },
    },
  ),
  numberDistribution(
    {
      name: "dlogis",
      family: logistic,
      arguments: [argument("location", "real", "centre"), argument("rate", "positive", "1 / scale")],
      note: "the second argument is 1 / scale",
    },
    {
      toCanonical: (out, location, rate) => {
        out[0] = location
        out[1] = 1 / rate
      },
      symbolic: ([location, rate]) => ({ location: location!, scale: inverseOf(rate!) }),
      hot: {
        logDensity: (x, location, rate) => logisticOf.logDensity(x, location, 1 / rate, 0, 0),
        logLikelihood: (x, location, rate) => logisticOf.logLikelihood(x, location, 1 / rate, 0, 0),
        sample: (rng, location, rate) => logisticOf.sample(rng, location, 1 / rate, 0, 0),
      },
    },
  ),
  numberDistribution(
    {
      name: "ddexp",
      family: doubleExponential,
      arguments: [argument("location", "real", "centre"), argument("rate", "positive", "1 / scale")],
      note: "the second argument is a rate, 1 / scale",
    },
    {
      toCanonical: (out, location, rate) => {
        out[0] = location
        out[1] = 1 / rate
      },
      symbolic: ([location, rate]) => ({ location: location!, scale: inverseOf(rate!) }),
      hot: {
        logDensity: (x, location, rate) => laplaceOf.logDensity(x, location, 1 / rate, 0, 0),
        logLikelihood: (x, location, rate) => laplaceOf.logLikelihood(x, location, 1 / rate, 0, 0),
        sample: (rng, location, rate) => laplaceOf.sample(rng, location, 1 / rate, 0, 0),
      },
    },
  ),
  numberDistribution(
    {
      name: "dbin",
      aliases: ["dbinom"],
      family: binomial,
      arguments: [
        argument("probability", "probability", "probability of success"),
        argument("size", "count", "number of trials"),
      ],
      note: "the probability comes first, then the size",
    },
    {
      toCanonical: (out, prob, size) => {
        out[0] = size
        out[1] = prob
      },
      symbolic: ([prob, size]) => ({ size: size!, prob: prob! }),
      hot: {
        logDensity: (x, prob, size) => binomialOf.logDensity(x, size, prob, 0, 0),
        logLikelihood: (x, prob, size) => binomialOf.logLikelihood(x, size, prob, 0, 0),
        sample: (rng, prob, size) => binomialOf.sample(rng, size, prob, 0, 0),
      },
    },
  ),
  numberDistribution({
    name: "dgamma",
    family: gamma,
    arguments: [
      argument("shape", "positive", "shape"),
      argument("rate", "positive", "rate: the mean is shape / rate"),
    ],
    note: "the second argument is a rate, not a scale",
  }),
  numberDistribution({
    name: "dexp",
    family: exponential,
    arguments: [argument("rate", "positive", "1 / mean")],
    note: "the argument is a rate, 1 / mean",
  }),
  numberDistribution({
    name: "dchisqr",
    aliases: ["dchisq"],
    family: chiSquared,
    arguments: [argument("df", "positive", "degrees of freedom")],
  }),
  numberDistribution({
    name: "dunif",
    family: uniform,
    arguments: [argument("lower", "real", "smallest value"), argument("upper", "real", "largest value")],
    relation: (lower, upper) =>
      lower < upper ? undefined : `lower must be less than upper, found ${lower} and ${upper}`,
  }),
  numberDistribution({
    name: "dbeta",
    family: beta,
    arguments: [argument("a", "positive", "first shape"), argument("b", "positive", "second shape")],
  }),
  numberDistribution({
    name: "dweib",
    aliases: ["dweibull"],
    family: weibull,
    arguments: [argument("shape", "positive", "shape"), argument("rate", "positive", "rate of x^shape")],
    note: "the second argument is the rate of x^shape, not a scale of x",
  }),
  numberDistribution({
    name: "dgen.gamma",
    aliases: ["dggamma"],
    family: generalizedGamma,
    arguments: [
      argument("r", "positive", "shape of the gamma"),
      argument("mu", "positive", "rate: divides the variable"),
      argument("beta", "positive", "power: (mu x)^beta is the gamma"),
    ],
  }),
  numberDistribution({
    name: "dpar",
    family: pareto,
    arguments: [argument("alpha", "positive", "shape"), argument("c", "positive", "smallest value")],
  }),
  numberDistribution({
    name: "df",
    family: fDistribution,
    arguments: [
      argument("n", "positive", "degrees of freedom of the numerator"),
      argument("m", "positive", "degrees of freedom of the denominator"),
    ],
  }),
  numberDistribution({
    name: "dscaled.gamma",
    family: scaledGamma,
    arguments: [
      argument("scale", "positive", "scale of the half-t of the sd 1 / √x"),
      argument("df", "positive", "its degrees of freedom"),
    ],
    note: "a prior of a precision x: 1 / √x is half-t(df, scale)",
    canBeTruncated: false,
  }),
  numberDistribution({
    name: "dinvgamma",
    aliases: ["dinv.gamma"],
    family: inverseGamma,
    arguments: [argument("shape", "positive", "shape"), argument("scale", "positive", "scale")],
    note: "the second argument is a scale; not a distribution of JAGS",
  }),
  numberDistribution({ name: "dflat", family: flat, arguments: [] }, null, {
    logMass: (lower, upper) =>
      lower > upper ? -Infinity : Number.isFinite(upper - lower) ? Math.log(upper - lower) : 0,
    sampleTruncated: (rng, lower, upper) =>
      Number.isFinite(upper - lower)
        ? lower + (upper - lower) * rng.uniform()
        : flat.direct.sample(rng, 0, 0, 0, 0),
  }),
  {
    ...numberDistribution({
      name: "dloglik",
      family: flat,
      arguments: [argument("loglik", "real", "what is added to the log density")],
      note: "adds its argument to the log density; its node must be data, of any value; not a distribution of JAGS",
      canBeTruncated: false,
    }),
    family: null,
    logDensity: (x, logLik) => (Number.isNaN(x) ? x : logLik),
    logLikelihood: (_x, logLik) => logLik,
    symbolic: () => ({}),
  },
  numberDistribution({
    name: "dbern",
    family: bernoulli,
    arguments: [argument("probability", "probability", "probability of 1")],
    canBeTruncated: false,
  }),
  numberDistribution({
    name: "dpois",
    family: poisson,
    arguments: [argument("mean", "nonnegative", "expected count")],
  }),
  numberDistribution({
    name: "dnegbin",
    aliases: ["dnegbinom", "dnbinom"],
    family: negativeBinomial,
    arguments: [
      argument("probability", "probability", "probability of success"),
      argument("size", "nonnegative", "successes waited for"),
    ],
    relation: (prob) => (prob > 0 ? undefined : `probability must be positive, found ${prob}`),
    note: "counts failures before the size-th success; the probability comes first",
  }),
  numberDistribution({
    name: "dbetabin",
    aliases: ["dbetabinom"],
    family: betaBinomial,
    arguments: [
      argument("a", "positive", "first shape"),
      argument("b", "positive", "second shape"),
      argument("size", "count", "number of trials"),
    ],
  }),
  numberDistribution({
    name: "dhyper",
    family: hypergeometric,
    arguments: [
      argument("n1", "count", "members that count"),
      argument("n2", "count", "members that do not"),
      argument("m1", "count", "members drawn"),
      argument("psi", "positive", "odds ratio"),
    ],
    relation: (n1, n2, m) =>
      m <= n1 + n2 ? undefined : `m1 must not exceed n1 + n2 = ${n1 + n2}, found ${m}`,
  }),
]
