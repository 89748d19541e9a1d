/** The data sets that ship with the package, as data. */

export interface DatasetEntry {
  readonly rows: number
  /** One line: what was measured on what. */
  readonly description: string
  readonly source: string
}

const lme4 = "R package lme4"
const nlme = "R package nlme"

/** Keyed by the name of the file in `data/`, without `.csv`. */
export const datasetRegistry = {
  cake: {
    rows: 270,
    description: "Breakage angle of chocolate cakes by recipe and baking temperature, 15 replicates",
    source: `Cochran & Cox 1957; ${lme4}`,
  },
  cbpp: {
    rows: 56,
    description: "Cases of contagious bovine pleuropneumonia in 15 herds over four periods",
    source: `Lesnoff et al. 2004; ${lme4}`,
  },
  dyestuff: {
    rows: 30,
    description: "Yield of dyestuff from five preparations of each of six batches",
    source: `Davies & Goldsmith 1972; ${lme4}`,
  },
  dyestuff2: {
    rows: 30,
    description: "Simulated yields of six batches whose REML variance between batches is zero",
    source: `Box & Tiao 1973; ${lme4}`,
  },
  eck: {
    rows: 158,
    description: "Seven unbalanced groups, simulated with group means 2 + (-3, …, 3) and residual sd 1",
    source: "simulated in R, seed 13",
  },
  eight_schools: {
    rows: 8,
    description: "Estimated effects of coaching on test scores in eight schools, with standard errors",
    source: "Rubin 1981",
  },
  grunfeld: {
    rows: 220,
    description: "Investment, value and capital of 11 firms, 1935 to 1954",
    source: "Grunfeld 1958; R package AER",
  },
  irrigation: {
    rows: 16,
    description: "Split plot: yield by irrigation (of eight fields) and variety (within fields)",
    source: "Faraway 2016",
  },
  machines: {
    rows: 54,
    description: "Productivity score of six workers on three machines, three times each",
    source: `Milliken & Johnson 1992; ${nlme}`,
  },
  oats: {
    rows: 72,
    description: "Split plot: yield of three oat varieties at four amounts of nitrogen in six blocks",
    source: `Yates 1935; ${nlme}`,
  },
  orthodont: {
    rows: 108,
    description:
      "Distance from pituitary to pterygomaxillary fissure of 27 children at ages 8, 10, 12 and 14",
    source: `Potthoff & Roy 1964; ${nlme}`,
  },
  ovary: {
    rows: 308,
    description: "Number of large ovarian follicles of 11 mares over their cycles",
    source: `Pierson & Ginther 1987; ${nlme}`,
  },
  oxide: {
    rows: 72,
    description: "Thickness of the oxide layer at three sites of three wafers of each of eight lots",
    source: `Littell et al. 1996; ${nlme}`,
  },
  panel_ar1: {
    rows: 10_000,
    description:
      "Simulated panel of 2,500 persons: random intercepts and slopes, errors of first-order autoregression",
    source: "simulated",
  },
  pastes: {
    rows: 60,
    description: "Strength of a chemical paste, two assays of three casks of each of ten batches",
    source: `Davies & Goldsmith 1972; ${lme4}`,
  },
  penicillin: {
    rows: 144,
    description: "Diameter of growth inhibition for six penicillin samples crossed with 24 plates",
    source: `Davies & Goldsmith 1972; ${lme4}`,
  },
  productivity: {
    rows: 816,
    description:
      "Output, public capital and employment of 48 states of the USA in nine regions, 1970 to 1986",
    source: "Munnell 1990; R package plm, Produc",
  },
  pulp: {
    rows: 20,
    description: "Brightness of paper pulp made by four shift operators, five sheets each",
    source: "Sheldon 1960; Faraway 2016",
  },
  radon: {
    rows: 919,
    description: "Log radon in houses of 85 Minnesota counties, by floor and the county's log uranium",
    source: "Gelman & Hill 2007; R package rstanarm, zero activity taken as 0.1",
  },
  rail: {
    rows: 18,
    description: "Travel time of ultrasonic waves in six railway rails, three times each",
    source: `Devore 2000; ${nlme}`,
  },
  sleepstudy: {
    rows: 180,
    description: "Reaction time of 18 subjects on ten days of sleep deprivation",
    source: `Belenky et al. 2003; ${lme4}`,
  },
  verbagg: {
    rows: 7_584,
    description: "Answers of 316 persons to 24 items on verbal aggression",
    source: `Vansteelandt 2000; ${lme4}`,
  },
} as const satisfies Readonly<Record<string, DatasetEntry>>

export type DatasetName = keyof typeof datasetRegistry
