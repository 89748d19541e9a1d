/** Distributions of the builder: each way to state one, as a call of the BUGS table. */
import { ModelError, suggest } from "../../core/errors.ts"
import type { BugsExpr } from "../bugs/ast.ts"
import type { DistributionSpec, PriorSpec } from "../formula/priors.ts"
import { MatrixValue, VectorValue } from "./inputs.ts"
import {
  callExpr,
  commonPlate,
  indexOf,
  nameExpr,
  numberExpr,
  type Operand,
  type PlateRef,
  rangeExpr,
  toExpr,
  Value,
} from "./value.ts"

/** An argument: a number or value, or what a vector or matrix takes. */
export type CallArgument =
  | Operand
  | VectorValue
  | MatrixValue
  | readonly Operand[]
  | readonly (readonly number[])[]

export type BuilderSpec = DistributionSpec<CallArgument>

/** A distribution cut off below and above. */
export interface TruncatedSpec {
  readonly of: BuilderSpec | PriorSpec
  readonly lower: Operand | null
  readonly upper: Operand | null
}

type Exprs = readonly BugsExpr[]

interface Form {
  readonly arguments: readonly string[]
  readonly bugs: string
  readonly lower: (args: Exprs) => Exprs
  /** Support that the form cuts off, `halfT` of `dt`. */
  readonly from?: number
}

const over = (a: BugsExpr): BugsExpr => callExpr("/", numberExpr(1), a)
const square = (a: BugsExpr): BugsExpr => callExpr("^", a, numberExpr(2))
const same = (args: Exprs): Exprs => args
const inverseSquare = (a: BugsExpr): BugsExpr => over(square(a))

/** Location and some measure of spread, as precision. */
const spreads = (bugs: string, location: string, from?: number): Form[] =>
  (
    [
      ["sd", inverseSquare],
      ["variance", over],
      ["var", over],
      ["precision", (a: BugsExpr) => a],
    ] as const
  ).map(([name, toPrecision]) => ({
    arguments: [location, name],
    bugs,
    lower: ([mean, spread]: Exprs) => [mean!, toPrecision(spread!)],
    ...(from === undefined ? {} : { from }),
  }))

const plain = (bugs: string, ...names: string[]): Form[] => [{ arguments: names, bugs, lower: same }]

const FORMS: Readonly<Record<string, readonly Form[]>> = {
  normal: spreads("dnorm", "mean"),
  lognormal: spreads("dlnorm", "meanLog"),
  halfNormal: [
    { arguments: ["sd"], bugs: "dnorm", lower: ([sd]) => [numberExpr(0), inverseSquare(sd!)], from: 0 },
  ],
  studentT: [
    {
      arguments: ["location", "scale", "df"],
      bugs: "dt",
      lower: ([m, s, df]) => [m!, inverseSquare(s!), df!],
    },
  ],
  halfT: [
    {
      arguments: ["df", "scale"],
      bugs: "dt",
      lower: ([df, s]) => [numberExpr(0), inverseSquare(s!), df!],
      from: 0,
    },
  ],
  halfCauchy: [
    {
      arguments: ["scale"],
      bugs: "dt",
      lower: ([s]) => [numberExpr(0), inverseSquare(s!), numberExpr(1)],
      from: 0,
    },
  ],
  gamma: [
    { arguments: ["shape", "rate"], bugs: "dgamma", lower: same },
    { arguments: ["shape", "scale"], bugs: "dgamma", lower: ([shape, scale]) => [shape!, over(scale!)] },
  ],
  inverseGamma: plain("dinvgamma", "shape", "scale"),
  exponential: plain("dexp", "rate"),
  uniform: plain("dunif", "a", "b"),
  beta: plain("dbeta", "alpha", "beta"),
  chiSquared: plain("dchisqr", "df"),
  weibull: plain("dweib", "shape", "rate"),
  pareto: plain("dpar", "shape", "minimum"),
  logistic: [{ arguments: ["location", "scale"], bugs: "dlogis", lower: ([m, s]) => [m!, over(s!)] }],
  doubleExponential: [{ arguments: ["location", "scale"], bugs: "ddexp", lower: ([m, s]) => [m!, over(s!)] }],
  bernoulli: plain("dbern", "prob"),
  binomial: [{ arguments: ["size", "prob"], bugs: "dbin", lower: ([size, prob]) => [prob!, size!] }],
  poisson: plain("dpois", "mean"),
  negativeBinomial: plain("dnegbin", "prob", "size"),
  categorical: plain("dcat", "weights"),
  flat: plain("dflat"),
  dirichlet: plain("ddirch", "concentration"),
  multinomial: [{ arguments: ["size", "prob"], bugs: "dmulti", lower: ([size, prob]) => [prob!, size!] }],
  multivariateNormal: [
    { arguments: ["mean", "covariance"], bugs: "dmnorm.vcov", lower: same },
    { arguments: ["mean", "precision"], bugs: "dmnorm", lower: same },
  ],
  // A precision matrix whose expectation is df times the inverse of `inverseScale`.
  wishart: [{ arguments: ["df", "inverseScale"], bugs: "dwish", lower: ([df, r]) => [r!, df!] }],
  scaledWishart: [
    { arguments: ["df", "scales"], bugs: "dscaled.wishart", lower: ([df, scales]) => [scales!, df!] },
  ],
}

/** The call of a distribution with its plate, and constant matrices that must become data. */
export interface LoweredCall {
  readonly bugs: string
  readonly args: Exprs
  readonly plate: PlateRef | null
  readonly lower: BugsExpr | null
  readonly upper: BugsExpr | null
  /** Order of what is drawn: length of a vector, rows of a matrix; null for a number. */
  readonly order: { readonly kind: "vector" | "matrix"; readonly size: number } | null
}

/**
 * @param constant gives a name to a constant matrix
 * @throws ModelError for an unknown distribution or arguments that fit none of its forms
 */
export function lowerCall(
  spec: BuilderSpec | PriorSpec | TruncatedSpec,
  constant: (rows: readonly (readonly number[])[]) => string,
): LoweredCall {
  if ("of" in spec) {
    const inner = lowerCall(spec.of, constant)
    const bound = (x: Operand | null, other: BugsExpr | null) => (x === null ? other : toExpr(x))
    return { ...inner, lower: bound(spec.lower, inner.lower), upper: bound(spec.upper, inner.upper) }
  }
  const { family, positional, named } = spec
  const forms = FORMS[family]
  if (forms === undefined)
    throw new ModelError(`unknown distribution "${family}"`, {
      code: "unknown-distribution",
      hint: suggest(family, Object.keys(FORMS)),
    })
  const names = Object.keys(named)
  const form = forms.find(
    ({ arguments: all }) =>
      all.length === positional.length + names.length &&
      names.every((name) => all.slice(positional.length).includes(name)),
  )
  if (form === undefined)
    throw new ModelError(`${family} does not take these arguments`, {
      code: "argument-count",
      hint: `write ${forms.map(({ arguments: all }) => `${family}(${all.join(", ")})`).join(" or ")}`,
    })
  const args = form.arguments.map((name, k) => (k < positional.length ? positional[k]! : named[name]!))
  const values = args.flatMap((arg) =>
    arg instanceof Value ? [arg] : arg instanceof VectorValue ? [arg.element(1)] : [],
  )
  return {
    bugs: form.bugs,
    args: form.lower(args.map((arg) => argumentExpr(arg, constant))),
    plate: commonPlate(values, family),
    lower: form.from === undefined ? null : numberExpr(form.from),
    upper: null,
    order: orderOf(form.bugs, args),
  }
}

function orderOf(bugs: string, args: readonly CallArgument[]): LoweredCall["order"] {
  const size = Math.max(0, ...args.map(lengthOf))
  if (bugs === "dwish" || bugs === "dscaled.wishart") return { kind: "matrix", size }
  return ["dmnorm", "dmnorm.vcov", "ddirch", "dmulti"].includes(bugs) ? { kind: "vector", size } : null
}

const lengthOf = (arg: CallArgument): number =>
  Array.isArray(arg)
    ? arg.length
    : arg instanceof VectorValue
      ? arg.length
      : arg instanceof MatrixValue
        ? arg.order
        : 0

function argumentExpr(
  arg: CallArgument,
  constant: (rows: readonly (readonly number[])[]) => string,
): BugsExpr {
  if (typeof arg === "number" || arg instanceof Value) return toExpr(arg)
  if (arg instanceof MatrixValue) {
    const all = indexOf(rangeExpr(arg.order))
    return nameExpr(arg.name, [all, all])
  }
  if (arg instanceof VectorValue)
    return callExpr("c", ...Array.from({ length: arg.length }, (_, k) => arg.element(k + 1).expr))
  const isRows = (
    x: readonly Operand[] | readonly (readonly number[])[],
  ): x is readonly (readonly number[])[] => x.length > 0 && Array.isArray(x[0])
  if (isRows(arg)) {
    const all = indexOf(rangeExpr(arg.length))
    return nameExpr(constant(arg), [all, all])
  }
  return callExpr("c", ...arg.map(toExpr))
}
