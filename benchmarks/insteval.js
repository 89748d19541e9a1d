/**
 * Crossed factors at scale: InstEval of lme4 (73,421 ratings; 2,972 students, 1,128 lecturers, 14 departments), one chain,
 * beside JAGS with its glm module. Effective draws a second, the minimum over coefficients and variances, by the same
 * estimator (bulk ESS). The data come from R's lme4; `JAGS_SWEEPS` says how long JAGS may run (107 ms a sweep; 300).
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { lmm, readTable, sample, summarise } from "gibbsite"

const SCRIPT = path.join(import.meta.dirname, "insteval.R")
const PRIORS = [
  "Intercept ~ normal(0, sd = 1000)",
  "b ~ normal(0, sd = 1000)",
  ...["s", "d", "dept", "residual"].map((group) => `var(${group}) ~ inverseGamma(0.001, 0.001)`),
]
const RUN = { chains: 1, warmup: 500, seed: 1 }

export async function benchmarkInstEval() {
  const lines = [
    "InstEval, y ~ service + (1 | s) + (1 | d) + (1 | dept), one chain, IG(.001, .001) on all variances",
  ]
  const folder = mkdtempSync(path.join(tmpdir(), "gibbsite-bench-"))
  try {
    const file = path.join(folder, "insteval.csv")
    if (spawnSync("Rscript", [SCRIPT, "data", file]).status !== 0)
      return [...lines, "  skipped: needs R with lme4 for its data"].join("\n")
    const started = performance.now()
    const model = lmm("y ~ service + (1 | s) + (1 | d) + (1 | dept)", await readTable(file), {
      priors: PRIORS,
    })
    await sample(model, { ...RUN, warmup: 0, draws: 1, monitor: ["b", "var"] })
    const toFirst = performance.now() - started
    const few = measure(await sample(model, { ...RUN, draws: 5000, monitor: ["b", "var"] }))
    const all = measure(await sample(model, { ...RUN, draws: 2000 }))
    lines.push(show("gibbsite", few), show("gibbsite, every effect stored", all))
    lines.push(`  from file to first draw ${(toFirst / 1000).toFixed(2)} s; ${model.plan().reason}`)
    const jags = inJags(file, folder)
    if (jags === null) lines.push("  JAGS is not installed")
    else {
      lines.push(show("JAGS", jags), `  JAGS took ${jags.start.toFixed(0)} s to start`)
      lines.push(
        `  ratio ${(few.least / jags.least).toFixed(0)}, effects stored ${(all.least / jags.least).toFixed(0)}`,
      )
    }
    return lines.join("\n")
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function measure(post) {
  const names = post.names.filter((name) => /^(b|var)\[/.test(name))
  const scalars = names.map((name) => ({ name, chains: post.chains(name) }))
  const { seconds, warmup, draws } = post.sampling
  return rates(scalars, seconds, warmup + draws)
}

function inJags(file, folder) {
  const out = path.join(folder, "draws.csv")
  const sweeps = Number(process.env.JAGS_SWEEPS ?? 300)
  const run = spawnSync("Rscript", [SCRIPT, "jags", file, String(sweeps), out], { encoding: "utf8" })
  if (run.status !== 0) return null
  const { seconds, start } = JSON.parse(run.stdout.trim().split("\n").at(-1))
  const [head, ...rows] = readFileSync(out, "utf8").trim().split("\n")
  const scalars = head
    .split(",")
    .map((name, k) => ({ name, chains: [Float64Array.from(rows, (row) => Number(row.split(",")[k]))] }))
  return { ...rates(scalars, seconds, sweeps), start }
}

/** Effective draws a second, least and median, and who has the least. */
function rates(scalars, seconds, sweeps) {
  const rows = summarise(scalars).sort((a, b) => a.essBulk - b.essBulk)
  return {
    least: rows[0].essBulk / seconds,
    name: rows[0].name,
    median: rows[rows.length >> 1].essBulk / seconds,
    milliseconds: (1000 * seconds) / sweeps,
  }
}

const show = (who, { least, name, median, milliseconds }) =>
  `  ${who.padEnd(30)} ${least.toPrecision(3)} effective draws/s (${name}), median ${median.toPrecision(3)}; ${milliseconds.toPrecision(3)} ms a sweep`
