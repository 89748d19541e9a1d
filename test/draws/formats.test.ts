import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import fc from "fast-check"
import { afterAll, describe, expect, it } from "vitest"
import { DataError } from "../../src/core/errors.ts"
import { mean, standardDeviation } from "../../src/diagnostics/moments.ts"
import { drawsFromArvizJson, drawsToArvizJson } from "../../src/draws/arviz-json.ts"
import { drawsFromCmdStan } from "../../src/draws/cmdstan.ts"
import { drawsFromCoda, drawsToCoda } from "../../src/draws/coda.ts"
import { drawsToCsv } from "../../src/draws/csv.ts"
import { allValues, chainsOf, createDraws, type Draws, recordDraw } from "../../src/draws/draws.ts"
import { detectFormat, readDraws } from "../../src/draws/read-draws.ts"

const stored = (file: string): string => fileURLToPath(new URL(`../oracle/draws/${file}`, import.meta.url))
const json = (file: string) => JSON.parse(readFileSync(stored(file), "utf8"))

function makeDraws(names: readonly string[], chains: readonly (readonly (readonly number[])[])[]): Draws {
  const draws = createDraws({
    names,
    chains: chains.length,
    capacity: Math.max(...chains.map((c) => c.length)),
  })
  for (const [c, chain] of chains.entries()) {
    for (const values of chain) recordDraw(draws, c, Float64Array.from(values))
  }
  return draws
}

/** Names and the values of every chain: what two containers of equal content share. */
const contentOf = (draws: Draws) =>
  draws.names.map((name) => [name, ...chainsOf(draws, name).map((c) => [...c])])

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

function writeFiles(texts: Readonly<Record<string, string>>): (name: string) => string {
  const folder = mkdtempSync(path.join(tmpdir(), "gibbsite-draws-"))
  folders.push(folder)
  for (const [name, text] of Object.entries(texts)) writeFileSync(path.join(folder, name), text)
  return (name) => path.join(folder, name)
}

function complaintOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof DataError) return error.oneLine()
    throw error
  }
  return "no complaint"
}

async function complaintOfReading(texts: Readonly<Record<string, string>>, names = Object.keys(texts)) {
  const at = writeFiles(texts)
  const error = await readDraws(names.map(at)).then(
    () => "no complaint",
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof DataError)) throw error
  return error.oneLine().replaceAll(path.dirname(at("x")) + path.sep, "")
}

const anyDraws = fc
  .record({
    names: fc.uniqueArray(
      fc.constantFrom(
        "mu",
        "a[1]",
        "a[2]",
        "a[3]",
        "b[(Intercept)]",
        "b[x #2]",
        "u[g,a b]",
        "it's",
        'say "x"',
        "lp__",
      ),
      { minLength: 1, maxLength: 6 },
    ),
    chains: fc.integer({ min: 1, max: 3 }),
    length: fc.integer({ min: 1, max: 4 }),
    values: fc.infiniteStream(
      fc.oneof(fc.double(), fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 5e-324, 1e21, 0.1)),
    ),
  })
  .map(({ names, chains, length, values }) => {
    const next = (): number => values.next().value as number
    return makeDraws(
      names,
      Array.from({ length: chains }, () => Array.from({ length }, () => names.map(next))),
    )
  })

describe("draws that JAGS and R wrote", () => {
  const { coda, rjags } = json("jags.json")

  it.each([
    ["CODA files of JAGS", ["CODAindex.txt", "CODAchain1.txt", "CODAchain2.txt"], coda, 2, 60],
    ["CODA files in another order", ["CODAchain1.txt", "CODAindex.txt", "CODAchain2.txt"], coda, 2, 60],
    ["a CODA index alone", ["CODAindex.txt"], coda, 2, 60],
    ["CODA chains alone", ["CODAchain1.txt", "CODAchain2.txt"], coda, 2, 60],
    ["rjags through posterior's CSV", ["rjags.csv"], rjags, 3, 100],
    ["rjags through coda's as.matrix", ["rjags-coda.csv"], rjags, 3, 100],
  ])("%s", async (_, files, expected, chains, length) => {
    const draws = await readDraws(files.map(stored))
    expect([draws.chains, ...draws.lengths]).toEqual([chains, ...Array(chains).fill(length)])
    expect([...draws.names].sort()).toEqual(expected.map(({ name }: { name: string }) => name).sort())
    for (const { name, mean: m, sd } of expected) {
      expect(Math.abs(mean(allValues(draws, name)) - m)).toBeLessThan(1e-12 * Math.abs(m))
      expect(Math.abs(standardDeviation(allValues(draws, name)) - sd)).toBeLessThan(1e-12 * sd)
    }
  })

  it("takes one chain of CODA files on demand", async () => {
    const both = await readDraws([stored("CODAindex.txt")])
    const second = await readDraws([stored("CODAchain2.txt")])
    expect(chainsOf(second, "mu")).toEqual([chainsOf(both, "mu")[1]])
  })
})

describe("draws that ArviZ wrote", () => {
  it("are read with its labels, words that are not JSON included", async () => {
    const draws = await readDraws([stored("arviz.json")])
    expect(draws.names).toEqual([
      "mu",
      "theta[Choate]",
      "theta[Deerfield]",
      "theta[St. Paul's, Infinity]",
      "Sigma[0,0]",
      "Sigma[0,1]",
      "Sigma[1,0]",
      "Sigma[1,1]",
    ])
    expect([...draws.lengths]).toEqual([30, 30])
    expect(chainsOf(draws, "mu")[0]!.subarray(0, 2)).toEqual(Float64Array.of(0.00123, 0.298746))
    expect(chainsOf(draws, "mu")[1]![29]).toBeNaN()
    expect(chainsOf(draws, "theta[St. Paul's, Infinity]")[0]![0]).toBe(-Infinity)
    const summary = json("arviz-summary.json")
    for (const [k, label] of summary.names.entries()) {
      const values = allValues(draws, label.replace(", ", ","))
      expect(Math.abs(mean(values) - summary.mean[k])).toBeLessThan(1e-14)
      expect(Math.abs(standardDeviation(values) - summary.sd[k])).toBeLessThan(1e-14)
    }
  })
})

describe("round trips", () => {
  it("CODA keeps names and every double", () => {
    fc.assert(
      fc.property(anyDraws, (draws) => {
        const { index, chains } = drawsToCoda(draws)
        const files = chains.map((text, c) => ({ name: `chain${c + 1}`, text }))
        expect(contentOf(drawsFromCoda({ name: "index", text: index }, files))).toEqual(contentOf(draws))
      }),
      { seed: 1 },
    )
  })

  it("ArviZ JSON keeps names and every double; elements of a variable come together", () => {
    fc.assert(
      fc.property(anyDraws, (draws) => {
        const back = drawsFromArvizJson(drawsToArvizJson(draws), "draws.json")
        const byName = (a: unknown[], b: unknown[]) => (String(a[0]) < String(b[0]) ? -1 : 1)
        expect(contentOf(back).sort(byName)).toEqual(contentOf(draws).sort(byName))
      }),
      { seed: 2 },
    )
  })

  it("CSV in one file a chain joins to the whole", async () => {
    const draws = makeDraws(
      ["a", "b"],
      [
        [
          [1, 2],
          [3, 4],
        ],
        [[5, 6]],
      ],
    )
    const at = writeFiles({
      "one.csv": drawsToCsv(
        makeDraws(
          ["a", "b"],
          [
            [
              [1, 2],
              [3, 4],
            ],
          ],
        ),
      ),
      // The columns in another order.
      "two.csv": "b,a\n6,5\n",
    })
    const joined = await readDraws([at("one.csv"), at("two.csv")])
    expect([...joined.lengths]).toEqual([2, 1])
    expect(drawsToCsv(joined)).toBe(drawsToCsv(draws))
  })

  it("chains of unequal length are cut to the shortest", () => {
    const draws = makeDraws(
      ["a", "b[1]"],
      [
        [
          [1, 2],
          [3, 4],
        ],
        [[5, 6]],
      ],
    )
    const cut = contentOf(makeDraws(["a", "b[1]"], [[[1, 2]], [[5, 6]]]))
    const { index, chains } = drawsToCoda(draws)
    expect(index).toBe("a 1 1\nb[1] 2 2\n")
    expect(chains).toEqual(["1  1\n1  2\n", "1  5\n1  6\n"])
    expect(contentOf(drawsFromArvizJson(drawsToArvizJson(draws), "draws.json"))).toEqual(cut)
  })

  it("labels elements for ArviZ, by numbers where they are whole", () => {
    const draws = makeDraws(["a[1]", "b[x,y]", "a[3]", "c", "c[1]"], [[[1, 2, NaN, -0, 5]]])
    expect(JSON.parse(drawsToArvizJson(draws).replace("NaN", "9"))).toEqual({
      coords: { a_index: [1, 3], b_index: ["x,y"] },
      dims: { a: ["a_index"], b: ["b_index"] },
      attrs: { inference_library: "gibbsite" },
      posterior: { a: [[[1, 9]]], b: [[[2]]], c: [[-0]], "c[1]": [[5]] },
    })
  })
})

const CMDSTAN = `# stan_version_major = 2
# method = sample (Default)
#   sample
#     num_samples = 3
#     num_warmup = 5
#     save_warmup = SAVED
#     thin = 2
#     adapt
#       engaged = 1 (Default)
# id = 1 (Default)
lp__,accept_stat__,divergent__,theta.1,theta.2,Sigma.1.2,alpha.raw
WARMUP# Adaptation terminated
# Step size = 0.9
# Diagonal elements of inverse mass matrix:
# 0.5, 0.6
-7.1,0.9,0,0.1,0.2,1e-3,1
-7.2,1,0,0.3,nan,-inf,2
#
#  Elapsed Time: 0.005 seconds (Warm-up)
#
`
const cmdstan = (saved: string, warmup: string): string =>
  CMDSTAN.replace("SAVED", saved).replace("WARMUP", warmup)

describe("drawsFromCmdStan", () => {
  const expected = [
    ["lp__", [-7.1, -7.2]],
    ["accept_stat__", [0.9, 1]],
    ["divergent__", [0, 0]],
    ["theta[1]", [0.1, 0.3]],
    ["theta[2]", [0.2, NaN]],
    ["Sigma[1,2]", [1e-3, -Infinity]],
    ["alpha.raw", [1, 2]],
  ]
  const early = "-9,0,0,9,9,9,9\n-8,0,1,8,8,8,8\n-8,0,1,8,8,8,8\n"

  it.each([
    ["without warm-up", cmdstan("0 (Default)", "")],
    ["with saved warm-up", cmdstan("1", early)],
    ["with saved warm-up, newer spelling", cmdstan("true", early)],
    [
      "without adaptation, warm-up by the configuration",
      cmdstan("1", early).replace("# Adaptation terminated\n", ""),
    ],
    ["with Windows line ends", cmdstan("1", early).replaceAll("\n", "\r\n")],
    ["without any comment", cmdstan("0", "").replace(/^#.*\n/gm, "")],
  ])("%s", (_, text) => {
    expect(detectFormat(text)).toBe("cmdstan")
    expect(contentOf(drawsFromCmdStan(text, "output.csv"))).toEqual(expected)
  })

  it("joins a file a chain", async () => {
    const at = writeFiles({ "out-1.csv": cmdstan("0", ""), "out-2.csv": cmdstan("1", early) })
    const draws = await readDraws([at("out-1.csv"), at("out-2.csv")])
    expect(chainsOf(draws, "theta[1]")).toEqual([Float64Array.of(0.1, 0.3), Float64Array.of(0.1, 0.3)])
  })

  it.each([
    ["# a comment\n", "out.csv: found no header; is this a file that CmdStan wrote?"],
    ["lp__,a\n", "out.csv: found a header and no draws; was the run cut short?"],
    [
      "lp__,a\n1,2\n# Adaptation terminated\n",
      "out.csv: found 1 draws, all of the warm-up; was the run cut short?",
    ],
    [
      "lp__,a\n1,2\n3\n",
      "out.csv, line 3: found 1 cells, expected 2 as in the header; is the file cut short?",
    ],
    [
      "lp__,a\n1,x\n",
      'out.csv, line 2, column a: found "x", expected a number, nan, inf or -inf; is the file damaged?',
    ],
    ["lp__,a,a\n1,2,3\n", 'out.csv, line 1: two columns are called "a"; is this a file that CmdStan wrote?'],
    [
      "#\n1,2\n3,4\n",
      "out.csv, line 2: found the number 1, expected a header; is this a file that CmdStan wrote?",
    ],
    [
      "# method = variational\nlp__,a\n0,1\n",
      "out.csv: found the output of method=variational, expected that of method=sample; its rows are no draws of a Markov chain: run the sampler",
    ],
    ["lp__,\n1,2\n", "out.csv, line 1: column 2 has no name; is this a file that CmdStan wrote?"],
  ])("refuses %j", (text, complaint) => {
    expect(complaintOf(() => drawsFromCmdStan(text, "out.csv"))).toBe(complaint)
  })
})

describe("drawsFromCoda", () => {
  const read = (index: string, ...chains: string[]) =>
    drawsFromCoda(
      { name: "index.txt", text: index },
      chains.map((text, c) => ({ name: `chain${c + 1}.txt`, text })),
    )

  it.each<[string, string[], string]>([
    ["", ["1 2\n"], "index.txt: the file is empty; expected a line a scalar"],
    [
      "a 1\n",
      ["1 2\n"],
      'index.txt, line 1: found "a 1", expected a name and two line numbers; is this the index file?',
    ],
    ["a 1 2\na 3 4\n", ["1 2\n"], 'index.txt, line 2: "a" occurs twice; rename one of them'],
    [
      "a 1 2\nb 3 5\n",
      ["1 2\n"],
      "index.txt, line 2: b has the lines 3 to 5, a 1 to 2; monitor all scalars over the same iterations",
    ],
    [
      "a 0 1\n",
      ["1 2\n"],
      "index.txt, line 1: a has the lines 0 to 1, a 0 to 1; monitor all scalars over the same iterations",
    ],
    [
      "a 1 2\n",
      ["1 2\n"],
      "chain1.txt: found 1 lines, expected 2 as index.txt tells; is the file cut short, or of another run?",
    ],
    [
      "a 1 1\n",
      ["1 2\n", ""],
      "chain2.txt: found 0 lines, expected 1 as index.txt tells; is the file cut short, or of another run?",
    ],
    [
      "a 1 1\n",
      ["1 x\n"],
      'chain1.txt, line 1: found "1 x", expected an iteration and a number; is this a file of one chain?',
    ],
    [
      "a 1 1\n",
      ["1 2 3\n"],
      'chain1.txt, line 1: found "1 2 3", expected an iteration and a number; is this a file of one chain?',
    ],
    [
      "a 1 2\nb 3 4\n",
      ["1 9\n2 9\n1 9\n3 9\n"],
      "chain1.txt: draw 2 of b is of iteration 3, that of a of 2; monitor all scalars over the same iterations",
    ],
  ])("refuses %j %j", (index, chains, complaint) => {
    expect(complaintOf(() => read(index, ...chains))).toBe(complaint)
  })
})

describe("drawsFromArvizJson", () => {
  it.each([
    ["{", /^d.json: the file is no JSON: .*; is the file cut short\?$/],
    [
      '{"prior": {}}',
      /^d.json: found prior, expected the group posterior; write the InferenceData with to_json$/,
    ],
    ["[1]", /^d.json: found no groups, expected the group posterior/],
    ['{"posterior": {}}', /^d.json: the group posterior is empty; sample first$/],
    ['{"posterior": {"a": 3}}', /^d.json, posterior.a: expected arrays of chains of draws; /],
    ['{"posterior": {"a": [[]]}}', /^d.json, posterior.a: found no draws; sample first$/],
    [
      '{"posterior": {"a": [[1, 2], [3]]}}',
      /^d.json, posterior.a: found 1 entries, expected an array of 2; /,
    ],
    ['{"posterior": {"a": [[1, "x"]]}}', /^d.json, posterior.a: found "x", expected a number; /],
    ['{"posterior": {"a": [[1, [2]]]}}', /^d.json, posterior.a: found \[2\], expected a number; /],
    [
      '{"posterior": {"a": [[1, 2]], "b": [[1]]}}',
      /^d.json, posterior.b: found 1 chains of 1 draws, expected 1 of 2 as a has; /,
    ],
  ])("refuses %j", (text, complaint) => {
    expect(complaintOf(() => drawsFromArvizJson(text, "d.json"))).toMatch(complaint)
  })

  it("passes over labels that do not fit", () => {
    const text = '{"posterior": {"a": [[[1, 2]]]}, "dims": {"a": ["k"]}, "coords": {"k": ["x"]}}'
    expect(drawsFromArvizJson(text, "d.json").names).toEqual(["a[0]", "a[1]"])
  })
})

describe("detectFormat", () => {
  it.each([
    ["a 1 10\n", "coda-index"],
    ['"LAC QUI PARLE" 1 10\r\n', "coda-index"],
    ["1 0.5\n", "coda-chain"],
    ["100000  -1e-05\r\n", "coda-chain"],
    ["1e+05 NA\n", "coda-chain"],
    ['\uFEFF {"posterior": {}}', "arviz-json"],
    ["# stan_version_major = 2\n", "cmdstan"],
    ["lp__,a\n1,2\n", "cmdstan"],
    [".chain,lp__\n1,2\n", "csv"],
    ["mu\n1\n", "csv"],
    ["b[(Intercept)],sd 1\n1,2\n", "csv"],
    ["", "csv"],
  ])("%j is %s", (text, format) => expect(detectFormat(text)).toBe(format))
})

describe("readDraws", () => {
  it.each<[Record<string, string>, string]>([
    [{ "a.csv": "" }, "a.csv: the file is empty; expected a header line and one line a draw"],
    [
      { "a.csv": "a,b\n1,2\n3\n" },
      "a.csv, row 2: found 1 cells, expected 2 as in the header; is the file cut short, or a comma missing?",
    ],
    [
      { "a.csv": "a,b\n1,2\n", "b.csv": "a,c\n1,2\n" },
      'b.csv: there are no draws of "b", but a.csv has some; give files of one model only, one a chain',
    ],
    [
      { "a.csv": "a\n1\n", "b.csv": "a,c\n1,2\n" },
      'a.csv: there are no draws of "c", but b.csv has some; give files of one model only, one a chain',
    ],
    [
      { "a.txt": "a 1 1\n", "b.csv": "a\n1\n" },
      "a.txt: found a CODA file among files of another format; give files of one run only",
    ],
    [
      { "a.txt": "a 1 1\n", "b.txt": "b 1 1\n" },
      "b.txt: found 2 index files, expected one; give files of one run only",
    ],
    [
      { "lonely.txt": "a 1 1\n" },
      "lonely.txt: found an index and no chains; give the files of the chains too, CODAchain1.txt …",
    ],
    [
      { "chain1.txt": "1 0.5\n" },
      "chain1.txt: found a chain and no index; give CODAindex.txt too: it holds the names of the scalars",
    ],
    [
      { "a.csv": "a\n1\u0000\n" },
      "a.csv: found binary content, expected text; give draws as CSV, CmdStan CSV, CODA, ArviZ JSON or netCDF, Parquet or Arrow",
    ],
  ])("refuses %j", async (texts, complaint) => {
    expect(await complaintOfReading(texts)).toBe(complaint)
  })

  it("reads files compressed by gzip, and refuses one that is cut short", async () => {
    const at = writeFiles({ "a.csv": "a\n1\n2.5\n" })
    const bytes = gzipSync(readFileSync(at("a.csv")))
    writeFileSync(at("a.csv.gz"), bytes)
    writeFileSync(at("cut.csv.gz"), bytes.subarray(0, bytes.length - 9))
    expect(await readDraws([at("a.csv.gz")])).toEqual(await readDraws([at("a.csv")]))
    await expect(readDraws([at("cut.csv.gz")])).rejects.toThrow("the compressed file cannot be read")
  })

  it("tells of files that cannot be read", async () => {
    const at = writeFiles({ "a.csv": "a\n1\n" })
    await expect(readDraws([])).rejects.toThrow("found no file")
    await expect(readDraws([at("b.csv")])).rejects.toThrow("there is no such file")
    await expect(readDraws([at("")])).rejects.toThrow("found a folder")
    await expect(readDraws([at("a.csv"), at("a.csv")])).rejects.toThrow("given twice")
  })
})
