/** The model graph drawn with plates, as SVG: what depends on what, data shaded, repeated parts in boxes. */

import { escapeHtml, type Html, raw } from "./html.ts"
import {
  drawBoxes,
  type GraphNode,
  labelText,
  type Placed,
  type PlateGraph,
  pathOf,
  placeNodes,
  platePaths,
  ry,
} from "./place-nodes.ts"

/** More parents alike than these are drawn as one. */
const mostAlike = 4

/** The drawing, with a title and a description for those who do not see it; null when it would be too wide to read. */
export function drawPlateGraph(graph: PlateGraph): Html | null {
  const merged = mergeAlike(graph)
  const nodes = placeNodes(merged)
  if (nodes.length === 0) return null
  const boxes = drawBoxes(merged.plates, nodes)
  const left = Math.min(...nodes.map(({ x, rx }) => x - rx), ...boxes.map(({ x }) => x)) - 6
  const right = Math.max(...nodes.map(({ x, rx }) => x + rx), ...boxes.map(({ x, width }) => x + width)) + 6
  const top = Math.min(...nodes.map(({ y }) => y - ry), ...boxes.map(({ y }) => y)) - 6
  const bottom = Math.max(...nodes.map(({ y }) => y + ry), ...boxes.map(({ y, height }) => y + height)) + 6
  if (right - left > 2400) return null
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const lines = merged.edges.map(({ from, to }) => edgeLine(byId.get(from)!, byId.get(to)!))
  const [width, height] = [Math.round(right - left), Math.round(bottom - top)]
  return raw(
    `<svg class="graph" role="img" aria-labelledby="graph-title graph-text" viewBox="${round(left)} ${round(top)} ${width} ${height}" width="${width}" height="${height}">` +
      `<title id="graph-title">Graph of the model</title><desc id="graph-text">${escapeHtml(describeGraph(merged))}</desc>` +
      `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" class="head"/></marker></defs>` +
      boxes
        .map(
          ({ label, x, y, width: w, height: h }) =>
            `<rect class="plate" x="${round(x)}" y="${round(y)}" width="${round(w)}" height="${round(h)}" rx="8"/>` +
            `<text class="plate-label" x="${round(x + w - 8)}" y="${round(y + h - 7)}" text-anchor="end">${escapeHtml(label)}</text>`,
        )
        .join("") +
      lines.join("") +
      nodes.map(nodeMarkup).join("") +
      "</svg>",
  )
}

/** The graph in sentences. */
export function describeGraph({ nodes, edges, plates }: PlateGraph): string {
  const nameOf = new Map(nodes.map((node) => [node.id, labelText(node)]))
  const labels = new Map(plates.map(({ id, label }) => [id, label]))
  const paths = platePaths(plates)
  const members = (plate: string): string =>
    pathOf(paths, plate)
      .map((id) => labels.get(id) ?? id)
      .join(", ")
  return nodes
    .map((node) => {
      const parents = edges.filter(({ to }) => to === node.id).map(({ from }) => nameOf.get(from))
      const kind = node.observed ? ", observed" : ""
      const where = node.plate === null ? "" : `, for each member of ${members(node.plate)}`
      const on = parents.length === 0 ? "depends on nothing else" : `depends on ${parents.join(", ")}`
      return `${nameOf.get(node.id)}${kind}${where}, ${on}.`
    })
    .join(" ")
}

/** Many nodes of one letter with the same children, such as twenty coefficients, become one. */
function mergeAlike(graph: PlateGraph): PlateGraph {
  const groups = new Map<string, GraphNode[]>()
  for (const node of graph.nodes) {
    const around = graph.edges
      .filter(({ from, to }) => from === node.id || to === node.id)
      .map(({ from, to }) => (from === node.id ? `>${to}` : `<${from}`))
    const key = JSON.stringify([node.letter, node.plate, node.observed, around.sort()])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [node])
    else group.push(node)
  }
  const standIn = new Map<string, string>()
  const nodes = [...groups.values()].flatMap((group) => {
    if (group.length <= mostAlike) return group
    const first = group[0]!
    for (const { id } of group) standIn.set(id, first.id)
    return [{ ...first, subscript: `${group.length} of them` }]
  })
  const edges = new Map(
    graph.edges.map(({ from, to }) => {
      const edge = { from: standIn.get(from) ?? from, to: standIn.get(to) ?? to }
      return [JSON.stringify(edge), edge]
    }),
  )
  return { ...graph, nodes, edges: [...edges.values()] }
}

/** From the edge of one ellipse to that of the other. */
function edgeLine(from: Placed, to: Placed): string {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const inside = (rx: number) => 1 / Math.hypot(dx / rx, dy / ry)
  const [a, b] = [inside(from.rx), 1 - inside(to.rx)]
  const at = (share: number) => `${round(from.x + share * dx)} ${round(from.y + share * dy)}`
  return `<path class="edge" d="M${at(a)}L${at(b)}" marker-end="url(#arrow)"/>`
}

function nodeMarkup(node: Placed): string {
  const { x, y, rx, letter, subscript, observed } = node
  const below = subscript === null ? "" : `<tspan class="subscript" dy="4">${escapeHtml(subscript)}</tspan>`
  return (
    `<ellipse class="${observed ? "node observed" : "node"}" cx="${round(x)}" cy="${round(y)}" rx="${round(rx)}" ry="${ry}"/>` +
    `<text class="node-label" x="${round(x)}" y="${round(y + 5)}" text-anchor="middle"><tspan class="letter">${escapeHtml(letter)}</tspan>${below}</text>`
  )
}

const round = (value: number): number => Math.round(value * 10) / 10
