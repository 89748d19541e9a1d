import { ModelError } from "../core/errors.ts"
import type { ScalarDistribution } from "./distribution.ts"

/** Flat(): the improper density 1 on the whole line. It has no draws, moments or cdf. */
export const flat: ScalarDistribution = {
  kind: "scalar",
  name: "flat",
  label: "Flat",
  latex: "\\operatorname{Flat}",
  isProper: false,
  parameters: [],
  forms: [{ arguments: [] }],
  support: () => ({ lower: -Infinity, upper: Infinity }),
  logDensity: (x) => (Number.isNaN(x) ? NaN : 0),
  sample: () => {
    throw new ModelError("flat() is improper and cannot be sampled", {
      code: "improper",
      hint: "state a proper distribution, for example normal(0, 10)",
    })
  },
  mean: () => NaN,
  variance: () => NaN,
  cdf: () => NaN,
}
