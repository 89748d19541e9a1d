/**
 * Brightness of paper pulp by operator: one-way analysis of variance, REML, shrinkage, and four tests of one variance.
 * Published in Faraway 2016, *Extending the Linear Model with R*, chapter 10.
 *
 *   npm run example pulp
 */
import { datasets, lmm, ols, reml } from "gibbsite"
import { beside, compare, sdOf } from "./shared/published.js"

const pulp = datasets.pulp()
const fixed = ols("bright ~ operator", pulp, { contrasts: "sum" })
const [operator, residuals] = fixed.anova()
compare("one-way analysis of variance, sum contrasts", [
  ["mean square of operators", "0.4467", operator!.meanSq],
  ["mean square of residuals", "0.1062", residuals!.meanSq, "0.10625, cut rather than rounded"],
  ["F", "4.204", operator!.F!],
  ["p", "0.0226", operator!.p!],
  ...["60.40", "-0.16", "-0.34", "0.22"].map(
    (text, j) => [fixed.fixed[j]!.name, text, fixed.fixed[j]!.estimate] as const,
  ),
])

const formula = "bright ~ 1 + (1 | operator)"
const fit = reml(formula, pulp)
const blups = fit.ranef().operator!.map((row) => Number(row["(Intercept)"]))
const effects = [...fixed.fixed.slice(1).map(({ estimate }) => estimate)]
const fourth = -effects.reduce((sum, effect) => sum + effect, 0)
compare("REML", [
  ["variance of operators", "0.06808", sdOf(fit, "operator") ** 2],
  ["variance of residuals", "0.10625", sdOf(fit) ** 2],
  ["REML criterion", "18.6", fit.criterion],
  ...["-0.1219403", "-0.2591231", "0.1676679", "0.2133955"].map(
    (text, j) => [`BLUP of operator ${"abcd"[j]}`, text, blups[j]!] as const,
  ),
  ...[...effects, fourth].map(
    (effect, j) =>
      [
        `least squares / BLUP, operator ${"abcd"[j]}`,
        "1.312117",
        effect / blups[j]!,
        "1.3121175, cut",
      ] as const,
  ),
])

const ml = reml(formula, pulp, { method: "ML" })
const boot = ml.bootstrapLrt(undefined, { replicates: 1000, seed: "pulp" })
const exact = ml.exactVarianceTest()
const restricted = fit.exactVarianceTest()
const { chiSquareP, statistic } = likelihoodRatio()
compare("tests of the operators' variance", [
  ["likelihood-ratio statistic, ML", "2.568371", statistic],
  ["p from χ² with 1 degree of freedom", "0.1090", chiSquareP],
  ["share of bootstrap statistics at zero", "0.70", boot.zeroShare, "1,000 replicates"],
  ["the same, exactly", "0.7014771", exact.zeroShare],
  ["bootstrap p", "0.026", boot.p, "1,000 replicates; simulation error .005"],
  ["exact p of the restricted test", "0.02260890", restricted.p],
  ["exact p of the likelihood-ratio test", "0.0226", exact.p],
])

function likelihoodRatio(): { readonly statistic: number; readonly chiSquareP: number } {
  const test = ml.lrt(ols("bright ~ 1", pulp).comparable("ML"))
  return { statistic: test.statistic, chiSquareP: test.p }
}

await beside(formula, lmm(formula, pulp), fit)
