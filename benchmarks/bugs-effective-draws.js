/**
 * Effective draws a second on classic BUGS examples, the minimum over the published quantities, beside JAGS with its glm
 * module: one chain each, the same text, data and initial values, the same estimator (bulk ESS), seconds of the processor
 * after warm-up.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { bugs, sample, summarise } from "gibbsite"
import { SHORT } from "./measure.js"

const NAMES =
  "rats pump dyes seeds surgical line salm equiv stacks birats dugongs hearts eyes ice leuk".split(" ")
const SECONDS = SHORT ? 0.1 : 1.5
const WARMUP = 1000
/** Asks this file for one model, in a process of its own. */
const OURS = "--ours"
const FOLDER = path.resolve(import.meta.dirname, "..", "examples", "bugs")

/** @param names models to run; all by default */
export async function benchmarkBugs(names = NAMES) {
  const lines = ["Effective draws a second on BUGS examples, minimum over published quantities, one chain"]
  const rows = [["model", "JAGS", "gibbsite", "ratio", "ESS/sweep", "first draw, ms", "slowest"]]
  const ratios = []
  for (const name of names.filter((one) => existsSync(path.join(FOLDER, one, "model.bug")))) {
    const quantities = quantitiesOf(name)
    const own = inProcess(name)
    const jags = inJags(name, quantities)
    if (jags !== null) ratios.push(own.rate / jags)
    rows.push([
      name,
      jags === null ? "not installed" : round(jags),
      round(own.rate),
      jags === null ? "" : (own.rate / jags).toFixed(1),
      own.efficiency.toFixed(3),
      own.first.toFixed(0),
      own.slowest,
    ])
  }
  for (const row of rows)
    lines.push(`  ${row.map((cell, k) => (k === 0 ? cell.padEnd(10) : cell.padStart(15))).join("")}`)
  if (ratios.length > 0) {
    const sorted = ratios.sort((a, b) => a - b)
    const middle = sorted.length >> 1
    const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    lines.push(`  median ratio ${median.toFixed(1)}, least ${sorted[0].toFixed(1)}`)
  }
  return lines.join("\n")
}

/** A process for each model: code that V8 has compiled for one must not slow another down. */
function inProcess(name) {
  const run = spawnSync(process.execPath, [import.meta.filename, OURS, name], {
    encoding: "utf8",
    maxBuffer: 1e8,
  })
  if (run.status !== 0) throw new Error(run.stderr)
  return JSON.parse(run.stdout)
}

async function ours(name, quantities) {
  const began = performance.now()
  const inits = existsSync(path.join(FOLDER, name, "inits.json"))
    ? { inits: JSON.parse(read(name, "inits.json")) }
    : {}
  const model = bugs(read(name, "model.bug"), JSON.parse(read(name, "data.json")), inits)
  await sample(model, { chains: 1, warmup: 0, draws: 1, seed: 1, monitor: quantities, workers: 1 })
  const first = performance.now() - began
  const run = async (draws) => {
    const before = process.cpuUsage()
    const post = await sample(model, {
      chains: 1,
      warmup: WARMUP,
      draws,
      seed: 1,
      monitor: quantities,
      workers: 1,
    })
    const { user, system } = process.cpuUsage(before)
    return { post, draws, seconds: (user + system) / 1e6 }
  }
  // A draw's time is the difference between a long and a short run: both start, compile and warm up.
  const perDraw = (a, b) => Math.max(1e-7, (b.seconds - a.seconds) / (b.draws - a.draws))
  const short = await run(2000)
  const trial = await run(20_000)
  const lengthFor = (each) => Math.max(40_000, Math.min(1_000_000, Math.round(SECONDS / each)))
  let long = await run(lengthFor(perDraw(short, trial)))
  // A short run needs no thread: what starting one costs is not to be taken for the cost of draws.
  const longer = lengthFor(perDraw(trial, long))
  if (longer > 2 * long.draws) long = await run(longer)
  const { draws } = long
  const seconds = draws * perDraw(trial, long)
  const { post } = long
  const rows = post.summary().filter(({ essBulk }) => Number.isFinite(essBulk))
  const worst = rows.reduce((a, b) => (b.essBulk < a.essBulk ? b : a))
  return { rate: worst.essBulk / seconds, efficiency: worst.essBulk / draws, first, slowest: worst.name }
}

function inJags(name, quantities) {
  const folder = mkdtempSync(path.join(tmpdir(), "gibbsite-bench-"))
  try {
    const file = path.join(folder, "draws.csv")
    const script = path.join(import.meta.dirname, "bugs-effective-draws.R")
    const args = [script, path.join(FOLDER, name), quantities.join(","), String(SECONDS), file]
    const run = spawnSync("Rscript", args, { encoding: "utf8", maxBuffer: 1e8 })
    if (run.status !== 0) return null
    const { seconds } = JSON.parse(run.stdout.trim().split("\n").at(-1))
    const [head, ...lines] = readFileSync(file, "utf8").trim().split("\n")
    const names = head.split(/,(?=")/).map((text) => text.replaceAll('"', ""))
    const isWanted = (column) =>
      quantities.some((quantity) => {
        const plain = quantity.replaceAll(" ", "")
        return column === plain || column.startsWith(`${plain}[`)
      })
    const columns = names.flatMap((column, k) =>
      isWanted(column)
        ? [{ name: column, chains: [Float64Array.from(lines, (line) => Number(line.split(",")[k]))] }]
        : [],
    )
    const sizes = summarise(columns).map((row) => row.essBulk)
    return Math.min(...sizes.filter(Number.isFinite)) / seconds
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Quantities that were published of a model. */
const quantitiesOf = (name) => Object.keys(JSON.parse(read(name, "published.json")).parameters)

const read = (name, file) => readFileSync(path.join(FOLDER, name, file), "utf8")

const round = (x) => Number(x.toPrecision(3)).toLocaleString("en")

if (process.argv[1] === import.meta.filename) {
  const [first, second] = process.argv.slice(2)
  if (first === OURS) console.log(JSON.stringify(await ours(second, quantitiesOf(second))))
  else console.log(await benchmarkBugs(first === undefined ? NAMES : process.argv.slice(2)))
}
