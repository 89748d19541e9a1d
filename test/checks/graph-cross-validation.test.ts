/** Leaving out, transforms and power-scaling of models of relations, held against algebra and the same model from a formula. */
import { describe, expect, it } from "vitest"
import { observationsOf } from "../../src/chains/graph-likelihood.ts"
import { sample } from "../../src/chains/sample.ts"
import { kfold } from "../../src/checks/kfold.ts"
import { looPitOf } from "../../src/checks/loo-pit.ts"
import { powerScaling, powerScalingOf } from "../../src/checks/power-scaling.ts"
import { refitLoo } from "../../src/checks/refit-loo.ts"
import { DataError, OptionError } from "../../src/core/errors.ts"
import { normalCdf } from "../../src/math/normal-cdf.ts"
import { bugs, graphModelOf } from "../../src/samplers/graph-model.ts"
import { leaveOutObservations } from "../../src/samplers/leave-out-observations.ts"
import { ALL, conditionOn, DATA, logPredictive, SIGMA, TAU } from "./known-spreads.ts"

const TEXT = `model {
  for (i in 1:12) { y[i] ~ dnorm(mu[i], ${1 / SIGMA ** 2}); mu[i] <- b + a[g[i]] }
  for (j in 1:4) { a[j] ~ dnorm(0, ${1 / TAU ** 2}) }
  b ~ dnorm(0.5, 0.25)
}`
const codes = DATA.g.map((g) => "abde".indexOf(g) + 1)
const MODEL = bugs(TEXT, { y: DATA.y, g: codes })
const run = { chains: 2, draws: 500, warmup: 20, workers: 1 } as const
const others = (i: number) => ALL.filter((j) => DATA.g[j] !== DATA.g[i])

describe("cross-validation of a model of relations", () => {
  it("leaving rows out predicts them from the others", async () => {
    const found = await kfold(MODEL, { ...run, k: 4 })
    for (const { rows } of found.folds) {
      const rest = ALL.filter((j) => !rows.includes(j))
      for (const i of rows)
        expect(Math.abs(found.pointwise.elpd[i]! - logPredictive(i, rest))).toBeLessThan(0.12)
    }
  })

  it("leaving groups out predicts new ones, row by row and jointly", async () => {
    const rows = await kfold(MODEL, { ...run, by: "a", k: 4 })
    expect(rows.folds.flatMap(({ levels }) => levels).sort()).toEqual(["a[1]", "a[2]", "a[3]", "a[4]"])
    for (const i of ALL)
      expect(Math.abs(rows.pointwise.elpd[i]! - logPredictive(i, others(i)))).toBeLessThan(0.15)
    const joint = await kfold(MODEL, { ...run, by: "g", k: 4, joint: true })
    expect(joint.groups).toEqual(["g 1", "g 2", "g 3", "g 4"])
    joint.groups!.forEach((_, k) => {
      const own = ALL.filter((i) => codes[i] === k + 1)
      // The chain rule: each row given the other groups and those of its own before it.
      const exact = own.reduce(
        (sum, i, before) => sum + logPredictive(i, [...others(i), ...own.slice(0, before)]),
        0,
      )
      expect(Math.abs(joint.pointwise.elpd[k]! - exact)).toBeLessThan(0.4)
    })
  })

  it("the graph without rows is the model of the others, draw by draw", async () => {
    const relation = observationsOf(MODEL.graph)[0]!.relation
    const without = leaveOutObservations(MODEL.graph, new Map([[relation, new Set([3, 4, 5])]]))
    const kept = ALL.filter((i) => codes[i] !== 2)
    const smaller = bugs(TEXT.replace("1:12", "1:9"), {
      y: kept.map((i) => DATA.y[i]!),
      g: kept.map((i) => codes[i]!),
    })
    const [one, other] = await Promise.all(
      [graphModelOf({ ...MODEL, graph: without }), smaller].map((m) => sample(m, { ...run, draws: 50 })),
    )
    for (const name of one!.names) expect(one!.draws(name)).toEqual(other!.draws(name))
  })

  it("a series keeps what is left out as the past of what comes after", async () => {
    const y = [0.3, 0.8, 0.1, -0.4, 0.9]
    const model = bugs("model { for (t in 2:5) { y[t] ~ dnorm(phi * y[t-1], 4) } phi ~ dnorm(0, 1) }", { y })
    const found = await kfold(model, { ...run, draws: 1000, k: 4 })
    for (let t = 1; t < 5; t++) {
      const rest = [1, 2, 3, 4].filter((s) => s !== t)
      const precision = 1 + rest.reduce((sum, s) => sum + 4 * y[s - 1]! ** 2, 0)
      const mean = rest.reduce((sum, s) => sum + 4 * y[s]! * y[s - 1]!, 0) / precision
      const variance = 1 / 4 + y[t - 1]! ** 2 / precision
      const exact = -0.5 * (Math.log(2 * Math.PI * variance) + (y[t]! - mean * y[t - 1]!) ** 2 / variance)
      expect(Math.abs(found.pointwise.elpd[t - 1]! - exact)).toBeLessThan(0.05)
    }
  })

  it("says what is wrong with groups", async () => {
    await expect(kfold(MODEL, { ...run, by: "c" })).rejects.toThrow('nothing that is drawn is called "c"')
    await expect(kfold(MODEL, { ...run, joint: true })).rejects.toThrow(OptionError)
    const both = bugs("model { for (i in 1:2) { y[i] ~ dnorm(a[1] + a[2], 1); a[i] ~ dnorm(0, 1) } }", {
      y: [1, 2],
    })
    await expect(kfold(both, { ...run, by: "a" })).rejects.toThrow("hangs on 2 elements of a, expected one")
  })

  it("terms with a high Pareto k are refitted", async () => {
    const y = DATA.y.with(4, 25)
    const model = bugs(
      "model { for (i in 1:12) { y[i] ~ dnorm(mu, t) } mu ~ dnorm(0, 1); t ~ dgamma(1, 1) }",
      { y },
    )
    const odd = await sample(model, { chains: 2, draws: 200, warmup: 100, workers: 1, seed: "odd" })
    const before = odd.loo()
    const bad = [...before.paretoK.keys()].filter((i) => before.paretoK[i]! > before.paretoKLimit)
    expect(bad).toEqual([4])
    const after = await refitLoo(odd, { workers: 1 })
    expect([...after.refitted]).toEqual([4])
    expect(after.paretoK[4]).toBe(0)
    expect(after.pointwise.elpd[4]).toBeLessThan(before.pointwise.elpd[4]!)
    for (const i of ALL) if (i !== 4) expect(after.pointwise.elpd[i]).toBe(before.pointwise.elpd[i])
  })
})

describe("leave-one-out transforms of a model of relations", () => {
  it("are exact with known spreads", async () => {
    const pit = looPitOf(await sample(MODEL, { ...run, draws: 1000 }))
    for (const i of ALL) {
      const rest = ALL.filter((j) => j !== i)
      const { mean, variance } = conditionOn(
        rest,
        (j) => 4 + (DATA.g[j] === DATA.g[i] ? TAU ** 2 : 0),
        4 + TAU ** 2 + SIGMA ** 2,
      )
      expect(Math.abs(pit[i]! - normalCdf((DATA.y[i]! - mean) / Math.sqrt(variance)))).toBeLessThan(0.06)
    }
  })

  it("of counts and vectors: one a number, between 0 and 1, uniform between its two ends", async () => {
    const model = bugs(
      `model { for (i in 1:40) { n[i] ~ dbern(p) } p ~ dbeta(1, 1)
        for (i in 1:3) { x[i,1:2] ~ dmnorm(m[], T[,]) } for (k in 1:2) { m[k] ~ dnorm(0, 1) } }`,
      {
        n: Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 1 : 0)),
        x: [
          [0.1, 0.4],
          [-0.3, 0.2],
          [0.5, -0.6],
        ],
        T: [
          [2, 0],
          [0, 2],
        ],
      },
    )
    const posterior = await sample(model, { ...run, draws: 500 })
    const pit = looPitOf(posterior)
    expect(pit).toHaveLength(46)
    const zeros = pit.slice(0, 40).filter((_, i) => i % 2 === 1)
    expect(zeros.every((value) => value >= 0 && value < 0.6)).toBe(true)
    expect(new Set(zeros).size).toBe(20)
    expect(pit.every((value) => value >= 0 && value <= 1)).toBe(true)
  })
})

describe("power-scaling of a model of relations", () => {
  it("scales the priors of whatever hangs on nothing drawn", async () => {
    const model = bugs(TEXT.replace(`${1 / TAU ** 2})`, "s)").replace("b ~", "s ~ dgamma(2, 2); b ~"), {
      y: DATA.y,
      g: codes,
    })
    const posterior = await sample(model, { ...run, warmup: 200 })
    const { rows, warnings } = powerScaling(posterior)
    expect(rows.map(({ name }) => name)).toEqual(["s", "b"])
    expect(rows[0]!.diagnosis).toBe("potential strong prior / weak likelihood")
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toContain("The data say little about s (")
    const [b, s] = [posterior.draws("b"), posterior.draws("s")]
    const byHand = powerScalingOf({
      draws: new Map([["b", b]]),
      logPrior: b.map((value, k) => -0.125 * (value - 0.5) ** 2 + Math.log(s[k]!) - 2 * s[k]!),
      logLikelihood: b.map((_, k) => posterior.logLik().reduce((sum, row) => sum + row[k]!, 0)),
      chains: 2,
    })
    expect(rows[1]!.prior).toBeCloseTo(byHand.rows[0]!.prior, 10)
    expect(rows[1]!.likelihood).toBeCloseTo(byHand.rows[0]!.likelihood, 10)
    const all = powerScaling(posterior, { variables: ["a", "b"] })
    expect(all.rows.map(({ name }) => name)).toEqual(["a[1]", "a[2]", "a[3]", "a[4]", "b"])
    expect(all.rows[4]).toEqual(rows[1])
    expect(() => powerScaling(posterior, { variables: ["c"] })).toThrow(OptionError)
  })

  it("sees a prior that the data contradict, leaves flat ones out, and needs the parameters", async () => {
    const model = bugs(
      "model { for (i in 1:12) { y[i] ~ dnorm(mu + d, 4) } mu ~ dnorm(6, 1); d ~ dflat(); k ~ dnorm(mu, 1) }",
      { y: DATA.y },
    )
    const conflict = bugs("model { for (i in 1:12) { y[i] ~ dnorm(mu, 1) } mu ~ dnorm(6, 4) }", { y: DATA.y })
    const [row] = powerScaling(await sample(conflict, run)).rows
    expect(row!.diagnosis).toBe("potential prior-data conflict")
    const posterior = await sample(model, { ...run, draws: 500, warmup: 200 })
    const { warnings } = powerScaling(posterior)
    expect(warnings.some((text) => text.includes("those of d do not count"))).toBe(true)
    const some = await sample(MODEL, { ...run, draws: 100, monitor: ["a"] })
    expect(() => powerScaling(some)).toThrow(DataError)
  })
})
