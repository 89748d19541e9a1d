/** Where the nodes and plates of a graph of a model are drawn. */

export interface GraphNode {
  readonly id: string
  /** `σ²`, and its subscript in words. */
  readonly letter: string
  readonly subscript: string | null
  /** The plate it repeats over; null for a single quantity. */
  readonly plate: string | null
  readonly observed: boolean
}

export interface GraphPlate {
  readonly id: string
  /** Written into the corner of the box: `county, J = 85`. */
  readonly label: string
  /** The plate that it stands in: its members are repeated for each member of that one. */
  readonly within?: string
}

/** A model as it is drawn. */
export interface PlateGraph {
  readonly plates: readonly GraphPlate[]
  readonly nodes: readonly GraphNode[]
  /** From parent to child. */
  readonly edges: readonly { readonly from: string; readonly to: string }[]
}

export interface Placed extends GraphNode {
  readonly rank: number
  readonly rx: number
  readonly x: number
  readonly y: number
}

/** Half the height of an ellipse. */
export const ry = 21
const rowHeight = 98
const gap = 26
const padding = 18
/** Letters of a label that fit into an ellipse of the smallest width. */
const narrow = 24

/** A label as a description says it. */
export const labelText = ({ letter, subscript }: GraphNode): string =>
  subscript === null ? letter : `${letter} ${subscript}`

/** Of each plate the plates that it stands in, outermost first, and itself. */
export function platePaths(plates: readonly GraphPlate[]): ReadonlyMap<string, readonly string[]> {
  const byId = new Map(plates.map((plate) => [plate.id, plate]))
  const pathTo = ({ id, within }: GraphPlate): readonly string[] => {
    const outer = within === undefined ? undefined : byId.get(within)
    return outer === undefined ? [id] : [...pathTo(outer), id]
  }
  return new Map(plates.map((plate) => [plate.id, pathTo(plate)]))
}

/** The path of a node's plate; none where it has no plate. */
export const pathOf = (
  paths: ReadonlyMap<string, readonly string[]>,
  plate: string | null,
): readonly string[] => (plate === null ? [] : (paths.get(plate) ?? [plate]))

/** Parents above children; in each row the members of a plate side by side, near what they belong to. */
export function placeNodes({ nodes, edges, plates }: PlateGraph): readonly Placed[] {
  const paths = platePaths(plates)
  const path = ({ plate }: GraphNode): readonly string[] => pathOf(paths, plate)
  const ranks = rankNodes(nodes, edges)
  const rows: GraphNode[][] = []
  for (const node of nodes) (rows[ranks.get(node.id)!] ??= []).push(node)
  const position = new Map<string, number>()
  const spread = (row: readonly GraphNode[]) => {
    row.forEach((node, i) => {
      position.set(node.id, row.length === 1 ? 0.5 : i / (row.length - 1))
    })
  }
  rows.forEach(spread)
  const neighbours = (id: string) =>
    edges.flatMap(({ from, to }) => (from === id ? [to] : to === id ? [from] : []))
  // A few sweeps of the barycentre rule: Sugiyama, Tagawa & Toda (1981), IEEE Trans. SMC 11(2), 109–125.
  for (let sweep = 0; sweep < 6; sweep++) {
    for (const row of sweep % 2 === 0 ? rows : rows.toReversed()) {
      const centre = new Map(row.map(({ id }) => [id, average(neighbours(id).map((n) => position.get(n)!))]))
      const plateCentre = (plate: string) =>
        average(row.filter((one) => path(one).includes(plate)).map(({ id }) => centre.get(id)!))
      // Where two stand next to one another in the same plates, what differs is a plate or the node itself.
      const centreBelow = (node: GraphNode, level: number) => {
        const plate = path(node)[level]
        return plate === undefined ? centre.get(node.id)! : plateCentre(plate)
      }
      row.sort((a, b) => {
        const shared = countShared(path(a), path(b))
        const order = centreBelow(a, shared) - centreBelow(b, shared)
        return order === 0 ? (path(a)[shared] ?? "").localeCompare(path(b)[shared] ?? "") : order
      })
      spread(row)
    }
  }
  const placed = rows.map((row, rank) => placeRow(row, rank, path))
  // From the bottom up, each row moves as a whole to stand over its children.
  for (const row of placed.toReversed()) {
    const shifts = row.flatMap((node) => {
      const below = placed
        .flat()
        .filter(({ id }) => edges.some(({ from, to }) => from === node.id && to === id))
      return below.length === 0 ? [] : [average(below.map(({ x }) => x)) - node.x]
    })
    const shift = shifts.length === 0 ? 0 : average(shifts)
    placed[row[0]!.rank] = row.map((node) => ({ ...node, x: node.x + shift }))
  }
  return clearBoxes(placed.flat(), paths)
}

/** How many plates, from outside, two nodes share. */
function countShared(a: readonly string[], b: readonly string[]): number {
  let shared = 0
  while (shared < a.length && a[shared] === b[shared]) shared++
  return shared
}

/** Moves what is not of a plate out of its box, to the side on which it is nearer, and its neighbours along. */
function clearBoxes(
  nodes: readonly Placed[],
  paths: ReadonlyMap<string, readonly string[]>,
): readonly Placed[] {
  const at = new Map(nodes.map((node) => [node.id, node]))
  const isIn = ({ plate: own }: GraphNode, plate: string): boolean => pathOf(paths, own).includes(plate)
  // From inside: what is moved out of an inner box widens the outer one.
  const plates = [...paths.keys()]
    .filter((plate) => nodes.some((node) => isIn(node, plate)))
    .sort((a, b) => paths.get(b)!.length - paths.get(a)!.length)
  for (const plate of plates) {
    const members = [...at.values()].filter((node) => isIn(node, plate))
    const ranks = members.map(({ rank }) => rank)
    const depth = paths.get(plate)!.length
    const room = (node: GraphNode): number => padding * (1 + pathOf(paths, node.plate).length - depth)
    const left = Math.min(...members.map((node) => node.x - node.rx - room(node)))
    const right = Math.max(...members.map((node) => node.x + node.rx + room(node)))
    const middle = (left + right) / 2
    for (let rank = Math.min(...ranks); rank <= Math.max(...ranks); rank++) {
      const others = [...at.values()].filter((node) => node.rank === rank && !isIn(node, plate))
      let end = left
      for (const node of others.filter(({ x }) => x < middle).sort((a, b) => b.x - a.x)) {
        const x = Math.min(node.x, end - gap / 2 - node.rx)
        at.set(node.id, { ...node, x })
        end = x - node.rx - gap / 2
      }
      end = right
      for (const node of others.filter(({ x }) => x >= middle).sort((a, b) => a.x - b.x)) {
        const x = Math.max(node.x, end + gap / 2 + node.rx)
        at.set(node.id, { ...node, x })
        end = x + node.rx + gap / 2
      }
    }
  }
  return nodes.map(({ id }) => at.get(id)!)
}

/** The nodes of a row side by side, the row centred at 0. */
function placeRow(
  row: readonly GraphNode[],
  rank: number,
  path: (node: GraphNode) => readonly string[],
): readonly Placed[] {
  const widths = row.map((node) => Math.max(narrow, 12 + 4.3 * labelText(node).length))
  const gaps = row.map((node, i) => {
    const next = row[i + 1]
    if (next === undefined) return 0
    if (next.plate === node.plate) return gap
    const [a, b] = [path(node), path(next)]
    return gap + padding * Math.max(2, a.length + b.length - 2 * countShared(a, b))
  })
  const total = widths.reduce((sum, rx, i) => sum + 2 * rx + gaps[i]!, 0)
  let x = -total / 2
  return row.map((node, i): Placed => {
    const placed = { ...node, rank, rx: widths[i]!, x: x + widths[i]!, y: rank * rowHeight }
    x += 2 * widths[i]! + gaps[i]!
    return placed
  })
}

const average = (values: readonly number[]): number =>
  values.length === 0 ? 0.5 : values.reduce((sum, value) => sum + value, 0) / values.length

/** One more than the largest rank of the parents; a graph has no cycle. */
function rankNodes(nodes: readonly GraphNode[], edges: PlateGraph["edges"]): ReadonlyMap<string, number> {
  const ranks = new Map(nodes.map(({ id }) => [id, 0]))
  for (let pass = 0; pass < nodes.length; pass++) {
    for (const { from, to } of edges) ranks.set(to, Math.max(ranks.get(to)!, ranks.get(from)! + 1))
  }
  // Parents stand right above their first child, not at the top of the page.
  for (const { id } of nodes) {
    if (edges.some(({ to }) => to === id)) continue
    const children = edges.filter(({ from }) => from === id).map(({ to }) => ranks.get(to)!)
    if (children.length > 0) ranks.set(id, Math.min(...children) - 1)
  }
  return ranks
}

interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Boxes of the plates that have members, outer ones first. */
export function drawBoxes(
  plates: readonly GraphPlate[],
  nodes: readonly Placed[],
): readonly (Box & { readonly label: string })[] {
  const boxes = new Map<string, Box>()
  const boxOf = (plate: GraphPlate): Box | null => {
    const inner = plates.flatMap((one) => (one.within === plate.id ? (boxOf(one) ?? []) : []))
    const members = nodes
      .filter((node) => node.plate === plate.id)
      .map(({ x, y, rx }) => ({ x: x - rx, y: y - ry, width: 2 * rx, height: 2 * ry }))
    if (members.length + inner.length === 0) return null
    const box = surround([...members, ...inner], plate.label)
    boxes.set(plate.id, box)
    return box
  }
  const known = new Set(plates.map(({ id }) => id))
  for (const plate of plates) if (plate.within === undefined || !known.has(plate.within)) boxOf(plate)
  const depth = platePaths(plates)
  return plates
    .flatMap(({ id, label }) => (boxes.has(id) ? [{ id, label, ...boxes.get(id)! }] : []))
    .sort((a, b) => depth.get(a.id)!.length - depth.get(b.id)!.length)
}

function surround(parts: readonly Box[], label: string): Box {
  const x = Math.min(...parts.map((part) => part.x)) - padding
  const right = Math.max(...parts.map((part) => part.x + part.width)) + padding
  const y = Math.min(...parts.map((part) => part.y)) - 12
  const bottom = Math.max(...parts.map((part) => part.y + part.height)) + 24
  const width = Math.max(right - x, 20 + 6.6 * label.length)
  return { x: (x + right) / 2 - width / 2, y, width, height: bottom - y }
}
