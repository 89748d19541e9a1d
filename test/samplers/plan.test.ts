import { describe, expect, it } from "vitest"
import { PlanError } from "../../src/core/errors.ts"
import { number } from "../../src/models/expression.ts"
import { freezeGraph, type ModelGraph } from "../../src/models/graph.ts"
import { lmm } from "../../src/samplers/model.ts"
import { lowerPlan, makePlan } from "../../src/samplers/plan.ts"
import { modelOf, ZOO } from "../kit/zoo.ts"

const named = (name: string) => modelOf(ZOO.find((specimen) => specimen.name === name)!)
const targets = (name: string) =>
  named(name)
    .plan("gibbs")
    .blocks.map((block) => block.targets.join())

describe("the order of a single-site sweep", () => {
  it("spreads, then coefficients, then effects", () => {
    expect(targets("one-way, inverse-gamma and normal")).toEqual([
      "var[g,(Intercept)]",
      "var[residual]",
      "b[(Intercept)]",
      "u[g]",
    ])
    expect(targets("slopes, huangWand by default")).toEqual([
      "cov[g]",
      "aux[g,(Intercept)]",
      "aux[g,x]",
      "var[residual]",
      "aux[residual]",
      "b[(Intercept)]",
      "b[x]",
      "u[g]",
    ])
  })

  it.each(ZOO)("draws every node once: $name", (specimen) => {
    const plan = modelOf(specimen).plan("gibbs")
    const drawn = plan.blocks.flatMap((block) => block.targets)
    expect([...drawn].sort()).toEqual(Object.keys(plan.layout.slots).sort())
  })
})

describe("reasons", () => {
  it("a conjugate node refuses slices, a slice says why nothing is conjugate", () => {
    const { blocks } = named("slice: exponential and uniform").plan("gibbs")
    const of = (id: string) => blocks.find((block) => block.targets.includes(id))!
    expect(of("sd[g,(Intercept)]").assignment.sampler).toBe("slice")
    expect(of("sd[g,(Intercept)]").refused).toEqual([
      { sampler: "conjugate", reason: "its exponential prior has no conjugate family here" },
    ])
    expect(of("u[g]").assignment.sampler).toBe("conjugate")
    expect(of("u[g]").refused).toEqual([{ sampler: "slice", reason: "an exact full conditional exists" }])
    expect(
      of("sd[g,(Intercept)]").assignment.explain(named("slice: exponential and uniform").graph).because,
    ).toEqual([
      "prior Exponential(rate = 0.7)",
      "4 normal children (u[g]); sd[g,(Intercept)]^2 is their variance",
    ])
  })

  it("who chose the method is kept", () => {
    const model = named("crossed")
    expect(model.plan().chosenBy).toBe("default")
    expect(model.plan("gibbs")).toMatchObject({ chosenBy: "user", method: "gibbs" })
  })

  it("a node that no sampler takes is an error with every refusal", () => {
    const { graph } = named("one-way, inverse-gamma and normal")
    const odd: ModelGraph = freezeGraph({
      ...graph,
      nodes: graph.nodes.map((node) =>
        node.id === "u[g]"
          ? { ...node, distribution: { family: "exponential", parameters: { rate: number(1) } } }
          : node,
      ),
    })
    const attempt = () => makePlan(odd, "gibbs")
    expect(attempt).toThrow(PlanError)
    expect(attempt).toThrow(
      "no sampler takes u[g] ~ exponential (conjugate: its exponential prior has no conjugate family here; slice: slices are for one scalar at a time)",
    )
  })
})

describe("what a worker receives", () => {
  it.each(ZOO)("is plain data: $name", (specimen) => {
    for (const method of ["gibbs", "auto"] as const) {
      const lowered = lowerPlan(modelOf(specimen).plan(method))
      expect(structuredClone(lowered)).toEqual(lowered)
    }
  })
})

it("however many levels one factor has, its effects are drawn with everything else", () => {
  const rows = 300_000
  const g = Int32Array.from({ length: rows }, (_, i) => i % 100_000)
  const [x, y] = [7, 11].map((m) => Float64Array.from(g, (level, i) => ((i + level) % m) + level / 1e5))
  const { method, blocks } = lmm("y ~ x + (x | g)", { y: y!, x: x!, g }).plan()
  expect(method).toBe("collapsed")
  expect(blocks).toHaveLength(1)
})
