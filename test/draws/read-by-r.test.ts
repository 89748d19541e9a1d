/** What R read from files that were written here. */
import { readFileSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { mean, standardDeviation } from "../../src/diagnostics/moments.ts"
import { rhat } from "../../src/diagnostics/rhat.ts"
import { drawsToCmdStan } from "../../src/draws/cmdstan.ts"
import { drawsToCoda } from "../../src/draws/coda.ts"
import { drawsToCsv } from "../../src/draws/csv.ts"
import { allValues, chainsOf, createDraws, recordDraw } from "../../src/draws/draws.ts"
import { streamFor } from "../../src/random/stream.ts"

const folder = path.resolve(import.meta.dirname, "../oracle/draws")
const read = (file: string) => readFileSync(path.join(folder, file), "utf8")

const names = [
  "b[(Intercept)]",
  "cor[county,(Intercept),floor]",
  "u[county,floor,ST. LOUIS]",
  "theta[1,2]",
  "mu",
]
const draws = createDraws({ names, chains: 2, capacity: 40 })
const stream = streamFor("read by R", 0, "test")
for (let c = 0; c < 2; c++) {
  for (let i = 0; i < 40; i++)
    recordDraw(
      draws,
      c,
      Float64Array.from(names, () => stream.uniform() - 0.5),
    )
}
const coda = drawsToCoda(draws)
/** The files that R read, byte for byte. */
const written: Readonly<Record<string, string>> = {
  "draws.csv": drawsToCsv(draws),
  "CODAindex.txt": coda.index,
  "CODAchain1.txt": coda.chains[0]!,
  "CODAchain2.txt": coda.chains[1]!,
  "output_1.csv": drawsToCmdStan(draws)[0]!,
  "output_2.csv": drawsToCmdStan(draws)[1]!,
}

interface Moments {
  readonly mean: number
  readonly sd: number
}
const byR = JSON.parse(read("read-ours.json")) as Readonly<
  Record<"csv" | "coda" | "cmdstan", Readonly<Record<string, Moments>>>
> & { readonly chains: number; readonly rhat: Readonly<Record<string, number>> }

describe("files that R has read", () => {
  it.each(Object.keys(written))("%s is still written so", (file) => {
    expect(written[file]).toBe(read(`ours/${file}`))
  })

  it.each(["csv", "coda", "cmdstan"] as const)("%s: posterior and coda see the same draws", (format) => {
    const nameThere = (name: string) => (format === "cmdstan" && name === "theta[1,2]" ? "theta.1.2" : name)
    expect(Object.keys(byR[format]).sort()).toEqual(names.map(nameThere).sort())
    for (const name of names) {
      const { mean: m, sd } = byR[format][nameThere(name)]!
      expect(Math.abs(mean(allValues(draws, name)) - m)).toBeLessThan(1e-15)
      expect(Math.abs(standardDeviation(allValues(draws, name)) - sd)).toBeLessThan(1e-15)
    }
  })

  it("and the same chains", () => {
    expect(byR.chains).toBe(2)
    for (const name of names)
      expect(Math.abs(rhat(chainsOf(draws, name)) - byR.rhat[name]!)).toBeLessThan(1e-10)
  })
})
