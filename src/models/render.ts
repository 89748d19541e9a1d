/**
 * Prints expressions: one traversal, three styles. A style says how each construct looks; what is printed and where
 * parentheses go is decided here once, so that text, LaTeX and MathML cannot disagree.
 */
import { lookupDistribution } from "../distributions/registry.ts"
import { type Expr, type Index, isConstant, type Range } from "./expression.ts"
import { type DistributionCall, type MathSymbol, type ModelGraph, plateOf } from "./graph.ts"
import { LATEX, MATHML, type Style, TEXT } from "./render-style.ts"

/** Binding strength, weakest first. */
const SUM = 1
const PRODUCT = 2
const POWER = 3
const ATOM = 4

interface Printed {
  readonly text: string
  readonly binds: number
}

export const renderText = (e: Expr, graph: ModelGraph): string => print(e, graph, TEXT).text
export const renderLatex = (e: Expr, graph: ModelGraph): string => print(e, graph, LATEX).text

/** `Normal(mean = …, variance = …)`. */
export function renderCall(call: DistributionCall, graph: ModelGraph, style: Style = TEXT): string {
  const parameters = Object.entries(call.parameters).map(
    ([name, e]) => [name, print(e, graph, style).text] as const,
  )
  return style.call(distributionLabel(call.family), parameters)
}

/** A node as a formula writes it, with its index when it has a plate. */
export function renderNode(graph: ModelGraph, id: string, at: Index | null, style: Style): string {
  const symbol = symbolOf(graph, id)
  return style.symbol(symbol, id, at === null ? null : printIndex(at, style))
}

const distributionLabel = (family: string): string => lookupDistribution(family).label

export const PRINT_STYLES = { text: TEXT, latex: LATEX, mathml: MATHML } as const

export const renderIn = (e: Expr, graph: ModelGraph, style: Style): string => print(e, graph, style).text

function symbolOf(graph: ModelGraph, id: string): MathSymbol {
  return graph.nodes.find((node) => node.id === id)?.symbol ?? { letter: id, squared: false, subscript: null }
}

function printIndex(where: Index, style: Style): string {
  if (where.kind === "at") return style.index(String(where.position + 1))
  if (where.kind === "index") return style.index(where.index)
  return style.gather(where.map, where.index)
}

function print(e: Expr, graph: ModelGraph, style: Style): Printed {
  const at = (child: Expr, atLeast: number): string => {
    const printed = print(child, graph, style)
    return printed.binds >= atLeast ? printed.text : style.parentheses(printed.text)
  }
  switch (e.op) {
    case "number":
      return { text: style.number(e.value), binds: e.value < 0 ? SUM : ATOM }
    case "state":
      return { text: renderNode(graph, e.node, e.at, style), binds: ATOM }
    case "column": {
      const symbol = { letter: e.column, squared: false, subscript: null }
      return { text: style.symbol(symbol, e.column, printIndex(e.at, style)), binds: ATOM }
    }
    case "add":
      return {
        text: e.terms
          .map((term, i) => {
            const negative = i > 0 ? positivePart(term) : null
            if (negative !== null) return style.minus + at(negative, PRODUCT)
            return (i > 0 ? style.plus : "") + at(term, SUM)
          })
          .join(""),
        binds: SUM,
      }
    case "subtract":
      return { text: at(e.left, SUM) + style.minus + at(e.right, PRODUCT), binds: SUM }
    case "multiply": {
      if (isConstant(e.factors[0]!, -1)) {
        const rest = e.factors.slice(1).map((f) => at(f, POWER))
        return { text: style.negative + joinFactors(rest, style), binds: SUM }
      }
      // A sum swallows what follows it, so it needs no parentheses only as the last factor.
      const last = e.factors.length - 1
      const factors = e.factors.map((f, i) => at(f, i === last && f.op === "sum" ? PRODUCT : POWER))
      return { text: joinFactors(factors, style), binds: PRODUCT }
    }
    case "divide":
      return style.fraction === null
        ? {
            text: at(e.left, e.left.op === "divide" ? POWER : PRODUCT) + style.over + at(e.right, POWER),
            binds: PRODUCT,
          }
        : { text: style.fraction(at(e.left, SUM), at(e.right, SUM)), binds: POWER }
    case "power":
      return { text: style.power(at(e.base, ATOM), String(e.exponent)), binds: POWER }
    case "call":
      return { text: style.apply(e.name, at(e.arg, SUM)), binds: ATOM }
    case "sum":
      if (isConstant(e.body, 1)) return { text: printCount(e.range, graph, style), binds: ATOM }
      return { text: style.sum(printRange(e.index, e.range, style), at(e.body, PRODUCT)), binds: PRODUCT }
    case "vector":
      return { text: style.list(e.elements.map((x) => at(x, SUM))), binds: ATOM }
    case "diagonal":
      return { text: style.apply("diag", e.elements.map((x) => at(x, SUM)).join(style.comma)), binds: ATOM }
    case "matrix":
      return { text: style.rows(rowsOf(e.values, e.q).map((row) => row.map(style.number))), binds: ATOM }
    case "dot":
      return { text: style.transpose(at(e.left, ATOM)) + style.times + at(e.right, ATOM), binds: PRODUCT }
    case "outer":
      return { text: at(e.arg, ATOM) + style.times + style.transpose(at(e.arg, ATOM)), binds: PRODUCT }
    case "inverse":
      return { text: style.inverse(at(e.arg, style.inverseTakesAny ? SUM : ATOM)), binds: POWER }
    case "element": {
      const position = e.column === null ? `${e.row + 1}` : `${e.row + 1}, ${e.column + 1}`
      return { text: style.element(at(e.arg, ATOM), position), binds: ATOM }
    }
    case "table":
    case "score":
    case "rss":
      return { text: style.index(e.op), binds: ATOM }
  }
}

/** A product of printed factors. */
export function joinFactors(factors: readonly string[], style: Style): string {
  return factors.reduce((product, factor) => {
    const isNumber = /^(?:<mrow>|<msup>)*<mn>|^\d/.test(factor)
    return product + (isNumber ? style.timesNumber : style.times) + factor
  })
}

/** The expression without its minus sign, or null when it has none. */
function positivePart(e: Expr): Expr | null {
  if (e.op === "number" && e.value < 0) return { op: "number", value: -e.value }
  if (e.op === "multiply" && isConstant(e.factors[0]!, -1)) {
    const rest = e.factors.slice(1)
    return rest.length === 1 ? rest[0]! : { op: "multiply", factors: rest }
  }
  return null
}

function printCount(range: Range, graph: ModelGraph, style: Style): string {
  const plate = plateOf(graph, range.plate)
  if (range.where === undefined) return style.index(plate.sizeSymbol)
  return style.symbol({ letter: "n", squared: false, subscript: null }, "n", style.index(range.where.equals))
}

/** The range of a sum or product: an index, or the condition on it. */
export function printRange(name: string, range: Range, style: Style): string {
  if (range.where === undefined) return style.index(name)
  return style.condition(name, range.where.map, range.where.equals)
}

const rowsOf = (values: readonly number[], q: number): number[][] =>
  Array.from({ length: q }, (_, i) => values.slice(i * q, (i + 1) * q))
