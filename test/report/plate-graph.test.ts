import { describe, expect, it } from "vitest"
import { datasets } from "../../src/data/datasets.ts"
import type { GraphNode, PlateGraph } from "../../src/report/place-nodes.ts"
import { describeGraph, drawPlateGraph } from "../../src/report/plate-graph.ts"
import { plateGraphOf } from "../../src/report/report-graph.ts"
import { lmm } from "../../src/samplers/model.ts"
import { xmlDefect } from "../kit/check-xml.ts"
import { demoInput } from "./demo-input.ts"

const graph = demoInput().graph!

/** Places of the nodes and boxes of a drawing. */
function placesIn(markup: string) {
  const numbers = (text: string, names: readonly string[]) =>
    Object.fromEntries(
      names.map((name) => [name, Number(new RegExp(` ${name}="(-?[\\d.]+)"`).exec(text)![1])]),
    )
  return {
    nodes: [...markup.matchAll(/<ellipse [^>]*>/g)].map(([text]) => numbers(text, ["cx", "cy", "rx", "ry"])),
    boxes: [...markup.matchAll(/<rect [^>]*>/g)].map(([text]) =>
      numbers(text, ["x", "y", "width", "height"]),
    ),
    edges: [...markup.matchAll(/class="edge"/g)].length,
  }
}

describe("the graph as a picture", () => {
  it("has a node a quantity, a box a plate, an arrow an edge, parents above children", () => {
    const { nodes, boxes, edges } = placesIn(drawPlateGraph(graph)!.markup)
    expect([nodes.length, boxes.length, edges]).toEqual([5, 2, 4])
    const heights = nodes.map(({ cy }) => cy!).sort((a, b) => a - b)
    expect(new Set(heights).size).toBe(3)
  })

  it("keeps every node in its own box and out of the others", () => {
    const { nodes, boxes } = placesIn(drawPlateGraph(graph)!.markup)
    const holders = nodes.map(
      ({ cx, cy, rx }) =>
        boxes.filter(
          ({ x, y, width, height }) =>
            cx! + rx! > x! && cx! - rx! < x! + width! && cy! > y! && cy! < y! + height!,
        ).length,
    )
    // The response and the effects, and no other.
    expect(holders.toSorted()).toEqual([0, 0, 0, 1, 1])
  })

  it("is told in sentences, and names cannot bring markup in", () => {
    expect(describeGraph(graph)).toContain(
      "bright, observed, for each member of rows, N = 20, depends on b 0, u operator, σ residual.",
    )
    const evil: PlateGraph = {
      plates: [{ id: "p", label: "<b>" }],
      nodes: [{ id: "x", letter: "<script>", subscript: "&", plate: "p", observed: true }],
      edges: [],
    }
    const markup = drawPlateGraph(evil)!.markup
    expect(markup.includes("<script>") || markup.includes("<b>")).toBe(false)
    expect(xmlDefect(markup)).toBeNull()
  })

  it("draws many parents alike as one, and nothing of nothing", () => {
    const coefficients = Array.from(
      { length: 30 },
      (_, k): GraphNode => ({
        id: `b${k}`,
        letter: "b",
        subscript: `x${k}`,
        plate: null,
        observed: false,
      }),
    )
    const many: PlateGraph = {
      plates: [],
      nodes: [...coefficients, { id: "y", letter: "y", subscript: null, plate: null, observed: true }],
      edges: coefficients.map(({ id }) => ({ from: id, to: "y" })),
    }
    const markup = drawPlateGraph(many)!.markup
    expect(placesIn(markup)).toMatchObject({ nodes: { length: 2 }, edges: 1 })
    expect(markup).toContain("30 of them")
    expect(drawPlateGraph({ plates: [], nodes: [], edges: [] })).toBeNull()
  })

  it("is made of the graph that is sampled", () => {
    const { plates, nodes, edges } = plateGraphOf(
      lmm("Reaction ~ Days + (Days | Subject)", datasets.sleepstudy()).graph,
    )
    expect(plates.map(({ label }) => label).sort()).toEqual(["Subject, J = 18", "rows, N = 180"])
    const response = nodes.find(({ observed }) => observed)!
    expect(response.letter).toBe("Reaction")
    const parents = edges.filter(({ to }) => to === response.id).map(({ from }) => from)
    expect(parents.sort()).toEqual(["b[(Intercept)]", "b[Days]", "sd[residual]", "u[Subject]"])
  })
})
