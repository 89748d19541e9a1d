/**
 * A split plot: two varieties within fields, four ways of irrigation between them. Degrees of freedom by Kenward and Roger, the
 * exact test of the fields' variance. Published in Faraway 2016, *Extending the Linear Model with R*, section 10.8.
 *
 *   npm run example irrigation
 */
import { datasets, GibbsError, lmm, reml } from "gibbsite"
import { beside, compare, sdOf } from "./shared/published.js"

const data = datasets.irrigation()
const sum = { contrasts: "sum" } as const
const fit = reml("yield ~ irrigation * variety + (1 | field)", data, sum)
compare("REML, sum contrasts", [
  ["sd between fields", "4.02", sdOf(fit, "field")],
  ["sd of residuals", "1.45", sdOf(fit)],
])

const full = fit.anova({ ddf: "kr" })
const additive = reml("yield ~ irrigation + variety + (1 | field)", data, sum).anova({ ddf: "kr" })
const row = (rows: typeof full, term: string) => rows.find((entry) => entry.term === term)!
const test = (
  label: string,
  { F, ddf, p }: ReturnType<typeof row>,
  figures: readonly [string, string, string],
) =>
  [
    [`${label}: F`, figures[0], F],
    [`${label}: denominator df`, figures[1], ddf!],
    [`${label}: p`, figures[2], p!],
  ] as const
compare("F tests by Kenward and Roger", [
  ...test("interaction", row(full, "irrigation:variety"), ["0.2452", "4", "0.8612"]),
  ...test("variety, without interaction", row(additive, "variety"), ["1.5782", "7", "0.2493"]),
  ...test("irrigation, without interaction", row(additive, "irrigation"), ["0.3882", "4", "0.7685"]),
])
const exact = fit.exactVarianceTest()
compare("exact restricted likelihood-ratio test of the fields' variance", [
  ["statistic", "6.1118", exact.statistic],
  ["p", "0.00955752", exact.p, "published from simulation, .0096"],
])

try {
  reml("yield ~ irrigation * variety + (1 | field) + (1 | field:variety)", data)
} catch (error) {
  if (!(error instanceof GibbsError)) throw error
  console.log(`\n(1 | field:variety) as well is refused:\n  ${error.oneLine()}`)
}

await beside(fit.formula, lmm(fit.formula, data, sum), fit)
