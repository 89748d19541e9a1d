import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { cramerVonMisesTail } from "../../src/diagnostics/cramer-von-mises.ts"
import { crossCorrelation } from "../../src/diagnostics/cross-correlation.ts"
import { essGrowth } from "../../src/diagnostics/ess-growth.ts"
import { essSpectral } from "../../src/diagnostics/ess-spectral.ts"
import { type HeidelbergerWelch, heidelbergerWelch } from "../../src/diagnostics/heidelberger-welch.ts"
import { rafteryLewis } from "../../src/diagnostics/raftery-lewis.ts"
import { nestedRhatReason, rhatNested } from "../../src/diagnostics/rhat-nested.ts"
import { cases, relativeError } from "./fixtures.ts"

type Encoded = number | "NaN" | "Inf" | "-Inf"
type Figures<Name extends string> = Readonly<Record<Name, Encoded>>
type StoredHeidelberger = Figures<"stationary" | "start" | "pValue" | "precise" | "mean" | "halfWidth">
type StoredRaftery = Figures<"burnIn" | "total" | "minimum" | "dependence">

interface Stored {
  readonly cases: {
    readonly name: string
    readonly essSpectral: Encoded
    readonly heidelbergerWelch: StoredHeidelberger[]
    readonly rhatNested: Encoded
    readonly superchains: number | number[]
    readonly rhatNestedPairs: Encoded
    readonly growth: ({ draws: number; bulk: Encoded; tail: Encoded } | null)[]
  }[]
  readonly long: {
    readonly name: string
    readonly chain: number[]
    readonly essSpectral: Encoded
    readonly heidelbergerWelch: StoredHeidelberger
    readonly rafteryLewis: StoredRaftery
    readonly rafteryLewisMedian: StoredRaftery
  }[]
  readonly crossCorrelation: { readonly columns: number[][]; readonly matrix: Encoded[] }
  readonly cramerVonMises: {
    readonly statistics: number[]
    readonly tails: number[]
    readonly coda: number[]
  }
  readonly eightSchoolsMu: {
    readonly chains: number[][]
    readonly superchains: number[]
    readonly rhatNested: number
  }
}

const stored: Stored = JSON.parse(
  readFileSync(new URL("../oracle/diagnostics-classic.json", import.meta.url), "utf8"),
)

const TOLERANCE = 1e-8
const decode = (value: Encoded): number => Number(String(value).replace("Inf", "Infinity"))

function expectHeidelberger(found: HeidelbergerWelch, expected: StoredHeidelberger): void {
  if (found.reason !== null) {
    // coda says "failed" of what cannot be tested.
    expect(found.stationary).toBeNull()
    expect(found.pValue).toBeNaN()
    expect(decode(expected.pValue)).toBeNaN()
    return
  }
  expect(found.stationary).toBe(expected.stationary === 1)
  expect(Math.abs(found.pValue - decode(expected.pValue))).toBeLessThan(TOLERANCE)
  expect(found.precise).toBe(expected.precise === "NaN" ? null : expected.precise === 1)
  expect(found.start).toBe(decode(expected.start))
  for (const figure of ["mean", "halfWidth"] as const) {
    expect(relativeError(found[figure], decode(expected[figure]))).toBeLessThan(TOLERANCE)
  }
}

describe.each(stored.cases.map((one, i) => ({ ...one, chains: cases[i]!.chains })))("$name", (one) => {
  const { chains } = one

  it("is the same case", () => expect(cases.find(({ name }) => name === one.name)?.chains).toBe(chains))

  it("the effective size by the spectrum is coda's", () => {
    const moving = chains.some((chain) => chain.some((value) => value !== chain[0]))
    // coda: 0 where nothing moved, and no figure of fewer than 4 draws worth the name.
    if (!moving || chains[0]!.length < 4) expect(essSpectral(chains)).toBeNaN()
    // coda takes residuals of an sd below 1.5e-8, in whatever units, for none; draws of size 1e60 are not affected.
    else expect(relativeError(essSpectral(chains), decode(one.essSpectral))).toBeLessThan(TOLERANCE)
  })

  it("Heidelberger and Welch's test is coda's", () => {
    for (const [c, chain] of chains.entries()) {
      const found = heidelbergerWelch(chain)
      if (chain.length < 10) expect(found.reason).toMatch(/expected at least 10/)
      // coda may find a part without the infinite draw.
      else if (!chain.every(Number.isFinite)) expect(found.reason).toBe("a draw is not finite")
      else expectHeidelberger(found, one.heidelbergerWelch[c]!)
    }
  })

  it("nested R-hat is that of the definition", () => {
    expect(relativeError(rhatNested(chains), decode(one.rhatNested))).toBeLessThan(TOLERANCE)
    const superchains = [one.superchains].flat()
    expect(relativeError(rhatNested(chains, superchains), decode(one.rhatNestedPairs))).toBeLessThan(
      TOLERANCE,
    )
    expect(Number.isNaN(rhatNested(chains, superchains))).toBe(nestedRhatReason(chains, superchains) !== null)
  })

  it("the effective sample sizes grow as posterior says", () => {
    const growth = essGrowth(chains, 5)
    const expected = one.growth.filter((point) => point !== null)
    if (chains[0]!.length < 5) {
      expect(growth.draws).toHaveLength(chains[0]!.length)
      return
    }
    expect([...growth.draws]).toEqual(expected.map(({ draws }) => draws))
    for (const [k, { draws, bulk, tail }] of expected.entries()) {
      // posterior takes halves of one draw for chains.
      if (draws < 4) {
        expect([growth.bulk[k], growth.tail[k]]).toEqual([NaN, NaN])
        continue
      }
      expect(relativeError(growth.bulk[k]!, decode(bulk))).toBeLessThan(TOLERANCE)
      expect(relativeError(growth.tail[k]!, decode(tail))).toBeLessThan(TOLERANCE)
    }
  })
})

describe.each(stored.long)("$name", (one) => {
  const chain = Float64Array.from(one.chain)
  const copy = chain.slice()

  it("the effective size by the spectrum is coda's", () => {
    expect(relativeError(essSpectral([chain]), decode(one.essSpectral))).toBeLessThan(TOLERANCE)
  })

  it("Heidelberger and Welch's test is coda's", () => {
    expectHeidelberger(heidelbergerWelch(chain), one.heidelbergerWelch)
  })

  it("Raftery and Lewis's numbers are coda's", () => {
    for (const [found, expected] of [
      [rafteryLewis(chain), one.rafteryLewis],
      [
        rafteryLewis(chain, { probability: 0.5, accuracy: 0.02, assurance: 0.9, closeness: 0.01 }),
        one.rafteryLewisMedian,
      ],
    ] as const) {
      const { burnIn, total, minimum } = found
      expect({ burnIn, total, minimum }).toEqual({
        burnIn: decode(expected.burnIn),
        total: decode(expected.total),
        minimum: expected.minimum,
      })
      // coda rounds the factor to three figures.
      expect(Number(found.dependence.toPrecision(3))).toBe(decode(expected.dependence))
      expect(found.reason === null).toBe(expected.total !== "NaN")
    }
  })

  it("leaves the draws as they are", () => expect(chain).toEqual(copy))
})

describe("crossCorrelation", () => {
  const { columns, matrix } = stored.crossCorrelation

  it("is coda's, and NaN for a scalar that never moved", () => {
    // Two chains of each scalar: correlations are over all draws.
    const scalars = columns.map((column, j) => {
      const draws = Float64Array.from(column)
      return { name: `x${j}`, chains: [draws.subarray(0, 50), draws.subarray(50)] }
    })
    const found = crossCorrelation(scalars)
    const constant = 2
    for (const [k, value] of matrix.entries()) {
      const stands = k % 6 === constant || Math.floor(k / 6) === constant
      if (stands) expect(found[k]).toBeNaN()
      else expect(relativeError(found[k]!, decode(value), 1)).toBeLessThan(TOLERANCE)
    }
  })

  it.each([1e-200, 1e200])("follows a change of units by %d", (unit) => {
    const [a, b] = columns.map((column) => Float64Array.from(column))
    const correlation = (factor: number): number =>
      crossCorrelation([
        { name: "a", chains: [a!.map((value) => factor * value)] },
        { name: "b", chains: [b!] },
      ])[1]!
    expect(relativeError(correlation(unit), correlation(1))).toBeLessThan(1e-12)
  })

  it("has no figure where draws are not finite or differ in number", () => {
    const a = Float64Array.of(1, 2, 4)
    const table = crossCorrelation([
      { name: "a", chains: [a] },
      { name: "b", chains: [Float64Array.of(1, NaN, 2)] },
      { name: "c", chains: [Float64Array.of(1, 2)] },
    ])
    expect([...table]).toEqual([1, NaN, NaN, NaN, NaN, NaN, NaN, NaN, NaN])
  })
})

describe("cramerVonMisesTail", () => {
  const { statistics, tails, coda } = stored.cramerVonMises

  it.each(statistics.map((statistic, i) => [statistic, tails[i]!, coda[i]!] as const))(
    "at %d",
    (q, tail, ofCoda) => {
      expect(Math.abs(cramerVonMisesTail(q) - tail)).toBeLessThan(1e-13)
      if (q <= 1.8) expect(Math.abs(cramerVonMisesTail(q) - ofCoda)).toBeLessThan(TOLERANCE)
    },
  )

  it("falls from 1 to 0", () => {
    expect([NaN, -1, 0, 1e-5, 60, Infinity].map(cramerVonMisesTail)).toEqual([NaN, 1, 1, 1, 0, 0])
    const grid = Array.from({ length: 400 }, (_, i) => cramerVonMisesTail(0.01 * (i + 1)))
    for (let i = 1; i < grid.length; i++) expect(grid[i]!).toBeLessThanOrEqual(grid[i - 1]! + 1e-14)
  })
})

describe("rhatNested", () => {
  it("is what posterior prints of its example", () => {
    const { chains, superchains, rhatNested: printed } = stored.eightSchoolsMu
    const found = rhatNested(
      chains.map((chain) => Float64Array.from(chain)),
      superchains,
    )
    expect(Math.abs(found - printed)).toBeLessThan(5e-7)
  })

  it("takes many chains of one draw", () => {
    const chains = [1, 2, 3, 5].map((value) => Float64Array.of(value))
    // Means 1.5 and 4, variances within 0.5 and 2.
    expect(rhatNested(chains, ["a", "a", "b", "b"])).toBeCloseTo(Math.sqrt(1 + 3.125 / 1.25), 14)
  })

  it.each([
    [["a", "a", "b", "b"], [5, 5, 5, 6], /differ|one length/],
    [["a", "a", "a", "b"], [5, 5, 5, 5], /superchains differ in size \(3, 1 chains\)/],
    [["a", "a", "a", "a"], [5, 5, 5, 5], /only one/],
    [["a", "b"], [5, 5, 5, 5], /2 superchain labels for 4 chains/],
    [[1, 2, 3, 4], [1, 1, 1, 1], /several draws a chain/],
  ])("has none of superchains %j", (superchains, lengths, reason) => {
    const chains = lengths.map((length, c) => Float64Array.from({ length }, (_, i) => Math.sin(i + 7 * c)))
    expect(rhatNested(chains, superchains)).toBeNaN()
    expect(nestedRhatReason(chains, superchains)).toMatch(reason)
  })
})

describe("rafteryLewis", () => {
  it("tells why it has no figures", () => {
    const short = rafteryLewis(new Float64Array(100))
    expect(short).toMatchObject({ minimum: 3746, total: NaN, reason: "100 draws, expected at least 3746" })
    const still = rafteryLewis(new Float64Array(4000).fill(0.3))
    expect(still.reason).toBe("the chain never moved")
    const step = rafteryLewis(Float64Array.from({ length: 4000 }, (_, i) => (i < 200 ? 0 : 1)))
    expect(step.reason).toMatch(/does not go to and fro/)
    expect(rafteryLewis(new Float64Array(4000).fill(NaN)).reason).toBe("a draw is not finite")
  })
})
