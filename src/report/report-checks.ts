import type { Posterior } from "../chains/posterior.ts"
import { posteriorPredict } from "../checks/posterior-predict.ts"
import { checkReplicates, describeChecks } from "../checks/predictive-check.ts"
import type { Replicates } from "../checks/replicate.ts"
import { GibbsError } from "../core/errors.ts"
import type { PsisLoo } from "../diagnostics/psis-loo.ts"
import type { ReportChecks } from "./report-input.ts"

/** Replicated data sets: enough for p-values to two digits. */
const replicateCount = 200
/** Values of replicated data beyond which fewer are drawn. */
const mostValues = 1_000_000
/** Log likelihoods (observations × draws) up to which leave-one-out takes no time worth a question. */
const looBudget = 1_000_000

/**
 * Posterior predictive checks and leave-one-out cross-validation as the report shows them. Null where the model has no checks
 * (a response that is not normal) or the draws for them were not recorded.
 */
export function checksOf(posterior: Posterior, given: PsisLoo | undefined): ReportChecks | null {
  const replicates = attempt(() => replicatesOf(posterior))
  const draws = posterior.container.lengths.reduce((sum, length) => sum + length, 0)
  const affordable = posterior.model.design.nobs * draws <= looBudget
  const loo = given ?? (affordable ? attempt(() => posterior.loo()) : null)
  if (replicates === null && loo === null) return null
  return {
    replicates,
    loo:
      loo === null
        ? null
        : {
            elpd: loo.elpd.value,
            elpdSe: loo.elpd.se,
            effectiveParameters: loo.effectiveParameters.value,
            paretoK: loo.paretoK,
            paretoKLimit: loo.paretoKLimit,
          },
    remarks: replicates === null ? [] : describeChecks(checkReplicates(replicates)),
  }
}

function replicatesOf(posterior: Posterior): Replicates {
  const { nobs } = posterior.model.design
  const kept = posterior.container.lengths.reduce((sum, length) => sum + length, 0)
  const draws = Math.max(1, Math.min(replicateCount, kept, Math.floor(mostValues / nobs)))
  return posteriorPredict(posterior, { draws })
}

/** A check that this posterior does not allow is left out; anything but a refusal is a defect and goes on. */
function attempt<T>(compute: () => T): T | null {
  try {
    return compute()
  } catch (error) {
    if (error instanceof GibbsError) return null
    throw error
  }
}
