import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ModelSyntaxError, showSpan } from "../../../src/core/errors.ts"
import type { BugsExpr, BugsProgram, BugsStatement } from "../../../src/models/bugs/ast.ts"
import { lexBugs } from "../../../src/models/bugs/lexer.ts"
import { parseBugs } from "../../../src/models/bugs/parse.ts"
import { printBugs, printExpr } from "../../../src/models/bugs/print.ts"
import { classicModels } from "./classic-models.ts"

/** The tree without places. */
function bare(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(bare)
  if (typeof tree !== "object" || tree === null) return tree
  return Object.fromEntries(
    Object.entries(tree)
      .filter(([key]) => key !== "span" && key !== "source")
      .map(([key, value]) => [key, bare(value)]),
  )
}

function expression(text: string): BugsExpr {
  const statement = parseBugs(`model { result <- ${text} }`).model[0]!
  if (statement.kind !== "deterministic") throw new Error("expected a definition")
  return statement.value
}

/** The tree with a parenthesis around every operation. */
function explicit(e: BugsExpr): string {
  if (e.kind === "number") return String(e.value)
  if (e.kind === "variable") return printExpr(e)
  const args = e.args.map(explicit)
  if (/^\p{L}/u.test(e.name)) return `${e.name}(${args.join(", ")})`
  return args.length === 1 ? `(${e.name}${args[0]})` : `(${args.join(` ${e.name} `)})`
}

function failure(source: string, name?: string): ModelSyntaxError {
  try {
    parseBugs(source, name)
  } catch (error) {
    if (error instanceof ModelSyntaxError) return error
    throw error
  }
  throw new Error(`parsed: ${source}`)
}

function statementsOf(statements: readonly BugsStatement[]): BugsStatement[] {
  return statements.flatMap((s) => (s.kind === "for" ? [s, ...statementsOf(s.body)] : [s]))
}

describe("precedence", () => {
  it.each([
    ["-2^2", "(-(2 ^ 2))"],
    ["2^3^2", "(2 ^ (3 ^ 2))"],
    ["2^-1", "(2 ^ (-1))"],
    ["2^-a^b * c", "((2 ^ (-(a ^ b))) * c)"],
    ["2**3", "(2 ^ 3)"],
    ["1:N-1", "((1 : N) - 1)"],
    ["-1:2", "((-1) : 2)"],
    ["1:3*2", "((1 : 3) * 2)"],
    ["a - b - c", "((a - b) - c)"],
    ["a - -b", "(a - (-b))"],
    ["a / b * c", "((a / b) * c)"],
    ["2 * x %*% y", "(2 * (x %*% y))"],
    ["x %*% y[1:2, ] %*% z", "((x %*% y[1:2, ]) %*% z)"],
    ["-a %*% b", "((-a) %*% b)"],
    ["a + b < c * d", "((a + b) < (c * d))"],
    ["a < b && c == d || e", "(((a < b) && (c == d)) || e)"],
    ["a || b && c", "(a || (b && c))"],
    ["!a == b", "(!(a == b))"],
    ["!a && b", "((!a) && b)"],
    ["!!a", "(!(!a))"],
    ["(a + b) * c", "((a + b) * c)"],
    ["f(a, -b)", "f(a, (-b))"],
  ])("%s is %s", (text, tree) => {
    expect(explicit(expression(text))).toBe(tree)
  })

  it("gives a whole matrix, a row, a column and a range their own indices", () => {
    const kinds = (text: string) => {
      const e = expression(text)
      return e.kind === "variable" ? (e.indices?.map((index) => index.kind) ?? null) : "?"
    }
    expect(kinds("x")).toBe(null)
    expect(kinds("x[]")).toEqual(["all"])
    expect(kinds("x[,]")).toEqual(["all", "all"])
    expect(kinds("x[i,]")).toEqual(["value", "all"])
    expect(kinds("x[,2:3]")).toEqual(["all", "value"])
    expect(kinds("x[c(1,3), y[z[i]]]")).toEqual(["value", "value"])
  })

  it.each([
    ["1.0E-6", 1e-6],
    [".5", 0.5],
    ["1e3", 1000],
    ["1.", 1],
    ["12.50e+2", 1250],
    ["0", 0],
  ])("reads the number %s", (text, value) => {
    expect(expression(text)).toMatchObject({ kind: "number", value })
  })
})

describe("statements", () => {
  it("reads declarations, data and model", () => {
    const program = parseBugs("var a, b[3, N+1]; var c\ndata { x <- 1 }\nmodel { y ~ dnorm(x, 1) }")
    expect(program.declarations.map(({ name, dims }) => [name, dims.map((d) => printExpr(d))])).toEqual([
      ["a", []],
      ["b", ["3", "N + 1"]],
      ["c", []],
    ])
    expect(program.data).toHaveLength(1)
    expect(program.model).toHaveLength(1)
  })

  it("reads bounds with either side empty", () => {
    const bounds = (text: string) => {
      const statement = parseBugs(`model { x ~ dnorm(0, 1) ${text} }`).model[0]
      if (statement?.kind !== "stochastic" || statement.bounds === null) return null
      const { kind, lower, upper } = statement.bounds
      return [kind, lower && printExpr(lower), upper && printExpr(upper)]
    }
    expect(bounds("")).toBe(null)
    expect(bounds("T(a, b + 1)")).toEqual(["T", "a", "b + 1"])
    expect(bounds("T (0,)")).toEqual(["T", "0", null])
    expect(bounds("I(,b)")).toEqual(["I", null, "b"])
    expect(bounds("T(,)")).toEqual(["T", null, null])
  })

  it("reads links", () => {
    const program = parseBugs(
      "model { logit(p[i]) <- a; log(m) = b; cloglog(q) <- 1; probit(r) <- 2; s <- 3 }",
    )
    expect(program.model.map((s) => (s.kind === "deterministic" ? s.link : "?"))).toEqual([
      "logit",
      "log",
      "cloglog",
      "probit",
      null,
    ])
  })

  it("keeps the place of everything", () => {
    const source = "model {\n  x[1, ] ~ dnorm(a + b, 1) T(0, )\n  for (i in 1:3) { y[i] <- (a) }\n}"
    const at = ({ start, end }: { start: number; end: number }) => source.slice(start, end)
    const [first, loop] = parseBugs(source).model
    if (first?.kind !== "stochastic" || loop?.kind !== "for") throw new Error("unexpected tree")
    expect(at(first.span)).toBe("x[1, ] ~ dnorm(a + b, 1) T(0, )")
    expect(at(first.target.span)).toBe("x[1, ]")
    expect(at(first.args[0]!.span)).toBe("a + b")
    expect(at(loop.span)).toBe("for (i in 1:3) { y[i] <- (a) }")
    expect(at(loop.range.span)).toBe("1:3")
    expect(at(loop.body[0]!.span)).toBe("y[i] <- (a)")
  })
})

describe("classic models", () => {
  const entries = Object.entries(classicModels)

  it("are more than thirty", () => {
    expect(entries.length).toBeGreaterThan(30)
  })

  it.each(entries)("%s is read, printed and read as the same tree", (name, text) => {
    const program = parseBugs(text, name)
    expect(program.source).toBe(text)
    // Every relation of the text is in the tree: outside comments there is one sign for each.
    const signs = text.replace(/#[^\n]*|\/\*.*?\*\//gsu, "").match(/<-|~|(?<![=<>!])=(?!=)/g) ?? []
    const statements = statementsOf([...program.data, ...program.model])
    expect(statements.filter((s) => s.kind !== "for")).toHaveLength(signs.length)
    const printed = printBugs(program)
    expect(bare(parseBugs(printed))).toEqual(bare(program))
    expect(printBugs(parseBugs(printed))).toBe(printed)
  })

  it("use every kind of thing there is", () => {
    const all = Object.values(classicModels).map((text) => parseBugs(text))
    const statements = all.flatMap((p) => statementsOf([...p.data, ...p.model]))
    const distributions = new Set(
      statements.flatMap((s) => (s.kind === "stochastic" ? [s.distribution] : [])),
    )
    expect(distributions.size).toBeGreaterThanOrEqual(20)
    expect(all.some((p) => p.declarations.length > 0 && p.model.length > 0)).toBe(true)
    expect(all.some((p) => p.data.length > 0)).toBe(true)
    const links = new Set(statements.flatMap((s) => (s.kind === "deterministic" ? [s.link] : [])))
    expect(links).toEqual(new Set([null, "logit", "log", "cloglog", "probit"]))
  })
})

const NAME = fc.constantFrom("a", "b.c", "x_1", "T", "I", "mean", "pi", "data", "in", "model")
const OPERATORS = ["||", "&&", "<", "<=", ">", ">=", "==", "!=", "+", "-", "*", "/", "%*%", "%%", ":", "^"]
const span = { start: 0, end: 0 }
const { expr } = fc.letrec<{ expr: BugsExpr; index: unknown }>((tie) => ({
  index: fc.oneof(
    fc.constant({ kind: "all", span }),
    fc.record({ kind: fc.constant("value"), value: tie("expr"), span: fc.constant(span) }),
  ),
  expr: fc.oneof(
    { maxDepth: 5, depthSize: "small" },
    fc.record({
      kind: fc.constant("number" as const),
      value: fc
        .oneof(fc.nat(), fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }))
        .map((x) => x + 0),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant("variable" as const),
      name: NAME,
      indices: fc.constant(null),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant("variable" as const),
      name: NAME,
      indices: fc.array(tie("index"), { minLength: 1, maxLength: 3 }),
      span: fc.constant(span),
    }) as fc.Arbitrary<BugsExpr>,
    fc.record({
      kind: fc.constant("call" as const),
      name: NAME,
      args: fc.array(tie("expr"), { maxLength: 3 }),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant("call" as const),
      name: fc.constantFrom(...OPERATORS),
      args: fc.tuple(tie("expr"), tie("expr")),
      span: fc.constant(span),
    }),
    fc.record({
      kind: fc.constant("call" as const),
      name: fc.constantFrom("-", "!"),
      args: fc.tuple(tie("expr")),
      span: fc.constant(span),
    }),
  ),
}))

describe("printing", () => {
  it("reads back as the same tree, whatever the expression", () => {
    fc.assert(
      fc.property(expr, (e) => {
        expect(bare(expression(printExpr(e)))).toEqual(bare(e))
      }),
      { numRuns: 1000, seed: 20 },
    )
  })

  it("writes no parenthesis too many", () => {
    for (const text of ["a + b * c", "-a^2", "(a + b) * c", "a - (b - c)", "1:N + 1", "!(a && b)"]) {
      expect(printExpr(expression(text))).toBe(text)
    }
  })

  it("writes a number below zero, which no text gives, as its negation", () => {
    const minus = (value: number): BugsExpr => ({ kind: "number", value, span })
    const power: BugsExpr = { kind: "call", name: "^", args: [minus(-2), minus(3)], span }
    expect(printExpr(power)).toBe("(-2)^3")
    expect(printExpr(minus(-1e-7))).toBe("-1e-7")
  })

  it("prints a program as one would write it", () => {
    const program: BugsProgram = parseBugs(
      "var b[2,N],c;data{z<-1}model{for(i in 1:N){b[1,i]~dnorm(0,z)T(,3);logit(p[i])=b[1,i]}}",
    )
    expect(printBugs(program)).toBe(`var b[2, N], c;
data {
  z <- 1
}
model {
  for (i in 1:N) {
    b[1, i] ~ dnorm(0, z) T(, 3)
    logit(p[i]) <- b[1, i]
  }
}
`)
  })
})

describe("errors", () => {
  /** The text, the characters pointed at, the message, and a part of the remedy. */
  const cases: readonly (readonly [string, string, string, string])[] = [
    ["model { x ~ dnorm(0, 1)", "{", 'this "{" is not closed', 'expected "}"'],
    ["model { for (i in 1:3) { x <- 1 }", "{", 'this "{" is not closed', 'expected "}"'],
    ["model { x <- 1 } }", "}", 'found "}", expected the end of the model', "closes nothing"],
    ["model { x == 1 }", "==", 'found "==", expected "~" or "<-" after "x"', 'write "<-"'],
    ["model { x < - 1 }", "<", 'found "<", expected "~" or "<-" after "x"', "without a space"],
    ["model { y <- x <- 1 }", "<-", 'found "<-", expected an operator or the next statement', "a < -1"],
    ["model { y <- step(x <-1) }", "<-", 'found "<-", expected an operator, a comma or ")"', "a < -1"],
    ["model { x ~ mu }", "mu", 'found "mu", expected a distribution', 'to set x to a value write "<-"'],
    ["model { x ~ 3 }", "3", 'found "3", expected a distribution', "dnorm(mean, precision)"],
    [
      "model { x ~ normal(0, 1) }",
      "normal",
      'found "normal", expected a distribution',
      "dnorm(mean, precision)",
    ],
    ["model { x ~ sqrt(y) }", "sqrt", 'found "sqrt", expected a distribution', 'write "<-"'],
    ["model { lgoit(p) <- 1 }", "lgoit", 'found "lgoit(" on the left', 'did you mean "logit"?'],
    ["model { exp(p) <- 1 }", "exp", 'found "exp(" on the left', "put the variable alone"],
    [
      "model { logit(p) ~ dnorm(0, 1) }",
      "~",
      'found "~", expected "<-"',
      "a distribution belongs to a variable",
    ],
    ["model { logit(2) <- 1 }", "2", 'found "2", expected a variable', 'a link reads "logit(p[i]) <- …"'],
    ["model { x ~ dnorm(0, 1) T(0) }", ")", 'found ")", expected ","', "T(lower, )"],
    ["model { x ~ dnorm(0, 1) T() }", ")", 'found ")", expected a bound', "T(lower, upper)"],
    ["model { x ~ dnorm(0, 1 }", "(", 'this "(" is not closed', 'expected ")" before "}"'],
    [
      "model { x ~ dnorm(0 1) }",
      "1",
      'found "1", expected an operator, a comma or ")"',
      "put an operator before",
    ],
    [
      "model { x ~ dnorm(mean = 0, 1) }",
      "=",
      'found "=", expected an operator, a comma or ")"',
      "arguments have no names",
    ],
    ["model { x ~ dnorm(0, ) }", ")", 'found ")", expected an argument', "take the comma out"],
    ["model { x[1 <- 2 }", "<-", 'found "<-", expected an operator, a comma or "]"', "a < -1"],
    ["model { x <- a[1 }", "[", 'this "[" is not closed', 'expected "]"'],
    ["model { x <- }", "}", 'found "}", expected an expression', "a number, a name"],
    ["model { x <- +3 }", "+", 'found "+", expected a number, a name or (', "take it out"],
    ["model { x <- 1 < 2 < 3 }", "<", 'a second "<" without parentheses', "a < b && b < c"],
    ["model { x <- 1:2:3 }", ":", 'a second ":" without parentheses', "first:last"],
    ["model { x <- 2 y }", "}", 'found "}", expected "~" or "<-" after "y"', '"<-"'],
    ["model { x <- 2 y z <- 3 }", "z", 'found "z", expected "~" or "<-" after "y"', "check the line before"],
    ["model { 3 <- x }", "3", 'found "3", expected a statement', "x <- a + b"],
    ["model { for (i in 1:3) x[i] <- 1 }", "x", 'found "x", expected "{"', "in braces"],
    ["model { for (i = 1:3) { } }", "=", 'found "=", expected "in"', "for (i in 1:N)"],
    ["model { for (1 in 1:3) { } }", "1", 'found "1", expected the name of the index', "for (i in 1:N)"],
    ["model { if (x > 0) { y <- 1 } }", "if", 'there is no "if"', "ifelse(condition, a, b)"],
    ["model { x & y }", "&", 'unexpected character "&"', "&&"],
    ['model { x <- "a" }', '"', 'unexpected character """', "no texts"],
    ["model { x <- 1e999 }", "1e999", "the number 1e999 is too large", "1.8e308"],
    ["model { /* x <- 1 }", "/*", "this comment is not closed", "*/"],
    ["model { x <- a %o b }", "%", 'unexpected character "%"', "a second %"],
    ["x ~ dnorm(0, 1)", "x", 'found "x", expected "model {"', 'put "model {"'],
    ["{ x ~ dnorm(0, 1) }", "{", 'found "{", expected "model {"', 'put "model {"'],
    [
      "model rats;\nconst N = 3;\n{ x <- 1 }",
      "rats",
      'found "rats", expected "{"',
      "the header of the first BUGS",
    ],
    ["model rats { x <- 1 }", "rats", 'found "rats", expected "{"', "a model has no name"],
    ["model x <- 1", "x", 'found "x", expected "{"', "the header of the first BUGS"],
    ["const N = 3; model { }", "const", 'found "const", expected "model {"', "constants are data"],
    [
      "model { x <- 1 } data { y <- 2 }",
      "data",
      'found "data", expected the end',
      'before the "model" block',
    ],
    ["data { y <- 2 } data { z <- 2 } model { }", "data", 'a second "data" block', "join the two"],
    ["model { x <- 1 }\nlist(N = 3)", "list", 'found "list", expected the end', "files of their own"],
    ["var 3; model { }", "3", 'found "3", expected the name of a variable', "var x, y[N]"],
    ["data { x <- 1 }", "", "there is no model", 'expected "model { … }"'],
    ["", "", "there is no model", 'expected "model { … }"'],
  ]

  it.each(cases)("%s", (source, place, message, hint) => {
    const error = failure(source)
    expect(error.message).toContain(message)
    expect(error.hint).toContain(hint)
    expect(source.slice(error.span!.start, error.span!.end)).toBe(place)
  })

  it("name file, line and column and underline the place", () => {
    const error = failure("model {\n  x ~ dnorm(0, 1)\n  y ~ dgamma(1 2)\n}", "two.bug")
    expect(error.oneLine()).toBe(
      'two.bug, line 3, column 16: found "2", expected an operator, a comma or ")"; check the parentheses, or put an operator before "2"',
    )
    expect(showSpan(error.span!)).toBe("  y ~ dgamma(1 2)\n               ^")
    expect(failure("model {", undefined).where).toBe("line 1, column 7")
  })

  it("refuse what would exhaust the stack", () => {
    expect(failure(`model { x <- ${"(".repeat(5000)}1${")".repeat(5000)} }`).code).toBe("too-deep")
    expect(failure(`model { x <- ${"-".repeat(5000)}1 }`).code).toBe("too-deep")
    expect(failure(`model { x <- 1${" + 1".repeat(5000)} }`).code).toBe("too-deep")
    expect(failure(`model { ${"for (i in 1:2) { ".repeat(5000)}`).code).toBe("too-deep")
  })

  it("are the only thing that any text throws", () => {
    const piece = fc.constantFrom(
      ...[
        "model",
        "{",
        "}",
        "(",
        ")",
        "[",
        "]",
        "x",
        "for",
        "in",
        "~",
        "<-",
        "=",
        "dnorm",
        "T",
        ",",
        ";",
        "1",
        ":",
        "-",
        "!",
      ],
      ...["data", "var", "logit", "if", "%*%", "&&", "/*", "#", "\n", "é", "."],
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), fc.boolean(), (pieces, wrapped) => {
        const text = wrapped ? `model { ${pieces.join(" ")}` : pieces.join(" ")
        try {
          parseBugs(text)
        } catch (error) {
          expect(error).toBeInstanceOf(ModelSyntaxError)
          const { span: place, hint, where } = error as ModelSyntaxError
          expect(place!.end).toBeGreaterThan(place!.start)
          expect(hint).toBeTruthy()
          expect(where).toMatch(/^line \d+, column \d+$/)
        }
      }),
      { numRuns: 1000, seed: 8 },
    )
  })
})

it("cuts tokens with their places", () => {
  const tokens = lexBugs("x.1<-2**y # c\n")
  expect(tokens.map(({ kind, text, start, end }) => [kind, text, start, end])).toEqual([
    ["name", "x.1", 0, 3],
    ["operator", "<-", 3, 5],
    ["number", "2", 5, 6],
    ["operator", "^", 6, 8],
    ["name", "y", 8, 9],
    ["end", "", 13, 13],
  ])
})
