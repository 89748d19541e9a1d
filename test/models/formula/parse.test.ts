import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { GibbsError, ModelSyntaxError, showSpan } from "../../../src/core/errors.ts"
import { type Expression, type FormulaAst, findNodes } from "../../../src/models/formula/ast.ts"
import { parseFormula } from "../../../src/models/formula/parse.ts"
import { printFormula } from "../../../src/models/formula/print.ts"
import { expandBar, splitFormula } from "../../../src/models/formula/split-formula.ts"

function failureOf(action: () => unknown): ModelSyntaxError {
  try {
    action()
  } catch (error) {
    if (error instanceof ModelSyntaxError) return error
    throw error
  }
  throw new Error("expected a ModelSyntaxError, nothing was thrown")
}

/** The tree without places and text. */
function shape(ast: FormulaAst): unknown {
  return JSON.parse(
    JSON.stringify([ast.response, ast.right], (key, value) =>
      key === "start" || key === "end" ? undefined : value,
    ),
  )
}

describe("parseFormula", () => {
  it("gives every node its place in the text", () => {
    const text = "log(y) ~ x +  (a*`b c` | g)"
    const { response, right } = parseFormula(text)
    const all = (node: Expression): string[] =>
      findNodes(node, (found): found is Expression => found.kind !== "dot").map((found) =>
        text.slice(found.start, found.end),
      )
    expect(all(response)).toEqual(["log(y)", "y"])
    expect(all(right)).toEqual([
      "x +  (a*`b c` | g)",
      "x",
      "(a*`b c` | g)",
      "a*`b c` | g",
      "a*`b c`",
      "a",
      "`b c`",
      "g",
    ])
  })

  it.each([
    ["y~x", "y ~ x"],
    ["log( y )~I(year-78)/2", "log(y) ~ I(year - 78)/2"],
    ["y ~ poly(x,2,raw=TRUE)", "y ~ poly(x, 2, raw = TRUE)"],
    ["y~x**2+(1||g)", "y ~ x^2 + (1 || g)"],
    ["y~100000+.5+2L+1e-7", "y ~ 1e+05 + 0.5 + 2 + 1e-07"],
    ["y~`x`+`a b`+`_z`+`1a`+`if`", "y ~ x + `a b` + `_z` + `1a` + `if`"],
    ["y~.x+x.1+größe+Δ_2+_u", "y ~ .x + x.1 + größe + Δ_2 + `_u`"],
    ['y ~ \'a\' + "b\\"c"', 'y ~ "a" + "b\\"c"'],
    ["y ~ `a\\`b`", "y ~ `a\\`b`"],
    [" \ty\n~\r\n x\u00a0+\u00a0z ", "y ~ x + z"],
    ["y ~ .", "y ~ ."],
    ["y ~ - - x", "y ~ --x"],
  ])("prints %j as R does", (text, printed) => {
    expect(printFormula(parseFormula(text))).toBe(printed)
  })

  it.each([
    ["log_radon ~ floor + (floor | county", 35, 35, 'expected ")", found the end of the formula'],
    ["log_radon ~ floor + (floor | county  ", 35, 35, 'expected ")", found the end of the formula'],
    ["", 0, 0, "the formula is empty"],
    ["  ", 2, 2, "the formula is empty"],
    ["y", 1, 1, 'expected "~", found the end of the formula'],
    ["y x", 2, 3, 'expected "~", found "x"'],
    ["y = x", 2, 3, 'expected "~", found "="'],
    ["~ x", 0, 1, "the formula has no response"],
    ["y ~", 3, 3, 'nothing stands after "~"'],
    ["y ~ x ~ z", 6, 7, 'a second "~"'],
    ["y ~ (x ~ z)", 7, 8, 'expected ")", found "~"'],
    ["y ~~ x", 3, 4, 'a second "~"'],
    ["y ~ x +", 7, 7, "expected a column, a number or a parenthesis, found the end of the formula"],
    ["y ~ x + * z", 8, 9, 'expected a column, a number or a parenthesis, found "*"'],
    ["y ~ ()", 5, 6, 'expected a column, a number or a parenthesis, found ")"'],
    ["y ~ x)", 5, 6, 'a ")" without "("'],
    ["y ~ x z", 6, 7, 'expected an operator, found "z"'],
    ["y ~ 2x", 5, 6, 'expected an operator, found "x"'],
    ["y ~ log(x", 9, 9, 'expected "," or ")", found the end of the formula'],
    ["y ~ log(x z)", 10, 11, 'expected "," or ")", found "z"'],
    ["y ~ log(x,,z)", 10, 11, 'expected a column, a number or a parenthesis, found ","'],
    ["y ~ x, z", 5, 6, 'expected an operator, found ","'],
    ["y ~ x ? z", 6, 7, 'unexpected character "?"'],
    ["y ~ x > 3", 6, 7, 'unexpected character ">"'],
    ["y ~ x + 😀", 8, 10, 'unexpected character "😀"'],
    ["y ~ x %% z", 6, 8, "unknown operator %%"],
    ["y ~ x %o% z", 6, 9, "unknown operator %o%"],
    ["y ~ `x", 4, 5, "this backquote is not closed"],
    ["y ~ 'x", 4, 5, "this quotation mark is not closed"],
    ["y ~ ``", 4, 6, "empty name"],
    ["y ~ 1e999", 4, 9, "the number 1e999 is too large"],
  ])("refuses %j", (text, start, end, message) => {
    const error = failureOf(() => parseFormula(text))
    expect(error.message).toContain(message)
    expect(error.span).toEqual({ text, start, end })
  })

  it("shows a missing parenthesis with the caret behind the last character", () => {
    const error = failureOf(() => parseFormula("log_radon ~ floor + (floor | county"))
    expect(error.message).toMatch(/^expected "\)"/)
    expect(showSpan(error.span!)).toBe(`log_radon ~ floor + (floor | county\n${" ".repeat(35)}^`)
  })

  it("refuses nesting that would exhaust the stack", () => {
    const deep = `y ~ ${"(".repeat(1000)}x${")".repeat(1000)}`
    expect(failureOf(() => parseFormula(deep)).message).toContain("nested too deeply")
    expect(failureOf(() => parseFormula(`y ~ ${"-".repeat(1000)}x`)).message).toContain("nested too deeply")
    expect(failureOf(() => parseFormula(`y ~ x${"^x".repeat(1000)}`)).message).toContain("nested too deeply")
    expect(failureOf(() => parseFormula(`y ~ x${" + x".repeat(100_000)}`)).message).toContain(
      "more than 6000",
    )
    expect(printFormula(parseFormula(`y ~ x${" + x".repeat(2900)}`)).length).toBe(11605)
  })

  it("parses what it prints to the same tree", () => {
    const name = fc.constantFrom("x", "x.1", "`a b`", "größe", "f", ".", "1", "0.5", "100000", "'s'")
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        name,
        fc
          .tuple(
            tie("expression"),
            fc.constantFrom("+", "-", "*", "/", ":", "^", "**", " %in% ", "|", "||"),
            tie("expression"),
          )
          .map((parts) => parts.join("")),
        tie("expression").map((inner) => `-${inner}`),
        tie("expression").map((inner) => `(${inner})`),
        tie("expression").map((inner) => `log(${inner}, base = 2)`),
        fc.tuple(tie("expression"), tie("expression")).map((both) => `f(${both.join()})`),
      ),
    }))
    fc.assert(
      fc.property(expression, expression, (left, right) => {
        const ast = parseFormula(`${left}~${right}`)
        const printed = printFormula(ast)
        const again = parseFormula(printed)
        expect(shape(again)).toEqual(shape(ast))
        expect(printFormula(again)).toBe(printed)
      }),
      { seed: 11, numRuns: 500 },
    )
  })

  it("throws nothing but a GibbsError, whatever the text", () => {
    const token = fc.constantFrom(
      ..."y x . 0 1 1.5 2L ( ) ( ) + - * / : ^ ** | || ~ ~ , = %in% %% log( poly( I( `a` ` ' \" \\ [ $ é € \n".split(
        " ",
      ),
      " ",
    )
    const text = fc.oneof(
      fc.array(token, { maxLength: 14 }).map((tokens) => tokens.join("")),
      fc.string(),
    )
    fc.assert(
      fc.property(text, (formula) => {
        try {
          splitFormula(parseFormula(formula))
        } catch (error) {
          expect(error).toBeInstanceOf(GibbsError)
          const { span } = error as GibbsError
          expect(span!.start).toBeLessThanOrEqual(formula.length)
          expect(showSpan(span!)).toContain("^")
        }
      }),
      { seed: 12, numRuns: 3000 },
    )
  })
})

describe("splitFormula", () => {
  const split = (text: string): string[] => {
    const ast = parseFormula(text)
    const { fixed, bars } = splitFormula(ast)
    const print = (node: Expression): string =>
      printFormula({ text, response: ast.response, right: node }).slice(4)
    return [fixed === null ? "nothing" : print(fixed), ...bars.map(({ bar }) => print(bar))]
  }

  it.each([
    ["y ~ x + (1 | g)", ["x", "1 | g"]],
    ["y ~ (1 | g) + x + (0 + x || h) - 1", ["x - 1", "1 | g", "0 + x || h"]],
    ["y ~ (1 | g) - 1", ["-1", "1 | g"]],
    ["y ~ (x + (1 | g)) + ((z | h))", ["(x)", "1 | g", "z | h"]],
    ["y ~ (1 | g)", ["nothing", "1 | g"]],
    ["y ~ 1 | g", ["nothing", "1 | g"]],
    ["y ~ x | a/b", ["nothing", "x | a/b"]],
  ])("%s", (text, parts) => {
    expect(split(text)).toEqual(parts)
  })

  it.each([
    ["(y | g) ~ x", "y | g", 'a bar on the left of "~"'],
    ["y ~ x + 1 | g", "x + 1 | g", 'the bar takes in everything to its left, "x + 1"'],
    ["y ~ (1 | a) + 1 | b", "(1 | a) + 1 | b", "a bar without parentheses beside other bars"],
    ["y ~ (1 | a | b)", "1 | a", "a bar within a bar"],
    ["y ~ (x | (1 | g))", "1 | g", "a bar within a bar"],
    ["y ~ x * (1 | g)", "1 | g", "a random term can only be added"],
    ["y ~ x - (1 | g)", "1 | g", "a random term can only be added"],
    ["y ~ -(1 | g)", "1 | g", "a random term can only be added"],
    ["y ~ log(1 | g)", "1 | g", "a random term can only be added"],
  ])("refuses %s", (text, place, message) => {
    const error = failureOf(() => splitFormula(parseFormula(text)))
    expect(error.message).toContain(message)
    expect(text.slice(error.span!.start, error.span!.end)).toBe(place)
  })
})

describe("structures around a bar", () => {
  const structures = (text: string): string[] => {
    const ast = parseFormula(text)
    return splitFormula(ast).bars.flatMap((bar) => {
      return expandBar(ast, bar).map(({ label, structure }) => `${structure} ${label}`)
    })
  }

  it.each([
    ["y ~ x + diag(1 + x | g)", ["diag diag(x | g)"]],
    ["y ~ cs(0 + f | g) + (1 | h)", ["cs cs(0 + f | g)", "unstructured (1 | h)"]],
    [
      "y ~ identity((0 + x + z | a/b))",
      ["identity identity(0 + x + z | a)", "identity identity(0 + x + z | b:a)"],
    ],
  ])("%s", (text, expected) => {
    expect(structures(text)).toEqual(expected)
  })

  it.each([
    ["y ~ dag(1 | g)", '"dag" is no structure of a random term', 'did you mean "diag"?'],
    ["y ~ cs(f)", "cs() takes a bar", "write it as cs(0 + f | group)"],
    [
      "y ~ cs(0 + f || g)",
      '"||" within cs() states a second structure',
      'write "|" within cs(…), or "||" without it',
    ],
    ["y ~ cs(0 + f | g, 2)", "cs() takes one bar and nothing else", "leave the rest out"],
    ["y ~ x * cs(0 + f | g)", "a random term can only be added", "write it as + (… | group)"],
  ])("refuses %s", (text, message, hint) => {
    const error = failureOf(() => splitFormula(parseFormula(text)))
    expect(error.message).toBe(message)
    expect(error.hint).toBe(hint)
  })
})
