/**
 * Prints expressions that were read from text in a style. Parentheses are those of the text, less what a fraction, an
 * exponent or a sum of products does not need.
 */
import { joinFactors } from "../render.ts"
import { type Style, SUCH_THAT } from "../render-style.ts"
import type { MathNode } from "./math-tree.ts"
import { symbolOfName } from "./symbol-of-name.ts"

type Call = Extract<MathNode, { kind: "call" }>

/** An expression. */
export function printNode(node: MathNode, style: Style): string {
  switch (node.kind) {
    case "number":
      return style.number(node.value)
    case "name":
      return printName(node, style)
    case "call":
      return (PRINTED_CALLS[node.name] ?? printCall)(node, style)
    case "product":
      return printProduct(node.factors, style)
    case "binary":
      return printBinary(node, style)
    case "prefix":
      if (node.sign === "!") return style.operator("¬") + printNode(node.inside, style)
      return style.negative + printNode(withoutGroup(node.inside, isFraction), style)
    case "over":
      return printOver(node, style)
    case "transpose":
      return style.transpose(printNode(node.inside, style))
    case "bars":
      return style.determinant(printNode(node.inside, style))
    case "group": {
      const inside = withoutGroup(node, isAtom)
      if (inside !== node) return printNode(inside, style)
      return style.parentheses(node.items.map((item) => printNode(item, style)).join(style.comma))
    }
    case "dots":
      return style.operator("…")
  }
}

function printName({ name, isPrimed, indices }: Extract<MathNode, { kind: "name" }>, style: Style): string {
  const index = printIndices(indices, style)
  const text = style.symbol(symbolOfName(name), name, index)
  return isPrimed ? style.prime(text) : text
}

/** Null where every index is empty: the whole array. */
function printIndices(indices: readonly (MathNode | null)[] | null, style: Style): string | null {
  if (indices === null || indices.every((index) => index === null)) return null
  return indices.map((e) => (e === null ? style.operator("·") : printIndex(e, style))).join(style.comma)
}

/** Within an index an index stands in brackets: a subscript of a subscript is too small to read. */
function printIndex(e: MathNode, style: Style): string {
  if (e.kind === "name" && e.indices !== null) {
    const inner = printIndices(e.indices, style)
    const bare = printName({ ...e, indices: null }, style)
    return inner === null ? bare : style.bracketed(bare, inner)
  }
  if (e.kind !== "binary" || SIGNS[e.sign] === undefined) return printNode(e, style)
  return printIndex(e.left, style) + SIGNS[e.sign]!(style) + printIndex(e.right, style)
}

function printProduct(factors: readonly MathNode[], style: Style): string {
  const shown = factors.map((factor, k) =>
    k > 0 && factor.kind === "prefix" ? inParentheses(factor) : withoutGroup(factor, isTerm),
  )
  return joinFactors(
    shown.map((factor) => printNode(factor, style)),
    style,
  )
}

function printBinary(e: Extract<MathNode, { kind: "binary" }>, style: Style): string {
  const { sign, left, right } = e
  if (sign === "/") {
    const positive = positivePart(e)
    if (positive !== null) return style.negative + printNode(positive, style)
    const [top, bottom] = [withoutGroup(left), withoutGroup(right)]
    return style.fraction === null
      ? printNode(left, style) + style.over + printNode(right, style)
      : style.fraction(printNode(top, style), printNode(bottom, style))
  }
  if (sign === "^") return printPower(left, right, style)
  if (sign === "+" || sign === "-") {
    const positive = positivePart(right)
    if (positive !== null)
      return printNode(left, style) + (sign === "+" ? style.minus : style.plus) + printNode(positive, style)
  }
  const between = SIGNS[sign]?.(style) ?? style.operator(sign)
  const [first, second] = [withoutGroup(left, isTerm), withoutGroup(right, isTerm)]
  return printNode(first, style) + between + printNode(second, style)
}

const SIGNS: Readonly<Record<string, (style: Style) => string>> = {
  "+": ({ plus }) => plus,
  "-": ({ minus }) => minus,
  "=": ({ equals }) => equals,
  "==": ({ equals }) => equals,
  "!=": (style) => style.operator("≠"),
  "<=": (style) => style.operator("≤"),
  ">=": (style) => style.operator("≥"),
  "&&": (style) => style.operator("∧"),
  "||": (style) => style.operator("∨"),
  ":": (style) => style.operator(":"),
}

function printPower(base: MathNode, exponent: MathNode, style: Style): string {
  const raised = isRaisable(base) ? base : inParentheses(base)
  return style.superscript(printNode(raised, style), printNode(withoutGroup(exponent), style))
}

function printOver(
  { sign, names, conditions, body }: Extract<MathNode, { kind: "over" }>,
  style: Style,
): string {
  const list = (nodes: readonly MathNode[]): string =>
    nodes.map((node) => printIndex(node, style)).join(style.comma)
  const range = list(names) + (conditions.length === 0 ? "" : style.operator(SUCH_THAT) + list(conditions))
  const write = sign === "sum" ? style.sum : sign === "prod" ? style.product : style.maximum
  return write(range, printNode(body, style))
}

/** Functions that mathematics writes otherwise. */
const PRINTED_CALLS: Readonly<Record<string, (call: Call, style: Style) => string>> = {
  pow: ({ args }, style) => printPower(args[0]!.value!, args[1]!.value!, style),
  exp: (call, style) => style.exp(printArguments(call, style)),
  abs: (call, style) => style.determinant(printArguments(call, style)),
  tr: (call, style) => style.trace(printArguments(call, style)),
  inverse: ({ args }, style) => style.inverse(printNode(raisable(args[0]!.value!), style)),
  t: ({ args }, style) => style.transpose(printNode(raisable(args[0]!.value!), style)),
  inprod: ({ args }, style) =>
    style.transpose(printNode(raisable(args[0]!.value!), style)) +
    style.times +
    printNode(raisable(args[1]!.value!), style),
  element_k: ({ args }, style) => style.element(printNode(args[0]!.value!, style), "k"),
  // A density: `p(y | x, …)`.
  p: (call, style) => style.words("p") + style.parentheses(printArguments(call, style)),
  // Bounds left out are infinite.
  T: (call, style) => style.words(" T") + style.parentheses(printBounds(call, style)),
  I: (call, style) => style.words(" I") + style.parentheses(printBounds(call, style)),
}

/** A function as it is written, or a distribution with the names of its parameters. */
export function printCall(call: Call, style: Style): string {
  const { name, args } = call
  const named = args.flatMap(({ name: own, value }) =>
    own === null || value === null ? [] : [[own, printNode(value, style)] as const],
  )
  if (named.length > 0) return style.call(name, named)
  return style.apply(name, printArguments(call, style))
}

function printArguments({ args }: Call, style: Style): string {
  return args
    .map(({ value, isGiven }, k) => {
      const before = k === 0 ? "" : isGiven && args[k - 1]?.isGiven === false ? style.given : style.comma
      return (
        before +
        (value === null ? "" : isRest(value, isGiven) ? style.words("rest") : printNode(value, style))
      )
    })
    .join("")
}

/** All other quantities: `p(x | rest)`. */
const isRest = (e: MathNode, isGiven: boolean): boolean =>
  isGiven && e.kind === "name" && e.name === "rest" && e.indices === null

const printBounds = ({ args }: Call, style: Style): string =>
  args
    .map(({ value }, k) =>
      value !== null
        ? printNode(value, style)
        : (k === 0 ? style.negative : "") + style.number(Number.POSITIVE_INFINITY),
    )
    .join(style.comma)

const isAtom = ({ kind }: MathNode): boolean => kind === "name" || kind === "number"
const isFraction = (e: MathNode): boolean => e.kind === "binary" && e.sign === "/"
/** What needs no parentheses in sums and products: a product or a fraction without a sign, a sum over an index excepted. */
const isTerm = (e: MathNode): boolean =>
  (isFraction(e) || (e.kind === "product" && e.factors.at(-1)?.kind !== "over")) && positivePart(e) === null

/** What stands in the parentheses, if it is one expression and of the kind asked for; else the node itself. */
function withoutGroup(e: MathNode, is: (inside: MathNode) => boolean = () => true): MathNode {
  const [inside, second] = e.kind === "group" ? e.items : []
  return inside !== undefined && second === undefined && is(inside) ? inside : e
}

const inParentheses = (e: MathNode): MathNode => ({ kind: "group", items: [e] })

/** Whether an exponent may stand on it without parentheses. */
function isRaisable(e: MathNode): boolean {
  if (e.kind === "call") return !["pow", "inverse", "t", "inprod", "p"].includes(e.name)
  return (e.kind === "name" && !e.isPrimed) || ["number", "group", "bars"].includes(e.kind)
}

const raisable = (e: MathNode): MathNode => (isRaisable(e) ? e : inParentheses(e))

/** The expression without its minus sign and a factor of 1, or null when it has none. */
function positivePart(e: MathNode): MathNode | null {
  if (e.kind === "prefix") return e.sign === "-" ? e.inside : null
  if (e.kind === "binary" && e.sign === "/") {
    const left = positivePart(e.left)
    return left === null ? null : { ...e, left }
  }
  if (e.kind !== "product") return null
  const [first, ...rest] = e.factors
  const positive = positivePart(first!)
  if (positive === null) return null
  const isOne = positive.kind === "number" && positive.value === 1
  const factors = isOne ? rest : [positive, ...rest]
  return factors.length === 1 ? factors[0]! : { kind: "product", factors }
}
