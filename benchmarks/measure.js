/** What the benchmarks share: running a peer, reading its draws, effective draws a second, and the rows of the table. */
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"

/** `BENCH_SHORT=1` (or `npm run bench -- --short`): small settings, to see that everything runs. */
export const SHORT = process.env.BENCH_SHORT === "1"

/** The last line that an R script of this folder prints, as JSON; null where R or what the script needs is not installed. */
export function runR(script, args) {
  const file = path.join(import.meta.dirname, script)
  const run = spawnSync("Rscript", [file, ...args.map(String)], { encoding: "utf8", maxBuffer: 1e8 })
  return run.status === 0 ? JSON.parse(run.stdout.trim().split("\n").at(-1)) : null
}

/** A script of this folder in a process of its own, so that its peak memory is its own; the last line as JSON. */
export function runNode(script, args) {
  const file = path.join(import.meta.dirname, script)
  const run = spawnSync(process.execPath, [file, ...args.map(String)], { encoding: "utf8", maxBuffer: 1e8 })
  if (run.status !== 0) throw new Error(`${script} ${args.join(" ")}: ${run.stderr}`)
  return JSON.parse(run.stdout.trim().split("\n").at(-1))
}

/** Draws of one chain from a CSV file with a column a scalar. */
export function readDraws(file) {
  const [head, ...lines] = readFileSync(file, "utf8").trim().split("\n")
  const cells = lines.map((line) => line.split(",").map(Number))
  const names = head.split(/,(?=")/).map((name) => name.replaceAll('"', ""))
  return names.map((name, k) => ({ name, chains: [Float64Array.from(cells, (row) => row[k])] }))
}

export function withFolder(work) {
  const folder = mkdtempSync(path.join(tmpdir(), "gibbsite-bench-"))
  const end = () => rmSync(folder, { recursive: true })
  let result
  try {
    result = work(folder)
  } catch (error) {
    end()
    throw error
  }
  if (result instanceof Promise) return result.finally(end)
  end()
  return result
}

/** The least and the median effective draws, and whose the least are. */
export function effectiveDraws(summaries) {
  const sorted = summaries.toSorted((a, b) => a.essBulk - b.essBulk)
  return { least: sorted[0].essBulk, of: sorted[0].name, median: sorted[sorted.length >> 1].essBulk }
}

export const peakMegabytes = () => process.resourceUsage().maxRSS / 1024

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
}

/** Slope of the least-squares line. */
export function slope(points) {
  const [mx, my] = [0, 1].map((k) => points.reduce((sum, p) => sum + p[k], 0) / points.length)
  const top = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0)
  return top / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)
}

/** Three digits, with separators of thousands. */
export const round = (x) => Number(x.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3 })

/** Rows of texts, the first the head, as a Markdown table with columns of equal width. */
export function markdown(rows) {
  const widths = rows[0].map((_, k) => Math.max(3, ...rows.map((row) => String(row[k] ?? "").length)))
  const line = (row) => `| ${row.map((cell, k) => pad(String(cell ?? ""), widths[k], k)).join(" | ")} |`
  const dashes = (width, k) => (k < 2 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)
  const rule = `| ${widths.map(dashes).join(" | ")} |`
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join("\n")
}

const pad = (text, width, k) => (k < 2 ? text.padEnd(width) : text.padStart(width))
