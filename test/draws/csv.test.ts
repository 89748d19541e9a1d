import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { DataError } from "../../src/core/errors.ts"
import { drawsFromCsv, drawsToCsv, drawsToCsvChunks } from "../../src/draws/csv.ts"
import {
  allValues,
  chainsOf,
  chainValues,
  createDraws,
  type Draws,
  recordDraw,
} from "../../src/draws/draws.ts"

function makeDraws(names: readonly string[], chains: readonly (readonly number[])[][]): Draws {
  const capacity = Math.max(1, ...chains.map((chain) => chain.length))
  const draws = createDraws({ names, chains: chains.length, capacity })
  for (const [c, chain] of chains.entries()) {
    for (const values of chain) recordDraw(draws, c, Float64Array.from(values))
  }
  return draws
}

function read(text: string): Draws {
  return drawsFromCsv(text, "draws.csv")
}

function complaint(text: string): string {
  try {
    read(text)
  } catch (error) {
    if (error instanceof DataError) return error.oneLine()
    throw error
  }
  return "no complaint"
}

describe("drawsToCsv", () => {
  it("writes posterior's columns, quoting names that need it", () => {
    const draws = makeDraws(
      ["mu", "sd[county,(Intercept)]", 'say "x"'],
      [
        [
          [0.1, 2, -0],
          [1e300, Number.NaN, Infinity],
        ],
        [[5e-324, -1.5, -Infinity]],
      ],
    )
    expect(drawsToCsv(draws)).toBe(
      [
        '.chain,.iteration,.draw,mu,"sd[county,(Intercept)]","say ""x"""',
        "1,1,1,0.1,2,-0",
        "1,2,2,1e+300,NaN,Inf",
        "2,1,3,5e-324,-1.5,-Inf",
        "",
      ].join("\n"),
    )
  })

  it("comes in pieces that add up", () => {
    const rows = Array.from({ length: 5000 }, (_, i) => [Math.sqrt(i), Math.sin(i)])
    const draws = makeDraws(["a", "b"], [rows, rows.slice(0, 7)])
    const chunks = [...drawsToCsvChunks(draws)]
    expect(chunks.length).toBeGreaterThan(2)
    expect(chunks.join("")).toBe(drawsToCsv(draws))
    expect(drawsToCsv(draws).split("\n")).toHaveLength(5000 + 7 + 2)
  })
})

describe("drawsFromCsv", () => {
  it("reads back every double, every name and every chain length", () => {
    const cells = fc.array(fc.double(), { minLength: 2, maxLength: 2 })
    const chain = fc.array(cells, { minLength: 1, maxLength: 6 })
    const nameText = fc.stringMatching(/^[a-z][ -~\n]{0,8}[a-z]$/)
    fc.assert(
      fc.property(
        fc.array(chain, { minLength: 1, maxLength: 3 }),
        fc.uniqueArray(nameText, { minLength: 2, maxLength: 2 }),
        (chains, names) => {
          const draws = makeDraws(names, chains)
          const back = read(drawsToCsv(draws))
          expect(back.names).toEqual(names)
          expect([...back.lengths]).toEqual(chains.map((c) => c.length))
          for (const s of [0, 1]) {
            for (const [c, rows] of chains.entries()) {
              // toEqual distinguishes -0 from 0 and takes NaN as equal to itself.
              expect([...chainValues(back, s, c)]).toEqual(rows.map((row) => row[s]))
            }
          }
        },
      ),
      { seed: 4, numRuns: 300 },
    )
  })

  it("reads a file without index columns as one chain, in its order", () => {
    const draws = read("a,b\n1,2\n3,4\n")
    expect(draws.chains).toBe(1)
    expect([...allValues(draws, "b")]).toEqual([2, 4])
  })

  it("reads R's row names, quoted headers, NA, CRLF and a byte order mark", () => {
    const draws = read(
      '\uFEFF"","mu","b[x,y]",".chain",".iteration",".draw"\r\n"1",1.5,NA,1,1,1\r\n"2",Inf,-Inf,2,1,2\r\n',
    )
    expect(draws.names).toEqual(["mu", "b[x,y]"])
    expect([...chainValues(draws, "mu", 1)]).toEqual([Infinity])
    expect([...allValues(draws, "b[x,y]")]).toEqual([Number.NaN, -Infinity])
  })

  it("puts chains in the order of their labels and draws in the order of their iterations", () => {
    const draws = read(".iteration,.chain,x\n2,7,3\n1,3,1\n1,7,2\n")
    expect([...chainValues(draws, "x", 0)]).toEqual([1])
    expect([...chainValues(draws, "x", 1)]).toEqual([2, 3])
  })

  it.each([
    ["", "draws.csv: the file is empty; expected a header line and one line a draw"],
    [".chain,x\n", "draws.csv: found a header and no draws; expected a header line and one line a draw"],
    [
      ".chain,.draw\n1,1\n",
      "draws.csv: found the columns .chain, .draw, expected a column of draws; add one column a scalar",
    ],
    [
      "x,y\n1,2\n3\n",
      "draws.csv, row 2: found 1 cells, expected 2 as in the header; is the file cut short, or a comma missing?",
    ],
    [
      "x,y\n1,two\n",
      'draws.csv, row 1, column y: found "two", expected a number, NA, NaN, Inf or -Inf; is this a file of draws? The first columns are .chain, .iteration, .draw',
    ],
    [
      "x,y\n1,\n",
      'draws.csv, row 1, column y: found "", expected a number, NA, NaN, Inf or -Inf; is this a file of draws? The first columns are .chain, .iteration, .draw',
    ],
    [
      ".chain,x\n1.5,2\n",
      'draws.csv, row 1, column .chain: found "1.5", expected a whole number; is this a file of draws? The first columns are .chain, .iteration, .draw',
    ],
    [
      ".chain,.iteration,x\n1,NA,2\n",
      'draws.csv, row 1, column .iteration: found "NaN", expected a whole number; is this a file of draws? The first columns are .chain, .iteration, .draw',
    ],
    [
      ".chain,.iteration,x\n1,1,2\n2,1,3\n1,1,4\n",
      "draws.csv, row 3: iteration 1 of chain 1 occurs twice; give each chain its own number in the column .chain",
    ],
    ["x,x\n1,2\n", 'draws.csv: two columns are called "x"; rename one of them'],
    ["x,\n1,2\n", "draws.csv: column 2 has no name; name it"],
    ['x,y\n1,"2\n', "draws.csv, row 1: Quoted field unterminated; close the quotation mark"],
  ])("refuses %j", (text, expected) => {
    expect(complaint(text)).toBe(expected)
  })
})

describe("columns of chain and iteration by other programs' names", () => {
  const rows = "0,1,0.5\n1,0,2\n0,0,0.25\n1,1,3"
  it.each(["chain,draw,x", "chain,iteration,x", "CHAIN,ITER,x", ".chain,.iteration,x"])("%s", (header) => {
    const draws = drawsFromCsv(`${header}\n${rows}`, "draws.csv")
    expect(draws.names).toEqual(["x"])
    expect(chainsOf(draws, "x").map((chain) => [...chain])).toEqual([
      [0.25, 0.5],
      [2, 3],
    ])
  })

  it("a lone chain is a scalar", () => {
    expect(drawsFromCsv("chain,x\n1,2\n2,3", "draws.csv").names).toEqual(["chain", "x"])
  })
})
