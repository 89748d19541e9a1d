/** Prints the syntax tree of a BUGS model as text; what is printed reads back as the same tree. */

import type { BugsExpr, BugsIndex, BugsProgram, BugsStatement, BugsVariable } from "./ast.ts"
import { ATOM_LEVEL, binaryBinding, prefixLevel } from "./precedence.ts"

/** The text of a whole model, two spaces an indentation, one statement a line, no comments. */
export function printBugs(program: BugsProgram): string {
  const lines: string[] = []
  if (program.declarations.length > 0) {
    const names = program.declarations.map(({ name, dims }) =>
      dims.length === 0 ? name : `${name}[${dims.map((d) => printExpr(d)).join(", ")}]`,
    )
    lines.push(`var ${names.join(", ")};`)
  }
  if (program.data.length > 0) lines.push("data {", ...printBody(program.data), "}")
  lines.push("model {", ...printBody(program.model), "}")
  return `${lines.join("\n")}\n`
}

/** The text of one statement; a loop with its body on lines of their own. */
export function printStatement(statement: BugsStatement): string {
  if (statement.kind === "for") {
    const range = printExpr(statement.range)
    const head = `for (${statement.variable} in ${range}) {`
    return [head, ...printBody(statement.body), "}"].join("\n")
  }
  const target = printVariable(statement.target)
  if (statement.kind === "deterministic") {
    const left = statement.link === null ? target : `${statement.link}(${target})`
    return `${left} <- ${printExpr(statement.value)}`
  }
  const { bounds } = statement
  const distribution = printCall(statement.distribution, statement.args)
  if (bounds === null) return `${target} ~ ${distribution}`
  const side = (bound: BugsExpr | null): string => (bound === null ? "" : printExpr(bound))
  return `${target} ~ ${distribution} ${bounds.kind}(${side(bounds.lower)}, ${side(bounds.upper)})`
}

/**
 * The text of an expression, with the parentheses that it needs.
 *
 * @param level the loosest operator that may stand without parentheses (see `precedence.ts`); 0 for any
 */
export function printExpr(expression: BugsExpr, level = 0): string {
  if (expression.kind === "variable") return printVariable(expression)
  if (expression.kind === "number") return printNumber(expression.value, level)
  const { name, args } = expression
  const [first, second] = args
  if (args.length === 2 && first !== undefined && second !== undefined) {
    const binding = binaryBinding(name)
    if (binding !== undefined) {
      const left = printExpr(first, binding.left)
      const right = printExpr(second, binding.right)
      const gap = name === ":" || name === "^" ? "" : " "
      return enclose(`${left}${gap}${name}${gap}${right}`, binding.level < level)
    }
  }
  const own = args.length === 1 ? prefixLevel(name) : undefined
  if (own === undefined || first === undefined) return printCall(name, args)
  return enclose(`${name}${printExpr(first, own)}`, own < level)
}

/** `x`, `x[]`, `x[i, ]`. */
export function printVariable(variable: BugsVariable): string {
  if (variable.indices === null) return variable.name
  return `${variable.name}[${variable.indices.map(printIndex).join(", ")}]`
}

function printIndex(index: BugsIndex): string {
  return index.kind === "all" ? "" : printExpr(index.value)
}

function printCall(name: string, args: readonly BugsExpr[]): string {
  return `${name}(${args.map((arg) => printExpr(arg)).join(", ")})`
}

/** A number is written without a sign, so that one below zero is printed as the negation that the parser reads. */
function printNumber(value: number, level: number): string {
  if (value >= 0 && !Object.is(value, -0)) return String(value)
  const own = prefixLevel("-") ?? ATOM_LEVEL
  return enclose(`-${String(-value)}`, own < level)
}

function enclose(text: string, parentheses: boolean): string {
  return parentheses ? `(${text})` : text
}

function printBody(statements: readonly BugsStatement[]): string[] {
  return statements.flatMap((statement) =>
    printStatement(statement)
      .split("\n")
      .map((line) => `  ${line}`),
  )
}
