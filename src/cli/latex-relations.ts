/** An explanation of a model of relations as a LaTeX document. */

import { isSentence, typesetFormula } from "../models/typeset/typeset.ts"
import { typesetStatements } from "../models/typeset/typeset-statements.ts"
import type { GraphModel } from "../samplers/graph-model.ts"
import { deriveRelations } from "../samplers/relations/derive-relations.ts"
import type { RelationPlan } from "../samplers/relations/plan-relations.ts"
import { displayed, escapeLatex, PREAMBLE } from "./latex-document.ts"

/**
 * Statements, plan and full conditionals with reasons; with `derive`, every derivation.
 * @param conditionals the plan of one element after another
 */
export function writeRelationsLatex(
  { graph }: GraphModel,
  plan: RelationPlan,
  conditionals: RelationPlan,
  derive: boolean,
): string {
  const statements = typesetStatements(graph, "latex").map(({ text, formula, loops }) => {
    const ranges = loops.map(({ name, least, most }) => `, \\quad ${name} = ${least}, \\ldots, ${most}`)
    return formula === null ? `\n\\texttt{${escapeLatex(text)}}` : displayed(`${formula}${ranges.join("")}`)
  })
  const asRun =
    plan === conditionals
      ? []
      : [`\\section*{Sampled by the method ${escapeLatex(plan.method)}}`, ...explainBlocks(plan)]
  return `${[
    PREAMBLE,
    "\\section*{Model}",
    ...statements,
    ...asRun,
    "\\section*{Full conditionals, in the order of a single-site sweep}",
    ...explainBlocks(conditionals),
    ...(derive ? derivations(conditionals) : []),
    "\\end{document}",
  ].join("\n")}\n`
}

const explainBlocks = ({ blocks }: RelationPlan): string[] =>
  blocks.flatMap(({ formula, sampler, because }) => [
    formulaOf(formula),
    `Sampler ${escapeLatex(sampler)}${because.length === 0 ? "" : `, because: ${escapeLatex(because.join("; "))}`}.`,
  ])

const derivations = (plan: RelationPlan): string[] => [
  "\\section*{Derivations}",
  ...deriveRelations(plan).flatMap(({ target, steps }) => [
    `\\subsection*{\\texttt{${escapeLatex(target)}}}`,
    ...steps.flatMap(({ words, formulas }, k) => [
      `${k + 1}. ${escapeLatex(words)}`,
      ...formulas.map((formula) => formulaOf(formula)),
    ]),
  ]),
]

/** A formula on its own line; a sentence, which breaks over lines, as text. */
function formulaOf(text: string): string {
  const formula = isSentence(text) ? null : typesetFormula(text, "latex")
  return formula === null ? `\n${escapeLatex(text)}.\n` : displayed(formula)
}
