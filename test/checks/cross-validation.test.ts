import { describe, expect, it } from "vitest"
import { sample } from "../../src/chains/sample.ts"
import { bayesR2, icc } from "../../src/checks/bayes-r2.ts"
import { compareModels } from "../../src/checks/compare-models.ts"
import { kfold } from "../../src/checks/kfold.ts"
import { powerScaling } from "../../src/checks/power-scaling.ts"
import { refitLoo } from "../../src/checks/refit-loo.ts"
import { DataError, OptionError } from "../../src/core/errors.ts"
import { variance } from "../../src/diagnostics/moments.ts"
import { lmm } from "../../src/samplers/model.ts"
import { ALL, DATA, drawPosterior, logPredictive, MODEL, SIGMA, TAU } from "./known-spreads.ts"

const exactLoo = ALL.map((i) =>
  logPredictive(
    i,
    ALL.filter((j) => j !== i),
  ),
)
const exactByGroup = ALL.map((i) =>
  logPredictive(
    i,
    ALL.filter((j) => DATA.g[j] !== DATA.g[i]),
  ),
)
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

describe("leave-one-out of a model with known spreads", async () => {
  const posterior = await drawPosterior(2000)
  const loo = posterior.loo()

  it("the pointwise log likelihood is that of the normal density", () => {
    const rows = posterior.logLik()
    expect(rows).toHaveLength(12)
    for (const [i, s] of [
      [0, 0],
      [7, 4321],
      [11, 7999],
    ] as const) {
      const mu = posterior.draws("b[(Intercept)]")[s]! + posterior.draws(`u[g,(Intercept),${DATA.g[i]}]`)[s]!
      const expected = -0.5 * (Math.log(2 * Math.PI * SIGMA ** 2) + ((DATA.y[i]! - mu) / SIGMA) ** 2)
      expect(rows[i]![s]!).toBeCloseTo(expected, 12)
    }
  })

  it("is exact within its Monte Carlo error", () => {
    expect(Math.abs(loo.elpd.value - sum(exactLoo))).toBeLessThan(5 * loo.mcse)
    expect(loo.mcse).toBeLessThan(0.1)
    // What one row's weights leave: no term is further off than the whole sum may be.
    for (const i of ALL) expect(Math.abs(loo.pointwise.elpd[i]! - exactLoo[i]!)).toBeLessThan(5 * loo.mcse)
  })

  it("WAIC is close to it", () => {
    expect(Math.abs(posterior.waic().elpd.value - sum(exactLoo))).toBeLessThan(0.5)
  })

  it("leaving groups out predicts new groups, exactly", async () => {
    const found = await kfold(MODEL, {
      by: "g",
      k: 4,
      chains: 2,
      draws: 2000,
      warmup: 1,
      workers: 1,
      method: "blocked",
    })
    expect(found.folds.flatMap(({ levels }) => levels).sort()).toEqual(["a", "b", "d", "e"])
    for (const { rows, levels } of found.folds) for (const row of rows) expect(levels).toContain(DATA.g[row])
    // Given θ = b the density is normal with variance τ² + σ²; its log mean over draws of b has a small, known error.
    for (const i of ALL) expect(Math.abs(found.pointwise.elpd[i]! - exactByGroup[i]!)).toBeLessThan(0.05)
    expect(Math.abs(found.elpd.value - sum(exactByGroup))).toBeLessThan(0.15)
    expect(found.effectiveParameters.value).toBeNaN()
    expect(found.warnings).toEqual([])
  })

  it("the joint density of a group that is left out is exact", async () => {
    const sampling = { chains: 2, draws: 1000, warmup: 1, workers: 1, method: "blocked" } as const
    const found = await kfold(MODEL, { by: "g", k: 2, joint: true, ...sampling })
    expect(found.groups).toEqual(["a", "b", "d", "e"])
    found.groups!.forEach((group, k) => {
      const own = ALL.filter((i) => DATA.g[i] === group)
      const fold = found.folds.find(({ levels }) => levels.includes(group))!
      const others = ALL.filter((i) => !fold.rows.includes(i))
      // The chain rule: each row given the other groups and those of its own before it.
      const exact = sum(own.map((i, before) => logPredictive(i, [...others, ...own.slice(0, before)])))
      expect(Math.abs(found.pointwise.elpd[k]! - exact)).toBeLessThan(0.06)
    })
    await expect(kfold(MODEL, { joint: true, ...sampling })).rejects.toThrow("joint densities are of groups")
  })

  it("leaving rows out one by one is leave-one-out", async () => {
    const found = await kfold(MODEL, {
      k: 12,
      chains: 2,
      draws: 2000,
      warmup: 1,
      workers: 1,
      method: "blocked",
    })
    for (const i of ALL) expect(Math.abs(found.pointwise.elpd[i]! - exactLoo[i]!)).toBeLessThan(0.06)
    const [best, other] = compareModels({ one: found, two: found })
    expect([best!.elpdDifference, other!.elpdDifference]).toEqual([0, 0])
    expect(() => compareModels({ one: found, two: loo })).toThrow("psis-loo of 12 observations")
  })

  it("reports progress, hears an abort, and says what is wrong with folds", async () => {
    const seen: string[] = []
    const controller = new AbortController()
    const running = kfold(MODEL, {
      by: "g",
      ...{ chains: 1, draws: 20, warmup: 1, workers: 1, signal: controller.signal },
      onProgress: (done, total) => {
        seen.push(`${done}/${total}`)
        if (done === 2) controller.abort()
      },
    })
    await expect(running).rejects.toThrow("aborted")
    expect(seen).toEqual(["1/4", "2/4"])
    await expect(kfold(MODEL, { k: 13 })).rejects.toThrow(OptionError)
    await expect(kfold(MODEL, { by: "school" })).rejects.toThrow('no grouping factor or column "school"')
    const data = { ...DATA, x: DATA.g.map((g) => (g === "a" ? 1 : 0)) }
    const model = lmm("y ~ x + (1 | g)", data)
    const failing = kfold(model, { by: "g", k: 4, chains: 1, draws: 10, warmup: 1, workers: 1 })
    await expect(failing).rejects.toThrow(DataError)
    await expect(failing).rejects.toThrow("do not tell b[x] apart")
  })

  it("terms with a high Pareto k are refitted", async () => {
    const y = DATA.y.with(4, 6)
    const model = lmm(
      "y ~ 1 + (1 | g)",
      { ...DATA, y },
      {
        priors: ["Intercept ~ normal(0.5, 2)", `sd(g) ~ halfT(3, 1)`, "sd(residual) ~ halfT(3, 1)"],
      },
    )
    const odd = await sample(model, { chains: 4, draws: 250, warmup: 100, workers: 1, seed: "odd" })
    const before = odd.loo()
    const bad = [...before.paretoK.keys()].filter((i) => before.paretoK[i]! > before.paretoKLimit)
    expect(bad).toContain(4)
    expect(before.warnings[0]).toMatch(/[( ]5 \(/)
    const after = await refitLoo(odd, { workers: 1 })
    expect([...after.refitted]).toEqual(bad)
    expect(after.paretoK[4]).toBe(0)
    expect(after.pointwise.elpd[4]).toBeLessThan(before.pointwise.elpd[4]!)
    for (const i of ALL) if (!bad.includes(i)) expect(after.pointwise.elpd[i]).toBe(before.pointwise.elpd[i])
    await expect(refitLoo(odd, { most: 0 })).rejects.toThrow("expected at most 0")
  })
})

describe("posterior R² and intraclass correlation", () => {
  const data = {
    y: [1.2, 0.4, -0.3, 0.8, 1.9, 0.1, -0.6, 0.7, 1.1],
    x: [-1.2, 0.3, 0.9, -0.5, 1.1, -0.8, 0.2, -0.4, 1.4],
    o: [0, 1, 2, 3, 4, 5, 6, 7, 8],
    g: ["a", "a", "a", "b", "b", "b", "d", "d", "d"],
    h: ["p", "q", "r", "p", "q", "r", "p", "q", "r"],
  }

  it("are what their definitions say, draw by draw", async () => {
    const model = lmm("y ~ x + offset(o) + (x | g) + (1 | h)", data)
    const posterior = await sample(model, { chains: 2, draws: 50, warmup: 50, workers: 1 })
    const { conditional, marginal } = bayesR2(posterior)
    const shares = icc(posterior)
    expect(shares.map(({ name }) => name)).toEqual(["g", "h"])
    for (const s of [0, 33, 99]) {
      const at = (name: string) => posterior.draws(name)[s]!
      const fixed = Float64Array.from(data.x, (x) => at("b[(Intercept)]") + at("b[x]") * x)
      const all = fixed.map(
        (value, i) =>
          value +
          at(`u[g,(Intercept),${data.g[i]}]`) +
          at(`u[g,x,${data.g[i]}]`) * data.x[i]! +
          at(`u[h,(Intercept),${data.h[i]}]`),
      )
      const perRow = data.x.map(
        (x) => at("var[g,(Intercept)]") + 2 * x * at("cov[g,(Intercept),x]") + x * x * at("var[g,x]"),
      )
      const g = sum(perRow) / 9
      const h = at("var[h,(Intercept)]")
      const residual = at("var[residual]")
      expect(conditional.draws[s]!).toBeCloseTo(variance(all) / (variance(all) + residual), 12)
      expect(marginal.draws[s]!).toBeCloseTo(variance(fixed) / (variance(fixed) + g + h + residual), 12)
      expect(shares[0]!.draws[s]!).toBeCloseTo(g / (g + h + residual), 12)
      expect(shares[1]!.draws[s]!).toBeCloseTo(h / (g + h + residual), 12)
    }
  })

  it("of independent effects that share one variance, too", async () => {
    const priors = ["Intercept ~ normal(0, 2)", "b ~ normal(0, 2)", "sd(g) ~ halfT(3, 1)"]
    const model = lmm("y ~ x + identity(1 + x | g)", data, { priors })
    const posterior = await sample(model, { chains: 1, draws: 30, warmup: 50, workers: 1 })
    const [share] = icc(posterior)
    const at = (name: string) => posterior.draws(name)[7]!
    const own = sum(data.x.map((x) => at("var[g,x]") * (1 + x * x))) / 9
    expect(share!.draws[7]!).toBeCloseTo(own / (own + at("var[residual]")), 12)
    expect(posterior.predict({ x: [1], g: ["new"], o: [0] })[0]!.newGroups).toEqual(["g: new"])
    expect(powerScaling(posterior).rows.every(({ prior }) => Number.isFinite(prior))).toBe(true)
  })

  it("with known spreads the intraclass correlation is known", async () => {
    const [share] = icc(await drawPosterior(10))
    expect(share!.mean).toBeCloseTo(TAU ** 2 / (TAU ** 2 + SIGMA ** 2), 12)
    expect(share!.sd).toBeLessThan(1e-12)
  })
})
