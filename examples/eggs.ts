/**
 * Fat content of dried eggs: laboratories, technicians within them, samples within those. Published in Faraway 2016,
 * *Extending the Linear Model with R*, section 10.7; data of Bliss 1967.
 *
 *   npm run example eggs -- path/to/eggs.csv
 */
import { lmm, reml } from "gibbsite"
import { beside, compare, fixedOf, readOwn, sdOf } from "./shared/published.js"

const data = await readOwn("eggs", "the data set eggs of the R package faraway")
if (data !== null) {
  const formula = "Fat ~ 1 + (1 | Lab/Technician/Sample)"
  const fit = reml(formula, data)
  const [lab, technician, sample] = fit.design.random.map(({ group }) => group)
  compare("REML, three nested terms", [
    ["sd between laboratories", "0.08", sdOf(fit, lab)],
    ["sd between technicians", "0.08", sdOf(fit, technician)],
    ["sd between samples", "0.06", sdOf(fit, sample)],
    ["sd of residuals", "0.08", sdOf(fit)],
    ["mean", "0.39", fixedOf(fit, "(Intercept)").estimate],
    ["its standard error", "0.04", fixedOf(fit, "(Intercept)").se],
  ])
  await beside(formula, lmm(formula, data), fit)
}
