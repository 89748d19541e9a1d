/**
 * Weights of 48 pigs in nine weeks: pigs and weeks crossed. Published in Stata's manual of `mixed`; data of Diggle et al. 2002.
 *
 *   npm run example pig -- path/to/pig.csv
 */
import { lmm, ols, reml } from "gibbsite"
import { beside, compare, fixedOf, readOwn, sdOf } from "./shared/published.js"

const STOPPED = "the search behind the published figure stopped early"
const data = await readOwn(
  "pig",
  "the data set pig.weights of the R package SemiPar, columns id, week, weight",
)
if (data !== null) {
  const formula = "weight ~ week + (1 | id) + (1 | week)"
  const fit = reml(formula, data)
  const test = fit.lrt(ols("weight ~ week", data).comparable("REML"))
  compare("REML, crossed", [
    ["log likelihood", "-1015.4214", fit.logLik],
    ["week", "6.209896", fixedOf(fit, "week").estimate],
    ["its standard error", "0.0578669", fixedOf(fit, "week").se, STOPPED],
    ["(Intercept)", "19.35561", fixedOf(fit, "(Intercept)").estimate],
    ["its standard error", "0.6493996", fixedOf(fit, "(Intercept)").se, STOPPED],
    ["sd between pigs", "3.892648", sdOf(fit, "id")],
    ["sd between weeks", "0.3337581", sdOf(fit, "week"), STOPPED],
    ["sd of residuals", "2.072917", sdOf(fit), STOPPED],
    ["likelihood ratio against lm", "476.10", test.statistic],
  ])
  await beside(formula, lmm(formula, data), fit)
}
