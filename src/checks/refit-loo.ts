import { GraphPosterior } from "../chains/graph-posterior.ts"
import type { Posterior } from "../chains/posterior.ts"
import type { SampleOptions } from "../chains/sample.ts"
import { checkOptionNames, OptionError } from "../core/errors.ts"
import { logSumExp, sumPointwise } from "../diagnostics/log-likelihood.ts"
import type { PsisLoo } from "../diagnostics/psis-loo.ts"
import { leaveOutDraws } from "./leave-out-draws.ts"
import { type LeftOut, leaveOutRows } from "./leave-out-rows.ts"

export interface RefitLooOptions {
  /** Refuse to refit more often than this, default 25. */
  readonly most?: number
  readonly workers?: number
  readonly signal?: AbortSignal
  /** Called when a refit is done. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface RefitLoo extends PsisLoo {
  /** Rows of the design, from 0, whose terms come from a refit without them; of a model of relations, numbers of observed draws. */
  readonly refitted: Int32Array
}

/**
 * PSIS-LOO in which the terms whose Pareto k is too high are replaced by exact ones: the model is sampled without the observation, as
 * long as the posterior was. Their k is then 0.
 * Vehtari, Gelman & Gabry (2017), Statistics and Computing 27, 1413–1432, section 2.1; `reloo` of R's brms.
 *
 * @throws OptionError when more than `most` observations need it; the signal's reason when it is aborted
 */
export async function refitLoo(
  posterior: Posterior | GraphPosterior,
  options: RefitLooOptions = {},
): Promise<RefitLoo> {
  checkOptionNames("refitLoo", options, ["most", "workers", "signal", "onProgress"])
  const { most = 25, onProgress, ...controls } = options
  const loo = posterior.loo()
  const { paretoK, paretoKLimit, pointwise } = loo
  const bad = Int32Array.from(paretoK.keys()).filter((i) => !(paretoK[i]! <= paretoKLimit))
  if (bad.length > most) {
    throw new OptionError(`${bad.length} observations have a high Pareto k, expected at most ${most}`, {
      code: "too-many-refits",
      where: "most",
      hint: `kfold needs fewer refits; or refitLoo(posterior, { most: ${bad.length} })`,
    })
  }
  const elpd = pointwise.elpd.slice()
  const parameters = pointwise.effectiveParameters.slice()
  const k = paretoK.slice()
  const warnings: string[] = []
  for (const [done, i] of bad.entries()) {
    const { name, refit } = await refitWithout(posterior, i, controls)
    const [row] = refit.rows()
    const term = logSumExp(row!) - Math.log(row!.length)
    // log p(yᵢ | y) stays what it was: p_loo is its difference from the new term.
    parameters[i] = parameters[i]! + elpd[i]! - term
    elpd[i] = term
    k[i] = 0
    if (!refit.converged) warnings.push(`The chains without ${name} have not converged.`)
    onProgress?.(done + 1, bad.length)
  }
  return {
    ...loo,
    ...sumPointwise("psis-loo", elpd, parameters, warnings),
    criterion: "psis-loo",
    paretoK: k,
    // Refits have errors of their own, which are not estimated.
    mcse: bad.length === 0 ? loo.mcse : NaN,
    refitted: bad,
  }
}

/** The same run, as long as it was and by the same method, without one observation. */
async function refitWithout(
  posterior: Posterior | GraphPosterior,
  i: number,
  controls: Pick<RefitLooOptions, "workers" | "signal">,
): Promise<{ readonly name: string; readonly refit: LeftOut }> {
  const { chains, draws, warmup, thin, seed } = posterior.sampling
  const run = { chains, draws, warmup, thin, seed: `${seed} without ${i}`, ...controls }
  if (posterior instanceof GraphPosterior) {
    const name = posterior.observations()[i]!
    const { model, names, plan } = posterior
    const options = { ...run, method: plan.method, monitor: names }
    return { name, refit: await leaveOutDraws(model, Int32Array.of(i), name, options) }
  }
  const name = `observation ${posterior.model.design.rowIndex[i]! + 1}`
  const { method } = posterior.plan
  const known = method === "gibbs" || method === "blocked" || method === "collapsed" ? { method } : {}
  const options = { ...run, ...known } satisfies SampleOptions
  return { name, refit: await leaveOutRows(posterior.model, Int32Array.of(i), name, options) }
}
