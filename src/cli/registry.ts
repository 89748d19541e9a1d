/** Every command there is; a new one is one file and one entry here. */
import { Option } from "commander"
import type { CommandArgument, CommandSpec } from "./command.ts"
import type { DemoFlags } from "./demo.ts"
import type { DiagnoseFlags } from "./diagnose.ts"
import type { ExplainFlags } from "./explain.ts"
import type { FitFlags } from "./fit.ts"
import {
  afterFitOptions,
  afterRunOptions,
  choiceOption,
  dataOptions,
  displayOptions,
  effectsOptions,
  graphOptions,
  group,
  methodOption,
  pathOption,
  priorOptions,
  samplingOptions,
} from "./options.ts"
import type { PlotFlags } from "./plot.ts"
import { plotOptions, textPlotOptions } from "./plot-options.ts"
import type { RemlFlags } from "./reml.ts"
import { remlOptions } from "./reml-options.ts"
import type { RunFlags } from "./run.ts"

const FORMULA: CommandArgument = {
  name: "<formula>",
  description: 'in lme4\'s notation, quoted: "log_radon ~ floor + (floor | county)"',
}
const DATA: CommandArgument = {
  name: "<data>",
  description: "a .csv, .json, .parquet or .arrow file, or @name for a shipped data set",
}

const METHODS = `Methods: collapsed integrates coefficients and effects out and draws the variances from their marginal posterior; blocked draws all coefficients and effects jointly; gibbs is the textbook single-site sampler, one full conditional after another. auto takes the first of them that applies and stays cheap, and says why.`

const PRIORS = `Priors: targets are Intercept, b, b[name], sd(group), sd(group, term), var(group), cov(group), sd(residual) and var(residual); distributions are flat(), normal(mean, sd), normal(mean, var = v), inverseGamma(shape, scale), inverseWishart(df, scale), halfT(df, scale), halfCauchy(scale), halfNormal(sd), exponential(rate), uniform(a, b), huangWand(df, scale) and fixed(value). What is not stated keeps its default: flat coefficients, and halfT(3, 2.5 sd(y)) on every standard deviation. The priors in force are always printed.`

/** The names of `drawsFormats`, which is loaded when a command runs; a test holds the two together. */
export const DRAWS_FORMATS = ["csv", "parquet", "arrow", "json", "netcdf"]
const FORMAT_HELP = "of the draws in --out: csv (default), parquet, arrow, json or netcdf (ArviZ)"

/** What `fit` and `run` make of the draws. */
const runOutputOptions = (): Option[] => [
  ...group("Output:", [
    pathOption("--out <folder>", "write draws.csv, summary.csv, plan.json and run.json there"),
    choiceOption("--format <name>", FORMAT_HELP, DRAWS_FORMATS),
    pathOption("--report <file>", "write a self-contained HTML report"),
    ...textPlotOptions(),
    new Option("--json", "print JSON"),
  ]),
  ...displayOptions(),
]

export const commands: readonly CommandSpec[] = [
  {
    name: "demo",
    summary: "fit the pulp data, compare with REML, write report.html",
    description: `Fits a one-way model to the brightness of paper pulp made by four operators: four chains in worker threads, the posterior beside REML, the shrinkage of every operator, and a report to open in a browser.`,
    arguments: [],
    options: () => [
      ...group("Output:", [pathOption("--report <file>", "where the report goes (default: report.html)")]),
      ...displayOptions(),
    ],
    examples: [
      { command: "gibbsite demo", shows: "a first look, in a second" },
      { command: "gibbsite demo --report pulp.html", shows: "the report under another name" },
    ],
    run: async (command, context) => (await import("./demo.ts")).runDemo(command.opts<DemoFlags>(), context),
  },
  {
    name: "fit",
    summary: "sample a hierarchical model's posterior",
    description: `Samples the posterior of a hierarchical linear model by Gibbs sampling on several chains, diagnoses the chains, and prints every parameter beside its REML estimate.

${PRIORS}

${METHODS}

Exit status: 0 fine; 1 an error; 2 the chains have not converged (R-hat above 1.01, or a bulk or tail ESS under 100 a chain) or were cancelled. Ctrl-C stops the chains and keeps the draws made so far; a second one ends at once.`,
    arguments: [FORMULA, DATA],
    options: () => [
      ...priorOptions(),
      ...samplingOptions(),
      ...effectsOptions(),
      ...dataOptions(),
      ...afterFitOptions(),
      ...runOutputOptions(),
    ],
    examples: [
      {
        command: 'gibbsite fit "Reaction ~ Days + (Days | Subject)" @sleepstudy',
        shows: "a correlated slope for each subject, with the default priors",
      },
      {
        command:
          'gibbsite fit "log_radon ~ floor + (1 | county)" radon.csv --prior "sd(county) ~ halfT(3, 1)" --report radon.html',
        shows: "your own file and prior, and a report",
      },
      {
        command:
          'gibbsite fit "Yield ~ 1 + (1 | Batch)" @dyestuff --method gibbs --thin 20 --out run1 --seed 7',
        shows:
          "the textbook sampler, thinned as it mixes slowly; draws, summary, plan and manifest in a folder",
      },
      {
        command: 'gibbsite fit "strength ~ 1 + (1 | batch/cask)" @pastes --monitor "b,sd" --json',
        shows: "some of the parameters, as JSON",
      },
      {
        command:
          'gibbsite fit "Reaction ~ Days + (Days | Subject)" @sleepstudy --loo --hypothesis "sd[Subject,Days] > 3"',
        shows: "how well it predicts, and how probable a claim is",
      },
    ],
    run: async (command, context) => {
      const [formula, data] = command.args
      return (await import("./fit.ts")).runFit(formula!, data!, command.opts<FitFlags>(), context)
    },
  },
  {
    name: "run",
    summary: "sample a model in the BUGS language",
    description: `Samples the posterior of a model in the BUGS language (the dialect of JAGS) on several chains and diagnoses them. Data and initial values are files of R's dump format or JSON; initial values that are not given are found, different in each chain. Every node's full conditional is looked for; what has none is drawn by slice sampling, enumeration or a Metropolis step, as the plan says (gibbsite explain model.bug --data data.R).

Exit status: as for fit.`,
    arguments: [{ name: "<model>", description: "a file with a model in the BUGS language" }],
    options: () => [
      ...graphOptions(),
      ...group("Model:", [methodOption()]),
      ...samplingOptions(
        "variables or elements to record, alpha or alpha[3], or deviance (default: every variable that is drawn)",
      ),
      ...afterRunOptions(),
      ...runOutputOptions(),
    ],
    examples: [
      {
        command:
          "gibbsite run rats.bug --data rats-data.R --inits rats-inits.R --monitor alpha0,beta.c,sigma",
        shows: "a model with data and initial values as JAGS takes them",
      },
      {
        command: 'gibbsite run dugongs.bug --data dugongs.json --sampler "gamma = slice"',
        shows: "data in JSON, initial values found, one sampler chosen by hand",
      },
      {
        command:
          'gibbsite run dugongs.bug --data dugongs.json --loo --hypothesis "gamma > 0.8" --report dugongs.html',
        shows: "how well it predicts, how probable a claim is, and a report",
      },
    ],
    run: async (command, context) =>
      (await import("./run.ts")).runModel(command.args[0]!, command.opts<RunFlags>(), context),
  },
  {
    name: "reml",
    summary: "fit by REML (ML)",
    description: `Fits a linear mixed model by restricted maximum likelihood, as lme4's lmer does: variance components, fixed effects with Satterthwaite's degrees of freedom, and (with --json) the BLUPs of every group. Tests, intervals, predictions and bootstrap are added when asked for.

A bar's covariance matrix is unstructured; diag(1 + x | g) makes its coefficients independent, identity(0 + x + z | g) independent with one variance, cs(0 + f | g) exchangeable. --residual correlates residuals, --weights gives them unequal variances; both as nlme has them, and then a formula needs no bar. A formula without any of these is fitted by least squares, with F tests by --anova and --lrt.

Exit status: 0 fine; 1 an error; 2 the optimiser has not converged.`,
    arguments: [FORMULA, DATA],
    options: () => [
      ...remlOptions(),
      ...dataOptions(),
      ...group("Output:", [new Option("--json", "print JSON, with the random effects of every level")]),
    ],
    examples: [
      {
        command: 'gibbsite reml "Reaction ~ Days + (Days | Subject)" @sleepstudy',
        shows: "what lmer would print",
      },
      {
        command: 'gibbsite reml "diameter ~ 1 + (1 | plate) + (1 | sample)" @penicillin --ml',
        shows: "crossed factors, by maximum likelihood",
      },
      {
        command: 'gibbsite reml "distance ~ age * Sex + (age | Subject)" @orthodont --contrasts sum --json',
        shows: "sum contrasts, as JSON",
      },
      {
        command:
          'gibbsite reml "yield ~ irrigation * variety + (1 | field)" @irrigation --contrasts sum --anova --ddf kr --rlrt',
        shows: "F tests by Kenward and Roger, and the exact test of the variance between fields",
      },
      {
        command:
          'gibbsite reml "Reaction ~ Days + (Days | Subject)" @sleepstudy --confint profile --lrt "Reaction ~ Days + (1 | Subject)"',
        shows: "profile intervals, and a test of the slopes",
      },
      {
        command: 'gibbsite reml "follicles ~ Time + (1 | Mare)" @ovary --residual "ar1(1 | Mare)"',
        shows: "errors of first-order autoregression within each mare",
      },
      {
        command:
          'gibbsite reml "invest ~ value + capital + firm" @grunfeld --anova 2 --lrt "invest ~ value + capital"',
        shows: "least squares: no bar, no random effect",
      },
      {
        command: 'gibbsite reml "bright ~ 1 + (1 | operator)" @pulp --ml --boot 1000 --seed 1',
        shows: "likelihood-ratio test of the operators by parametric bootstrap",
      },
    ],
    run: async (command, context) => {
      const [formula, data] = command.args
      return (await import("./reml.ts")).runReml(formula!, data!, command.opts<RemlFlags>(), context)
    },
  },
  {
    name: "explain",
    summary: "print graph, full conditionals and plan; sample nothing",
    description: `Prints the model, the full conditional of every block in the order of a sweep, and why each is drawn the way it is. With --derive the derivation is written out: the factors of the joint density that contain the block, collected, completed to a known density, its parameters read off. The relations at the end are the model in the BUGS language, in one order whatever front end it comes from. Nothing is sampled.

${PRIORS}

${METHODS}`,
    arguments: [
      { name: "<model>", description: "a formula in lme4's notation, or a file in the BUGS language (.bug)" },
      {
        name: "[data]",
        description: `${DATA.description}; for a BUGS model a file in R's dump format or JSON`,
      },
    ],
    options: () => [
      ...priorOptions(),
      ...graphOptions(),
      ...dataOptions(),
      ...group("Output:", [
        new Option("--derive", "derive every full conditional, step by step"),
        new Option("--latex", "print a LaTeX document"),
        new Option("--bugs", "print the formula's model in the BUGS language, as JAGS reads it").conflicts([
          "latex",
          "json",
        ]),
        pathOption("--out <folder>", "the same, and write model.bug and data.R there").conflicts([
          "latex",
          "json",
        ]),
        new Option("--json", "print JSON").conflicts("latex"),
      ]),
    ],
    examples: [
      {
        command: 'gibbsite explain "bright ~ 1 + (1 | operator)" @pulp --method gibbs',
        shows: "the sampler of the demo",
      },
      {
        command:
          'gibbsite explain "y ~ 1 + (1 | g)" eck.csv --prior "var(g) ~ inverseGamma(2, 100)" --derive',
        shows: "the textbook's derivation for its own prior",
      },
      {
        command:
          'gibbsite explain "Reaction ~ Days + (Days | Subject)" @sleepstudy --derive --latex > slopes.tex',
        shows: "a handout: run pdflatex on it",
      },
      {
        command: 'gibbsite explain "Reaction ~ Days + (Days | Subject)" @sleepstudy --out slopes',
        shows: "the model for JAGS: slopes/model.bug and slopes/data.R",
      },
      { command: "gibbsite explain rats.bug rats-data.R", shows: "the plan of a model in the BUGS language" },
    ],
    run: async (command, context) => {
      const [formula, data] = command.args
      return (await import("./explain.ts")).runExplain(formula!, data, command.opts<ExplainFlags>(), context)
    },
  },
  {
    name: "diagnose",
    summary: "diagnose draws of any origin (CSV, CmdStan, CODA, ArviZ, Parquet, Arrow)",
    description: `Reads draws that any program wrote and tells whether the chains have converged: R-hat, effective sample sizes, Monte Carlo errors and Geweke's z of every scalar. The format is told by the content: CSV as R's posterior or coda writes it, CmdStan's CSV, Parquet and Arrow tables, ArviZ's JSON and netCDF (with the package h5wasm), or CODA's index and chain files as JAGS writes them; text may be compressed by gzip. Several files are several chains.

Exit status: 0 fine; 1 an error; 2 the chains have not converged (R-hat above 1.01, or a bulk or tail ESS under 100 a chain).`,
    arguments: [{ name: "<draws...>", description: "one or more files of draws" }],
    options: () =>
      group("Output:", [
        new Option(
          "--cut",
          "judge chains of different lengths by their first draws, as many as the shortest has",
        ),
        new Option(
          "--all",
          "R*, nested R-hat, Heidelberger and Welch's test, Raftery and Lewis's factor … as well",
        ),
        ...textPlotOptions(),
        new Option("--json", "print JSON"),
      ]),
    examples: [
      { command: "gibbsite diagnose run1/draws.csv", shows: "draws that gibbsite fit --out wrote" },
      {
        command: "gibbsite diagnose CODAindex.txt CODAchain1.txt CODAchain2.txt",
        shows: "draws that JAGS wrote",
      },
      {
        command: 'gibbsite diagnose run1/draws.csv --plot trace,acf --parameters "sd[residual]"',
        shows: "charts in the terminal",
      },
      {
        command: "gibbsite diagnose output_1.csv output_2.csv --json",
        shows: "draws that CmdStan wrote, as JSON",
      },
    ],
    run: async (command, context) =>
      (await import("./diagnose.ts")).runDiagnose(command.args, command.opts<DiagnoseFlags>(), context),
  },
  {
    name: "plot",
    summary: "chart draws of any origin: trace, ranks, pairs … as SVG, PNG or a page",
    description: `Reads draws that any program wrote, in the formats of diagnose, and writes one chart of them. PNG needs the package @resvg/resvg-js.`,
    arguments: [{ name: "<draws...>", description: "one or more files of draws" }],
    options: plotOptions,
    examples: [
      {
        command: "gibbsite plot run1/draws.csv --kind rankEcdf --out ranks.svg",
        shows: "whether the chains draw from one distribution",
      },
      {
        command:
          'gibbsite plot output_1.csv output_2.csv --kind pairs --parameters "theta[1],theta[2]" --out pairs.html',
        shows: "two parameters of a run of CmdStan",
      },
    ],
    run: async (command, context) =>
      (await import("./plot.ts")).runPlot(command.args, command.opts<PlotFlags>(), context),
  },
  {
    name: "datasets",
    summary: "list the shipped data sets, or print one as CSV",
    description: "Lists the data sets that come with gibbsite. With a name, prints that one as CSV.",
    arguments: [{ name: "[name]", description: "a data set, with or without @" }],
    options: () => [],
    examples: [
      { command: "gibbsite datasets", shows: "names, rows, descriptions and sources" },
      { command: "gibbsite datasets sleepstudy > sleepstudy.csv", shows: "a file to edit" },
    ],
    run: async (command, context) => (await import("./datasets.ts")).runDatasets(command.args[0], context),
  },
]
