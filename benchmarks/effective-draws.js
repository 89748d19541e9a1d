/**
 * Effective draws a second, the minimum over coefficients and (co)variances, beside JAGS with its glm module: one chain
 * each, same data and priors, the same estimator (bulk ESS) for both. JAGS monitors only these quantities.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { datasets, lmm, sample, summarise } from "gibbsite"

const FLAT = ["Intercept ~ normal(0, sd = 1000)", "b ~ normal(0, sd = 1000)"]
const CASES = [
  {
    name: "eck",
    formula: "y ~ 1 + (1 | g)",
    priors: [
      "Intercept ~ normal(0, var = 0.5)",
      "var(g) ~ inverseGamma(2, 100)",
      "var(residual) ~ inverseGamma(2, 100)",
    ],
    sweeps: 100_000,
  },
  {
    name: "sleepstudy",
    formula: "Reaction ~ Days + (Days | Subject)",
    priors: [
      ...FLAT,
      "cov(Subject) ~ inverseWishart(3, [500, 50])",
      "var(residual) ~ inverseGamma(0.001, 0.001)",
    ],
    sweeps: 20_000,
  },
  {
    name: "radon-intercept",
    data: "radon",
    formula: "log_radon ~ floor + (1 | county)",
    priors: [
      ...FLAT,
      "var(county) ~ inverseGamma(0.001, 0.001)",
      "var(residual) ~ inverseGamma(0.001, 0.001)",
    ],
    sweeps: 20_000,
  },
  {
    name: "radon-slopes",
    data: "radon",
    formula: "log_radon ~ floor + (floor | county)",
    priors: [...FLAT, "cov(county) ~ inverseWishart(3, 0.1)", "var(residual) ~ inverseGamma(0.001, 0.001)"],
    sweeps: 20_000,
  },
]
const OURS = 200_000

export async function benchmarkEffectiveDraws() {
  const lines = ["Effective draws a second, minimum over coefficients and (co)variances, one chain"]
  const rows = [["model", "JAGS", "gibbsite", "ratio", "all effects stored", "ratio", "sweeps/s"]]
  for (const one of CASES) {
    const jags = inJags(one)
    const few = await ours(
      one,
      one.formula.includes("Days |") || one.formula.includes("floor |") ? ["b", "var", "cov"] : ["b", "var"],
    )
    const all = await ours(one, [])
    const ratio = (rate) => (jags === null ? "" : (rate / jags.rate).toFixed(0))
    rows.push([
      one.name,
      jags === null ? "not installed" : round(jags.rate),
      round(few.rate),
      ratio(few.rate),
      round(all.rate),
      ratio(all.rate),
      round(few.sweeps),
    ])
  }
  for (const row of rows)
    lines.push(`  ${row.map((cell, k) => (k === 0 ? cell.padEnd(16) : cell.padStart(19))).join("")}`)
  return lines.join("\n")
}

async function ours(one, monitor) {
  const data = datasets[one.data ?? one.name]()
  const model = lmm(one.formula, data, { priors: one.priors })
  // The first run warms the runtime up; it is measured on its own in eck-gibbs.js.
  await sample(model, { chains: 1, warmup: 1000, draws: 5000, seed: 0, monitor })
  const post = await sample(model, { chains: 1, warmup: 1000, draws: OURS, seed: 1, monitor })
  const rows = post.summary().filter(({ name }) => /^(b|var|cov)\[/.test(name))
  const { seconds, warmup, draws } = post.sampling
  return { rate: Math.min(...rows.map((row) => row.essBulk)) / seconds, sweeps: (warmup + draws) / seconds }
}

function inJags(one) {
  const root = path.resolve(import.meta.dirname, "..")
  const folder = mkdtempSync(path.join(tmpdir(), "gibbsite-bench-"))
  try {
    const file = path.join(folder, "draws.csv")
    const data = path.join(root, "data", `${one.data ?? one.name}.csv`)
    const script = path.join(root, "benchmarks", "effective-draws.R")
    const run = spawnSync("Rscript", [script, one.name, data, String(one.sweeps), file], { encoding: "utf8" })
    if (run.status !== 0) return null
    const { seconds } = JSON.parse(run.stdout.trim().split("\n").at(-1))
    const [head, ...lines] = readFileSync(file, "utf8").trim().split("\n")
    const columns = head
      .split(/,(?=")/)
      .map((name, k) => ({ name, chains: [Float64Array.from(lines, (l) => Number(l.split(",")[k]))] }))
    const least = Math.min(...summarise(columns).map((row) => row.essBulk))
    return { rate: least / seconds }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const round = (x) => Number(x.toPrecision(3)).toLocaleString("en")
