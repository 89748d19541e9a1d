/**
 * Scalars gathered into the arrays that ArviZ holds: `theta[1]`, `theta[2]` … are one variable `theta` with an axis for
 * what is in the brackets. Elements that fill a grid get an axis for each index.
 */

/** An axis after chain and draw. */
export interface VariableAxis {
  /** Unique in the file. */
  readonly name: string
  readonly labels: readonly string[]
}

export interface DrawsVariable {
  readonly name: string
  /** None for a scalar. */
  readonly axes: readonly VariableAxis[]
  /** Names of the scalars, the last axis fastest. */
  readonly scalars: readonly string[]
}

/**
 * Variables of all scalars, in the order of their first ones. With `u[county,(Intercept),AITKIN]` and so on for all terms and
 * counties, `u` has three axes, `u_dim_0` … `u_dim_2`; with two grouping factors, whose levels differ, there are `u[county]`
 * and `u[school]` with two each; what fills no grid has one axis `sd_index` with the brackets' content for labels. A scalar
 * without brackets keeps its name for itself, and its namesakes with brackets theirs.
 */
export function groupVariables(names: readonly string[]): readonly DrawsVariable[] {
  const plain = new Set(names.filter((name) => splitName(name) === null))
  const families = new Map<string, string[]>()
  for (const name of names) {
    const base = splitName(name)?.base
    const key = base === undefined || plain.has(base) ? name : base
    const family = families.get(key)
    if (family === undefined) families.set(key, [name])
    else family.push(name)
  }
  return [...families].flatMap(([base, members]) =>
    plain.has(base) || (members.length === 1 && members[0] === base)
      ? [{ name: base, axes: [], scalars: members }]
      : (gridOf(base, members) ?? gridsByFirst(base, members, plain) ?? [flat(base, members)]),
  )
}

/** The scalar of a variable's element: `u` and `county,x` make `u[county,x]`, `u[county]` and `x` the same. */
export function elementName(variable: string, label: string): string {
  return variable.endsWith("]") ? `${variable.slice(0, -1)},${label}]` : `${variable}[${label}]`
}

/** Labels as whole numbers where all are: ArviZ counts such an axis. */
export function axisValues(labels: readonly string[]): readonly string[] | readonly number[] {
  return labels.every((label) => /^(0|[1-9]\d{0,14})$/.test(label)) ? labels.map(Number) : labels
}

interface Element {
  readonly name: string
  readonly parts: readonly string[]
}

/** One variable with an axis for each index, or null where the elements fill no grid of two or more axes. */
function gridOf(base: string, members: readonly string[]): readonly DrawsVariable[] | null {
  const elements = members.map((name) => ({ name, parts: splitLabel(splitName(name)!.label) }))
  const grid = members.length > 1 ? fillGrid(elements, 0) : null
  return grid === null ? null : [{ name: base, axes: nameAxes(base, grid.axes), scalars: grid.scalars }]
}

/** One variable for each first index, where those fill grids that together do not. */
function gridsByFirst(
  base: string,
  members: readonly string[],
  plain: ReadonlySet<string>,
): readonly DrawsVariable[] | null {
  if (members.length < 2) return null
  const groups = new Map<string, Element[]>()
  for (const name of members) {
    const parts = splitLabel(splitName(name)!.label)
    if (parts.length < 3) return null
    const group = groups.get(parts[0]!)
    if (group === undefined) groups.set(parts[0]!, [{ name, parts }])
    else group.push({ name, parts })
  }
  const variables = [...groups].map(([first, elements]) => {
    const grid = fillGrid(elements, 1)
    const name = `${base}[${first}]`
    return grid === null || plain.has(name)
      ? null
      : { name, axes: nameAxes(`${base}_${first}`, grid.axes), scalars: grid.scalars }
  })
  return variables.every((variable) => variable !== null) ? variables : null
}

function flat(base: string, members: readonly string[]): DrawsVariable {
  const labels = members.map((name) => splitName(name)!.label)
  return { name: base, axes: [{ name: `${base}_index`, labels }], scalars: members }
}

const nameAxes = (base: string, axes: readonly (readonly string[])[]): readonly VariableAxis[] =>
  axes.map((labels, k) => ({ name: `${base}_dim_${k}`, labels }))

/** Labels of each axis and the scalars in row-major order, or null where an element is missing or too many. */
function fillGrid(
  elements: readonly Element[],
  skip: number,
): { readonly axes: readonly (readonly string[])[]; readonly scalars: readonly string[] } | null {
  const depth = elements[0]!.parts.length
  if (depth - skip < 2 || elements.some(({ parts }) => parts.length !== depth)) return null
  const axes = Array.from({ length: depth - skip }, (_, k) => [
    ...new Set(elements.map(({ parts }) => parts[k + skip]!)),
  ])
  if (axes.reduce((size, axis) => size * axis.length, 1) !== elements.length) return null
  const places = axes.map((axis) => new Map(axis.map((label, i) => [label, i])))
  const scalars = new Array<string | undefined>(elements.length)
  for (const { name, parts } of elements) {
    const at = axes.reduce((place, axis, k) => place * axis.length + places[k]!.get(parts[k + skip]!)!, 0)
    scalars[at] = name
  }
  return scalars.every((name) => name !== undefined) ? { axes, scalars } : null
}

/** At the commas outside brackets. */
function splitLabel(label: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let i = 0; i <= label.length; i++) {
    const c = label[i]
    if (c === "(" || c === "[") depth++
    else if (c === ")" || c === "]") depth--
    else if (c === undefined || (c === "," && depth <= 0)) {
      parts.push(label.slice(start, i))
      start = i + 1
    }
  }
  // Brackets that do not match: the content is one label.
  return parts.join(",") === label ? parts : [label]
}

function splitName(name: string): { readonly base: string; readonly label: string } | null {
  const match = /^([^[\]]+)\[(.+)\]$/s.exec(name)
  return match === null ? null : { base: match[1]!, label: match[2]! }
}
