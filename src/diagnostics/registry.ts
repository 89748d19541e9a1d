/** All diagnostics of one scalar, in the order in which they are printed. */

import type { Chains } from "./chains.ts"
import { essBulk } from "./ess-bulk.ts"
import { essMean } from "./ess-mean.ts"
import { essQuantile } from "./ess-quantile.ts"
import { essSd } from "./ess-sd.ts"
import { essSpectral } from "./ess-spectral.ts"
import { essTail } from "./ess-tail.ts"
import { largestGewekeZ } from "./geweke.ts"
import { heidelbergerWelch, smallestStationarityP } from "./heidelberger-welch.ts"
import { integratedAutocorrelationTime } from "./integrated-autocorrelation-time.ts"
import { mcseMean } from "./mcse-mean.ts"
import { mcseQuantile } from "./mcse-quantile.ts"
import { mcseSd } from "./mcse-sd.ts"
import { largestDependence, rafteryLewis } from "./raftery-lewis.ts"
import { rhat } from "./rhat.ts"
import { nestedRhatReason, rhatNested } from "./rhat-nested.ts"

export interface Diagnostic {
  /** Name in the library. */
  readonly name: string
  /** Name in JSON and in files. */
  readonly jsonName: string
  /** Heading of a column, legend of a plot. */
  readonly label: string
  /** NaN where the figure does not exist; `diagnosisReason` tells why. */
  readonly compute: (chains: Chains) => number
  /** Why this figure is NaN where `diagnosisReason` is silent, or null. */
  readonly reason?: (chains: Chains) => string | null
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
  {
    name: "rhatNested",
    jsonName: "rhat_nested",
    label: "nested R-hat, each chain a superchain",
    compute: (chains) => rhatNested(chains),
    reason: (chains) => nestedRhatReason(chains),
    citation:
      "Margossian, Hoffman, Sountsov, Riou-Durand, Vehtari & Gelman (2024), Bayesian Analysis, section 2.2",
  },
  {
    name: "essSpectral",
    jsonName: "ess_spectral",
    label: "ESS by the spectrum at zero",
    compute: essSpectral,
    citation: "Heidelberger & Welch (1981), Communications of the ACM 24, 233–245",
  },
  {
    name: "stationarityP",
    jsonName: "stationarity_p",
    label: "Heidelberger and Welch's p (smallest of the chains)",
    compute: smallestStationarityP,
    reason: reasonOfFirst((chain) => heidelbergerWelch(chain).reason),
    citation: "Heidelberger & Welch (1983), Operations Research 31, 1109–1144",
  },
  {
    name: "dependenceFactor",
    jsonName: "dependence_factor",
    label: "Raftery and Lewis's dependence factor (largest of the chains)",
    compute: largestDependence,
    reason: reasonOfFirst((chain) => rafteryLewis(chain).reason),
    citation: "Raftery & Lewis (1992), Bayesian Statistics 4, 763–773",
  },
]

/** The reason of the first chain that has one, with the number of the chain. */
function reasonOfFirst(reasonOf: (chain: Float64Array) => string | null): (chains: Chains) => string | null {
  return (chains) => {
    for (const [c, chain] of chains.entries()) {
      const reason = reasonOf(chain)
      if (reason !== null) return `chain ${c + 1}: ${reason}`
    }
    return null
  }
}
