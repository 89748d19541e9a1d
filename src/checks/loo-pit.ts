import type { Posterior } from "../chains/posterior.ts"
import { recordedDraws } from "../chains/recorded-draws.ts"
import { looPit, relativeEfficiencies } from "../diagnostics/psis-loo.ts"
import { streamFor } from "../random/stream.ts"
import { replicateRows } from "./replicate.ts"

/**
 * Leave-one-out probability integral transforms of a posterior, one an observation: uniform where its predictions are calibrated,
 * heaped at both ends where they are too narrow, in the middle where they are too wide.
 * Gabry, Simpson, Vehtari, Betancourt & Gelman (2019), Journal of the Royal Statistical Society A 182, 389–402, section 5.
 *
 * @throws DataError when draws that are needed were not recorded
 */
export function looPitOf(posterior: Posterior): Float64Array {
  const { design } = posterior.model
  const chains = posterior.container.lengths.filter((length) => length > 0).length
  const logLikelihood = posterior.logLik()
  const rng = streamFor(posterior.sampling.seed, 0, "loo pit")
  const sets = replicateRows(design, recordedDraws(posterior.container, "equal"), rng)
  const byRow = Array.from({ length: design.nobs }, (_, i) => Float64Array.from(sets, (set) => set[i]!))
  const relativeEfficiency = relativeEfficiencies(logLikelihood, chains)
  return looPit(design.response.values, byRow, logLikelihood, { chains, relativeEfficiency }).atMost
}
