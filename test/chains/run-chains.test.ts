import { describe, expect, it } from "vitest"
import { advanceChains } from "../../src/chains/advance-chains.ts"
import { startChain } from "../../src/chains/chain.ts"
import { createControl, requestStop } from "../../src/chains/control.ts"
import { type Progress, runChains } from "../../src/chains/run-chains.ts"
import { type RunSpec, sweepsOf } from "../../src/chains/run-spec.ts"
import { NumericalError } from "../../src/core/errors.ts"
import { chainValues, createDraws, type Draws } from "../../src/draws/draws.ts"
import { RUNS, specOf } from "./specs.ts"

/** Chains one after another in this thread. */
function runInTurn(spec: RunSpec): Draws {
  const names = spec.monitors.map(({ name }) => name)
  const draws = createDraws({ names, chains: spec.chains, capacity: spec.draws })
  for (let number = 0; number < spec.chains; number++) {
    advanceChains([startChain(spec, number)], draws, createControl(spec.chains))
  }
  return draws
}

describe.each(RUNS)("$name", (run) => {
  const spec = specOf(run)
  const expected = runInTurn(spec)

  it.each([1, 2, 4])(
    "%d workers give the same draws bit for bit as chains one by one here",
    async (workers) => {
      const { draws, cancelled } = await runChains(spec, { workers })
      expect(cancelled).toBe(false)
      expect([...draws.lengths]).toEqual([60, 60, 60, 60])
      expect(draws.values).toEqual(expected.values)
    },
  )

  it("a short run without threads gives the same draws", async () => {
    const { draws } = await runChains(spec)
    expect(draws.values).toEqual(expected.values)
  })

  it("chain 3 alone is chain 3 of four", () => {
    const draws = createDraws({ names: expected.names, chains: 4, capacity: spec.draws })
    advanceChains([startChain(spec, 2)], draws, createControl(4))
    for (const name of expected.names) {
      expect(chainValues(draws, name, 2)).toEqual(chainValues(expected, name, 2))
    }
    expect([...draws.lengths]).toEqual([0, 0, 60, 0])
  })

  it("chains and seeds differ, and a seed is its text", () => {
    const values = (s: RunSpec) => runInTurn(s).values
    expect(values(specOf(run, { seed: "other" }))).not.toEqual(expected.values)
    expect(values(specOf(run, { seed: 7 }))).toEqual(values(specOf(run, { seed: "7" })))
    const name = "var[residual]"
    expect(chainValues(expected, name, 0)).not.toEqual(chainValues(expected, name, 1))
  })

  it("survives a structured clone", () => {
    expect(runInTurn(structuredClone(spec)).values).toEqual(expected.values)
  })
})

describe("cancelling", () => {
  it("keeps the draws made so far, all chains abreast", async () => {
    // Long enough that no machine is through with it.
    const spec = specOf(RUNS[0]!, { draws: 20_000, warmup: 10, thin: 1000 })
    const abort = new AbortController()
    const progress: Progress[] = []
    const sweeps = [0, 0, 0, 0]
    const { draws, cancelled } = await runChains(spec, {
      workers: 2,
      signal: abort.signal,
      onProgress: (p) => {
        progress.push(p)
        sweeps[p.chain] = p.sweep
        if (Math.min(...sweeps) > 5000) abort.abort()
      },
    })
    expect(cancelled).toBe(true)
    for (const length of draws.lengths) {
      expect(length).toBeGreaterThan(0)
      expect(length).toBeLessThan(spec.draws)
    }
    for (const name of draws.names) {
      for (let chain = 0; chain < 4; chain++) {
        expect(chainValues(draws, name, chain).every(Number.isFinite)).toBe(true)
      }
    }
    // Chains of one worker take turns of 64 sweeps.
    for (const worker of [0, 1]) {
      const lengths = [...draws.lengths].filter((_, chain) => chain % 2 === worker)
      expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1)
    }
    expect(progress.every(({ sweep, sweeps: all }) => sweep <= all && all === sweepsOf(spec))).toBe(true)
    expect(progress.every(({ sweep, phase }) => phase === (sweep < 10 ? "warmup" : "sampling"))).toBe(true)
  })

  it("a signal aborted before the start makes no draw", async () => {
    const { draws, cancelled } = await runChains(specOf(RUNS[0]!), { signal: AbortSignal.abort() })
    expect(cancelled).toBe(true)
    expect([...draws.lengths]).toEqual([0, 0, 0, 0])
  })

  it("the draws before the stop are those of the whole run", () => {
    const spec = specOf(RUNS[0]!, { draws: 500, warmup: 0, thin: 1 })
    const names = spec.monitors.map(({ name }) => name)
    const draws = createDraws({ names, chains: 4, capacity: spec.draws })
    const control = createControl(4)
    const chains = Array.from({ length: 4 }, (_, number) => startChain(spec, number))
    expect(advanceChains(chains, draws, control, 0)).toBe(true)
    requestStop(control)
    expect(advanceChains(chains, draws, control)).toBe(true)
    expect([...draws.lengths]).toEqual([64, 64, 64, 64])
    const whole = runInTurn(spec)
    for (const name of names) {
      expect(chainValues(draws, name, 3)).toEqual(chainValues(whole, name, 3).subarray(0, 64))
    }
  })
})

describe("failure", () => {
  /** A state from which the variance of the residuals cannot be drawn. */
  const broken = (): RunSpec => {
    const spec = specOf(RUNS[0]!)
    const initial = spec.initial.map((state, chain) => (chain === 2 ? state.map(() => Number.NaN) : state))
    return { ...spec, initial }
  }

  it.each([
    ["in threads", { workers: 2 }],
    ["in this thread", {}],
  ])("names chain, sweep and node, %s", async (_, controls) => {
    const failure: unknown = await runChains(broken(), controls).then(
      () => null,
      (error: unknown) => error,
    )
    expect(failure).toBeInstanceOf(NumericalError)
    if (!(failure instanceof NumericalError)) return
    expect(failure.code).toBe("improper-conditional")
    expect(failure.where).toMatch(/^chain 3, sweep 1, (var|aux)\[/)
    expect(failure.hint).toContain("proper prior")
  })
})
