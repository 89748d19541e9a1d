/** Ties what can be computed from a fit to the fit. */

import { bootstrapLrt, bootstrapParameters } from "./bootstrap.ts"
import { bootstrapInParallel, bootstrapLrtInParallel } from "./bootstrap-parallel.ts"
import { confint, profileZeta } from "./confint.ts"
import { estimateContrasts, kenwardRogerEffects, testCoefficients } from "./contrast-estimates.ts"
import { exactVarianceTest } from "./exact-variance-test.ts"
import { explainedVariance, intraclassCorrelations } from "./explained-variance.ts"
import { anova, testContrast, waldTest, waldTestOfModel } from "./f-test.ts"
import { groupCoefficients, groupLines } from "./group-coefficients.ts"
import { likelihoodRatioTest } from "./likelihood-ratio.ts"
import type { LmmEstimate } from "./lmm-estimate.ts"
import type { LmmFit } from "./lmm-fit.ts"
import { predict } from "./predict.ts"
import { bootstrapPredictions } from "./predict-bootstrap.ts"
import { tabulateConditionalSds, tabulateRandomEffects } from "./random-effects.ts"
import { residualsOf } from "./residuals.ts"
import { simulate } from "./simulate.ts"
import { notFromFormula } from "./update-options.ts"

/** The estimate with its methods, each a call of the function of the same name; `refit` is the maker's own. */
export function attachMethods(refit: LmmFit["refit"], estimate: LmmEstimate): LmmFit {
  return {
    ...estimate,
    refit,
    update: () => {
      throw notFromFormula(estimate.formula, "reml(formula, data)")
    },
    ranef: () => tabulateRandomEffects(estimate.randomEffects),
    ranefSd: () => tabulateConditionalSds(estimate.randomEffects),
    coef: () => groupCoefficients(estimate),
    groupLines: (group) => groupLines(estimate, group),
    residualsOf: (kind) => residualsOf(estimate, kind),
    icc: () => intraclassCorrelations(estimate),
    rSquared: () => explainedVariance(estimate),
    predict: (table, options) => predict(estimate, table, options),
    bootstrapPredict: (table, options) => bootstrapPredictions(estimate, refit, table, options),
    simulate: (replicates, options) => simulate(estimate, replicates, options),
    anova: (options) => anova(estimate, options),
    testContrast: (contrast, options) => testContrast(estimate, contrast, options),
    waldTest: (contrast) => {
      return contrast === undefined ? waldTestOfModel(estimate) : waldTest(estimate, contrast)
    },
    estimateContrasts: (rows, options) => estimateContrasts(estimate, rows, options),
    testCoefficients: (options) => testCoefficients(estimate, options),
    kenwardRoger: (options) => kenwardRogerEffects(estimate, options),
    confint: (options) => confint(estimate, options),
    profile: (options) => profileZeta(estimate, options),
    bootstrap: (options) => bootstrapParameters(estimate, options),
    bootstrapInParallel: (options) => bootstrapInParallel(estimate, options),
    lrt: (smaller) => likelihoodRatioTest(smaller, estimate),
    bootstrapLrtInParallel: (smaller, options) => bootstrapLrtInParallel(estimate, smaller, options),
    bootstrapLrt: (smaller, options) => bootstrapLrt(estimate, smaller, options),
    exactVarianceTest: (options) => exactVarianceTest(estimate, options),
  }
}
