/** Every format that is written reads back to the last bit. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { File } from "h5wasm/node"
import { afterAll, describe, expect, it } from "vitest"
import { DataError } from "../../src/core/errors.ts"
import { drawsToCmdStan } from "../../src/draws/cmdstan.ts"
import { chainValues, createDraws, type Draws, recordDraw } from "../../src/draws/draws.ts"
import { readDraws } from "../../src/draws/read-draws.ts"
import { groupVariables } from "../../src/draws/variables.ts"
import { drawsFormatNames, writeDraws } from "../../src/draws/write-draws.ts"
import { streamFor } from "../../src/random/stream.ts"

const folder = mkdtempSync(path.join(tmpdir(), "gibbsite-round-"))
afterAll(() => rmSync(folder, { recursive: true }))
const at = (name: string) => path.join(folder, name)

const names = [
  "b[(Intercept)]",
  "b[I(x - 1, 2)]",
  "sd[county,(Intercept)]",
  "sd[residual]",
  "cor[county,(Intercept),floor]",
  "u[county,(Intercept),St. Louis]",
  "u[county,floor,St. Louis]",
  "u[county,(Intercept),Åland/Ö]",
  "u[county,floor,Åland/Ö]",
  "u[school,(Intercept),a.b]",
  "u[school,(Intercept),c]",
  "Sigma[1,1]",
  "Sigma[1,2]",
  "Sigma[2,1]",
  "Sigma[2,2]",
  "theta[1]",
  "theta[3]",
  "mu",
  "a/b",
]
const odd = [0, -0, NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 0.1, 1 / 3]

function makeDraws(lengths: readonly number[]): Draws {
  const draws = createDraws({ names, chains: lengths.length, capacity: Math.max(...lengths) })
  const stream = streamFor("round trip", 0, "test")
  let k = 0
  for (const [c, length] of lengths.entries()) {
    for (let i = 0; i < length; i++) {
      const row = Float64Array.from(names, () => odd[k++ % 23] ?? stream.uniform() - 0.5)
      recordDraw(draws, c, row)
    }
  }
  return draws
}

/** The bits of every value by name: −0 differs from 0, NaN equals NaN. */
function bitsOf(draws: Draws) {
  const entries = draws.names.map((name) => [
    name,
    Array.from({ length: draws.chains }, (_, c) =>
      Array.from(chainValues(draws, name, c), (value) => (Object.is(value, -0) ? "-0" : value)),
    ),
  ])
  return Object.fromEntries(entries)
}

describe("formats", () => {
  it.each(drawsFormatNames)("%s: chains of one length, names and all", async (format) => {
    const draws = makeDraws([30, 30, 30])
    const file = at(`equal.${format}`)
    await writeDraws(draws, file, format)
    const read = await readDraws([file])
    expect(bitsOf(read)).toEqual(bitsOf(draws))
  })

  it.each(["csv", "parquet", "arrow"] as const)("%s: chains of different lengths", async (format) => {
    const draws = makeDraws([12, 30])
    const file = at(`unequal.${format}`)
    await writeDraws(draws, file, format)
    const read = await readDraws([file])
    expect(bitsOf(read)).toEqual(bitsOf(draws))
    expect([...read.names]).toEqual(names)
  })

  it.each(["json", "netcdf"] as const)("%s: one number of draws, the smallest", async (format) => {
    const file = at(`cut.${format}`)
    await writeDraws(makeDraws([12, 30]), file, format)
    expect([...(await readDraws([file])).lengths]).toEqual([12, 12])
  })

  it("CmdStan CSV: a file a chain", async () => {
    const draws = makeDraws([20, 20])
    const files = drawsToCmdStan(draws).map((text, c) => {
      writeFileSync(at(`output_${c + 1}.csv`), text)
      return at(`output_${c + 1}.csv`)
    })
    expect(bitsOf(await readDraws(files))).toEqual(bitsOf(draws))
  })

  it("binary files of several chains are joined", async () => {
    const draws = makeDraws([7, 7])
    await writeDraws(draws, at("one.parquet"))
    await writeDraws(draws, at("two.arrow"))
    const joined = await readDraws([at("one.parquet"), at("two.arrow")])
    expect(joined.chains).toBe(4)
    expect([...chainValues(joined, "mu", 2)]).toEqual([...chainValues(draws, "mu", 0)])
  })

  it("an extension tells the format, or which there are", async () => {
    const draws = makeDraws([3])
    for (const name of ["x.nc", "x.feather", "x.JSON"]) await writeDraws(draws, at(name))
    await expect(writeDraws(draws, at("x.txt"))).rejects.toThrow('found the extension "txt"')
    await expect(writeDraws(draws, at("missing/x.csv"))).rejects.toThrow(/cannot write the draws/)
  })

  it("rows in any order find their chains and iterations", async () => {
    const { parquetWriteBuffer } = await import("hyparquet-writer")
    const columnData = [
      { name: "mu", data: [4, 1, 3, 2], type: "DOUBLE" as const },
      { name: ".iteration", data: [2n, 1n, 1n, 2n], type: "INT64" as const },
      { name: ".chain", data: [2, 1, 2, 1], type: "INT32" as const },
    ]
    writeFileSync(at("shuffled.parquet"), new Uint8Array(parquetWriteBuffer({ columnData })))
    const draws = await readDraws([at("shuffled.parquet")])
    expect([...chainValues(draws, "mu", 0), ...chainValues(draws, "mu", 1)]).toEqual([1, 2, 3, 4])
  })
})

describe("bad files", () => {
  const complaint = async (name: string, content: string | Uint8Array) => {
    writeFileSync(at(name), content)
    const error = await readDraws([at(name)]).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(DataError)
    return (error as DataError).message
  }
  it("cut short", async () => {
    await writeDraws(makeDraws([30]), at("whole.parquet"))
    expect(await complaint("short.parquet", "PAR1 and no more")).toMatch(/cannot be decoded.*Parquet/)
    expect(await complaint("short.arrow", "ARROW1\0\0and no more")).toMatch(/cannot be decoded.*Arrow/)
    expect(await complaint("short.arrow", "ARROW1\0\0and no more")).not.toMatch(/undefined|null|destructure/)
    expect(await complaint("short.nc", Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10, 0, 0))).toMatch(
      /cannot be decoded.*netCDF/,
    )
  })
  it("a Parquet table of text", async () => {
    const { parquetWriteBuffer } = await import("hyparquet-writer")
    const bytes = parquetWriteBuffer({ columnData: [{ name: "g", data: ["a", "b"], type: "STRING" }] })
    expect(await complaint("text.parquet", new Uint8Array(bytes))).toBe('found "a", expected a number')
  })
  it("an HDF5 file without draws", async () => {
    const file = new File(at("other.h5"), "w")
    file.create_dataset({ name: "x", data: Float64Array.of(1, 2) })
    file.close()
    await expect(readDraws([at("other.h5")])).rejects.toThrow("found x, expected the group posterior")
  })
  it("formats that are mixed", async () => {
    await writeDraws(makeDraws([3]), at("mixed.parquet"))
    writeFileSync(at("mixed.csv"), "mu\n1\n")
    await expect(readDraws([at("mixed.parquet"), at("mixed.csv")])).rejects.toThrow(/binary content/)
  })
})

describe("the netCDF layout", () => {
  it("is that of ArviZ: a coordinate for every dimension, in the group posterior", async () => {
    await writeDraws(makeDraws([5, 5]), at("layout.nc"))
    const file = new File(at("layout.nc"), "r")
    try {
      expect(file.keys()).toEqual(["posterior"])
      const shapes: Record<string, readonly number[] | null> = {}
      for (const key of ["mu", "b", "Sigma", "u[county]", "chain", "draw", "Sigma_dim_1", "a\u2215b"]) {
        const item = file.get(`/posterior/${key}`)
        shapes[key] = item !== null && "shape" in item ? item.shape : null
      }
      expect(shapes).toEqual({
        mu: [2, 5],
        b: [2, 5, 2],
        Sigma: [2, 5, 2, 2],
        "u[county]": [2, 5, 2, 2],
        chain: [2],
        draw: [5],
        Sigma_dim_1: [2],
        "a\u2215b": [2, 5],
      })
      const u = file.get("/posterior/u[county]")
      if (u === null || !("get_attached_scales" in u)) throw new DataError("no dataset", { code: "test" })
      expect([0, 1, 2, 3].map((axis) => u.get_attached_scales(axis))).toEqual([
        ["/posterior/chain"],
        ["/posterior/draw"],
        ["/posterior/u_county_dim_0"],
        ["/posterior/u_county_dim_1"],
      ])
      const levels = file.get("/posterior/u_county_dim_1")
      expect(levels !== null && "value" in levels ? levels.value : null).toEqual(["St. Louis", "Åland/Ö"])
    } finally {
      file.close()
    }
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("gibbsite-netcdf-"))).toEqual([])
  })
})

describe("groupVariables", () => {
  it("grids, parts of grids, and what is none", () => {
    const found = groupVariables(names).map(({ name, axes }) => [
      name,
      ...axes.map(({ labels }) => labels.length),
    ])
    expect(found).toEqual([
      ["b", 2],
      ["sd", 2],
      ["cor", 1],
      ["u[county]", 2, 2],
      ["u[school]", 1, 2],
      ["Sigma", 2, 2],
      ["theta", 2],
      ["mu"],
      ["a/b"],
    ])
  })
  it("one grid for one grouping factor; none where a level's name holds a comma", () => {
    expect(groupVariables(["u[g,x,a]", "u[g,x,b]"])[0]!.axes.map(({ labels }) => labels)).toEqual([
      ["g"],
      ["x"],
      ["a", "b"],
    ])
    expect(groupVariables(["u[g,x,a,b]", "u[g,x,c]"])[0]!.axes).toEqual([
      { name: "u_index", labels: ["g,x,a,b", "g,x,c"] },
    ])
  })
  it("elements in the order of the axes, whatever the order of the names", () => {
    expect(groupVariables(["S[1,1]", "S[2,1]", "S[1,2]", "S[2,2]"])[0]!.scalars).toEqual([
      "S[1,1]",
      "S[1,2]",
      "S[2,1]",
      "S[2,2]",
    ])
  })
})
