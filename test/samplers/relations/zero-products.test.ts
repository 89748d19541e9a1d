import { expect, it } from "vitest"
import { sampleGraph } from "../../../src/chains/sample-graph.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"

const run = { chains: 1, draws: 3, warmup: 2, workers: 1, seed: "zero" }

/** What the model computes as `v` from the data and the one number `z` that it draws, beside `z`. */
async function draw(definition: string, data: Record<string, number | readonly number[]>) {
  const model = bugs(`model { z ~ dnorm(0, 1) ${definition} }`, data)
  const posterior = await sampleGraph(model, { ...run, monitor: ["z", "v"] })
  return { z: posterior.draws("z"), v: posterior.draws("v") }
}

it.each([
  ["a factor before", "v <- r * log(p) + 0 * z", { r: 0, p: 0 }, 0],
  ["a factor behind", "v <- log(p) * r + 0 * z", { r: 0, p: 0 }, 0],
  ["a quotient within", "v <- (n - r) * log(1 - r / n) + 0 * z", { r: 7, n: 7 }, 0],
  ["element by element", "v <- sum(r * log(r / n)) + 0 * z", { r: [0, 2], n: [3, 4] }, 2 * Math.log(0.5)],
  ["known before sampling", "c <- r * log(p) v <- c + 0 * z", { r: 0, p: 0 }, 0],
] as const)("0 × infinity is 0, as 0 log 0 is meant: %s", async (_, definition, data, expected) => {
  const { v } = await draw(definition, data)
  for (const value of v) expect(value).toBeCloseTo(expected, 12)
})

it("the same where a factor is drawn; any other product with infinity is infinite", async () => {
  const none = await draw("v <- r * exp(1000 + z)", { r: 0 })
  expect([...none.v]).toEqual([0, 0, 0])
  const some = await draw("v <- z * log(p)", { p: 0 })
  expect([...some.v]).toEqual(Array.from(some.z, (z) => (z > 0 ? -Infinity : Infinity)))
})
