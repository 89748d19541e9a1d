import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { parquetWriteBuffer } from "hyparquet-writer"
import { afterAll, describe, expect, it } from "vitest"
import { datasetCsv, datasets } from "../../../src/data/datasets.ts"
import { readChunks } from "../../../src/data/read-chunks.ts"
import { readTable } from "../../../src/data/read-table.ts"
import type { Table } from "../../../src/data/table.ts"
import { mcseMean } from "../../../src/diagnostics/mcse-mean.ts"
import { mean } from "../../../src/diagnostics/moments.ts"
import { chainsOf } from "../../../src/draws/draws.ts"
import { listQuantities } from "../../../src/models/effect-quantities.ts"
import { reduceRows } from "../../../src/samplers/gaussian/statistics.ts"
import { layOut } from "../../../src/samplers/kernel/layout.ts"
import { newContext } from "../../../src/samplers/kernel/lowering-context.ts"
import { type HierarchicalModel, lmm, lmmFromStatistics } from "../../../src/samplers/model.ts"
import { addStatistics, startTotal } from "../../../src/samplers/row-statistics/add-statistics.ts"
import { reduceChunks, reduceTable } from "../../../src/samplers/row-statistics/reduce-table.ts"
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

const rowsOf = (table: ReturnType<typeof standardTable>, keep: (i: number) => boolean) =>
  Object.fromEntries(Object.entries(table).map(([name, of]) => [name, of.filter((_, i) => keep(i))]))

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
    const parts = [0, 1, 2].map((k) =>
      reduceTable(
        formula,
        rowsOf(table, (i) => Math.floor(i / 5) % 3 === k),
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

describe("weights and known standard errors", () => {
  const formula = "y ~ x + (x | g) + (1 | h)"
  const table = { ...standardTable(72), w: Array.from({ length: 72 }, (_, i) => 0.5 + (i % 7) / 3) }

  it.each(["weights", "se"] as const)("%s: the cross-products are those of the weighted rows", (kind) => {
    const options = { [kind]: "w" }
    const whole = reduceTable(formula, table, options)
    const model = lmmFromStatistics(whole)
    const rows = lmm(formula, table, options)
    expect(model.priors).toEqual(rows.priors)
    expect(listQuantities(model.graph).map(({ name }) => name)).toEqual(
      listQuantities(rows.graph).map(({ name }) => name),
    )
    const [ours, theirs] = [reduced(model), reduced(rows)]
    expect(ours.rows).toBe(theirs.rows)
    expectClose(ours.own, theirs.own)
    expectClose(ours.cross, theirs.cross)
    expectClose(ours.restSquares, theirs.restSquares)
    expect(Math.abs(ours.squares - theirs.squares)).toBeLessThan(1e-12 * theirs.squares)
    // Weights of one are no weights.
    expect(Math.abs(ours.squares - reduced(lmm(formula, table)).squares)).toBeGreaterThan(0.01 * ours.squares)
  })

  it("add up over shards, and not with parts that are weighted otherwise", () => {
    const shard = (k: number) =>
      Object.fromEntries(Object.entries(table).map(([name, of]) => [name, of.filter((_, i) => i % 2 === k)]))
    const parts = [0, 1].map((k) => reduceTable(formula, shard(k), { coding: table, weights: "w" }))
    const sum = reduced(lmmFromStatistics(addStatistics(parts[0]!, parts[1]!)))
    const whole = reduced(lmm(formula, table, { weights: "w" }))
    expect(Math.abs(sum.squares - whole.squares)).toBeLessThan(1e-12 * whole.squares)
    const bare = reduceTable(formula, shard(1), { coding: table })
    expect(() => addStatistics(parts[0]!, bare)).toThrow("differ in what weights their rows")
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

  it("of Parquet are read by row groups, compressed and with missing values", async () => {
    const columns = {
      y: Array.from({ length: 250 }, (_, i) => (i % 17 === 3 ? null : Math.sin(i))),
      g: Array.from({ length: 250 }, (_, i) => (i % 40 === 7 ? null : `level ${i % 9}`)),
      n: Array.from({ length: 250 }, (_, i) => i),
    }
    const parquet = path.join(folder, "groups.parquet")
    const columnData = Object.entries(columns).map(([name, data]) => ({ name, data }))
    writeFileSync(parquet, new Uint8Array(parquetWriteBuffer({ columnData, rowGroupSize: 60 })))
    const parts = await collect(readChunks(parquet))
    expect(parts.map((table) => table.rows)).toEqual([60, 60, 60, 60, 10])
    for (const [name, values] of Object.entries(columns)) {
      const cells = parts.flatMap((table) => {
        const column = table.columns.get(name)!
        if (column.kind === "factor") throw new Error("read as a factor")
        return Array.from<number | string | null>(column.values)
      })
      expect(cells).toEqual(values.map((value) => (value === null && name === "y" ? Number.NaN : value)))
    }
    const whole = await readTable(parquet)
    const formula = "y ~ n + (1 | g)"
    const statistics = await reduceChunks(formula, readChunks(parquet), { coding: whole })
    expect(statistics.rows).toBe(reduceTable(formula, whole).rows)
    expect(statistics.dropped).toBe(250 - statistics.rows)
    await expect(collect(readChunks(path.join(folder, "nothing.parquet")))).rejects.toThrow("cannot be read")
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
    await expect(loadStatistics(file)).rejects.toThrow("found something else, expected statistics")
    await expect(loadStatistics(path.join(folder, "nothing"))).rejects.toThrow("cannot be read")
    const other = path.join(folder, "other.json")
    writeFileSync(other, `${"gibbsite-statistics/9 2".padEnd(39)}\n{}`)
    await expect(loadStatistics(other)).rejects.toThrow(
      "found gibbsite-statistics/9, expected statistics of the format gibbsite-statistics/2",
    )
    const cut = path.join(folder, "cut")
    await saveStatistics(reduceTable("y ~ x + (1 | g)", standardTable()), cut)
    truncateSync(cut, statSync(cut).size - 1)
    await expect(loadStatistics(cut)).rejects.toThrow("the file ends too early")
    await expect(collect(readChunks(path.join(folder, "nothing.csv")))).rejects.toThrow("cannot be read")
  })
})

it("a sum of parts is that of pairs, and no later part changes what it came to", () => {
  const parts = [0, 1, 2].map((k) =>
    reduceTable(
      "y ~ x + (1 | g) + (1 | h)",
      rowsOf(standardTable(72), (i) => i % 3 === k),
    ),
  )
  const total = startTotal(parts[0]!)
  total.add(parts[1]!)
  const two = total.value()
  const before = structuredClone(two)
  total.add(parts[2]!)
  expect(two).toEqual(before)
  expect(two).toEqual(addStatistics(parts[0]!, parts[1]!))
  expect(total.value()).toEqual(addStatistics(two, parts[2]!))
})

it("reducing leaves the columns that it read as they were", () => {
  const table = standardTable(72)
  const numbers = (name: string) => Float64Array.from(table[name]!, Number)
  const columns = { y: numbers("y"), x: numbers("x"), w: numbers("x").map((x) => 1 + x * x), g: table.g! }
  const before = structuredClone(columns)
  const statistics = reduceTable("y ~ x + (1 | g)", columns, { weights: "w" })
  expect(columns).toEqual(before)
  const copy = structuredClone(statistics)
  columns.y.fill(0)
  expect(statistics).toEqual(copy)
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

it("rows without a group make no level, coded by themselves or by other rows", () => {
  const at = Array.from({ length: 60 }, (_, i) => i)
  const table = {
    y: at.map((i) => (i % 17 === 3 ? null : Math.sin(i))),
    x: at.map((i) => Math.cos(i * i)),
    g: at.map((i) => (i % 13 === 7 ? null : `g${(i * 7) % 5}`)),
  }
  const alone = reduceTable("y ~ x + (x | g)", table)
  expect(alone.factors[0]!.levels).toEqual(["g0", "g1", "g2", "g3", "g4"])
  expect(reduceTable("y ~ x + (x | g)", table, { coding: { ...table } })).toEqual(alone)
})
