import type { Posterior } from "../chains/posterior.ts"
import { checkOptionNames, OptionError } from "../core/errors.ts"
import { sumPointwise } from "../diagnostics/log-likelihood.ts"
import type { PsisLoo } from "../diagnostics/psis-loo.ts"
import { leaveOut } from "./kfold.ts"

export interface RefitLooOptions {
  /** Refuse to refit more often than this, default 25. */
  readonly most?: number
  readonly workers?: number
  readonly signal?: AbortSignal
  /** Called when a refit is done. */
  readonly onProgress?: (done: number, total: number) => void
}

export interface RefitLoo extends PsisLoo {
  /** Rows of the design, from 0, whose terms come from a refit without them. */
  readonly refitted: Int32Array
}

/**
 * PSIS-LOO in which the terms whose Pareto k is too high are replaced by exact ones: the model is sampled without the observation, as
 * long as the posterior was. Their k is then 0.
 * Vehtari, Gelman & Gabry (2017), Statistics and Computing 27, 1413–1432, section 2.1; `reloo` of R's brms.
 *
 * @throws OptionError when more than `most` observations need it; the signal's reason when it is aborted
 */
export async function refitLoo(posterior: Posterior, options: RefitLooOptions = {}): Promise<RefitLoo> {
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
  const { chains, draws, warmup, thin, seed, method } = posterior.sampling
  const elpd = pointwise.elpd.slice()
  const parameters = pointwise.effectiveParameters.slice()
  const k = paretoK.slice()
  const warnings: string[] = []
  for (const [done, i] of bad.entries()) {
    const name = `observation ${posterior.model.design.rowIndex[i]! + 1}`
    const { posterior: refit, terms } = await leaveOut(posterior.model, Int32Array.of(i), name, {
      ...{ chains, draws, warmup, thin, seed: `${seed} without ${i}` },
      ...(method === "gibbs" || method === "blocked" || method === "collapsed" ? { method } : {}),
      ...controls,
    })
    // log p(yᵢ | y) stays what it was: p_loo is its difference from the new term.
    parameters[i] = parameters[i]! + elpd[i]! - terms[0]!
    elpd[i] = terms[0]!
    k[i] = 0
    if (!refit.verdict().converged) warnings.push(`The chains without ${name} have not converged.`)
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
