import { describe, expect, it } from "vitest"
import { InternalError, ModelError } from "../../../src/core/errors.ts"
import { listEffects, listQuantities } from "../../../src/models/effect-quantities.ts"
import { nodesIn } from "../../../src/models/expression.ts"
import { columnOf, mapOf, nodeOf, plateOf } from "../../../src/models/graph.ts"
import { printGraph } from "../../../src/models/print.ts"
import { lmm } from "../../../src/samplers/model.ts"
import { modelOf, standardTable, ZOO } from "../../kit/zoo.ts"

const TABLE = standardTable()
const printed = (formula: string, priors: string[] = []) =>
  printGraph(lmm(formula, TABLE, { priors }).graph).map(({ text, plate }) =>
    plate === null ? text : `${text}   for ${plate}`,
  )

describe("the graph of a formula", () => {
  it("one-way", () => {
    expect(
      printed("y ~ 1 + (1 | g)", [
        "Intercept ~ normal(0, var = 0.5)",
        "var(g) ~ inverseGamma(2, 100)",
        "sd(residual) ~ halfT(3, 1)",
      ]),
    ).toEqual([
      "y_i ~ Normal(mean = b[(Intercept)] + u[g]_g[i], variance = sd[residual]^2)   for i = 1..36",
      "u[g]_j ~ Normal(mean = 0, variance = var[g,(Intercept)])   for j = 1..4 (g)",
      "b[(Intercept)] ~ Normal(mean = 0, variance = 0.5)",
      "var[g,(Intercept)] ~ InverseGamma(shape = 2, scale = 100)",
      "sd[residual] ~ HalfT(df = 3, scale = 1)",
    ])
  })

  it("slopes and a crossed factor", () => {
    expect(
      printed("y ~ x + offset(o) + (x | g) + (1 | h)", [
        "cov(g) ~ inverseWishart(3, [2, 1])",
        "sd(h) ~ fixed(0.5)",
      ]).slice(0, 3),
    ).toEqual([
      "y_i ~ Normal(mean = offset_i + b[(Intercept)] + b[x] * x_i + (1, x_i)' * u[g]_g[i] + u[h]_h[i], variance = sd[residual]^2)   for i = 1..36",
      "u[g]_j ~ MultivariateNormal(mean = 0, covariance = cov[g])   for j = 1..4 (g)",
      "u[h]_k ~ Normal(mean = 0, variance = 0.5^2)   for k = 1..3 (h)",
    ])
  })

  it("a known coefficient is a number in the mean, and no node", () => {
    const { graph } = lmm("y ~ x + z + (1 | g)", TABLE, { priors: ["b[x] ~ fixed(2)", "b[z] ~ fixed(0)"] })
    expect(graph.nodes.map(({ id }) => id)).not.toContain("b[x]")
    expect(printGraph(graph)[0]!.text).toContain("mean = b[(Intercept)] + 2 * x_i + u[g]_g[i],")
    expect(graph.quantities.find(({ name }) => name === "b[x]")).toMatchObject({ constant: true })
  })

  it("data stand in columns and maps, levels in plates", () => {
    const { graph, design } = lmm("y ~ x + (1 | g/c)", TABLE)
    expect(columnOf(graph, "x").values).toEqual(Float64Array.from(TABLE.x!, Number))
    expect(plateOf(graph, "c:g").labels).toEqual(design.random[1]!.levels)
    expect(mapOf(graph, "g").codes).toEqual(
      Int32Array.from(TABLE.g!, (level) => Number(String(level).slice(1))),
    )
    expect(nodeOf(graph, "u[c:g]").plate).toBe("c:g")
  })
})

describe("names", () => {
  it("quantities in the order and under the names of the public interface", () => {
    const { graph } = lmm("y ~ x + (x | g) + (1 | h)", TABLE)
    expect(graph.quantities.map(({ name }) => name)).toEqual([
      "b[(Intercept)]",
      "b[x]",
      "sd[g,(Intercept)]",
      "sd[g,x]",
      "sd[h,(Intercept)]",
      "sd[residual]",
      "var[g,(Intercept)]",
      "var[g,x]",
      "var[h,(Intercept)]",
      "var[residual]",
      "cov[g,(Intercept),x]",
      "cor[g,(Intercept),x]",
    ])
    expect(graph.effects.flatMap(listEffects).map(({ name }) => name)).toEqual([
      ...["g0", "g1", "g2", "g3"].flatMap((level) => [`u[g,(Intercept),${level}]`, `u[g,x,${level}]`]),
      ...["h0", "h1", "h2"].map((level) => `u[h,(Intercept),${level}]`),
    ])
  })

  it("a response that is called like the offset, and columns that differ under one name", () => {
    const { graph } = lmm("offset ~ x + offset(o) + (1 | g)", { ...TABLE, offset: TABLE.y! })
    expect(nodeOf(graph, "offset").observed).toBe("offset (response)")
    expect(columnOf(graph, "offset (response)").values).toEqual(Float64Array.from(TABLE.y!, Number))
    const clash = lmm("y ~ offset + offset(o) + (1 | g)", { ...TABLE, offset: TABLE.x! }).graph
    expect(printGraph(clash)[0]!.text).toContain("offset_i + b[(Intercept)] + b[offset] * offset'_i")
    expect(columnOf(clash, "offset").values).toEqual(Float64Array.from(TABLE.o!, Number))
    expect(columnOf(clash, "offset'").values).toEqual(Float64Array.from(TABLE.x!, Number))
  })

  it.each(ZOO)("all different: $name", (specimen) => {
    const { graph } = modelOf(specimen)
    for (const ids of [graph.nodes, graph.columns, graph.plates, graph.maps].map((list) =>
      list.map(({ id }) => id),
    )) {
      expect(new Set(ids).size).toBe(ids.length)
    }
    const names = listQuantities(graph).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    // Every expression reads nodes that exist.
    const known = new Set(graph.nodes.map(({ id }) => id))
    for (const node of graph.nodes) {
      for (const e of Object.values(node.distribution.parameters)) {
        for (const id of nodesIn(e)) expect(known).toContain(id)
      }
    }
  })
})

describe("known spreads count as constant", () => {
  it.each([
    ["y ~ x + (1 | g)", "sd(g) ~ fixed(0.7)", ["sd[g,(Intercept)]", "var[g,(Intercept)]"]],
    ["y ~ x + (1 | g)", "var(residual) ~ fixed(0.7)", ["sd[residual]", "var[residual]"]],
    [
      "y ~ x + (x | g)",
      "cov(g) ~ fixed([[1, 0.2], [0.2, 0.5]])",
      [
        "sd[g,(Intercept)]",
        "sd[g,x]",
        "var[g,(Intercept)]",
        "var[g,x]",
        "cov[g,(Intercept),x]",
        "cor[g,(Intercept),x]",
      ],
    ],
  ])("%s, %s", (formula, prior, names) => {
    const { graph } = lmm(formula, TABLE, { priors: [prior] })
    expect(graph.quantities.filter(({ constant }) => constant).map(({ name }) => name)).toEqual(names)
  })
})

describe("plain data", () => {
  const { graph } = lmm("y ~ x + (x | g)", TABLE)

  it("frozen at every depth", () => {
    const isFrozen = (value: unknown): boolean =>
      typeof value !== "object" ||
      value === null ||
      ArrayBuffer.isView(value) ||
      (Object.isFrozen(value) && Object.values(value).every(isFrozen))
    expect(isFrozen(graph)).toBe(true)
  })

  it("survives a structured clone and JSON", () => {
    expect(structuredClone(graph)).toEqual(graph)
    expect(JSON.parse(JSON.stringify(graph.nodes))).toEqual(graph.nodes)
  })

  it("an unknown name is an error with a suggestion", () => {
    expect(() => nodeOf(graph, "u[G]")).toThrow(ModelError)
    expect(() => columnOf(graph, "xx")).toThrow('unknown column "xx"')
  })
})

describe("bad data", () => {
  it("a response that does not vary", () => {
    const constant = { ...TABLE, y: TABLE.y!.map(() => 3) }
    expect(() => lmm("y ~ x + (1 | g)", constant)).toThrow("the response is 3 in all 36 rows")
  })

  it("no random effect", () => {
    expect(() => lmm("y ~ x", TABLE)).toThrow("the formula has no random effect")
  })

  it("is never an InternalError", () => {
    for (const formula of [
      "y ~ x + (1 | g) + (1 | g)",
      "y ~ x + (1 | g) + (x | g)",
      "y ~ (1 | y)",
      "g ~ (1 | h)",
    ]) {
      try {
        lmm(formula, TABLE).plan()
      } catch (error) {
        expect(error, formula).not.toBeInstanceOf(InternalError)
        expect(error, formula).toHaveProperty("code")
      }
    }
  })
})
