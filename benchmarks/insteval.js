/**
 * Crossed factors at scale: InstEval of lme4 (73,421 ratings; 2,972 students, 1,128 lecturers, 14 departments), one chain,
 * beside JAGS with its glm module. Effective draws a second, the minimum over coefficients and variances, by the same
 * estimator (bulk ESS). The data come from R's lme4; `JAGS_SWEEPS` says how long JAGS may run (107 ms a sweep; 300).
 */
import { spawnSync } from "node:child_process"
import path from "node:path"
import { summarise } from "gibbsite"
import { effectiveDraws, peakMegabytes, readDraws, runNode, runR, SHORT, withFolder } from "./measure.js"

const SCRIPT = path.join(import.meta.dirname, "insteval.R")
const PRIORS = [
  "Intercept ~ normal(0, sd = 1000)",
  "b ~ normal(0, sd = 1000)",
  ...["s", "d", "dept", "residual"].map((group) => `var(${group}) ~ inverseGamma(0.001, 0.001)`),
]
const RUN = { chains: 1, warmup: 500, seed: 1 }

const DRAWS = SHORT ? { few: 500, all: 300 } : { few: 5000, all: 2000 }

export async function benchmarkInstEval() {
  const title =
    "InstEval, y ~ service + (1 | s) + (1 | d) + (1 | dept), one chain, IG(.001, .001) on all variances"
  return withFolder(async (folder) => {
    const file = path.join(folder, "insteval.csv")
    if (spawnSync("Rscript", [SCRIPT, "data", file]).status !== 0) {
      return { title, rows: [], notes: ["skipped: needs R with lme4 for its data"], figures: [] }
    }
    const runs = {
      gibbsite: runNode("insteval.js", [file, "few"]),
      "gibbsite, effects stored": runNode("insteval.js", [file, "all"]),
    }
    const jags = inJags(file, folder)
    if (jags !== null) runs.JAGS = jags
    const head = [
      "program",
      "least of",
      "least ESS/s",
      "to JAGS",
      "median ESS/s",
      "ms a sweep",
      "start, s",
      "peak MB",
    ]
    const rows = Object.entries(runs).map(([who, run]) => [
      who,
      run.of,
      run.least.toPrecision(3),
      jags === null || run === jags ? "" : (run.least / jags.least).toFixed(0),
      run.median.toPrecision(3),
      run.milliseconds.toPrecision(3),
      run.start.toPrecision(3),
      run.memory.toFixed(0),
    ])
    const notes = [runs.gibbsite.reason, ...(jags === null ? ["JAGS is not installed"] : [])]
    return { title, rows: [head, ...rows], notes, figures: runs }
  })
}

/** One run of ours, in this process. `start` is from reading the file to the first draw. */
async function measure(file, monitored) {
  const { lmm, readTable, sample, summarise } = await import("gibbsite")
  const began = performance.now()
  const model = lmm("y ~ service + (1 | s) + (1 | d) + (1 | dept)", await readTable(file), { priors: PRIORS })
  await sample(model, { ...RUN, warmup: 0, draws: 1, monitor: ["b", "var"] })
  const start = (performance.now() - began) / 1000
  const monitor = monitored === "few" ? ["b", "var"] : []
  const post = await sample(model, { ...RUN, draws: DRAWS[monitored], monitor })
  const names = post.names.filter((name) => /^(b|var)\[/.test(name))
  const scalars = names.map((name) => ({ name, chains: post.chains(name) }))
  const { seconds, warmup, draws } = post.sampling
  const found = rates(summarise(scalars), seconds, warmup + draws)
  return { ...found, start, memory: peakMegabytes(), reason: model.plan().reason }
}

function inJags(file, folder) {
  const out = path.join(folder, "draws.csv")
  const sweeps = Number(process.env.JAGS_SWEEPS ?? (SHORT ? 30 : 300))
  const run = runR("insteval.R", ["jags", file, sweeps, out])
  if (run === null) return null
  return { ...run, ...rates(summarise(readDraws(out)), run.seconds, sweeps) }
}

/** Effective draws a second, least and median, and who has the least. */
function rates(summaries, seconds, sweeps) {
  const found = effectiveDraws(summaries)
  const [least, median] = [found.least / seconds, found.median / seconds]
  return { least, median, of: found.of, milliseconds: (1000 * seconds) / sweeps }
}

if (process.argv[1] === import.meta.filename && process.argv.length > 2) {
  console.log(JSON.stringify(await measure(process.argv[2], process.argv[3])))
}
