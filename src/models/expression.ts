/**
 * The expression tree that everything derives from: a model's parameters, its full conditionals, their text, LaTeX
 * and MathML, and the code that a sweep runs. Plain data (structured-cloneable, JSON-printable), built only through
 * the constructors below, which simplify what a reader would (`x + 0`, `1 · x`, `(√x)²`) and
 * nothing else: `1 / 0.5` stays as it is, so that a prior's numbers can be recognised in what is derived from them.
 *
 * Shapes: scalar, vector (length q) or symmetric matrix (q × q). A vector or matrix is taken apart by `element`.
 */

/** Which member of a plate: a fixed one (0-based), the value of an index variable, or a gather `map[index]`. */
export type Index =
  | { readonly kind: "at"; readonly position: number }
  | { readonly kind: "index"; readonly index: string }
  | { readonly kind: "gather"; readonly map: string; readonly index: string }

/** What a sum runs over: a whole plate, or the members `i` of a plate with `map[i] = equals`. */
export interface Range {
  readonly plate: string
  readonly where?: { readonly map: string; readonly equals: string }
}

export type Expr =
  | { readonly op: "number"; readonly value: number }
  /** Constant matrix, row-major. */
  | { readonly op: "matrix"; readonly q: number; readonly values: readonly number[] }
  /** Current value of a node, or of one member of its plate. */
  | { readonly op: "state"; readonly node: string; readonly at: Index | null }
  /** One value of a data column. */
  | { readonly op: "column"; readonly column: string; readonly at: Index }
  | { readonly op: "add"; readonly terms: readonly Expr[] }
  | { readonly op: "multiply"; readonly factors: readonly Expr[] }
  | { readonly op: "subtract"; readonly left: Expr; readonly right: Expr }
  | { readonly op: "divide"; readonly left: Expr; readonly right: Expr }
  | { readonly op: "power"; readonly base: Expr; readonly exponent: number }
  | { readonly op: "call"; readonly name: FunctionName; readonly arg: Expr }
  | { readonly op: "sum"; readonly index: string; readonly range: Range; readonly body: Expr }
  | { readonly op: "vector"; readonly elements: readonly Expr[] }
  | { readonly op: "diagonal"; readonly elements: readonly Expr[] }
  | { readonly op: "dot"; readonly left: Expr; readonly right: Expr }
  /** `x x'` of a vector x. */
  | { readonly op: "outer"; readonly arg: Expr }
  /** Inverse of a positive definite matrix. */
  | { readonly op: "inverse"; readonly arg: Expr }
  /** One element of a vector (`column` null) or of a matrix. */
  | { readonly op: "element"; readonly arg: Expr; readonly row: number; readonly column: number | null }
  /** Made by the lowering to kernels, never by a front end: entry of a table computed once from the data. */
  | { readonly op: "table"; readonly table: number; readonly at: Index | null }
  /** Made by the lowering: a sum over rows reduced to cross-products, see `samplers/kernel/gram.ts`. */
  | { readonly op: "score"; readonly gram: number; readonly first: number; readonly at: Index | null }
  | { readonly op: "rss"; readonly gram: number }

export type FunctionName = "sqrt" | "log" | "exp"

export const at = (position: number): Index => ({ kind: "at", position })
export const index = (name: string): Index => ({ kind: "index", index: name })
export const gather = (map: string, name: string): Index => ({ kind: "gather", map, index: name })

export const number = (value: number): Expr => ({ op: "number", value })
export const state = (node: string, where: Index | null = null): Expr => ({ op: "state", node, at: where })
export const column = (name: string, where: Index): Expr => ({ op: "column", column: name, at: where })
export const vector = (elements: readonly Expr[]): Expr => ({ op: "vector", elements })
export const diagonal = (elements: readonly Expr[]): Expr => ({ op: "diagonal", elements })
export const matrix = (q: number, values: readonly number[]): Expr => ({ op: "matrix", q, values })
export const dot = (left: Expr, right: Expr): Expr => ({ op: "dot", left, right })
export const outer = (arg: Expr): Expr => ({ op: "outer", arg })
export const inverse = (arg: Expr): Expr => (arg.op === "inverse" ? arg.arg : { op: "inverse", arg })
export const negate = (arg: Expr): Expr => multiply(number(-1), arg)

const isNumber = (e: Expr): e is Extract<Expr, { op: "number" }> => e.op === "number"
/** Whether the expression is this constant. */
export const isConstant = (e: Expr, value: number): boolean => e.op === "number" && e.value === value

/** Sum of terms: flattened, zeros dropped, numbers added up at the end. */
export function add(...terms: readonly Expr[]): Expr {
  const kept: Expr[] = []
  let constant = 0
  for (const term of terms.flatMap((t) => (t.op === "add" ? t.terms : [t]))) {
    if (isNumber(term)) constant += term.value
    else kept.push(term)
  }
  if (constant !== 0) kept.push(number(constant))
  return kept.length === 0 ? number(0) : kept.length === 1 ? kept[0]! : { op: "add", terms: kept }
}

/** Product of factors: flattened, ones dropped, numbers multiplied into one leading factor, zero absorbing. */
export function multiply(...factors: readonly Expr[]): Expr {
  const kept: Expr[] = []
  let constant = 1
  for (const factor of factors.flatMap((f) => (f.op === "multiply" ? f.factors : [f]))) {
    if (isNumber(factor)) constant *= factor.value
    else kept.push(factor)
  }
  if (constant === 0) return number(0)
  if (constant !== 1) kept.unshift(number(constant))
  return kept.length === 0 ? number(1) : kept.length === 1 ? kept[0]! : { op: "multiply", factors: kept }
}

/** `left − right`; a right side of zero is left out. */
export function subtract(left: Expr, right: Expr): Expr {
  if (isConstant(right, 0)) return left
  return { op: "subtract", left, right }
}

/** `left / right`; a numerator of zero and a denominator of one stand alone. */
export function divide(left: Expr, right: Expr): Expr {
  if (isConstant(left, 0) || isConstant(right, 1)) return left
  return { op: "divide", left, right }
}

/** `base^exponent`; exponents of one and squares of roots are undone. */
export function power(base: Expr, exponent: number): Expr {
  if (exponent === 1 || isConstant(base, 1)) return base
  if (base.op === "call" && base.name === "sqrt" && exponent === 2) return base.arg
  return { op: "power", base, exponent }
}

/** `√arg`, computed where it is a number. */
export function sqrt(arg: Expr): Expr {
  if (isNumber(arg)) return number(Math.sqrt(arg.value))
  return { op: "call", name: "sqrt", arg }
}

/**
 * `Σ_index body` over a range. Factors free of the index are taken out of the sum, so that what a reader would take
 * out is out, and an evaluation does it once.
 */
export function sum(name: string, range: Range, body: Expr): Expr {
  if (isConstant(body, 0)) return body
  if (body.op === "divide" && !usesIndex(body.right, name))
    return divide(sum(name, range, body.left), body.right)
  if (body.op === "multiply") {
    const outside = body.factors.filter((f) => !usesIndex(f, name))
    if (outside.length > 0) {
      const inside = body.factors.filter((f) => usesIndex(f, name))
      return multiply(...outside, sum(name, range, multiply(...inside)))
    }
  }
  if (!usesIndex(body, name) && !isConstant(body, 1)) return multiply(body, count(name, range))
  return { op: "sum", index: name, range, body }
}

/** The number of members of a range, kept as the sum of ones that it is. */
const count = (name: string, range: Range): Expr => ({
  op: "sum",
  index: name,
  range,
  body: number(1),
})

/** Element of a vector or matrix expression, pushed inwards as far as it goes, so that only scalars remain. */
export function element(e: Expr, row: number, col: number | null = null): Expr {
  const part = (x: Expr) => element(x, row, col)
  switch (e.op) {
    case "vector":
      return e.elements[row]!
    case "matrix":
      return number(e.values[row * e.q + (col ?? 0)]!)
    case "diagonal":
      return row === col ? e.elements[row]! : number(0)
    case "add":
      return add(...e.terms.map(part))
    case "subtract":
      return subtract(part(e.left), part(e.right))
    case "divide":
      return divide(part(e.left), e.right)
    case "multiply": {
      // At most one factor has a shape; the others scale it.
      const shaped = e.factors.findIndex(isShaped)
      return multiply(...e.factors.map((f, i) => (i === shaped ? part(f) : f)))
    }
    case "outer":
      return row === col
        ? power(element(e.arg, row), 2)
        : multiply(element(e.arg, row), element(e.arg, col ?? 0))
    case "sum":
      return sum(e.index, e.range, part(e.body))
    case "number":
      // A scalar zero stands for the zero vector or matrix.
      return e
    default:
      return { op: "element", arg: e, row, column: col }
  }
}

/** Whether an expression inside a product is a vector or matrix; a `state` is taken as scalar there. */
const isShaped = (e: Expr): boolean =>
  e.op === "outer" ||
  e.op === "inverse" ||
  e.op === "vector" ||
  e.op === "matrix" ||
  e.op === "diagonal" ||
  (e.op === "sum" && isShaped(e.body)) ||
  (e.op === "add" && e.terms.some(isShaped))

/** Direct subexpressions. */
export function children(e: Expr): readonly Expr[] {
  switch (e.op) {
    case "add":
      return e.terms
    case "multiply":
      return e.factors
    case "subtract":
    case "divide":
    case "dot":
      return [e.left, e.right]
    case "power":
      return [e.base]
    case "call":
    case "outer":
    case "inverse":
    case "element":
      return [e.arg]
    case "sum":
      return [e.body]
    case "vector":
    case "diagonal":
      return e.elements
    default:
      return []
  }
}

/** The same expression with every direct subexpression replaced, simplified again by the constructors. */
export function mapChildren(e: Expr, change: (child: Expr) => Expr): Expr {
  switch (e.op) {
    case "add":
      return add(...e.terms.map(change))
    case "multiply":
      return multiply(...e.factors.map(change))
    case "subtract":
      return subtract(change(e.left), change(e.right))
    case "divide":
      return divide(change(e.left), change(e.right))
    case "dot":
      return dot(change(e.left), change(e.right))
    case "power":
      return power(change(e.base), e.exponent)
    case "call":
      return e.name === "sqrt" ? sqrt(change(e.arg)) : { ...e, arg: change(e.arg) }
    case "outer":
      return outer(change(e.arg))
    case "inverse":
      return inverse(change(e.arg))
    case "element":
      return element(change(e.arg), e.row, e.column)
    case "sum":
      return sum(e.index, e.range, change(e.body))
    case "vector":
      return vector(e.elements.map(change))
    case "diagonal":
      return diagonal(e.elements.map(change))
    default:
      return e
  }
}

/** Replaces every reference to a node's state by `replacement(at)`. */
export function substitute(e: Expr, node: string, replacement: (at: Index | null) => Expr): Expr {
  if (e.op === "state") return e.node === node ? replacement(e.at) : e
  return mapChildren(e, (child) => substitute(child, node, replacement))
}

/** Every node whose state the expression reads. */
export function nodesIn(e: Expr, found: Set<string> = new Set()): Set<string> {
  if (e.op === "state") found.add(e.node)
  for (const child of children(e)) nodesIn(child, found)
  return found
}

export const dependsOn = (e: Expr, node: string): boolean =>
  e.op === "state" ? e.node === node : children(e).some((child) => dependsOn(child, node))

/** Whether the value changes with a free index variable. */
export function usesIndex(e: Expr, name: string): boolean {
  if (e.op === "state" || e.op === "column" || e.op === "table" || e.op === "score") {
    return e.at !== null && e.at.kind !== "at" && e.at.index === name
  }
  if (e.op === "sum" && e.range.where?.equals === name) return true
  return children(e).some((child) => usesIndex(child, name))
}

/** Structural equality. */
export const sameExpr = (a: Expr, b: Expr): boolean => JSON.stringify(a) === JSON.stringify(b)
