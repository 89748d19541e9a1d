/** Closed form: with every variance known the posterior of coefficients and effects is normal, by algebra. */
import { describe, expect, it } from "vitest"
import { mcseMean } from "../../src/diagnostics/mcse-mean.ts"
import { mean } from "../../src/diagnostics/moments.ts"
import { chainsOf } from "../../src/draws/draws.ts"
import type { Design } from "../../src/models/formula/design.ts"
import { invert } from "../kit/evaluate-expression.ts"
import { MCSE_LIMIT } from "../kit/goodness-of-fit.ts"
import { runHere } from "../kit/run-here.ts"
import { modelOf, type Specimen, standardTable } from "../kit/zoo.ts"

interface Case extends Specimen {
  /** Prior precision of each fixed coefficient, and mean times precision. */
  readonly coefficients: readonly { readonly precision: number; readonly shift: number }[]
  /** Prior covariance of each random term's effects. */
  readonly covariances: readonly (readonly (readonly number[])[])[]
  readonly residualVariance: number
}

const FLAT = { precision: 0, shift: 0 }

const CASES: readonly Case[] = [
  {
    name: "one-way",
    formula: "y ~ 1 + (1 | g)",
    priors: ["Intercept ~ normal(1, 2)", "var(g) ~ fixed(0.5)", "var(residual) ~ fixed(0.4)"],
    coefficients: [{ precision: 1 / 4, shift: 1 / 4 }],
    covariances: [[[0.5]]],
    residualVariance: 0.4,
  },
  {
    name: "slopes and a crossed factor, offset",
    formula: "y ~ x + offset(o) + (x | g) + (1 | h)",
    priors: [
      "b ~ normal(0, var = 2)",
      "cov(g) ~ fixed([[1, 0.3], [0.3, 0.5]])",
      "sd(h) ~ fixed(0.7)",
      "sd(residual) ~ fixed(0.6)",
    ],
    coefficients: [FLAT, { precision: 1 / 2, shift: 0 }],
    covariances: [
      [
        [1, 0.3],
        [0.3, 0.5],
      ],
      [[0.49]],
    ],
    residualVariance: 0.36,
  },
  {
    name: "nested, one row in some groups",
    formula: "y ~ x + (1 | g/c)",
    data: Object.fromEntries(
      Object.entries(standardTable()).map(([name, values]) => [name, values.slice(0, 13)]),
    ),
    priors: ["var(g) ~ fixed(2)", "var(c:g) ~ fixed(0.3)", "var(residual) ~ fixed(0.5)"],
    coefficients: [FLAT, FLAT],
    covariances: [[[2]], [[0.3]]],
    residualVariance: 0.5,
  },
]

/** Mean and covariance of (b, u) from the rows, in the order b, then every term's levels. */
function exactPosterior(design: Design, { coefficients, covariances, residualVariance }: Case) {
  const names: string[] = [...design.fixed.names.map((name) => `b[${name}]`)]
  const columns: Float64Array[] = [...design.fixed.columns]
  const blocks: { first: number; inverse: number[][] }[] = []
  design.random.forEach(({ group, levels, codes, terms, columns: left }, k) => {
    levels.forEach((level, j) => {
      blocks.push({ first: names.length, inverse: invert(covariances[k]!) })
      terms.forEach((term, t) => {
        names.push(`u[${group},${term},${level}]`)
        columns.push(left[t]!.map((value, i) => (codes[i] === j ? value : 0)))
      })
    })
  })
  const y = design.response.values.map((value, i) => value - (design.offset?.[i] ?? 0))
  const cross = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
  const precision = columns.map((a) => columns.map((b) => cross(a, b) / residualVariance))
  const shift = columns.map((a) => cross(a, y) / residualVariance)
  coefficients.forEach((prior, j) => {
    precision[j]![j]! += prior.precision
    shift[j]! += prior.shift
  })
  for (const { first, inverse } of blocks) {
    inverse.forEach((row, r) => {
      row.forEach((value, c) => {
        precision[first + r]![first + c]! += value
      })
    })
  }
  const covariance = invert(precision)
  return {
    names,
    covariance,
    mean: covariance.map((row) => row.reduce((sum, value, j) => sum + value * shift[j]!, 0)),
  }
}

const THINNING = { gibbs: 10, blocked: 1, collapsed: 1 } as const

describe.each(CASES)("$name", (testCase) => {
  const model = modelOf(testCase)
  const exact = exactPosterior(model.design, testCase)

  it.each(["gibbs", "blocked", "collapsed"] as const)("%s", (method) => {
    const draws = runHere(model, method, {
      chains: 2,
      draws: 5000,
      warmup: 500,
      thin: THINNING[method],
      seed: testCase.name,
    })
    const deviations = exact.names.map((name, k) =>
      chainsOf(draws, name).map((chain) => chain.map((value) => value - exact.mean[k]!)),
    )
    const zOf = (chains: readonly Float64Array[], expected: number): number =>
      chains.reduce((sum, chain) => sum + mean(chain) - expected, 0) / chains.length / mcseMean(chains)
    exact.names.forEach((name, a) => {
      expect(Math.abs(zOf(deviations[a]!, 0)), `mean of ${name}`).toBeLessThan(MCSE_LIMIT)
      for (let b = 0; b <= a; b++) {
        const products = deviations[a]!.map((chain, c) =>
          chain.map((value, d) => value * deviations[b]![c]![d]!),
        )
        const z = zOf(products, exact.covariance[a]![b]!)
        expect(Math.abs(z), `covariance of ${name} and ${exact.names[b]}`).toBeLessThan(MCSE_LIMIT)
      }
    })
  })
})
