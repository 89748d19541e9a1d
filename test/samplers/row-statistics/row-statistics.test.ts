import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { datasetCsv, datasets } from "../../../src/data/datasets.ts"
import { readChunks } from "../../../src/data/read-chunks.ts"
import type { Table } from "../../../src/data/table.ts"
import { mcseMean } from "../../../src/diagnostics/mcse-mean.ts"
import { mean } from "../../../src/diagnostics/moments.ts"
import { chainsOf } from "../../../src/draws/draws.ts"
import { reduceRows } from "../../../src/samplers/gaussian/statistics.ts"
import { layOut } from "../../../src/samplers/kernel/layout.ts"
import { newContext } from "../../../src/samplers/kernel/program.ts"
import { type HierarchicalModel, lmm, lmmFromStatistics } from "../../../src/samplers/model.ts"
import { reduceChunks, reduceTable } from "../../../src/samplers/row-statistics/reduce-table.ts"
import { addStatistics } from "../../../src/samplers/row-statistics/row-statistics.ts"
import { loadStatistics, saveStatistics } from "../../../src/samplers/row-statistics/statistics-file.ts"
import { MCSE_LIMIT } from "../../kit/goodness-of-fit.ts"
import { runHere } from "../../kit/run-here.ts"
import { standardTable } from "../../kit/zoo.ts"
import { matchOf } from "../crossed/crossed-specimens.ts"

const folder = mkdtempSync(path.join(tmpdir(), "gibbsite-statistics-"))
afterAll(() => rmSync(folder, { recursive: true }))

const FORMULAS = [
  "y ~ x + (1 | g)",
  "y ~ x + z + s + offset(o) + (x | g) + (1 | h)",
  "y ~ 0 + year + (0 + x | g)",
  "y ~ year * x + (1 | g/c)",
] as const

/** The design in the order of its levels, so that statistics of two orders can be held against each other. */
function reduced(model: HierarchicalModel) {
  return reduceRows(matchOf(newContext(model.graph, layOut(model.graph))).model)
}

describe.each(FORMULAS)("%s", (formula) => {
  const table = standardTable(72)
  const rows = lmm(formula, table)

  it("reduces to the cross-products of the rows, and the same default priors", () => {
    const model = lmmFromStatistics(reduceTable(formula, table))
    expect(model.priors).toEqual(rows.priors)
    const [ours, theirs] = [reduced(model), reduced(rows)]
    expect(ours.rows).toBe(72)
    expectClose(ours.own, theirs.own)
    expectClose(ours.cross, theirs.cross)
    expectClose(ours.restSquares, theirs.restSquares)
    const size = theirs.squares
    expect(Math.abs(ours.squares - theirs.squares)).toBeLessThan(1e-12 * size)
    // Responses are measured from the centre, which rounding moves.
    const scale = Math.sqrt(size * Math.max(...theirs.own, ...theirs.restSquares))
    ours.ownResponse.forEach((value, k) => {
      expect(Math.abs(value - theirs.ownResponse[k]!)).toBeLessThan(1e-11 * scale)
    })
  })

  it("adds up over shards in any split", () => {
    const whole = reduceTable(formula, table)
    const shard = (keep: (i: number) => boolean) =>
      Object.fromEntries(Object.entries(table).map(([name, of]) => [name, of.filter((_, i) => keep(i))]))
    const parts = [0, 1, 2].map((k) =>
      reduceTable(
        formula,
        shard((i) => Math.floor(i / 5) % 3 === k),
        { coding: table },
      ),
    )
    const sum = parts.reduce(addStatistics)
    const byLevels = (s: typeof whole, of: "count" | "mean" | "products") => {
      const width = s.factors.length
      const each = s[of].length / s.count.length
      return new Map(
        Array.from(s.count, (_, c) => [
          s.factors.map(({ levels }, f) => levels[s.codes[c * width + f]!]).join(),
          s[of].slice(c * each, (c + 1) * each),
        ]),
      )
    }
    for (const of of ["count", "mean", "products"] as const) {
      const [expected, found] = [byLevels(whole, of), byLevels(sum, of)]
      expect([...found.keys()].sort()).toEqual([...expected.keys()].sort())
      const size = Math.max(...whole[of].map(Math.abs))
      for (const [cell, values] of expected) {
        values.forEach((value, k) => {
          expect(Math.abs(value - found.get(cell)![k]!)).toBeLessThan(1e-13 * size)
        })
      }
    }
    expect(sum.rows).toBe(72)
  })
})

describe("sampling from statistics", () => {
  const formula = "log_radon ~ floor + (1 | county)"
  const options = { priors: ["sd(county) ~ halfT(3, 1)", "sd(residual) ~ halfT(3, 1)"] }
  const run = { chains: 2, draws: 3000, warmup: 500, thin: 1, seed: "statistics" }
  const all = runHere(lmm(formula, datasets.radon(), options), "collapsed", run)
  const model = lmmFromStatistics(reduceTable(formula, datasets.radon()), options)

  it.each(["gibbs", "blocked", "collapsed"] as const)("%s: the posterior is that of all rows", (method) => {
    const draws = runHere(model, method, { ...run, seed: "others" })
    for (const name of ["b[(Intercept)]", "b[floor]", "sd[county,(Intercept)]", "sd[residual]"]) {
      const [ours, theirs] = [draws, all].map((of) => chainsOf(of, name))
      const pool = (chains: Float64Array[]) => mean(Float64Array.from(chains.flatMap((chain) => [...chain])))
      const error = Math.hypot(mcseMean(ours!), mcseMean(theirs!))
      expect(Math.abs(pool(ours!) - pool(theirs!)), name).toBeLessThan(MCSE_LIMIT * error)
    }
  })

  it("says how many rows there were", () => {
    expect(model.plan("gibbs").explain()).toContain("N = 919")
    expect(model.plan("collapsed").explain()).toContain("919 normal rows")
  })
})

describe("files", () => {
  const csv = datasetCsv("radon")
  const file = path.join(folder, "radon.csv")
  writeFileSync(file, csv)

  it("are read in chunks that lose and invent nothing", async () => {
    const whole = await collect(readChunks(file))
    const parts = await collect(readChunks(file, { characters: 2000 }))
    expect(whole.length).toBe(1)
    expect(parts.length).toBeGreaterThan(5)
    for (const name of ["log_radon", "county"]) {
      const cells = (tables: readonly Table[]) =>
        tables.flatMap((table) => {
          const column = table.columns.get(name)!
          return column.kind === "factor" ? [...column.codes] : [...column.values]
        })
      expect(cells(parts)).toEqual(cells(whole))
    }
  })

  it("line ends in quotation marks end no record", async () => {
    const quoted = path.join(folder, "quoted.csv")
    writeFileSync(quoted, `a,b\n${Array.from({ length: 40 }, (_, i) => `"x\n${i}, ""y""",${i}`).join("\n")}`)
    const parts = await collect(readChunks(quoted, { characters: 50 }))
    expect(parts.reduce((rows, table) => rows + table.rows, 0)).toBe(40)
    expect(
      parts.flatMap((table) => [...(table.columns.get("a")!.kind === "text" ? [table.rows] : [])]).length,
    ).toBe(parts.length)
  })

  it("reduce to the statistics of the whole, and come back from disk as they were", async () => {
    const formula = "log_radon ~ floor + (1 | county)"
    const statistics = await reduceChunks(formula, readChunks(file, { characters: 20_000 }))
    const whole = reduceTable(formula, datasets.radon())
    expect(statistics.rows).toBe(919)
    expect([...statistics.factors[0]!.levels].sort()).toEqual([...whole.factors[0]!.levels].sort())
    const saved = path.join(folder, "statistics.json")
    await saveStatistics(statistics, saved)
    expect(await loadStatistics(saved)).toEqual(statistics)
  })

  it("that are something else are refused", async () => {
    await expect(loadStatistics(file)).rejects.toThrow("found no JSON object")
    await expect(loadStatistics(path.join(folder, "nothing"))).rejects.toThrow("cannot be read")
    const other = path.join(folder, "other.json")
    writeFileSync(other, '{"format": "gibbsite-statistics/9"}')
    await expect(loadStatistics(other)).rejects.toThrow(
      "expected statistics of the format gibbsite-statistics/1",
    )
    await expect(collect(readChunks(path.join(folder, "nothing.csv")))).rejects.toThrow("cannot be read")
  })
})

it("parts of different models are not added", () => {
  const table = standardTable()
  const [a, b] = [reduceTable("y ~ x + (1 | g)", table), reduceTable("y ~ z + (1 | g)", table)]
  expect(() => addStatistics(a, b)).toThrow("the parts differ in their formula")
})

async function collect(chunks: AsyncIterable<Table>): Promise<Table[]> {
  const tables: Table[] = []
  for await (const table of chunks) tables.push(table)
  return tables
}

function expectClose(a: Float64Array, b: Float64Array): void {
  expect(a.length).toBe(b.length)
  const size = Math.max(...b.map(Math.abs))
  a.forEach((value, k) => {
    expect(Math.abs(value - b[k]!)).toBeLessThan(1e-12 * size)
  })
}
