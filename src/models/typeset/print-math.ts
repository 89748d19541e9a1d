/** Prints formulas that were read from text in a style: LaTeX or MathML. */
import { lookupDistribution } from "../../distributions/registry.ts"
import { isBugsDistribution, lookupBugsDistribution } from "../bugs/distribution-table.ts"
import { joinFactors } from "../render.ts"
import { type Style, SUCH_THAT } from "../render-style.ts"
import type { MathNode, MathPart } from "./math-tree.ts"
import { printCall, printNode } from "./print-node.ts"

/** A formula in a style. */
export function printMath(parts: readonly MathPart[], style: Style): string {
  return parts
    .map((part, k) => {
      if (part.kind === "words") {
        const [before, after] = [parts[k - 1], parts[k + 1]].map((one) => (one?.kind === "math" ? " " : ""))
        return style.words(`${before}${part.text}${after}`)
      }
      if (part.kind === "sign") return printSeparator(part.sign, style)
      const previous = parts[k - 1]
      const isDistribution = previous?.kind === "sign" && previous.sign === "~"
      return isDistribution ? printDistribution(part.node, style) : printNode(part.node, style)
    })
    .join("")
}

function printSeparator(sign: string, style: Style): string {
  switch (sign) {
    case ",":
      return style.comma
    case "~":
      return style.distributedAs
    case "∝":
      return style.proportional
    case "=":
    case "<-":
      return style.equals
    case "×":
      return style.times
    case "/":
      return style.over
    default:
      return style.operator(sign === ": " ? SUCH_THAT : sign)
  }
}

/** `dnorm(0, tau) T(0, )`: a BUGS distribution by its name, its arguments by theirs. */
function printDistribution(node: MathNode, style: Style): string {
  if (node.kind === "product") {
    const [first, ...rest] = node.factors
    return joinFactors(
      [printDistribution(first!, style), ...rest.map((factor) => printNode(factor, style))],
      style,
    )
  }
  if (node.kind !== "call" || !isBugsDistribution(node.name)) return printNode(node, style)
  const { family, name, argumentNames } = lookupBugsDistribution(node.name)
  const label = family === null ? name : lookupDistribution(family).label
  const { args } = node
  if (args.length !== argumentNames.length) return printCall({ ...node, name: label }, style)
  return style.call(
    label,
    args.map(({ value }, k) => [argumentNames[k]!, value === null ? "" : printNode(value, style)]),
  )
}
