/** The plan for people: each full conditional with the reason for it, as text, LaTeX or MathML. */
import { type ModelGraph, nodeOf } from "../models/graph.ts"
import { memberIndex, type PrintedNode, printGraph } from "../models/print.ts"
import { PRINT_STYLES, renderIn, renderNode } from "../models/render.ts"
import type { Style } from "../models/render-style.ts"
import type { FullConditional } from "./conditional.ts"
import { FAMILIES } from "./families.ts"
import { type Plan, type PlanBlock, textbookPlan } from "./plan.ts"

export type StyleName = keyof typeof PRINT_STYLES

/** One step of a sweep in words and formulas. */
export interface ExplainedBlock {
  readonly targets: readonly string[]
  readonly sampler: string
  /** `target ~ Family(parameters)`, or the density that is evaluated. */
  readonly formula: string
  readonly because: readonly string[]
  readonly chosenBy: "user" | "default"
  readonly refused: readonly { readonly sampler: string; readonly reason: string }[]
}

export interface ExplainedPlan {
  readonly method: string
  readonly chosenBy: "user" | "default"
  /** Why this method. */
  readonly reason: string
  readonly model: readonly PrintedNode[]
  /** The steps of a sweep as it is run. */
  readonly blocks: readonly ExplainedBlock[]
  /** The full conditionals, in the order of a single-site sweep: the blocks themselves where the method is `gibbs`. */
  readonly conditionals: readonly ExplainedBlock[]
  /** What was rewritten to give every node a full conditional in closed form. */
  readonly rewrites: readonly { readonly note: string; readonly source: string }[]
  /** What the symbols for sizes stand for: `N = 919`. */
  readonly sizes: readonly string[]
}

/** Explains a plan in one of the three styles. Plain data. */
export function explainPlan(plan: Plan, styleName: StyleName = "text"): ExplainedPlan {
  const style = PRINT_STYLES[styleName]
  const textbook = textbookPlan(plan)
  const explain = (of: Plan) => of.blocks.map((block) => explainBlock(of.graph, block, style))
  return {
    method: plan.method,
    chosenBy: plan.chosenBy,
    reason: plan.reason,
    model: printGraph(plan.model, styleName),
    blocks: explain(plan),
    conditionals: textbook === null ? [] : explain(textbook),
    rewrites: textbook?.rewrites ?? [],
    sizes: plan.graph.plates.map(
      ({ sizeSymbol, size, standsFor = size, labels, id }) =>
        `${sizeSymbol} = ${standsFor}, ${labels === null ? "rows" : `levels of ${id}`}`,
    ),
  }
}

function explainBlock(graph: ModelGraph, block: PlanBlock, style: Style): ExplainedBlock {
  const { conditional, density, because } = block.assignment.explain(graph)
  const { targets, chosenBy, refused } = block
  const left = targets.map((target) => renderTarget(graph, target, style)).join(style.comma)
  const formula =
    conditional === null
      ? `${left}${style.distributedAs}${style.words(density ?? "")}`
      : renderConditional(graph, conditional, style)
  return { targets, sampler: block.assignment.sampler, formula, because, chosenBy, refused }
}

/** `b[floor] ~ Normal(mean = …, variance = …)`. */
export function renderConditional(graph: ModelGraph, conditional: FullConditional, style: Style): string {
  const family = FAMILIES[conditional.family]
  const parameters = Object.entries(family.read(conditional.natural)).map(
    ([name, e]) => [name, renderIn(e, graph, style)] as const,
  )
  return (
    renderTarget(graph, conditional.target, style) +
    style.distributedAs +
    style.call(family.label, parameters)
  )
}

/** A node that is drawn, with its index where it has a plate. */
export function renderTarget(graph: ModelGraph, target: string, style: Style): string {
  return renderNode(graph, target, memberIndex(graph, nodeOf(graph, target)), style)
}

/** The explanation as the text that `gibbsite explain` prints. */
export function printExplanation(explained: ExplainedPlan): string {
  const { method, chosenBy, reason, blocks, conditionals, rewrites, sizes } = explained
  const lines = ["Model"]
  for (const { text, plate } of explained.model)
    lines.push(`  ${text}${plate === null ? "" : `   for ${plate}`}`)
  lines.push(`  where ${sizes.join("; ")}`, "")
  if (method !== "gibbs") {
    lines.push(
      `Sampled by the method "${method}" (${chosenBy === "user" ? "asked for" : `default: ${reason}`})`,
    )
    for (const block of blocks) lines.push(...printBlock(block))
    lines.push("")
  }
  if (rewrites.length > 0) {
    lines.push("Rewritten, so that every full conditional has a closed form")
    for (const { note, source } of rewrites) lines.push(`  ${note} [${source}]`)
    lines.push("")
  }
  lines.push(
    method === "gibbs"
      ? `Full conditionals, in the order of a sweep (method gibbs${chosenBy === "user" ? "" : `: ${reason}`})`
      : "Full conditionals, in the order of a single-site sweep (--method gibbs)",
  )
  for (const block of conditionals) lines.push(...printBlock(block))
  return lines.join("\n")
}

function printBlock(block: ExplainedBlock): string[] {
  return [
    `  ${block.formula}`,
    `    sampler  ${block.sampler}, chosen by ${block.chosenBy}`,
    ...block.because.map((reason, i) => `    ${i === 0 ? "because" : "       "}  ${reason}`),
    ...block.refused.map(({ sampler, reason }) => `    refused  ${sampler}: ${reason}`),
  ]
}
