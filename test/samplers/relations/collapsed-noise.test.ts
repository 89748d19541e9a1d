/** Noise that moves by itself between the draws of a collapsed block: they stay exact, and a changed state is noticed. */
import { describe, expect, it } from "vitest"
import { mcseMean } from "../../../src/diagnostics/mcse-mean.ts"
import { mean } from "../../../src/diagnostics/moments.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { bindEngine } from "../../../src/samplers/relations/engine.ts"
import { initialState } from "../../../src/samplers/relations/initial-state.ts"
import { bindRelationBlock } from "../../../src/samplers/relations/registry.ts"
import { MCSE_LIMIT } from "../../kit/goodness-of-fit.ts"

const Y = [1.2, -0.4, 2.5, 3.1, 0.6]
const TEXT = "model { for (i in 1:N) { y[i] ~ dnorm(mu, tau) } mu ~ dnorm(0.5, 0.2); tau ~ dgamma(2, 1.5) }"

/** A chain of the model's one block, after its warm-up. */
function start() {
  const { graph, plan } = bugs(TEXT, { N: Y.length, y: Y })
  const blocks = plan().blocks
  expect(blocks.map(({ sampler }) => sampler)).toEqual(["collapsed-block"])
  const kernel = bindRelationBlock(blocks[0]!.lowered)
  const slotOf = (name: string): number => graph.variables.find((one) => one.name === name)!.offset
  const rng = streamFor("collapsed noise", 0, "test")
  const s = initialState(bindEngine(graph), new Map(), rng)
  const memory = new Float64Array(kernel.memoryLength)
  for (let k = 0; k < 600; k++) kernel.step(s, memory, rng, "warmup")
  return { kernel, rng, s, memory, slots: { mu: slotOf("mu"), tau: slotOf("tau"), y: slotOf("y") } }
}

/** E f(mu, tau) for the first two moments of mu and tau and their product, by quadrature over log tau. */
function exactMoments(): readonly number[] {
  const n = Y.length
  const total = Y.reduce((a, b) => a + b, 0)
  const sums = [0, 0, 0, 0, 0, 0]
  for (let u = -6; u < 4; u += 0.002) {
    const tau = Math.exp(u)
    const precision = 0.2 + n * tau
    const centre = (0.2 * 0.5 + tau * total) / precision
    const squares = tau * Y.reduce((sum, y) => sum + y * y, 0) + 0.2 * 0.25 - precision * centre * centre
    const weight = Math.exp(2 * u - 1.5 * tau + 0.5 * n * u - 0.5 * Math.log(precision) - 0.5 * squares)
    const values = [1, centre, centre * centre + 1 / precision, tau, tau * tau, centre * tau]
    values.forEach((value, k) => {
      sums[k]! += weight * value
    })
  }
  return sums.slice(1).map((sum) => sum / sums[0]!)
}

describe("noise that moves by itself", () => {
  it("leaves the draws exact, on opposite sides of their means", () => {
    const { kernel, rng, s, memory, slots } = start()
    const count = 20_000
    const draws = Array.from({ length: 5 }, () => new Float64Array(count))
    for (let k = 0; k < count; k++) {
      kernel.step(s, memory, rng, "sampling")
      const [mu, tau] = [s[slots.mu]!, s[slots.tau]!]
      ;[mu, mu * mu, tau, tau * tau, mu * tau].forEach((value, j) => {
        draws[j]![k] = value
      })
    }
    const found = draws.map((one, j) => (mean(one) - exactMoments()[j]!) / mcseMean([one]))
    for (const z of found) expect(Math.abs(z)).toBeLessThan(MCSE_LIMIT)
    // Independent draws would have 1.
    for (const j of [0, 2]) {
      const own = draws[j]!
      const centre = mean(own)
      let [between, within] = [0, 0]
      for (let k = 1; k < count; k++) {
        between += (own[k]! - centre) * (own[k - 1]! - centre)
        within += (own[k]! - centre) ** 2
      }
      expect(between / within).toBeLessThan(-0.15)
    }
  })

  it("is drawn afresh when an element, a scale or the data are not what the last step left", () => {
    const { kernel, rng, s, memory, slots } = start()
    const step = (change: (s: Float64Array) => void, noise: number): number => {
      const [own, ownMemory] = [s.slice(), memory.slice()]
      change(own)
      ownMemory[ownMemory.length - 1]! += noise
      kernel.step(own, ownMemory, rng.clone(), "sampling")
      return own[slots.mu]!
    }
    const changes: Readonly<Record<string, (s: Float64Array) => void>> = {
      mu: (own) => {
        own[slots.mu]! += 0.1
      },
      tau: (own) => {
        own[slots.tau]! *= 1.1
      },
      y: (own) => {
        own[slots.y]! += 0.1
      },
    }
    const nothing = () => undefined
    expect(step(nothing, 5)).toBeLessThan(step(nothing, 0) - 0.1)
    for (const change of Object.values(changes)) {
      const before = step(change, 0)
      step(nothing, 0)
      expect(step(change, 5)).toBe(before)
    }
  })
})
