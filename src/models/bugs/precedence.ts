/** How tightly the operators of the BUGS language hold, for reading and for printing. */

export interface Binding {
  /** Least precedence of what stands to the left, and to the right. */
  readonly left: number
  readonly right: number
  /** The level of the operator itself: a result of this level needs no parentheses at or below it. */
  readonly level: number
}

const leftward = (level: number): Binding => ({ left: level, right: level + 1, level })
const rightward = (level: number): Binding => ({ left: level + 1, right: level, level })
/** Of two neighbours without parentheses, `a < b < c`, the second is an error. */
const alone = (level: number): Binding => ({ left: level + 1, right: level + 1, level })

const BINARY: ReadonlyMap<string, Binding> = new Map([
  ["||", leftward(1)],
  ["&&", leftward(2)],
  ["<", alone(4)],
  ["<=", alone(4)],
  [">", alone(4)],
  [">=", alone(4)],
  ["==", alone(4)],
  ["!=", alone(4)],
  ["+", leftward(5)],
  ["-", leftward(5)],
  ["*", leftward(6)],
  ["/", leftward(6)],
  [":", alone(8)],
  ["^", rightward(10)],
])
const SPECIAL = leftward(7)

/** `:` where WinBUGS reads it: it holds less than `+`, so that `1:N - 1` ends at N − 1. */
export const WIDE_RANGE: Binding = { left: 5, right: 5, level: 4.5 }

/** Levels of the prefix operators: `!a == b` is `!(a == b)`, `-a ^ b` is `-(a ^ b)`, `-1:2` is `(-1):2`. */
const PREFIX: ReadonlyMap<string, number> = new Map([
  ["!", 3],
  ["-", 9],
])

/** The level of a name, a number, a call or a parenthesis. */
export const ATOM_LEVEL = 11

/** The binding of a binary operator (any `%op%` included), or undefined. */
export function binaryBinding(operator: string): Binding | undefined {
  return BINARY.get(operator) ?? (operator.startsWith("%") && operator.length > 1 ? SPECIAL : undefined)
}

/** The level of a prefix operator, or undefined. */
export function prefixLevel(operator: string): number | undefined {
  return PREFIX.get(operator)
}

/** Whether two operators of the same level may not stand side by side without parentheses. */
export function isNonAssociative(binding: Binding): boolean {
  return binding.left > binding.level && binding.right > binding.level
}
