import type { GraphPosterior } from "../chains/graph-posterior.ts"
import type { Posterior } from "../chains/posterior.ts"
import type { SampledDraws } from "../chains/sampled-draws.ts"
import { posteriorPredict } from "../checks/posterior-predict.ts"
import { checkReplicates, describeChecks } from "../checks/predictive-check.ts"
import { GibbsError } from "../core/errors.ts"
import type { PsisLoo } from "../diagnostics/psis-loo.ts"
import { observedByVariable } from "../samplers/change-graph-data.ts"
import type { ReportChecks } from "./report-input.ts"

/** Replicated data sets: enough for p-values to two digits. */
const replicateCount = 200
/** Observed variables whose replicates the page shows. */
const mostVariables = 6
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
  const replicates = attempt(() => posteriorPredict(posterior, { draws: replicatesFor(posterior, nobs) }))
  return checksFrom(replicates === null ? [] : [replicates], given ?? looOf(posterior, nobs))
}

/** The same of a model of relations; of many observed variables those with the most values are checked, which is said. */
export function graphChecksOf(posterior: GraphPosterior, given: PsisLoo | undefined): ReportChecks | null {
  const observed = observedByVariable(posterior.model.graph).filter(([, slots]) => slots.length > 1)
  const nobs = observed.reduce((sum, [, slots]) => sum + slots.length, 0)
  const draws = replicatesFor(posterior, Math.max(1, nobs))
  const loo = given ?? looOf(posterior, Math.max(1, nobs))
  const found = attempt(() => posteriorPredict(posterior, { draws }))
  if (found === null) return checksFrom([], loo)
  const parts = [...found.variables]
    .filter(([, rows]) => rows.length > 1)
    .map(([name, rows]) => {
      const pick = (values: Float64Array): Float64Array => Float64Array.from(rows, (row) => values[row]!)
      return { name, observed: pick(found.observed), sets: found.sets.map(pick) }
    })
    .sort((a, b) => b.observed.length - a.observed.length)
  const shown = parts.slice(0, mostVariables)
  const checks = checksFrom(
    found.variables.size === 1 ? shown.map(({ observed, sets }) => ({ observed, sets })) : shown,
    loo,
  )
  if (checks === null || shown.length === parts.length) return checks
  const names = shown.map(({ name }) => name).join(", ")
  const remark = `Of ${parts.length} observed variables replicated data of ${names} are shown.`
  return { ...checks, remarks: [remark, ...checks.remarks] }
}

function checksFrom(replicates: ReportChecks["replicates"], loo: PsisLoo | null): ReportChecks | null {
  if (replicates.length === 0 && loo === null) return null
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
    remarks: replicates.flatMap(({ name, ...one }) =>
      describeChecks(checkReplicates(one).map((check) => ({ ...check, group: name ?? null }))),
    ),
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
