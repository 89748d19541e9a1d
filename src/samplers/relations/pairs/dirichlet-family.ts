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
  // A category that is known to be impossible is never seen.
  allowsZeros: true,
  naturalLength: (n) => n,
  kernel: (t, [alpha]) => `prod_k element_k(${t})^(element_k(${alpha}) - 1)`,
  factor: (t, [n]) => `prod_k element_k(${t})^element_k(${n})`,
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
      readsArguments: false,
      contribute(natural, y) {
        natural[y[0]! - 1]! += 1
      },
      symbols: (y) => [`indicator(${y})`],
    },
    {
      child: "dmulti",
      argument: 0,
      inverted: false,
      readsArguments: false,
      contribute(natural, y, _args, _starts, _k, n) {
        for (let j = 0; j < n; j++) natural[j]! += y[j]!
      },
      symbols: (y) => [y],
    },
  ],
  draw: (rng, natural, n, out) => drawDirichlet(rng, natural, 0, n, out, 0),
  logDensity: (x, natural, n) => logDirichletDensity(x, 0, n, natural, 0),
}
