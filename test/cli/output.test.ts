import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  decimalsFor,
  decimalsKnown,
  formatFigure,
  formatP,
  formatSeconds,
  formatSignificant,
} from "../../src/cli/format-figures.ts"
import { splitNames } from "../../src/cli/options.ts"
import { formatTable, type TableColumn } from "../../src/cli/output.ts"
import { formatBar } from "../../src/cli/progress.ts"
import { quoteCommand } from "../../src/cli/quote-command.ts"
import { wrapText } from "../../src/cli/style-text.ts"
import { captureIo } from "./run-main.ts"

describe("figures", () => {
  it("have three significant digits of the spread, or as many as the Monte Carlo error leaves", () => {
    expect([0.0712, 0.298, 7, 53.7, 426].map(decimalsFor)).toEqual([4, 3, 2, 1, 0])
    expect([0, Number.NaN, Number.POSITIVE_INFINITY, 1e-12].map(decimalsFor)).toEqual([
      null,
      null,
      null,
      null,
    ])
    expect(decimalsKnown(0.3, 0.006)).toBe(2)
    expect(decimalsKnown(0.3, 0.0006)).toBe(3)
    expect(decimalsKnown(0.3, 1e-9)).toBe(3)
    expect(decimalsKnown(0.3, 0.3)).toBe(2)
    expect(decimalsKnown(0.3, Number.NaN)).toBe(3)
  })

  it("say when there is none, and never minus zero", () => {
    expect(formatFigure(null, 2)).toBe("-")
    expect(formatFigure(Number.NaN, 2)).toBe("-")
    expect(formatFigure(Number.NEGATIVE_INFINITY, 2)).toBe("-Inf")
    expect(formatFigure(-0.001, 2)).toBe("0.00")
    expect(formatFigure(1.23456789e-12, null)).toBe("1.235e-12")
    expect(formatSignificant(12345.6, 4)).toBe("12346")
    expect([0.0123456, 3.26e-6, 1e-300, null].map(formatP)).toEqual(["0.0123", "3.26e-6", "<2e-16", "-"])
    expect([0.014, 12.34, 4321].map(formatSeconds)).toEqual(["0.01 s", "12.3 s", "4321 s"])
  })
})

describe("tables", () => {
  const rows = [
    { name: "first", value: "12.5", text: "x" },
    { name: "b", value: "-3", text: "long text" },
  ]
  type Row = (typeof rows)[number]
  const columns: readonly TableColumn<Row>[] = [
    { title: "", align: "left", cell: ({ name }) => name },
    { title: "value", align: "right", cell: ({ value }) => value },
    { title: "text", align: "left", cell: ({ text }) => text, dropFirst: 1 },
  ]

  it("align numbers at their point, and end lines without blanks", () => {
    expect(formatTable(columns, rows, captureIo())).toBe(
      ["       value  text", "first   12.5  x", "b       -3    long text", ""].join("\n"),
    )
  })

  it("lose columns on a terminal that is too narrow, as told, and never in a pipe", () => {
    const wide = columns.map((column) => ({
      ...column,
      cell: (row: Row) => column.cell(row).padEnd(20, "x"),
    }))
    expect(formatTable(wide, rows, captureIo(50)).split("\n")[0]).not.toContain("text")
    expect(formatTable(wide, rows, captureIo()).split("\n")[0]).toContain("text")
    expect(formatTable(wide, rows, captureIo(70)).split("\n")[0]).toContain("text")
  })
})

describe("lists of names", () => {
  it("are split at commas outside brackets", () => {
    expect(splitNames("--monitor", "b, sd[county,(Intercept)],u[g,I(x, 2),a]")).toEqual([
      "b",
      "sd[county,(Intercept)]",
      "u[g,I(x, 2),a]",
    ])
  })

  it("are what was joined", () => {
    const name = fc
      .tuple(fc.stringMatching(/^[a-z]{1,5}$/), fc.array(fc.stringMatching(/^[a-zA-Z()]{0,0}[a-z]{1,4}$/)))
      .map(([head, inside]) => (inside.length === 0 ? head : `${head}[${inside.join(",")}]`))
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (names) => {
        expect(splitNames("--monitor", names.join(","))).toEqual(names)
      }),
    )
  })
})

it("a progress bar shows chain, share, phase and time left, in any width", () => {
  const progress = { chain: 0, sweep: 500, sweeps: 2000, phase: "warmup" as const }
  expect(formatBar(progress, 2.4, 80)).toBe(
    "chain 1  ██████░░░░░░░░░░░░░░░░   25%  warmup     500/2000 sweeps  3 s left",
  )
  expect(formatBar({ ...progress, sweep: 2000, phase: "sampling" }, 0, 80)).toBe(
    "chain 1  ██████████████████████  100%  done      2000/2000 sweeps",
  )
  expect(formatBar(progress, "NULL", 40)).toBe("chain 1  ██░░░░░░   25%  warmup     500/2000 sweeps")
})

it("text is wrapped at blanks only, within the width", () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^\S{1,9}$/), { minLength: 1 }),
      fc.integer({ min: 12, max: 40 }),
      (words, width) => {
        const wrapped = wrapText(words.join(" "), width, "  ")
        expect(wrapped.split(/\s+/)).toEqual(words)
        for (const line of wrapped.split("\n")) expect(line.length).toBeLessThanOrEqual(width)
      },
    ),
  )
})

it("a command is quoted so that a shell reads it back", () => {
  expect(quoteCommand(["fit", "y ~ x + (1 | g)", "@pulp", "--seed", "7"])).toBe(
    'gibbsite fit "y ~ x + (1 | g)" @pulp --seed 7',
  )
  expect(quoteCommand(["fit", "`a b` ~ 1", "it's $HOME"])).toBe("gibbsite fit '`a b` ~ 1' 'it'\\''s $HOME'")
  expect(quoteCommand(["x", ""])).toBe('gibbsite x ""')
})
