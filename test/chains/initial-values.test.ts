import { describe, expect, it } from "vitest"
import { initialStates } from "../../src/chains/initial-values.ts"
import { mean, variance } from "../../src/diagnostics/moments.ts"
import { lookupDistribution } from "../../src/distributions/registry.ts"
import { chainsOf } from "../../src/draws/draws.ts"
import { latentNodes } from "../../src/models/graph.ts"
import { logJoint } from "../kit/log-joint.ts"
import { runHere } from "../kit/run-here.ts"
import { isPositive } from "../kit/states.ts"
import { modelOf, ZOO } from "../kit/zoo.ts"

const CHAINS = 8

describe.each(ZOO)("$name", (specimen) => {
  const model = modelOf(specimen)

  it.each(["gibbs", "auto"] as const)(
    "%s: inside every support, with finite density, different in every chain",
    (method) => {
      const plan = model.plan(method)
      const states = initialStates(plan, CHAINS, "initial")
      for (const state of states) {
        expect(state.every(Number.isFinite)).toBe(true)
        expect(Number.isFinite(logJoint(plan.graph, plan.layout, state).value)).toBe(true)
        for (const node of latentNodes(plan.graph)) {
          const { offset, stride, members } = plan.layout.slots[node.id]!
          const values = state.subarray(offset, offset + stride * members)
          if (isPositive(node)) expect(values.every((value) => value > 0)).toBe(true)
          const distribution = lookupDistribution(node.distribution.family)
          const parameters = Object.values(node.distribution.parameters)
          if (distribution.kind !== "scalar" || !parameters.every((e) => e.op === "number")) continue
          const { lower, upper } = distribution.support(
            parameters.map((e) => (e.op === "number" ? e.value : 0)),
          )
          expect(values.every((value) => value > lower && value < upper)).toBe(true)
        }
      }
      for (let slot = 0; slot < plan.layout.length; slot++) {
        const values = new Set(states.map((state) => state[slot]))
        // A covariance starts diagonal; nothing else starts alike in two chains.
        if (!values.has(0)) expect(values.size).toBe(CHAINS)
      }
    },
  )

  it("of chain k do not depend on the number of chains", () => {
    const plan = model.plan("gibbs")
    expect(initialStates(plan, 3, "initial")).toEqual(initialStates(plan, CHAINS, "initial").slice(0, 3))
  })
})

describe("over-dispersed, but near enough to come in from", () => {
  const NAMES = ["one-way, defaults (half-t)", "crossed", "uncentred predictor", "sum contrasts"]

  it.each(NAMES)("%s", (name) => {
    const model = modelOf(ZOO.find((specimen) => specimen.name === name)!)
    const plan = model.plan("gibbs")
    const states = initialStates(plan, 400, "dispersion")
    const options = { chains: 2, draws: 2000, warmup: 500, thin: 1, seed: "posterior" }
    const draws = runHere(model, "collapsed", options)
    for (const { id } of latentNodes(plan.graph)) {
      if (!id.startsWith("b[")) continue
      const { offset } = plan.layout.slots[id]!
      const start = Float64Array.from(states, (state) => state[offset]!)
      const posterior = Float64Array.from(chainsOf(draws, id).flatMap((chain) => [...chain]))
      const ratio = Math.sqrt(variance(start) / variance(posterior))
      expect(ratio, id).toBeGreaterThan(1)
      expect(ratio, id).toBeLessThan(20)
      expect(Math.abs(mean(start) - mean(posterior)) / Math.sqrt(variance(start)), id).toBeLessThan(1)
    }
  })
})
