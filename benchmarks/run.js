/**
 * `npm run bench`: every benchmark side by side with its peer, on this machine, one after another, each in a process of its own.
 * Prints the table and saves it as results/bench.md and results/bench.json. `npm run bench -- rows groups` runs some (and leaves
 * the saved results of the others), `--short` runs with small settings and saves nothing.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { cpus, loadavg, totalmem } from "node:os"
import path from "node:path"
import { markdown } from "./measure.js"

/** Name → module and function. */
const BENCHMARKS = {
  eck: ["eck-gibbs.js", "benchmarkEck"],
  "effective-draws": ["effective-draws.js", "benchmarkEffectiveDraws"],
  bugs: ["bugs-effective-draws.js", "benchmarkBugs"],
  insteval: ["insteval.js", "benchmarkInstEval"],
  rows: ["rows.js", "benchmarkRows"],
  groups: ["groups.js", "benchmarkGroups"],
  threads: ["threads.js", "benchmarkThreads"],
  reml: ["reml.js", "benchmarkReml"],
  diagnostics: ["diagnostics.js", "benchmarkDiagnostics"],
}
const FOLDER = path.join(import.meta.dirname, "results")
const MARK = "\u0000result "

if (process.argv[2] === "--one") {
  const [file, name] = BENCHMARKS[process.argv[3]]
  const { [name]: benchmark } = await import(`./${file}`)
  console.log(MARK + JSON.stringify(await benchmark()))
} else runAll(process.argv.slice(2))

function runAll(args) {
  const short = args.includes("--short")
  const wanted = args.filter((arg) => arg !== "--short")
  const unknown = wanted.find((name) => BENCHMARKS[name] === undefined)
  if (unknown !== undefined) {
    console.error(`no benchmark "${unknown}"; there are ${Object.keys(BENCHMARKS).join(", ")}`)
    process.exit(1)
  }
  const saved = path.join(FOLDER, "bench.json")
  const results = existsSync(saved) ? JSON.parse(readFileSync(saved, "utf8")) : {}
  console.log(`${aboutText(describeMachine())}\n`)
  let failed = false
  for (const name of wanted.length === 0 ? Object.keys(BENCHMARKS) : wanted) {
    const about = describeMachine()
    const began = performance.now()
    const env = { ...process.env, ...(short ? { BENCH_SHORT: "1" } : {}) }
    const args = [import.meta.filename, "--one", name]
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", env, maxBuffer: 1e9 })
    const line = stdout.split("\n").find((text) => text.startsWith(MARK))
    if (line === undefined) {
      failed = true
      console.error(`${name} failed:\n${stderr}`)
      continue
    }
    const result = JSON.parse(line.slice(MARK.length))
    const seconds = (performance.now() - began) / 1000
    results[name] = { about, seconds, ...(typeof result === "string" ? { text: result } : result) }
    console.log(`${section(results[name])}\n(${seconds.toFixed(0)} s)\n`)
    if (!short) save(results)
  }
  process.exitCode = failed ? 1 : 0
}

function save(results) {
  mkdirSync(FOLDER, { recursive: true })
  const ordered = Object.fromEntries(Object.keys(BENCHMARKS).flatMap((name) => pick(results, name)))
  writeFileSync(path.join(FOLDER, "bench.json"), `${JSON.stringify(ordered, null, 2)}\n`)
  const sections = Object.values(ordered).map((one) => `${section(one)}\n\n${aboutText(one.about)}\n`)
  writeFileSync(path.join(FOLDER, "bench.md"), `# Benchmarks\n\n${sections.join("\n")}`)
}

function pick(results, name) {
  return results[name] === undefined ? [] : [[name, results[name]]]
}

function section({ title, rows, notes, text }) {
  // A benchmark may print itself.
  if (text !== undefined) return text
  const table = rows.length === 0 ? [] : ["", markdown(rows)]
  const remarks = notes.length === 0 ? [] : ["", ...notes.map((note) => `- ${note}`)]
  return [`## ${title}`, ...table, ...remarks].join("\n")
}

function describeMachine() {
  return {
    node: process.version,
    processor: cpus()[0]?.model ?? "unknown processor",
    cores: cpus().length,
    gigabytes: Math.round(totalmem() / 2 ** 30),
    load: loadavg()[0],
    date: new Date().toISOString().slice(0, 10),
  }
}

function aboutText({ node, processor, cores, gigabytes, load, date }) {
  return `Node ${node}, ${cores} × ${processor}, ${gigabytes} GB, load ${load.toFixed(1)} at the start, ${date}`
}
