import { InternalError } from "../../core/errors.ts"
import { PRINT_STYLES } from "../render.ts"
import type { MathPart } from "./math-tree.ts"
import { parseMath } from "./parse-math.ts"
import { printMath } from "./print-math.ts"

/**
 * A formula that `explain` prints of a model of relations, or one of its statements, in LaTeX or MathML (without the outer
 * `<math>`): the text is read into a tree, and this printed in the style, so that what is typeset is what the text says.
 * @returns null of a text that is no formula
 */
export function typesetFormula(text: string, styleName: keyof typeof PRINT_STYLES): string | null {
  if (styleName === "text") return text
  const parts = readFormula(text)
  return parts === null ? null : printMath(parts, PRINT_STYLES[styleName])
}

/** Of a formula: `within its interval`, `Q and b summed over …`. */
const MOST_WORDS = 4

/** Whether more of it is said in words than a formula has: such a text breaks over lines, which a formula does not. */
export function isSentence(text: string): boolean {
  const words = readFormula(text)?.flatMap((part) => (part.kind === "words" ? part.text.split(" ") : []))
  return words === undefined || words.length > MOST_WORDS
}

function readFormula(text: string): MathPart[] | null {
  try {
    return parseMath(text)
  } catch (error) {
    if (error instanceof InternalError) return null
    throw error
  }
}
