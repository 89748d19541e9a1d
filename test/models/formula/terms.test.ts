import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { ModelError, ModelSyntaxError } from "../../../src/core/errors.ts"
import type { Expression } from "../../../src/models/formula/ast.ts"
import { parseFormula } from "../../../src/models/formula/parse.ts"
import { printExpression } from "../../../src/models/formula/print.ts"
import { codeTerms, expandTerms, type ModelTerms } from "../../../src/models/formula/terms.ts"

interface Oracle {
  precedence: { text: string; tree: string; deparse: string }[]
  expansions: { formula: string; intercept: boolean; terms: string[]; full: boolean[][] }[]
}

const oracle: Oracle = JSON.parse(
  readFileSync(new URL("../../oracle/formula-terms.json", import.meta.url), "utf8"),
)

function expand(text: string, dot: readonly string[] = ["p", "q"]): ModelTerms {
  const ast = parseFormula(text)
  return expandTerms(ast.text, ast.right, { dot, place: "fixed part" })
}

const labels = (text: string): readonly string[] => expand(text).terms.map((term) => term.label)

function prefix(node: Expression): string {
  switch (node.kind) {
    case "unary":
      return `${node.operator}(${prefix(node.operand)})`
    case "binary":
      return `${node.operator}(${prefix(node.left)},${prefix(node.right)})`
    case "bar":
      return `${node.independent ? "||" : "|"}(${prefix(node.left)},${prefix(node.right)})`
    case "paren":
      return `paren(${prefix(node.inner)})`
    default:
      return printExpression(node)
  }
}

describe("the reading of expressions, against R's parser", () => {
  it.each(oracle.precedence)("$text", ({ text, tree, deparse }) => {
    const { right } = parseFormula(`y ~ ${text}`)
    expect(prefix(right)).toBe(tree)
    expect(printExpression(right)).toBe(deparse)
  })
})

describe("expansion and coding, against R's terms and model.matrix", () => {
  it.each(oracle.expansions)("$formula", ({ formula, intercept, terms, full }) => {
    const found = expand(formula)
    expect(found.intercept).toBe(intercept)
    expect(found.terms.map((term) => term.label)).toEqual(terms)
    const codings = codeTerms(found, () => true)
    expect(codings.map((term) => term.map((coding) => coding === "full"))).toEqual(full)
  })
})

describe("expandTerms", () => {
  it("puts the columns in the place of the dot", () => {
    expect(labels("y ~ . + x")).toEqual(["p", "q", "x"])
    expect(labels("y ~ x:. - x:q")).toEqual(["x:p"])
    expect(labels("y ~ .^2")).toEqual(["p", "q", "p:q"])
  })

  it("names variables as R prints them", () => {
    expect(labels("y ~ I(year-78)*`my var` + log(x,base=2) + poly(x,2,raw=TRUE)")).toEqual([
      "I(year - 78)",
      "`my var`",
      "log(x, base = 2)",
      "poly(x, 2, raw = TRUE)",
      "I(year - 78):`my var`",
    ])
  })

  it("keeps offsets apart", () => {
    const { terms, offsets } = expand("y ~ offset(log(n)) + x + offset(z)")
    expect(terms.map((term) => term.label)).toEqual(["x"])
    expect(offsets.map(printExpression)).toEqual(["offset(log(n))", "offset(z)"])
  })

  it("stops a power at all products, however large", () => {
    expect(labels("y ~ (a + b)^1000000")).toEqual(["a", "b", "a:b"])
    expect(labels("y ~ (a + b)^1")).toEqual(["a", "b"])
  })

  it("codes numbers as numbers and the first factor in full without an intercept", () => {
    const found = expand("y ~ 0 + x + f + x:f")
    expect(codeTerms(found, (index) => found.variables[index]!.label === "f")).toEqual([
      ["numeric"],
      ["full"],
      ["numeric", "contrast"],
    ])
  })

  it.each([
    ["y ~ x + 2", 8, 9, "the number 2 is not a term"],
    ["y ~ x:1", 6, 7, 'a number cannot be an operand of ":"'],
    ["y ~ 1*x", 4, 5, 'a number cannot be an operand of "*"'],
    ["y ~ x^z", 6, 7, 'expected a whole number of 1 or more after "^"'],
    ["y ~ x^1.5", 6, 9, 'expected a whole number of 1 or more after "^"'],
    ["y ~ x^0", 6, 7, 'expected a whole number of 1 or more after "^"'],
    ["y ~ 'x'", 4, 7, 'the text "x" is not a predictor'],
    ["y ~ x - offset(z)", 8, 17, "offset() can only be added"],
    ["y ~ x:offset(z)", 6, 15, "offset() can only be added"],
  ])("refuses %s", (text, start, end, message) => {
    expect(() => expand(text)).toThrow(
      expect.objectContaining({
        name: "ModelSyntaxError",
        message: expect.stringContaining(message),
        span: { text, start, end },
      }),
    )
  })

  it("refuses a formula with more terms than any model has", () => {
    const dot = Array.from({ length: 40 }, (_, k) => `x${k}`)
    expect(() => expand("y ~ .^5", dot)).toThrow(ModelError)
    expect(() => expand("y ~ .^5", dot)).not.toThrow(ModelSyntaxError)
  })
})
