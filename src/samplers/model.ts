/** A hierarchical model from a formula: design, priors, graph and plan in one value. */
import { checkOptionNames, ModelError } from "../core/errors.ts"
import type { Table } from "../data/table.ts"
import { type TableInput, toTable } from "../data/to-table.ts"
import { buildDesign, type DesignOptions } from "../models/formula/build-design.ts"
import type { Design } from "../models/formula/design.ts"
import { checkResponse, lowerDesign } from "../models/formula/lower.ts"
import {
  type PriorSpec,
  parsePrior,
  parseTarget,
  printPrior,
  type StatedPrior,
} from "../models/formula/priors.ts"
import { type ResidualScaleOptions, readResidualScale } from "../models/formula/residual-scale.ts"
import { fixesResidual, type ResolvedPriors, resolvePriors } from "../models/formula/resolve-priors.ts"
import type { ModelGraph } from "../models/graph.ts"
import { explainPlan, printExplanation, type StyleName } from "./explain.ts"
import { type Method, makePlan, type Plan } from "./plan.ts"
import type { RowStatistics } from "./row-statistics/row-statistics.ts"
import { designOf } from "./row-statistics/statistics-design.ts"

export interface LmmOptions extends Omit<DesignOptions, "residualKnown">, ResidualScaleOptions {
  /** Priors by target, `{ "sd(county)": halfT(3, 1) }` or `{ "sd(county)": "halfT(3, 1)" }`, or a list of texts. */
  readonly priors?: Readonly<Record<string, PriorSpec | string>> | readonly string[]
}

/** A plan that can say itself. */
export interface ExplainablePlan extends Plan {
  /** The full conditionals with their reasons, as text (default), LaTeX or MathML. */
  explain(style?: StyleName): string
}

export interface HierarchicalModel {
  readonly formula: string
  readonly design: Design
  readonly priors: ResolvedPriors["listing"]
  /** The same in full, with canonical parameters. */
  readonly resolvedPriors: ResolvedPriors
  /** The table that the formula was read against: what reference grids are made from. */
  readonly data: Table
  readonly graph: ModelGraph
  /** What the reader should know: rows and columns that were dropped. */
  readonly messages: readonly string[]
  /** Chooses the samplers; draws nothing. @throws PlanError when a node has none */
  plan(method?: Method): ExplainablePlan
}

/**
 * The hierarchical linear model of an lme4 formula.
 *
 * @param data a table, an Arquero table, or columns
 * @throws ModelSyntaxError with the place, when the formula or a prior does not parse; ModelError or DataError when
 * they do not fit the data
 */
export function lmm(formula: string, data: TableInput, options: LmmOptions = {}): HierarchicalModel {
  checkOptionNames("lmm", options, [
    "priors",
    "contrasts",
    "factor",
    "numeric",
    "maxMessages",
    "subset",
    "weights",
    "se",
  ])
  if (typeof formula !== "string") {
    throw new ModelError(`the formula is ${String(formula)}, expected a text`, {
      code: "no-formula",
      hint: 'write for instance lmm("y ~ x + (1 | group)", data)',
    })
  }
  const { priors = {}, weights, se, ...designOptions } = options
  const stated = se === undefined ? statedPriors(priors) : [...withoutResidual(statedPriors(priors)), KNOWN]
  const table = toTable(data)
  const rows = buildDesign(formula, table, { ...designOptions, residualKnown: fixesResidual(stated) })
  const residualScale = readResidualScale(rows, table, {
    ...(weights === undefined ? {} : { weights }),
    ...(se === undefined ? {} : { se }),
  })
  const design = residualScale === null ? rows : { ...rows, residualScale }
  if (design.random.length === 0) {
    throw new ModelError("the formula has no random effect", {
      code: "no-random-term",
      where: formula,
      hint: 'add a term such as "(1 | group)"',
    })
  }
  const structured = design.random.find((term) => term.structure === "cs")
  if (structured !== undefined) {
    const bar = `${structured.terms.join(" + ")} | ${structured.group}`
    throw new ModelError(`cs(${bar}) has no prior here: its covariance matrix has two eigenvalues`, {
      code: "no-sampler-for-structure",
      where: formula,
      hint: `use (${bar}), diag(${bar}) or identity(${bar}); reml() fits cs(…)`,
    })
  }
  checkResponse(design)
  if (design.random.some((term) => term.group === "residual")) {
    throw new ModelError('a grouping factor is called "residual", which names the residual spread', {
      code: "reserved-name",
      where: formula,
      hint: "rename the column",
    })
  }
  return modelOf(design, resolvePriors(design, stated), table)
}

/**
 * The model of a design under priors that are decided already: `lmm` without the formula, for data that were changed.
 * @param data the table that new rows and reference grids are coded like
 */
export function modelOf(design: Design, resolvedPriors: ResolvedPriors, data: Table): HierarchicalModel {
  const graph = lowerDesign(design, resolvedPriors)
  return {
    formula: design.formula,
    design,
    priors: resolvedPriors.listing,
    resolvedPriors,
    data,
    graph,
    messages: design.messages,
    plan: (method = "auto") => {
      const plan = makePlan(graph, method)
      return { ...plan, explain: (style = "text") => printExplanation(explainPlan(plan, style)) }
    },
  }
}

/** With known standard errors the variances are these squared, times one. */
const KNOWN = parsePrior("sd(residual) ~ fixed(1)")

/** @throws ModelError for a prior of the residual, which standard errors leave nothing to say about */
function withoutResidual(stated: readonly StatedPrior[]): readonly StatedPrior[] {
  const own = stated.find(({ target }) => "group" in target && target.group === "residual")
  if (own === undefined) return stated
  throw new ModelError(`"${own.text}" is about the residual sd, which option se says is known`, {
    code: "prior-target",
    where: "option se",
    hint: "leave the prior or the option out; weights scale a residual variance that is estimated",
  })
}

/**
 * The hierarchical model of rows that were reduced to statistics: the posterior is that of `lmm` with all rows, for every
 * method. The default priors take the sd of the responses from the statistics.
 * @throws ModelError for priors that do not fit, or a response that does not vary
 */
export function lmmFromStatistics(
  statistics: RowStatistics,
  options: Pick<LmmOptions, "priors"> = {},
): HierarchicalModel {
  checkOptionNames("lmmFromStatistics", options, ["priors"])
  const design = designOf(statistics)
  const table: Table = { name: "statistics", rows: design.nobs, columns: new Map() }
  const stated = statedPriors(options.priors ?? {})
  const known = design.residualScale?.kind === "se"
  return modelOf(design, resolvePriors(design, known ? [...withoutResidual(stated), KNOWN] : stated), table)
}

function statedPriors(priors: NonNullable<LmmOptions["priors"]>): StatedPrior[] {
  const isList = (p: NonNullable<LmmOptions["priors"]>): p is readonly string[] => Array.isArray(p)
  if (isList(priors)) return priors.map(parsePrior)
  return Object.entries(priors).map(([target, prior]) =>
    typeof prior === "string"
      ? parsePrior(`${target} ~ ${prior}`)
      : { target: parseTarget(target.trim()), prior, text: `${target} ~ ${printPrior(prior)}` },
  )
}
