/** Cost by rows: reducing rows held in typed arrays, and sweeps of the reduced model, from 10⁴ rows to 10⁷. */
import { lmm, sample } from "gibbsite"

const ROWS = [1e4, 1e5, 1e6, 1e7]
const GROUPS = 1000

export async function benchmarkRows() {
  const lines = [
    `Rows: y ~ x + (1 | g), ${GROUPS} groups, columns given as typed arrays, collapsed, one chain`,
  ]
  const points = []
  for (const rows of ROWS) {
    const data = simulate(rows)
    const started = performance.now()
    const model = lmm("y ~ x + (1 | g)", data)
    const built = performance.now()
    const run = { chains: 1, warmup: 500, seed: 1, monitor: ["b", "sd"] }
    const first = await sample(model, { ...run, draws: 1 })
    const reduced = performance.now()
    const seconds = []
    for (let k = 0; k < 5; k++) {
      const { sampling } = await sample(model, { ...run, draws: 4000 })
      seconds.push(sampling.seconds / (sampling.warmup + sampling.draws))
    }
    const sweep = seconds.sort((a, b) => a - b)[2]
    points.push([Math.log(rows), Math.log(sweep)])
    const megabytes = process.memoryUsage().rss / 2 ** 20
    lines.push(
      `  ${rows.toExponential(0)} rows: model ${(built - started).toFixed(0)} ms, plan and reduction ${(reduced - built - 1000 * first.sampling.seconds).toFixed(0)} ms, sweep ${(1e6 * sweep).toFixed(1)} µs, memory ${megabytes.toFixed(0)} MB`,
    )
  }
  lines.push(`  slope of log time of a sweep on log rows ${slope(points).toFixed(3)}`)
  return lines.join("\n")
}

function simulate(rows) {
  let state = 12345
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  const effects = Float64Array.from({ length: GROUPS }, normal)
  const [y, x, g] = [new Float64Array(rows), new Float64Array(rows), new Int32Array(rows)]
  for (let i = 0; i < rows; i++) {
    g[i] = i % GROUPS
    x[i] = normal()
    y[i] = 2 + 0.5 * x[i] + effects[g[i]] + normal()
  }
  return { y, x, g }
}

function slope(points) {
  const [mx, my] = [0, 1].map((k) => points.reduce((sum, p) => sum + p[k], 0) / points.length)
  const top = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0)
  return top / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0)
}
