import { describe, expect, it } from "vitest"
import { GibbsError, ModelError } from "../../src/core/errors.ts"
import {
  canonicalParameters,
  distributions,
  lookupDistribution,
  validateParameters,
} from "../../src/distributions/registry.ts"

/** The one line a user sees. */
function lineOf(act: () => void): string {
  try {
    act()
  } catch (error) {
    expect(error).toBeInstanceOf(ModelError)
    if (error instanceof GibbsError) return error.oneLine()
  }
  return "no error"
}
const validate = (name: string, values: readonly number[], q?: number) =>
  lineOf(() => validateParameters(lookupDistribution(name), values, q))
const canonical = (name: string, positional: readonly number[], named?: Record<string, number>) =>
  canonicalParameters(lookupDistribution(name), positional, named)

describe("validateParameters", () => {
  it.each([
    ["inverseGamma", [-1, 2], "inverseGamma(-1, 2): shape must be positive, found -1; give a number above 0"],
    ["inverseGamma", [1, 0], "inverseGamma(1, 0): scale must be positive, found 0; give a number above 0"],
    ["halfT", [NaN, 2], "halfT(NaN, 2): df must be finite, found NaN; give a finite number"],
    [
      "normal",
      [0, Infinity],
      "normal(0, Infinity): variance must be finite, found Infinity; give a finite number",
    ],
    ["halfCauchy", [0], "halfCauchy(0): scale must be positive, found 0; give a number above 0"],
    ["exponential", [-2], "exponential(-2): rate must be positive, found -2; give a number above 0"],
    ["uniform", [3, 1], "uniform(3, 1): lower must be less than upper; give the smaller bound first"],
    [
      "inverseGamma",
      [1],
      "inverseGamma(1): expected inverseGamma(shape, scale), found 1 argument; write inverseGamma(shape, scale)",
    ],
    ["flat", [1], "flat(1): expected flat(), found 1 argument; write flat()"],
  ])("%s(%j)", (name, values, line) => {
    expect(validate(name, values)).toBe(line)
  })

  it.each([
    [
      "inverseWishart",
      [1, 0.1, 0, 0, 0.1],
      "inverseWishart(1, 0.1): df must exceed q - 1 = 1, found 1; q is the number of rows of the matrix",
    ],
    [
      "inverseWishart",
      [3, 2, 0, 0, -1],
      "inverseWishart(3, [2, -1]): scale must be symmetric and positive definite, found [2, -1]; " +
        "give a positive number, a positive diagonal, or the rows of a covariance matrix",
    ],
    [
      "inverseWishart",
      [3, 2, 1, 0.5, 2],
      "inverseWishart(3, [[2, 1], [0.5, 2]]): scale must be symmetric and positive definite, found [[2, 1], [0.5, 2]]; " +
        "give a positive number, a positive diagonal, or the rows of a covariance matrix",
    ],
    [
      "inverseWishart",
      [3, 1, 2],
      "inverseWishart(3, 1, 2): expected inverseWishart(df, scale), found 3 arguments; write inverseWishart(df, scale)",
    ],
    [
      "huangWand",
      [2, 1, -1],
      "huangWand(2, [1, -1]): scale must be positive, found -1; give a number above 0",
    ],
    ["huangWand", [0, 1, 1], "huangWand(0, 1): df must be positive, found 0; give a number above 0"],
    [
      "multivariateNormal",
      [0, NaN, 1, 0, 0, 1],
      "multivariateNormal([0, NaN], 1): mean must be finite, found NaN; give a finite number",
    ],
  ])("%s(%j), q = 2", (name, values, line) => {
    expect(validate(name, values, 2)).toBe(line)
  })

  it("accepts what is fine", () => {
    expect(validate("inverseGamma", [1e-3, 1e3])).toBe("no error")
    expect(validate("inverseWishart", [1.001, 2, 0.5, 0.5, 2], 2)).toBe("no error")
    expect(validate("huangWand", [2, 1, 5, 9], 3)).toBe("no error")
    expect(validate("fixed", [0])).toBe("no error")
    expect(validate("flat", [])).toBe("no error")
  })
})

describe("canonicalParameters", () => {
  it("reads every way of stating a normal as (mean, variance)", () => {
    expect(canonical("normal", [1, 3])).toEqual([1, 9])
    expect(canonical("normal", [1], { sd: 3 })).toEqual([1, 9])
    expect(canonical("normal", [1], { var: 3 })).toEqual([1, 3])
    expect(canonical("normal", [1], { variance: 3 })).toEqual([1, 3])
    expect(canonical("normal", [1], { precision: 4 })).toEqual([1, 0.25])
    expect(canonical("normal", [], { sd: 3, mean: 1 })).toEqual([1, 9])
  })

  it("reads the others by place or name", () => {
    expect(canonical("inverseGamma", [2, 100])).toEqual([2, 100])
    expect(canonical("inverseGamma", [2], { scale: 100 })).toEqual([2, 100])
    expect(canonical("uniform", [0, 10])).toEqual([0, 10])
    expect(canonical("uniform", [], { b: 10, a: 0 })).toEqual([0, 10])
    expect(canonical("flat", [])).toEqual([])
  })

  it.each([
    [
      "inverseGamma",
      [-1, 2],
      {},
      "inverseGamma(-1, 2): shape must be positive, found -1; give a number above 0",
    ],
    ["normal", [0, -1], {}, "normal(0, -1): sd must be positive, found -1; give a number above 0"],
    [
      "normal",
      [0],
      { var: -1 },
      "normal(0, var = -1): var must be positive, found -1; give a number above 0",
    ],
    ["normal", [0], { vr: 1 }, 'normal(0, vr = 1): unknown argument "vr"; did you mean "var"?'],
    [
      "normal",
      [0],
      {},
      "normal(0): expected normal(mean, sd), found 1 argument; " +
        "write normal(mean, sd) or normal(mean, var) or normal(mean, variance) or normal(mean, precision)",
    ],
    [
      "normal",
      [0, 1],
      { var: 2 },
      "normal(0, 1, var = 2): expected normal(mean, sd), found 3 arguments; " +
        "write normal(mean, sd) or normal(mean, var) or normal(mean, variance) or normal(mean, precision)",
    ],
    [
      "normal",
      [0],
      { mean: 2 },
      "normal(0, mean = 2): expected normal(mean, sd), found 2 arguments; " +
        "write normal(mean, sd) or normal(mean, var) or normal(mean, variance) or normal(mean, precision)",
    ],
    ["uniform", [5, 5], {}, "uniform(5, 5): lower must be less than upper; give the smaller bound first"],
    [
      "normal",
      [0, 1e-200],
      {},
      "normal(0, 1e-200): variance must be positive, found 0; give a number above 0",
    ],
  ])("%s(%j, %j)", (name, positional, named, line) => {
    expect(lineOf(() => canonical(name, positional, named))).toBe(line)
  })
})

describe("the registry", () => {
  it("knows every family of the public interface", () => {
    for (const name of [
      "flat",
      "normal",
      "inverseGamma",
      "inverseWishart",
      "halfT",
      "halfCauchy",
      "halfNormal",
      "exponential",
      "uniform",
      "huangWand",
      "fixed",
    ])
      expect(lookupDistribution(name).name).toBe(name)
  })

  it("suggests the right name for a wrong one", () => {
    expect(lineOf(() => lookupDistribution("halfCauchi"))).toBe(
      'unknown distribution "halfCauchi"; did you mean "halfCauchy"?',
    )
    expect(lineOf(() => lookupDistribution("toString"))).toMatch(
      /^unknown distribution "toString"; expected one of /,
    )
  })

  it("has unique names and labels, and a first form as long as the parameters", () => {
    expect(new Set(distributions.map((d) => d.name)).size).toBe(distributions.length)
    expect(new Set(distributions.map((d) => d.label)).size).toBe(distributions.length)
    for (const d of distributions) {
      expect(d.label.toLowerCase()).toBe(d.name.toLowerCase())
      expect(d.latex).toBe(`\\operatorname{${d.label}}`)
      for (const form of d.forms) expect(form.arguments).toHaveLength(d.parameters.length)
      if (d.kind === "scalar" && d.direct !== undefined)
        expect(d.parameters.every((spec) => spec.shape === "scalar")).toBe(true)
    }
  })
})
