/** Single-site Gibbs on the one-way `eck` data, as in examples/eck-gibbs.ts: 50,000 sweeps of one chain, in R and here. */
import { spawnSync } from "node:child_process"
import path from "node:path"
import { datasets, lmm, sample } from "gibbsite"
import { median, SHORT } from "./measure.js"

const SWEEPS = 50_000
const RUNS = SHORT ? 3 : 5

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
  const milliseconds = (seconds) => (1000 * seconds).toFixed(1)
  const row = (who, { seconds, mean }, first, after) => [
    who,
    milliseconds(seconds[0]),
    milliseconds(median(seconds.slice(1))),
    first,
    after,
    mean.map((value) => value.toFixed(3)).join(", "),
  ]
  const rows = [["program", "first run, ms", "then (median), ms", "R to it, first", "then", "means"]]
  if (r !== null) rows.push(row("R", r, "", ""))
  const theirs = r === null ? Number.NaN : median(r.seconds)
  const ratio = (seconds) => (r === null ? "" : (theirs / seconds).toFixed(0))
  rows.push(row("gibbsite", gibbsite, ratio(gibbsite.seconds[0]), ratio(median(gibbsite.seconds.slice(1)))))
  return {
    title: `eck, y ~ 1 + (1 | g), single-site Gibbs, ${SWEEPS} sweeps of one chain`,
    rows,
    notes: r === null ? ["R is not installed"] : [],
    figures: { gibbsite, r },
  }
}

const average = (values) => values.reduce((a, b) => a + b, 0) / values.length
