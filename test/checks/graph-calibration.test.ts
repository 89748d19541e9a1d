/** Simulation-based calibration of models in the BUGS language. */
import { describe, expect, it } from "vitest"
import { iterateChain, sample } from "../../src/chains/sample.ts"
import { calibrate } from "../../src/checks/calibrate.ts"
import { ModelError, OptionError } from "../../src/core/errors.ts"
import { bindDataChange } from "../../src/samplers/change-graph-data.ts"
import { bugs } from "../../src/samplers/graph-model.ts"

const y = [0.3, -0.4, 1.2, 0.8, 0.1, 0.6]
const options = { replicates: 60, draws: 49, warmup: 100, seed: 8 } as const
const scale = (shape: number) =>
  bugs(
    `model { for (i in 1:6) { y[i] ~ dnorm(theta[i], 4); theta[i] ~ dnorm(mu, tau) }  mu ~ dnorm(0, 1); tau ~ dgamma(${shape}, 3) }`,
    { y },
  )

describe("calibration of models of relations", () => {
  it.each([
    ["hierarchical", scale(3)],
    [
      "an observed index, a censored value, a missing one",
      bugs(
        `model { for (i in 1:6) { z[i] ~ dcat(p[]); is[i] ~ dinterval(y[i], 1); y[i] ~ dnorm(mu[z[i]], 1) }
          p ~ ddirch(a[]); for (k in 1:2) { mu[k] ~ dnorm(k, 1) } }`,
        { y: [0.3, null, 1.2, 0.8, null, 0.6], is: [0, 1, 1, 0, null, 0], z: [1, 2, 1, 1, 2, 2], a: [2, 3] },
      ),
    ],
  ])("%s: the sampler fits its model", async (_, model) => {
    const seen: number[] = []
    const found = await calibrate(model, { ...options, thin: 5, onProgress: (done) => seen.push(done) })
    expect(found.calibrated).toBe(true)
    expect(found.failed).toBe(0)
    expect(seen).toHaveLength(60)
    expect(found.quantities.map(({ name }) => name)).not.toContain("z[1]")
    for (const { ranks } of found.quantities) expect(ranks).toHaveLength(60)
  })

  it("a sampler of another model is found out", async () => {
    // Parameters and data come from the one, the posterior is that of the other.
    const broken = { ...scale(3), program: scale(30).program }
    const found = await calibrate(broken, { ...options, thin: 5, monitor: ["tau"] })
    expect(found.calibrated).toBe(false)
    expect(found.quantities[0]!.verdict).toBe("ranks are too high: the draws are too small")
  })

  it("refuses what is improper or of a formula, hears an abort", async () => {
    const flat = bugs("model { for (i in 1:6) { y[i] ~ dnorm(mu, 1) } mu ~ dflat() }", { y })
    await expect(calibrate(flat)).rejects.toThrow(ModelError)
    await expect(calibrate(flat)).rejects.toThrow("mu ~ dflat() is improper")
    await expect(calibrate(scale(3), { samplers: { mu: "guess" } })).rejects.toThrow(OptionError)
    await expect(calibrate(scale(3), { signal: AbortSignal.abort() })).rejects.toThrow("aborted")
  })
})

describe("one chain of a model of relations", () => {
  it("is the chain that sample runs, a sweep at a time, readable by name", async () => {
    const model = bugs(
      "model { for (i in 1:6) { y[i] ~ dnorm(mu, tau) } mu ~ dnorm(0, 1); tau ~ dgamma(2, 2); sigma <- 1 / sqrt(tau) }",
      { y },
    )
    const options = { draws: 30, warmup: 10, thin: 2, seed: "one" }
    const posterior = await sample(model, { ...options, chains: 2, monitor: ["sigma", "mu"], workers: 1 })
    const sweeps = [...iterateChain(model, { ...options, chain: 1 })].length
    expect(sweeps).toBe(70)
    const seen: number[] = []
    for (const sweep of iterateChain(model, { ...options, chain: 1 })) {
      expect(sweep.phase).toBe(sweep.sweep <= 10 ? "warmup" : "sampling")
      if (sweep.phase === "sampling" && sweep.sweep % 2 === 0) seen.push(sweep.get("sigma"))
      if (sweep.sweep === 1) {
        expect(Object.keys(sweep.toObject()).sort()).toEqual(["mu", "sigma", "tau"])
        expect(() => sweep.get("sigmb")).toThrow('nothing is called "sigmb"')
      }
    }
    expect(seen).toEqual([...posterior.chains("sigma")[1]!])
  })
})

describe("the model with other data", () => {
  it("shares its relations where only densities read the data, and is compiled anew where indices do", () => {
    const plain = scale(3)
    const copied = bindDataChange(plain)(new Map([["y", Float64Array.of(1, 2, 3, 4, 5, 6)]]))
    expect(copied.graph.relations).toBe(plain.graph.relations)
    const { offset } = plain.graph.variables.find(({ name }) => name === "y")!
    expect([...copied.graph.values.subarray(offset, offset + 6)]).toEqual([1, 2, 3, 4, 5, 6])
    const indexed = bugs(
      "model { for (i in 1:3) { z[i] ~ dcat(p[]); w[i] ~ dnorm(mu[z[i]], 1) } for (k in 1:2) { mu[k] ~ dnorm(0, 1); p[k] <- 0.5 } }",
      { z: [1, 1, 2], w: [1, 2, 3] },
    )
    const changed = bindDataChange(indexed)(
      new Map([
        ["z", Float64Array.of(2, 2, 2)],
        ["w", Float64Array.of(1, 2, 3)],
      ]),
    )
    const reads = changed.graph.relations.find(({ variable }) => variable === "w")!.references
    const mu = changed.graph.variables.find(({ name }) => name === "mu")!
    expect([...reads[0]!.slots]).toEqual([mu.offset + 1])
  })
})
