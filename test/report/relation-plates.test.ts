import { describe, expect, it } from "vitest"
import { highlightSource } from "../../src/report/model-source.ts"
import { describeGraph, drawPlateGraph } from "../../src/report/plate-graph.ts"
import { platesOfRelations } from "../../src/report/relation-plates.ts"
import { bugs } from "../../src/samplers/graph-model.ts"

describe("the graph of a model of relations", () => {
  it("has drawn variables in the plates of their loops, joined through what is computed, and no data", () => {
    const { graph } = bugs(
      `model {
        for (i in 1:3) { for (j in 1:2) { Y[i, j] ~ dnorm(mu[i, j], tau.c); mu[i, j] <- alpha[i] + beta * x[j] }
          alpha[i] ~ dnorm(alpha.c, 1) }
        alpha.c ~ dnorm(0, 1); beta ~ dnorm(0, 1); sigma ~ dunif(0, 9); tau.c <- pow(sigma, -2) }`,
      {
        x: [1, 2],
        Y: [
          [1, 2],
          [3, null],
          [5, 6],
        ],
      },
    )
    const plates = platesOfRelations(graph)
    expect(plates.plates).toEqual([
      { id: "i = 1…3, j = 1…2", label: "j = 1…2", within: "i = 1…3" },
      { id: "i = 1…3", label: "i = 1…3" },
    ])
    expect(describeGraph(plates)).toContain("Y, observed, for each member of i = 1…3, j = 1…2, depends on")
    // The outer box first, and the inner one within it.
    const [outer, inner] = [...drawPlateGraph(plates)!.markup.matchAll(/<rect [^>]*>/g)].map(([text]) =>
      ["x", "y", "width", "height"].map((name) =>
        Number(new RegExp(` ${name}="(-?[\\d.]+)"`).exec(text)![1]),
      ),
    )
    expect(inner![0]).toBeGreaterThan(outer![0]!)
    expect(inner![1]).toBeGreaterThan(outer![1]!)
    expect(inner![0]! + inner![2]!).toBeLessThan(outer![0]! + outer![2]!)
    expect(inner![1]! + inner![3]!).toBeLessThan(outer![1]! + outer![3]!)
    const nodes = plates.nodes.map(({ id, letter, subscript, plate, observed }) => [
      id,
      letter,
      subscript,
      plate,
      observed,
    ])
    expect(nodes.sort()).toEqual([
      ["Y", "Y", null, "i = 1…3, j = 1…2", true],
      ["alpha", "α", null, "i = 1…3", false],
      ["alpha.c", "α", "c", null, false],
      ["beta", "β", null, null, false],
      ["sigma", "σ", null, null, false],
    ])
    expect(plates.edges.map(({ from, to }) => `${from} > ${to}`).sort()).toEqual([
      ...["alpha > Y", "alpha.c > alpha", "beta > Y", "sigma > Y"],
    ])
  })

  it("leaves out arrows that run in a circle, and is drawn", () => {
    const { graph } = bugs(
      `model { x[1] ~ dnorm(0, 1); z[1] ~ dnorm(x[1], 1)
        for (t in 2:5) { x[t] ~ dnorm(z[t - 1], 1); z[t] ~ dnorm(x[t], tau); y[t] ~ dpois(exp(z[t])) } tau ~ dgamma(1, 1) }`,
      { y: [null, 1, 2, 3, 4] },
    )
    const plates = platesOfRelations(graph)
    const edges = plates.edges.map(({ from, to }) => `${from} > ${to}`)
    expect(edges.filter((edge) => ["x > z", "z > x"].includes(edge))).toHaveLength(1)
    expect(edges).toContain("z > y")
    expect(drawPlateGraph(plates)!.markup).not.toContain("NaN")
  })

  it("keeps single quantities out of boxes", () => {
    const { graph } = bugs(
      `model { for (i in 1:4) { b[i] ~ dnorm(0, tau); y[i] ~ dnorm(a0 + a1 + a2 + b[i], 1) }
        a0 ~ dnorm(0, 1); a1 ~ dnorm(0, 1); a2 ~ dnorm(0, 2); tau ~ dgamma(1, 1) }`,
      { y: [1, 2, 3, 4] },
    )
    const { markup } = drawPlateGraph(platesOfRelations(graph))!
    const numbers = (text: string, name: string) =>
      Number(new RegExp(` ${name}="(-?[\\d.]+)"`).exec(text)![1])
    const box = /<rect [^>]*>/.exec(markup)![0]
    const [x, y] = [numbers(box, "x"), numbers(box, "y")]
    const inside = [...markup.matchAll(/<ellipse [^>]*>/g)].filter(([node]) => {
      const [right, left] = [
        numbers(node, "cx") + numbers(node, "rx"),
        numbers(node, "cx") - numbers(node, "rx"),
      ]
      const cy = numbers(node, "cy")
      return right > x && left < x + numbers(box, "width") && cy > y && cy < y + numbers(box, "height")
    })
    expect(inside).toHaveLength(2)
  })
})

it("sets words, comments and distributions of a model apart, and nothing in names", () => {
  const { markup } = highlightSource("model { for (i in 1:N) { for.x[i] ~ dnorm(in.y, 1) } } # <for>")
  expect(markup).toBe(
    '<span class="keyword">model</span> { <span class="keyword">for</span> (i <span class="keyword">in</span> 1:N) { ' +
      'for.x[i] ~ <span class="distribution">dnorm</span>(in.y, 1) } } <span class="comment"># &lt;for&gt;</span>',
  )
})
