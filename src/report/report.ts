import { GraphPosterior } from "../chains/graph-posterior.ts"
import type { Posterior } from "../chains/posterior.ts"
import { compareWithReml } from "../checks/compare.ts"
import { shrinkageOf } from "../checks/shrinkage.ts"
import { VERSION } from "../core/version.ts"
import { countLeftOut } from "../models/formula/design.ts"
import { defaultParameters } from "../plots/plot-source.ts"
import { derivePlan } from "../samplers/derive.ts"
import { explainPlan } from "../samplers/explain.ts"
import { graphReportInput } from "./graph-report.ts"
import { checksOf } from "./report-checks.ts"
import { reportDerivations } from "./report-derivations.ts"
import { plateGraphOf } from "./report-graph.ts"
import type { ReportInput } from "./report-input.ts"
import type { ReportOptions } from "./report-options.ts"
import { writeReport } from "./write-report.ts"

export type { ReportOptions }

/**
 * Writes a self-contained HTML report of a posterior: verdict, model, priors, full conditionals, summary, comparison
 * with REML, shrinkage, model checks and plots.
 * @throws DataError when the file cannot be written; nothing half-written is left behind
 */
export async function report(posterior: Posterior | GraphPosterior, options: ReportOptions): Promise<void> {
  await writeReport(reportInput(posterior, options), options.file)
}

/** Everything the page shows, as plain data. */
export function reportInput(posterior: Posterior | GraphPosterior, options: ReportOptions): ReportInput {
  return posterior instanceof GraphPosterior
    ? graphReportInput(posterior, options)
    : formulaReportInput(posterior, options)
}

function formulaReportInput(posterior: Posterior, options: ReportOptions): ReportInput {
  const { model, plan, sampling } = posterior
  const { design } = model
  const text = explainPlan(plan)
  const mathml = explainPlan(plan, "mathml")
  const latex = explainPlan(plan, "latex")
  const { reml } = options
  const derivations = reportDerivations(derivePlan(plan), derivePlan(plan, "mathml"))
  const hasEffects = posterior.names.some((name) => name.startsWith("u["))
  return {
    title: options.title ?? model.formula,
    formula: model.formula,
    model: text.model.map(({ text: line, plate }) => (plate === null ? line : `${line}   for ${plate}`)),
    typeset: text.model.map(({ text: line, plate }, k) => ({
      text: line,
      mathml: `<math display="block">${mathml.model[k]!.text}</math>`,
      loops: plate ?? "",
    })),
    graph: plateGraphOf(model.graph),
    priors: model.priors,
    conditionals: text.conditionals.map((block, k) => ({
      targets: block.targets,
      sampler: block.sampler,
      text: block.formula,
      mathml: `<math display="block">${mathml.conditionals[k]!.formula}</math>`,
      latex: latex.conditionals[k]!.formula,
      derivation: derivations[k],
      because: block.because,
      refused: block.refused,
    })),
    summary: posterior.summary(),
    verdict: posterior.verdict(),
    comparison: reml === undefined ? null : compareWithReml(posterior, reml),
    shrinkage: reml === undefined || !hasEffects ? [] : shrinkageOf(posterior, reml),
    checks: checksOf(posterior, options.loo),
    plots: { source: posterior, defaults: defaultParameters(posterior.names) },
    sampling: { ...sampling, seed: String(sampling.seed) },
    data: {
      name: options.dataName ?? design.response.name,
      nobs: design.nobs,
      ...countLeftOut(design),
      groups: Object.fromEntries(design.random.map((term) => [term.group, term.levels.length])),
    },
    reproduce: {
      command:
        options.command ??
        `lmm(${JSON.stringify(model.formula)}, data), seed ${JSON.stringify(sampling.seed)}`,
      version: VERSION,
      node: process.version,
      dataHash: posterior.dataHash(),
    },
    warnings: [...model.messages, ...text.rewrites.map(({ note, source }) => `${note} (${source}).`)],
  }
}
