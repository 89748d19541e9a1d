/**
 * Effective draws a second, the minimum and the median over coefficients and (co)variances, beside JAGS with its glm module
 * (and MCMCpack and rstanarm where they are installed and have the model): one chain each, same data and priors, the same
 * estimator (bulk ESS) for all, which monitor only these quantities. Every run is a process of its own.
 */
import path from "node:path"
import {
  effectiveDraws,
  peakMegabytes,
  readDraws,
  round,
  runNode,
  runR,
  SHORT,
  withFolder,
} from "./measure.js"

const FLAT = ["Intercept ~ normal(0, sd = 1000)", "b ~ normal(0, sd = 1000)"]
const CASES = {
  eck: {
    formula: "y ~ 1 + (1 | g)",
    priors: [
      "Intercept ~ normal(0, var = 0.5)",
      "var(g) ~ inverseGamma(2, 100)",
      "var(residual) ~ inverseGamma(2, 100)",
    ],
    sweeps: 100_000,
  },
  sleepstudy: {
    formula: "Reaction ~ Days + (Days | Subject)",
    priors: [
      ...FLAT,
      "cov(Subject) ~ inverseWishart(3, [500, 50])",
      "var(residual) ~ inverseGamma(0.001, 0.001)",
    ],
    sweeps: 20_000,
  },
  "radon-intercept": {
    data: "radon",
    formula: "log_radon ~ floor + (1 | county)",
    priors: [
      ...FLAT,
      "var(county) ~ inverseGamma(0.001, 0.001)",
      "var(residual) ~ inverseGamma(0.001, 0.001)",
    ],
    sweeps: 20_000,
  },
  "radon-slopes": {
    data: "radon",
    formula: "log_radon ~ floor + (floor | county)",
    priors: [...FLAT, "cov(county) ~ inverseWishart(3, 0.1)", "var(residual) ~ inverseGamma(0.001, 0.001)"],
    sweeps: 20_000,
  },
}
const PEERS = { JAGS: "effective-draws.R", MCMCpack: "mcmcpack.R", rstanarm: "rstanarm.R" }
const OURS = SHORT ? 20_000 : 200_000

export async function benchmarkEffectiveDraws() {
  const { summarise } = await import("gibbsite")
  const rows = []
  const notes = ["by CPU time: processor seconds of the sweeps alone, without start, compilation and warm-up"]
  const figures = []
  for (const [name, one] of Object.entries(CASES)) {
    const runs = { gibbsite: runNode("effective-draws.js", [name, "few"]) }
    runs["gibbsite, effects stored"] = runNode("effective-draws.js", [name, "all"])
    for (const [peer, script] of Object.entries(PEERS)) {
      const found = withFolder((folder) => inR(script, name, one, path.join(folder, "draws.csv"), summarise))
      if (found !== null) runs[peer] = found
      else if (name === "radon-slopes") notes.push(`${peer}: not installed, or it failed on ${name}`)
    }
    for (const [who, run] of Object.entries(runs)) {
      const own = who.startsWith("gibbsite")
      const ratio = (of) => (own && runs.JAGS !== undefined ? (of(run) / of(runs.JAGS)).toFixed(0) : "")
      rows.push([
        name,
        who,
        round(run.least / run.seconds),
        ratio((r) => r.least / r.seconds),
        ratio((r) => r.least / r.cpu),
        round(run.median / run.seconds),
        run.of,
        round(run.sweeps / run.seconds),
        run.memory.toFixed(0),
      ])
      figures.push({ case: name, who, ...run })
    }
  }
  const head = [
    "model",
    "program",
    "least ESS/s",
    "to JAGS",
    "by CPU time",
    "median ESS/s",
    "least of",
    "sweeps/s",
  ]
  return {
    title: "Effective draws a second over coefficients and (co)variances, one chain, same data and priors",
    rows: [[...head, "peak MB"], ...rows],
    notes,
    figures,
  }
}

function inR(script, name, { data = name, sweeps }, out, summarise) {
  const csv = path.join(import.meta.dirname, "..", "data", `${data}.csv`)
  const count = SHORT ? sweeps / 10 : sweeps
  const run = runR(script, [name, csv, count, out])
  return run === null
    ? null
    : { ...run, ...effectiveDraws(summarise(readDraws(out))), sweeps: run.sweeps ?? count }
}

/** One case of ours, in this process. */
async function measure(name, monitored) {
  const { datasets, lmm, sample } = await import("gibbsite")
  const { data = name, formula, priors } = CASES[name]
  const model = lmm(formula, datasets[data](), { priors })
  const { quantities } = model.graph
  const wanted = quantities.filter(({ family }) => ["b", "var", "cov"].includes(family)).map((q) => q.name)
  const monitor = monitored === "few" ? wanted : []
  // The first run warms the runtime up; it is measured on its own in eck-gibbs.js.
  await sample(model, { chains: 1, warmup: 1000, draws: 5000, seed: 0, monitor })
  const run = async (draws) => {
    const before = process.cpuUsage()
    const post = await sample(model, { chains: 1, warmup: 1000, draws, seed: 1, monitor, workers: 1 })
    const { user, system } = process.cpuUsage(before)
    return { post, draws, cpu: (user + system) / 1e6 }
  }
  const short = await run(OURS / 10)
  const long = await run(OURS)
  const { post } = long
  const { seconds, warmup, draws } = post.sampling
  return {
    seconds,
    // The difference between a long and a short run: both plan, start a thread, compile and warm up.
    cpu: Math.max(1e-6, (OURS * (long.cpu - short.cpu)) / (long.draws - short.draws)),
    sweeps: warmup + draws,
    ...effectiveDraws(post.summary().filter((row) => wanted.includes(row.name))),
    memory: peakMegabytes(),
  }
}

if (process.argv[1] === import.meta.filename && process.argv.length > 2) {
  console.log(JSON.stringify(await measure(process.argv[2], process.argv[3])))
}
