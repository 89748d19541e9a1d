/**
 * The classic BUGS examples as published: after the published number of sweeps every mean is within 0.15 published sds of
 * the published one, and every sd that such a run settles within 10 %.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { sampleGraph } from "../../src/chains/sample-graph.ts"
import { bugs } from "../../src/samplers/graph-model.ts"

const root = path.resolve(import.meta.dirname, "../../examples/bugs")
const names = readdirSync(root).filter((name) => existsSync(path.join(root, name, "model.bug")))
const read = (name: string, file: string): string => readFileSync(path.join(root, name, file), "utf8")

interface Published {
  readonly burnin: number
  readonly iterations: number
  readonly parameters: Readonly<Record<string, readonly [number, number]>>
  readonly unsettledSds?: readonly string[]
}

describe("classic BUGS examples", () => {
  it("are at least twelve", () => {
    expect(names.length).toBeGreaterThanOrEqual(12)
  })
  it.each(names)("%s: posterior as published", async (name) => {
    const published: Published = JSON.parse(read(name, "published.json"))
    const own = existsSync(path.join(root, name, "inits.json"))
      ? { inits: JSON.parse(read(name, "inits.json")) }
      : {}
    const model = bugs(read(name, "model.bug"), JSON.parse(read(name, "data.json")), own)
    const posterior = await sampleGraph(model, {
      chains: 2,
      warmup: published.burnin,
      draws: published.iterations,
      seed: 1,
      monitor: Object.keys(published.parameters),
      workers: 1,
    })
    const rows = posterior.summary()
    const misses = Object.entries(published.parameters).flatMap(([parameter, [mean, sd]]) => {
      const row = rows.find((one) => one.name === parameter)!
      const distance = Math.abs(row.mean - mean) / sd
      const ratio = row.sd / sd
      const isSettled = published.unsettledSds?.includes(parameter) !== true
      const fits = distance < 0.15 && (!isSettled || Math.abs(ratio - 1) < 0.1) && row.rhat < 1.05
      return fits ? [] : [{ parameter, distance, ratio, rhat: row.rhat }]
    })
    expect(misses).toEqual([])
  })
  it.each(names)("%s: starts without initial values, in different places", async (name) => {
    const model = bugs(read(name, "model.bug"), JSON.parse(read(name, "data.json")))
    const posterior = await sampleGraph(model, { chains: 3, warmup: 0, draws: 1, seed: 1, workers: 1 })
    expect(posterior.sampling.draws).toBe(1)
  })
})
