/** Trace, histogram and autocorrelation as text, for terminals: no colour, as wide as there is room. */

import { autocorrelation } from "../diagnostics/autocorrelation.ts"
import { poolChains } from "../diagnostics/chains.ts"
import { binValues } from "./bins.ts"
import { barText, canvasLines, createCanvas, setDot, shortNumber } from "./text-canvas.ts"

/** A chart of one scalar: its name, its chains, and the characters of a line. */
type TextPlot = (parameter: string, chains: readonly Float64Array[], width: number) => string

const traceRows = 8
const histogramRows = 12
/** Lags shown, as far as a quarter of the draws. */
const lags = [1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 50, 100]

/** What stands in place of a chart of draws that are missing, not finite or all equal; null where there is one. */
function noChart(parameter: string, draws: Float64Array): string | null {
  const finite = draws.filter(Number.isFinite)
  if (finite.length === 0) return `${parameter}: no finite draw\n`
  if (finite.every((value) => value === finite[0]))
    return `${parameter}: constant, ${shortNumber(finite[0]!)}\n`
  return null
}

/** The paths of all chains over one another, from the smallest to the largest draw of each column. */
export const textTrace: TextPlot = (parameter, chains, width) => {
  const draws = poolChains(chains)
  const missing = noChart(parameter, draws)
  if (missing !== null) return missing
  let [low, high] = [Infinity, -Infinity]
  for (const value of draws) {
    if (!Number.isFinite(value)) continue
    low = Math.min(low, value)
    high = Math.max(high, value)
  }
  const labels = Array.from({ length: traceRows }, (_, row) =>
    row === 0 ? shortNumber(high) : row === traceRows - 1 ? shortNumber(low) : "",
  )
  const margin = Math.max(...labels.map((label) => label.length))
  const canvas = createCanvas(Math.max(10, width - margin - 2), traceRows)
  const length = Math.max(...chains.map((chain) => chain.length))
  // Halved first: the range of doubles near the largest one would overflow.
  const place = (value: number) =>
    Math.round((1 - (value / 2 - low / 2) / (high / 2 - low / 2)) * (canvas.height - 1))
  for (const chain of chains) {
    let last = NaN
    for (let x = 0; x < canvas.width; x++) {
      const start = Math.floor((x * length) / canvas.width)
      const end = Math.max(start + 1, Math.floor(((x + 1) * length) / canvas.width))
      let [top, bottom] = [Infinity, -Infinity]
      for (let i = start; i < end && i < chain.length; i++) {
        if (!Number.isFinite(chain[i]!)) continue
        top = Math.min(top, place(chain[i]!))
        bottom = Math.max(bottom, place(chain[i]!))
      }
      const ending = chain[Math.min(end, chain.length) - 1]!
      // From where the last column ended: a path, not a cloud of points, also of few draws.
      if (Number.isFinite(last) && top <= bottom) {
        top = Math.min(top, last)
        bottom = Math.max(bottom, last)
      }
      last = end <= chain.length && Number.isFinite(ending) ? place(ending) : NaN
      for (let y = top; y <= bottom; y++) setDot(canvas, x, y)
    }
  }
  const lines = canvasLines(canvas).map((line, row) => `${labels[row]!.padStart(margin)} ┤${line}`)
  return `${parameter}: trace of ${count(chains.length, "chain")}, ${length} draws\n${lines.join("\n")}\n`
}

/** A bar a bin of all draws, its lower end before it, its count behind. */
export const textHistogram: TextPlot = (parameter, chains, width) => {
  const draws = poolChains(chains)
  const missing = noChart(parameter, draws)
  if (missing !== null) return missing
  const { from, width: step, counts } = binValues(draws, histogramRows)
  const labels = counts.map((_, k) => shortNumber(from + k * step))
  const margin = Math.max(...labels.map((label) => label.length))
  const most = Math.max(...counts)
  const room = Math.max(10, width - margin - 3 - String(most).length)
  const lines = counts.map((n, k) => `${labels[k]!.padStart(margin)} │${barText(n / most, room)} ${n}`)
  return `${parameter}: histogram of ${draws.length} draws\n${lines.join("\n")}\n`
}

/** The autocorrelation at a few lags, a bar each: the mean over the chains, and the range where there are several. */
export const textAcf: TextPlot = (parameter, chains, width) => {
  const draws = poolChains(chains)
  const missing = noChart(parameter, draws)
  if (missing !== null) return missing
  const shortest = Math.min(...chains.map((chain) => chain.length))
  const shown = lags.filter((lag) => lag <= shortest / 4)
  const acf = chains
    .map((chain) => autocorrelation(chain, Math.max(0, shown.at(-1) ?? 0)))
    .filter((one) => Number.isFinite(one[1] ?? NaN))
  if (shown.length === 0 || acf.length === 0) return `${parameter}: too few draws for autocorrelations\n`
  const room = Math.max(10, width - 30)
  const lines = shown.map((lag) => {
    const values = acf.map((one) => one[lag]!)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const range = values.length > 1 ? `${signed(Math.min(...values))} … ${signed(Math.max(...values))}` : ""
    const bar = mean < 0 ? `-${barText(-mean, room - 1)}` : barText(mean, room)
    return `${String(lag).padStart(4)} ${signed(mean)} │${bar.padEnd(room)} ${range}`.trimEnd()
  })
  const band = (1.96 / Math.sqrt(shortest)).toFixed(2)
  return `${parameter}: autocorrelation by lag; within ±${band} for independent draws\n${lines.join("\n")}\n`
}

const signed = (value: number): string => `${value < 0 ? "-" : " "}${Math.abs(value).toFixed(2)}`
const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? "" : "s"}`

/** Charts that terminals show, by the names that `--plot` takes. */
export const textPlots = { trace: textTrace, histogram: textHistogram, acf: textAcf } as const
