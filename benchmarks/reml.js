/**
 * REML beside lme4 and nlme: a fit of sleepstudy, a thousand parametric-bootstrap refits of small models, InstEval with its
 * memory, a panel with AR(1) residuals. Same machine, one after the other, ours each in a fresh process as R's is. The
 * table is printed and saved as reml.md and reml.json. `REFITS` is the number of refits (1000).
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { cpus, loadavg, tmpdir } from "node:os"
import path from "node:path"
import { markdown, SHORT } from "./measure.js"

const SCRIPT = path.join(import.meta.dirname, "reml.R")
const DATA = path.join(import.meta.dirname, "..", "data")
const REFITS = Number(process.env.REFITS ?? (SHORT ? 50 : 1000))

const CASES = {
  sleepstudy: { formula: "Reaction ~ Days + (Days | Subject)", boot: true },
  pulp: { formula: "bright ~ 1 + (1 | operator)", boot: true },
  dyestuff: { formula: "Yield ~ 1 + (1 | Batch)", boot: true },
  insteval: {
    formula: "y ~ service + (1 | s) + (1 | d) + (1 | dept)",
    factor: ["service", "s", "d", "dept"],
  },
  panel: {
    formula: "y ~ time + treatment + (time | id)",
    factor: ["treatment", "id"],
    options: { residual: "ar1(time | id)" },
  },
}

export async function benchmarkReml() {
  const folder = mkdtempSync(path.join(tmpdir(), "gibbsite-bench-"))
  const files = { insteval: path.join(folder, "insteval.csv"), panel: path.join(DATA, "panel_ar1.csv") }
  const inR = spawnSync("Rscript", [SCRIPT, "data", files.insteval]).status === 0
  const results = []
  for (const name of Object.keys(CASES)) {
    if (name === "insteval" && !inR) continue
    const file = files[name] ?? path.join(DATA, `${name}.csv`)
    const ours = run(process.execPath, [import.meta.filename, name, file, String(REFITS)])
    const peer = inR ? run("Rscript", [SCRIPT, name, file, String(REFITS)]) : null
    results.push({ name, ours, peer })
  }
  rmSync(folder, { recursive: true })
  const about = {
    node: process.version,
    processor: `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}`,
    load: loadavg()[0],
    date: new Date().toISOString().slice(0, 10),
    refits: REFITS,
  }
  const text = tabulate(results, about)
  // Small settings show that everything runs; they are no results.
  if (SHORT) return text
  writeFileSync(
    path.join(import.meta.dirname, "reml.json"),
    `${JSON.stringify({ about, results }, null, 2)}\n`,
  )
  writeFileSync(path.join(import.meta.dirname, "reml.md"), `${text}\n`)
  return text
}

function run(command, args) {
  const { stdout, stderr, status } = spawnSync(command, args, { encoding: "utf8" })
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`)
  return JSON.parse(stdout.trim().split("\n").at(-1))
}

function tabulate(results, about) {
  const rows = [["", "peer", "peer's", "gibbsite", "ratio", "first call"]]
  for (const { name, ours, peer } of results) {
    const differ = peer === null ? 0 : Math.abs(ours.criterion - peer.criterion)
    const note =
      differ > 1e-5 * Math.abs(ours.criterion) ? ` (criteria differ by ${differ.toPrecision(2)})` : ""
    rows.push([`${name}: fit${note}`, peer?.version, peer?.seconds, ours.seconds, undefined, ours.cold])
    if (ours.boot !== undefined) {
      rows.push([`${name}: ${REFITS} refits`, peer?.version, peer?.boot, ours.boot, undefined, ours.coldBoot])
    }
    if (name === "insteval") rows.push([`${name}: peak memory, MB`, peer?.version, peer?.memory, ours.memory])
  }
  const cells = rows.map((row, k) => (k === 0 ? row : format(row)))
  const lines = [
    `REML: seconds, ours the median of warm calls; ${about.processor}, Node ${about.node}, load ${about.load.toFixed(1)}, ${about.date}`,
    "",
  ]
  lines.push(markdown(cells))
  return lines.join("\n")
}

function format([label, version, peer, ours, , cold]) {
  const memory = label.endsWith("MB")
  const show = (value) => (value === undefined ? "" : memory ? value.toFixed(0) : value.toPrecision(3))
  return [
    label,
    version ?? "not installed",
    show(peer),
    show(ours),
    peer === undefined ? "" : (peer / ours).toFixed(1),
    show(cold),
  ]
}

/** One case of ours, in this process. */
async function measure(name, file, refits) {
  const { readTable, reml } = await import("gibbsite")
  const { formula, factor, boot, options } = CASES[name]
  const table = await readTable(file)
  const again = () => reml(formula, table, { ...(factor && { factor }), ...options })
  const time = (work) => {
    const began = performance.now()
    const result = work()
    return { seconds: (performance.now() - began) / 1000, result }
  }
  const first = time(again)
  const memory = process.resourceUsage().maxRSS / 1024
  const small = boot === true
  if (small) for (let k = 0; k < 300; k++) again()
  const seconds = Array.from({ length: small ? 301 : 3 }, () => time(again).seconds)
  const result = { seconds: median(seconds), cold: first.seconds, criterion: first.result.criterion, memory }
  if (!small) return result
  const coldBoot = time(() => first.result.bootstrap({ replicates: refits, seed: 0 })).seconds
  const boots = Array.from({ length: 9 }, (_, k) => {
    return time(() => first.result.bootstrap({ replicates: refits, seed: k + 1 })).seconds
  })
  return { ...result, boot: median(boots), coldBoot }
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}

if (process.argv[1] === import.meta.filename) {
  const [, , name, file, refits] = process.argv
  if (name === undefined) console.log(await benchmarkReml())
  else console.log(JSON.stringify(await measure(name, file, Number(refits))))
}
