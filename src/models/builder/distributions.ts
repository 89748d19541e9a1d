/**
 * Distributions for the builder, with named parameters. Those that formulas take as priors too (`normal`, `halfT`, …) are one
 * with these; arguments may be numbers or values of the model.
 */
import type { DistributionSpec, PriorArgument, PriorSpec } from "../formula/priors.ts"
import type { BuilderSpec, CallArgument, TruncatedSpec } from "./calls.ts"
import type { MatrixValue, VectorValue } from "./inputs.ts"
import type { Operand } from "./value.ts"

type Named<A> = Readonly<Record<string, A>>

/** Options are plain objects; values, vectors and matrices of the model are not. */
const isNamed = <A>(x: A | Named<A>): x is Named<A> =>
  typeof x === "object" && x !== null && Object.getPrototypeOf(x) === Object.prototype

const spec =
  (family: string) =>
  <A>(...args: (A | Named<A>)[]): DistributionSpec<A> => ({
    family,
    positional: args.filter((x): x is A => !isNamed(x)),
    named: Object.assign({}, ...args.filter((x) => isNamed(x))),
  })

/** Improper uniform density on the whole line. */
export const flat: () => PriorSpec = spec("flat")
/** `normal(mean, sd)`, or `normal(mean, { variance })`, `{ precision }`. */
export const normal: {
  (mean: number, spread: number | { var: number } | { variance: number } | { sd: number }): PriorSpec
  (
    mean: Operand,
    spread:
      | Operand
      | { readonly sd: Operand }
      | { readonly var: Operand }
      | { readonly variance: Operand }
      | { readonly precision: Operand },
  ): BuilderSpec
} = spec("normal")
/** Density ∝ x^(−shape−1) exp(−scale/x), on a variance. */
export const inverseGamma: {
  (shape: number, scale: number): PriorSpec
  (shape: Operand, scale: Operand): BuilderSpec
} = spec("inverseGamma")
/** Density ∝ |Σ|^(−(df+q+1)/2) exp(−tr(S Σ⁻¹)/2); the scale S is a number times I, a diagonal, or rows. */
export const inverseWishart: (df: number, scale: PriorArgument) => PriorSpec = spec("inverseWishart")
/** |t_df| times `scale`, on an sd. */
export const halfT: {
  (df: number, scale: number): PriorSpec
  (df: Operand, scale: Operand): BuilderSpec
} = spec("halfT")
/** |Cauchy| times `scale`, on an sd. */
export const halfCauchy: {
  (scale: number): PriorSpec
  (scale: Operand): BuilderSpec
} = spec("halfCauchy")
/** |N(0, sd²)|, on an sd. */
export const halfNormal: {
  (sd: number): PriorSpec
  (sd: Operand): BuilderSpec
} = spec("halfNormal")
/** Density rate · exp(−rate x). */
export const exponential: {
  (rate: number): PriorSpec
  (rate: Operand): BuilderSpec
} = spec("exponential")
/** Uniform on (a, b). */
export const uniform: {
  (a: number, b: number): PriorSpec
  (a: Operand, b: Operand): BuilderSpec
} = spec("uniform")
/** Half-t(df, scale) sds with a correlation that is uniform for df = 2 (Huang & Wand 2013), on a covariance. */
export const huangWand: (df: number, scale: number | readonly number[]) => PriorSpec = spec("huangWand")
/** The value is known. */
export const fixed: (value: PriorArgument) => PriorSpec = spec("fixed")

export const bernoulli: (prob: Operand) => BuilderSpec = spec("bernoulli")
export const beta: (alpha: Operand, beta: Operand) => BuilderSpec = spec("beta")
export const binomial: (size: Operand, prob: Operand) => BuilderSpec = spec("binomial")
/** 1 … K with probabilities proportional to the weights. */
export const categorical: (weights: VectorValue | readonly Operand[]) => BuilderSpec = spec("categorical")
export const chiSquared: (df: Operand) => BuilderSpec = spec("chiSquared")
export const dirichlet: (concentration: VectorValue | readonly Operand[]) => BuilderSpec = spec("dirichlet")
export const doubleExponential: (location: Operand, scale: Operand) => BuilderSpec = spec("doubleExponential")
export const gamma: (shape: Operand, rate: Operand | { readonly scale: Operand }) => BuilderSpec =
  spec("gamma")
export const logistic: (location: Operand, scale: Operand) => BuilderSpec = spec("logistic")
/** A second number is the sd of log x. */
export const lognormal: (
  meanLog: Operand,
  spread: Operand | { readonly variance: Operand } | { readonly precision: Operand },
) => BuilderSpec = spec("lognormal")
export const multinomial: (size: Operand, prob: VectorValue | readonly Operand[]) => BuilderSpec =
  spec("multinomial")
export const multivariateNormal = (
  mean: VectorValue | readonly Operand[],
  spread:
    | { readonly covariance: MatrixValue | readonly (readonly number[])[] }
    | { readonly precision: MatrixValue | readonly (readonly number[])[] },
): BuilderSpec => spec("multivariateNormal")<CallArgument>(mean, spread)
export const negativeBinomial: (prob: Operand, size: Operand) => BuilderSpec = spec("negativeBinomial")
export const pareto: (shape: Operand, minimum: Operand) => BuilderSpec = spec("pareto")
export const poisson: (mean: Operand) => BuilderSpec = spec("poisson")
export const studentT: (location: Operand, scale: Operand, df: Operand) => BuilderSpec = spec("studentT")
/** Density shape · rate · x^(shape−1) exp(−rate x^shape). */
export const weibull: (shape: Operand, rate: Operand) => BuilderSpec = spec("weibull")
/** A precision matrix: its expectation is df times the inverse of `inverseScale` (BUGS's dwish). */
export const wishart: (df: Operand, inverseScale: readonly (readonly number[])[]) => BuilderSpec =
  spec("wishart")
/** A precision matrix: every sd of its inverse is half-t(df, scale), every correlation uniform for df = 2 (Huang & Wand 2013). */
export const scaledWishart: (df: Operand, scales: readonly Operand[]) => BuilderSpec = spec("scaledWishart")

/** A distribution cut off below and above; null leaves a side open. */
export const truncated = (
  of: BuilderSpec | PriorSpec,
  lower: Operand | null,
  upper: Operand | null,
): TruncatedSpec => ({ of, lower, upper })
