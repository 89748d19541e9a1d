import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { affineIn, isAffine } from "../../src/models/affine.ts"
import {
  add,
  at,
  column,
  dependsOn,
  diagonal,
  divide,
  dot,
  type Expr,
  element,
  gather,
  index,
  inverse,
  mapChildren,
  matrix,
  multiply,
  negate,
  nodesIn,
  number,
  outer,
  power,
  sameExpr,
  sqrt,
  state,
  substitute,
  subtract,
  sum,
  usesIndex,
  vector,
} from "../../src/models/expression.ts"
import type { ModelGraph } from "../../src/models/graph.ts"
import { renderLatex, renderText } from "../../src/models/render.ts"
import { asMatrix, asNumber, asVector, evaluate, type Place } from "../kit/evaluate-expression.ts"

/** Five rows in two groups, two scalars, a vector of two by group, a covariance. */
const GRAPH: ModelGraph = {
  plates: [
    { id: "rows", index: "i", sizeSymbol: "N", size: 5, labels: null },
    { id: "g", index: "j", sizeSymbol: "J", size: 2, labels: ["p", "q"] },
  ],
  maps: [{ id: "g", from: "rows", to: "g", codes: Int32Array.of(0, 1, 1, 0, 1) }],
  columns: [
    { id: "x", plate: "rows", values: Float64Array.of(1, -2, 0.5, 3, 4) },
    { id: "y", plate: "rows", values: Float64Array.of(2, 0, 1, -1, 5) },
  ],
  nodes: ["a", "b", "u", "S"].map((id) => ({
    id,
    symbol: { letter: id, squared: false, subscript: null },
    plate: id === "u" ? "g" : null,
    shape:
      id === "S"
        ? { kind: "matrix", terms: ["k", "l"] }
        : id === "u"
          ? { kind: "vector", terms: ["k", "l"] }
          : { kind: "scalar" },
    distribution: { family: "flat", parameters: {} },
    observed: null,
  })),
  quantities: [],
  effects: [],
}
const slot = (offset: number, stride: number, members: number, q: number) => ({ offset, stride, members, q })
const LAYOUT = {
  length: 10,
  slots: { a: slot(0, 1, 1, 1), b: slot(1, 1, 1, 1), u: slot(2, 2, 2, 2), S: slot(6, 4, 1, 2) },
}
const STATE = Float64Array.of(1.5, -0.7, 0.3, 2, -1, 0.8, 2, 0.5, 0.5, 1)
const place = (variables: Place["variables"] = {}): Place => ({
  graph: GRAPH,
  layout: LAYOUT,
  state: STATE,
  variables,
})
const numberOf = (e: Expr, variables: Place["variables"] = {}) => asNumber(evaluate(e, place(variables)))

const [a, b] = [state("a"), state("b")]
const [x, y] = [column("x", index("i")), column("y", index("i"))]
const u = state("u", gather("g", "i"))
const S = state("S")
const ROWS = { plate: "rows" }
const OWN = { plate: "rows", where: { map: "g", equals: "j" } }

describe("constructors simplify what a reader would, and nothing else", () => {
  it.each<[string, Expr, string]>([
    ["zero drops out of a sum", add(number(0), a, number(0), b), "a + b"],
    ["numbers of a sum come last", add(number(2), a, number(-3)), "a - 1"],
    ["an empty sum", add(), "0"],
    ["ones drop out of a product", multiply(number(1), a, number(1)), "a"],
    ["numbers of a product come first", multiply(a, number(2), number(3)), "6 * a"],
    ["zero absorbs", multiply(a, number(0)), "0"],
    ["nothing is subtracted", subtract(a, number(0)), "a"],
    ["division by one", divide(a, number(1)), "a"],
    ["a prior's numbers stay as they are", divide(number(1), number(0.5)), "1 / 0.5"],
    ["square of a root", power(sqrt(a), 2), "a"],
    ["root of a number", sqrt(number(9)), "3"],
    ["inverse of an inverse", inverse(inverse(S)), "S"],
    ["minus", negate(a), "-a"],
    ["a difference of a difference", subtract(a, subtract(b, number(1))), "a - (b - 1)"],
    ["a quotient of quotients", divide(divide(a, b), divide(b, a)), "(a / b) / (b / a)"],
    ["a product of a sum", multiply(add(a, b), a), "(a + b) * a"],
    ["a power of a product", power(multiply(a, b), 2), "(a * b)^2"],
    [
      "what is free of the index leaves the sum",
      sum("i", ROWS, divide(multiply(a, x), b)),
      "a * sum_i x_i / b",
    ],
    ["a sum of a constant is a count", sum("i", ROWS, a), "a * N"],
    ["also over the members of a group", sum("i", OWN, number(1)), "n_j"],
    ["a sum inside a difference", subtract(a, sum("i", ROWS, x)), "a - sum_i x_i"],
    ["an element of a matrix", element(inverse(S), 0, 1), "(inverse(S))[1, 2]"],
  ])("%s", (_, e, text) => {
    expect(renderText(e, GRAPH)).toBe(text)
  })
})

describe("simplifying keeps the value", () => {
  const leaf: fc.Arbitrary<Expr> = fc.oneof(
    fc.constantFrom<Expr>(a, b, x, y, number(0), number(1), number(-1), number(2.5)),
  )
  const { tree } = fc.letrec<{ tree: Expr }>((tie) => ({
    tree: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc.array(tie("tree"), { minLength: 1, maxLength: 3 }).map((terms): Expr => ({ op: "add", terms })),
      fc
        .array(tie("tree"), { minLength: 1, maxLength: 3 })
        .map((factors): Expr => ({ op: "multiply", factors })),
      fc.tuple(tie("tree"), tie("tree")).map(([left, right]): Expr => ({ op: "subtract", left, right })),
      fc
        .tuple(tie("tree"), fc.constantFrom<Expr>(a, b, number(2)))
        .map(([left, right]): Expr => ({ op: "divide", left, right })),
      tie("tree").map((base): Expr => ({ op: "power", base, exponent: 2 })),
      tie("tree").map((body): Expr => ({ op: "sum", index: "i", range: ROWS, body })),
    ),
  }))
  const rebuild = (e: Expr): Expr => mapChildren(e, rebuild)
  const near = (left: number, right: number) =>
    expect(Math.abs(left - right)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(left) + Math.abs(right)))

  it("through every constructor", () => {
    fc.assert(
      fc.property(tree, (e) => {
        near(numberOf(rebuild(e), { i: 1 }), numberOf(e, { i: 1 }))
      }),
      { seed: 11, numRuns: 300 },
    )
  })

  it("affine parts put together again are the expression", () => {
    fc.assert(
      fc.property(tree, (raw) => {
        const e = rebuild(raw)
        const affine = affineIn(e, "a")
        if (!isAffine(affine)) return
        expect(dependsOn(affine.offset, "a") || dependsOn(affine.coefficient, "a")).toBe(false)
        near(numberOf(add(affine.offset, multiply(affine.coefficient, a)), { i: 2 }), numberOf(e, { i: 2 }))
      }),
      { seed: 12, numRuns: 300 },
    )
  })
})

describe("elements", () => {
  const cases: [string, Expr][] = [
    ["vector", vector([a, x])],
    ["scaled vector", multiply(a, vector([number(1), x]))],
    ["vector over a scalar", divide(vector([number(1), x]), b)],
    ["vector times a residual", multiply(vector([number(1), x]), subtract(y, a))],
    ["sum of vectors", sum("i", OWN, multiply(vector([number(1), x]), subtract(y, a)))],
    ["state", state("u", index("j"))],
  ]
  it.each(cases)("of a %s", (_, e) => {
    const whole = asVector(evaluate(e, place({ i: 2, j: 1 })))
    for (const t of [0, 1]) expect(numberOf(element(e, t), { i: 2, j: 1 })).toBeCloseTo(whole[t]!, 12)
  })

  const matrices: [string, Expr][] = [
    ["outer product", outer(vector([number(1), x]))],
    ["sum of outer products", divide(sum("i", OWN, outer(vector([number(1), x]))), a)],
    ["diagonal", diagonal([a, b])],
    ["constant", matrix(2, [1, 2, 2, 5])],
    ["inverse", inverse(S)],
    ["sum of kinds", add(outer(state("u", index("j"))), diagonal([a, b]), inverse(S))],
  ]
  it.each(matrices)("of a matrix: %s", (_, e) => {
    const whole = asMatrix(evaluate(e, place({ i: 2, j: 1 })))
    for (const r of [0, 1]) {
      for (const c of [0, 1])
        expect(numberOf(element(e, r, c), { i: 2, j: 1 })).toBeCloseTo(whole[r]![c]!, 12)
    }
  })
})

describe("affine", () => {
  const mean = add(a, multiply(b, x), dot(vector([number(1), x]), u))

  it("of a scalar, a coefficient, a vector", () => {
    const parts = ["a", "b", "u"].map((node) => {
      const found = affineIn(mean, node)
      if (!isAffine(found)) throw new Error(found.reason)
      return [renderText(found.offset, GRAPH), renderText(found.coefficient, GRAPH), found.at]
    })
    expect(parts).toEqual([
      ["b * x_i + (1, x_i)' * u_g[i]", "1", null],
      ["a + (1, x_i)' * u_g[i]", "x_i", null],
      ["a + b * x_i", "(1, x_i)", gather("g", "i")],
    ])
  })

  it.each<[string, Expr, string]>([
    ["a square", power(a, 2), "a enters through a power of 2"],
    ["a product with itself", multiply(a, add(a, b)), "a enters through a product with itself"],
    ["a denominator", divide(b, a), "a enters through a denominator"],
    ["a root", sqrt(a), "a enters through sqrt()"],
    ["two indices", add(state("u", at(0)), state("u", index("j"))), "u enters through two different indices"],
    ["a dot product with itself", dot(u, u), "u enters through a dot product with itself"],
  ])("not: %s", (_, e, reason) => {
    expect(affineIn(e, e.op === "dot" || reason.startsWith("u") ? "u" : "a")).toEqual({ reason })
  })
})

describe("walking", () => {
  it("finds nodes and indices, and replaces nodes", () => {
    const e = add(multiply(b, x), sum("i", OWN, multiply(a, y, u)))
    expect([...nodesIn(e)].sort()).toEqual(["a", "b", "u"])
    expect(usesIndex(e, "i")).toBe(true)
    expect(usesIndex(e, "j")).toBe(true)
    expect(usesIndex(e, "k")).toBe(false)
    expect(
      dependsOn(
        substitute(e, "a", () => b),
        "a",
      ),
    ).toBe(false)
    expect(
      sameExpr(
        substitute(power(a, 2), "a", () => sqrt(b)),
        b,
      ),
    ).toBe(true)
  })
})

describe("LaTeX", () => {
  it.each<[Expr, string]>([
    [
      divide(sum("i", ROWS, power(subtract(y, a), 2)), number(2)),
      "\\frac{\\sum_{i} \\left(y_{i} - a\\right)^{2}}{2}",
    ],
    [multiply(number(2), power(number(0.5), 2)), "2 \\cdot 0.5^{2}"],
    [number(1e-9), "1 \\cdot 10^{-9}"],
    [dot(vector([number(1), x]), u), "\\left(1, x_{i}\\right) \\, u_{\\text{g}[i]}"],
    [inverse(add(S, diagonal([a, b]))), "\\left(S + \\operatorname{diag}\\left(a, b\\right)\\right)^{-1}"],
  ])("%#", (e, text) => {
    expect(renderLatex(e, GRAPH)).toBe(text)
  })
})
