/** A one-way model whose spreads are known: everything about its posterior is normal, and exact by algebra. */
import type { Posterior } from "../../src/chains/posterior.ts"
import { sample } from "../../src/chains/sample.ts"
import { lmm } from "../../src/samplers/model.ts"
import { invert } from "../kit/evaluate-expression.ts"

export const TAU = 0.9
export const SIGMA = 0.6
const PRIOR = { mean: 0.5, sd: 2 }

export const DATA = {
  y: [1.2, 0.4, -0.3, 0.8, 1.9, 0.1, -0.6, 0.7, 1.1, 2.2, 1.7, 2.6],
  g: ["a", "a", "a", "b", "b", "b", "d", "d", "d", "e", "e", "e"],
}
const N = DATA.y.length

export const MODEL = lmm("y ~ 1 + (1 | g)", DATA, {
  priors: [
    `Intercept ~ normal(${PRIOR.mean}, ${PRIOR.sd})`,
    `sd(g) ~ fixed(${TAU})`,
    `sd(residual) ~ fixed(${SIGMA})`,
  ],
})

/** Known spreads make the draws of the blocked method independent. */
export const drawPosterior = (draws: number, seed = "known"): Promise<Posterior> =>
  sample(MODEL, { chains: 4, draws, warmup: 1, seed, workers: 1, method: "blocked" })

const sameGroup = (i: number, j: number): number => (DATA.g[i] === DATA.g[j] ? 1 : 0)

/** Prior covariance of the responses, everything integrated out. */
const COVARIANCE = DATA.y.map((_, i) =>
  DATA.y.map((__, j) => PRIOR.sd ** 2 + TAU ** 2 * sameGroup(i, j) + (i === j ? SIGMA ** 2 : 0)),
)

export interface Normal {
  readonly mean: number
  readonly variance: number
}

/**
 * The law, given the responses of `rows`, of something whose covariance with response j is `link(j)`.
 * @param variance its prior variance; its prior mean is that of the intercept
 */
export function conditionOn(rows: readonly number[], link: (j: number) => number, variance: number): Normal {
  const inverse = invert(rows.map((i) => rows.map((j) => COVARIANCE[i]![j]!)))
  const c = rows.map(link)
  const weights = inverse.map((row) => row.reduce((sum, value, k) => sum + value * c[k]!, 0))
  return {
    mean: PRIOR.mean + rows.reduce((sum, i, k) => sum + weights[k]! * (DATA.y[i]! - PRIOR.mean), 0),
    variance: variance - weights.reduce((sum, w, k) => sum + w * c[k]!, 0),
  }
}

export const ALL = Array.from({ length: N }, (_, i) => i)
/** Expectation of a row of a known group, b + u. */
export const knownGroup = (group: string, rows = ALL): Normal =>
  conditionOn(rows, (j) => PRIOR.sd ** 2 + (DATA.g[j] === group ? TAU ** 2 : 0), PRIOR.sd ** 2 + TAU ** 2)
/** Expectation of a row of a new group. */
export const newGroup = (rows = ALL): Normal =>
  conditionOn(rows, () => PRIOR.sd ** 2, PRIOR.sd ** 2 + TAU ** 2)
/** log p(yᵢ | y of the other rows given). */
export function logPredictive(i: number, rows: readonly number[]): number {
  const { mean, variance } = conditionOn(rows, (j) => COVARIANCE[i]![j]!, COVARIANCE[i]![i]!)
  return -0.5 * (Math.log(2 * Math.PI * variance) + (DATA.y[i]! - mean) ** 2 / variance)
}
