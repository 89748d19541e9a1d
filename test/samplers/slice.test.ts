/** Slice updates against densities that are known: a chain thinned until it is as good as independent. */
import { describe, expect, it } from "vitest"
import { exponential } from "../../src/distributions/exponential.ts"
import { halfNormal } from "../../src/distributions/half-normal.ts"
import { halfT } from "../../src/distributions/half-t.ts"
import { inverseGamma } from "../../src/distributions/inverse-gamma.ts"
import { normal } from "../../src/distributions/normal.ts"
import { uniform } from "../../src/distributions/uniform.ts"
import { streamFor } from "../../src/random/stream.ts"
import { lowerPlan } from "../../src/samplers/plan.ts"
import { bindLowered } from "../../src/samplers/registry.ts"
import { drawSlice } from "../../src/samplers/slice.ts"
import { collect, fits, testFit } from "../kit/goodness-of-fit.ts"
import { modelOf, ZOO } from "../kit/zoo.ts"

const DRAWS = 4000
/** Updates between kept values: slice updates of these densities forget within a few. */
const THIN = 15

const TARGETS = [
  { distribution: normal, parameters: [3, 4] },
  { distribution: exponential, parameters: [0.5] },
  { distribution: halfNormal, parameters: [2] },
  { distribution: halfT, parameters: [3, 1] },
  { distribution: inverseGamma, parameters: [3, 2] },
  { distribution: uniform, parameters: [-1, 5] },
] as const

describe.each(TARGETS)("$distribution.name", ({ distribution, parameters }) => {
  const { lower, upper } = distribution.support(parameters)
  const logDensity = (x: number) => distribution.logDensity(x, parameters)

  /** Every start is an exact draw: whatever the width, one update must leave the distribution unchanged. */
  it.each([0.05, 1, 30])("one update from exact draws, width %d", (width) => {
    const rng = streamFor(distribution.name, 0, `slice ${width}`)
    const draws = collect(() => {
      const x0 = distribution.sample(rng, parameters)
      return drawSlice(logDensity, x0, width, lower, upper, rng)
    }, 20_000)
    expect(fits(testFit(draws, (x) => distribution.cdf(x, parameters)))).toBe(true)
    for (const x of draws) expect(x >= lower && x <= upper).toBe(true)
  })

  it("a chain from a bad start", () => {
    const rng = streamFor(distribution.name, 0, "slice chain")
    let x = Number.isFinite(upper) ? upper - 1e-9 : lower === 0 ? 50 : 40
    const step = () => {
      x = drawSlice(logDensity, x, 2, lower, upper, rng)
      return x
    }
    for (let k = 0; k < 500; k++) step()
    const draws = collect(() => {
      for (let k = 1; k < THIN; k++) step()
      return step()
    }, DRAWS)
    expect(fits(testFit(draws, (value) => distribution.cdf(value, parameters)))).toBe(true)
  })
})

describe("details", () => {
  it("a width that follows the current value would be found out", () => {
    const rng = streamFor("following", 0, "slice")
    const logDensity = (x: number) => normal.logDensity(x, [3, 4])
    const draws = collect(() => {
      const x0 = normal.sample(rng, [3, 4])
      return drawSlice(logDensity, x0, 0.3 * Math.abs(x0), -Infinity, Infinity, rng)
    }, 20_000)
    expect(fits(testFit(draws, (x) => normal.cdf(x, [3, 4])))).toBe(false)
  })

  it("two humps: both are visited in their proportions", () => {
    // 0.3 N(−2, 1) + 0.7 N(2, 1).
    const logDensity = (x: number) =>
      Math.log(0.3 * Math.exp(-0.5 * (x + 2) ** 2) + 0.7 * Math.exp(-0.5 * (x - 2) ** 2))
    const cdf = (x: number) => 0.3 * normal.cdf(x, [-2, 1]) + 0.7 * normal.cdf(x, [2, 1])
    const rng = streamFor("humps", 0, "slice")
    const draws = collect(() => {
      const x0 = normal.sample(rng, [rng.uniform() < 0.3 ? -2 : 2, 1])
      return drawSlice(logDensity, x0, 1.5, -Infinity, Infinity, rng)
    }, 20_000)
    expect(fits(testFit(draws, cdf))).toBe(true)
  })

  it("a start of density zero gives NaN, as the kernel's error needs", () => {
    const rng = streamFor("zero", 0, "slice")
    const logDensity = (x: number) => uniform.logDensity(x, [0, 1])
    expect(drawSlice(logDensity, 2, 1, 0, 1, rng)).toBeNaN()
  })

  it("a density that is a spike beside its own rounding stays where it is", () => {
    const rng = streamFor("spike", 0, "slice")
    const logDensity = (x: number) => (x === 1e16 ? 0 : -Infinity)
    expect(drawSlice(logDensity, 1e16, 1, -Infinity, Infinity, rng)).toBe(1e16)
  })

  it("the kernel names the node whose density is not finite", () => {
    const plan = modelOf(ZOO.find(({ name }) => name === "slice: exponential and uniform")!).plan("gibbs")
    const k = plan.blocks.findIndex(({ targets }) => targets.includes("sd[residual]"))
    const kernel = bindLowered(lowerPlan(plan)[k]!)
    const state = new Float64Array(plan.layout.length).fill(1)
    state[plan.layout.slots["sd[residual]"]!.offset] = 5
    const step = () =>
      kernel.step(state, new Float64Array(kernel.memoryLength), streamFor("x", 0, "slice"), "sampling")
    expect(step).toThrow("the density of sd[residual] is not finite at its current value 5")
  })

  it("the width adapts in warm-up only, and does not follow the current value after it", () => {
    const plan = modelOf(ZOO.find(({ name }) => name === "slice: exponential and uniform")!).plan("gibbs")
    const k = plan.blocks.findIndex(({ targets }) => targets.includes("sd[g,(Intercept)]"))
    const kernel = bindLowered(lowerPlan(plan)[k]!)
    const state = new Float64Array(plan.layout.length).fill(1)
    const memory = new Float64Array(kernel.memoryLength)
    const rng = streamFor("width", 0, "slice")
    kernel.step(state, memory, rng, "warmup")
    const adapted = memory.slice()
    for (let r = 0; r < 50; r++) kernel.step(state, memory, rng, "sampling")
    expect(memory).toEqual(adapted)
    kernel.step(state, memory, rng, "warmup")
    expect(memory).not.toEqual(adapted)
    const fresh = new Float64Array(kernel.memoryLength)
    kernel.step(state, fresh, rng, "sampling")
    const fixed = fresh.slice()
    for (let r = 0; r < 50; r++) kernel.step(state, fresh, rng, "sampling")
    expect(fresh).toEqual(fixed)
  })
})
