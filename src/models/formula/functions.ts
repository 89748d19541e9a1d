/** The functions a formula may call: what they take, and which of their arguments are data. */

import { ModelSyntaxError, suggest } from "../../core/errors.ts"
import type { CallNode, Expression, NameNode } from "./ast.ts"
import { childrenOf, spanOf } from "./ast.ts"

export interface FormulaFunction {
  /** Parameters in order; the first is the data, the others are constants. */
  readonly parameters: readonly [string, ...string[]]
  /** Set for a function of one number. */
  readonly apply?: (x: number) => number
}

const elementwise = (apply: (x: number) => number): FormulaFunction => ({ parameters: ["x"], apply })

const FUNCTIONS: ReadonlyMap<string, FormulaFunction> = new Map<string, FormulaFunction>([
  ["I", { parameters: ["x"] }],
  ["poly", { parameters: ["x", "degree", "raw"] }],
  ["scale", { parameters: ["x", "center", "scale"] }],
  ["factor", { parameters: ["x"] }],
  ["ordered", { parameters: ["x"] }],
  ["offset", { parameters: ["object"] }],
  ["log", { parameters: ["x", "base"] }],
  ["log2", elementwise(Math.log2)],
  ["log10", elementwise(Math.log10)],
  ["log1p", elementwise(Math.log1p)],
  ["exp", elementwise(Math.exp)],
  ["expm1", elementwise(Math.expm1)],
  ["sqrt", elementwise(Math.sqrt)],
  ["abs", elementwise(Math.abs)],
  ["sin", elementwise(Math.sin)],
  ["cos", elementwise(Math.cos)],
  ["tan", elementwise(Math.tan)],
])

/** Whether a call of this name computes a variable. */
export function isFunctionName(name: string): boolean {
  return FUNCTIONS.has(name)
}

/** Whether a call makes a factor of its column: `factor(x)`, or `ordered(x)`, which differs in its coding alone. */
export function makesFactor({ callee }: CallNode): boolean {
  return callee === "factor" || callee === "ordered"
}

/**
 * The function a call names.
 *
 * @throws ModelSyntaxError `unknown-function` with the nearest name.
 */
export function lookupFunction(text: string, call: CallNode): FormulaFunction {
  const known = FUNCTIONS.get(call.callee)
  if (known !== undefined) return known
  const start = call.start
  throw new ModelSyntaxError(`unknown function "${call.callee}"`, {
    code: "unknown-function",
    span: spanOf(text, { start, end: start + call.callee.length }),
    hint: suggest(call.callee, [...FUNCTIONS.keys()]),
  })
}

/**
 * Matches a call's arguments to the parameters, by name and then by position, as R does (names in full).
 *
 * @returns the argument of each parameter, in order; undefined where there is none. The first is always there.
 * @throws ModelSyntaxError `wrong-arguments`.
 */
export function matchArguments(
  text: string,
  call: CallNode,
): readonly [Expression, ...(Expression | undefined)[]] {
  const { parameters } = lookupFunction(text, call)
  const usage = `${call.callee}(${parameters.join(", ")})`
  const refuse = (node: { start: number; end: number }, message: string, hint = `expected ${usage}`) =>
    new ModelSyntaxError(message, { code: "wrong-arguments", span: spanOf(text, node), hint })
  const matched = new Map<string, Expression>()
  for (const argument of call.args) {
    if (argument.name === null) continue
    if (!parameters.includes(argument.name)) {
      throw refuse(argument, `${call.callee}() takes no argument "${argument.name}"`)
    }
    if (matched.has(argument.name)) throw refuse(argument, `"${argument.name}" is given twice`)
    matched.set(argument.name, argument.value)
  }
  const free = parameters.filter((parameter) => !matched.has(parameter))
  for (const argument of call.args) {
    if (argument.name !== null) continue
    const parameter = free.shift()
    if (parameter === undefined) throw refuse(argument, `too many arguments for ${call.callee}()`)
    matched.set(parameter, argument.value)
  }
  const [first, ...others] = parameters
  const data = matched.get(first)
  if (data === undefined) throw refuse(call, `${call.callee}() has nothing to work on`)
  return [data, ...others.map((parameter) => matched.get(parameter))]
}

/**
 * The names of columns that an expression reads, left to right, with repeats. Constants such as `raw = TRUE` are not
 * among them.
 *
 * @throws ModelSyntaxError for a call of an unknown function or with wrong arguments.
 */
export function namesRead(text: string, node: Expression): readonly NameNode[] {
  if (node.kind === "name") return [node]
  const children = node.kind === "call" ? [matchArguments(text, node)[0]] : childrenOf(node)
  return children.flatMap((child) => namesRead(text, child))
}
