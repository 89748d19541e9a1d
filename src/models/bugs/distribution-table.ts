import { ModelError, suggest } from "../../core/errors.ts"
import { arrayDistributions } from "./array-distributions.ts"
import type { BugsDistribution } from "./bugs-distribution.ts"
import { numberDistributions } from "./number-distributions.ts"

export type {
  ArrayFunctions,
  BugsArrayDistribution,
  BugsDistribution,
  BugsNumberDistribution,
  NumberFunctions,
} from "./bugs-distribution.ts"

/** Every distribution of the BUGS language. */
export const bugsDistributions: readonly BugsDistribution[] = [...numberDistributions, ...arrayDistributions]

const byName: ReadonlyMap<string, BugsDistribution> = new Map(
  bugsDistributions.flatMap((d) => [d.name, ...d.aliases].map((name) => [name, d] as const)),
)

/** What people write for them elsewhere. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  normal: "dnorm",
  dnormal: "dnorm",
  dgaussian: "dnorm",
  dlognormal: "dlnorm",
  dbernoulli: "dbern",
  dbinomial: "dbin",
  dpoisson: "dpois",
  duniform: "dunif",
  dexponential: "dexp",
  dlaplace: "ddexp",
  dlogistic: "dlogis",
  dpareto: "dpar",
  dstudent: "dt",
  dcategorical: "dcat",
  dmultinomial: "dmulti",
  ddirichlet: "ddirch",
  dwishart: "dwish",
  dmvnorm: "dmnorm",
  dmvt: "dmt",
  dcauchy: "dt",
  dgeom: "dnegbin",
  dgeom0: "dnegbin",
  dhalfcauchy: "dt",
}

/** Whether there is a distribution of that name. */
export const isBugsDistribution = (name: string): boolean => byName.has(name)

/**
 * The distribution of that name or alias.
 * @throws ModelError with a suggestion when there is none
 */
export function lookupBugsDistribution(name: string): BugsDistribution {
  const found = byName.get(name)
  if (found !== undefined) return found
  const lower = name.toLowerCase()
  const known = Object.hasOwn(ELSEWHERE, lower) ? ELSEWHERE[lower] : undefined
  throw new ModelError(`unknown distribution "${name}"`, {
    code: "unknown-distribution",
    hint: known === undefined ? suggest(name, [...byName.keys()]) : `did you mean "${known}"?`,
  })
}

/** What is wrong with the number of arguments; undefined when it is right: `dnorm takes a mean and a precision, found 3 arguments`. */
export function checkArgumentCount(d: BugsDistribution, count: number): string | undefined {
  const expected = d.arguments.length
  if (d.isVariadic ? count >= expected : count === expected) return undefined
  return `${d.name} takes ${describeArguments(d)}, found ${count} argument${count === 1 ? "" : "s"}`
}

/** `a mean and a precision`. */
export function describeArguments({ argumentNames, argumentKinds, isVariadic }: BugsDistribution): string {
  const parts = argumentNames.map((name, k) => {
    const shape = argumentKinds[k] === "scalar" ? "" : ` (a ${argumentKinds[k]})`
    return `${/^[aeio]|^[nmRx]\d?$/.test(name) ? "an" : "a"} ${name}${shape}`
  })
  if (parts.length === 0) return "no arguments"
  const list = parts.length === 1 ? parts[0]! : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)!}`
  return isVariadic ? `${list}, or several` : list
}
