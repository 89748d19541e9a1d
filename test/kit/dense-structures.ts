/** The criterion of a structured fit the long way: the n × n covariance matrix written out from the reported estimates. */

import type { TableInput } from "../../src/data/to-table.ts"
import { toTable } from "../../src/data/to-table.ts"
import type { LmmFit } from "../../src/frequentist/lmm-fit.ts"
import { criterionOf } from "./dense-criterion.ts"

/** REML criterion or −2 log likelihood at the covariances, σ and residual structure that the fit reports. */
export function denseStructuredCriterion(
  fit: LmmFit,
  data: TableInput,
  options: { readonly residual?: string; readonly weights?: string },
): number {
  const { design, covariances, nobs: n, sigma } = fit
  const residual = residualCovariance(fit, data, options)
  const v = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => residual(i, j)))
  for (const { designIndex, covariance, terms } of covariances) {
    const { codes, columns } = design.random[designIndex]!
    const q = terms.length
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        if (codes[i] !== codes[j]) continue
        for (let a = 0; a < q; a++) {
          for (let b = 0; b < q; b++) {
            v[i]![j]! += (columns[a]![i]! * covariance[a * q + b]! * columns[b]![j]!) / sigma ** 2
          }
        }
      }
    }
  }
  return criterionOf(design, v, fit.method)
}

/** In units of σ². */
function residualCovariance(
  { design, residual, nobs }: LmmFit,
  data: TableInput,
  { residual: correlation, weights }: { readonly residual?: string; readonly weights?: string },
): (i: number, j: number) => number {
  const table = toTable(data)
  const cells = (name: string): (string | number)[] => {
    const column = table.columns.get(name)!
    return Array.from(design.rowIndex, (row) => {
      if (column.kind === "factor") return column.levels[column.codes[row]!]!
      return column.values[row]!
    })
  }
  const inside = /\((.*)\)/.exec(weights ?? "")?.[1]
  const strata = inside === undefined ? [] : cells(inside)
  const { varIdent, varPower, varExp, ar1, car1, cs } = residual as Record<string, number> & {
    readonly varIdent?: Record<string, number>
  }
  const factor = (i: number): number => {
    if (varIdent !== undefined) return varIdent[String(strata[i])]!
    if (varPower !== undefined) return Math.abs(Number(strata[i])) ** varPower
    return varExp === undefined ? 1 : Math.exp(varExp * Number(strata[i]))
  }
  const [left = "1", right = ""] = (/\((.*)\)/.exec(correlation ?? "")?.[1] ?? "1 |")
    .split("|")
    .map((s) => s.trim())
  const groups = (right === "" ? design.random.map(({ group }) => group) : [right]).join(":").split(":")
  const columns = groups.map(cells)
  const series = Array.from({ length: nobs }, (_, i) => columns.map((column) => column[i]).join("/"))
  const seen = new Map<string, number>()
  const times =
    left === "1" ? series.map((s) => seen.set(s, (seen.get(s) ?? 0) + 1).get(s)!) : cells(left).map(Number)
  return (i, j) => {
    if (i === j) return factor(i) ** 2
    if (series[i] !== series[j]) return 0
    const gap = Math.abs(times[i]! - times[j]!)
    const rho = ar1 !== undefined ? ar1 ** gap : car1 !== undefined ? car1 ** gap : (cs ?? 0)
    return rho * factor(i) * factor(j)
  }
}
