import { ModelError } from "../core/errors.ts"
import { infinity, minusInfinity, type ScalarFamily, scalarFamily } from "./scalar-family.ts"

const none = (): number => NaN

/** Flat(): the improper density 1 on the whole line. It has no draws, moments or cdf. */
export const flat: ScalarFamily = scalarFamily(
  {
    name: "flat",
    label: "Flat",
    latex: "\\operatorname{Flat}",
    discrete: false,
    isProper: false,
    parameters: [],
    forms: [{ arguments: [] }],
  },
  {
    lower: minusInfinity,
    upper: infinity,
    logDensity: (x) => (Number.isNaN(x) ? NaN : 0),
    sample: () => {
      throw new ModelError("flat() is improper and cannot be sampled", {
        code: "improper",
        hint: "state a proper distribution, for example normal(0, 10)",
      })
    },
    mean: none,
    variance: none,
    cdf: none,
    quantile: none,
  },
)
