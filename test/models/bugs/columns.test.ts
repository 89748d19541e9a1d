import { describe, expect, it } from "vitest"
import type { BugsExpr } from "../../../src/models/bugs/ast.ts"
import { evaluateColumn } from "../../../src/models/bugs/columns.ts"
import { compileFixed } from "../../../src/models/bugs/fixed.ts"
import { parseBugs } from "../../../src/models/bugs/parse.ts"
import { placeStatements } from "../../../src/models/bugs/place.ts"

const DATA = new Map([
  ["N", { dims: [1], values: Float64Array.of(4) }],
  ["x", { dims: [4], values: Float64Array.of(0.1, -2, Number.NaN, 1e9) }],
  ["g", { dims: [4], values: Float64Array.of(2, 1, 2, 2) }],
  ["m", { dims: [2, 4], values: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8) }],
])

/** The right-hand side of a loop's statement over its iterations, at once and one by one. */
function bothWays(text: string) {
  const program = parseBugs(`model { for (i in 1:N) { y[i] <- ${text} } b ~ dnorm(0, 1) }`)
  const { arrays, placed } = placeStatements(program, program.model, DATA)
  const { statement, loops, iterations } = placed[0]!
  const e: BugsExpr =
    statement.kind === "deterministic" ? statement.value : { kind: "number", value: 0, span: statement.span }
  const column = evaluateColumn(e, loops, iterations, arrays)
  const evaluate = compileFixed(e, loops, arrays)
  const one = () =>
    Array.from(iterations.columns[0]!, (i) => {
      const value = evaluate([i])
      return value === null ? Number.NaN : value
    })
  return { column: typeof column === "number" ? [column, column, column, column] : column, one }
}

describe("expressions over all iterations at once", () => {
  it.each([
    "i",
    "2 * i - 1",
    "x[i]",
    "m[g[i], i]",
    "x[i] / (x[i] - 3)",
    "exp(-x[i])",
    "pow(x[i], i)",
    "x[5 - i]",
    "mean(g[]) + i",
    "step(x[i])",
    "b",
    "b * x[i]",
    "x[i] * b",
    "equals(g[i], 2)",
    "m[1, i] %% 2",
    "sum(m[1, 1:i])",
    "sum(m[1:g[i], i]) + i",
    "sum(g[i:4])",
    "sum(g[i:i])",
    "sum(x[1:i])",
  ])("%s is what it is one by one", (text) => {
    const { column, one } = bothWays(text)
    expect(Array.from(column!)).toEqual(one())
  })

  it.each(["sum(m[, i])", "ifelse(x[i], 1, 2)", "m[, i]"])("%s is left to be done one by one", (text) => {
    expect(bothWays(`sum(${text})`).column).toBeNull()
  })

  it.each(["sum(g[3:i])", "sum(m[1:2, 1:i])"])(
    "%s, backwards or over several dimensions, is left to be done one by one",
    (text) => {
      expect(bothWays(text).column).toBeNull()
    },
  )
})
