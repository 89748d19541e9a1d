/** The plan for people: each full conditional with the reason for it, as text, LaTeX or MathML. */
import { type ModelGraph, nodeOf } from "../models/graph.ts"
import { memberIndex, type PrintedNode, printGraph } from "../models/print.ts"
import { PRINT_STYLES, renderIn, renderNode } from "../models/render.ts"
import type { Style } from "../models/render-style.ts"
import type { FullConditional } from "./conditional.ts"
import { FAMILIES } from "./families.ts"
import type { Plan, PlanBlock } from "./plan.ts"

export type StyleName = keyof typeof PRINT_STYLES

/** One step of a sweep in words and formulas. */
export interface ExplainedBlock {
  readonly target: string
  readonly sampler: string
  /** `target ~ Family(parameters)`, or the density that is evaluated. */
  readonly formula: string
  readonly because: readonly string[]
  readonly chosenBy: "user" | "default"
  readonly refused: readonly { readonly sampler: string; readonly reason: string }[]
}

export interface ExplainedPlan {
  readonly method: string
  readonly model: readonly PrintedNode[]
  readonly rewrites: readonly { readonly note: string; readonly source: string }[]
  readonly blocks: readonly ExplainedBlock[]
  /** What the symbols for sizes stand for: `N = 919`. */
  readonly sizes: readonly string[]
}

/** Explains a plan in one of the three styles. Plain data. */
export function explainPlan(plan: Plan, styleName: StyleName = "text"): ExplainedPlan {
  return {
    method: plan.method,
    model: printGraph(plan.model, styleName),
    rewrites: plan.rewrites,
    blocks: plan.blocks.map((block) => explainBlock(plan.graph, block, PRINT_STYLES[styleName])),
    sizes: plan.graph.plates.map(
      ({ sizeSymbol, size, labels, id }) =>
        `${sizeSymbol} = ${size}, ${labels === null ? "rows" : `levels of ${id}`}`,
    ),
  }
}

function explainBlock(graph: ModelGraph, block: PlanBlock, style: Style): ExplainedBlock {
  const { conditional, density, because } = block.assignment.explain(graph)
  const { target, chosenBy, refused } = block
  const formula =
    conditional === null
      ? `${renderTarget(graph, target, style)}${style.distributedAs}${style.words(density ?? "")}`
      : renderConditional(graph, conditional, style)
  return { target, sampler: block.assignment.sampler, formula, because, chosenBy, refused }
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

export function renderTarget(graph: ModelGraph, target: string, style: Style): string {
  return renderNode(graph, target, memberIndex(graph, nodeOf(graph, target)), style)
}

/** The explanation as the text that `gibbsite explain` prints. */
export function printExplanation(explained: ExplainedPlan): string {
  const lines = ["Model"]
  for (const { text, plate } of explained.model)
    lines.push(`  ${text}${plate === null ? "" : `   for ${plate}`}`)
  lines.push(`  where ${explained.sizes.join("; ")}`, "")
  if (explained.rewrites.length > 0) {
    lines.push("Rewritten, so that every full conditional has a closed form")
    for (const { note, source } of explained.rewrites) lines.push(`  ${note} [${source}]`)
    lines.push("")
  }
  lines.push(`Full conditionals, in the order of a sweep (method ${explained.method})`)
  for (const block of explained.blocks) {
    lines.push(`  ${block.formula}`)
    lines.push(`    sampler  ${block.sampler}, chosen by ${block.chosenBy}`)
    block.because.forEach((reason, i) => {
      lines.push(`    ${i === 0 ? "because" : "       "}  ${reason}`)
    })
    for (const { sampler, reason } of block.refused) lines.push(`    refused  ${sampler}: ${reason}`)
  }
  return lines.join("\n")
}
