/** Entries of the distribution table, made from a family and what BUGS calls its parameters. */
import type { Constraint, ParameterSpec } from "../../distributions/distribution.ts"
import { describeViolation } from "../../distributions/parameters.ts"
import type { ScalarFamily } from "../../distributions/scalar-family.ts"
import { logMassBetween, sampleTruncated } from "../../distributions/truncated.ts"
import type { Expr } from "../expression.ts"
import type { BugsArrayDistribution, BugsNumberDistribution, NumberFunctions } from "./bugs-distribution.ts"

/** An argument as BUGS's manual names it. */
export const argument = (
  name: string,
  constraint: Constraint,
  description: string,
  shape: "scalar" | "vector" | "matrix" = "scalar",
): ParameterSpec => ({ name, constraint, description, shape })

interface NumberEntry {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly family: ScalarFamily
  readonly arguments: readonly ParameterSpec[]
  readonly note?: string
  readonly canBeTruncated?: boolean
  /** Beyond each argument's own constraint: what is wrong with them together. */
  readonly relation?: (a: number, b: number, c: number, d: number) => string | undefined
}

/** What differs from the family's own parameters: how to get those, as numbers and as expressions, and the hot functions. */
interface Mapping {
  readonly toCanonical: (out: Float64Array, a: number, b: number, c: number, d: number) => void
  readonly symbolic: (args: readonly Expr[]) => Readonly<Record<string, Expr>>
  /** Written out, so that each is compiled for itself. */
  readonly hot: Pick<NumberFunctions, "logDensity" | "logLikelihood" | "sample">
}

/** A distribution of one number given numbers; without a mapping BUGS's arguments are the family's parameters. */
export function numberDistribution(
  entry: NumberEntry,
  mapping: Mapping | null = null,
  truncation: Partial<Pick<NumberFunctions, "logMass" | "sampleTruncated">> = {},
): BugsNumberDistribution {
  const { family, arguments: specs } = entry
  const functions = mapping === null ? ownFunctions(family) : mappedFunctions(family, mapping)
  const values = (a: number, b: number, c: number, d: number): number[] => [a, b, c, d].slice(0, specs.length)
  const check = (args: readonly ArrayLike<number>[]): string | undefined => {
    const own = findViolation(specs, args)
    const [a, b, c, d] = args.map((arg) => arg[0]!)
    return own ?? entry.relation?.(a!, b!, c!, d!)
  }
  return {
    calling: "numbers",
    shape: "scalar",
    name: entry.name,
    aliases: entry.aliases ?? [],
    family: family.name,
    arguments: specs,
    argumentNames: specs.map((spec) => spec.name),
    argumentKinds: specs.map((spec) => spec.shape),
    isVariadic: false,
    dims: () => [1],
    shapeFrom: -1,
    discrete: family.discrete,
    canBeTruncated: entry.canBeTruncated ?? true,
    isProper: family.isProper,
    isDetermined: false,
    note: entry.note ?? "",
    toCanonical: (args, starts, _lengths, out) => {
      const at = (k: number): number => (k < specs.length ? args[starts[k]!]! : NaN)
      if (mapping !== null) mapping.toCanonical(out, at(0), at(1), at(2), at(3))
      else for (let k = 0; k < specs.length; k++) out[k] = at(k)
    },
    checkArguments: check,
    symbolic:
      mapping?.symbolic ??
      ((args) => Object.fromEntries(family.parameters.map((spec, k) => [spec.name, args[k]!]))),
    ...functions,
    ...truncation,
    isValid: (a, b, c, d) => check(values(a, b, c, d).map((value) => [value])) === undefined,
  }
}

type Functions = Omit<NumberFunctions, "isValid">

function ownFunctions({ direct: f, discrete }: ScalarFamily): Functions {
  return {
    logDensity: f.logDensity,
    logLikelihood: f.logLikelihood,
    sample: f.sample,
    mean: f.mean,
    variance: f.variance,
    cdf: f.cdf,
    survival: f.survival,
    quantile: f.quantile,
    support: (out, a, b, c, d) => {
      out[0] = f.lower(a, b, c, d)
      out[1] = f.upper(a, b, c, d)
    },
    logMass: (lower, upper, a, b, c, d) => logMassBetween(f, discrete, lower, upper, a, b, c, d),
    sampleTruncated: (rng, lower, upper, a, b, c, d) =>
      sampleTruncated(rng, f, discrete, lower, upper, a, b, c, d),
  }
}

/** The rest goes through the canonical parameters in a small array of its own. */
function mappedFunctions({ direct: f, discrete }: ScalarFamily, { toCanonical, hot }: Mapping): Functions {
  const p = new Float64Array(4)
  return {
    ...hot,
    mean: (a, b, c, d) => {
      toCanonical(p, a, b, c, d)
      return f.mean(p[0]!, p[1]!, p[2]!, p[3]!)
    },
    variance: (a, b, c, d) => {
      toCanonical(p, a, b, c, d)
      return f.variance(p[0]!, p[1]!, p[2]!, p[3]!)
    },
    cdf: (x, a, b, c, d) => {
      toCanonical(p, a, b, c, d)
      return f.cdf(x, p[0]!, p[1]!, p[2]!, p[3]!)
    },
    survival: (x, a, b, c, d) => {
      toCanonical(p, a, b, c, d)
      return f.survival(x, p[0]!, p[1]!, p[2]!, p[3]!)
    },
    quantile: (q, a, b, c, d) => {
      toCanonical(p, a, b, c, d)
      return f.quantile(q, p[0]!, p[1]!, p[2]!, p[3]!)
    },
    support: (out, a, b, c, d) => {
      toCanonical(p, a, b, c, d)
      out[0] = f.lower(p[0]!, p[1]!, p[2]!, p[3]!)
      out[1] = f.upper(p[0]!, p[1]!, p[2]!, p[3]!)
    },
    logMass: (lower, upper, a, b, c, d) => {
      toCanonical(p, a, b, c, d)
      return logMassBetween(f, discrete, lower, upper, p[0]!, p[1]!, p[2]!, p[3]!)
    },
    sampleTruncated: (rng, lower, upper, a, b, c, d) => {
      toCanonical(p, a, b, c, d)
      return sampleTruncated(rng, f, discrete, lower, upper, p[0]!, p[1]!, p[2]!, p[3]!)
    },
  }
}

/** What the first argument that breaks its constraint is told: `precision must be positive, found -1`. */
export function findViolation(
  specs: readonly ParameterSpec[],
  args: readonly ArrayLike<number>[],
): string | undefined {
  for (const [k, spec] of specs.entries()) {
    const values = Array.from(args[k]!)
    const q = spec.shape === "matrix" ? Math.round(Math.sqrt(values.length)) : values.length
    const found = describeViolation(spec, values, q)
    if (found !== undefined) return found
  }
  return undefined
}

type Derived = "argumentNames" | "argumentKinds" | "calling" | "checkArguments" | "logLikelihood"
type Defaulted =
  | "aliases"
  | "isVariadic"
  | "canBeTruncated"
  | "isProper"
  | "isDetermined"
  | "note"
  | "discrete"
export type ArrayEntry = Omit<BugsArrayDistribution, Derived | Defaulted> &
  Partial<Pick<BugsArrayDistribution, Defaulted | "logLikelihood">> & {
    /** Beyond each argument's own constraint: what is wrong with them together. */
    readonly relation?: (args: readonly ArrayLike<number>[]) => string | undefined
  }

/** A distribution whose value or arguments are arrays. */
export function arrayDistribution({ relation, ...entry }: ArrayEntry): BugsArrayDistribution {
  return {
    aliases: [],
    isVariadic: false,
    canBeTruncated: false,
    isProper: true,
    isDetermined: false,
    note: "",
    discrete: false,
    logLikelihood: entry.logDensity,
    ...entry,
    calling: "arrays",
    argumentNames: entry.arguments.map((spec) => spec.name),
    argumentKinds: entry.arguments.map((spec) => spec.shape),
    checkArguments: (args) => findViolation(entry.arguments, args) ?? relation?.(args),
  }
}
