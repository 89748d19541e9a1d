/**
 * A classic BUGS example: its published posterior means and sds beside ours.
 *
 *   npm run example bugs/rats
 */
import { existsSync, readFileSync } from "node:fs"
import path from "node:path"
import { bugs, sample } from "gibbsite"

interface Published {
  readonly source: string
  readonly burnin: number
  /** Draws of each of two chains. */
  readonly iterations: number
  /** Mean and sd. */
  readonly parameters: Readonly<Record<string, readonly [number, number]>>
  /** Those whose sd a run of this length does not settle: the posterior has a heavy tail or a rare second mode. */
  readonly unsettledSds?: readonly string[]
}

const CHAINS = 2
const [folder = ""] = process.argv.slice(2)
const text = (file: string): string => readFileSync(path.join(folder, file), "utf8")
const published: Published = JSON.parse(text("published.json"))
const inits = existsSync(path.join(folder, "inits.json")) ? { inits: JSON.parse(text("inits.json")) } : {}
const model = bugs(text("model.bug"), JSON.parse(text("data.json")), inits)
const names = Object.keys(published.parameters)
const posterior = await sample(model, {
  chains: CHAINS,
  warmup: published.burnin,
  draws: published.iterations,
  seed: 1,
  monitor: names,
})

const rows = posterior.summary()
const width = Math.max(...names.map((name) => name.length), "parameter".length)
const show = (value: number): string => value.toPrecision(4).padStart(11)
console.log(`${published.source}\n`)
console.log(
  `${"parameter".padEnd(width)}${"published".padStart(22)}${"ours".padStart(24)}${"difference".padStart(17)}${"sd ratio".padStart(11)}`,
)
for (const name of names) {
  const [mean, sd] = published.parameters[name]!
  const row = rows.find((one) => one.name === name)!
  const difference = `${((row.mean - mean) / sd).toFixed(3)} sd`.padStart(15)
  const ratio = published.unsettledSds?.includes(name) ? "unsettled" : (row.sd / sd).toFixed(3)
  console.log(
    `${name.padEnd(width)}${show(mean)}${show(sd)}  ${show(row.mean)}${show(row.sd)}  ${difference}${ratio.padStart(11)}`,
  )
}
const { seconds, draws } = posterior.sampling
console.log(`\n${CHAINS} chains of ${draws} draws after ${published.burnin}, ${seconds.toFixed(2)} s`)
