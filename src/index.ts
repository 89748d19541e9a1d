/**
 * The public API of gibbsite.
 *
 * ```ts
 * import { halfT, lmm, readTable, reml, report, sample } from "gibbsite"
 *
 * const data = await readTable("radon.csv")
 * const model = lmm("log_radon ~ floor + (floor | county)", data, { priors: { "sd(residual)": halfT(3, 1) } })
 * console.log(model.plan().explain())                 // the full conditionals, before anything is drawn
 * const posterior = await sample(model, { chains: 4, draws: 1000, seed: "radon" })
 * console.table(posterior.summary())
 * const fit = reml("log_radon ~ floor + (floor | county)", data)
 * await report(posterior, { reml: fit, file: "radon.html" })
 * ```
 *
 * What is not exported here may change without notice.
 */

export type { GraphPosterior } from "./chains/graph-posterior.ts"
// Models and their samplers
export type { EffectSummary, VarcorrRow } from "./chains/group-summaries.ts"
export type { Posterior } from "./chains/posterior.ts"
export type { Prediction, PredictRowOptions } from "./chains/predict-rows.ts"
export type { Progress } from "./chains/run-chains.ts"
export {
  type ChainIterator,
  iterateChain,
  type SampleOptions,
  type Sweep,
  sample,
} from "./chains/sample.ts"
export type { SampleGraphOptions } from "./chains/sample-graph.ts"
export type { SampledDraws, Sampling } from "./chains/sampled-draws.ts"
// Checks against REML, model criticism, and what comes after the fit
export { bayesR2, icc, type ShareDraws } from "./checks/bayes-r2.ts"
export {
  type CalibratedQuantity,
  type CalibrateOptions,
  type Calibration,
  calibrate,
} from "./checks/calibrate.ts"
export { type ComparisonRow, compareWithReml } from "./checks/compare.ts"
export { compareModels, type ModelComparison } from "./checks/compare-models.ts"
export {
  type ConditionalEffect,
  type ConditionalEffectsOptions,
  conditionalEffects,
} from "./checks/conditional-effects.ts"
export {
  type FittedContrast,
  type FittedMean,
  type FittedMeans,
  type FittedMeansOptions,
  fittedMeans,
} from "./checks/fitted-means.ts"
export type {
  GraphPredictOptions,
  GraphPriorPredictive,
  GraphPriorPredictOptions,
  GraphReplicates,
} from "./checks/graph-replicate.ts"
export { type Hypothesis, type HypothesisOptions, hypothesis } from "./checks/hypothesis.ts"
export { type GraphKfoldOptions, type Kfold, type KfoldOptions, kfold } from "./checks/kfold.ts"
export { looPitOf } from "./checks/loo-pit.ts"
export {
  type Contrast,
  contrasts,
  type MarginalMean,
  type MarginalMeansOptions,
  marginalMeans,
} from "./checks/marginal-means.ts"
export { type PosteriorPredictOptions, posteriorPredict } from "./checks/posterior-predict.ts"
export {
  type PowerScaling,
  type PowerScalingInput,
  type PowerScalingOptions,
  powerScaling,
  powerScalingOf,
  type SensitivityRow,
} from "./checks/power-scaling.ts"
export {
  checkReplicates,
  describeChecks,
  type GraphCheckOptions,
  type PredictiveCheck,
  type PredictiveCheckOptions,
  type PredictiveOverlay,
  predictiveCheck,
  predictiveOverlay,
  type Statistic,
  type StatisticName,
} from "./checks/predictive-check.ts"
export { type PriorPredictive, type PriorPredictOptions, priorPredict } from "./checks/prior-predict.ts"
export { type RefitLoo, type RefitLooOptions, refitLoo } from "./checks/refit-loo.ts"
export type { Replicates } from "./checks/replicate.ts"
export { type GroupShrinkage, shrinkageOf } from "./checks/shrinkage.ts"
export { tabulate } from "./checks/tabulate.ts"
// Errors: everything a user can cause is a GibbsError
export {
  DataError,
  type ErrorDetails,
  GibbsError,
  InternalError,
  ModelError,
  ModelSyntaxError,
  NumericalError,
  OptionError,
  PlanError,
  type Span,
  showSpan,
} from "./core/errors.ts"
export { VERSION } from "./core/version.ts"
// Data
export type { ContrastKind } from "./data/contrasts.ts"
export { type DatasetListing, type Datasets, datasetCsv, datasetNames, datasets } from "./data/datasets.ts"
export { type ChunkOptions, readChunks } from "./data/read-chunks.ts"
export { type ReadOptions, readTable } from "./data/read-table.ts"
export type { Column, FactorColumn, NumericColumn, Table, TextColumn } from "./data/table.ts"
export { type ArqueroTable, type Columns, type TableInput, toArquero, toTable } from "./data/to-table.ts"
// Diagnostics of draws of any origin
export { autocorrelation } from "./diagnostics/autocorrelation.ts"
export { crossCorrelation } from "./diagnostics/cross-correlation.ts"
export { type Dic, dic } from "./diagnostics/dic.ts"
export { essBulk } from "./diagnostics/ess-bulk.ts"
export { type EssGrowth, essGrowth } from "./diagnostics/ess-growth.ts"
export { essMean } from "./diagnostics/ess-mean.ts"
export { essQuantile } from "./diagnostics/ess-quantile.ts"
export { essSd } from "./diagnostics/ess-sd.ts"
export { essSpectral } from "./diagnostics/ess-spectral.ts"
export { essTail } from "./diagnostics/ess-tail.ts"
export { gewekeZ } from "./diagnostics/geweke.ts"
export { type HeidelbergerWelch, heidelbergerWelch } from "./diagnostics/heidelberger-welch.ts"
export { integratedAutocorrelationTime } from "./diagnostics/integrated-autocorrelation-time.ts"
export { mcseMean } from "./diagnostics/mcse-mean.ts"
export { mcseQuantile } from "./diagnostics/mcse-quantile.ts"
export { mcseSd } from "./diagnostics/mcse-sd.ts"
export {
  looPit,
  type PsisLoo,
  type PsisOptions,
  psisLoo,
  relativeEfficiencies,
} from "./diagnostics/psis-loo.ts"
export { type RafteryLewis, rafteryLewis } from "./diagnostics/raftery-lewis.ts"
export { diagnosisReason } from "./diagnostics/reason.ts"
export { type Diagnostic, diagnostics } from "./diagnostics/registry.ts"
export { rhat } from "./diagnostics/rhat.ts"
export { rhatNested } from "./diagnostics/rhat-nested.ts"
export { type RStar, rstar } from "./diagnostics/rstar.ts"
export { type ParameterSummary, type ScalarChains, summarise } from "./diagnostics/summarise.ts"
export { testUniformity, type Uniformity } from "./diagnostics/uniformity.ts"
export { type JudgeOptions, judge, type Verdict } from "./diagnostics/verdict.ts"
export { waic } from "./diagnostics/waic.ts"
export { drawsToArvizJson } from "./draws/arviz-json.ts"
export { drawsToCmdStan } from "./draws/cmdstan.ts"
export { drawsToCoda } from "./draws/coda.ts"
export { drawsFromCsv, drawsToCsv } from "./draws/csv.ts"
export { chainsOf, type Draws } from "./draws/draws.ts"
export { readDraws } from "./draws/read-draws.ts"
export { type WritableDrawsFormat, writeDraws } from "./draws/write-draws.ts"
// REML and maximum likelihood
export {
  type BootstrapLrt,
  type BootstrapOptions,
  type BootstrapParameters,
  bootstrapLrt,
} from "./frequentist/bootstrap.ts"
export type { ParallelBootstrapOptions } from "./frequentist/bootstrap-parallel.ts"
export type { Comparable } from "./frequentist/comparable.ts"
export type { ConfintOptions, Interval, ProfilePoint } from "./frequentist/confint.ts"
export type { ContrastEstimate, EstimateOptions } from "./frequentist/contrast-estimates.ts"
export type { ExactVarianceTest } from "./frequentist/exact-variance-test.ts"
export type { AnovaOptions, AnovaRow, FTest, WaldTest } from "./frequentist/f-test.ts"
export type { RemlChanges, RemlOptions } from "./frequentist/fit-options.ts"
export { type HausmanOptions, type HausmanTest, hausman } from "./frequentist/hausman.ts"
export {
  fitWithoutRandom,
  type LikelihoodRatioTest,
  likelihoodRatioTest,
} from "./frequentist/likelihood-ratio.ts"
export {
  type LinearAnovaRow,
  type LinearModel,
  type NestedFTest,
  nestedFTest,
  nestedFTest as ftest,
  type OlsOptions,
  ols,
} from "./frequentist/linear-model.ts"
export { type GroupEstimate, type LmList, lmList } from "./frequentist/lm-list.ts"
export type { FixedEffect, LmmFit, RandomEffectRow, VarianceComponent } from "./frequentist/lmm-fit.ts"
export { type LmmFitJson, lmmFitToJson } from "./frequentist/lmm-json.ts"
export type { PredictedRow, PredictOptions } from "./frequentist/predict.ts"
export type { BootstrapPredictOptions } from "./frequentist/predict-bootstrap.ts"
export { reml } from "./frequentist/reml.ts"
export { type TidyRow, tidy, tidyRows } from "./frequentist/tidy.ts"
export { type WelchTest, welchTest } from "./frequentist/welch-test.ts"
// Distributions: priors of formulas, and everything that the builder takes
export {
  bernoulli,
  beta,
  binomial,
  categorical,
  chiSquared,
  dirichlet,
  doubleExponential,
  exponential,
  fixed,
  flat,
  gamma,
  halfCauchy,
  halfNormal,
  halfT,
  huangWand,
  inverseGamma,
  inverseWishart,
  logistic,
  lognormal,
  multinomial,
  multivariateNormal,
  negativeBinomial,
  normal,
  pareto,
  poisson,
  scaledWishart,
  studentT,
  truncated,
  uniform,
  weibull,
  wishart,
} from "./models/builder/distributions.ts"
export { index, inverse, matrix, scalar, vector } from "./models/builder/inputs.ts"
export { call, exp, ilogit, log, type Operand, phi, sqrt, type Value } from "./models/builder/value.ts"
export type { PriorArgument, PriorSpec } from "./models/formula/priors.ts"
export type { Subset, SubsetRow } from "./models/formula/subset.ts"
export { updateFormula } from "./models/formula/update-formula.ts"
// Charts and the report
export type { PlotSource } from "./plots/plot-source.ts"
export { type Plots, plots } from "./plots/plots.ts"
export { renderPng } from "./plots/render-png.ts"
export { renderSvg } from "./plots/render-svg.ts"
export { savePlot } from "./plots/save-plot.ts"
export type { ChartOptions, VegaLiteSpec } from "./plots/spec.ts"
export { textPlots } from "./plots/text-plots.ts"
export { type ReportOptions, report } from "./report/report.ts"
// Full conditionals, explained and derived
export { type Derivation, derivePlan, printDerivations } from "./samplers/derive.ts"
export { type ExplainedPlan, explainPlan, printExplanation, type StyleName } from "./samplers/explain.ts"
export {
  bugs,
  type GraphModel,
  type GraphModelOptions,
  type ModelTemplate,
  model,
} from "./samplers/graph-model.ts"
// A formula's model in the BUGS language, and every model as relations
export { type ListedRelation, listRelations, printGraph } from "./samplers/list-relations.ts"
export {
  type ExplainablePlan,
  type HierarchicalModel,
  type LmmOptions,
  lmm,
  lmmFromStatistics,
} from "./samplers/model.ts"
export type { Method, Plan } from "./samplers/plan.ts"
export { deriveRelations } from "./samplers/relations/derive-relations.ts"
export type { RelationBlock, RelationPlan, RelationPlanOptions } from "./samplers/relations/plan-relations.ts"
export { addStatistics } from "./samplers/row-statistics/add-statistics.ts"
// Sufficient statistics of rows as a value
export { type ReduceOptions, reduceChunks, reduceTable } from "./samplers/row-statistics/reduce-table.ts"
export type { RowStatistics } from "./samplers/row-statistics/row-statistics.ts"
export { loadStatistics, saveStatistics } from "./samplers/row-statistics/statistics-file.ts"
export { type BugsText, type ToBugsOptions, toBugs } from "./samplers/to-bugs.ts"
