import { describe, expect, it } from "vitest"
import { type Checkpoint, startChain } from "../../src/chains/chain.ts"
import { sweepsOf } from "../../src/chains/run-spec.ts"
import { iterateChain } from "../../src/chains/sample.ts"
import { streamFor } from "../../src/random/stream.ts"
import { bindLowered } from "../../src/samplers/registry.ts"
import { modelNamed, RUNS, specOf } from "./specs.ts"

describe.each(RUNS)("$name", (run) => {
  const spec = specOf(run, { draws: 30, warmup: 20, thin: 3 })
  const width = spec.monitors.length

  it("resumed from a checkpoint at any sweep it is the straight run, bit for bit", () => {
    const straight = startChain(spec, 1)
    const states: Float64Array[] = []
    const checkpoints: Checkpoint[] = [straight.checkpoint()]
    while (!straight.done) {
      straight.advance(new Float64Array(width))
      states.push(straight.state.slice())
      checkpoints.push(straight.checkpoint())
    }
    // In warm-up, at its end, just after it, and late.
    for (const from of [0, 7, 20, 21, 60]) {
      const resumed = startChain(spec, 1, { from: structuredClone(checkpoints[from]!) })
      expect(resumed.sweep).toBe(from)
      for (let sweep = from; sweep < sweepsOf(spec); sweep++) {
        resumed.advance(new Float64Array(width))
        expect(resumed.state).toEqual(states[sweep])
      }
      expect(resumed.done).toBe(true)
    }
  })

  it("a checkpoint is a copy: going on does not change it", () => {
    const chain = startChain(spec, 0)
    chain.advance(new Float64Array(width))
    const checkpoint = chain.checkpoint()
    const before = structuredClone(checkpoint)
    chain.advance(new Float64Array(width))
    expect(checkpoint).toEqual(before)
  })

  it("records after warm-up, every third sweep", () => {
    const chain = startChain(spec, 0)
    const recorded = Array.from({ length: sweepsOf(spec) }, () => chain.advance(new Float64Array(width)))
    expect(recorded.map((kept, k) => (kept ? k + 1 : 0)).filter((sweep) => sweep > 0)).toEqual(
      Array.from({ length: 30 }, (_, k) => 20 + 3 * (k + 1)),
    )
  })

  it("every kernel writes the slots it declares and no other", () => {
    const state = spec.initial[0]!.slice()
    const rng = streamFor("slots", 0, "test")
    const written = new Set<number>()
    for (const block of spec.blocks) {
      const kernel = bindLowered(block)
      const memory = new Float64Array(kernel.memoryLength + 8).fill(0)
      const declared = new Set(kernel.writes)
      for (let repeat = 0; repeat < 20; repeat++) {
        const before = state.slice()
        kernel.step(state, memory, rng, repeat < 10 ? "warmup" : "sampling")
        state.forEach((value, slot) => {
          if (!declared.has(slot)) expect(Object.is(value, before[slot])).toBe(true)
        })
      }
      expect(memory.subarray(kernel.memoryLength)).toEqual(new Float64Array(8))
      for (const slot of declared) written.add(slot)
    }
    // Between them the kernels draw everything.
    expect(written.size).toBe(spec.layout.length)
  })

  it("the iterator shows the sweeps that sample makes", () => {
    const model = modelNamed(run.specimen)
    const chain = startChain(spec, 2, { showAll: true })
    const record = new Float64Array(width)
    const names = spec.monitors.map(({ name }) => name)
    let sweeps = 0
    const options = { draws: 30, warmup: 20, thin: 3, seed: "chains", method: run.method, chain: 2 }
    for (const sweep of iterateChain(model, options)) {
      chain.advance(record)
      chain.read(record)
      sweeps++
      expect(sweep.sweep).toBe(sweeps)
      expect(sweep.phase).toBe(sweeps <= 20 ? "warmup" : "sampling")
      names.forEach((name, k) => {
        expect(sweep.get(name)).toBe(record[k])
      })
      expect(Object.keys(sweep.toObject())).toEqual(names)
    }
    expect(sweeps).toBe(sweepsOf(spec))
  })
})

describe("iterator", () => {
  const sweeps = iterateChain(modelNamed("crossed"), { draws: 5, warmup: 0, method: "gibbs" })
  const first = sweeps.next().value!

  it("suggests a name, and tells a family from a value", () => {
    expect(() => first.get("b[y]")).toThrow('nothing is called "b[y]"')
    expect(() => first.get("sd")).toThrow('"sd" names several values')
  })
})
