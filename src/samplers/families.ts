/**
 * The conjugate families in natural parameters. Contributions of prior and children add in these, whatever families
 * the children have; the distribution that is printed and drawn from is read off at the end.
 */
import { add, divide, type Expr, inverse, multiply, number } from "../models/expression.ts"
import type { DistributionCall } from "../models/graph.ts"
import type { ConditionalFamily, Natural } from "./conditional.ts"

export interface Family {
  /** Label as printed: `Normal`. */
  readonly label: string
  readonly naturalNames: readonly string[]
  /** Natural parameters of a prior of the family, by distribution name. */
  readonly priors: Readonly<Record<string, (p: Readonly<Record<string, Expr>>) => Natural>>
  /** Parameters of the distribution that has these natural parameters. */
  readonly read: (natural: Natural) => Readonly<Record<string, Expr>>
}

const zero = number(0)

export const FAMILIES: Readonly<Record<ConditionalFamily, Family>> = {
  // Density in t: exp(−(precision t² − 2 shift t) / 2).
  normal: {
    label: "Normal",
    naturalNames: ["precision", "shift"],
    priors: {
      normal: (p) => ({ precision: divide(number(1), p.variance!), shift: divide(p.mean!, p.variance!) }),
      flat: () => ({ precision: zero, shift: zero }),
    },
    read: ({ precision, shift }) => ({
      mean: divide(shift!, precision!),
      variance: divide(number(1), precision!),
    }),
  },
  // The same with a precision matrix and a shift vector.
  multivariateNormal: {
    label: "MultivariateNormal",
    naturalNames: ["precision", "shift"],
    priors: {
      multivariateNormal: (p) => ({
        precision: inverse(p.covariance!),
        shift: multiply(inverse(p.covariance!), p.mean!),
      }),
    },
    read: ({ precision, shift }) => ({
      mean: multiply(inverse(precision!), shift!),
      covariance: inverse(precision!),
    }),
  },
  // Density in t: t^(−shape − 1) exp(−scale / t); a likelihood adds to the exponent of 1/t.
  inverseGamma: {
    label: "InverseGamma",
    naturalNames: ["shape", "scale"],
    priors: { inverseGamma: (p) => ({ shape: p.shape!, scale: p.scale! }) },
    read: ({ shape, scale }) => ({ shape: shape!, scale: scale! }),
  },
  // Density in T: |T|^(−(df + q + 1)/2) exp(−tr(scale T⁻¹) / 2).
  inverseWishart: {
    label: "InverseWishart",
    naturalNames: ["df", "scale"],
    priors: { inverseWishart: (p) => ({ df: p.df!, scale: p.scale! }) },
    read: ({ df, scale }) => ({ df: df!, scale: scale! }),
  },
}

/** The family whose prior this distribution is, or undefined: it has no conjugate family here. */
export function familyOfPrior(call: DistributionCall): ConditionalFamily | undefined {
  const names = Object.keys(FAMILIES) as ConditionalFamily[]
  return names.find((name) => FAMILIES[name].priors[call.family] !== undefined)
}

/** Adds up contributions, natural parameter by natural parameter. */
export function addNatural(family: ConditionalFamily, parts: readonly Natural[]): Natural {
  const names = FAMILIES[family].naturalNames
  return Object.fromEntries(names.map((name) => [name, add(...parts.map((part) => part[name]!))]))
}
