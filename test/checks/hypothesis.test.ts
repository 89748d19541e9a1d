import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { sample } from "../../src/chains/sample.ts"
import { evaluateDraws, parseHypothesis, scalarsIn } from "../../src/checks/draws-expression.ts"
import { hypothesis } from "../../src/checks/hypothesis.ts"
import { ModelSyntaxError, OptionError, showSpan } from "../../src/core/errors.ts"
import { essMean } from "../../src/diagnostics/ess-mean.ts"
import { mean, standardDeviation } from "../../src/diagnostics/moments.ts"
import { lmm } from "../../src/samplers/model.ts"

const NAMES = [
  "b[(Intercept)]",
  "b[x]",
  "b[I(x - 2)]",
  "sd[county,(Intercept)]",
  "u[county,(Intercept),ST LOUIS, MO]",
  "alpha[3]",
  "mu",
  "e1",
]
const VALUES: Record<string, number> = Object.fromEntries(NAMES.map((name, k) => [name, k + 2]))
const value = (text: string): number => {
  const { left, right, comparison } = parseHypothesis(text, NAMES)
  const read = (name: string) => Float64Array.of(VALUES[name]!)
  const [a, b] = [left, right].map((e) => evaluateDraws(e, read, 1)[0]!)
  return comparison === null ? a! : a! - b!
}
const failureOf = (text: string): ModelSyntaxError => {
  try {
    parseHypothesis(text, NAMES)
  } catch (error) {
    if (error instanceof ModelSyntaxError) return error
    throw error
  }
  throw new Error(`"${text}" parses`)
}

describe("expressions of draws", () => {
  it.each([
    ["1 + 2 * 3", 7],
    ["(1 + 2) * 3", 9],
    ["2 ^ 3 ^ 2", 512],
    ["-2 ^ 2", -4],
    ["2 ^ -1", 0.5],
    ["2 ^ -1 ^ 2", 0.5],
    ["6 / 3 / 2", 1],
    ["5 - 2 - 1", 2],
    ["-3 * -2", 6],
    ["1.5e1 + .5", 15.5],
    ["b[x] - b[(Intercept)]", 1],
    ["b[I(x - 2)] * 2", 8],
    ["sd[county,(Intercept)] / alpha[3]", 5 / 7],
    ["u[county,(Intercept),ST LOUIS, MO] + mu", 14],
    ["log(exp(mu)) + e1", 17],
    ["max(b[x], mu, 1) - min(4,2)", 6],
    ["ilogit(logit(0.3))", 0.3],
    ["sqrt(abs(-mu*2))", 4],
    ["  b[x]   >  1 ", 2],
    ["mu <= alpha[3]", 1],
  ])("%s is %d", (text, expected) => {
    expect(value(text)).toBeCloseTo(expected, 12)
  })

  it("agrees with JavaScript on arithmetic that both write alike", () => {
    const leaf = fc.oneof(fc.integer({ min: 1, max: 9 }).map(String), fc.constantFrom("mu", "e1"))
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        leaf,
        fc
          .tuple(tie("tree"), fc.constantFrom("+", "-", "*", "/"), tie("tree"))
          .map(([a, op, b]) => `${a} ${op} ${b}`),
        tie("tree").map((a) => `(${a})`),
        leaf.map((a) => `-${a}`),
      ),
    }))
    fc.assert(
      fc.property(tree, (text) => {
        const expected = new Function("mu", "e1", `return ${text.replaceAll("--", "- -")}`)(
          VALUES.mu,
          VALUES.e1,
        )
        expect(value(text)).toBe(expected)
      }),
    )
  })

  it("knows the scalars in it", () => {
    expect(scalarsIn(parseHypothesis("max(b[x], -mu) ^ 2 / alpha[3]", NAMES).left)).toEqual([
      "b[x]",
      "mu",
      "alpha[3]",
    ])
  })

  it.each([
    ["b[y] > 0", "b[y]", 'there are no draws of "b[y]"', 'did you mean "b[x]"?'],
    [
      "1 + sd[county, (Intercept)]",
      "sd[county, (Intercept)]",
      'there are no draws of "sd[county, (Intercept)]"',
      'did you mean "sd[county,(Intercept)]"?',
    ],
    ["b[x] = 0", "=", 'expected an operator or a comparison, found "="', "equality of continuous"],
    ["b[x] > 0 > mu", ">", 'expected the end, found ">"', "one comparison at a time"],
    ["lg(mu)", "lg", 'unknown function "lg"', 'did you mean "log"?'],
    ["log(mu, 2)", "log(mu, 2)", "log() takes 1 argument, found 2", undefined],
    ["(mu + 1", "", 'expected ")", found the end', undefined],
    ["mu +", "", "expected a scalar, a number or a parenthesis, found the end", undefined],
    ["mu & 1", "&", 'expected an operator or a comparison, found "&"', undefined],
    ["", "", "the hypothesis is empty", 'for instance "b[x] > 0"'],
    ["mu > ", "", "expected a scalar, a number or a parenthesis, found the end", undefined],
  ])("%s: the error has its place", (text, place, message, hint) => {
    const error = failureOf(text)
    expect(error.message).toBe(message)
    expect(text.slice(error.span!.start, error.span!.end)).toBe(place)
    expect(showSpan(error.span!)).toContain("^")
    if (hint !== undefined) expect(error.hint).toContain(hint)
  })

  it("nesting that no one writes is refused, not overflown", () => {
    expect(failureOf(`${"(".repeat(5000)}1`).message).toBe("the expression is nested too deeply")
    expect(failureOf(`${"-".repeat(5000)}1`).message).toBe("the expression is nested too deeply")
  })
})

describe("hypotheses of a posterior", async () => {
  const data = {
    y: [1, 2, 4, 3, 5, 7, 2, 2, 5, 4, 6, 9],
    x: [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2],
    g: [..."aaabbbcccddd"],
  }
  const posterior = await sample(lmm("y ~ x + (1 | g)", data), {
    chains: 4,
    draws: 250,
    warmup: 200,
    workers: 1,
  })
  const b = posterior.draws("b[x]")

  it("probability, evidence ratio and interval are those of the draws", () => {
    const found = hypothesis(posterior, "b[x] > 1.5")
    const holds = b.map((draw) => (draw > 1.5 ? 1 : 0))
    const p = mean(holds)
    expect(found.probability).toBe(p)
    expect(found.evidenceRatio).toBe(p / (1 - p))
    expect(found.estimate).toBeCloseTo(mean(b) - 1.5, 12)
    expect(found.sd).toBeCloseTo(standardDeviation(b), 12)
    expect(found.lower).toBeLessThan(found.upper)
    const chains = [0, 1, 2, 3].map((c) => holds.subarray(250 * c, 250 * (c + 1)))
    expect(found.mcse!).toBeCloseTo(standardDeviation(holds) / Math.sqrt(essMean(chains)), 12)
    expect(hypothesis(posterior, "b[x] <= 1.5").probability).toBeCloseTo(1 - p, 12)
  })

  it("ratios of spreads, and an expression alone", () => {
    const ratio = hypothesis(posterior, "sd[g,(Intercept)] / sd[residual]")
    expect([ratio.probability, ratio.mcse, ratio.evidenceRatio]).toEqual([null, null, null])
    const icc = hypothesis(posterior, "var[g,(Intercept)] / (var[g,(Intercept)] + var[residual]) > 0.2")
    const expected = posterior
      .draws("var[g,(Intercept)]")
      .map((v, s) => v / (v + posterior.draws("var[residual]")[s]!))
    expect(icc.probability).toBe(expected.filter((share) => share > 0.2).length / 1000)
  })

  it("what has no answer says so", () => {
    const certain = hypothesis(posterior, "sd[residual] > 0")
    expect([certain.probability, certain.evidenceRatio]).toEqual([1, Infinity])
    const undefinedRoot = hypothesis(posterior, "sqrt(b[x] - 100) > 0")
    expect(undefinedRoot.probability).toBeNull()
    expect(undefinedRoot.estimate).toBeNaN()
    expect(undefinedRoot.reason).toMatch(/draws are NaN/)
    expect(() => hypothesis(posterior, "b[x] > 0", { level: 2 })).toThrow(OptionError)
  })
})
