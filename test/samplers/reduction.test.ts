/**
 * Three ways to the same full conditional: sums reduced to cross-products, sums over rows taken literally, and generated
 * code. The first two agree up to rounding, code and closures bit for bit.
 */
import { describe, expect, it } from "vitest"
import { streamFor } from "../../src/random/stream.ts"
import { bindNatural } from "../../src/samplers/kernel/bind.ts"
import { newContext } from "../../src/samplers/kernel/lowering-context.ts"
import type { Program } from "../../src/samplers/kernel/program.ts"
import { lowerPlan } from "../../src/samplers/plan.ts"
import { bindLowered } from "../../src/samplers/registry.ts"
import { anyProgramOf } from "../kit/mutate.ts"
import { randomStates } from "../kit/states.ts"
import { modelOf, ZOO } from "../kit/zoo.ts"

const TOLERANCE = 1e-9
const SWEEPS = 200

function naturals(program: Program, state: Float64Array): Float64Array[] {
  const natural = bindNatural(program)
  expect(natural.prepare(state)).toBe(true)
  return Array.from({ length: program.target.members }, (_, m) => {
    const v = new Float64Array(program.outputs.length)
    natural.evaluate(state, m, v)
    return v
  })
}

/** Largest difference of two sets of natural parameters, relative to the largest entry of the same kind. */
function difference(a: readonly Float64Array[], b: readonly Float64Array[]): number {
  const relative = Array.from(a[0]!, (_, k) => {
    const size = Math.max(...b.map((v) => Math.abs(v[k]!)))
    const worst = Math.max(...a.map((v, m) => Math.abs(v[k]! - b[m]![k]!)))
    return worst === 0 ? 0 : worst / size
  })
  return Math.max(...relative)
}

describe.each(ZOO)("$name", (specimen) => {
  const plan = modelOf(specimen).plan("gibbs")
  const reduced = lowerPlan(plan)
  const literal = lowerPlan(plan, newContext(plan.graph, plan.layout, true))
  const rng = streamFor("reduction", 0, specimen.name)
  // Far from the posterior, and in it, where the sums are small differences of large numbers.
  const states = randomStates(plan, 10, rng)
  const kernels = reduced.map((block) => bindLowered(block))
  for (const state of states.slice(5)) {
    for (let sweep = 0; sweep < 50; sweep++) {
      for (const kernel of kernels) kernel.step(state, new Float64Array(kernel.memoryLength), rng, "sampling")
    }
  }

  it("reduced sums equal sums over rows", () => {
    plan.blocks.forEach((_, k) => {
      for (const state of states) {
        const worst = difference(
          naturals(anyProgramOf(reduced[k]!), state),
          naturals(anyProgramOf(literal[k]!), state),
        )
        expect(worst).toBeLessThan(TOLERANCE)
      }
    })
  })

  it("rows are read in no sweep", () => {
    for (const block of reduced) expect(Object.keys(anyProgramOf(block).data.columns)).toEqual([])
  })

  it.each([
    ["reduced", reduced],
    ["literal", literal],
  ])("generated code equals closures bit for bit, %s", (_, blocks) => {
    const states = [true, false].map((interpreted) => {
      const kernels = blocks.map((block) => bindLowered(block, { interpreted }))
      const memory = kernels.map((kernel) => new Float64Array(kernel.memoryLength))
      const rng = streamFor("bits", 0, specimen.name)
      const state = randomStates(plan, 1, streamFor("bits", 1, specimen.name))[0]!
      const path: Float64Array[] = []
      for (let sweep = 0; sweep < SWEEPS; sweep++) {
        kernels.forEach((kernel, k) => {
          kernel.step(state, memory[k]!, rng, sweep < 50 ? "warmup" : "sampling")
        })
        path.push(state.slice())
      }
      return path
    })
    expect(states[0]!.every((state) => state.every(Number.isFinite))).toBe(true)
    expect(states[0]).toEqual(states[1])
  })
})
