import { type LoopRange, loopsOf } from "../relations/loops-of.ts"
import type { Relation, RelationGraph } from "../relations/relation-graph.ts"
import { typesetFormula } from "./typeset.ts"

/** A statement of a model of relations: as text, typeset, and the loops it stands in. */
export interface TypesetStatement {
  readonly text: string
  /** Null where the text is no formula. */
  readonly formula: string | null
  readonly loops: readonly LoopRange[]
}

/** Every statement of a model once, parents before children. */
export function typesetStatements(
  { relations }: RelationGraph,
  style: "latex" | "mathml",
): TypesetStatement[] {
  const byText = new Map<string, Relation[]>()
  for (const relation of relations) {
    const same = byText.get(relation.text)
    if (same === undefined) byText.set(relation.text, [relation])
    else same.push(relation)
  }
  return [...byText].map(([text, own]) => ({
    text,
    formula: typesetFormula(text, style),
    loops: loopsOf(own),
  }))
}
