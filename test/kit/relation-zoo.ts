/** Small models in the BUGS language, one for each thing that a sampler of relations claims to do. */
import type { ArraysInput } from "../../src/models/array-input.ts"

export interface RelationSpecimen {
  readonly name: string
  readonly text: string
  readonly data: ArraysInput
  /** The variable whose full conditional is meant, and what must draw it. */
  readonly target: string
  readonly sampler: string
  /** A slip in the prior: the kernel of a model with the second text in place of the first must fail. */
  readonly wrong: readonly [string, string]
}

const DATA = {
  N: 4,
  y: [1.2, 0.7, 2.9, 1.6],
  c: [2, 0, 3, 1],
  m: [0.3, -0.4, 1.1, 0.2],
  w: [0.5, 2, 1.5, 0.8],
  g: [1, 2, 2, 1],
  b: [1, 0, 1, 1],
  zero: [0, 0],
  R: [
    [2, 0.3],
    [0.3, 1],
  ],
  v: [
    [1, 0.2],
    [-0.5, 0.4],
    [0.3, -1],
    [2, 1.1],
  ],
}

const loop = (statement: string): string => `for (i in 1:N) { ${statement} }`

/** Children of a gamma-like element by the name of their distribution; A is the argument that it enters. */
const GAMMA_CHILDREN: Readonly<Record<string, string>> = {
  dnorm: "y[i] ~ dnorm(m[i], A)",
  dlnorm: "y[i] ~ dlnorm(m[i], A)",
  ddexp: "y[i] ~ ddexp(m[i], A)",
  dpois: "c[i] ~ dpois(A)",
  dexp: "y[i] ~ dexp(A)",
  dgamma: "y[i] ~ dgamma(1.7, A)",
  dinvgamma: "y[i] ~ dinvgamma(1.7, A)",
  dweib: "y[i] ~ dweib(1.3, A)",
  dpar: "y[i] ~ dpar(A, 0.5)",
  dmnorm: "v[i, 1:2] ~ dmnorm(zero[], (A) * R[,])",
}

/** How an argument can hang on x. */
const ENTRIES: Readonly<Record<string, { prior: string; power: number }>> = {
  x: { prior: "dgamma(2, 3)", power: 1 },
  "w[i] * x": { prior: "dexp(0.7)", power: 1 },
  "x / w[i]": { prior: "dchisqr(3)", power: 1 },
  "sqrt(x^2) * 2": { prior: "dunif(0, 5)", power: 1 },
  "w[i] / x": { prior: "dinvgamma(2, 3)", power: -1 },
  "pow(x, -1)": { prior: "dunif(0, 50)", power: -1 },
  "1 / (w[i] * x)": { prior: "dinvgamma(3, 1) T(0.1, 4)", power: -1 },
  "pow(x, -2)": { prior: "dunif(0, 10)", power: -2 },
  "w[i] / (x * x)": { prior: "dunif(0, 3)", power: -2 },
  "1 / x^2": { prior: "dt(0, 0.2, 3) T(0, )", power: -2 },
}

const SLIPS: Readonly<Record<string, string>> = {
  "dgamma(2, 3)": "dgamma(2.5, 3)",
  "dexp(0.7)": "dexp(1.2)",
  "dchisqr(3)": "dchisqr(4)",
  "dunif(0, 5)": "dgamma(2, 0.1)",
  "dinvgamma(2, 3)": "dinvgamma(2, 2.5)",
  "dunif(0, 50)": "dinvgamma(1, 1)",
  "dinvgamma(3, 1) T(0.1, 4)": "dinvgamma(3, 2) T(0.1, 4)",
  "dunif(0, 10)": "dt(0, 0.1, 2) T(0, )",
  "dunif(0, 3)": "dt(0, 1, 2) T(0, )",
  "dt(0, 0.2, 3) T(0, )": "dt(0, 0.9, 3) T(0, )",
}

/** Children that may add nothing to a shape: a flat prior on a power below 0 then leaves no proper conditional. */
const MAY_ADD_NOTHING = ["dpois", "dgamma", "dinvgamma"]

const gammaPairs: RelationSpecimen[] = Object.entries(ENTRIES).flatMap(([entry, { prior, power }]) =>
  Object.entries(GAMMA_CHILDREN)
    .filter(([child]) => power > 0 || !prior.startsWith("dunif") || !MAY_ADD_NOTHING.includes(child))
    .map(([child, statement]) => ({
      name: `${prior}, ${child} of ${entry}`,
      text: `model { ${loop(statement.replace("A", entry))} x ~ ${prior} }`,
      data: DATA,
      target: "x",
      sampler: "conjugate",
      wrong: [prior, SLIPS[prior]!] as const,
    })),
)

const BETA_CHILDREN = ["b[i] ~ dbern(A)", "b[i] ~ dbin(A, 3)", "c[i] ~ dnegbin(A, 2.5)"]

const betaPairs: RelationSpecimen[] = BETA_CHILDREN.flatMap((statement) =>
  ["x", "1 - x", "1 - (1 - x)"].flatMap((entry) =>
    [
      ["dbeta(2, 1.5)", "dbeta(2, 2)"],
      ["dunif(0.1, 0.8)", "dbeta(2, 1) T(0.1, 0.8)"],
    ].map(([prior, slip]) => ({
      name: `${prior}, ${statement} of ${entry}`,
      text: `model { ${loop(statement.replace("A", entry))} x ~ ${prior} }`,
      data: DATA,
      target: "x",
      sampler: "conjugate",
      wrong: [prior!, slip!] as const,
    })),
  ),
)

const specimen = (
  name: string,
  sampler: string,
  target: string,
  body: string,
  wrong: RelationSpecimen["wrong"],
  data: ArraysInput = {},
): RelationSpecimen => ({
  name,
  sampler,
  target,
  text: `model { ${body} }`,
  wrong,
  data: { ...DATA, ...data },
})

const others: RelationSpecimen[] = [
  specimen(
    "children of several families",
    "conjugate",
    "x",
    "for (i in 1:N) { y[i] ~ dnorm(m[i], w[i] * t); c[i] ~ dpois(x); u[i] ~ dexp(2 * t) } t <- 3 * x; x ~ dgamma(2, 3)",
    ["dgamma(2, 3)", "dgamma(3, 3)"],
    { u: [0.3, 0.4, 0.1, 1] },
  ),
  specimen(
    "data say which element",
    "conjugate",
    "x",
    "for (i in 1:N) { y[i] ~ dnorm(m[i], x[g[i]]) } for (k in 1:2) { x[k] ~ dgamma(2, k) }",
    ["dgamma(2, k)", "dgamma(2.5, k)"],
  ),
  specimen(
    "a drawn index says which element",
    "conjugate",
    "x",
    "for (i in 1:N) { y[i] ~ dnorm(m[i], w[i] * t[i]); t[i] <- x[z[i]]; z[i] ~ dcat(p[]) } for (k in 1:3) { x[k] ~ dgamma(2, k) }",
    ["dgamma(2, k)", "dgamma(2.5, k)"],
    { p: [0.2, 0.5, 0.3] },
  ),
  specimen(
    "a condition says which element",
    "conjugate",
    "x",
    "for (i in 1:N) { b[i] ~ dbern(ifelse(z[i] == 1, x[1], x[2])); z[i] ~ dbern(0.4) } for (k in 1:2) { x[k] ~ dbeta(2, k) }",
    ["dbeta(2, k)", "dbeta(2.5, k)"],
  ),
  specimen(
    "drawn and known elements behind one index",
    "conjugate",
    "x",
    "for (i in 1:N) { y[i] ~ dexp(x[z[i]]); z[i] ~ dcat(p[]) } x[1] ~ dgamma(2, 3); x[3] ~ dgamma(1, 1)",
    ["dgamma(2, 3)", "dgamma(2, 2)"],
    { p: [0.2, 0.5, 0.3], x: [Number.NaN, 2, Number.NaN] },
  ),
  specimen(
    "elements that are parents of one another",
    "conjugate",
    "x",
    "x[1] ~ dgamma(2, 3); for (i in 2:N) { x[i] ~ dgamma(1.5, w[i] * x[i - 1]) } for (i in 1:N) { y[i] ~ dexp(x[i]) }",
    ["dgamma(1.5", "dgamma(2.5"],
  ),
  specimen(
    "children that are censored",
    "conjugate",
    "x",
    "for (i in 1:N) { y[i] ~ dexp(w[i] * x) I(0.5, ) } x ~ dgamma(2, 3)",
    ["dgamma(2, 3)", "dgamma(2.5, 3)"],
  ),
  specimen(
    "a Wishart chain",
    "conjugate",
    "x",
    "x[1, 1:2, 1:2] ~ dwish(R[,], 3); for (i in 2:3) { x[i, 1:2, 1:2] ~ dwish(x[i - 1, 1:2, 1:2], 4) } for (i in 1:3) { v[i, 1:2] ~ dmnorm(zero[], x[i, 1:2, 1:2]) }",
    ["dwish(R[,], 3)", "dwish(R[,], 4)"],
  ),
  specimen(
    "half-t by a scaled gamma",
    "conjugate",
    "x",
    `${loop("y[i] ~ dnorm(m[i], x)")} x ~ dscaled.gamma(2, 3)`,
    ["dscaled.gamma(2, 3)", "dscaled.gamma(5, 3)"],
  ),
  specimen(
    "elementwise in a vector",
    "conjugate",
    "x",
    "for (i in 1:N) { y[i] ~ dnorm(m[i], t[i]) } t[1:N] <- w[] * x; x ~ dgamma(2, 3)",
    ["dgamma(2, 3)", "dgamma(2.5, 3)"],
  ),
  specimen(
    "upper end of uniform children",
    "conjugate",
    "x",
    `${loop("y[i] ~ dunif(0, w[i] * x)")} x ~ dpar(1.5, 2)`,
    ["dpar(1.5, 2)", "dpar(1.5, 4)"],
  ),
  specimen(
    "upper end of uniform children, flat",
    "conjugate",
    "x",
    `${loop("y[i] ~ dunif(0, w[i] * x)")} x ~ dunif(1, 20)`,
    ["dunif(1, 20)", "dpar(1, 1) T(, 20)"],
  ),
  specimen(
    "probabilities of categories and counts",
    "conjugate",
    "x",
    "for (i in 1:N) { k[i] ~ dcat(x[]) } n[1:4] ~ dmulti(x[], 9); x[1:4] ~ ddirch(c(0.5, 1, 2, 1.5))",
    ["ddirch(c(0.5, 1, 2, 1.5)", "ddirch(c(1, 1, 2, 1.5)"],
    { k: [1, 3, 3, 1], n: [2, 0, 3, 4] },
  ),
  specimen(
    "structural zeros",
    "conjugate",
    "x",
    "n[1:4] ~ dmulti(x[], 9); x[1:4] ~ ddirch(c(0.5, 0, 2, 1.5))",
    ["ddirch(c(0.5, 0, 2, 1.5)", "ddirch(c(1, 0, 2, 1.5)"],
    { n: [2, 0, 3, 4] },
  ),
  specimen(
    "a row picked by a drawn index",
    "conjugate",
    "x",
    "for (i in 1:N) { k[i] ~ dcat(x[z[i], 1:3]); z[i] ~ dcat(p[]) } for (j in 1:2) { x[j, 1:3] ~ ddirch(c(0.5, 1, 2)) }",
    ["ddirch(c(0.5, 1, 2)", "ddirch(c(1, 1, 2)"],
    { k: [1, 3, 3, 1], p: [0.3, 0.7] },
  ),
  specimen(
    "a copy picked by a drawn index",
    "conjugate",
    "x",
    "for (i in 1:N) { k[i] ~ dbern(t[z[i], 1]); z[i] ~ dcat(p[]); t[1, i] <- x; t[2, i] <- x } x ~ dbeta(1, 2)",
    ["dbeta(1, 2)", "dbeta(2, 2)"],
    { k: [1, 0, 1, 1], p: [0.3, 0.7] },
  ),
  specimen(
    "zeros beside probabilities",
    "conjugate",
    "x",
    "for (i in 1:N) { k[i] ~ dcat(x[z[i], 1:3]); z[i] ~ dcat(p[]) } n[1:3] ~ dmulti(x[2, ], 9); for (j in 1:2) { x[j, 1] <- 0; x[j, 2:3] ~ ddirch(c(0.5, 1)) }",
    ["ddirch(c(0.5, 1)", "ddirch(c(1, 1)"],
    { k: [2, 3, 3, 2], n: [0, 4, 5], p: [0.3, 0.7] },
  ),
  specimen(
    "a precision matrix",
    "conjugate",
    "x",
    "for (i in 1:N) { v[i, 1:2] ~ dmnorm(zero[], x[,]) } x[1:2, 1:2] ~ dwish(R[,], 3)",
    ["dwish(R[,], 3)", "dwish(R[,], 4)"],
  ),
  specimen(
    "a precision matrix by copies, across, times numbers",
    "conjugate",
    "x",
    "for (i in 1:N) { v[i, 1:2] ~ dmnorm(zero[], w[i] * t[,]) } for (j in 1:2) { for (k in 1:2) { t[j, k] <- x[k, j] } } x[1:2, 1:2] ~ dwish(R[,], 3)",
    ["dwish(R[,], 3)", "dwish(R[,], 4)"],
  ),
  specimen(
    "a precision matrix whose inverse is the covariance",
    "conjugate",
    "x",
    "for (i in 1:N) { v[i, 1:2] ~ dmnorm.vcov(zero[], w[i] * t[,]) } t[1:2, 1:2] <- inverse(x[,]); x[1:2, 1:2] ~ dwish(R[,], 3)",
    ["dwish(R[,], 3)", "dwish(R[,], 4)"],
  ),
  specimen(
    "precision matrices picked by a drawn index",
    "conjugate",
    "x",
    "for (i in 1:N) { v[i, 1:2] ~ dmnorm(zero[], x[z[i], 1:2, 1:2]); z[i] ~ dcat(p[]) } for (j in 1:2) { x[j, 1:2, 1:2] ~ dwish(R[,], 3) }",
    ["dwish(R[,], 3)", "dwish(R[,], 4)"],
    { p: [0.3, 0.7] },
  ),
  specimen(
    "the matrix of a Wishart's own prior",
    "conjugate",
    "x",
    "for (i in 1:N) { v[i, 1:2] ~ dmnorm(zero[], t[,]) } t[1:2, 1:2] ~ dwish(x[,], 4); x[1:2, 1:2] ~ dwish(R[,], 3)",
    ["dwish(R[,], 3)", "dwish(R[,], 4)"],
  ),
  specimen(
    "a scaled Wishart",
    "conjugate",
    "x",
    "for (i in 1:N) { v[i, 1:2] ~ dmnorm(zero[], x[,]) } x[1:2, 1:2] ~ dscaled.wishart(s[], 2)",
    ["dscaled.wishart(s[], 2)", "dscaled.wishart(c(0.2, 0.4), 2)"],
    { s: [1, 2] },
  ),
  specimen(
    "a truncated normal",
    "normal",
    "x",
    `${loop("y[i] ~ dnorm(1 + w[i] * x, 2)")} x ~ dnorm(0.3, 1.5) T(0, 2)`,
    ["dnorm(0.3, 1.5)", "dnorm(1, 1.5)"],
  ),
  specimen(
    "lognormal children",
    "normal",
    "x",
    `${loop("y[i] ~ dlnorm(1 + w[i] * x, 2)")} x ~ dunif(-1, 2)`,
    ["dunif(-1, 2)", "dnorm(0, 1) T(-1, 2)"],
  ),
  specimen(
    "slopes that are drawn, an interval, elements one after another",
    "normal",
    "x",
    "for (i in 1:N) { y[i] ~ dnorm(t * x[i], 2); k[i] ~ dinterval(x[i], cut[]) } x[1] ~ dnorm(0, 1) T(-5, ); for (i in 2:N) { x[i] ~ dnorm(0.9 * x[i - 1], 1) I(-5, 5) } t ~ dgamma(2, 2)",
    ["dnorm(0, 1)", "dnorm(0, 2)"],
    { k: [0, 1, 2, 1], cut: [0.5, 1.5] },
  ),
  specimen(
    "an interval of a normal",
    "truncated",
    "x",
    `${loop("k[i] ~ dinterval(x[i], cut[]); x[i] ~ dnorm(m[i], 0.6)")}`,
    ["dnorm(m[i], 0.6)", "dnorm(m[i], 0.9)"],
    { k: [0, 1, 2, 1], cut: [0.5, 1.5] },
  ),
  specimen(
    "a censored Weibull",
    "truncated",
    "x",
    `${loop("k[i] ~ dinterval(x[i], w[i]); x[i] ~ dweib(1.4, 0.6)")}`,
    ["dweib(1.4, 0.6)", "dweib(1.8, 0.6)"],
    { k: [0, 1, 1, 0] },
  ),
  specimen(
    "an interval of a count",
    "truncated",
    "x",
    `${loop("k[i] ~ dinterval(x[i], cut[]); x[i] ~ dpois(3)")}`,
    ["dpois(3)", "dpois(2)"],
    { k: [0, 1, 2, 1], cut: [1, 4] },
  ),
  specimen(
    "linear normals",
    "gaussian-block",
    "x",
    "for (i in 1:N) { y[i] ~ dnorm(x[g[i]] * w[i] + 1, 2) } for (j in 1:2) { x[j] ~ dnorm(0.4, 1.2) }",
    ["dnorm(0.4, 1.2)", "dnorm(0.4, 2.2)"],
  ),
  specimen(
    "every value of a category",
    "enumeration",
    "x",
    `${loop("y[i] ~ dnorm(m[x[i]], 1); x[i] ~ dcat(c(0.2, 0.3, 0.1, 0.4))")}`,
    ["dcat(c(0.2, 0.3, 0.1, 0.4)", "dcat(c(0.4, 0.1, 0.1, 0.4)"],
  ),
  specimen("no closed form", "slice", "x", `${loop("c[i] ~ dpois(exp(x))")} x ~ dt(0.4, 1.2, 4)`, [
    "dt(0.4, 1.2, 4)",
    "dt(0.4, 2.2, 4)",
  ]),
  specimen(
    "probabilities without a closed form",
    "array-slice",
    "x",
    "for (i in 1:3) { c3[i] ~ dpois(9 * x[i]) } x[1:3] ~ ddirch(c(0.5, 1, 2))",
    ["ddirch(c(0.5, 1, 2)", "ddirch(c(1, 1, 2)"],
    { c3: [2, 1, 5] },
  ),
  specimen(
    "a matrix without a closed form",
    "array-slice",
    "x",
    `${loop("y[i] ~ dnorm(m[i], x[1, 1])")} x[1:2, 1:2] ~ dwish(R[,], 3)`,
    ["dwish(R[,], 3)", "dwish(R[,], 4)"],
  ),
  specimen(
    "counts that are drawn",
    "array-slice",
    "x",
    "for (i in 1:3) { c3[i] ~ dpois(x[i] + 0.2) } x[1:3] ~ dmulti(c(0.2, 0.3, 0.5), 8)",
    ["dmulti(c(0.2, 0.3, 0.5)", "dmulti(c(0.5, 0.3, 0.2)"],
    { c3: [2, 1, 5] },
  ),
]

export const RELATION_ZOO: readonly RelationSpecimen[] = [...gammaPairs, ...betaPairs, ...others]

/** Specimens for Geweke's test: first those whose draws the identity cannot see (mixtures, slices, drawn indices). */
export const GEWEKE_ZOO: readonly string[] = [
  "dt(0, 0.2, 3) T(0, ), dnorm of 1 / x^2",
  "a drawn index says which element",
  "a row picked by a drawn index",
  "a copy picked by a drawn index",
  "a scaled Wishart",
  "a truncated normal",
  "probabilities without a closed form",
  "a matrix without a closed form",
  "counts that are drawn",
  "dgamma(2, 3), dnorm of x",
  "children of several families",
  "half-t by a scaled gamma",
  "upper end of uniform children",
  "probabilities of categories and counts",
  "structural zeros",
  "a precision matrix by copies, across, times numbers",
  "precision matrices picked by a drawn index",
  "lognormal children",
  "linear normals",
  "every value of a category",
]
