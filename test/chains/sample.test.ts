import { describe, expect, it } from "vitest"
import { type SampleOptions, sample } from "../../src/chains/sample.ts"
import { OptionError } from "../../src/core/errors.ts"
import { mean } from "../../src/diagnostics/moments.ts"
import { lmm } from "../../src/samplers/model.ts"
import { standardTable } from "../kit/zoo.ts"
import { modelNamed } from "./specs.ts"

const TABLE = standardTable()
const model = lmm("y ~ x + offset(o) + (x | g) + (1 | h)", TABLE)
const SHORT = { chains: 2, draws: 50, warmup: 50, seed: "sample" } as const

describe("options", () => {
  const wrong: [SampleOptions, string][] = [
    [{ chains: 0 }, "chains: expected a positive whole number, found 0; for instance chains 4"],
    [{ draws: -5 }, "draws: expected a positive whole number, found -5; for instance draws 1000"],
    [{ draws: 2.5 }, "draws: expected a positive whole number, found 2.5; for instance draws 1000"],
    [{ warmup: -1 }, "warmup: expected a whole number, 0 or more, found -1; for instance warmup 1000"],
    [{ thin: Number.NaN }, "thin: expected a positive whole number, found NaN; for instance thin 1"],
    [{ workers: 0 }, "workers: expected a positive whole number, found 0; for instance workers 2"],
    [{ monitor: ["b[X]"] }, 'monitor: nothing is called "b[X]"; did you mean "b[x]"?'],
    [
      { seed: Number.NaN },
      'seed must be a text or a finite number, found NaN; pass a text or an integer, for example seed: "radon"',
    ],
  ]

  it.each(wrong)("%j", async (options, message) => {
    const error: unknown = await sample(model, { ...SHORT, ...options }).then(
      () => null,
      (e: unknown) => e,
    )
    expect(error).toBeInstanceOf(OptionError)
    if (error instanceof OptionError) expect(error.oneLine()).toBe(message)
  })

  it("an unknown method", async () => {
    const text: string = "gibs"
    await expect(sample(model, { ...SHORT, method: text as "gibbs" })).rejects.toThrow(
      'unknown method "gibs"',
    )
  })

  it("undefined is the default", async () => {
    const a = await sample(model, { ...SHORT, thin: undefined, method: undefined } as SampleOptions)
    const b = await sample(model, SHORT)
    expect(a.container.values).toEqual(b.container.values)
  })
})

describe("monitors", () => {
  it.each([
    [["sd"], ["sd[g,(Intercept)]", "sd[g,x]", "sd[h,(Intercept)]", "sd[residual]"]],
    [
      ["b[x]", "var[residual]"],
      ["b[x]", "var[residual]"],
    ],
    [
      ["var[residual]", "b[x]"],
      ["b[x]", "var[residual]"],
    ],
    [["u[g,x]"], ["u[g,x,g0]", "u[g,x,g1]", "u[g,x,g2]", "u[g,x,g3]"]],
    [
      ["cor", "cov"],
      ["cov[g,(Intercept),x]", "cor[g,(Intercept),x]"],
    ],
  ])("%j", async (monitor, names) => {
    const all = await sample(model, SHORT)
    const some = await sample(model, { ...SHORT, monitor })
    expect(some.names).toEqual(names)
    for (const name of names) expect(some.draws(name)).toEqual(all.draws(name))
  })
})

describe("posterior", async () => {
  const posterior = await sample(model, { ...SHORT, method: "gibbs" })

  it("summaries are about the draws", () => {
    const summary = posterior.summary()
    expect(summary.map(({ name }) => name)).toEqual(posterior.names)
    for (const { name, mean: m } of summary) expect(m).toBeCloseTo(mean(posterior.draws(name)), 12)
    expect(posterior.chains("b[x]").map((chain) => chain.length)).toEqual([50, 50])
    expect(posterior.sampling).toMatchObject({ ...SHORT, thin: 1, method: "gibbs", cancelled: false })
  })

  it("quantities of one draw fit together", () => {
    const [sd, variance] = [posterior.draws("sd[g,x]"), posterior.draws("var[g,x]")]
    const sd0 = posterior.draws("sd[g,(Intercept)]")
    const covariance = posterior.draws("cov[g,(Intercept),x]")
    const correlation = posterior.draws("cor[g,(Intercept),x]")
    for (let d = 0; d < 100; d++) {
      expect(sd[d]! ** 2).toBeCloseTo(variance[d]!, 10)
      expect(correlation[d]! * sd[d]! * sd0[d]!).toBeCloseTo(covariance[d]!, 10)
      expect(Math.abs(correlation[d]!)).toBeLessThanOrEqual(1)
    }
  })

  it("effects by group and level, in the order of the design", () => {
    const effects = posterior.ranef()
    expect(Object.keys(effects)).toEqual(["g", "h"])
    expect(effects.g!.map(({ level, term }) => [level, term]).slice(0, 3)).toEqual([
      ["g0", "(Intercept)"],
      ["g0", "x"],
      ["g1", "(Intercept)"],
    ])
    expect(effects.h![1]!.mean).toBeCloseTo(mean(posterior.draws("u[h,(Intercept),h1]")), 12)
  })

  it("predictions of rows, known and new groups", () => {
    const rows = { x: [1, 2], o: [0.5, -1], g: ["g2", "elsewhere"], h: ["h0", "h1"] }
    const [known, fresh] = posterior.predict(rows)
    const d = (name: string) => posterior.draws(name)
    const expected = d("b[(Intercept)]").map(
      (b0, k) =>
        0.5 +
        b0 +
        d("b[x]")[k]! +
        d("u[g,(Intercept),g2]")[k]! +
        d("u[g,x,g2]")[k]! +
        d("u[h,(Intercept),h0]")[k]!,
    )
    expect(known!.fit).toBeCloseTo(mean(expected), 12)
    const unknown = d("b[(Intercept)]").map(
      (b0, k) => -1 + b0 + 2 * d("b[x]")[k]! + d("u[h,(Intercept),h1]")[k]!,
    )
    expect(fresh!.fit).toBeCloseTo(mean(unknown), 12)
    expect([known!.row, fresh!.row]).toEqual([1, 2])
    expect(known!.lower).toBeLessThan(known!.fit)
    expect(known!.upper).toBeGreaterThan(known!.fit)
    expect(() => posterior.predict({ x: [1], g: ["g1"], h: ["h0"] })).toThrow('"o"')
  })

  it("what was not recorded is said", async () => {
    const some = await sample(model, { ...SHORT, monitor: ["b"] })
    expect(() => some.ranef()).toThrow("the draws of u were not recorded")
    expect(() => some.predict({ x: [1], o: [0], g: ["g1"], h: ["h0"] })).toThrow("were not recorded")
  })

  it("its data hash tells data apart", async () => {
    const hashOf = async (formula: string, data = TABLE) =>
      (await sample(lmm(formula, data), { ...SHORT, draws: 1, warmup: 0 })).dataHash()
    const own = await hashOf("y ~ x + (1 | g)")
    expect(own).toMatch(/^[0-9a-f]{64}$/)
    expect(await hashOf("y ~ x + (1 | g)")).toBe(own)
    expect(await hashOf("y ~ z + (1 | g)")).not.toBe(own)
    expect(await hashOf("y ~ x + (1 | h)")).not.toBe(own)
    expect(await hashOf("y ~ x + offset(o) + (1 | g)")).not.toBe(own)
    expect(await hashOf("y ~ x + (1 | g)", { ...TABLE, y: TABLE.y!.map((v) => -Number(v)) })).not.toBe(own)
  })
})

describe("known spreads", () => {
  it("are recorded, do not vary, and do not count against convergence", async () => {
    const known = modelNamed("all spreads known")
    const posterior = await sample(known, {
      chains: 4,
      draws: 400,
      warmup: 100,
      seed: 1,
      method: "collapsed",
    })
    expect(new Set(posterior.draws("var[h,(Intercept)]"))).toEqual(new Set([0.7 ** 2]))
    const { converged, warnings } = posterior.verdict()
    expect({ converged, warnings }).toEqual({ converged: true, warnings: [] })
  })
})
