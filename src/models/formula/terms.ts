/**
 * The algebra of terms: what `+ - * / : ^ %in%` mean between predictors (Wilkinson & Rogers 1973, Appl. Stat. 22,
 * 392-399; Chambers & Hastie 1992, Statistical Models in S, chapter 2), in the order of R's `terms`.
 */

import { ModelError, ModelSyntaxError } from "../../core/errors.ts"
import type { BinaryNode, CallNode, Expression } from "./ast.ts"
import { spanOf, withoutParens } from "./ast.ts"
import { printExpression, printName } from "./print.ts"

/** A predictor: a column, or a call such as `log(x)`, named by its printed text. */
export interface Variable {
  readonly label: string
  readonly expression: Expression
}

/** A product of variables. */
export interface Term {
  /** `a:b`, the variables in the order in which they first appear in the formula. */
  readonly label: string
  /** Indices into `variables`, ascending. */
  readonly variables: readonly number[]
}

export interface ModelTerms {
  readonly intercept: boolean
  readonly variables: readonly Variable[]
  /** By degree, then in order of appearance. */
  readonly terms: readonly Term[]
  readonly offsets: readonly CallNode[]
}

/** How a term codes one of its variables: numbers as they are, a factor by contrasts or by one column a level. */
export type Coding = "numeric" | "contrast" | "full"

export interface ExpandOptions {
  /** The columns that `.` stands for, or null where it may not stand. */
  readonly dot: readonly string[] | null
  /** What a message calls this part of the formula. */
  readonly place: string
  /** Bars and offsets are variables like any other, to be added and removed; false by default. */
  readonly opaque?: boolean
}

/** No model has more; `.^8` on a wide table would. */
const MAX_TERMS = 5000

/** A term under construction: ascending variable indices. The key of an ordered set of terms is their text. */
type TermSet = ReadonlyMap<string, readonly number[]>

interface Context {
  readonly text: string
  readonly options: ExpandOptions
  readonly indexOf: Map<string, number>
  readonly variables: Variable[]
  readonly offsets: CallNode[]
  intercept: boolean
  /** False inside what a minus removes, where 1 takes the intercept out and 0 puts it in. */
  adding: boolean
}

const NONE: TermSet = new Map()

/**
 * Expands an expression into terms. `a*b` is `a + b + a:b`; `a/b` is `a + a:b`, with all of a compound left side in
 * the product; `a %in% b` is `a:b`; `(a + b)^2` is all products of up to two; `-` removes; `0 +` and `- 1` remove the
 * intercept, `+ 1` restores it. A null expression is the empty right side: the intercept alone.
 *
 * Variables that `-` removes are in `variables` without being in a term.
 *
 * @throws ModelSyntaxError where an operand makes no sense as a term (a number, a text, an offset in a product).
 * @throws ModelError `too-many-terms` above 5000 terms.
 */
export function expandTerms(text: string, node: Expression | null, options: ExpandOptions): ModelTerms {
  const context: Context = {
    text,
    options,
    indexOf: new Map(),
    variables: [],
    offsets: [],
    intercept: true,
    adding: true,
  }
  const encoded = node === null ? NONE : encode(context, node, true)
  const terms = [...encoded.values()]
    .map((variables) => ({
      label: variables.map((index) => context.variables[index]!.label).join(":"),
      variables,
    }))
    .sort((a, b) => a.variables.length - b.variables.length)
  return { intercept: context.intercept, variables: context.variables, terms, offsets: context.offsets }
}

function encode(context: Context, node: Expression, additive: boolean): TermSet {
  switch (node.kind) {
    case "name":
      return addVariable(context, printName(node.name), node)
    case "number":
      return encodeNumber(context, node.value, node)
    case "paren":
      return encode(context, node.inner, additive)
    case "dot":
      return encodeDot(context, node)
    case "unary":
      if (node.operator === "-") return removeTerms(context, NONE, node.operand)
      return encode(context, node.operand, additive)
    case "binary":
      return encodeBinary(context, node, additive)
    case "call":
      if (node.callee === "offset" && context.options.opaque !== true)
        return encodeOffset(context, node, additive)
      return addVariable(context, printExpression(node), node)
    case "string":
      throw termError(
        context,
        node,
        `the text ${printExpression(node)} is not a predictor`,
        "write the name of a column",
      )
    case "condition":
      throw termError(context, node, "a comparison is no term", "compute it as a column of the data first")
    case "bar":
      if (context.options.opaque === true) return addVariable(context, `(${printExpression(node)})`, node)
      throw termError(context, node, "a bar has no place here", "write it as + (… | group)")
  }
}

function encodeBinary(context: Context, node: BinaryNode, additive: boolean): TermSet {
  const { operator } = node
  if (operator === "+") {
    const left = encode(context, node.left, additive)
    return union(context, left, encode(context, node.right, additive))
  }
  if (operator === "-") return removeTerms(context, encode(context, node.left, additive), node.right)
  if (operator === "^") return encodePower(context, node)
  const left = encode(context, refuseNumber(context, node, node.left), false)
  const right = encode(context, refuseNumber(context, node, node.right), false)
  switch (operator) {
    case ":":
      return products(context, left, right)
    case "*":
      return union(context, union(context, left, right), products(context, left, right))
    case "/":
      return union(context, left, products(context, [mergeAll(left)], right))
    case "%in%":
      return products(context, left, [mergeAll(right)])
  }
}

function refuseNumber(context: Context, parent: BinaryNode, operand: Expression): Expression {
  const bare = withoutParens(operand)
  if (bare.kind !== "number") return operand
  const whole = printExpression(parent)
  throw termError(
    context,
    bare,
    `a number cannot be an operand of "${parent.operator}" between terms`,
    wrapHint(whole),
  )
}

function wrapHint(whole: string): string {
  return `for arithmetic write I(${whole})`
}

function encodeNumber(context: Context, value: number, node: Expression): TermSet {
  if (value !== 0 && value !== 1) {
    const hint = "0 and 1 take out and put in the intercept; arithmetic goes inside I()"
    throw termError(context, node, `the number ${printExpression(node)} is not a term`, hint)
  }
  context.intercept = (value === 1) === context.adding
  return NONE
}

function encodeDot(context: Context, node: Expression): TermSet {
  const { dot, place } = context.options
  if (dot === null) {
    throw termError(context, node, `"." cannot stand on the ${place}`, "write the columns out")
  }
  let terms = NONE
  for (const name of dot) {
    const column: Expression = { kind: "name", name, start: node.start, end: node.end }
    terms = union(context, terms, addVariable(context, printName(name), column))
  }
  return terms
}

function encodeOffset(context: Context, node: CallNode, additive: boolean): TermSet {
  if (context.options.dot === null) {
    throw termError(
      context,
      node,
      `offset() cannot stand on the ${context.options.place}`,
      "add it to the fixed part",
    )
  }
  if (!additive || !context.adding) {
    throw termError(context, node, "offset() can only be added", "write it as + offset(…), outside products")
  }
  context.offsets.push(node)
  return NONE
}

function encodePower(context: Context, node: BinaryNode): TermSet {
  const exponent = withoutParens(node.right)
  if (exponent.kind !== "number" || !Number.isInteger(exponent.value) || exponent.value < 1) {
    const message = `expected a whole number of 1 or more after "^", found ${printExpression(node.right)}`
    throw termError(context, node.right, message, wrapHint(printExpression(node)))
  }
  const base = encode(context, refuseNumber(context, node, node.left), false)
  let power = base
  for (let degree = 1; degree < exponent.value; degree++) {
    const next = products(context, base, power)
    if (next.size === power.size) return next
    power = next
  }
  return power
}

function removeTerms(context: Context, from: TermSet, node: Expression): TermSet {
  context.adding = !context.adding
  const removed = encode(context, node, true)
  context.adding = !context.adding
  const rest = new Map(from)
  for (const key of removed.keys()) rest.delete(key)
  return rest
}

function addVariable(context: Context, label: string, expression: Expression): TermSet {
  let index = context.indexOf.get(label)
  if (index === undefined) {
    index = context.variables.push({ label, expression }) - 1
    context.indexOf.set(label, index)
  }
  return new Map([[String(index), [index]]])
}

function union(context: Context, a: TermSet, b: TermSet): TermSet {
  if (b.size === 0) return a
  const all = new Map(a)
  for (const [key, term] of b) all.set(key, term)
  return checkSize(context, all)
}

function products(
  context: Context,
  left: TermSet | readonly (readonly number[])[],
  right: TermSet | readonly (readonly number[])[],
): TermSet {
  const all = new Map<string, readonly number[]>()
  for (const a of left.values()) {
    for (const b of right.values()) {
      const term = merge(a, b)
      all.set(term.join(), term)
    }
    checkSize(context, all)
  }
  return all
}

function merge(a: readonly number[], b: readonly number[]): readonly number[] {
  return [...new Set([...a, ...b])].sort((i, j) => i - j)
}

function mergeAll(terms: TermSet): readonly number[] {
  return [...terms.values()].reduce(merge, [])
}

function checkSize(context: Context, terms: TermSet): TermSet {
  if (terms.size <= MAX_TERMS) return terms
  throw new ModelError(`the formula has more than ${MAX_TERMS} terms`, {
    code: "too-many-terms",
    where: context.text,
    hint: "lower the power, or name the columns that matter",
  })
}

function termError(context: Context, node: Expression, message: string, hint: string): ModelSyntaxError {
  return new ModelSyntaxError(message, { code: "not-a-term", span: spanOf(context.text, node), hint })
}

/**
 * Decides how each term codes each of its factors, by marginality: by contrasts when the term without the factor is
 * part of an earlier term (the empty term counts as present), by one column a level otherwise (Chambers & Hastie 1992,
 * page 38). Without an intercept the first factor found has one column a level.
 *
 * @param isFactor says whether variable `index` is a factor.
 * @returns for each term, the coding of each of its variables.
 */
export function codeTerms(
  model: ModelTerms,
  isFactor: (index: number) => boolean,
): readonly (readonly Coding[])[] {
  const sets = model.terms.map((term) => new Set(term.variables))
  let needsFull = !model.intercept
  return model.terms.map((term, position) =>
    term.variables.map((index) => {
      if (!isFactor(index)) return "numeric"
      const first = needsFull
      needsFull = false
      if (first) return "full"
      const rest = term.variables.filter((other) => other !== index)
      const covered =
        rest.length === 0 ||
        sets.slice(0, position).some((earlier) => rest.every((other) => earlier.has(other)))
      return covered ? "contrast" : "full"
    }),
  )
}
