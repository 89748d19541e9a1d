/** The estimates of a fit under the names that draws have. */
import type { LmmFit } from "./lmm-fit.ts"

/** Coefficients, sds, variances, covariances and correlations by name, `b[floor]`, `sd[county,floor]`, with standard errors of coefficients. */
export function remlEstimates(fit: LmmFit): Map<string, { value: number; se: number | null }> {
  const estimates = new Map<string, { value: number; se: number | null }>()
  const put = (name: string, value: number, se: number | null = null) => estimates.set(name, { value, se })
  for (const { name, estimate, se } of fit.fixed) put(`b[${name}]`, estimate, se)
  for (const row of fit.varcorr) {
    if ("cov" in row) {
      put(`cov[${row.group},${row.term},${row.term2}]`, row.cov)
      put(`cor[${row.group},${row.term},${row.term2}]`, row.cor)
      continue
    }
    const label = "term" in row ? `${row.group},${row.term}` : row.group
    put(`sd[${label}]`, row.sd)
    put(`var[${label}]`, row.variance)
  }
  return estimates
}
