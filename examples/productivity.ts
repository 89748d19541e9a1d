/**
 * Public capital and the output of 48 states in nine regions: nested intercepts, slopes that vary by region, and two slopes
 * that share one variance. Published in Stata's manual of `mixed`, from logarithms kept in single precision and by a
 * search that stopped early: hence the last digits marked below. Data of Munnell 1990.
 *
 *   npm run example productivity
 */
import { datasets, lmm, ols, reml } from "gibbsite"
import { beside, compare, sdOf } from "./shared/published.js"

const data = datasets.productivity()
const SINGLE = "logarithms in single precision"
const STOPPED = "the search behind the published figure stopped early"
const predictors = "log(gsp) ~ log(pc) + log(emp) + log(hwy) + log(water) + log(util) + unemp"
const first = reml(`${predictors} + (1 | region/state)`, data)
const wald = first.waldTest()!
compare("states within regions", [
  ["log likelihood", "1404.7101", first.logLik, SINGLE],
  ["sd between regions", "0.0435471", sdOf(first, "region")],
  ["sd between states", "0.0802737", sdOf(first, "state:region")],
  ["sd of residuals", "0.0368008", sdOf(first)],
  ["likelihood ratio against lm", "1162.40", first.lrt(ols(predictors, data).comparable("REML")).statistic],
  ["Wald χ² of six coefficients", "18382.39", wald.chiSquare],
])

const second = reml(`${predictors} + diag(1 + log(hwy) + unemp | region) + (1 | state:region)`, data)
compare("independent slopes by region", [
  ["log likelihood", "1423.3455", second.logLik, SINGLE],
  ["sd of the slopes of highways", "0.0052752", sdOf(second, "region", "log(hwy)"), STOPPED],
  ["sd of the slopes of unemployment", "0.0052895", sdOf(second, "region", "unemp")],
  ["sd between regions", "0.0596008", sdOf(second, "region", "(Intercept)"), STOPPED],
  ["sd between states", "0.0807543", sdOf(second, "state:region")],
  ["sd of residuals", "0.0353932", sdOf(second)],
])

const shared = "identity(0 + log(hwy) + unemp | region) + (1 | region/state)"
const third = reml(`${predictors} + ${shared}`, data)
compare("the two slopes share one variance", [
  ["log likelihood", "1423.3455", third.logLik, SINGLE],
  ["sd of both slopes", "0.0052896", sdOf(third, "region", "unemp"), SINGLE],
  ["sd between regions", "0.0595029", sdOf(third, "region", "(Intercept)"), STOPPED],
  ["sd between states", "0.080752", sdOf(third, "state:region")],
  ["sd of residuals", "0.0353932", sdOf(third)],
])
const test = second.lrt(third)
console.log(
  `\none variance against two: χ² ${test.statistic.toFixed(6)} on ${test.df} df, p ${test.p.toFixed(3)}`,
)

await beside("the shared variance", lmm(`${predictors} + ${shared}`, data), third)
