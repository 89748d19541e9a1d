import { replicateTerms } from "../chains/graph-likelihood.ts"
import { GraphPosterior } from "../chains/graph-posterior.ts"
import type { Posterior } from "../chains/posterior.ts"
import { recordedDraws } from "../chains/recorded-draws.ts"
import { looPit } from "../diagnostics/psis-loo.ts"
import { streamFor } from "../random/stream.ts"
import { replicateRows } from "./replicate.ts"

/**
 * Leave-one-out probability integral transforms of a posterior, one an observation: uniform where its predictions are calibrated,
 * heaped at both ends where they are too narrow, in the middle where they are too wide. Each is replicated given what the model
 * conditions on (a series on its own past, as `loo` does). Of a discrete observation it is a uniform number between
 * P(ỹ < y) and P(ỹ ≤ y), so that it is uniform as well. In a model of relations each number of an observed vector has
 * its own, the vector left out; numbers that are known by their interval alone have none.
 * Gabry, Simpson, Vehtari, Betancourt & Gelman (2019), Journal of the Royal Statistical Society A 182, 389–402, section 5; discrete
 * data: Czado, Gneiting & Held (2009), Biometrics 65, 1254–1261, section 2.1.
 *
 * @throws DataError when draws that are needed were not recorded; OptionError when the replicates do not fit in memory
 */
export function looPitOf(posterior: Posterior | GraphPosterior): Float64Array {
  const chains = posterior.container.lengths.filter((length) => length > 0).length
  const rng = streamFor(posterior.sampling.seed, 0, "loo pit")
  if (posterior instanceof GraphPosterior) {
    const { graph } = posterior.model
    const draws = recordedDraws(posterior.container, "equal")
    const { observed, replicated, logLikelihood } = replicateTerms(graph, draws, "looPit", rng)
    const { below, atMost } = looPit(observed, replicated, logLikelihood, { chains })
    return below.map((least, i) => least + rng.uniform() * (atMost[i]! - least))
  }
  const { design } = posterior.model
  const logLikelihood = posterior.logLik()
  const sets = replicateRows(design, recordedDraws(posterior.container, "equal"), rng)
  const byRow = Array.from({ length: design.nobs }, (_, i) => Float64Array.from(sets, (set) => set[i]!))
  return looPit(design.response.values, byRow, logLikelihood, { chains }).atMost
}
