import type { LmmFit } from "../frequentist/lmm-fit.ts"
import { qqData, qqPanel } from "./qq-points.ts"
import { type ChartOptions, composeGrid, type VegaLiteSpec } from "./spec.ts"

/** BLUPs of each term of each grouping factor against normal quantiles; lattice's `qqmath(ranef(fit))`. */
export function plotQqEffects(fit: Pick<LmmFit, "ranef">, options: ChartOptions = {}): VegaLiteSpec {
  const data = Object.entries(fit.ranef()).flatMap(([group, rows]) =>
    Object.keys(rows[0] ?? {})
      .filter((term) => term !== "level")
      .map((term) =>
        qqData(
          `${term} by ${group}`,
          rows.map((row) => Number(row[term])),
        ),
      ),
  )
  return composeGrid(
    data.map((one, panel) => qqPanel(one, panel, data.length, options)),
    2,
    options,
  )
}
