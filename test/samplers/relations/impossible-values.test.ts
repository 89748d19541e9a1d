/** Values of one element with which another has no density: they are passed over, and what is left is drawn as it should be. */
import { describe, expect, it } from "vitest"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { findCoordinates } from "../../../src/samplers/relations/block-scales.ts"
import { bindEngine } from "../../../src/samplers/relations/engine.ts"
import { bindRelationBlock } from "../../../src/samplers/relations/registry.ts"
import { kernelsOf, modelOf, relationDefect } from "../../kit/relation-identity.ts"
import { logJointOf, refresh } from "../../kit/relation-joint.ts"

const TOLERANCE = 1e-8

describe("values of a discrete element", () => {
  const text = "model { c ~ dbin(0.6, 2); x ~ dchisqr(c); for (i in 1:2) { y[i] ~ dpois(c + 0.5) } }"

  it.each(["auto", "gibbs"] as const)("that give a child no density are never drawn: %s", (method) => {
    const { graph, plan } = bugs(text, { x: 1.3, y: [2, 1] })
    const [block] = plan({ method }).blocks
    const kernel = bindRelationBlock(block!.lowered)
    const { offset } = graph.variables.find(({ name }) => name === "c")!
    const s = graph.values.slice()
    const rng = streamFor("impossible", 0, method)
    const logs = [1, 2].map((c) => {
      s[offset] = c
      refresh(graph, s)
      return logJointOf(graph, s).value
    })
    const share = 1 / (1 + Math.exp(logs[1]! - logs[0]!))
    const draws = 4000
    let ones = 0
    for (let n = 0; n < draws; n++) {
      kernel.step(s, new Float64Array(kernel.memoryLength), rng, "sampling")
      expect(s[offset]).toBeGreaterThan(0)
      if (s[offset] === 1) ones++
    }
    expect(Math.abs(ones / draws - share)).toBeLessThan(5 * Math.sqrt((share * (1 - share)) / draws))
    s[offset] = 1
    expect(kernel.logConditional!(s)).toBeCloseTo(Math.log(share), 10)
  })
})

it("counts every term in a number of trials that is drawn of dbetabin", () => {
  const { graph } = bugs(
    "model { for (i in 1:2) { y[i] ~ dbetabin(a, 2, n) } n <- 3 + m; m ~ dpois(4); a ~ dgamma(3, 1) }",
    { y: [3, 1] },
  )
  const kernels = kernelsOf(modelOf(graph), "slice", "m")
  expect(relationDefect(graph, kernels, streamFor("trials", 0, "identity"))).toBeLessThan(TOLERANCE)
})

it("draws uniformly what is left out of all means", () => {
  const { graph, plan } = bugs("model { y ~ dnorm(ifelse(z, 0, b), 2); b ~ dunif(-2, 3); z ~ dbern(0.5) }", {
    y: 0.4,
  })
  const { lowered } = plan({ method: "gibbs" }).blocks.find(({ sampler }) => sampler === "normal")!
  const kernel = bindRelationBlock(lowered)
  const placeOf = (name: string) => graph.variables.find((one) => one.name === name)!.offset
  const s = graph.values.slice()
  s[placeOf("z")] = 1
  s[placeOf("b")] = 0
  refresh(graph, s)
  expect(kernel.logConditional!(s)).toBeCloseTo(-Math.log(5), 12)
  const rng = streamFor("flat", 0, "normal")
  const draws = 2000
  let total = 0
  for (let n = 0; n < draws; n++) {
    kernel.step(s, new Float64Array(kernel.memoryLength), rng, "sampling")
    total += s[placeOf("b")]!
  }
  expect(Math.abs(total / draws - 0.5)).toBeLessThan(5 * Math.sqrt(25 / 12 / draws))
})

it("does not take a mass too small for a number for an infinite density", () => {
  const { graph } = bugs("model { u ~ dbeta(2, exp(r)) T(0.1, ); r ~ dunif(-2, 20) }", { u: 0.4 })
  const u = graph.relations.findIndex(({ variable }) => variable === "u")
  const f = bindEngine(graph).functions[u]!
  const s = graph.values.slice()
  s[graph.variables.find(({ name }) => name === "r")!.offset] = 11
  expect(f.kind === "stochastic" && f.logDensity(s, Int32Array.of(0), 0, 1)).toBe(-Infinity)
})

describe("bounds that hang on draws by what has a value of what is not known", () => {
  it("are not taken for known: numbers of trials", () => {
    const { plan } = bugs("model { c ~ dbin(0.5, 1 + step(r)); r ~ dnorm(0, 1); y ~ dpois(c + 1) }", { y: 3 })
    const samplers = plan().blocks.map(({ sampler }) => sampler)
    expect(samplers.filter((name) => name.startsWith("enumeration") || name === "state-block")).toEqual([])
  })

  it("are not taken for known: bounds of numbers", () => {
    const coordinatesOf = (lower: string) => {
      const { graph } = bugs(`model { r ~ dunif(${lower}, 1); b ~ dbern(0.5); y ~ dpois(exp(abs(r) + b)) }`, {
        y: 1,
      })
      const relation = graph.relations.findIndex(({ variable }) => variable === "r")
      return findCoordinates(modelOf(graph), [{ relation, instances: Int32Array.of(0) }])
    }
    expect(coordinatesOf("ifelse(1, 0, -0.5)")).toMatchObject({ lower: Float64Array.of(0) })
    expect(coordinatesOf("ifelse(b, 0, -0.5)")).toBeNull()
  })
})

it("weighs a child that reads the element in a sum, where a child that nothing hangs on reads it alone", () => {
  const { graph } = bugs(
    `model { for (i in 1:3) { b[i] ~ dbern(0.5); c[i] ~ dpois(1 + b[i] + 2 * sum(b[1:3])) }
      for (i in 1:2) { y[i] ~ dpois(c[i] + 1) } }`,
    { b: [1, 0, Number.NaN], y: [3, 1] },
  )
  const kernels = kernelsOf(modelOf(graph), "enumeration", "b")
  const s = graph.values.slice()
  const placeOf = (name: string) => graph.variables.find((one) => one.name === name)!.offset
  s.set([2, 1, 4], placeOf("c"))
  const [none, one] = [0, 1].map((value) => {
    s[placeOf("b") + 2] = value
    refresh(graph, s)
    return kernels[0]!.logConditional!(s)
  })
  const log = (x: number, mean: number) => x * Math.log(mean) - mean
  const expected = log(2, 6) + log(1, 5) - log(2, 4) - log(1, 3)
  expect(one! - none!).toBeCloseTo(expected, 10)
})

it("passes over labels with which a child has no density, when they are summed out", () => {
  const { graph, plan } = bugs(
    "model { z ~ dbern(0.5); r ~ dnorm(0, 1); for (i in 1:3) { x[i] ~ dgamma(exp(r), z * exp(r)) } }",
    { x: [1, 2, 0.5] },
  )
  const { lowered } = plan().blocks.find(({ sampler }) => sampler === "mixture-block")!
  const kernel = bindRelationBlock(lowered)
  const s = graph.values.slice()
  const placeOf = (name: string) => graph.variables.find((one) => one.name === name)!.offset
  s[placeOf("z")] = 1
  s[placeOf("r")] = 0.2
  refresh(graph, s)
  const memory = new Float64Array(kernel.memoryLength)
  const rng = streamFor("labels", 0, "test")
  for (let n = 0; n < 50; n++) {
    kernel.step(s, memory, rng, "warmup")
    expect(s[placeOf("z")]).toBe(1)
  }
})
