import { parameter } from "./distribution.ts"
import { type ScalarFamily, scalarFamily, zero } from "./scalar-family.ts"

/** Fixed(value): all mass at one point. `logDensity` is the log probability: 0 at the value, −Infinity elsewhere. */
export const fixed: ScalarFamily = scalarFamily(
  {
    name: "fixed",
    label: "Fixed",
    latex: "\\operatorname{Fixed}",
    discrete: true,
    parameters: [parameter("value", "real", "the known value")],
  },
  {
    lower: (value) => value,
    upper: (value) => value,
    logDensity: (x, value) => {
      if (Number.isNaN(x)) return NaN
      return x === value ? 0 : -Infinity
    },
    sample: (_rng, value) => value,
    mean: (value) => value,
    variance: zero,
    cdf: (x, value) => (x >= value ? 1 : 0),
    quantile: (q, value) => (q >= 0 && q <= 1 ? value : NaN),
  },
)
