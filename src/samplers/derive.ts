/**
 * Writes a full conditional's derivation out as on a blackboard: the factors of the joint density that contain the
 * node, each written out, collected into the exponents of a known kernel, its parameters read off. Every formula is
 * printed from the expressions that the sampler runs.
 */
import {
  children,
  dependsOn,
  type Expr,
  type Index,
  power,
  type Range,
  subtract,
} from "../models/expression.ts"
import { type ModelGraph, nodeOf, plateOf, type StochasticNode } from "../models/graph.ts"
import { memberIndex } from "../models/print.ts"
import { joinFactors, PRINT_STYLES, printRange, renderIn, renderNode } from "../models/render.ts"
import type { Style } from "../models/render-style.ts"
import type { ConditionalFamily, Contribution, FullConditional } from "./conditional.ts"
import { childValue } from "./conjugacy/pair.ts"
import { renderConditional, renderTarget, type StyleName } from "./explain.ts"
import { FAMILIES } from "./families.ts"
import { type Plan, textbookPlan } from "./plan.ts"

export interface DerivationStep {
  /** What is done, a sentence. */
  readonly words: string
  readonly formulas: readonly string[]
}

export interface Derivation {
  readonly target: string
  readonly steps: readonly DerivationStep[]
}

/** The derivation of every full conditional of a plan's model, in the order of a single-site sweep. Plain data. */
export function derivePlan(plan: Plan, styleName: StyleName = "text"): Derivation[] {
  const style = PRINT_STYLES[styleName]
  const textbook = textbookPlan(plan)
  if (textbook === null) return []
  const { graph } = textbook
  return textbook.blocks.map(({ targets, assignment }) => {
    const target = targets.join(", ")
    const { conditional, density } = assignment.explain(graph)
    if (conditional !== null) return deriveConditional(graph, conditional, style)
    const words = `No conjugate pair covers its prior, so that its density is evaluated up to a constant and drawn from by the sampler "${assignment.sampler}".`
    return { target, steps: [{ words, formulas: [style.words(density ?? "")] }] }
  })
}

function deriveConditional(graph: ModelGraph, conditional: FullConditional, style: Style): Derivation {
  const node = nodeOf(graph, conditional.target)
  const t = renderTarget(graph, node.id, style)
  const factors = conditional.contributions.map((c) => writeFactor(graph, node, c, style))
  const kernel = KERNELS[conditional.family]
  const symbols = symbolsOf(conditional.family)
  const naturals = FAMILIES[conditional.family].naturalNames.map(
    (name) => style.index(symbols[name]!) + style.equals + renderIn(conditional.natural[name]!, graph, style),
  )
  const member = style.words("p") + style.parentheses(t + style.given + style.words("rest"))
  return {
    target: node.id,
    steps: [
      {
        words: `The factors of the joint density that contain ${node.id}:`,
        formulas: [member + style.proportional + factors.map((factor) => factor.name).join(style.times)],
      },
      {
        words: `Each as a function of ${node.id}, without the factors that do not change with it:`,
        formulas: factors.map((factor) => factor.name + style.proportional + factor.density),
      },
      {
        words: `Multiplied together, with like powers of ${node.id} collected:`,
        formulas: [member + style.proportional + kernel.write(t, node, style), ...naturals],
      },
      {
        words: kernel.completion,
        formulas: [...kernel.complete(t, style), renderConditional(graph, conditional, style)],
      },
    ],
  }
}

interface Factor {
  readonly name: string
  readonly density: string
}

/** `prod_i p(y_i | rest)` and what it is as a function of the target. */
function writeFactor(
  graph: ModelGraph,
  target: StochasticNode,
  contribution: Contribution,
  style: Style,
): Factor {
  const child = nodeOf(graph, contribution.from)
  const isPrior = child.id === target.id
  const value = renderNode(graph, child.id, memberIndex(graph, child), style)
  const name =
    style.words("p") + style.parentheses(isPrior ? value : value + style.given + style.words("parents"))
  const own = isPrior ? null : rangeOver(graph, target, child)
  const wrap = (text: string) =>
    own === null ? text : style.product(printRange(own.index, own.range, style), text)
  const density =
    CHILD_DENSITIES[child.distribution.family]?.(graph, child, target.id, style) ?? style.index("1")
  return { name: wrap(name), density: wrap(density) }
}

/** The members of the child's plate whose density contains one member of the target; null when there is one. */
function rangeOver(
  graph: ModelGraph,
  target: StochasticNode,
  child: StochasticNode,
): { index: string; range: Range } | null {
  if (child.plate === null || child.plate === target.plate) return null
  const at = Object.values(child.distribution.parameters)
    .map((e) => referenceTo(e, target.id))
    .find((found) => found !== undefined)
  const { index } = plateOf(graph, child.plate)
  const where =
    target.plate !== null && at?.kind === "gather"
      ? { where: { map: at.map, equals: plateOf(graph, target.plate).index } }
      : {}
  return { index, range: { plate: child.plate, ...where } }
}

/** How an expression indexes a node; undefined when it does not read it. */
function referenceTo(e: Expr, node: string): Index | null | undefined {
  if (e.op === "state") return e.node === node ? e.at : undefined
  for (const child of children(e)) {
    const found = referenceTo(child, node)
    if (found !== undefined) return found
  }
  return undefined
}

type WriteDensity = (graph: ModelGraph, child: StochasticNode, target: string, style: Style) => string

/** Densities written out, with only those normalising factors that change with the target. */
const CHILD_DENSITIES: Readonly<Record<string, WriteDensity>> = {
  normal: (graph, child, target, style) => {
    const { mean, variance } = child.distribution.parameters
    const v = renderIn(variance!, graph, style)
    const squared = renderIn(power(subtract(childValue(graph, child), mean!), 2), graph, style)
    const front =
      child.id !== target && dependsOn(variance!, target) ? style.raise(v, halfOf(style)) + style.times : ""
    return front + style.exp(style.negative + over(squared, joinFactors([style.index("2"), v], style), style))
  },
  multivariateNormal: (graph, child, target, style) => {
    const { mean, covariance } = child.distribution.parameters
    const v = renderIn(covariance!, graph, style)
    const deviation = renderIn(subtract(childValue(graph, child), mean!), graph, style)
    const form = style.transpose(deviation) + style.times + style.inverse(v) + style.times + deviation
    const front =
      child.id !== target && dependsOn(covariance!, target)
        ? style.raise(style.determinant(v), halfOf(style)) + style.times
        : ""
    return front + style.exp(style.negative + over(form, style.index("2"), style))
  },
  inverseGamma: (graph, child, target, style) => {
    const { shape, scale } = child.distribution.parameters
    const x = renderNode(graph, child.id, memberIndex(graph, child), style)
    const b = renderIn(scale!, graph, style)
    const exponential = style.exp(style.negative + over(renderIn(scale!, graph, style), x, style))
    if (child.id !== target)
      return style.raise(style.parentheses(b), renderIn(shape!, graph, style)) + style.times + exponential
    // `2 + 1` rather than 3: the reader sees where the exponent comes from.
    const power = renderIn(shape!, graph, style) + style.plus + style.index("1")
    return style.raise(x, style.negative + style.parentheses(power)) + style.times + exponential
  },
  inverseWishart: (graph, child, target, style) => {
    const { df, scale } = child.distribution.parameters
    const x = renderNode(graph, child.id, memberIndex(graph, child), style)
    const s = renderIn(scale!, graph, style)
    const exponential = style.exp(
      style.negative + over(style.trace(s + style.times + style.inverse(x)), style.index("2"), style),
    )
    if (child.id !== target) {
      return (
        style.raise(style.determinant(s), over(renderIn(df!, graph, style), style.index("2"), style)) +
        style.times +
        exponential
      )
    }
    const q = child.shape.kind === "scalar" ? 1 : child.shape.terms.length
    const sum = [renderIn(df!, graph, style), style.index(String(q)), style.index("1")].join(style.plus)
    const power = style.negative + over(sum, style.index("2"), style)
    return style.raise(style.determinant(x), power) + style.times + exponential
  },
  flat: (_graph, _child, _target, style) => style.index("1"),
}

const halfOf = (style: Style): string => style.negative + over(style.index("1"), style.index("2"), style)

/** A quotient in the style's own form; plain text needs parentheses around anything with a blank in it. */
function over(top: string, bottom: string, style: Style): string {
  if (style.fraction !== null) return style.fraction(top, bottom)
  const whole = (text: string) => (text.includes(" ") ? style.parentheses(text) : text)
  return whole(top) + style.over + whole(bottom)
}

/** Letters for natural parameters while they are being collected. */
function symbolsOf(family: ConditionalFamily): Record<string, string> {
  const letters: Record<ConditionalFamily, Record<string, string>> = {
    normal: { precision: "P", shift: "h" },
    multivariateNormal: { precision: "P", shift: "h" },
    inverseGamma: { shape: "A", scale: "B" },
    inverseWishart: { df: "d", scale: "S" },
  }
  return letters[family]
}

interface KernelText {
  /** The kernel with letters for its natural parameters. */
  write(t: string, node: StochasticNode, style: Style): string
  readonly completion: string
  /** The identity that turns it into the known form; empty where it already is. */
  complete(t: string, style: Style): string[]
}

const KERNELS: Readonly<Record<ConditionalFamily, KernelText>> = {
  normal: {
    write: (t, _node, style) => {
      const [P, h] = [style.index("P"), style.index("h")]
      const two = style.index("2")
      const inside =
        P + style.times + style.raise(t, two) + style.minus + two + style.times + h + style.times + t
      return style.exp(style.negative + over(inside, two, style))
    },
    completion:
      "Completing the square gives the kernel of a normal density with mean h / P and variance 1 / P:",
    complete: (t, style) => {
      const [P, h] = [style.index("P"), style.index("h")]
      const two = style.index("2")
      const quotient = style.fraction === null ? `h${style.over}P` : style.fraction(h, P)
      const centred = style.raise(style.parentheses(t + style.minus + quotient), two)
      return [style.exp(style.negative + over(P + style.times + centred, two, style))]
    },
  },
  multivariateNormal: {
    write: (t, _node, style) => {
      const [P, h] = [style.index("P"), style.index("h")]
      const two = style.index("2")
      const form = style.transpose(t) + style.times + P + style.times + t
      const linear = two + style.times + style.transpose(h) + style.times + t
      return style.exp(style.negative + over(form + style.minus + linear, two, style))
    },
    completion:
      "Completing the square gives the kernel of a multivariate normal density with mean inverse(P) h and covariance inverse(P):",
    complete: (t, style) => {
      const [P, h] = [style.index("P"), style.index("h")]
      const centred = style.parentheses(t + style.minus + style.inverse(P) + style.times + h)
      const form = style.transpose(centred) + style.times + P + style.times + centred
      return [style.exp(style.negative + over(form, style.index("2"), style))]
    },
  },
  inverseGamma: {
    write: (t, _node, style) => {
      const exponent = style.negative + style.parentheses(style.index("A") + style.plus + style.index("1"))
      return (
        style.raise(t, exponent) + style.times + style.exp(style.negative + over(style.index("B"), t, style))
      )
    },
    completion: "This is the kernel of an inverse-gamma density with shape A and scale B:",
    complete: () => [],
  },
  inverseWishart: {
    write: (t, node, style) => {
      const q = node.shape.kind === "scalar" ? 1 : node.shape.terms.length
      const two = style.index("2")
      const sum = [style.index("d"), style.index(String(q)), style.index("1")].join(style.plus)
      const exponent = style.negative + over(sum, two, style)
      const trace = style.trace(style.index("S") + style.times + style.inverse(t))
      return (
        style.raise(style.determinant(t), exponent) +
        style.times +
        style.exp(style.negative + over(trace, two, style))
      )
    },
    completion: "This is the kernel of an inverse-Wishart density with d degrees of freedom and scale S:",
    complete: () => [],
  },
}

/** The derivations as the text that `gibbsite explain --derive` prints. */
export function printDerivations(derivations: readonly Derivation[]): string {
  return derivations
    .map(({ target, steps }) => {
      const lines = [target, "=".repeat(target.length)]
      steps.forEach(({ words, formulas }, k) => {
        lines.push(`${k + 1}. ${words}`, ...formulas.map((formula) => `     ${formula}`))
      })
      return lines.join("\n")
    })
    .join("\n\n")
}
