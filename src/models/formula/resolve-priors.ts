/** Decides the prior of every coefficient and (co)variance of a design: the user's where stated, the default otherwise. */
import { ModelError, suggest } from "../../core/errors.ts"
import { canonicalParameters, lookupDistribution } from "../../distributions/registry.ts"
import { sumProducts } from "../../math/grouped-sums.ts"
import { fixed, flat, halfT } from "../builder/distributions.ts"
import { checkAllowed, inPriorOf } from "./check-prior.ts"
import { type CovariancePrior, covariancePrior } from "./covariance-prior.ts"
import type { Design, RandomDesign } from "./design.ts"
import {
  type PriorSpec,
  type PriorTarget,
  printPrior,
  printTarget,
  priorError,
  type StatedPrior,
} from "./priors.ts"

export type ChosenBy = "user" | "default"

/** A prior of a scalar with its parameters in the canonical order of its distribution. */
export interface ScalarPrior {
  readonly family: string
  readonly parameters: readonly number[]
  readonly chosenBy: ChosenBy
}

/** A prior of the spread of one random term (or of the residual): on its sd, its variance or its covariance matrix. */
export type SpreadPrior =
  | ({ readonly on: "sd" | "var" } & ScalarPrior)
  | (CovariancePrior & { readonly chosenBy: ChosenBy })

export interface ResolvedPriors {
  /** One for each fixed coefficient. */
  readonly coefficients: readonly ScalarPrior[]
  /** One for each random term of the design. */
  readonly random: readonly SpreadPrior[]
  readonly residual: SpreadPrior
  /** What is in force, as printed and as in the JSON output. */
  readonly listing: readonly { target: string; prior: string; chosenBy: ChosenBy }[]
}

const general = ["sd", "var", "cov"] as const

/** The one stated prior among candidates that say the same thing in different words. */
function only(candidates: readonly (StatedPrior | undefined)[]): StatedPrior | undefined {
  const [first, second] = candidates.filter((entry) => entry !== undefined)
  if (second !== undefined) {
    throw new ModelError(`"${first!.text}" and "${second.text}" are both about the same spread`, {
      code: "duplicate-prior",
      hint: "keep one of them",
    })
  }
  return first
}

/** Whether a stated prior leaves no residual variance to estimate. */
export const fixesResidual = (stated: readonly StatedPrior[]): boolean =>
  stated.some(
    ({ target, prior }) => "group" in target && target.group === "residual" && prior.family === "fixed",
  )

/**
 * @throws ModelError for a target that the model does not have, a target stated twice, a distribution that cannot
 * stand on it, or parameters it cannot have
 */
export function resolvePriors(design: Design, stated: readonly StatedPrior[]): ResolvedPriors {
  const byTarget = new Map<string, StatedPrior>()
  for (const entry of stated) {
    const key = printTarget(entry.target)
    if (byTarget.has(key)) {
      throw new ModelError("stated twice", {
        code: "duplicate-prior",
        where: `prior of ${key}`,
        hint: "keep one of them",
      })
    }
    checkTarget(design, entry.target)
    byTarget.set(key, entry)
  }
  const listing: { target: string; prior: string; chosenBy: ChosenBy }[] = []
  const list = (target: PriorTarget, prior: PriorSpec, chosenBy: ChosenBy) =>
    listing.push({ target: printTarget(target), prior: printPrior(prior), chosenBy })

  const coefficients = design.fixed.names.map((name): ScalarPrior => {
    const wide: PriorTarget =
      name === "(Intercept)" ? { kind: "intercept" } : { kind: "coefficient", name: null }
    const own: PriorTarget = name === "(Intercept)" ? wide : { kind: "coefficient", name }
    const entry = byTarget.get(printTarget(own)) ?? byTarget.get(printTarget(wide))
    const prior = entry?.prior ?? flat()
    const chosenBy: ChosenBy = entry === undefined ? "default" : "user"
    list(own, prior, chosenBy)
    return { ...scalarPrior(prior, own, "coefficient"), chosenBy }
  })

  const defaultScale = 2.5 * (design.reducedFrom?.responseSd ?? standardDeviation(design.response.values))
  const spread = (group: string, terms: readonly string[]): SpreadPrior => {
    const find = (kind: "sd" | "var" | "cov", term: string | null) =>
      byTarget.get(printTarget({ kind, group, term }))
    const [single] = terms.length === 1 ? terms : [null]
    if (single !== null) {
      // A prior of this very term goes before one of its whole group.
      const entry =
        only([find("sd", single), find("var", single)]) ?? only(general.map((kind) => find(kind, null)))
      const target = entry?.target ?? { kind: "sd", group, term: group === "residual" ? null : single }
      const prior = entry?.prior ?? halfT(3, roundScale(defaultScale))
      const chosenBy: ChosenBy = entry === undefined ? "default" : "user"
      list(target, prior, chosenBy)
      return { ...scalarSpread(prior, target), chosenBy }
    }
    only(general.map((kind) => find(kind, null)))
    const perTerm = terms.map((term) => find("sd", term))
    const bad =
      terms.map((term) => find("var", term)).find((entry) => entry !== undefined) ?? find("var", null)
    if (bad !== undefined) {
      throw priorError(
        bad.prior,
        bad.target,
        `the terms ${terms.join(", ")} of ${group} vary together, their prior is one of a covariance`,
        `use cov(${group}) ~ inverseWishart(…), sd(${group}) ~ halfT(…), or independent terms with "||"`,
      )
    }
    const cov = find("cov", null)
    if (cov !== undefined) {
      for (const entry of perTerm) only([cov, entry])
      list(cov.target, cov.prior, "user")
      return { ...covariancePrior(cov.prior, cov.target, terms.length), chosenBy: "user" }
    }
    return huangWandFromSds(group, terms, perTerm, find("sd", null), roundScale(defaultScale), list)
  }

  const shared = ({ group, terms }: RandomDesign): SpreadPrior => {
    const find = (kind: "sd" | "var" | "cov", term: string | null) =>
      byTarget.get(printTarget({ kind, group, term }))
    const own = terms
      .map((term) => find("sd", term) ?? find("var", term))
      .find((entry) => entry !== undefined)
    if (own !== undefined) {
      throw priorError(
        own.prior,
        own.target,
        `the terms ${terms.join(", ")} of ${group} share one variance`,
        `state it of the group: sd(${group}) ~ halfT(…)`,
      )
    }
    const entry = only([find("sd", null), find("var", null)])
    const target = entry?.target ?? { kind: "sd", group, term: null }
    const prior = entry?.prior ?? halfT(3, roundScale(defaultScale))
    const chosenBy: ChosenBy = entry === undefined ? "default" : "user"
    list(target, prior, chosenBy)
    return { ...scalarSpread(prior, target), chosenBy }
  }
  const random = design.random.map((term) => {
    return term.structure === "identity" ? shared(term) : spread(term.group, term.terms)
  })
  const residual = spread("residual", [""])
  return { coefficients, random, residual, listing }
}

/** Half-t sds of correlated terms: the Huang–Wand prior whose marginal sds those are. */
function huangWandFromSds(
  group: string,
  terms: readonly string[],
  perTerm: readonly (StatedPrior | undefined)[],
  general: StatedPrior | undefined,
  defaultScale: number,
  list: (target: PriorTarget, prior: PriorSpec, chosenBy: ChosenBy) => void,
): SpreadPrior {
  const q = terms.length
  const scale = new Array<number>(q * q).fill(0)
  let df: number | null = null
  terms.forEach((term, t) => {
    const entry = perTerm[t] ?? general
    const prior = entry?.prior ?? halfT(3, defaultScale)
    const target: PriorTarget = { kind: "sd", group, term }
    const { family, parameters } = scalarPrior(prior, entry?.target ?? target, "sd")
    const halfTParameters =
      family === "halfT" ? parameters : family === "halfCauchy" ? [1, parameters[0]!] : null
    if (halfTParameters === null || (df !== null && df !== halfTParameters[0])) {
      throw priorError(
        prior,
        target,
        halfTParameters === null
          ? `the terms ${terms.join(", ")} of ${group} vary together; their sds take halfT or halfCauchy priors`
          : `the sds of terms that vary together share one df, found ${df} and ${halfTParameters[0]}`,
        'use halfT with one df for all, cov(…) ~ inverseWishart(…), or independent terms with "||"',
      )
    }
    df = halfTParameters[0]!
    scale[t * q + t] = halfTParameters[1]!
    list(target, prior, entry === undefined ? "default" : "user")
  })
  const chosenBy: ChosenBy =
    general !== undefined || perTerm.some((p) => p !== undefined) ? "user" : "default"
  return { on: "cov", family: "huangWand", df: df ?? 3, scale, chosenBy }
}

function scalarSpread(
  prior: PriorSpec,
  target: PriorTarget,
): Omit<Extract<SpreadPrior, { on: "sd" | "var" }>, "chosenBy"> {
  if (target.kind === "sd" || target.kind === "var") {
    return { on: target.kind, ...scalarPrior(prior, target, target.kind) }
  }
  // A 1 × 1 covariance: the inverse-Wishart is an inverse-gamma, Huang–Wand a half-t on the sd.
  const cov = covariancePrior(prior, target, 1)
  if (cov.family === "inverseWishart")
    return { on: "var", family: "inverseGamma", parameters: [cov.df / 2, cov.scale[0]! / 2] }
  if (cov.family === "huangWand") return { on: "sd", family: "halfT", parameters: [cov.df, cov.scale[0]!] }
  return { on: "var", ...scalarPrior(fixed(cov.scale[0]!), target, "var") }
}

function scalarPrior(
  prior: PriorSpec,
  target: PriorTarget,
  kind: "coefficient" | "sd" | "var",
): { family: string; parameters: readonly number[] } {
  checkAllowed(prior, target, kind)
  const distribution = lookupDistribution(prior.family)
  const numbers = [...prior.positional, ...Object.values(prior.named)]
  if (!numbers.every((value) => typeof value === "number")) {
    throw priorError(prior, target, "expected numbers, found a list", "lists are for covariance matrices")
  }
  const parameters = inPriorOf(target, () =>
    canonicalParameters(
      distribution,
      prior.positional as readonly number[],
      prior.named as Readonly<Record<string, number>>,
    ),
  )
  if (kind !== "coefficient" && prior.family === "uniform" && parameters[0]! < 0) {
    throw priorError(
      prior,
      target,
      `the lower bound must not be negative, found ${parameters[0]}`,
      "a spread is positive",
    )
  }
  if (kind !== "coefficient" && prior.family === "fixed" && !(parameters[0]! > 0)) {
    throw priorError(
      prior,
      target,
      `the value must be positive, found ${parameters[0]}`,
      "leave the term out instead",
    )
  }
  return { family: prior.family, parameters }
}

/** A target must name something the model has. */
function checkTarget(design: Design, target: PriorTarget): void {
  const where = `prior of ${printTarget(target)}`
  const missing = (message: string, hint: string): never => {
    throw new ModelError(message, { code: "prior-target", where, hint })
  }
  if (target.kind === "intercept") {
    if (!design.fixed.names.includes("(Intercept)"))
      missing("the model has no intercept", "leave the prior out")
  } else if (target.kind === "coefficient") {
    if (target.name === null && design.fixed.names.every((name) => name === "(Intercept)"))
      missing("the model has no coefficient beside the intercept", 'use "Intercept", or leave the prior out')
    if (target.name !== null && !design.fixed.names.includes(target.name)) {
      missing(`the model has no coefficient "${target.name}"`, suggest(target.name, design.fixed.names))
    }
  } else if (target.group === "residual") {
    if (target.kind === "cov" || target.term !== null)
      missing("the residual has one variance", "use var(residual) or sd(residual)")
  } else {
    const groups = design.random.filter((term) => term.group === target.group)
    if (groups.length === 0) {
      const names = [...new Set(design.random.map((term: RandomDesign) => term.group)), "residual"]
      missing(`the model has no grouping factor "${target.group}"`, suggest(target.group, names))
    }
    const terms = groups.flatMap((term) => term.terms)
    if (target.term !== null && !terms.includes(target.term)) {
      missing(`"${target.term}" does not vary by ${target.group}`, suggest(target.term, terms))
    }
  }
}

/** Four significant digits: a prior that a person can read and type again. */
const roundScale = (scale: number): number => Number(scale.toPrecision(4))

function standardDeviation(values: Float64Array): number {
  const mean = sumProducts(values, null, values.length) / values.length
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2
  return Math.sqrt(squares / (values.length - 1))
}
