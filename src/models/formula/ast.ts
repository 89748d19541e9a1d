/**
 * The syntax tree of a formula: frozen plain data. Each node knows the place `[start, end)` it takes in the text,
 * in UTF-16 units, so that a message about it can show the place.
 */

import type { Span } from "../../core/errors.ts"

interface Place {
  readonly start: number
  readonly end: number
}

export interface NameNode extends Place {
  readonly kind: "name"
  /** The name itself, without backquotes. */
  readonly name: string
}

export interface NumberNode extends Place {
  readonly kind: "number"
  readonly value: number
}

export interface StringNode extends Place {
  readonly kind: "string"
  readonly value: string
}

/** `.`: every column of the data that has no other part in the formula. */
export interface DotNode extends Place {
  readonly kind: "dot"
}

export interface UnaryNode extends Place {
  readonly kind: "unary"
  readonly operator: "-" | "+"
  readonly operand: Expression
}

export type BinaryOperator = "+" | "-" | "*" | "/" | ":" | "%in%" | "^"

export interface BinaryNode extends Place {
  readonly kind: "binary"
  readonly operator: BinaryOperator
  readonly left: Expression
  readonly right: Expression
}

export type ConditionOperator = "<" | "<=" | ">" | ">=" | "==" | "!=" | "&" | "!"

/** A comparison, "and" or "not", of one or two operands; "or" is a bar. Only in conditions that rows must meet. */
export interface ConditionNode extends Place {
  readonly kind: "condition"
  readonly operator: ConditionOperator
  readonly operands: readonly Expression[]
}

/** `coefficients | group`; with `||` the coefficients are independent. */
export interface BarNode extends Place {
  readonly kind: "bar"
  readonly independent: boolean
  readonly left: Expression
  readonly right: Expression
}

export interface Argument extends Place {
  /** The name before `=`, or null. */
  readonly name: string | null
  readonly value: Expression
}

export interface CallNode extends Place {
  readonly kind: "call"
  readonly callee: string
  readonly args: readonly Argument[]
}

/** Parentheses are kept: R prints a variable's name with them. */
export interface ParenNode extends Place {
  readonly kind: "paren"
  readonly inner: Expression
}

export type Expression =
  | NameNode
  | NumberNode
  | StringNode
  | DotNode
  | UnaryNode
  | BinaryNode
  | ConditionNode
  | BarNode
  | CallNode
  | ParenNode

export interface FormulaAst {
  /** The text that was parsed; the places of the nodes refer to it. */
  readonly text: string
  readonly response: Expression
  readonly right: Expression
}

/** The place of a node as an error carries it. */
export function spanOf(text: string, node: { readonly start: number; readonly end: number }): Span {
  return { text, start: node.start, end: node.end }
}

/** The node inside any parentheses around it. */
export function withoutParens(node: Expression): Expression {
  let inner = node
  while (inner.kind === "paren") inner = inner.inner
  return inner
}

/** The direct children of a node, left to right. */
export function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case "unary":
      return [node.operand]
    case "binary":
    case "bar":
      return [node.left, node.right]
    case "condition":
      return node.operands
    case "call":
      return node.args.map((argument) => argument.value)
    case "paren":
      return [node.inner]
    default:
      return []
  }
}

/** All nodes of a tree that pass the test, left to right; what lies below a node that passes is searched as well. */
export function findNodes<N extends Expression>(
  root: Expression,
  test: (node: Expression) => node is N,
): readonly N[] {
  const found: N[] = []
  const visit = (node: Expression): void => {
    if (test(node)) found.push(node)
    for (const child of childrenOf(node)) visit(child)
  }
  visit(root)
  return found
}

/** A name that stands in no text: an option names a column by it. */
export const nameNode = (name: string): NameNode => ({ kind: "name", name, start: 0, end: 0 })

export const isBar = (node: Expression): node is BarNode => node.kind === "bar"
