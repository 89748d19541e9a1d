import { OptionError, suggest } from "../core/errors.ts"

/** What a chart needs of a set of draws; a posterior has this shape, and so has any other origin of chains. */
export interface PlotSource {
  readonly names: readonly string[]
  /** The chains of one scalar, each the kept draws in order, warm-up not included. */
  chains(name: string): readonly Float64Array[]
}

/** How many parameters a chart shows when nobody says which. */
const defaultCount = 6

/**
 * The handful of parameters to look at first: not single random effects, and neither `var` nor `cov` where the same
 * quantity is there as `sd` or `cor`. Falls back to the first names when nothing else is left.
 */
export function defaultParameters(names: readonly string[], count: number = defaultCount): readonly string[] {
  const known = new Set(names)
  const main = names.filter((name) => {
    if (name.startsWith("u[")) return false
    if (name.startsWith("var[")) return !known.has(`sd${name.slice("var".length)}`)
    if (name.startsWith("cov[")) return !known.has(`cor${name.slice("cov".length)}`)
    return true
  })
  return (main.length > 0 ? main : names).slice(0, count)
}

/**
 * The names to chart: those asked for, or `defaultParameters`.
 * @throws OptionError for a name that the source does not have, what is no list, or when there is nothing to chart.
 */
export function chooseNames(source: PlotSource, names: readonly string[] | undefined): readonly string[] {
  // Of a text, every letter would be taken for a name.
  if (names !== undefined && !Array.isArray(names)) {
    throw new OptionError(`found ${JSON.stringify(names)}, expected a list of names`, {
      code: "invalid-option",
      where: "plots",
      hint: typeof names === "string" ? `write [${JSON.stringify(names)}]` : `for instance ["sd[residual]"]`,
    })
  }
  const known = new Set(source.names)
  const unknown = names?.find((name) => !known.has(name))
  if (unknown !== undefined) {
    throw new OptionError(`no parameter is called "${unknown}"`, {
      code: "unknown-parameter",
      where: "plots",
      hint: suggest(unknown, source.names),
    })
  }
  const chosen = names ?? defaultParameters(source.names)
  if (chosen.length === 0) {
    throw new OptionError("there is no parameter to chart", {
      code: "no-parameters",
      where: "plots",
      hint: "name at least one, or monitor at least one when sampling",
    })
  }
  return chosen
}
