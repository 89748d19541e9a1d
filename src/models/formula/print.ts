/** Prints formulas the way R's `deparse` does, since variables, terms and coefficients are named by that text. */

import { formatNumber } from "../../data/format-number.ts"
import type { Argument, Expression, FormulaAst } from "./ast.ts"

const SPACED: Readonly<Record<string, boolean>> = {
  "+": true,
  "-": true,
  "*": true,
  "%in%": true,
  "/": false,
  ":": false,
  "^": false,
}
const SYNTACTIC = /^(?:\p{L}|\.(?!\d))[\p{L}\p{M}\p{N}._]*$/u
const RESERVED = new Set(
  "if else repeat while function for next break NULL Inf NaN NA NA_integer_ NA_real_ NA_character_ in .".split(
    " ",
  ),
)

/**
 * The formula as R prints it: `y ~ I(x - 1) + (1 | g)`. Parsing the result gives the same tree again, places aside.
 */
export function printFormula(ast: FormulaAst): string {
  return `${printExpression(ast.response)} ~ ${printExpression(ast.right)}`
}

/** An expression as R's `deparse` prints it: `I(year-78)` becomes `I(year - 78)`, `a / b` becomes `a/b`. */
export function printExpression(node: Expression): string {
  switch (node.kind) {
    case "name":
      return printName(node.name)
    case "number":
      return formatNumber(node.value)
    case "string":
      return `"${node.value.replace(/["\\]/g, "\\$&")}"`
    case "dot":
      return "."
    case "unary":
      return `${node.operator}${printExpression(node.operand)}`
    case "binary": {
      const operator = SPACED[node.operator] ? ` ${node.operator} ` : node.operator
      return `${printExpression(node.left)}${operator}${printExpression(node.right)}`
    }
    case "condition": {
      const [first, second] = node.operands
      if (second === undefined) return `${node.operator}${printExpression(first!)}`
      return `${printExpression(first!)} ${node.operator} ${printExpression(second)}`
    }
    case "bar": {
      const bar = node.independent ? "||" : "|"
      return `${printExpression(node.left)} ${bar} ${printExpression(node.right)}`
    }
    case "call":
      return `${node.callee}(${node.args.map(printArgument).join(", ")})`
    case "paren":
      return `(${printExpression(node.inner)})`
  }
}

function printArgument(argument: Argument): string {
  const value = printExpression(argument.value)
  return argument.name === null ? value : `${printName(argument.name)} = ${value}`
}

/** A name, in backquotes when R could not read it bare. */
export function printName(name: string): string {
  if (SYNTACTIC.test(name) && !RESERVED.has(name)) return name
  return `\`${name.replace(/[`\\]/g, "\\$&")}\``
}
