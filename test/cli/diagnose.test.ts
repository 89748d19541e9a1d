import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { Writable } from "node:stream"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import { main } from "../../src/cli/main.ts"
import { relativeError } from "../diagnostics/fixtures.ts"
import { normals } from "../diagnostics/random.ts"

const stored = (file: string): string => fileURLToPath(new URL(`../oracle/draws/${file}`, import.meta.url))

interface Printed {
  readonly status: number
  readonly out: string
  readonly err: string
}

async function diagnose(...args: string[]): Promise<Printed> {
  const texts = { out: "", err: "" }
  const sink = (name: "out" | "err") =>
    new Writable({
      write(chunk, _, done) {
        texts[name] += String(chunk)
        done()
      },
    })
  const io = {
    stdout: sink("out"),
    stderr: sink("err"),
    env: {},
    onInterrupt: () => () => undefined,
    exit: () => undefined,
  }
  const status = await main(["diagnose", ...args], io)
  return { status, ...texts }
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function writeCsv(name: string, text: string): string {
  folders.push(mkdtempSync(path.join(tmpdir(), "gibbsite-diagnose-")))
  const file = path.join(folders.at(-1)!, name)
  writeFileSync(file, text)
  return file
}

/** Chains of independent draws, a column a function of chain (from 1), draw and a normal number. */
function csv(
  columns: Readonly<Record<string, (chain: number, draw: number, z: number) => number | string>>,
  lengths: readonly number[] = [500, 500],
): string {
  const normal = normals(1)
  const rows = lengths.flatMap((length, c) =>
    Array.from({ length }, (_, i) =>
      [c + 1, i + 1, ...Object.values(columns).map((column) => column(c + 1, i + 1, normal()))].join(","),
    ),
  )
  return [[".chain", ".iteration", ...Object.keys(columns)].join(","), ...rows, ""].join("\n")
}

const sound = { x: (_c: number, _d: number, z: number) => z }

describe("gibbsite diagnose --json", () => {
  const { coda, rjags } = JSON.parse(readFileSync(stored("jags.json"), "utf8"))

  it.each([
    ["CODA files of JAGS", ["CODAindex.txt", "CODAchain1.txt", "CODAchain2.txt"], coda, 2, 60],
    ["CSV of rjags", ["rjags.csv"], rjags, 3, 100],
  ])("gives posterior's and coda's figures of %s", async (_, files, expected, chains, draws) => {
    const paths = files.map(stored)
    const { status, out, err } = await diagnose(...paths, "--json")
    const result = JSON.parse(out)
    expect(err).toBe("")
    expect(result.sampling).toEqual({ files: paths, chains, draws })
    expect(result.parameters).toHaveLength(expected.length)
    for (const figures of expected) {
      const found = result.parameters.find(({ name }: { name: string }) => name === figures.name)
      expect(Object.keys(found).sort()).toEqual(Object.keys(figures).sort())
      for (const [key, value] of Object.entries(figures)) {
        if (typeof value === "number") expect(relativeError(found[key], value)).toBeLessThan(1e-8)
      }
    }
    // Too few draws for 100 effective ones a chain.
    expect([status, result.converged]).toEqual([2, false])
    expect(result.warnings.join(" ")).toContain("effective sample size is below")
  })

  it("is status 0 where the chains have converged", async () => {
    const { status, out, err } = await diagnose(writeCsv("draws.csv", csv(sound)), "--json")
    const { converged, warnings, parameters } = JSON.parse(out)
    expect({ status, converged, warnings, err }).toEqual({
      status: 0,
      converged: true,
      warnings: [],
      err: "",
    })
    expect(parameters[0]).not.toHaveProperty("reason")
  })

  it.each([
    [
      "a chain that never moved",
      { x: (c: number, _d: number, z: number) => (c === 2 ? 3 : z) },
      "chain 2 never moved",
    ],
    ["all chains stuck", { x: () => 3 }, "the chains never moved: all 1000 draws are 3"],
    ["a NaN", { x: (_c: number, d: number, z: number) => (d === 7 ? "NaN" : z) }, "2 of 1000 draws are NaN"],
    [
      "an infinite draw",
      { x: (_c: number, d: number, z: number) => (d === 7 ? "Inf" : z) },
      "2 of 1000 draws are infinite",
    ],
  ])("%s: a reason, and status 2", async (_, columns, reason) => {
    const { status, out } = await diagnose(writeCsv("draws.csv", csv({ ...columns })), "--json")
    const [x] = JSON.parse(out).parameters
    expect(status).toBe(2)
    expect(x.reason).toContain(reason)
    expect(Object.values(x)).toContain(null)
  })

  it.each([
    [[500, 400], "the chains differ in length (500, 400 draws)"],
    [[1], "1 draw a chain"],
    [[4, 4], "4 draws a chain"],
  ])("chains of %j draws: a reason, and status 2", async (lengths, reason) => {
    const { status, out } = await diagnose(writeCsv("draws.csv", csv(sound, lengths)), "--json")
    const { parameters, warnings } = JSON.parse(out)
    expect(status).toBe(2)
    expect(parameters[0].reason).toContain(reason)
    expect(parameters[0].ess_bulk).toBeNull()
    if (lengths[0] === 500) expect(warnings.join(" ")).toContain("--cut to judge the first 400 draws of each")
  })

  it("--cut judges chains of different lengths by their first draws", async () => {
    const file = writeCsv("draws.csv", csv(sound, [500, 400]))
    const { status, out } = await diagnose(file, "--cut", "--json")
    const { sampling, parameters, warnings } = JSON.parse(out)
    expect([status, sampling.draws, warnings]).toEqual([0, 400, []])
    expect(parameters[0].rhat).toBeLessThan(1.01)
  })

  it("a fixed element does not count, but is told of", async () => {
    const columns = { x: sound.x, '"R[1,1]"': () => 1, stepsize__: (c: number) => 0.8 + c }
    const { status, out } = await diagnose(writeCsv("draws.csv", csv(columns)), "--json")
    const { warnings, parameters } = JSON.parse(out)
    expect([status, warnings]).toEqual([0, ["1 scalar is constant (R[1,1]) and left out of the verdict."]])
    expect(parameters[1].reason).toContain("never moved")
    expect(parameters[2]).toMatchObject({ name: "stepsize__", rhat: null })
  })

  it("--all adds the other diagnostics, with reasons", async () => {
    const { out } = await diagnose(writeCsv("draws.csv", csv(sound)), "--all", "--json")
    const { parameters, rstar } = JSON.parse(out)
    const [x] = parameters
    expect(rstar.sd_if_alike).toBeCloseTo(0.1, 12)
    expect(Math.abs(rstar.value - 1)).toBeLessThan(3.5 * rstar.sd_if_alike)
    expect(x.dependence_factor).toBeNull()
    expect(x.reason).toBe("dependence_factor: chain 1: 500 draws, expected at least 3746")
    expect(x.rhat_nested).toBeGreaterThanOrEqual(1)
    for (const name of ["ess_median", "ess_spectral", "stationarity_p"]) expect(x[name]).toBeGreaterThan(0)
    const long = await diagnose(writeCsv("draws.csv", csv(sound, [4000, 4000])), "--all")
    expect(long.status).toBe(0)
    expect(long.out).toMatch(
      /\n +ess_median +rhat_nested +ess_spectral +stationarity_p +dependence_factor\nx /,
    )
    expect(long.out).toContain(
      "dependence_factor: Raftery and Lewis's dependence factor (largest of the chains).",
    )
  })

  it("tells of divergent transitions and of a single chain", async () => {
    const columns = { lp__: sound.x, divergent__: (_c: number, d: number) => (d < 4 ? 1 : 0) }
    const { status, out } = await diagnose(writeCsv("draws.csv", csv(columns, [2000])), "--json")
    const { warnings } = JSON.parse(out)
    expect(status).toBe(0)
    expect(warnings[0]).toContain("There is one chain")
    expect(warnings[1]).toContain("3 of 2000 transitions diverged")
  })
})

describe("gibbsite diagnose", () => {
  it("prints a table and a verdict", async () => {
    const { status, out } = await diagnose(writeCsv("draws.csv", csv({ ...sound, '"R[1,1]"': () => 1 })))
    expect(status).toBe(0)
    const lines = out.split("\n")
    expect(lines[0]).toMatch(/draws\.csv: 2 chains, each 500 draws, 2 scalars$/)
    expect(lines[2]).toMatch(/^ +mean +sd +5% +50% +95% +R-hat +ESS +tail ESS +draws per ESS +Geweke z$/)
    expect(lines[3]).toMatch(/^x +-?0\.0\d+ +1?0?\.\d+/)
    expect(out).toContain("R[1,1]: the chains never moved: all 1000 draws are 1")
    expect(out).toMatch(
      /Converged: largest R-hat \d\.\d{3} \(at most 1.01\), smallest ESS \d+ \(at least 200\)\./,
    )
  })

  it("says what is wrong where the chains have not converged", async () => {
    const { status, out } = await diagnose(writeCsv("draws.csv", csv({ x: (c, _, z) => 3 * c + z })))
    expect(status).toBe(2)
    expect(out).toContain("Not converged.\n- R-hat is above 1.01 for 1 of 1 parameter")
  })

  it("is one line and status 1 for a file that cannot be read", async () => {
    const { status, out, err } = await diagnose("no-such-file.csv")
    expect({ status, out, err }).toEqual({
      status: 1,
      out: "",
      err: "gibbsite: no-such-file.csv: there is no such file; check the path\n",
    })
    const ragged = await diagnose(writeCsv("draws.csv", "a,b\n1,2\n3\n"))
    expect(ragged.status).toBe(1)
    expect(ragged.err).toMatch(
      /^gibbsite: .*draws\.csv, row 2: found 1 cells, expected 2 as in the header; .*\n$/,
    )
  })
})
