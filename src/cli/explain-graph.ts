import { OptionError } from "../core/errors.ts"
import { printDerivations } from "../samplers/derive.ts"
import { listRelations, printGraph } from "../samplers/list-relations.ts"
import { deriveRelations } from "../samplers/relations/derive-relations.ts"
import type { RelationPlan } from "../samplers/relations/plan-relations.ts"
import type { Context } from "./command.ts"
import { graphModelToJson, relationPlanToJson } from "./graph-json.ts"
import { EXIT } from "./io.ts"
import { writeRelationsLatex } from "./latex-relations.ts"
import { type GraphFlags, loadGraph } from "./load-graph.ts"
import { heading, toJson } from "./output.ts"
import { describeModel } from "./run.ts"
import { paintFor, widthOf, wrapText } from "./style-text.ts"
import { headLine } from "./summary-table.ts"

/** `gibbsite explain model.bug data.R`: the relations, and how each block is drawn; nothing is. @throws GibbsError as for `run` */
export async function explainGraph(
  file: string,
  source: string | undefined,
  flags: GraphFlags & {
    readonly json?: boolean
    readonly latex?: boolean
    readonly derive?: boolean
    readonly bugs?: boolean
    readonly out?: string
  },
  { io }: Context,
): Promise<number> {
  if (flags.bugs === true || flags.out !== undefined)
    throw new OptionError(`${file} is in the BUGS language already`, {
      code: "invalid-option",
      where: flags.out === undefined ? "--bugs" : "--out",
      hint: "leave the option out, or give a formula and its data",
    })
  const data = [...(source === undefined ? [] : [source]), ...(flags.data ?? [])]
  const { model, plan: options, notes } = await loadGraph(file, { ...flags, data })
  const plan = model.plan(options)
  // What a course derives, whatever is drawn jointly.
  const conditionals = plan.method === "gibbs" ? plan : model.plan({ ...options, method: "gibbs" })
  const warnings = [...model.messages, ...notes]
  if (flags.json === true) {
    io.stdout.write(
      toJson({
        model: graphModelToJson(file, model, plan.method),
        relations: listRelations(model),
        plan: relationPlanToJson(plan),
        conditionals: relationPlanToJson(conditionals),
        ...(flags.derive === true ? { derivations: deriveRelations(conditionals) } : {}),
        warnings,
      }),
    )
    return EXIT.fine
  }
  if (flags.latex === true) {
    io.stdout.write(writeRelationsLatex(model, plan, conditionals, flags.derive === true))
    return EXIT.fine
  }
  io.stdout.write(
    [
      headLine("Model", `${file}: ${describeModel(model)}`, io),
      ...warnings.map((message) => `${wrapText(`Note: ${message}.`, widthOf(io.stdout))}\n`),
      `\n${heading("Relations", io)}${printGraph(model)}`,
      `\n${heading("Plan", io)}${planText(plan, io)}`,
      ...(conditionals === plan
        ? []
        : [`\n${heading("Full conditionals", io)}${planText(conditionals, io, false)}`]),
      ...(flags.derive === true
        ? [`\n${heading("Derivations", io)}${printDerivations(deriveRelations(conditionals))}\n`]
        : []),
    ].join(""),
  )
  return EXIT.fine
}

/** @param withReasons how each block is drawn, and who refused it */
function planText({ blocks }: RelationPlan, io: Context["io"], withReasons = true): string {
  const paint = paintFor(io.stdout, io.env)
  const width = widthOf(io.stdout)
  const line = (label: string, text: string) =>
    `${wrapText(`  ${label.padEnd(9)}${text}`, width, " ".repeat(11))}\n`
  return blocks
    .map(({ formula, sampler, size, because, chosenBy, refused }, k) =>
      [
        `${wrapText(`${k + 1}. ${formula}`, width, "   ")}\n`,
        line(
          "by",
          `${paint("bold", sampler)}${chosenBy === "user" ? ", as asked for" : ""}: ${size} element${size === 1 ? "" : "s"}`,
        ),
        ...(because.length === 0 ? [] : [line("because", because.join("; "))]),
        ...(withReasons ? refused : []).map((one) => line("refused", `${one.sampler}: ${one.reason}`)),
      ].join(""),
    )
    .join("\n")
}
