import seedrandom from "seedrandom"
import type { PlotSource } from "../../src/plots/plot-source.ts"

/** How the draws of one parameter are made up: stationary mean and sd, and the lag-one autocorrelation. */
export interface DemoParameter {
  readonly name: string
  readonly mean: number
  readonly sd: number
  readonly phi: number
  /** Draws are |x|: a scale parameter. */
  readonly positive?: boolean
}

/** Chains of stationary AR(1) draws, the same for the same seed. */
export function demoChains(
  parameter: DemoParameter,
  chains: number,
  draws: number,
  seed: string,
): Float64Array[] {
  return Array.from({ length: chains }, (_, c) => {
    const uniform = seedrandom(`${seed}/${parameter.name}/${c}`)
    const innovation = Math.sqrt(1 - parameter.phi ** 2)
    let z = normal(uniform)
    return Float64Array.from({ length: draws }, () => {
      z = parameter.phi * z + innovation * normal(uniform)
      const x = parameter.mean + parameter.sd * z
      return parameter.positive === true ? Math.abs(x) : x
    })
  })
}

/** Box & Muller (1958). */
function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
}

/** A set of draws as a posterior would offer it. */
export function demoSource(
  parameters: readonly DemoParameter[],
  { chains = 4, draws = 1000, seed = "demo" } = {},
): PlotSource {
  const made = new Map(parameters.map((one) => [one.name, demoChains(one, chains, draws, seed)]))
  return {
    names: [...made.keys()],
    chains: (name) => made.get(name) ?? [],
  }
}

/** The one-way model of the pulp data, with draws that look like those of its posterior. */
export const pulpParameters: readonly DemoParameter[] = [
  { name: "b[(Intercept)]", mean: 60.4, sd: 0.21, phi: 0.55 },
  { name: "sd[operator,(Intercept)]", mean: 0.36, sd: 0.19, phi: 0.6, positive: true },
  { name: "sd[residual]", mean: 0.34, sd: 0.061, phi: 0.1, positive: true },
  { name: "u[operator,(Intercept),a]", mean: -0.13, sd: 0.22, phi: 0.5 },
  { name: "u[operator,(Intercept),b]", mean: -0.26, sd: 0.23, phi: 0.5 },
  { name: "u[operator,(Intercept),c]", mean: 0.17, sd: 0.22, phi: 0.5 },
  { name: "u[operator,(Intercept),d]", mean: 0.22, sd: 0.23, phi: 0.5 },
]

/** The operators of the pulp data: OLS effects and BLUPs are those of the textbook, the rest is made up to match. */
export const pulpShrinkage = [
  { level: "a", ols: -0.16, blup: -0.1219403, posteriorMean: -0.128, q5: -0.49, q95: 0.21 },
  { level: "b", ols: -0.34, blup: -0.2591231, posteriorMean: -0.263, q5: -0.66, q95: 0.08 },
  { level: "c", ols: 0.22, blup: 0.1676679, posteriorMean: 0.171, q5: -0.17, q95: 0.53 },
  { level: "d", ols: 0.28, blup: 0.2133955, posteriorMean: 0.216, q5: -0.13, q95: 0.6 },
].map((row) => ({ group: "operator", term: "(Intercept)", n: 5, shrinkageFactor: 1 - 0.7621, ...row }))
