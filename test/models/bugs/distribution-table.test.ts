import { describe, expect, it } from "vitest"
import { GibbsError, ModelError } from "../../../src/core/errors.ts"
import { lookupDistribution } from "../../../src/distributions/registry.ts"
import {
  type BugsDistribution,
  bugsDistributions,
  checkArgumentCount,
  isBugsDistribution,
  lookupBugsDistribution,
} from "../../../src/models/bugs/distribution-table.ts"
import { streamFor } from "../../../src/random/stream.ts"
import oracle from "../../oracle/bugs-densities.json" with { type: "json" }

/** Arguments one after another with a gap before each, so that offsets matter. */
function layOut(args: readonly (readonly number[])[]) {
  const starts: number[] = []
  const values: number[] = []
  for (const arg of args) {
    values.push(NaN)
    starts.push(values.length)
    values.push(...arg)
  }
  return { values: Float64Array.from(values), starts, lengths: args.map((arg) => arg.length) }
}

function logDensity(d: BugsDistribution, x: readonly number[], args: readonly (readonly number[])[]): number {
  if (d.calling === "numbers") {
    const [a = NaN, b = NaN, c = NaN, e = NaN] = args.map((arg) => arg[0]!)
    return d.logDensity(x[0]!, a, b, c, e)
  }
  const { values, starts, lengths } = layOut(args)
  return d.logDensity(Float64Array.from([NaN, NaN, ...x]), 2, x.length, values, starts, lengths)
}

/** Canonical parameters of the family. */
function canonicalOf(d: BugsDistribution, args: readonly (readonly number[])[], length: number): number[] {
  const { values, starts, lengths } = layOut(args)
  const out = new Float64Array(length + 1).fill(NaN)
  d.toCanonical(values, starts, lengths, out)
  expect(out[length]).toBeNaN()
  return Array.from(out.subarray(0, length))
}

/**
 * Ours less JAGS's at the first point with these arguments: JAGS leaves constants out of the density of dscaled.wishart (ours is held
 * to integrate to one where its family is tested), so that only differences between points can be compared.
 */
function constantOf(args: readonly (readonly number[])[]): number {
  const first = oracle.densities.find(
    (c) => c.name === "dscaled.wishart" && JSON.stringify(c.args) === JSON.stringify(args),
  )!
  return logDensity(lookupBugsDistribution("dscaled.wishart"), first.x, args) - Number(first.logDensity)
}

const CASES = oracle.densities.map((c) => [`${c.name}(${c.args.join("; ")}) at ${c.x.join()}`, c] as const)

describe("every distribution of the language", () => {
  it.each(CASES)("%s has JAGS's log density, and its family's", (_, { name, x, args, logDensity: text }) => {
    const d = lookupBugsDistribution(name)
    const expected = Number(text)
    const found = logDensity(d, x, args)
    const constant = name === "dscaled.wishart" ? constantOf(args) : 0
    if (Number.isFinite(expected))
      expect(Math.abs(found - expected - constant)).toBeLessThan(1e-11 * Math.max(1, Math.abs(expected)))
    else expect(found).toBe(expected)
    expect(d.checkArguments(args)).toBeUndefined()
    expect(checkArgumentCount(d, args.length)).toBeUndefined()
    if (d.family === null) return
    const family = lookupDistribution(d.family)
    const p = canonicalOf(
      d,
      args,
      args.reduce((sum, arg) => sum + arg.length, 0),
    )
    const own =
      family.kind === "scalar"
        ? family.logDensity(x[0]!, p)
        : family.logDensity(
            Float64Array.from(x),
            family.kind === "matrix" ? Math.sqrt(x.length) : x.length,
            p,
          )
    if (Number.isFinite(expected)) expect(own).toBeCloseTo(found, 12)
  })

  it("is held against JAGS, but for those it does not have", () => {
    const covered = new Set(oracle.densities.map((c) => c.name))
    expect(bugsDistributions.map((d) => d.name).filter((name) => !covered.has(name))).toEqual([
      "dinvgamma",
      "dflat",
      "dloglik",
      "dsum",
    ])
  })

  it("says what it takes", () => {
    const names = bugsDistributions.flatMap((d) => [d.name, ...d.aliases])
    expect(new Set(names).size).toBe(names.length)
    for (const d of bugsDistributions) {
      expect(d.argumentKinds).toHaveLength(d.argumentNames.length)
      if (d.family !== null) {
        const family = lookupDistribution(d.family)
        expect(d.discrete).toBe(family.discrete ?? false)
        expect(d.shape).toBe(family.kind)
        expect(d.isProper).toBe(family.isProper)
        expect(d.arguments).toHaveLength(family.parameters.length)
      }
      if (d.shapeFrom >= 0) expect(d.argumentKinds[d.shapeFrom]).toBe(d.shape)
    }
  })
})

describe("numbers in, a number out", () => {
  const numbers = oracle.densities.flatMap(({ name, x, args }) => {
    const d = lookupBugsDistribution(name)
    const [a = NaN, b = NaN, c = NaN, e = NaN] = args.map((arg) => arg[0]!)
    return d.calling === "numbers" ? [[name, { d, x: x[0]!, args, a, b, c, e }] as const] : []
  })

  it.each(numbers)(
    "%s has the family's moments, cdf, draws and truncation",
    (name, { d, x, args, a, b, c, e }) => {
      const family = lookupDistribution(d.family!)
      if (family.kind !== "scalar") throw new Error(name)
      const p = canonicalOf(d, args, args.length)
      const same = (found: number, expected: number) =>
        Number.isFinite(expected)
          ? expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-12 * Math.abs(expected))
          : expect(found).toBe(expected)
      same(d.mean(a, b, c, e), family.mean(p))
      same(d.variance(a, b, c, e), family.variance(p))
      same(d.cdf(x, a, b, c, e), family.cdf(x, p))
      same(d.survival(x, a, b, c, e), family.survival!(x, p))
      same(d.quantile(0.3, a, b, c, e), family.quantile!(0.3, p))
      same(d.logLikelihood(x, a, b, c, e), family.logLikelihood!(x, p))
      const stream = streamFor("table", 0, name)
      same(d.sample(stream.clone(), a, b, c, e), family.sample(stream.clone(), p))
      const bounds = new Float64Array(2)
      d.support(bounds, a, b, c, e)
      expect(bounds[0]).toBe(family.support(p).lower)
      expect(bounds[1]).toBe(family.support(p).upper)
      const [low, high] = [d.quantile(0.4, a, b, c, e), d.quantile(0.7, a, b, c, e)]
      const mass = family.cdf(high, p) - family.cdf(d.discrete ? low - 1 : low, p)
      expect(Math.abs(Math.exp(d.logMass(low, high, a, b, c, e)) - mass)).toBeLessThan(1e-12)
      for (let k = 0; k < 20; k++) {
        const draw = d.sampleTruncated(stream, low, high, a, b, c, e)
        expect(draw >= low && draw <= high).toBe(true)
      }
      expect(d.isValid(a, b, c, e)).toBe(true)
      expect(d.isValid(NaN, b, c, e)).toBe(false)
    },
  )

  it("dsum and dinterval are functions of their arguments", () => {
    const sum = lookupBugsDistribution("dsum")
    expect(logDensity(sum, [6], [[1], [2], [3]])).toBe(0)
    expect(logDensity(sum, [6.001], [[1], [2], [3]])).toBe(-Infinity)
    expect(logDensity(sum, [0.3], [[0.1, 0.2]])).toBe(0)
    const interval = lookupBugsDistribution("dinterval")
    if (interval.calling === "numbers") throw new Error("dinterval")
    const out = new Float64Array(1)
    const { values, starts, lengths } = layOut([[3], [0, 1, 3]])
    interval.sample(streamFor("interval", 0, "test"), out, 0, 1, values, starts, lengths)
    // On the last cutpoint is below it.
    expect(out[0]).toBe(2)
    expect(sum.isDetermined && interval.isDetermined).toBe(true)
  })
})

describe("invalid arguments", () => {
  it.each([
    ["dnorm", 0, [[0], [-1]], "precision must be positive, found -1"],
    ["dnorm", 0, [[NaN], [1]], "mean must be finite, found NaN"],
    ["dgamma", 1, [[0], [1]], "shape must be positive, found 0"],
    ["dgamma", 1, [[1], [-1]], "rate must be positive, found -1"],
    ["dbern", 1, [[1.2]], "probability must be between 0 and 1, found 1.2"],
    ["dbin", 3, [[0.2], [3.5]], "size must be 0, 1, 2, …, found 3.5"],
    ["dbin", 3, [[-0.2], [3]], "probability must be between 0 and 1, found -0.2"],
    ["dpois", 0, [[-2]], "mean must not be negative, found -2"],
    ["dunif", 1, [[2], [0]], "lower must be less than upper, found 2 and 0"],
    ["dexp", 1, [[-1]], "rate must be positive, found -1"],
    ["dbeta", 0.5, [[-1], [1]], "a must be positive, found -1"],
    ["dt", 0, [[0], [1], [0]], "df must be positive, found 0"],
    ["ddexp", 0, [[0], [-1]], "rate must be positive, found -1"],
    ["dlogis", 0, [[0], [-1]], "rate must be positive, found -1"],
    ["dweib", 1, [[-1], [1]], "shape must be positive, found -1"],
    ["dlnorm", 1, [[0], [-1]], "precision must be positive, found -1"],
    ["dnegbin", 1, [[0], [1]], "probability must be positive, found 0"],
    ["dpar", 1, [[1], [-1]], "c must be positive, found -1"],
    ["dhyper", 1, [[2], [2], [5], [1]], "m1 must not exceed n1 + n2 = 4, found 5"],
    ["dcat", 1, [[1, -1]], "pi must not be negative, nor all 0, found -1"],
    ["dcat", 1, [[0, 0]], "pi must not be negative, nor all 0, found [0, 0]"],
    [
      "dnormmix",
      1,
      [
        [0, 1],
        [1, -1],
        [1, 1],
      ],
      "tau must be positive, found -1",
    ],
    ["dordered.logit", 1, [[0], [2, 1]], "cuts must increase, found [2, 1]"],
    ["dwish", 1, [[2], [0]], "df must be positive, found 0"],
  ] as const)("%s(%3$j): no density, and a reason", (name, x, args, reason) => {
    const d = lookupBugsDistribution(name)
    expect(d.checkArguments(args)).toBe(reason)
    const density = logDensity(d, [x], args)
    expect(Number.isNaN(density) || density === -Infinity).toBe(true)
  })

  it("a matrix that is not positive definite, or does not fit, gives none either", () => {
    const bad = [1, 2, 2, 1]
    const normal = lookupBugsDistribution("dmnorm")
    expect(logDensity(normal, [0, 0], [[0, 0], bad])).toBe(-Infinity)
    expect(normal.checkArguments([[0, 0], bad])).toMatch(/^precision must be symmetric and positive definite/)
    expect(
      normal.checkArguments([
        [0, 0, 0],
        [2, 0, 0, 2],
      ]),
    ).toBe("the matrix must be 3 × 3, found 4 elements")
    const wishart = lookupBugsDistribution("dwish")
    expect(logDensity(wishart, [1, 0, 0, 1], [bad, [3]])).toBe(-Infinity)
    expect(logDensity(wishart, bad, [[1, 0, 0, 1], [3]])).toBe(-Infinity)
    expect(logDensity(wishart, [1, 0, 0, 1], [[1, 0, 0, 1], [0.5]])).toBeNaN()
    expect(wishart.checkArguments([[1, 0, 0, 1], [0.5]])).toBe("df must exceed q - 1 = 1, found 0.5")
  })
})

describe("names", () => {
  it.each([
    ["dnormal", "dnorm"],
    ["dgama", "dgamma"],
    ["dlaplace", "ddexp"],
    ["dcauchy", "dt"],
  ])("%s: did you mean %s", (wrong, right) => {
    expect(isBugsDistribution(wrong)).toBe(false)
    try {
      lookupBugsDistribution(wrong)
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(ModelError)
      if (error instanceof GibbsError)
        expect(error.oneLine()).toBe(`unknown distribution "${wrong}"; did you mean "${right}"?`)
    }
  })

  it("aliases are the same distribution", () => {
    expect(lookupBugsDistribution("dbinom")).toBe(lookupBugsDistribution("dbin"))
    expect(lookupBugsDistribution("ddirich")).toBe(lookupBugsDistribution("ddirch"))
  })

  it.each([
    ["dnorm", 3, "dnorm takes a mean and a precision, found 3 arguments"],
    ["dexp", 0, "dexp takes a rate, found 0 arguments"],
    ["dt", 1, "dt takes a location, a precision and a df, found 1 argument"],
    ["dflat", 1, "dflat takes no arguments, found 1 argument"],
    ["dcat", 2, "dcat takes a pi (a vector), found 2 arguments"],
    ["dhyper", 3, "dhyper takes an n1, an n2, an m1 and a psi, found 3 arguments"],
    ["dwish", 1, "dwish takes an R (a matrix) and a df, found 1 argument"],
    ["dsum", 0, "dsum takes an x, or several, found 0 arguments"],
  ])("%s with %d arguments", (name, count, message) => {
    expect(checkArgumentCount(lookupBugsDistribution(name), count)).toBe(message)
  })
})
