/** Cost by rows: reducing rows held in typed arrays, and sweeps of the reduced model, from 10⁴ rows to 10⁷. */
import { peakMegabytes, runNode, SHORT, slope } from "./measure.js"

const ROWS = SHORT ? [1e4, 1e5, 1e6] : [1e4, 1e5, 1e6, 1e7]
const GROUPS = 1000
const SWEEPS = SHORT ? 20_000 : 200_000

export async function benchmarkRows() {
  const head = [
    "rows",
    "reduceTable, ms",
    "CPU ms",
    "model, ms",
    "plan and reduction, ms",
    "sweep, µs",
    "peak MB",
  ]
  const figures = ROWS.map((rows) => ({ rows, ...runNode("rows.js", [rows]) }))
  const points = figures.map(({ rows, sweep }) => [Math.log(rows), Math.log(sweep)])
  return {
    title: `Rows: y ~ x + (1 | g), ${GROUPS} groups, columns given as typed arrays, collapsed, one chain`,
    rows: [
      head,
      ...figures.map(({ rows, reduce, cpu, model, plan, sweep, memory }) => [
        rows.toExponential(0),
        reduce.toFixed(0),
        cpu.toFixed(0),
        model.toFixed(0),
        plan.toFixed(0),
        (1e6 * sweep).toFixed(1),
        memory.toFixed(0),
      ]),
    ],
    notes: [
      "reduceTable: y ~ x + z + (1 | g), four columns, the first call of its process",
      `slope of log time of a sweep on log rows ${slope(points).toFixed(3)}`,
    ],
    figures,
  }
}

async function measure(rows) {
  const { lmm, reduceTable, sample } = await import("gibbsite")
  const data = simulate(rows)
  const used = process.cpuUsage()
  const began = performance.now()
  reduceTable("y ~ x + z + (1 | g)", data)
  const reduce = performance.now() - began
  const { user, system } = process.cpuUsage(used)
  const started = performance.now()
  const model = lmm("y ~ x + (1 | g)", data)
  const built = performance.now()
  const run = { chains: 1, warmup: 500, seed: 1, monitor: ["b", "sd"] }
  const first = await sample(model, { ...run, draws: 1 })
  const reduced = performance.now()
  // The least of several: what else the machine does can only add to it.
  const sweeps = []
  for (let k = 0; k < 5; k++) {
    const { sampling } = await sample(model, { ...run, draws: SWEEPS })
    sweeps.push(sampling.seconds / (sampling.warmup + sampling.draws))
  }
  const plan = reduced - built - 1000 * first.sampling.seconds
  const cpu = (user + system) / 1000
  return { reduce, cpu, model: built - started, plan, sweep: Math.min(...sweeps), memory: peakMegabytes() }
}

function simulate(rows) {
  let state = 12345
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  const effects = Float64Array.from({ length: GROUPS }, normal)
  const [y, x, z] = Array.from({ length: 3 }, () => new Float64Array(rows))
  const g = new Int32Array(rows)
  for (let i = 0; i < rows; i++) {
    g[i] = i % GROUPS
    x[i] = normal()
    z[i] = uniform()
    y[i] = 2 + 0.5 * x[i] + effects[g[i]] + normal()
  }
  return { y, x, z, g }
}

if (process.argv[1] === import.meta.filename && process.argv.length > 2) {
  console.log(JSON.stringify(await measure(Number(process.argv[2]))))
}
