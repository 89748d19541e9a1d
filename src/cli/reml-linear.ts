/** `gibbsite reml` for a formula without bars: least squares. */

import { OptionError } from "../core/errors.ts"
import type { Table } from "../data/table.ts"
import { hausman } from "../frequentist/hausman.ts"
import { type LinearModel, nestedFTest, ols } from "../frequentist/linear-model.ts"
import { findNodes, isBar } from "../models/formula/ast.ts"
import { countLeftOut } from "../models/formula/design.ts"
import { parseFormula } from "../models/formula/parse.ts"
import { EXIT, type Io } from "./io.ts"
import { designOptions, readData } from "./load-model.ts"
import type { DataFlags } from "./options.ts"
import { toJson } from "./output.ts"
import { hasErrorStructure, noteMissing, smallerFormula } from "./reml-analyses.ts"
import { type LinearAnalyses, linearText } from "./reml-linear-text.ts"
import { type AnalysisFlags, anovaType } from "./reml-options.ts"

type Flags = DataFlags & AnalysisFlags & { readonly json?: boolean }

/** Whether a formula has neither bars nor a residual structure, and the residual variance is to be estimated. */
export function isLinear(formula: string, flags: AnalysisFlags): boolean {
  return (
    !hasErrorStructure(flags) &&
    flags.se === undefined &&
    findNodes(parseFormula(formula).right, isBar).length === 0
  )
}

/** @throws OptionError for an option that needs a formula without bars */
export function refuseLinearOnly({ hausman: group }: AnalysisFlags): void {
  if (group === undefined) return
  throw new OptionError("Hausman's test takes a formula without bars, and errors without structure", {
    code: "invalid-option",
    where: "--hausman",
    hint: `leave the random terms out: --hausman ${group} puts them in`,
  })
}

/** @throws GibbsError for what the fit or the flags do not allow */
export async function runLinear(
  formula: string,
  source: string,
  table: Table,
  flags: Flags,
  io: Io,
): Promise<number> {
  refuseMixedOnly(flags)
  const began = performance.now()
  const fit = ols(formula, table, linearOptions(flags))
  const seconds = (performance.now() - began) / 1000
  const analyses = await analyseLinear(fit, table, flags)
  io.stdout.write(
    flags.json === true
      ? toJson(linearJson(fit, analyses, seconds))
      : linearText(fit, analyses, source, flags, io),
  )
  return EXIT.fine
}

const MIXED_ONLY = [
  ...(["ml", "ddf", "means", "rlrt", "boot", "separate", "random", "newLevels"] as const),
  ...(["measures", "ranef", "contrast", "simulate", "bootInterval"] as const),
] as const

function refuseMixedOnly(flags: Flags): void {
  const found = MIXED_ONLY.find((name) => flags[name] !== undefined)
  if (flags.interval === "boot") {
    throw new OptionError("a linear model needs no bootstrap for its intervals", {
      code: "invalid-option",
      where: "--interval",
      hint: "take --interval prediction: it is exact",
    })
  }
  const option = found ?? (flags.confint === undefined || flags.confint === "wald" ? undefined : "confint")
  if (option === undefined) return
  throw new OptionError("the formula has no random term, and the option is of mixed models", {
    code: "invalid-option",
    where: `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    hint: "leave the option out, or add a bar such as (1 | group)",
  })
}

function linearOptions(flags: Flags) {
  const [weights] = flags.weights ?? []
  return { ...designOptions(flags), ...(weights === undefined ? {} : { weights }) }
}

async function analyseLinear(fit: LinearModel, table: Table, flags: Flags): Promise<LinearAnalyses> {
  const level = flags.level ?? 0.95
  const lrt = smallerFormula(fit.formula, table, flags)
  const { type } = anovaType(flags.anova)
  const rows =
    flags.predict === undefined
      ? undefined
      : await readData(flags.predict, flags.na === undefined ? {} : { na: flags.na })
  return {
    ...(flags.anova === undefined ? {} : { anova: fit.anova({ type: type === "sequential" ? 1 : type }) }),
    ...(flags.confint === undefined
      ? {}
      : { confint: fit.confint(level).map(({ name, lower, upper }) => ({ name, lower, upper })) }),
    ...(lrt === undefined
      ? {}
      : { ftest: { formula: lrt, ...nestedFTest(ols(lrt, table, linearOptions(flags)), fit) } }),
    ...(flags.hausman === undefined
      ? {}
      : { hausman: hausman(fit.formula, table, { ...designOptions(flags), group: flags.hausman }) }),
    ...(rows === undefined ? {} : predictTable(fit, rows, level, flags)),
  }
}

function predictTable(fit: LinearModel, table: Table, level: number, { interval }: AnalysisFlags) {
  const predictions = fit.predict(table, {
    level,
    interval: interval === "prediction" ? "prediction" : "confidence",
  })
  return { predictions, ...noteMissing(table.rows, predictions) }
}

/** The layout of a mixed model's JSON, without random effects. */
function linearJson(fit: LinearModel, { anova, ...analyses }: LinearAnalyses, seconds: number): object {
  const { method, logLik, sigma, nobs, fixed, df, rSquared, adjustedRSquared, overall } = fit
  return {
    method,
    criterion: -2 * logLik,
    logLik,
    sigma,
    theta: [],
    nobs,
    ...countLeftOut(fit.design),
    singular: false,
    converged: true,
    evaluations: 0,
    seconds,
    fixed,
    varcorr: [{ group: "residual", sd: sigma, variance: sigma ** 2 }],
    ranef: {},
    df,
    rSquared,
    adjustedRSquared,
    overall,
    ...(anova === undefined
      ? {}
      : {
          anova: anova.map(({ term, F, df: ndf, p, sumSq, meanSq }) => {
            return { term, F, ndf, ddf: F === null ? null : df, p, sumSq, meanSq }
          }),
        }),
    ...analyses,
  }
}
