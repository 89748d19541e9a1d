import { once } from "node:events"
import { Worker } from "node:worker_threads"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { DataError, InternalError, ModelError, OptionError } from "../../src/core/errors.ts"
import {
  allValues,
  chainsOf,
  chainValues,
  createDraws,
  type Draws,
  indexOf,
  recordDraw,
  viewDraws,
} from "../../src/draws/draws.ts"

const names = ["b[(Intercept)]", "sd[county,(Intercept)]", "sd[residual]"]

/** Chain `c` gets `lengths[c]` draws; the value tells scalar, chain and draw. */
function filled(lengths: readonly number[], capacity: number, shared = false): Draws {
  const draws = createDraws({ names, chains: lengths.length, capacity, shared })
  for (const [chain, length] of lengths.entries()) {
    for (let draw = 0; draw < length; draw++) {
      recordDraw(
        draws,
        chain,
        Float64Array.from(names, (_, s) => 100 * s + 10 * chain + draw),
      )
    }
  }
  return draws
}

function codeOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof DataError || error instanceof ModelError || error instanceof OptionError)
      return error.code
    throw error
  }
  return "no error"
}

describe("createDraws", () => {
  it("starts empty, with an aligned header", () => {
    for (const chains of [1, 2, 3, 4, 5]) {
      const draws = createDraws({ names, chains, capacity: 7 })
      expect(draws.buffer).toBeInstanceOf(ArrayBuffer)
      expect(draws.values.byteOffset % 8).toBe(0)
      expect(draws.lengths.byteOffset + draws.lengths.byteLength).toBeLessThanOrEqual(draws.values.byteOffset)
      expect([...draws.lengths]).toEqual(Array(chains).fill(0))
      expect(chainsOf(draws, 0)).toEqual([])
      expect(allValues(draws, 0)).toHaveLength(0)
    }
  })

  it("uses shared memory when asked", () => {
    expect(createDraws({ names, chains: 2, capacity: 3, shared: true }).buffer).toBeInstanceOf(
      SharedArrayBuffer,
    )
  })

  it.each([0, -1, 1.5, Number.NaN])("refuses %s chains or draws", (bad) => {
    expect(() => createDraws({ names, chains: bad, capacity: 3 })).toThrow(OptionError)
    expect(() => createDraws({ names, chains: 3, capacity: bad })).toThrow(OptionError)
  })

  it("says so when the draws do not fit in memory", () => {
    const shape = { names, chains: 1e6, capacity: 1e9 }
    expect(codeOf(() => createDraws(shape))).toBe("draws-too-large")
    expect(codeOf(() => createDraws({ ...shape, shared: true }))).toBe("draws-too-large")
  })

  it("refuses two scalars of one name", () => {
    expect(codeOf(() => createDraws({ names: ["a", "b", "a"], chains: 1, capacity: 1 }))).toBe(
      "duplicate-scalar",
    )
  })
})

describe("reading", () => {
  it("gives one chain of one scalar without copying", () => {
    const draws = filled([3, 2], 5)
    const chain = chainValues(draws, "sd[county,(Intercept)]", 1)
    expect([...chain]).toEqual([110, 111])
    expect(chain.buffer).toBe(draws.buffer)
    expect(chainValues(draws, 1, 1)).toEqual(chain)
  })

  it("cuts chains to the shortest that has draws", () => {
    const draws = filled([3, 0, 2], 5)
    expect(chainsOf(draws, 2).map((chain) => [...chain])).toEqual([
      [200, 201],
      [220, 221],
    ])
    expect([...allValues(draws, 2)]).toEqual([200, 201, 202, 220, 221])
  })

  it("finds a scalar by name, with a suggestion when there is none", () => {
    const draws = filled([1], 1)
    expect(indexOf(draws, "sd[residual]")).toBe(2)
    expect(() => indexOf(draws, "sd[residul]")).toThrow(ModelError)
    try {
      indexOf(draws, "sd[residul]")
    } catch (error) {
      expect((error as ModelError).oneLine()).toBe(
        'there are no draws of "sd[residul]"; did you mean "sd[residual]"?',
      )
    }
  })

  it.each([-1, 3, 0.5])("refuses scalar number %s", (bad) => {
    expect(codeOf(() => chainsOf(filled([1], 1), bad))).toBe("unknown-scalar")
  })

  it.each([-1, 1, 0.5])("refuses chain %s of one", (bad) => {
    expect(codeOf(() => chainValues(filled([1], 1), 0, bad))).toBe("unknown-chain")
  })
})

describe("recordDraw", () => {
  it("keeps every value where it was put, whatever the order of the chains", () => {
    const schedule = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.double()), { maxLength: 40 })
    fc.assert(
      fc.property(schedule, (steps) => {
        const draws = createDraws({ names, chains: 3, capacity: 40 })
        const expected: number[][][] = names.map(() => [[], [], []])
        for (const [chain, value] of steps) {
          const values = Float64Array.from(names, (_, s) => value + s)
          recordDraw(draws, chain, values)
          for (const [s, v] of values.entries()) expected[s]![chain]!.push(v)
        }
        const stored = names.map((_, s) => [0, 1, 2].map((c) => [...chainValues(draws, s, c)]))
        expect(stored).toEqual(expected)
      }),
      { seed: 3 },
    )
  })

  it("refuses a draw too many, an unknown chain and a draw of the wrong width", () => {
    const draws = filled([2], 2)
    expect(() => recordDraw(draws, 0, new Float64Array(3))).toThrow(InternalError)
    expect(() => recordDraw(draws, 1, new Float64Array(3))).toThrow(InternalError)
    expect(() => recordDraw(filled([1], 2), 0, new Float64Array(2))).toThrow(InternalError)
  })
})

describe("viewDraws", () => {
  it("sees what the other view writes", () => {
    const draws = filled([1, 0], 4, true)
    const view = viewDraws(draws.buffer, names)
    recordDraw(draws, 1, Float64Array.of(7, 8, 9))
    expect([...chainValues(view, "sd[residual]", 1)]).toEqual([9])
    expect([...view.lengths]).toEqual([1, 1])
  })

  it("sees what another thread writes", async () => {
    const draws = filled([1, 0], 4, true)
    const script = `
      import { workerData } from "node:worker_threads"
      const { buffer, valuesOffset } = workerData
      new Float64Array(buffer, valuesOffset)[4] = 42
      Atomics.store(new Int32Array(buffer, 32), 1, 1)`
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`), {
      workerData: { buffer: draws.buffer, valuesOffset: draws.values.byteOffset },
    })
    await once(worker, "exit")
    expect([...chainValues(draws, 0, 1)]).toEqual([42])
  })

  const spoil = (word: number, value: number): ArrayBufferLike => {
    const { buffer } = filled([1, 1], 2)
    new Int32Array(buffer)[word] = value
    return buffer
  }

  it.each([
    ["magic", spoil(0, 0x47494262), "draws-magic"],
    ["second word of the magic", spoil(1, 0), "draws-magic"],
    ["version", spoil(2, 2), "draws-version"],
    ["header size", spoil(3, 48), "draws-size"],
    ["number of scalars", spoil(4, 2), "draws-names"],
    ["number of chains", spoil(5, 3), "draws-size"],
    ["no chains", spoil(5, 0), "draws-size"],
    ["capacity", spoil(6, 3), "draws-size"],
    ["negative capacity", spoil(6, -2), "draws-size"],
    ["a chain longer than the capacity", spoil(8, 3), "draws-lengths"],
    ["a chain of negative length", spoil(9, -1), "draws-lengths"],
    ["an empty buffer", new ArrayBuffer(0), "draws-truncated"],
    ["a buffer cut short", filled([1, 1], 2).buffer.slice(0, 60), "draws-size"],
  ])("refuses a wrong %s", (_, buffer, code) => {
    expect(codeOf(() => viewDraws(buffer, names))).toBe(code)
  })

  it("refuses names that do not fit", () => {
    expect(codeOf(() => viewDraws(filled([1], 2).buffer, ["a"]))).toBe("draws-names")
  })
})
