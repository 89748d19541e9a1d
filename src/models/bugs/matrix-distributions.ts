import { drawMultivariateNormal, logMultivariateNormal } from "../../distributions/multivariate-normal.ts"
import { drawMultivariateT, logMultivariateT } from "../../distributions/multivariate-t.ts"
import { drawScaledWishart, logScaledWishart } from "../../distributions/scaled-wishart.ts"
import { drawWishart, logWishart } from "../../distributions/wishart.ts"
import { invertPositiveDefinite } from "../../math/small-dense.ts"
import { inverse } from "../expression.ts"
import type { ArrayFunctions, BugsArrayDistribution } from "./bugs-distribution.ts"
import { type ArrayEntry, argument, arrayDistribution } from "./make-distribution.ts"

/** Copies n numbers. */
function copyTo(from: Float64Array, start: number, n: number, out: Float64Array, at: number): void {
  for (let k = 0; k < n; k++) out[at + k] = from[start + k]!
}

/** The inverse of a q × q matrix, NaN where it is not positive definite. */
function invertTo(from: Float64Array, start: number, q: number, out: Float64Array, at: number): void {
  if (!invertPositiveDefinite(from, start, q, out, at, new Float64Array(q * q))) out.fill(NaN, at, at + q * q)
}

const unbounded: ArrayFunctions["support"] = (lower, upper, n) => {
  lower.fill(-Infinity, 0, n)
  upper.fill(Infinity, 0, n)
}

/** Off the diagonal anything, on it what is positive. */
const positiveDiagonal: ArrayFunctions["support"] = (lower, upper, n) => {
  const q = Math.round(Math.sqrt(n))
  for (let k = 0; k < n; k++) lower[k] = k % (q + 1) === 0 ? 0 : -Infinity
  upper.fill(Infinity, 0, n)
}

/** A matrix argument must be q × q for a vector of q. */
const fitTogether: NonNullable<ArrayEntry["relation"]> = ([vector, matrix]) =>
  matrix!.length === vector!.length ** 2
    ? undefined
    : `the matrix must be ${vector!.length} × ${vector!.length}, found ${matrix!.length} elements`

function normalVector(name: string, isPrecision: boolean): BugsArrayDistribution {
  return arrayDistribution({
    name,
    family: "multivariateNormal",
    arguments: [
      argument("mean", "real", "centre", "vector"),
      isPrecision
        ? argument("precision", "positiveDefinite", "inverse of the covariance matrix", "matrix")
        : argument("covariance", "positiveDefinite", "covariance matrix", "matrix"),
    ],
    shape: "vector",
    dims: ([mean]) => mean!,
    shapeFrom: 0,
    note: `the second argument is ${isPrecision ? "a precision matrix, the inverse of the covariance" : "the covariance matrix"}`,
    relation: fitTogether,
    toCanonical: (args, starts, lengths, out) => {
      const q = lengths[0]!
      copyTo(args, starts[0]!, q, out, 0)
      if (isPrecision) invertTo(args, starts[1]!, q, out, q)
      else copyTo(args, starts[1]!, q * q, out, q)
    },
    symbolic: ([mean, matrix]) => ({ mean: mean!, covariance: isPrecision ? inverse(matrix!) : matrix! }),
    logDensity: (x, at, n, args, starts) =>
      logMultivariateNormal(x, at, n, args, starts[0]!, args, starts[1]!, isPrecision),
    sample: (rng, out, at, n, args, starts) =>
      drawMultivariateNormal(rng, n, args, starts[0]!, args, starts[1]!, isPrecision, out, at),
    mean: (out, at, n, args, starts) => copyTo(args, starts[0]!, n, out, at),
    support: unbounded,
  })
}

const dmt = arrayDistribution({
  name: "dmt",
  family: "multivariateT",
  arguments: [
    argument("mean", "real", "centre", "vector"),
    argument("precision", "positiveDefinite", "inverse of the scale matrix", "matrix"),
    argument("df", "positive", "degrees of freedom"),
  ],
  shape: "vector",
  dims: ([mean]) => mean!,
  shapeFrom: 0,
  note: "the second argument is the inverse of the scale matrix",
  relation: fitTogether,
  toCanonical: (args, starts, lengths, out) => {
    const q = lengths[0]!
    copyTo(args, starts[0]!, q, out, 0)
    invertTo(args, starts[1]!, q, out, q)
    out[q + q * q] = args[starts[2]!]!
  },
  symbolic: ([mean, precision, df]) => ({ mean: mean!, scale: inverse(precision!), df: df! }),
  logDensity: (x, at, n, args, starts) =>
    logMultivariateT(x, at, n, args, starts[0]!, args, starts[1]!, true, args[starts[2]!]!),
  sample: (rng, out, at, n, args, starts) =>
    drawMultivariateT(rng, n, args, starts[0]!, args, starts[1]!, true, args[starts[2]!]!, out, at),
  mean: (out, at, n, args, starts) => {
    for (let k = 0; k < n; k++) out[at + k] = args[starts[2]!]! > 1 ? args[starts[0]! + k]! : NaN
  },
  support: unbounded,
})

const dwish = arrayDistribution({
  name: "dwish",
  family: "wishart",
  arguments: [
    argument("R", "positiveDefinite", "inverse of the scale matrix: the mean is df R⁻¹", "matrix"),
    argument("df", "positive", "degrees of freedom, at least the number of rows"),
  ],
  shape: "matrix",
  dims: ([R]) => R!,
  shapeFrom: 0,
  note: "a prior of a precision matrix; R is the inverse of the Wishart's scale matrix, of the size of a covariance times df",
  relation: ([R, df]) => {
    const q = Math.round(Math.sqrt(R!.length))
    return df![0]! > q - 1 ? undefined : `df must exceed q - 1 = ${q - 1}, found ${df![0]}`
  },
  toCanonical: (args, starts, lengths, out) => {
    out[0] = args[starts[1]!]!
    invertTo(args, starts[0]!, Math.round(Math.sqrt(lengths[0]!)), out, 1)
  },
  symbolic: ([R, df]) => ({ df: df!, scale: inverse(R!) }),
  logDensity: (x, at, n, args, starts) =>
    logWishart(x, at, Math.round(Math.sqrt(n)), args[starts[1]!]!, args, starts[0]!, true),
  sample: (rng, out, at, n, args, starts) =>
    drawWishart(rng, Math.round(Math.sqrt(n)), args[starts[1]!]!, args, starts[0]!, true, out, at),
  mean: (out, at, n, args, starts) => {
    invertTo(args, starts[0]!, Math.round(Math.sqrt(n)), out, at)
    for (let k = 0; k < n; k++) out[at + k] = args[starts[1]!]! * out[at + k]!
  },
  support: positiveDiagonal,
})

const dscaledWishart = arrayDistribution({
  name: "dscaled.wishart",
  family: "scaledWishart",
  arguments: [
    argument("scales", "positive", "scales of the half-t of the sds", "vector"),
    argument("df", "positive", "their degrees of freedom"),
  ],
  shape: "matrix",
  dims: ([scales]) => [scales![0]!, scales![0]!],
  shapeFrom: -1,
  note: "a prior of a precision matrix; every sd of its inverse is half-t(df, scale)",
  toCanonical: (args, starts, lengths, out) => {
    out[0] = args[starts[1]!]!
    copyTo(args, starts[0]!, lengths[0]!, out, 1)
  },
  symbolic: ([scales, df]) => ({ df: df!, scale: scales! }),
  logDensity: (x, at, _n, args, starts, lengths) =>
    logScaledWishart(x, at, lengths[0]!, args[starts[1]!]!, args, starts[0]!),
  sample: (rng, out, at, _n, args, starts, lengths) =>
    drawScaledWishart(rng, lengths[0]!, args[starts[1]!]!, args, starts[0]!, out, at),
  mean: (out, at, n, _args, _starts, lengths) => {
    for (let k = 0; k < n; k++) out[at + k] = k % (lengths[0]! + 1) === 0 ? Infinity : NaN
  },
  support: positiveDiagonal,
})

/** Distributions whose arguments or values are matrices. */
export const matrixDistributions: readonly BugsArrayDistribution[] = [
  normalVector("dmnorm", true),
  normalVector("dmnorm.vcov", false),
  dmt,
  dwish,
  dscaledWishart,
]
