/** Vectors of which some elements are data: their marginal counts, the others are drawn given them. */
import { describe, expect, it } from "vitest"
import { sample } from "../../../src/chains/sample.ts"
import type { ModelError } from "../../../src/core/errors.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"

// Covariance of (1, 2, 3), its inverse, and y with the second element missing.
const S = [
  [2, 0.6, 0.4],
  [0.6, 1, 0.3],
  [0.4, 0.3, 1.5],
]
const P = inverse3(S)
const y = [1.5, null, 0.5]

// By hand: y_1 and y_3 have covariance C; m with prior N(0, 1) and one mean for both; y_2 is normal given them.
const C = [
  [2, 0.4],
  [0.4, 1.5],
]
const det = C[0]![0]! * C[1]![1]! - C[0]![1]! ** 2
const I = [
  [C[1]![1]! / det, -C[0]![1]! / det],
  [-C[0]![1]! / det, C[0]![0]! / det],
]
const mass = I[0]![0]! + 2 * I[0]![1]! + I[1]![1]! + 1
const meanOfM = (1.5 * (I[0]![0]! + I[0]![1]!) + 0.5 * (I[0]![1]! + I[1]![1]!)) / mass
const weights = [0.6 * I[0]![0]! + 0.3 * I[1]![0]!, 0.6 * I[0]![1]! + 0.3 * I[1]![1]!]
const sumOfWeights = weights[0]! + weights[1]!
const meanOfY2 = meanOfM * (1 - sumOfWeights) + 1.5 * weights[0]! + 0.5 * weights[1]!
const varianceOfY2 = 1 - (0.6 * weights[0]! + 0.3 * weights[1]!) + (1 - sumOfWeights) ** 2 / mass

function inverse3(a: number[][]): number[][] {
  const minor = (r: number, c: number) => {
    const [p, q] = [0, 1, 2].filter((k) => k !== r)
    const [s, t] = [0, 1, 2].filter((k) => k !== c)
    return (r + c) % 2 === 0
      ? a[p!]![s!]! * a[q!]![t!]! - a[p!]![t!]! * a[q!]![s!]!
      : a[p!]![t!]! * a[q!]![s!]! - a[p!]![s!]! * a[q!]![t!]!
  }
  const determinant = [0, 1, 2].reduce((sum, c) => sum + a[0]![c]! * minor(0, c), 0)
  return a.map((_, r) => a.map((_, c) => minor(c, r) / determinant))
}

describe.each([
  ["dmnorm", P],
  ["dmnorm.vcov", S],
] as const)("%s", (distribution, matrix) => {
  it("with one element missing has the posterior worked out by hand", async () => {
    const text = `model { y[1:3] ~ ${distribution}(mu[], A[,])  for (i in 1:3) { mu[i] <- m }  m ~ dnorm(0, 1) }`
    const model = bugs(text, { y, A: matrix.map((row) => [...row]) })
    const posterior = await sample(model, {
      chains: 1,
      warmup: 100,
      draws: 4000,
      seed: 3,
      monitor: ["m", "y"],
    })
    const [m, y2] = ["m", "y[2]"].map((name) => posterior.summary().find((s) => s.name === name)!)
    expect(Math.abs(m!.mean - meanOfM)).toBeLessThan(4 * m!.mcseMean)
    expect(Math.abs(y2!.mean - meanOfY2)).toBeLessThan(4 * y2!.mcseMean)
    expect(y2!.sd / Math.sqrt(varianceOfY2)).toBeCloseTo(1, 1)
    expect(m!.sd * Math.sqrt(mass)).toBeCloseTo(1, 1)
  })
})

it("arguments that are expressions are refused, and other distributions", () => {
  const refusal = (text: string, data: Parameters<typeof bugs>[1]): string => {
    try {
      bugs(text, data)
      return ""
    } catch (error) {
      return (error as ModelError).oneLine()
    }
  }
  const P2 = [
    [1, 0],
    [0, 1],
  ]
  expect(
    refusal("model { y[1:2] ~ dmnorm(z * m, P)  m ~ dnorm(0, 1) }", { y: [1, null], z: [1, 1], P: P2 }),
  ).toMatch(/^line 1: y is observed in part, and dmnorm has arguments that are expressions/)
  expect(refusal("model { y[1:2] ~ ddirch(z) }", { y: [0.2, null], z: [1, 1] })).toMatch(
    /^line 1: y is observed in part: 1 of 2 elements/,
  )
})
