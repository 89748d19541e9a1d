/** Two chains on two threads beside one chain on one: radon with correlated slopes, by turns. */
import { availableParallelism } from "node:os"
import { datasets, lmm, sample } from "gibbsite"
import { median, SHORT } from "./measure.js"

const TURNS = SHORT ? 3 : 9
/** About as long as each other: with effects, what takes time is to store some hundred numbers a draw. */
const CASES = [
  { stored: "coefficients, (co)variances", monitor: ["b", "sd", "var", "cov", "cor"], draws: 500_000 },
  { stored: "every effect, too", monitor: [], draws: 200_000 },
]

export async function benchmarkThreads() {
  const title =
    "Threads: radon, log_radon ~ floor + (floor | county), two chains on two threads and one on one"
  if (availableParallelism() < 2) return { title, rows: [], notes: ["skipped: one core"], figures: [] }
  const model = lmm("log_radon ~ floor + (floor | county)", datasets.radon())
  const figures = []
  for (const { stored, monitor, draws } of CASES) {
    const options = { monitor, warmup: 1000, draws: SHORT ? draws / 20 : draws, seed: 1 }
    await time(model, 2, options)
    const [one, two] = [[], []]
    for (let turn = 0; turn < TURNS; turn++) {
      one.push(await time(model, 1, options))
      two.push(await time(model, 2, options))
    }
    figures.push({ stored, draws: options.draws, one, two })
  }
  return {
    title,
    rows: [
      ["stored", "draws", "of", "one chain", "two chains", "ratio"],
      ...figures.flatMap(({ stored, draws, one, two }) => [
        row([stored, draws, "median s"], one, two, (runs) => median(runs.map(({ wall }) => wall))),
        row(["", "", "least s"], one, two, (runs) => Math.min(...runs.map(({ wall }) => wall))),
        row(["", "", "CPU s a chain"], one, two, (runs) =>
          median(runs.map(({ cpu, chains }) => cpu / chains)),
        ),
        row(["", "", "cores had"], one, two, (runs) => median(runs.map(({ wall, cpu }) => cpu / wall))),
      ]),
    ],
    notes: [
      "from the call to the posterior, start of threads included; what the machine does besides can only add to the least",
      "cores had: processor seconds by wall seconds; where two chains get fewer than two, the machine had other work",
    ],
    figures,
  }
}

async function time(model, chains, options) {
  const [started, used] = [performance.now(), process.cpuUsage()]
  await sample(model, { ...options, chains, workers: chains })
  const { user, system } = process.cpuUsage(used)
  return { chains, wall: (performance.now() - started) / 1e3, cpu: (user + system) / 1e6 }
}

function row(head, one, two, of) {
  const [a, b] = [of(one), of(two)]
  return [...head, a.toFixed(3), b.toFixed(3), (b / a).toFixed(2)]
}
