/** All diagnostics of one scalar, in the order in which they are printed. */

import type { Chains } from "./chains.ts"
import { essBulk } from "./ess-bulk.ts"
import { essMean } from "./ess-mean.ts"
import { essQuantile } from "./ess-quantile.ts"
import { essSd } from "./ess-sd.ts"
import { essTail } from "./ess-tail.ts"
import { largestGewekeZ } from "./geweke.ts"
import { integratedAutocorrelationTime } from "./integrated-autocorrelation-time.ts"
import { mcseMean } from "./mcse-mean.ts"
import { mcseQuantile } from "./mcse-quantile.ts"
import { mcseSd } from "./mcse-sd.ts"
import { rhat } from "./rhat.ts"

export interface Diagnostic {
  /** Name in the library. */
  readonly name: string
  /** Name in JSON and in files. */
  readonly jsonName: string
  /** Heading of a column, legend of a plot. */
  readonly label: string
  /** NaN where the figure does not exist; `diagnosisReason` tells why. */
  readonly compute: (chains: Chains) => number
  /** Where the definition is to be found. */
  readonly citation: string
}

const VEHTARI = "Vehtari, Gelman, Simpson, Carpenter & Bürkner (2021), Bayesian Analysis 16(2), 667–718"

export const diagnostics: readonly Diagnostic[] = [
  { name: "rhat", jsonName: "rhat", label: "R-hat", compute: rhat, citation: `${VEHTARI}, eq. 1–4, 14, 15` },
  {
    name: "essBulk",
    jsonName: "ess_bulk",
    label: "bulk ESS",
    compute: essBulk,
    citation: `${VEHTARI}, section 4.1`,
  },
  {
    name: "essTail",
    jsonName: "ess_tail",
    label: "tail ESS",
    compute: essTail,
    citation: `${VEHTARI}, section 4.3`,
  },
  {
    name: "essMean",
    jsonName: "ess_mean",
    label: "ESS of the mean",
    compute: essMean,
    citation: `${VEHTARI}, eq. 10–13`,
  },
  {
    name: "essSd",
    jsonName: "ess_sd",
    label: "ESS of the sd",
    compute: essSd,
    citation: `${VEHTARI}, eq. 10–13`,
  },
  {
    name: "essMedian",
    jsonName: "ess_median",
    label: "ESS of the median",
    compute: (chains) => essQuantile(chains, 0.5),
    citation: `${VEHTARI}, section 4.3`,
  },
  {
    name: "mcseMean",
    jsonName: "mcse_mean",
    label: "MCSE of the mean",
    compute: mcseMean,
    citation: `${VEHTARI}, eq. 5`,
  },
  {
    name: "mcseSd",
    jsonName: "mcse_sd",
    label: "MCSE of the sd",
    compute: mcseSd,
    citation: "Kenney & Keeping (1951), Mathematics of Statistics, part 2, p. 141",
  },
  ...[5, 50, 95].map((percent) => ({
    name: `mcseQ${percent}`,
    jsonName: `mcse_q${percent}`,
    label: `MCSE of the ${percent} % quantile`,
    compute: (chains: Chains) => mcseQuantile(chains, percent / 100),
    citation: `${VEHTARI}, section 4.4`,
  })),
  {
    name: "integratedAutocorrelationTime",
    jsonName: "iact",
    label: "autocorrelation time",
    compute: integratedAutocorrelationTime,
    citation: `${VEHTARI}, eq. 13`,
  },
  {
    name: "gewekeZ",
    jsonName: "geweke_z",
    label: "Geweke's z (largest of the chains)",
    compute: largestGewekeZ,
    citation: "Geweke (1992), Bayesian Statistics 4, 169–193",
  },
]
