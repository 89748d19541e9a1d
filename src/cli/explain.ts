import { OptionError } from "../core/errors.ts"
import { derivePlan, printDerivations } from "../samplers/derive.ts"
import { explainPlan, printExplanation } from "../samplers/explain.ts"
import { listRelations, printGraph } from "../samplers/list-relations.ts"
import type { HierarchicalModel } from "../samplers/model.ts"
import type { Plan } from "../samplers/plan.ts"
import { toBugs } from "../samplers/to-bugs.ts"
import type { Context } from "./command.ts"
import { EXIT } from "./io.ts"
import { writeLatex } from "./latex-document.ts"
import { type GraphFlags, isModelFile } from "./load-graph.ts"
import { describeData, loadModel } from "./load-model.ts"
import type { DataFlags, PriorFlags } from "./options.ts"
import { heading, toJson } from "./output.ts"
import { conditionalsToJson, modelToJson, planToJson } from "./plan-json.ts"
import { paintFor, widthOf, wrapText } from "./style-text.ts"
import { priorsTable } from "./summary-table.ts"
import { writeFolder } from "./write-output.ts"

export interface ExplainFlags extends DataFlags, PriorFlags, GraphFlags {
  readonly derive?: boolean
  readonly latex?: boolean
  readonly bugs?: boolean
  readonly out?: string
  readonly json?: boolean
}

/** `gibbsite explain`: model, full conditionals and plan; nothing is drawn. @throws GibbsError as for `fit` and `run` */
export async function runExplain(
  formula: string,
  source: string | undefined,
  flags: ExplainFlags,
  context: Context,
): Promise<number> {
  if (isModelFile(formula))
    return (await import("./explain-graph.ts")).explainGraph(formula, source, flags, context)
  if (source === undefined)
    throw new OptionError("no data", {
      code: "missing-argument",
      where: "explain",
      hint: "name a file, or a shipped data set such as @pulp",
    })
  const { io } = context
  const { model, method } = await loadModel(formula, source, flags)
  if (flags.bugs === true || flags.out !== undefined) return writeBugs(model, flags.out, io)
  const plan = model.plan(method)
  const derive = flags.derive === true
  if (flags.json === true) io.stdout.write(toJson(explanationJson(model, plan, derive)))
  else if (flags.latex === true) io.stdout.write(writeLatex(model, plan, derive))
  else io.stdout.write(explanationText(model, plan, source, derive, io))
  return EXIT.fine
}

/** The model in the BUGS language: printed, and on request written with its data into a folder. @throws DataError when it cannot be written */
async function writeBugs(
  model: HierarchicalModel,
  folder: string | undefined,
  io: Context["io"],
): Promise<number> {
  const { text, dump } = toBugs(model)
  if (folder !== undefined) {
    await writeFolder("--out", folder, { "model.bug": text, "data.R": dump }, io)
    io.stderr.write(`wrote model.bug and data.R to ${folder}\n`)
  }
  io.stdout.write(text)
  return EXIT.fine
}

function explanationText(
  model: HierarchicalModel,
  plan: Plan,
  source: string,
  derive: boolean,
  io: Context["io"],
): string {
  const paint = paintFor(io.stdout, io.env)
  const width = widthOf(io.stdout)
  const notes = model.messages.map((message) => `${wrapText(`Note: ${message}.`, width)}\n`)
  const derivations = derive ? [`${heading("Derivations", io)}\n${printDerivations(derivePlan(plan))}\n`] : []
  return [
    `${paint("bold", "Formula")}  ${model.formula}\n${paint("bold", "Data")}     ${source}: ${describeData(model)}\n`,
    ...notes,
    priorsTable({ model }, io),
    `${printExplanation(explainPlan(plan))}\n`,
    `${heading("Relations", io)}${printGraph(model)}`,
    ...derivations,
  ].join("\n")
}

function explanationJson(model: HierarchicalModel, plan: Plan, derive: boolean) {
  const { model: graph, rewrites, sizes, reason } = explainPlan(plan)
  return {
    model: { ...modelToJson(model, plan), graph, sizes },
    priors: model.priors,
    plan: planToJson(plan),
    reason,
    conditionals: conditionalsToJson(plan),
    relations: listRelations(model),
    rewrites,
    ...(derive ? { derivations: derivePlan(plan) } : {}),
    warnings: model.messages,
  }
}
