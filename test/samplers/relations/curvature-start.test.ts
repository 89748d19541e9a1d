import { readFileSync } from "node:fs"
import path from "node:path"
import { expect, it } from "vitest"
import { sampleGraph } from "../../../src/chains/sample-graph.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"

const folder = path.resolve(import.meta.dirname, "../../../examples/bugs/dogs")

it("climbs back from a bound to which a first long step may have led", async () => {
  const data = JSON.parse(readFileSync(path.join(folder, "data.json"), "utf8"))
  const text = readFileSync(path.join(folder, "model.bug"), "utf8")
  for (const alpha of [-9.9, -5, -1e-4]) {
    const model = bugs(text, data, { inits: { alpha, beta: -5 } })
    const posterior = await sampleGraph(model, {
      chains: 1,
      warmup: 50,
      draws: 200,
      monitor: ["alpha"],
      seed: 3,
      workers: 1,
    })
    // Posterior mean −0.244, sd 0.024 (Lindley's model of the avoidance experiment).
    const [row] = posterior.summary()
    expect(Math.abs(row!.mean + 0.244)).toBeLessThan(5 * row!.mcseMean + 0.001)
    expect(row!.sd).toBeGreaterThan(0.015)
  }
})

const diagonal = (value: number) => [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? value : 0)))

/** Trunks of five orange trees on seven days (Draper & Smith 1981, p. 524), and the model of the BUGS examples. */
const ORANGE = {
  K: 5,
  n: 7,
  x: [118, 484, 664, 1004, 1231, 1372, 1582],
  Y: [
    [30, 58, 87, 115, 120, 142, 145],
    [33, 69, 111, 156, 172, 203, 203],
    [30, 51, 75, 108, 115, 139, 140],
    [32, 62, 112, 167, 179, 209, 214],
    [30, 49, 81, 125, 142, 174, 177],
  ],
  zero: [0, 0, 0],
  prec: diagonal(1e-6),
  R: diagonal(0.1),
}
const TREES = `model {
  for (i in 1:K) {
    for (j in 1:n) { Y[i, j] ~ dnorm(phi[i, 1] / (1 + phi[i, 2] * exp(phi[i, 3] * x[j])), tauC) }
    phi[i, 1] <- exp(theta[i, 1])
    phi[i, 2] <- exp(theta[i, 2]) - 1
    phi[i, 3] <- -exp(theta[i, 3])
    theta[i, 1:3] ~ dmnorm(mu[1:3], tau[1:3, 1:3])
  }
  mu[1:3] ~ dmnorm(zero[1:3], prec[1:3, 1:3])
  tau[1:3, 1:3] ~ dwish(R[1:3, 1:3], 3)
  tauC ~ dgamma(1.0E-3, 1.0E-3)
}`

it("keeps to curves where the precision that it starts with is impossible", async () => {
  const theta = Array.from({ length: 5 }, () => [5, 2, -6])
  const tau = ORANGE.R
  for (const tauC of [20, 1e8]) {
    const model = bugs(TREES, ORANGE, { inits: { theta, mu: [5, 2, -6], tau, tauC } })
    const options = { chains: 2, warmup: 300, draws: 150, monitor: ["mu"], seed: 5, workers: 1 }
    const posterior = await sampleGraph(model, options)
    // Published posterior means and sds of the BUGS example; curves that are flat from the first day have mu of hundreds.
    const published = [
      [5.266, 0.136],
      [2.196, 0.163],
      [-5.885, 0.142],
    ] as const
    for (const [k, { mean, mcseMean }] of posterior.summary().entries()) {
      const [expected, sd] = published[k]!
      expect(Math.abs(mean - expected)).toBeLessThan(5 * mcseMean + 0.1 * sd)
      expect(mcseMean).toBeLessThan(0.3 * sd)
    }
  }
})
