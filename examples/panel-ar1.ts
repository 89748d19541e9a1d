/**
 * A panel of 2,500 persons at four occasions: intercepts and slopes that vary, and errors of first-order autoregression. The
 * data are simulated; the figures are those of R's nlme (`lme` with `corAR1(form = ~ time | id)`).
 *
 *   npm run example panel-ar1
 */
import { datasets, lmm, reml } from "gibbsite"
import { beside, compare, fixedOf, sdOf } from "./shared/published.js"

const data = datasets.panelAr1()
const formula = "y ~ time + treatment + (time | id)"
const fit = reml(formula, data, { residual: "ar1(time | id)" })
compare("REML with AR(1) residuals", [
  ["(Intercept)", "0.133", fixedOf(fit, "(Intercept)").estimate],
  ["time", "0.507", fixedOf(fit, "time").estimate],
  ["treatment", "-0.425", fixedOf(fit, "treatmenttreatment").estimate],
  ["variance of intercepts", "0.332", sdOf(fit, "id", "(Intercept)") ** 2],
  ["variance of slopes", "0.067", sdOf(fit, "id", "time") ** 2],
  ["variance of residuals", "0.908", sdOf(fit) ** 2],
  ["Phi", "0.67", Number(fit.residual?.ar1)],
  ["log likelihood", "-12630", fit.logLik],
])
const independent = reml(formula, data)
const test = fit.lrt(independent)
console.log(
  `\nindependent errors: log likelihood ${independent.logLik.toFixed(1)}; χ² ${test.statistic.toFixed(1)} on ${test.df} df`,
)

// There is no sampler of AR(1) errors: the posterior is that of the model with independent ones, of every tenth person.
const small = everyTenthPerson()
await beside("independent errors, 250 persons", lmm(formula, small), reml(formula, small))

function everyTenthPerson() {
  return Object.fromEntries(
    ["y", "time", "treatment", "id"].map((name) => {
      const column = data.columns.get(name)!
      const values: (number | string | null)[] =
        column.kind === "factor"
          ? Array.from(column.codes, (code) => column.levels[code]!)
          : Array.from<number | string | null>(column.values)
      return [name, values.filter((_, i) => Math.floor(i / 4) % 10 === 0)]
    }),
  )
}
