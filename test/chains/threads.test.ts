import { execFileSync } from "node:child_process"
import path from "node:path"
import { expect, it } from "vitest"
import { runChains } from "../../src/chains/run-chains.ts"
import { RUNS, specOf } from "./specs.ts"

it("threads that have run one job run others as new ones do", async () => {
  const [one, other] = RUNS.map((run) => specOf(run))
  const first = await runChains(one!, { workers: 2 })
  await runChains(other!, { workers: 2 })
  const again = await runChains(one!, { workers: 2 })
  expect(again.draws.values).toEqual(first.draws.values)
})

/** Samples in two threads and says how long the process lives on after that. */
const PROGRAM = `
  const { bugs, sample } = await import(process.argv[1])
  const model = bugs("model { for (i in 1:3) { y[i] ~ dnorm(m, 1) } m ~ dnorm(0, 1) }", { y: [1, 2, 3] })
  await sample(model, { chains: 2, workers: 2, draws: 20, warmup: 10, seed: 1 })
  const ended = performance.now()
  process.on("exit", () => console.log(performance.now() - ended))
`

it("keeps no process alive with threads that wait", () => {
  const library = path.resolve(import.meta.dirname, "../../dist/lib/index.js")
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", PROGRAM, library], {
    encoding: "utf8",
  })
  expect(Number(output)).toBeGreaterThanOrEqual(0)
  expect(Number(output)).toBeLessThan(3000)
})
