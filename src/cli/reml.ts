import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { lmmFitToJson } from "../frequentist/lmm-json.ts"
import { reml } from "../frequentist/reml.ts"
import type { Context } from "./command.ts"
import { EXIT } from "./io.ts"
import { designOptions, readData } from "./load-model.ts"
import type { DataFlags } from "./options.ts"
import { toJson } from "./output.ts"
import { remlText } from "./reml-text.ts"

export interface RemlFlags extends DataFlags {
  readonly ml?: boolean
  readonly json?: boolean
}

/**
 * `gibbsite reml`: the fit as lme4 prints it, or as JSON.
 * @throws GibbsError for anything the user can put right
 */
export async function runReml(
  formula: string,
  source: string,
  flags: RemlFlags,
  { io }: Context,
): Promise<number> {
  const table = await readData(source, flags)
  const fit: LmmFit = reml(formula, table, {
    ...designOptions(flags),
    method: flags.ml === true ? "ML" : "REML",
  })
  io.stdout.write(flags.json === true ? toJson(lmmFitToJson(fit)) : remlText(fit, source, io))
  return fit.converged ? EXIT.fine : EXIT.notConverged
}
