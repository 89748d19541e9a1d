import type { MathSymbol } from "../graph.ts"
import { GREEK } from "../greek.ts"

/** Whether a name is that of a Greek letter: `alpha`. */
export const isGreek = (name: string): boolean => Object.hasOwn(GREEK, name)

/**
 * The symbol of a variable: `alpha0` is α with subscript 0, `sigma.c` σ with c, `tau.alpha` τ with α, `b1` b with 1; a word
 * remains one.
 */
export function symbolOfName(name: string): MathSymbol {
  const [, head = "", dot = "", rest = ""] = /^([A-Za-z]+)([._]?)(.*)$/.exec(name) ?? []
  const letter = isGreek(head) ? GREEK[head] : undefined
  const subscript = rest === "" ? null : isGreek(rest) ? GREEK[rest]! : rest
  if (letter !== undefined) return { letter, squared: false, subscript }
  const isLetter = head.length === 1 && (dot !== "" || /^\d*$/.test(rest))
  return isLetter
    ? { letter: head, squared: false, subscript }
    : { letter: name, squared: false, subscript: null }
}
