import { parameter, type ScalarDistribution } from "./distribution.ts"

const parameters = [parameter("value", "real", "the known value")]

/** Fixed(value): all mass at one point. `logDensity` is the log probability: 0 at the value, −Infinity elsewhere. */
export const fixed: ScalarDistribution = {
  kind: "scalar",
  name: "fixed",
  label: "Fixed",
  latex: "\\operatorname{Fixed}",
  isProper: true,
  parameters,
  forms: [{ arguments: parameters }],
  support: ([value]) => ({ lower: value!, upper: value! }),
  logDensity: (x, [value]) => {
    if (Number.isNaN(x)) return NaN
    return x === value ? 0 : -Infinity
  },
  sample: (_rng, [value]) => value!,
  mean: ([value]) => value!,
  variance: () => 0,
  cdf: (x, [value]) => (x >= value! ? 1 : 0),
}
