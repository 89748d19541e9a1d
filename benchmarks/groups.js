/** Cost by groups of one factor, five rows each, from 10³ groups to 10⁶: time of a sweep and peak memory, what is kept of effects. */
import { peakMegabytes, runNode, SHORT, slope } from "./measure.js"

const GROUPS = SHORT ? [1e3, 1e4] : [1e3, 1e4, 1e5, 1e6]
const PER_GROUP = 5
/** Sweeps of a run: enough of them that the code is compiled before most of them. */
const sweepsFor = (groups) => Math.max(100, Math.min(20_000, Math.round((SHORT ? 1e6 : 1e7) / groups)))

export async function benchmarkGroups() {
  const figures = []
  for (const method of ["blocked", "collapsed"]) {
    for (const effects of ["none", "moments"]) {
      for (const groups of GROUPS) {
        figures.push({ method, effects, groups, ...runNode("groups.js", [groups, method, effects]) })
      }
    }
  }
  const head = ["method", "effects", "groups", "sweep, µs", "ns a group", "start, s", "peak MB"]
  const rows = figures.map(({ method, effects, groups, sweep, start, memory }) => [
    method,
    effects,
    groups.toExponential(0),
    (1e6 * sweep).toFixed(1),
    ((1e9 * sweep) / groups).toFixed(1),
    start.toFixed(2),
    memory.toFixed(0),
  ])
  const linear = figures.filter(({ effects }) => effects === "moments")
  const notes = ["blocked", "collapsed"].map((method) => {
    const points = linear
      .filter((f) => f.method === method)
      .map((f) => [Math.log(f.groups), Math.log(f.sweep)])
    return `${method}, effects drawn: slope of log time of a sweep on log groups ${slope(points).toFixed(2)}`
  })
  return {
    title: `Groups: y ~ x + (1 | g), ${PER_GROUP} rows a group, one chain, coefficients and sds monitored`,
    rows: [head, ...rows],
    notes,
    figures,
  }
}

async function measure(groups, method, effects) {
  const { lmm, sample } = await import("gibbsite")
  const data = simulate(groups)
  const began = performance.now()
  const model = lmm("y ~ x + (1 | g)", data)
  const warmup = 100
  const run = { chains: 1, warmup, seed: 1, method, monitor: ["b", "sd"], effects }
  const { sampling } = await sample(model, { ...run, draws: sweepsFor(groups) })
  // From arrays to the posterior, less the sweeps.
  const start = (performance.now() - began) / 1000 - sampling.seconds
  return { sweep: sampling.seconds / (warmup + sampling.draws), start, memory: peakMegabytes() }
}

function simulate(groups) {
  let state = 12345
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  const rows = groups * PER_GROUP
  const [y, x, g] = [new Float64Array(rows), new Float64Array(rows), new Int32Array(rows)]
  for (let j = 0; j < groups; j++) {
    const effect = normal()
    for (let k = 0; k < PER_GROUP; k++) {
      const i = j * PER_GROUP + k
      g[i] = j
      x[i] = normal()
      y[i] = 2 + 0.5 * x[i] + effect + normal()
    }
  }
  return { y, x, g }
}

if (process.argv[1] === import.meta.filename && process.argv.length > 2) {
  const [, , groups, method, effects] = process.argv
  console.log(JSON.stringify(await measure(Number(groups), method, effects)))
}
