/** Two chains on two threads beside one chain on one: radon with correlated slopes, by turns. */
import { availableParallelism } from "node:os"
import { datasets, lmm, sample } from "gibbsite"
import { median, SHORT } from "./measure.js"

const DRAWS = SHORT ? 20_000 : 200_000
const TURNS = SHORT ? 3 : 9

export async function benchmarkThreads() {
  const title = `Threads: radon, log_radon ~ floor + (floor | county), ${DRAWS} draws a chain, every effect stored`
  if (availableParallelism() < 2) return { title, rows: [], notes: ["skipped: one core"], figures: [] }
  const model = lmm("log_radon ~ floor + (floor | county)", datasets.radon())
  const time = async (chains) => {
    const post = await sample(model, { chains, workers: 2, warmup: 1000, draws: DRAWS, seed: 1 })
    return post.sampling.seconds
  }
  await time(2)
  const times = { one: [], two: [] }
  for (let turn = 0; turn < TURNS; turn++) {
    times.one.push(await time(1))
    times.two.push(await time(2))
  }
  const [one, two] = [median(times.one), median(times.two)]
  // What the machine does besides can only add time.
  const least = Math.min(...times.two) / Math.min(...times.one)
  return {
    title,
    rows: [
      ["", "median s", "least s"],
      ["one chain", one.toFixed(3), Math.min(...times.one).toFixed(3)],
      ["two chains, two threads", two.toFixed(3), Math.min(...times.two).toFixed(3)],
      ["ratio", (two / one).toFixed(2), least.toFixed(2)],
    ],
    notes: [],
    figures: times,
  }
}
