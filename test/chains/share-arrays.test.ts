import { describe, expect, it } from "vitest"
import { startChain } from "../../src/chains/chain.ts"
import { shareArrays } from "../../src/chains/share-arrays.ts"
import { RUNS, specOf } from "./specs.ts"

const isShared = (values: Float64Array | Int32Array) => values.buffer instanceof SharedArrayBuffer

describe("arrays in shared memory", () => {
  const large = Float64Array.of(1, 2, 3)
  const data = {
    a: [{ large, same: large }],
    b: { codes: Int32Array.of(4), text: "x", list: [1, 2] },
    c: null,
  }

  it("are the large ones, one for each that there was", () => {
    const shared = shareArrays(data, 24)
    expect(shared).toEqual(data)
    expect(isShared(shared.a[0]!.large)).toBe(true)
    expect(shared.a[0]!.same).toBe(shared.a[0]!.large)
    expect(shared.b).toBe(data.b)
    expect(isShared(data.a[0]!.large)).toBe(false)
    expect(isShared(shareArrays(data, 4).b.codes)).toBe(true)
  })

  it("are not copied again", () => {
    const shared = shareArrays(data, 4)
    expect(shareArrays(shared, 4)).toBe(shared)
  })

  it("are none of what is small", () => {
    expect(shareArrays(data)).toBe(data)
  })
})

describe.each(RUNS)("$name", (run) => {
  it("a chain writes to nothing that its spec holds", () => {
    const spec = specOf(run, { chains: 1, draws: 3, warmup: 3 })
    const before = structuredClone(spec)
    for (const interpreted of [false, true]) {
      const chain = startChain(spec, 0, { interpreted })
      while (!chain.done) chain.advance(new Float64Array(spec.monitors.length))
    }
    expect(spec).toEqual(before)
  })
})
