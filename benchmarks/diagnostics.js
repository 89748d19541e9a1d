/**
 * Diagnostics of 4 chains × 2,000 draws × 200 scalars beside R's `posterior::summarise_draws`: the same draws, the same figures (mean, sd,
 * three quantiles, their Monte Carlo errors, R-hat, bulk and tail ESS), the median of several runs each; and how far the figures differ.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { summarise } from "gibbsite"
import { median, SHORT } from "./measure.js"

const [CHAINS, DRAWS, SCALARS, RUNS] = [4, 2000, SHORT ? 20 : 200, SHORT ? 3 : 5]
const FIGURES = {
  mean: "mean",
  sd: "sd",
  q5: "q5",
  q50: "q50",
  q95: "q95",
  mcseMean: "mcse_mean",
  mcseSd: "mcse_sd",
  mcseQ5: "mcse_q5",
  mcseQ50: "mcse_q50",
  mcseQ95: "mcse_q95",
  rhat: "rhat",
  essBulk: "ess_bulk",
  essTail: "ess_tail",
}

export async function benchmarkDiagnostics() {
  const scalars = makeScalars()
  const times = []
  let ours = []
  for (let run = 0; run < RUNS; run++) {
    const started = performance.now()
    ours = summarise(scalars)
    times.push((performance.now() - started) / 1000)
  }
  const seconds = median(times)
  const title = `Diagnostics of ${CHAINS} × ${DRAWS} draws × ${SCALARS} scalars, seconds (median of ${RUNS})`
  const rows = [
    ["program", "seconds", "to gibbsite"],
    ["gibbsite summarise", seconds.toFixed(3), ""],
    ["gibbsite summarise, first call of the process", times[0].toFixed(3), ""],
  ]
  const peer = inR(scalars)
  const figures = { seconds, first: times[0], peer: peer?.seconds ?? null }
  if (peer === null) return { title, rows, notes: ["R's posterior is not installed"], figures }
  const apart = Math.max(
    ...ours.flatMap((summary, k) =>
      Object.entries(FIGURES).map(([own, theirs]) => {
        const [a, b] = [summary[own], peer.figures[k][theirs]]
        return Math.abs(a - b) / Math.max(Math.abs(b), 1e-3)
      }),
    ),
  )
  const ratio = (peer.seconds / seconds).toFixed(0)
  rows.push([`posterior ${peer.version} summarise_draws`, peer.seconds.toFixed(3), ratio])
  return {
    title,
    rows,
    notes: [`largest relative difference of a figure: ${apart.toExponential(1)}`],
    figures,
  }
}

/** Autoregressions of various strengths, from a generator of its own so that every run has the same draws. */
function makeScalars() {
  let state = 12345
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return ((state >>> 0) + 0.5) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  return Array.from({ length: SCALARS }, (_, k) => {
    const phi = (0.95 * k) / SCALARS
    const chains = Array.from({ length: CHAINS }, () => {
      let value = normal()
      return Float64Array.from({ length: DRAWS }, () => {
        value = phi * value + Math.sqrt(1 - phi * phi) * normal()
        return value
      })
    })
    return { name: `x${k + 1}`, chains }
  })
}

function inR(scalars) {
  const folder = mkdtempSync(path.join(tmpdir(), "gibbsite-bench-"))
  try {
    const draws = path.join(folder, "draws.bin")
    const values = new Float64Array(SCALARS * CHAINS * DRAWS)
    scalars.forEach(({ chains }, k) => {
      for (const [c, chain] of chains.entries()) values.set(chain, (k * CHAINS + c) * DRAWS)
    })
    writeFileSync(draws, new Uint8Array(values.buffer))
    const out = path.join(folder, "figures.json")
    const script = fileURLToPath(new URL("./diagnostics.R", import.meta.url))
    const args = [script, draws, String(DRAWS), String(CHAINS), String(SCALARS), String(RUNS), out]
    const { status } = spawnSync("Rscript", args, { encoding: "utf8" })
    return status === 0 ? JSON.parse(readFileSync(out, "utf8")) : null
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
