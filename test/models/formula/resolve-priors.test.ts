import { describe, expect, it } from "vitest"
import { ModelError } from "../../../src/core/errors.ts"
import { halfT, inverseGamma, inverseWishart, normal } from "../../../src/models/builder/distributions.ts"
import { type LmmOptions, lmm } from "../../../src/samplers/model.ts"
import { standardTable } from "../../kit/zoo.ts"

const TABLE = standardTable()
/** 2.5 sd(y), to four digits, as the table stands. */
const SCALE = 2.58

const listed = (formula: string, priors: NonNullable<LmmOptions["priors"]> = []) =>
  lmm(formula, TABLE, { priors }).priors.map(
    ({ target, prior, chosenBy }) => `${target} ~ ${prior} (${chosenBy})`,
  )

function refusal(formula: string, ...priors: string[]): string {
  try {
    lmm(formula, TABLE, { priors })
  } catch (error) {
    if (error instanceof ModelError) return error.oneLine()
    throw error
  }
  throw new Error(`${priors.join(", ")} is accepted`)
}

describe("defaults are in force and listed", () => {
  it("flat coefficients, half-t sds in the units of the response", () => {
    const y = Float64Array.from(TABLE.y!, Number)
    const centre = y.reduce((a, b) => a + b, 0) / y.length
    const sd = Math.sqrt(y.reduce((total, value) => total + (value - centre) ** 2, 0) / (y.length - 1))
    expect(SCALE).toBe(Number((2.5 * sd).toPrecision(4)))
    expect(listed("y ~ x + (1 | g)")).toEqual([
      "Intercept ~ flat() (default)",
      "b[x] ~ flat() (default)",
      `sd(g, (Intercept)) ~ halfT(3, ${SCALE}) (default)`,
      `sd(residual) ~ halfT(3, ${SCALE}) (default)`,
    ])
  })

  it("a vector of terms: one half-t for each sd", () => {
    expect(listed("y ~ x + (x | g)").slice(2, 4)).toEqual([
      `sd(g, (Intercept)) ~ halfT(3, ${SCALE}) (default)`,
      `sd(g, x) ~ halfT(3, ${SCALE}) (default)`,
    ])
  })

  it("what is listed can be stated again and changes nothing but who chose it", () => {
    for (const formula of ["y ~ x + (1 | g) + (1 | h)", "y ~ x + (x | g)", "y ~ x + (x || g)"]) {
      const model = lmm(formula, TABLE)
      const priors = model.priors.map(({ target, prior }) => `${target} ~ ${prior}`)
      const again = lmm(formula, TABLE, { priors })
      expect(again.graph).toEqual(model.graph)
      expect(again.priors.every(({ chosenBy }) => chosenBy === "user")).toBe(true)
    }
  })
})

describe("what goes before what", () => {
  it("a coefficient's own prior before the one for all", () => {
    expect(
      listed("y ~ x + z + (1 | g)", [
        "b ~ normal(0, 1)",
        "b[z] ~ normal(0, 9)",
        "Intercept ~ normal(2, 3)",
      ]).slice(0, 3),
    ).toEqual(["Intercept ~ normal(2, 3) (user)", "b[x] ~ normal(0, 1) (user)", "b[z] ~ normal(0, 9) (user)"])
  })

  it("a term's prior before its group's, on whatever scale", () => {
    const spreads = listed("y ~ x + (x || g)", [
      "sd(g) ~ halfT(3, 1)",
      "var(g, x) ~ inverseGamma(2, 1)",
    ]).slice(2, 4)
    expect(spreads).toEqual(["sd(g) ~ halfT(3, 1) (user)", "var(g, x) ~ inverseGamma(2, 1) (user)"])
  })

  it("also among terms that vary together", () => {
    const spreads = listed("y ~ x + (x | g)", ["sd(g) ~ halfT(3, 1)", "sd(g, x) ~ halfT(3, 0.2)"]).slice(2, 4)
    expect(spreads).toEqual(["sd(g, (Intercept)) ~ halfT(3, 1) (user)", "sd(g, x) ~ halfT(3, 0.2) (user)"])
  })

  it("a half-Cauchy is the half-t with one df", () => {
    const cauchy = lmm("y ~ x + (x | g)", TABLE, { priors: ["sd(g) ~ halfCauchy(2)"] })
    const one = lmm("y ~ x + (x | g)", TABLE, { priors: ["cov(g) ~ huangWand(1, 2)"] })
    expect(cauchy.graph).toEqual(one.graph)
  })

  it("a covariance of one term is what it comes to on its variance or sd", () => {
    const graphOf = (prior: string) => lmm("y ~ x + (1 | g)", TABLE, { priors: [prior] }).graph
    expect(graphOf("cov(g) ~ inverseWishart(5, 3)")).toEqual(graphOf("var(g) ~ inverseGamma(2.5, 1.5)"))
    expect(graphOf("cov(g) ~ huangWand(3, 2)")).toEqual(graphOf("sd(g) ~ halfT(3, 2)"))
    expect(graphOf("cov(g) ~ fixed(2)")).toEqual(graphOf("var(g) ~ fixed(2)"))
  })

  it("sd and var arguments of a normal", () => {
    const graphOf = (prior: string) => lmm("y ~ x + (1 | g)", TABLE, { priors: [prior] }).graph
    expect(graphOf("b[x] ~ normal(1, 3)")).toEqual(graphOf("b[x] ~ normal(1, var = 9)"))
    expect(graphOf("b[x] ~ normal(1, 3)")).toEqual(graphOf("b[x] ~ normal(sd = 3, mean = 1)"))
  })
})

describe("library form", () => {
  it("is the text form", () => {
    const object = {
      "sd(h)": halfT(3, 1),
      "var(residual)": inverseGamma(2, 1),
      "cov(g)": inverseWishart(4, [1, 0.5]),
      "b[x]": normal(0, { var: 0.5 }),
      Intercept: normal(0, 10),
    }
    const texts = [
      "sd(h) ~ halfT(3, 1)",
      "var(residual) ~ inverseGamma(2, 1)",
      "cov(g) ~ inverseWishart(4, [1, 0.5])",
      "b[x] ~ normal(0, var = 0.5)",
      "Intercept ~ normal(0, 10)",
    ]
    const formula = "y ~ x + (x | g) + (1 | h)"
    const [a, b] = [lmm(formula, TABLE, { priors: object }), lmm(formula, TABLE, { priors: texts })]
    expect(a.graph).toEqual(b.graph)
    expect(a.priors).toEqual(b.priors)
  })
})

describe("refused, each with what, where and the remedy", () => {
  const ONE = "y ~ x + (1 | g)"
  const VECTOR = "y ~ x + (x | g)"
  const CASES: [string, string[], string][] = [
    [
      ONE,
      ["var(g) ~ inverseGamma(-1, 2)"],
      "prior of var(g): inverseGamma(-1, 2): shape must be positive, found -1; give a number above 0",
    ],
    [
      ONE,
      ["var(g) ~ inversegamma(1, 2)"],
      'prior of var(g): unknown distribution "inversegamma"; did you mean "inverseGamma"?',
    ],
    [
      ONE,
      ["sd(g) ~ inverseGamma(1, 2)"],
      "prior of sd(g): inverseGamma(1, 2): not a prior of an sd; inverseGamma is a prior of a variance: use var(…)",
    ],
    [
      ONE,
      ["sd(g) ~ normal(0, 2)"],
      "prior of sd(g): normal(0, 2): not a prior of an sd; expected one of halfT, halfCauchy, halfNormal, exponential, uniform, fixed",
    ],
    [
      ONE,
      ["b[x] ~ inverseGamma(1, 2)"],
      "prior of b[x]: inverseGamma(1, 2): not a prior of a coefficient; expected one of flat, normal, halfNormal, halfT, halfCauchy, exponential, uniform, fixed",
    ],
    [
      VECTOR,
      ["cov(g) ~ halfT(3, 2)"],
      "prior of cov(g): halfT(3, 2): not a prior of a covariance; expected one of inverseWishart, huangWand, fixed",
    ],
    [ONE, ["b[X] ~ normal(0, 2)"], 'prior of b[X]: the model has no coefficient "X"; did you mean "x"?'],
    [
      ONE,
      ["sd(gg) ~ halfT(3, 2)"],
      'prior of sd(gg): the model has no grouping factor "gg"; did you mean "g"?',
    ],
    [
      ONE,
      ["sd(county) ~ halfT(3, 2)"],
      'prior of sd(county): the model has no grouping factor "county"; expected one of g, residual',
    ],
    [
      ONE,
      ["sd(g, x) ~ halfT(3, 2)"],
      'prior of sd(g, x): "x" does not vary by g; expected one of (Intercept)',
    ],
    [
      "y ~ 0 + x + (1 | g)",
      ["Intercept ~ normal(0, 2)"],
      "prior of Intercept: the model has no intercept; leave the prior out",
    ],
    [
      "y ~ 1 + (1 | g)",
      ["b ~ normal(0, 1)"],
      'prior of b: the model has no coefficient beside the intercept; use "Intercept", or leave the prior out',
    ],
    [
      ONE,
      ["cov(residual) ~ inverseWishart(3, 2)"],
      "prior of cov(residual): the residual has one variance; use var(residual) or sd(residual)",
    ],
    [
      ONE,
      ["sd(residual, x) ~ halfT(3, 2)"],
      "prior of sd(residual, x): the residual has one variance; use var(residual) or sd(residual)",
    ],
    [ONE, ["sd(g) ~ halfT(3, 2)", "sd( g ) ~ halfT(3, 1)"], "prior of sd(g): stated twice; keep one of them"],
    [
      ONE,
      ["b[(Intercept)] ~ normal(0, 1)", "Intercept ~ flat()"],
      "prior of Intercept: stated twice; keep one of them",
    ],
    [
      ONE,
      ["sd(g) ~ halfT(3, 2)", "var(g) ~ inverseGamma(3, 1)"],
      '"sd(g) ~ halfT(3, 2)" and "var(g) ~ inverseGamma(3, 1)" are both about the same spread; keep one of them',
    ],
    [
      ONE,
      ["sd(residual) ~ halfT(3, 2)", "var(residual) ~ fixed(3)"],
      '"sd(residual) ~ halfT(3, 2)" and "var(residual) ~ fixed(3)" are both about the same spread; keep one of them',
    ],
    [
      VECTOR,
      ["sd(g) ~ halfT(3, 2)", "cov(g) ~ inverseWishart(3, 1)"],
      '"sd(g) ~ halfT(3, 2)" and "cov(g) ~ inverseWishart(3, 1)" are both about the same spread; keep one of them',
    ],
    [
      VECTOR,
      ["sd(g, x) ~ halfT(3, 2)", "cov(g) ~ inverseWishart(3, 1)"],
      '"cov(g) ~ inverseWishart(3, 1)" and "sd(g, x) ~ halfT(3, 2)" are both about the same spread; keep one of them',
    ],
    [
      VECTOR,
      ["var(g, x) ~ inverseGamma(3, 2)"],
      'prior of var(g, x): inverseGamma(3, 2): the terms (Intercept), x of g vary together, their prior is one of a covariance; use cov(g) ~ inverseWishart(…), sd(g) ~ halfT(…), or independent terms with "||"',
    ],
    [
      VECTOR,
      ["sd(g) ~ exponential(3)"],
      'prior of sd(g, (Intercept)): exponential(3): the terms (Intercept), x of g vary together; their sds take halfT or halfCauchy priors; use halfT with one df for all, cov(…) ~ inverseWishart(…), or independent terms with "||"',
    ],
    [
      VECTOR,
      ["sd(g) ~ halfT(4, 1)", "sd(g, x) ~ halfT(3, 1)"],
      'prior of sd(g, x): halfT(3, 1): the sds of terms that vary together share one df, found 4 and 3; use halfT with one df for all, cov(…) ~ inverseWishart(…), or independent terms with "||"',
    ],
    [
      VECTOR,
      ["cov(g) ~ inverseWishart(1, 1)"],
      "prior of cov(g): inverseWishart(1, 1): df must exceed q - 1 = 1, found 1; q is the number of rows of the matrix",
    ],
    [
      VECTOR,
      ["cov(g) ~ inverseWishart(3, [1, 2, 3])"],
      "prior of cov(g): inverseWishart(3, [1, 2, 3]): the matrix must be 2 × 2; give a number, a diagonal or all rows",
    ],
    [
      VECTOR,
      ["cov(g) ~ inverseWishart(3, [[1, 2, 3], [2, 5, 4]])"],
      "prior of cov(g): inverseWishart(3, [[1, 2, 3], [2, 5, 4]]): the matrix must be 2 × 2; give a number, a diagonal or all rows",
    ],
    [
      VECTOR,
      ["cov(g) ~ inverseWishart(3, [[1, 2], [3, 4]])"],
      "prior of cov(g): inverseWishart(3, [[1, 2], [3, 4]]): the matrix must be symmetric, rows 1 and 2 contradict each other; give the same number on both sides of the diagonal",
    ],
    [
      VECTOR,
      ["cov(g) ~ inverseWishart(3, [[1, 2], [2, 1]])"],
      "prior of cov(g): inverseWishart(3, [[1, 2], [2, 1]]): scale must be symmetric and positive definite, found [[1, 2], [2, 1]]; give a positive number, a positive diagonal, or the rows of a covariance matrix",
    ],
    [
      VECTOR,
      ["cov(g) ~ inverseWishart(3)"],
      "prior of cov(g): inverseWishart(3): expected inverseWishart(df, scale), found 1 argument; write inverseWishart(df, scale)",
    ],
    [
      VECTOR,
      ["cov(g) ~ inverseWishart(df = 3, S = 2)"],
      "prior of cov(g): inverseWishart(df = 3, S = 2): expected inverseWishart(df, scale), found 2 arguments; write inverseWishart(df, scale)",
    ],
    [
      VECTOR,
      ["cov(g) ~ fixed([[1, 2], [2, 1]])"],
      "prior of cov(g): fixed([[1, 2], [2, 1]]): the value must be positive definite; give a positive number, a positive diagonal, or the rows of a covariance matrix",
    ],
    [
      VECTOR,
      ["cov(g) ~ huangWand(2, [[1, 0.5], [0.5, 1]])"],
      "prior of cov(g): huangWand(2, [[1, 0.5], [0.5, 1]]): the scales of the sds are a number or a list, found rows with correlations; give 2 scales: huangWand(df, [a, b, …])",
    ],
    [
      ONE,
      ["sd(g) ~ halfT(3, [1, 2])"],
      "prior of sd(g): halfT(3, [1, 2]): expected numbers, found a list; lists are for covariance matrices",
    ],
    [
      ONE,
      ["sd(g) ~ uniform(-1, 2)"],
      "prior of sd(g): uniform(-1, 2): the lower bound must not be negative, found -1; a spread is positive",
    ],
    [
      ONE,
      ["sd(g) ~ uniform(2, 1)"],
      "prior of sd(g): uniform(2, 1): lower must be less than upper; give the smaller bound first",
    ],
    [
      ONE,
      ["sd(g) ~ fixed(0)"],
      "prior of sd(g): fixed(0): the value must be positive, found 0; leave the term out instead",
    ],
    [
      ONE,
      ["sd(g) ~ halfT(3)"],
      "prior of sd(g): halfT(3): expected halfT(df, scale), found 1 argument; write halfT(df, scale)",
    ],
    [
      ONE,
      ["b[x] ~ normal(0, var = -1)"],
      "prior of b[x]: normal(0, var = -1): var must be positive, found -1; give a number above 0",
    ],
    [
      ONE,
      ["b[x] ~ normal(0, sdd = 1)"],
      'prior of b[x]: normal(0, sdd = 1): unknown argument "sdd"; did you mean "sd"?',
    ],
    [
      ONE,
      ["sd(g) ~ halfT(3, Inf)"],
      "prior of sd(g): halfT(3, Infinity): scale must be finite, found Infinity; give a finite number",
    ],
  ]

  it.each(CASES)("%s with %j", (formula, priors, message) => {
    expect(refusal(formula, ...priors)).toBe(message)
  })
})
