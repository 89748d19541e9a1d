/** Separates the fixed part of a formula from its random terms, and writes each random term in its simplest form. */

import { ModelSyntaxError, suggest } from "../../core/errors.ts"
import type { BarNode, CallNode, Expression, FormulaAst } from "./ast.ts"
import { findNodes, isBar, spanOf, withoutParens } from "./ast.ts"
import { type BarStructure, isBarStructure, STRUCTURE_NAMES } from "./bar-structure.ts"
import { isFunctionName, makesFactor } from "./functions.ts"
import { printExpression } from "./print.ts"
import type { ModelTerms, Term, Variable } from "./terms.ts"
import { expandTerms } from "./terms.ts"

export interface SplitFormula {
  /** The right side without its bars, or null when it has nothing else. */
  readonly fixed: Expression | null
  readonly bars: readonly StructuredBar[]
}

/** A bar, and the structure written around it. */
export interface StructuredBar {
  readonly bar: BarNode
  readonly structure: BarStructure
}

/** A bar after expansion: coefficients that vary together over the levels of one grouping factor. */
export interface RandomTerm {
  /** The bar as R prints it, for messages: `(x | g)`. */
  readonly label: string
  readonly start: number
  readonly end: number
  /** The left side. */
  readonly terms: ModelTerms
  /** `region:state` as written, `state:region` for `region/state`. */
  readonly group: string
  /** The factors whose interaction groups the rows. */
  readonly factors: readonly Variable[]
  readonly structure: BarStructure
}

/**
 * Takes the bars out of a formula's right side, as the methods of lme4 do (Bates, Mächler, Bolker & Walker 2015,
 * J. Stat. Softw. 67(1), section 2.1). A bar is added, in parentheses; one that is the whole right side needs none. A call such as
 * `diag(x | g)` states the structure of its covariance matrix.
 *
 * @throws ModelSyntaxError for a bar on the left of `~`, within a bar, a product, a call, or after a minus, and for a
 *   bar without parentheses whose extent a reader could mistake (`y ~ x + 1 | g`).
 */
export function splitFormula(ast: FormulaAst): SplitFormula {
  const misplaced = findNodes(ast.response, isBar)[0]
  if (misplaced !== undefined) {
    throw barError(ast, misplaced, 'a bar on the left of "~"', "random terms stand on the right side")
  }
  const bars: StructuredBar[] = []
  const root = ast.right
  if (root.kind === "bar") {
    checkBareBar(ast, root)
    checkInside(ast, root)
    return { fixed: null, bars: [{ bar: root, structure: "unstructured" }] }
  }
  return { fixed: takeBars(ast, root, bars), bars }
}

function checkBareBar(ast: FormulaAst, bar: BarNode): void {
  const left = bar.left
  if (left.kind !== "binary" || (left.operator !== "+" && left.operator !== "-")) return
  if (findNodes(left, isBar).length > 0 || findNodes(bar.right, isBar).length > 0) {
    throw barError(ast, bar, "a bar without parentheses beside other bars", "write each as (… | group)")
  }
  const whole = printExpression(left)
  throw barError(
    ast,
    bar,
    `the bar takes in everything to its left, "${whole}"`,
    `write (${whole} | ${printExpression(bar.right)}) if that is meant, or put the random term alone in parentheses`,
  )
}

function takeBars(ast: FormulaAst, node: Expression, bars: StructuredBar[]): Expression | null {
  switch (node.kind) {
    case "bar":
      checkInside(ast, node)
      bars.push({ bar: node, structure: "unstructured" })
      return null
    case "call": {
      const bar = structuredBar(ast, node)
      if (bar === null) break
      bars.push(bar)
      return null
    }
    case "paren": {
      const inner = takeBars(ast, node.inner, bars)
      return inner === null ? null : { ...node, inner }
    }
    case "unary": {
      if (node.operator === "-") break
      return takeBars(ast, node.operand, bars)
    }
    case "binary": {
      if (node.operator === "+") {
        const left = takeBars(ast, node.left, bars)
        const right = takeBars(ast, node.right, bars)
        if (left === null || right === null) return left ?? right
        return { ...node, left, right }
      }
      if (node.operator !== "-") break
      const left = takeBars(ast, node.left, bars)
      refuseBars(ast, node.right)
      if (left !== null) return { ...node, left }
      return { kind: "unary", operator: "-", operand: node.right, start: node.start, end: node.end }
    }
  }
  refuseBars(ast, node)
  return node
}

/** The bar of `diag(x | g)`; null for a call that holds no bar of its own. */
function structuredBar(ast: FormulaAst, call: CallNode): StructuredBar | null {
  const [first, second] = call.args
  const bar = first === undefined ? null : withoutParens(first.value)
  const structure = call.callee
  if (bar === null || bar.kind !== "bar") {
    if (!isBarStructure(structure)) return null
    throw structureError(ast, call, `${structure}() takes a bar`, `write it as ${structure}(0 + f | group)`)
  }
  // A bar within log() or I() is misplaced, whoever looks for structures.
  if (!isBarStructure(structure) && isFunctionName(structure)) return null
  if (!isBarStructure(structure)) {
    const hint = suggest(structure, STRUCTURE_NAMES)
    throw structureError(ast, call, `"${structure}" is no structure of a random term`, hint)
  }
  if (second !== undefined || first?.name !== null) {
    throw structureError(ast, call, `${structure}() takes one bar and nothing else`, "leave the rest out")
  }
  if (bar.independent) {
    const hint = `write "|" within ${structure}(…), or "||" without it`
    throw structureError(ast, call, `"||" within ${structure}() states a second structure`, hint)
  }
  checkInside(ast, bar)
  return { bar, structure }
}

function structureError(ast: FormulaAst, call: CallNode, message: string, hint: string): ModelSyntaxError {
  return new ModelSyntaxError(message, { code: "bad-structure", span: spanOf(ast.text, call), hint })
}

function refuseBars(ast: FormulaAst, node: Expression): void {
  const bar = findNodes(node, isBar)[0]
  if (bar !== undefined) {
    throw barError(ast, bar, "a random term can only be added", "write it as + (… | group)")
  }
}

function checkInside(ast: FormulaAst, bar: BarNode): void {
  const nested = findNodes(bar.left, isBar)[0] ?? findNodes(bar.right, isBar)[0]
  if (nested !== undefined) {
    throw barError(ast, nested, "a bar within a bar", "write one bar for each random term: (x | a) + (x | b)")
  }
}

function barError(ast: FormulaAst, bar: BarNode, message: string, hint: string): ModelSyntaxError {
  return new ModelSyntaxError(message, { code: "misplaced-bar", span: spanOf(ast.text, bar), hint })
}

/**
 * Expands one bar: `(x | a/b)` into `(x | a)` and `(x | a:b)`, `(x | f*g)` likewise, `(x || g)` into one term for the
 * intercept and one for each term of the left side. As in lme4, `||` separates terms, not columns: the columns of a
 * factor or of `poly(x, 2)` stay together, correlated, in one term `0 + f`. `diag(…)` separates columns; that is done
 * where the columns are made.
 *
 * @throws ModelSyntaxError for a left side that holds no coefficient and for a right side that is no grouping factor.
 */
export function expandBar(ast: FormulaAst, { bar, structure }: StructuredBar): readonly RandomTerm[] {
  const left = expandTerms(ast.text, bar.left, { dot: null, place: "left side of a bar" })
  const place = { start: bar.start, end: bar.end }
  if (!left.intercept && left.terms.length === 0) {
    throw new ModelSyntaxError("the left side of the bar holds no coefficient", {
      code: "empty-random-term",
      span: spanOf(ast.text, bar.left),
      hint: "write 1 for an intercept that varies, or a predictor for a slope",
    })
  }
  const parts = bar.independent ? separateTerms(left) : [left]
  const groups = expandGroups(ast, bar.right)
  return groups.flatMap(({ label, factors }) =>
    parts.map((terms) => ({
      label: `${structure === "unstructured" ? "" : structure}(${labelOfTerms(terms)} | ${label})`,
      ...place,
      terms,
      group: label,
      factors,
      structure,
    })),
  )
}

function separateTerms(terms: ModelTerms): readonly ModelTerms[] {
  const parts: ModelTerms[] = terms.terms.map((term) => ({ ...terms, intercept: false, terms: [term] }))
  if (terms.intercept) parts.unshift({ ...terms, terms: [] })
  return parts
}

function labelOfTerms(terms: ModelTerms): string {
  const labels = terms.terms.map((term) => term.label)
  if (labels.length === 0) return "1"
  return terms.intercept ? labels.join(" + ") : `0 + ${labels.join(" + ")}`
}

interface Group {
  readonly label: string
  readonly factors: readonly Variable[]
}

/**
 * The grouping factors on the right of a bar. `a/b` is `a` and, inside it, `b:a`, named and ordered as lme4 does: the
 * inner factor first; `a/b/c` adds `c:(b:a)`.
 */
function expandGroups(ast: FormulaAst, node: Expression): readonly Group[] {
  const inside = withoutParens(node)
  if (inside.kind === "binary" && inside.operator === "/") {
    const outer = expandGroups(ast, inside.left)
    const inner = expandGroups(ast, inside.right)
    const parent = outer.at(-1)!
    const isChain = withoutParens(inside.left).kind === "binary" ? isNesting(inside.left) : outer.length === 1
    // `(a + b)/c` nests c in both together: R's own expansion says how.
    if (isChain && inner.length === 1) {
      const of = parent.factors.length > 1 ? `(${parent.label})` : parent.label
      const nested = { label: `${inner[0]!.label}:${of}`, factors: [...inner[0]!.factors, ...parent.factors] }
      return [...outer, nested]
    }
  }
  return expandTermGroups(ast, node)
}

function isNesting(node: Expression): boolean {
  const inside = withoutParens(node)
  return inside.kind === "binary" && (inside.operator === "/" || inside.operator === ":")
}

function expandTermGroups(ast: FormulaAst, node: Expression): readonly Group[] {
  const number = findNodes(node, (found): found is Expression => found.kind === "number")[0]
  if (number !== undefined) throw notGroup(ast, number)
  const expanded = expandTerms(ast.text, node, { dot: null, place: "right side of a bar" })
  if (expanded.terms.length === 0) throw notGroup(ast, node)
  const factorsOf = (term: Term): readonly Variable[] =>
    term.variables.map((index) => {
      const variable = expanded.variables[index]!
      if (groupColumn(variable.expression) === null) throw notGroup(ast, variable.expression)
      return variable
    })
  return expanded.terms.map((term) => ({ label: term.label, factors: factorsOf(term) }))
}

/** The column a factor is read from: `county`, or `county` in `factor(county)`, `ordered(county)`; null for anything else. */
export function groupColumn(expression: Expression): Extract<Expression, { kind: "name" }> | null {
  const node = withoutParens(expression)
  if (node.kind === "name") return node
  const only = node.kind === "call" && makesFactor(node) && node.args.length === 1 ? node.args[0]! : null
  const inner = only === null ? null : withoutParens(only.value)
  return inner !== null && inner.kind === "name" ? inner : null
}

function notGroup(ast: FormulaAst, node: Expression): ModelSyntaxError {
  return new ModelSyntaxError(`"${printExpression(node)}" is not a grouping factor`, {
    code: "not-a-group",
    span: spanOf(ast.text, node),
    hint: "expected a column on the right of the bar, or columns joined by : / * or +",
  })
}
