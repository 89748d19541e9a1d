/** Rows that read the same are computed once and weighed together, with the same densities and draws that leave the model as it is. */
import { describe, expect, it } from "vitest"
import { shareEqualInstances } from "../../../src/models/relations/equal-instances.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { bindWeigh } from "../../../src/samplers/relations/block-density.ts"
import { bindEngine } from "../../../src/samplers/relations/engine.ts"
import { findMergedRows } from "../../../src/samplers/relations/merged-rows.ts"
import { kernelsOf, modelOf, relationDefect } from "../../kit/relation-identity.ts"
import { simulate } from "../../kit/relation-joint.ts"
import { relationShift } from "../../kit/relation-stationarity.ts"

const N = 12
const z = Array.from({ length: N }, (_, i) => (i % 3) - 1)
const y = [1, 0, 2, 3, 1, 0, 2, 2, 4, 1, 0, 1]

/** Intensities of a counting process: many rows, few rates, some of them zero. */
const COUNTS = `model { for (i in 1:N) { y[i] ~ dpois(m[i]); m[i] <- R[i] * exp(b * z[i]) * h[g[i]] }
  for (j in 1:2) { h[j] ~ dgamma(3, 2) } b ~ dnorm(0, 2) }`
const data = { N, z, y, R: z.map((_, i) => (i % 4 === 3 ? 2 : 1)), g: z.map((_, i) => 1 + (i % 2)) }
/** The same with rows that have two by two everything in common. */
const doubled = {
  N: 2 * N,
  ...Object.fromEntries(
    (["z", "y", "R", "g"] as const).map((name) => [name, [...data[name], ...data[name]]]),
  ),
}

const indexOf = (model: ReturnType<typeof bugs>, variable: string) =>
  model.graph.relations.findIndex((relation) => relation.variable === variable)

describe("rows that read the same", () => {
  it("are read by one slot, and the others are computed for those who look", () => {
    const model = bugs(COUNTS, doubled)
    const { graph, plan } = model
    const child = graph.relations[indexOf(model, "y")]!
    const rates = new Set(z.map((value, i) => [value, data.R[i], data.g[i]].join())).size
    expect(new Set(child.references.find(({ variable }) => variable === "m")!.slots).size).toBe(rates)
    const forward = plan().blocks.find(({ sampler }) => sampler === "forward")!
    expect(forward.size).toBe(2 * N - rates)
    // Half as many classes as rows at most, or nothing is done.
    const apart = bugs(COUNTS, data).graph
    expect(shareEqualInstances(apart)).toBe(apart)
  })

  it("are read by one slot where vectors read them, too", () => {
    const text = `model { for (i in 1:N) { y[i] ~ dcat(p[i, 1:3])
      p[i, 1] <- ilogit(a + b * g[i]); p[i, 2] <- 1 - p[i, 1]; p[i, 3] <- 0.5 } a ~ dnorm(0, 1); b ~ dnorm(0, 1) }`
    const model = bugs(text, { N, g: data.g, y: y.map((value) => 1 + (value % 3)) })
    const child = model.graph.relations[indexOf(model, "y")]!
    const { slots, length } = child.references.find(({ variable }) => variable === "p")!
    const columns = [0, 1].map((k) => new Set(data.g.map((_, i) => slots[i * length + k])).size)
    expect(columns).toEqual([2, 2])
  })

  it.each([
    ["side by side", (i: number) => Math.floor(i / 2), 300],
    ["far apart", (i: number) => i % 300, 300],
    ["none", (i: number) => i, 600],
  ])("are found by a sample where loops are long: %s", (_, levelOf, count) => {
    const x = Array.from({ length: 600 }, (_, i) => levelOf(i))
    const text = "model { for (i in 1:600) { y[i] ~ dpois(exp(a + x[i])) } a ~ dnorm(0, 1) }"
    const { graph } = bugs(text, { x, y: x.map(() => 1) })
    const rows = findMergedRows(
      graph,
      0,
      Int32Array.from(x, (_, i) => i),
    )
    expect(rows === null ? 600 : rows.first.length).toBe(count)
  })

  it.each([
    ["counts", COUNTS, doubled],
    [
      "binomials and switches",
      `model { for (i in 1:N) { y[i] ~ dbin(p[z[i] + 2], 4); w[i] ~ dbern(p[g[i]]) } for (j in 1:3) { p[j] ~ dbeta(2, 3) } }`,
      { N, z, y, g: data.g, w: z.map((_, i) => (i % 5 === 0 ? 1 : 0)) },
    ],
  ])("are weighed together as apart: %s", (_, text, given) => {
    const model = bugs(text, given)
    const { graph } = model
    const engine = bindEngine(graph)
    const rng = streamFor("merged rows", 0, "states")
    for (const variable of variablesObserved(model)) {
      const r = indexOf(model, variable)
      const instances = Int32Array.from({ length: graph.relations[r]!.size }, (_, i) => i)
      expect(findMergedRows(graph, r, instances)).not.toBeNull()
      const together = bindWeigh([{ relation: r, instances }], engine)
      const f = engine.functions[r]!
      for (let k = 0; k < 5; k++) {
        const s = graph.values.slice()
        // Other data than were compiled, too.
        simulate(graph, s, rng, k < 2 ? "drawn" : "all")
        const apart = f.kind === "stochastic" ? f.logDensity(s, instances, 0, instances.length) : Number.NaN
        expect(together(s)).toBeCloseTo(apart, 8)
      }
    }
  })

  it("have the same full conditionals", () => {
    const { graph } = bugs(COUNTS, doubled)
    const kernels = kernelsOf(modelOf(graph), "conjugate", "h")
    expect(kernels).toHaveLength(2)
    expect(relationDefect(graph, kernels, streamFor("merged rows", 0, "identity"))).toBeLessThan(1e-8)
  })

  it("leave parameters and data drawn together as they were", () => {
    const specimen = {
      name: "counts of few rates",
      text: COUNTS,
      data: doubled,
      watched: ["b", "h"],
      wrong: ["dgamma(3, 2)", "dgamma(3, 3)"] as const,
      samplers: { h: "conjugate", b: "curvature-block" },
    }
    const size = { replicates: 1200, steps: 3, warmup: 200 }
    expect(relationShift(specimen, COUNTS, COUNTS, size).shift).toBeLessThan(4)
    expect(relationShift(specimen, COUNTS, COUNTS.replace(...specimen.wrong), size).shift).toBeGreaterThan(5)
  })
})

const variablesObserved = ({ graph }: ReturnType<typeof bugs>): string[] =>
  graph.relations.flatMap((relation) =>
    relation.kind === "stochastic" && relation.observed ? [relation.variable] : [],
  )
