/** Whether a distribution may be the prior of a target, and where an error about one belongs. */
import { ModelError } from "../../core/errors.ts"
import { lookupDistribution } from "../../distributions/registry.ts"
import { type PriorSpec, type PriorTarget, printTarget, priorError } from "./priors.ts"

/** What a prior is of. */
export type Role = "coefficient" | "sd" | "var" | "cov"

const ALLOWED: Readonly<Record<Role, readonly string[]>> = {
  coefficient: ["flat", "normal", "halfNormal", "halfT", "halfCauchy", "exponential", "uniform", "fixed"],
  sd: ["halfT", "halfCauchy", "halfNormal", "exponential", "uniform", "fixed"],
  var: ["inverseGamma", "halfT", "halfCauchy", "halfNormal", "exponential", "uniform", "fixed"],
  cov: ["inverseWishart", "huangWand", "fixed"],
}

/** Families that can be the prior of something. */
const PRIORS: readonly string[] = [...new Set(Object.values(ALLOWED).flat())]

const ROLES: Readonly<Record<Role, string>> = {
  coefficient: "a coefficient",
  sd: "an sd",
  var: "a variance",
  cov: "a covariance",
}

const REMEDY: Readonly<Record<string, string>> = {
  inverseGamma: "inverseGamma is a prior of a variance: use var(…)",
  inverseWishart: "inverseWishart is a prior of a covariance: use cov(…)",
  huangWand: "huangWand is a prior of a covariance: use cov(…)",
}

/** @throws ModelError for an unknown distribution, with a suggestion, and one that cannot stand there */
export function checkAllowed(prior: PriorSpec, target: PriorTarget, role: Role): void {
  inPriorOf(target, () => lookupDistribution(prior.family, PRIORS))
  if (ALLOWED[role].includes(prior.family)) return
  throw priorError(
    prior,
    target,
    `not a prior of ${ROLES[role]}`,
    (role !== "coefficient" && REMEDY[prior.family]) || `expected one of ${ALLOWED[role].join(", ")}`,
  )
}

/** What a function returns; a ModelError that does not say where it belongs is said to be about the target. */
export function inPriorOf<T>(target: PriorTarget, f: () => T): T {
  try {
    return f()
  } catch (error) {
    if (!(error instanceof ModelError) || error.where !== undefined) throw error
    const { message, code, hint } = error
    const where = `prior of ${printTarget(target)}`
    throw new ModelError(message, { code, where, cause: error, ...(hint === undefined ? {} : { hint }) })
  }
}
