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
