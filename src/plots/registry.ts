import { plotAcf } from "./acf.ts"
import { plotCaterpillar } from "./caterpillar.ts"
import { plotDensity } from "./density.ts"
import { plotEssGrowth } from "./ess-growth.ts"
import { plotFunnel } from "./funnel.ts"
import { plotHistogram } from "./histogram.ts"
import { plotInterceptSlope } from "./intercept-slope.ts"
import { plotIntervals } from "./intervals.ts"
import { plotLooPit } from "./loo-pit.ts"
import { plotPairs } from "./pairs.ts"
import { plotParetoK } from "./pareto-k.ts"
import type { PlotOfDraws } from "./plot-each.ts"
import { plotPpcDensity } from "./ppc-density.ts"
import { plotPpcStat } from "./ppc-stat.ts"
import { plotPriorPosterior } from "./prior-posterior.ts"
import { plotProfileZeta } from "./profile-zeta.ts"
import { plotQqEffects } from "./qq-effects.ts"
import { plotQqResiduals } from "./qq-residuals.ts"
import { plotRankEcdf } from "./rank-ecdf.ts"
import { plotRankOverlay } from "./rank-overlay.ts"
import { plotResidualsFitted } from "./residuals-fitted.ts"
import { plotRunningMean } from "./running-mean.ts"
import { plotSensitivity } from "./sensitivity.ts"
import { plotShrinkage } from "./shrinkage.ts"
import { plotSpaghetti } from "./spaghetti.ts"
import type { VegaLiteSpec } from "./spec.ts"
import { plotTrace } from "./trace.ts"

interface PlotEntry {
  readonly name: string
  readonly title: string
  /** What one sees in it, and what it looks like when all is well. */
  readonly shows: string
}

/** A chart of the draws of one or several scalars: what the command line can make of a file of draws. */
export interface DrawsPlot extends PlotEntry {
  readonly of: "draws"
  readonly plot: PlotOfDraws
}

/** A chart of something else: effects, a comparison, a check of the model, a REML fit. Its function says of what. */
export interface OtherPlot extends PlotEntry {
  readonly of: "effects" | "comparison" | "check" | "fit"
  readonly plot: (...inputs: never[]) => VegaLiteSpec
}

/** Every chart there is; a new one is one file and one entry here. */
export const plotRegistry = [
  {
    of: "draws",
    name: "trace",
    title: "Trace",
    shows:
      "the path of each chain over the draws: chains that have converged and mix cover the same band and cannot be told apart",
    plot: plotTrace,
  },
  {
    of: "draws",
    name: "density",
    title: "Density",
    shows: "the posterior density of each chain: the curves lie on one another when the chains agree",
    plot: plotDensity,
  },
  {
    of: "draws",
    name: "acf",
    title: "Autocorrelation",
    shows:
      "the correlation of draws so many sweeps apart: it falls into the shaded band soon when the chains mix well",
    plot: plotAcf,
  },
  {
    of: "draws",
    name: "rankOverlay",
    title: "Rank histograms",
    shows:
      "how the ranks of each chain among all draws spread: every line stays near the dashed one when the chains are alike",
    plot: plotRankOverlay,
  },
  {
    of: "draws",
    name: "rankEcdf",
    title: "Rank ECDF",
    shows:
      "the same as a cumulative difference: every curve stays inside the shaded envelope when the chains are alike",
    plot: plotRankEcdf,
  },
  {
    of: "draws",
    name: "histogram",
    title: "Histogram",
    shows: "the posterior of each parameter as bars, all chains together",
    plot: plotHistogram,
  },
  {
    of: "draws",
    name: "intervals",
    title: "Intervals",
    shows: "medians with 50 % and 90 % intervals of several parameters, one below the other",
    plot: plotIntervals,
  },
  {
    of: "draws",
    name: "pairs",
    title: "Pairs",
    shows:
      "draws of each parameter against each other, with correlations: strong ones slow a sampler of one at a time",
    plot: plotPairs,
  },
  {
    of: "draws",
    name: "runningMean",
    title: "Running mean",
    shows: "the mean of the draws so far: all chains settle on one value",
    plot: plotRunningMean,
  },
  {
    of: "draws",
    name: "essGrowth",
    title: "Growth of the effective sample size",
    shows: "bulk and tail ESS as the run grows: straight lines through zero when the chains mix",
    plot: plotEssGrowth,
  },
  {
    of: "draws",
    name: "funnel",
    title: "Funnel",
    shows:
      "an effect against the logarithm of the sd of its group: a narrow neck that draws hardly enter is where samplers get stuck",
    plot: plotFunnel,
  },
  {
    of: "effects",
    name: "caterpillar",
    title: "Caterpillar",
    shows: "the effect of each level with its interval, in order of size: posterior or REML",
    plot: plotCaterpillar,
  },
  {
    of: "comparison",
    name: "shrinkage",
    title: "Shrinkage",
    shows:
      "each group's own estimate, its BLUP and its posterior mean: the less data a group has, the further it is pulled to the common value",
    plot: plotShrinkage,
  },
  {
    of: "comparison",
    name: "priorPosterior",
    title: "Prior against posterior",
    shows:
      "what was known before and what is known after: the data say little of a parameter whose curves agree",
    plot: plotPriorPosterior,
  },
  {
    of: "check",
    name: "ppcDensity",
    title: "Posterior predictive densities",
    shows: "the data among replicates drawn from the model: a model that fits could have made the data",
    plot: plotPpcDensity,
  },
  {
    of: "check",
    name: "ppcStat",
    title: "Posterior predictive statistics",
    shows: "a statistic of the data among those of replicates: far in a tail, the model misses that feature",
    plot: plotPpcStat,
  },
  {
    of: "check",
    name: "looPit",
    title: "LOO-PIT",
    shows:
      "where each observation falls in its prediction without it: inside the envelope, the predictions are as sure as they should be",
    plot: plotLooPit,
  },
  {
    of: "check",
    name: "paretoK",
    title: "Pareto k",
    shows: "the influence of each observation: above the limit, its leave-one-out term is not to be trusted",
    plot: plotParetoK,
  },
  {
    of: "check",
    name: "sensitivity",
    title: "Sensitivity",
    shows: "how far the posterior moves when prior or likelihood weigh a little more",
    plot: plotSensitivity,
  },
  {
    of: "fit",
    name: "qqResiduals",
    title: "QQ plot of the residuals",
    shows: "scaled residuals of a REML fit along the line when they are normal",
    plot: plotQqResiduals,
  },
  {
    of: "fit",
    name: "qqEffects",
    title: "QQ plot of the random effects",
    shows: "BLUPs along the line when the effects are normal",
    plot: plotQqEffects,
  },
  {
    of: "fit",
    name: "residualsFitted",
    title: "Residuals against fitted values",
    shows: "a band of one width about zero without a trend when the model fits",
    plot: plotResidualsFitted,
  },
  {
    of: "fit",
    name: "spaghetti",
    title: "Lines by group",
    shows: "data and fitted line of each group",
    plot: plotSpaghetti,
  },
  {
    of: "fit",
    name: "interceptSlope",
    title: "Intercepts and slopes",
    shows:
      "two coefficients of each group, from its own data and from the mixed model: shrinkage in two dimensions",
    plot: plotInterceptSlope,
  },
  {
    of: "fit",
    name: "profileZeta",
    title: "Profile zeta",
    shows: "the signed root of the profile deviance: a straight line where Wald intervals are right",
    plot: plotProfileZeta,
  },
] as const satisfies readonly (DrawsPlot | OtherPlot)[]
