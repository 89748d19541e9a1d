import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { lmmFitToJson } from "../frequentist/lmm-json.ts"
import { reml } from "../frequentist/reml.ts"
import type { Context } from "./command.ts"
import { EXIT } from "./io.ts"
import { designOptions, readData } from "./load-model.ts"
import type { DataFlags } from "./options.ts"
import { toJson } from "./output.ts"
import { analyse, errorOptions } from "./reml-analyses.ts"
import { analysesText } from "./reml-analyses-text.ts"
import { extract, extractText } from "./reml-extract.ts"
import { isLinear, refuseLinearOnly, runLinear } from "./reml-linear.ts"
import { type AnalysisFlags, DDF_OPTIONS } from "./reml-options.ts"
import { remlText } from "./reml-text.ts"

export interface RemlFlags extends DataFlags, AnalysisFlags {
  readonly json?: boolean
}

/**
 * `gibbsite reml`: least squares where the formula has no bar and the residuals no structure; else the fit as lme4 prints it, or as JSON, and the analyses asked for. With `--ddf kr` or `kr-observed` the table of fixed
 * effects has Kenward and Roger's standard errors.
 * @throws GibbsError for anything the user can put right
 */
export async function runReml(
  formula: string,
  source: string,
  flags: RemlFlags,
  { io }: Context,
): Promise<number> {
  const table = await readData(source, flags)
  if (isLinear(formula, flags)) return runLinear(formula, source, table, flags, io)
  refuseLinearOnly(flags)
  const fitted: LmmFit = reml(formula, table, {
    ...designOptions(flags),
    method: flags.ml === true ? "ML" : "REML",
    ...errorOptions(flags),
  })
  const extracts = extract(fitted, flags)
  const analyses = await analyse(fitted, table, flags)
  const fit =
    flags.ddf === undefined ? fitted : { ...fitted, fixed: fitted.testCoefficients(DDF_OPTIONS[flags.ddf]) }
  io.stdout.write(
    flags.json === true
      ? toJson({ ...lmmFitToJson(fit), ...extracts, ...analyses })
      : [
          remlText(fit, source, io, flags.ddf),
          ...extractText(extracts, flags, fitted, io),
          ...analysesText(analyses, fitted, flags, io),
        ].join("\n"),
  )
  return fit.converged ? EXIT.fine : EXIT.notConverged
}
