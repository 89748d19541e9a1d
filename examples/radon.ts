/**
 * Radon in Minnesota homes: intercepts and slopes by county, then uranium as a predictor of the counties' lines. Published in
 * Gelman & Hill 2007, *Data Analysis Using Regression and Multilevel/Hierarchical Models*, chapter 13.
 *
 *   npm run example radon
 */
import { datasets, lmm, reml } from "gibbsite"
import { beside, compare, corOf, fixedOf, sdOf } from "./shared/published.js"

const radon = datasets.radon()
const third = reml("log_radon ~ floor + (floor | county)", radon)
compare("M3: intercepts and slopes by county", [
  ["(Intercept)", "1.4628", fixedOf(third, "(Intercept)").estimate],
  ["floor", "-0.6811", fixedOf(third, "floor").estimate],
  ["variance of intercepts", "0.122", sdOf(third, "county", "(Intercept)") ** 2],
  ["variance of slopes", "0.118", sdOf(third, "county", "floor") ** 2],
  ["variance of residuals", "0.557", sdOf(third) ** 2],
  ["correlation", "-0.337", corOf(third, "county")],
])

const formula = "log_radon ~ floor * log_uranium + (floor | county)"
const fourth = reml(formula, radon)
compare("M4: uranium predicts the lines of the counties", [
  ["(Intercept)", "1.4686", fixedOf(fourth, "(Intercept)").estimate],
  ["floor", "-0.6709", fixedOf(fourth, "floor").estimate],
  ["log_uranium", "0.8081", fixedOf(fourth, "log_uranium").estimate],
  ["floor:log_uranium", "-0.4195", fixedOf(fourth, "floor:log_uranium").estimate],
  ["sd of intercepts", "0.124", sdOf(fourth, "county", "(Intercept)")],
  ["sd of slopes", "0.307", sdOf(fourth, "county", "floor")],
  ["correlation", "0.410", corOf(fourth, "county")],
  ["REML criterion", "2126.579375", fourth.criterion, "a widespread default stops at 2132.2351, sd = 0"],
])
const [first] = fourth.groupLines("county")
console.log(
  `\nthe line of ${first!.level}: intercept ${first!.estimate.toFixed(3)} ± ${first!.se.toFixed(3)}`,
)

await beside(formula, lmm(formula, radon), fourth)
