/** Single-site Gibbs on the one-way `eck` data, as in examples/eck-gibbs.ts: 50,000 sweeps of one chain, in R and here. */
import { spawnSync } from "node:child_process"
import path from "node:path"
import { datasets, lmm, sample } from "gibbsite"

const SWEEPS = 50_000
const RUNS = 5

const model = lmm("y ~ 1 + (1 | g)", datasets.eck(), {
  priors: [
    "Intercept ~ normal(0, var = 0.5)",
    "var(g) ~ inverseGamma(2, 100)",
    "var(residual) ~ inverseGamma(2, 100)",
  ],
})

/** Wall seconds of each run, the first of which includes compilation by the runtime. */
async function ours() {
  const seconds = []
  let mean = []
  for (let run = 0; run < RUNS; run++) {
    const post = await sample(model, { chains: 1, warmup: 0, draws: SWEEPS, seed: run, method: "gibbs" })
    seconds.push(post.sampling.seconds)
    mean = ["b[(Intercept)]", "var[g,(Intercept)]", "var[residual]"].map((name) => average(post.draws(name)))
  }
  return { seconds, mean }
}

function inR() {
  const root = path.resolve(import.meta.dirname, "..")
  const seconds = []
  let mean = []
  for (let run = 0; run < RUNS; run++) {
    const args = [
      path.join(root, "benchmarks", "eck-gibbs.R"),
      path.join(root, "data", "eck.csv"),
      String(SWEEPS),
    ]
    const { status, stdout } = spawnSync("Rscript", args, { encoding: "utf8" })
    if (status !== 0) return null
    const result = JSON.parse(stdout)
    seconds.push(result.seconds)
    mean = result.mean
  }
  return { seconds, mean }
}

export async function benchmarkEck() {
  const gibbsite = await ours()
  const r = inR()
  const [cold, warm] = [gibbsite.seconds[0], median(gibbsite.seconds.slice(1))]
  const show = (values) => values.map((v) => v.toFixed(3)).join(", ")
  const lines = [
    `eck, y ~ 1 + (1 | g), single-site Gibbs, ${SWEEPS} sweeps of one chain`,
    `  gibbsite  first run ${(1000 * cold).toFixed(1)} ms, then ${(1000 * warm).toFixed(1)} ms (median of ${RUNS - 1}); means ${show(gibbsite.mean)}`,
  ]
  if (r === null) lines.push("  R         Rscript is not installed")
  else {
    const inR = median(r.seconds)
    lines.push(
      `  R         ${(1000 * inR).toFixed(1)} ms (median of ${RUNS}); means ${show(r.mean)}`,
      `  ratio     ${(inR / cold).toFixed(0)} on the first run, ${(inR / warm).toFixed(0)} after`,
    )
  }
  return lines.join("\n")
}

const average = (values) => values.reduce((a, b) => a + b, 0) / values.length
const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}
