import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ModelSyntaxError, showSpan } from "../../../src/core/errors.ts"
import {
  exponential,
  fixed,
  flat,
  halfCauchy,
  halfNormal,
  halfT,
  huangWand,
  inverseGamma,
  inverseWishart,
  normal,
  uniform,
} from "../../../src/models/builder/distributions.ts"
import {
  type PriorSpec,
  type PriorTarget,
  parsePrior,
  parseTarget,
  printPrior,
  printTarget,
} from "../../../src/models/formula/priors.ts"

describe("texts and constructors say the same", () => {
  const SAME: [string, PriorSpec][] = [
    ["flat()", flat()],
    ["normal(0, 2.5)", normal(0, 2.5)],
    ["normal(0, var = 0.5)", normal(0, { var: 0.5 })],
    ["normal(-1, sd = .5)", normal(-1, { sd: 0.5 })],
    ["inverseGamma(2, 100)", inverseGamma(2, 100)],
    ["inverseGamma(1e-3, 1E-3)", inverseGamma(0.001, 0.001)],
    ["inverseWishart(3, 0.1)", inverseWishart(3, 0.1)],
    ["inverseWishart(3, [500, 50])", inverseWishart(3, [500, 50])],
    ["inverseWishart(3, c(500, 50))", inverseWishart(3, [500, 50])],
    ["inverseWishart(3, diag(500, 50))", inverseWishart(3, [500, 50])],
    [
      "inverseWishart(3, [[1, 0.5], [0.5, 2]])",
      inverseWishart(3, [
        [1, 0.5],
        [0.5, 2],
      ]),
    ],
    ["halfT(3, 2.5)", halfT(3, 2.5)],
    ["halfCauchy(+5.)", halfCauchy(5)],
    ["halfNormal( 1 )", halfNormal(1)],
    ["exponential(0.1)", exponential(0.1)],
    ["uniform(0, 10)", uniform(0, 10)],
    ["huangWand(2, [1, 0.1])", huangWand(2, [1, 0.1])],
    ["fixed(0.25)", fixed(0.25)],
  ]

  it.each(SAME)("%s", (text, spec) => {
    expect(parsePrior(`sd(g) ~ ${text}`).prior).toEqual(spec)
    expect(parsePrior(`sd(g) ~ ${printPrior(spec)}`).prior).toEqual(spec)
  })

  it("blanks do not matter, and the text is kept for messages", () => {
    expect(parsePrior("  sd(g)~halfT( 3 ,1 ) ")).toEqual({
      target: { kind: "sd", group: "g", term: null },
      prior: halfT(3, 1),
      text: "sd(g)~halfT( 3 ,1 )",
    })
  })
})

describe("targets", () => {
  const TARGETS: [string, PriorTarget][] = [
    ["Intercept", { kind: "intercept" }],
    ["b[(Intercept)]", { kind: "intercept" }],
    ["b", { kind: "coefficient", name: null }],
    ["b[floor]", { kind: "coefficient", name: "floor" }],
    ["b[I(year - 78)]", { kind: "coefficient", name: "I(year - 78)" }],
    ["b[poly(x, 2)1]", { kind: "coefficient", name: "poly(x, 2)1" }],
    ["sd(county)", { kind: "sd", group: "county", term: null }],
    ["var( region:state )", { kind: "var", group: "region:state", term: null }],
    ["cov(county)", { kind: "cov", group: "county", term: null }],
    ["sd(county, floor)", { kind: "sd", group: "county", term: "floor" }],
    ["sd(county, (Intercept))", { kind: "sd", group: "county", term: "(Intercept)" }],
    ["sd(county, I(a + f(b, c)))", { kind: "sd", group: "county", term: "I(a + f(b, c))" }],
    ["var(residual)", { kind: "var", group: "residual", term: null }],
  ]

  it.each(TARGETS)("%s", (text, target) => {
    expect(parseTarget(text)).toEqual(target)
    expect(parseTarget(printTarget(target))).toEqual(target)
  })
})

describe("numbers", () => {
  it("every finite double can be typed and printed", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const { prior } = parsePrior(`b[x] ~ ${printPrior(normal(value, 1))}`)
        // Minus zero is printed as zero.
        expect(prior.positional[0]).toBe(value === 0 ? 0 : value)
      }),
      { seed: 1 },
    )
  })
})

describe("what is wrong is said and shown", () => {
  /** Text, message after `prior "…": `, column of the caret. */
  const WRONG: [string, string, number][] = [
    ["sd(g)", 'expected "TARGET ~ DIST", found no "~"', 5],
    ["sd(g) ~", "expected the name of a distribution, found the end", 7],
    ["sd(g) ~ 3", 'expected the name of a distribution, found "3"', 8],
    ["sd(g) ~ halfT", 'expected "(", found the end', 13],
    ["sd(g) ~ halfT(3", 'expected ")", found the end', 15],
    ["sd(g) ~ halfT(3,", "expected a number, found the end", 16],
    ["sd(g) ~ halfT(3 1)", 'expected ")", found "1"', 16],
    ["sd(g) ~ halfT(3, x)", 'expected a number, found "x"', 17],
    ["sd(g) ~ halfT(3, 1) + 2", 'expected the end, found "+"', 20],
    ["b[x] ~ normal(0, var = )", 'expected a number, found ")"', 23],
    ["b[x] ~ normal(mean = 0, 1)", 'expected name = value after a named argument, found "1"', 24],
    ["b[x] ~ normal(0, var = 1, var = 2)", '"var" is given twice', 28],
    ["cov(g) ~ inverseWishart(3, [])", 'expected a number, found "]"', 28],
    ["cov(g) ~ inverseWishart(3, [1, 2)", 'expected "]", found ")"', 32],
    ["cov(g) ~ inverseWishart(3, [1, [2, 3]])", 'expected rows of numbers, all of them lists, found ")"', 38],
  ]

  it.each(WRONG)("%s", (text, message, column) => {
    const error = errorOf(text)
    expect(error.message).toBe(`prior "${text}": ${message}`)
    expect(error.code).toBe("prior-syntax")
    expect(showSpan(error.span!)).toBe(`${text}\n${" ".repeat(column)}^`)
  })

  it.each(["tau", "sd g", "b[]", "b[x", "sd()", "sd(g, )", "sigma(g)", ""])("target %j", (target) => {
    const error = errorOf(`${target} ~ halfT(3, 1)`)
    expect(error.message).toBe(`prior: unknown target "${target}"`)
    expect(error.code).toBe("prior-target")
    expect(error.hint).toBe(
      "expected Intercept, b, b[name], sd(group), sd(group, term), var(group), cov(group), sd(residual) or var(residual)",
    )
  })

  it("any text either parses or is a syntax error", () => {
    const pieces = fc.constantFrom(
      "sd(g)",
      "~",
      "halfT",
      "(",
      ")",
      "3",
      ",",
      "[",
      "]",
      "=",
      "var",
      " ",
      "-",
      ".",
      "e",
      "c(",
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
        try {
          parsePrior(parts.join(""))
        } catch (error) {
          expect(error).toBeInstanceOf(ModelSyntaxError)
        }
      }),
      { seed: 2, numRuns: 500 },
    )
  })
})

function errorOf(text: string): ModelSyntaxError {
  try {
    parsePrior(text)
  } catch (error) {
    if (error instanceof ModelSyntaxError) return error
  }
  throw new Error(`"${text}" is not a syntax error`)
}
