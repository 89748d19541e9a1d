import { logDirichletDensity } from "../../../distributions/dirichlet.ts"
import { drawDirichlet } from "../../../random/dirichlet.ts"
import type { ArrayFamily } from "./array-family.ts"

/** Density in x: ∏ x_k^(alpha_k − 1). Where the prior's alpha is 0, x stays 0: a structural zero. */
export const dirichletFamily: ArrayFamily = {
  label: "Dirichlet",
  natural: ["alpha"],
  source: "Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 3.4",
  // Children take probabilities up to a common factor.
  isScaled: false,
  naturalLength: (n) => n,
  kernel: (t) => `prod_k ${t}[k]^(alpha[k] - 1)`,
  priors: {
    ddirch: {
      isMixture: false,
      start(natural, args, starts, x) {
        for (let k = 0; k < x.length; k++) natural[k] = args[starts[0]! + k]!
      },
      symbols: ([alpha]) => [alpha!],
    },
  },
  pairs: [
    {
      child: "dcat",
      argument: 0,
      inverted: false,
      contribute(natural, y) {
        natural[y[0]! - 1]! += 1
      },
      symbols: (y) => [`indicator(${y})`],
      factor: (t, y) => `${t}[${y}]`,
    },
    {
      child: "dmulti",
      argument: 0,
      inverted: false,
      contribute(natural, y, _args, _starts, _k, n) {
        for (let j = 0; j < n; j++) natural[j]! += y[j]!
      },
      symbols: (y) => [y],
      factor: (t, y) => `prod_k ${t}[k]^${y}[k]`,
    },
  ],
  draw: (rng, natural, n, out) => drawDirichlet(rng, natural, 0, n, out, 0),
  logDensity: (x, natural, n) => logDirichletDensity(x, 0, n, natural, 0),
}
