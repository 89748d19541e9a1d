import type { GraphPosterior } from "../chains/graph-posterior.ts"
import type { Posterior } from "../chains/posterior.ts"
import type { SampledDraws } from "../chains/sampled-draws.ts"
import { posteriorPredict } from "../checks/posterior-predict.ts"
import { checkReplicates, describeChecks } from "../checks/predictive-check.ts"
import type { Replicates } from "../checks/replicate.ts"
import { GibbsError } from "../core/errors.ts"
import type { PsisLoo } from "../diagnostics/psis-loo.ts"
import { observedByVariable } from "../samplers/change-graph-data.ts"
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
  const { nobs } = posterior.model.design
  return checksFrom(
    attempt(() => posteriorPredict(posterior, { draws: replicatesFor(posterior, nobs) })),
    given ?? looOf(posterior, nobs),
  )
}

/** The same of a model of relations; of several observed variables the one with the most values is checked. */
export function graphChecksOf(posterior: GraphPosterior, given: PsisLoo | undefined): ReportChecks | null {
  const observed = observedByVariable(posterior.model.graph)
  const nobs = observed.reduce((sum, [, slots]) => sum + slots.length, 0)
  const [largest] = [...observed].sort(([, a], [, b]) => b.length - a.length)
  if (largest === undefined) return null
  const [{ name }] = largest
  const checks = checksFrom(
    attempt(() => posteriorPredict(posterior, { draws: replicatesFor(posterior, nobs), variables: [name] })),
    given ?? looOf(posterior, nobs),
  )
  if (checks === null || observed.length === 1) return checks
  return { ...checks, remarks: [`Replicated data are of ${name}.`, ...checks.remarks] }
}

function checksFrom(replicates: Replicates | null, loo: PsisLoo | null): ReportChecks | null {
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

const keptBy = ({ container }: SampledDraws): number =>
  container.lengths.reduce((sum, length) => sum + length, 0)

const replicatesFor = (posterior: SampledDraws, nobs: number): number =>
  Math.max(1, Math.min(replicateCount, keptBy(posterior), Math.floor(mostValues / nobs)))

const looOf = (posterior: Posterior | GraphPosterior, nobs: number): PsisLoo | null =>
  nobs * keptBy(posterior) <= looBudget ? attempt(() => posterior.loo()) : null

/** A check that this posterior does not allow is left out; anything but a refusal is a defect and goes on. */
function attempt<T>(compute: () => T): T | null {
  try {
    return compute()
  } catch (error) {
    if (error instanceof GibbsError) return null
    throw error
  }
}
