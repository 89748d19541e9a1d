/** What the report shows of a model of relations. */
import type { GraphPosterior } from "../chains/graph-posterior.ts"
import { VERSION } from "../core/version.ts"
import { isSentence, typesetFormula } from "../models/typeset/typeset.ts"
import { typesetStatements } from "../models/typeset/typeset-statements.ts"
import { defaultParameters } from "../plots/plot-source.ts"
import { observedSlots } from "../samplers/change-graph-data.ts"
import { deriveRelations } from "../samplers/relations/derive-relations.ts"
import type { RelationPlan } from "../samplers/relations/plan-relations.ts"
import { platesOfRelations } from "./relation-plates.ts"
import { graphChecksOf } from "./report-checks.ts"
import { reportDerivations } from "./report-derivations.ts"
import type { ReportConditional, ReportInput } from "./report-input.ts"
import type { ReportOptions } from "./report-options.ts"

/** Everything the page shows of a posterior of a model in the BUGS language or of the builder, as plain data. */
export function graphReportInput(posterior: GraphPosterior, options: ReportOptions): ReportInput {
  const { model, plan, sampling } = posterior
  const { graph, program } = model
  const name = options.modelName ?? "Model"
  return {
    title: options.title ?? name,
    formula: name,
    model: graph.relations.map(({ text }) => text),
    typeset: typesetStatements(graph, "mathml").map(({ text, formula, loops }) => ({
      text,
      ...mathmlOf(formula),
      loops: loops.map(({ name, least, most }) => `${name} = ${least}…${most}`).join(", "),
    })),
    source: program.source,
    graph: platesOfRelations(graph),
    priors: graph.relations.flatMap((relation) => {
      if (relation.kind !== "stochastic" || relation.observed) return []
      const [target, prior] = relation.text.split(" ~ ")
      return [{ target: target!, prior: prior!, chosenBy: "user" as const }]
    }),
    conditionals: conditionalsOf(plan, plan.method === "gibbs"),
    textbook: plan.method === "gibbs" ? [] : conditionalsOf(model.plan({ method: "gibbs" }), true),
    summary: posterior.summary(),
    verdict: posterior.verdict(),
    comparison: null,
    shrinkage: [],
    checks: graphChecksOf(posterior, options.loo),
    plots: { source: posterior, defaults: firstToSee(posterior.names) },
    sampling: { ...sampling, seed: String(sampling.seed) },
    data: {
      name: options.dataName ?? "data",
      nobs: observedSlots(graph).length,
      dropped: 0,
      groups: {},
    },
    reproduce: {
      command: options.command ?? `sample(model, { seed: ${JSON.stringify(sampling.seed)} })`,
      version: VERSION,
      node: process.version,
      dataHash: posterior.dataHash(),
    },
    warnings: model.messages,
  }
}

/** Single numbers before elements of arrays, of which there may be many. */
function firstToSee(names: readonly string[]): readonly string[] {
  const isElement = (name: string): boolean => name.includes("[")
  return defaultParameters([...names.filter((name) => !isElement(name)), ...names.filter(isElement)])
}

/** @param derive of one plan alone: what both have in common is not derived twice */
function conditionalsOf(plan: RelationPlan, derive: boolean): ReportConditional[] {
  const derivations = derive ? reportDerivations(deriveRelations(plan), deriveRelations(plan, "mathml")) : []
  return plan.blocks.map(({ targets, sampler, formula, because, refused }, k) => ({
    ...{ targets, sampler, because, refused },
    text: formula,
    derivation: derivations[k],
    // A sentence breaks over lines, a formula does not.
    ...(isSentence(formula)
      ? {}
      : {
          ...mathmlOf(typesetFormula(formula, "mathml")),
          latex: typesetFormula(formula, "latex") ?? undefined,
        }),
  }))
}

const mathmlOf = (formula: string | null): { readonly mathml?: string } =>
  formula === null ? {} : { mathml: `<math display="block">${formula}</math>` }
