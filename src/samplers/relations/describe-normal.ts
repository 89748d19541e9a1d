import type { BugsExpr } from "../../models/bugs/ast.ts"
import { printExpr } from "../../models/bugs/print.ts"
import { affineText, describeChild, statementOf, textOf } from "./child-text.ts"
import { headOf } from "./describe.ts"
import type { NormalMatch } from "./normal-match.ts"
import type { RelationExplanation, RelationModel } from "./relation-sampler.ts"
import { relationOf } from "./site.ts"

/** Precision P and shift h of a normal full conditional in symbols: the prior's, and what each child adds. */
export interface NormalText {
  readonly head: string
  readonly precision: readonly string[]
  readonly shift: readonly string[]
  readonly bounds: string
  readonly because: readonly string[]
}

/** The full conditional of a normal element in words and symbols. */
export function writeNormal(match: NormalMatch, graph: RelationModel["graph"]): NormalText {
  const own = relationOf(graph, match.relation)
  const statement = statementOf(own)
  const args = statement.kind === "stochastic" ? statement.args.map(textOf) : []
  const head = headOf(own.text)
  const precision = match.hasPrecision ? [args[1]!] : []
  const shift = match.hasPrecision ? [args[0] === "0" ? "" : times(args[1]!, args[0]!)] : []
  const because = [`prior ${own.text.split(" ~ ")[1] ?? own.text}`]
  for (const { relation, log } of match.children) {
    const child = relationOf(graph, relation)
    const { sum, value, args: childArgs, entered, reads } = describeChild(graph, own, child, 0)
    const w = childArgs[1]!
    const y = log ? `log(${value})` : value
    const parts = affineText(entered, reads) ?? {
      slope: `slope(${childArgs[0]})`,
      rest: `${childArgs[0]} - slope(${childArgs[0]}) * ${head}`,
    }
    const g = wrap(parts.slope)
    const g2 = g === "1" ? "1" : `${g}^2`
    const range = sum === "" ? "" : `${sum} `
    const deviation = parts.rest === "" || parts.rest === "0" ? y : `(${y} - ${wrap(parts.rest)})`
    precision.push(`${range}${times(w, g2)}`)
    shift.push(`${range}${times(times(w, g), deviation)}`)
    because.push(
      `${child.size} ${log ? "lognormal" : "normal"} child${child.size === 1 ? "" : "ren"} ${headOf(child.text)}; mean${log ? " of the logarithm" : ""} affine in it, slope ${parts.slope}`,
    )
  }
  for (const r of match.intervals)
    because.push(`known to lie where ${headOf(relationOf(graph, r).text)} says`)
  return {
    head,
    precision,
    shift: shift.filter((part) => part !== ""),
    bounds: boundsText(statement, head),
    because,
  }
}

/** `x ~ Normal(mean = (p * m + sum_i w * g * (y[i] - b)) / (p + sum_i w * g^2), variance = 1 / (p + …)), 0 < x`. */
export function describeNormal(match: NormalMatch, { graph }: RelationModel): RelationExplanation {
  const { head, precision, shift, bounds, because } = writeNormal(match, graph)
  const P = precision.join(" + ")
  const inside = bounds === "" && match.intervals.length > 0 ? ", within its interval" : bounds
  return {
    formula: `${head} ~ Normal(mean = (${shift.join(" + ")}) / (${P}), variance = 1 / (${P}))${inside}`,
    because,
  }
}

/** A product without factors of 1. */
const times = (a: string, b: string): string => (a === "1" ? b : b === "1" ? a : `${a} * ${b}`)

/** Parentheses around anything with a blank or a minus sign, which a square would not reach. */
const wrap = (text: string): string => (/ |^-/.test(text) ? `(${text})` : text)

function boundsText(statement: ReturnType<typeof statementOf>, head: string): string {
  if (statement.kind !== "stochastic") return ""
  const isFlat = statement.distribution === "dunif"
  const ends: (BugsExpr | null | undefined)[] = isFlat
    ? [...statement.args]
    : [statement.bounds?.lower, statement.bounds?.upper]
  const [lower, upper] = ends
  if (!lower && !upper) return ""
  return `, ${lower ? `${printExpr(lower)} < ` : ""}${head}${upper ? ` < ${printExpr(upper)}` : ""}`
}
