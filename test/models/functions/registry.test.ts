import { readFileSync } from "node:fs"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { ModelError } from "../../../src/core/errors.ts"
import { type ArrayValue, sizeOf } from "../../../src/models/array-value.ts"
import type { BugsExpr } from "../../../src/models/bugs/ast.ts"
import { parseBugs } from "../../../src/models/bugs/parse.ts"
import { elementwiseDims } from "../../../src/models/functions/elementwise.ts"
import {
  argumentCounts,
  elementwise,
  findFunction,
  lookupFunction,
  type ModelFunction,
  modelFunctions,
  type ScalarFunction,
} from "../../../src/models/functions/registry.ts"

type Figure = number | "NaN" | "Inf" | "-Inf"
interface Oracle {
  readonly scalar: Readonly<Record<string, { readonly x: readonly Figure[]; readonly y: readonly Figure[] }>>
  readonly array: readonly {
    readonly expression: string
    readonly data: Readonly<Record<string, { readonly dims: number[]; readonly values: Figure[] }>>
    readonly dims: readonly number[]
    readonly values: readonly Figure[]
  }[]
}

const oracle: Oracle = JSON.parse(
  readFileSync(new URL("../../oracle/model-functions.json", import.meta.url), "utf8"),
)
const figure = (x: Figure): number =>
  typeof x === "number" ? x : x === "NaN" ? Number.NaN : x === "Inf" ? Infinity : -Infinity
const scalarValue = (value: number): ArrayValue => ({ dims: [1], values: Float64Array.of(value) })
function applyFunction(f: ModelFunction, args: readonly ArrayValue[]): ArrayValue {
  if (f.kind === "scalar") return elementwise(f, args)
  const shapes = args.map((arg) => arg.dims)
  const dims = f.dims(shapes, args)
  const values = new Float64Array(sizeOf(dims))
  f.evaluate(args, values)
  return { dims, values }
}
const vector = (...values: number[]): ArrayValue => ({
  dims: [values.length],
  values: Float64Array.from(values),
})
const matrix = (rows: number, ...values: number[]): ArrayValue => ({
  dims: [rows, values.length / rows],
  values: Float64Array.from(values),
})
const apply = (name: string, ...args: ArrayValue[]): ArrayValue =>
  applyFunction(lookupFunction(name, args.length), args)
const scalar = (name: string): ScalarFunction => {
  const found = findFunction(name)
  if (found?.kind !== "scalar") throw new Error(`${name} is not a scalar function`)
  return found
}
const catchError = (run: () => unknown): ModelError => {
  try {
    run()
  } catch (error) {
    if (error instanceof ModelError) return error
    throw error
  }
  throw new Error("nothing was thrown")
}

function evaluate(e: BugsExpr, data: ReadonlyMap<string, ArrayValue>): ArrayValue {
  if (e.kind === "number") return scalarValue(e.value)
  if (e.kind === "variable") return data.get(e.name)!
  return apply(e.name, ...e.args.map((arg) => evaluate(arg, data)))
}

describe("scalar functions against R", () => {
  for (const [name, { x, y }] of Object.entries(oracle.scalar)) {
    it(`${name} agrees to 1e-13`, () => {
      const f = scalar(name)
      x.forEach((argument, i) => {
        const expected = figure(y[i]!)
        const found = f.evaluate(figure(argument))
        // Near the zeros of log gamma, at 1 and 2, the last figures of the argument decide: absolute there.
        const scale =
          name === "loggam" || name === "logfact" ? Math.max(1, Math.abs(expected)) : Math.abs(expected)
        const error = Math.abs(found - expected) / (scale || 1)
        expect(error, `${name}(${argument}) = ${found}, expected ${expected}`).toBeLessThan(1e-13)
      })
    })
  }
})

describe("array functions against JAGS", () => {
  it.each(oracle.array.map((c) => [c.expression, c] as const))("%s", (expression, { data, dims, values }) => {
    const statement = parseBugs(`model { result <- ${expression} }`).model[0]!
    if (statement.kind !== "deterministic") throw new Error("expected a definition")
    const arrays = new Map(
      Object.entries(data).map(([name, d]) => [
        name,
        { dims: d.dims, values: Float64Array.from(d.values, figure) },
      ]),
    )
    const result = evaluate(statement.value, arrays)
    expect(result.dims).toEqual(dims)
    // The exponential of a matrix is as exact as its norm allows; everything else to the last few bits.
    const scale = Math.max(...values.map((v) => Math.abs(figure(v))))
    values.forEach((value, i) => {
      expect(Math.abs(result.values[i]! - figure(value))).toBeLessThanOrEqual(2e-14 * scale)
    })
  })
})

describe("derivatives", () => {
  const inside: Readonly<Record<string, () => fc.Arbitrary<number>>> = {
    logit: () => fc.double({ min: 0.05, max: 0.95, noNaN: true }),
    probit: () => fc.double({ min: 0.05, max: 0.95, noNaN: true }),
    cloglog: () => fc.double({ min: 0.05, max: 0.95, noNaN: true }),
    arcsin: () => fc.double({ min: -0.9, max: 0.9, noNaN: true }),
    arccos: () => fc.double({ min: -0.9, max: 0.9, noNaN: true }),
    arctanh: () => fc.double({ min: -0.9, max: 0.9, noNaN: true }),
    arccosh: () => fc.double({ min: 1.2, max: 4, noNaN: true }),
    tan: () => fc.double({ min: -1.2, max: 1.2, noNaN: true }),
  }
  const anywhere = fc.double({ min: 0.2, max: 3, noNaN: true })
  for (const f of modelFunctions) {
    if (f.kind !== "scalar" || f.derivative === undefined) continue
    const { derivative } = f
    it(`of ${f.name} are its slopes`, () => {
      for (let count = argumentCounts(f.arity).min; count <= argumentCounts(f.arity).max; count++) {
        const args = fc.array(inside[f.name]?.() ?? anywhere, { minLength: count, maxLength: count })
        fc.assert(
          fc.property(args, (x) => {
            for (let k = 0; k < count; k++) {
              const at = (shift: number) => f.evaluate(...x.map((v, i) => (i === k ? v + shift : v)))
              const central = (h: number) => (at(h) - at(-h)) / (2 * h)
              // Richardson: the error is of order h⁴.
              const slope = (4 * central(5e-4) - central(1e-3)) / 3
              expect(Math.abs(derivative[k]!(...x) - slope)).toBeLessThan(2e-8 * (1 + Math.abs(slope)))
            }
          }),
          { numRuns: 50, seed: 11 },
        )
      }
    })
  }
  it("of x^y at the edge", () => {
    const [byBase, byExponent] = scalar("^").derivative!
    expect(byBase!(0, 0)).toBe(0)
    expect(byBase!(0, 1)).toBe(1)
    expect(byExponent!(0, 2)).toBe(0)
  })
})

describe("edges of the scalar functions", () => {
  it.each([
    ["^", [0, 0], 1],
    ["log", [0], -Infinity],
    ["logit", [0], -Infinity],
    ["logit", [1], Infinity],
    ["logit", [1.5], Number.NaN],
    ["ilogit", [-1000], 0],
    ["ilogit", [1000], 1],
    ["probit", [0], -Infinity],
    ["probit", [1], Infinity],
    ["phi", [-Infinity], 0],
    ["phi", [Infinity], 1],
    ["phi", [Number.NaN], Number.NaN],
    ["cloglog", [0], -Infinity],
    ["cloglog", [1], Infinity],
    ["icloglog", [-Infinity], 0],
    ["icloglog", [1000], 1],
    ["loggam", [0], Infinity],
    ["loggam", [-0.5], Number.NaN],
    ["sqrt", [-1], Number.NaN],
    ["%%", [-7, 3], 2],
    ["%%", [7, -3], -2],
    ["%%", [6, 3], 0],
    ["!", [0], 1],
    ["!", [0.5], 0],
    ["+", [3], 3],
    ["-", [3], -3],
    ["ifelse", [0, 1, 2], 2],
  ])("%s(%o) = %d", (name, args, expected) => {
    expect(scalar(name as string).evaluate(...(args as number[]))).toBe(expected)
  })

  it("logit is accurate where it is near 0", () => {
    expect(scalar("logit").evaluate(0.5 + 2 ** -40)).toBeCloseTo(2 ** -38, 24)
  })

  it("phi keeps its figures in the lower tail and mirrors in the upper", () => {
    const { evaluate } = scalar("phi")
    // Abramowitz & Stegun, table 26.2: -log10 of the tail.
    expect(-Math.log10(evaluate(-30))).toBeCloseTo(197.30921, 5)
    for (const x of [0.1, 1, 2.5, 4]) expect(evaluate(x) + evaluate(-x)).toBeCloseTo(1, 15)
  })

  it("comparisons and steps say that they are integers", () => {
    for (const name of ["<", "<=", ">", ">=", "==", "!=", "&&", "||", "!", "step", "round", "trunc"]) {
      expect(scalar(name).integer, name).toBe(true)
    }
  })
})

describe("declared linearity", () => {
  const shapes: Readonly<Record<string, readonly ArrayValue[]>> = {
    "%*%": [matrix(2, 1, 2, 3, 4, 5, 6), matrix(3, 1, -1, 2, 0.5, 3, 1)],
    inprod: [vector(1, 2, 3), vector(4, -1, 2)],
    "interp.lin": [scalarValue(2.3), vector(1, 2, 4), vector(3, -1, 5)],
    rep: [vector(1, 2), scalarValue(2)],
    t: [matrix(2, 1, 2, 3, 4, 5, 6)],
    mean: [vector(1, 5, 2)],
    "/": [vector(1, 2), scalarValue(3)],
    "*": [vector(1, 2), vector(3, 5)],
  }
  const scaled = (a: ArrayValue, factor: number): ArrayValue => ({
    ...a,
    values: a.values.map((v) => v * factor),
  })
  for (const f of modelFunctions) {
    const { linear } = f
    if (linear === undefined) continue
    it(`of ${f.name}`, () => {
      const args = shapes[f.name] ?? [vector(1, -2, 4), vector(3, 0.5, 2)]
      const base = applyFunction(f, args).values
      const groups = linear === "jointly" ? [args.map((_, k) => k)] : linear.map((k) => [k])
      for (const group of groups) {
        const found = applyFunction(
          f,
          args.map((arg, k) => (group.includes(k) ? scaled(arg, -3) : arg)),
        )
        found.values.forEach((value, i) => {
          expect(value).toBeCloseTo(-3 * base[i]!, 12)
        })
      }
    })
  }
})

describe("array functions", () => {
  it("take the inverse of a general matrix and refuse a singular one by NaN", () => {
    const a = matrix(3, 0, 2, 1, 1, 0, -3, 4, 1, 2)
    const product = apply("%*%", a, apply("inverse", a)).values
    product.forEach((value, i) => {
      expect(value).toBeCloseTo(i % 4 === 0 ? 1 : 0, 13)
    })
    expect([...apply("inverse", matrix(2, 1, 2, 2, 4)).values]).toEqual([NaN, NaN, NaN, NaN])
    expect(apply("inverse", scalarValue(4))).toEqual(scalarValue(0.25))
  })

  it("give a symmetric inverse of a symmetric matrix, to the last bit", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 9, maxLength: 9 }),
        (x) => {
          const factor = matrix(3, ...x)
          const a = apply("%*%", factor, apply("t", factor)).values
          for (let i = 0; i < 3; i++) a[4 * i]! += 0.5
          for (let i = 0; i < 3; i++) for (let j = 0; j < i; j++) a[3 * i + j] = a[3 * j + i]!
          const inverse = apply("inverse", { dims: [3, 3], values: a }).values
          expect(inverse[1]).toBe(inverse[3])
          expect(inverse[2]).toBe(inverse[6])
          expect(inverse[5]).toBe(inverse[7])
        },
      ),
      { numRuns: 50, seed: 4 },
    )
  })

  it("say NaN for a determinant that has no logarithm", () => {
    expect(apply("logdet", matrix(2, 1, 2, 2, 1)).values[0]).toBeNaN()
    expect(apply("logdet", matrix(2, 0, 1, -1, 0)).values[0]).toBe(0)
    expect(apply("logdet", matrix(2, 0, 1, 2, 0)).values[0]).toBeNaN()
  })

  it("exponentiate: exp(A) exp(-A) = I at any size of A", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 9, maxLength: 9 }),
        fc.double({ min: -4, max: 1, noNaN: true }),
        (x, power) => {
          const a = x.map((v) => v * 10 ** power)
          const up = apply("mexp", matrix(3, ...a))
          const down = apply("mexp", matrix(3, ...a.map((v) => -v)))
          const norm = Math.max(...up.values.map(Math.abs)) * Math.max(...down.values.map(Math.abs))
          apply("%*%", up, down).values.forEach((value, i) => {
            expect(Math.abs(value - (i % 4 === 0 ? 1 : 0))).toBeLessThan(1e-13 * norm)
          })
        },
      ),
      { numRuns: 100, seed: 9 },
    )
    expect([...apply("mexp", matrix(2, NaN, 0, 0, 1)).values]).toEqual([NaN, NaN, NaN, NaN])
  })

  it("order agrees with sort, rank with order", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 20 }), (x) => {
        const positions = apply("order", vector(...x)).values
        expect([...positions].map((p) => x[p - 1])).toEqual([...apply("sort", vector(...x)).values])
        const ranks = apply("rank", vector(...x)).values
        expect([...positions].map((p) => ranks[p - 1])).toEqual(x.map((_, i) => i + 1))
      }),
      { numRuns: 100, seed: 3 },
    )
  })

  it("make ranges, empty when they run downwards", () => {
    expect([...apply(":", scalarValue(2), scalarValue(4)).values]).toEqual([2, 3, 4])
    expect(apply(":", scalarValue(3), scalarValue(1)).dims).toEqual([0])
  })

  it("do not change their arguments", () => {
    const a = matrix(2, 4, 1, 1, 3)
    const before = [...a.values]
    for (const name of ["sort", "order", "rank", "inverse", "logdet", "mexp", "t", "sd", "mean", "sum"]) {
      apply(name, a)
      expect([...a.values], name).toEqual(before)
    }
  })
})

describe("element by element", () => {
  it("repeats scalars and keeps the shape", () => {
    const sum = apply("+", scalarValue(1), matrix(2, 1, 2, 3, 4))
    expect(sum).toEqual(matrix(2, 2, 3, 4, 5))
    expect(apply("ifelse", vector(1, 0), scalarValue(7), vector(8, 9))).toEqual(vector(7, 9))
  })

  it("takes a matrix of one column for a vector", () => {
    expect(elementwiseDims("+", [[3], [3, 1], [1, 1]])).toEqual([3])
  })

  it("refuses arrays of different shapes", () => {
    expect(catchError(() => apply("+", vector(1, 2, 3), vector(1, 2))).message).toBe(
      'found a vector of length 3 and a vector of length 2 in "+", expected scalars and arrays of one shape',
    )
    expect(() =>
      elementwiseDims("*", [
        [2, 3],
        [3, 2],
      ]),
    ).toThrow("a 2 × 3 matrix and a 3 × 2 matrix")
  })
})

describe("errors", () => {
  it.each([
    ["sqr", 1, 'there is no function "sqr"', 'did you mean "sqrt"?'],
    ["solve", 1, 'there is no function "solve"', "write inverse(x)"],
    [
      "frobnicate",
      1,
      'there is no function "frobnicate"',
      "write it with the functions there are, or give it as data",
    ],
    ["%**%", 2, 'there is no operator "%**%"', 'did you mean "%*%"?'],
    ["sqrt", 2, 'found 2 arguments of "sqrt", expected 1', "sqrt is sqrt(x), the square root"],
    ["-", 3, 'found 3 arguments of "-", expected 1 or 2', "- is x - y, the difference, or -x"],
    [
      "dnorm",
      2,
      'found 2 arguments of "dnorm", expected 3',
      'dnorm is dnorm(x, mean, precision), the density at x; to draw from the distribution write "~"',
    ],
    [
      "max",
      0,
      'found 0 arguments of "max", expected 1 or more',
      "max is max(x, …), the largest of all elements",
    ],
  ])("%s with %d arguments", (name, count, message, hint) => {
    const error = catchError(() => lookupFunction(name, count))
    expect(error.message).toBe(message)
    expect(error.hint).toBe(hint)
  })

  it.each([
    ["inverse", [matrix(2, 1, 2, 3, 4, 5, 6)], 'found a 2 × 3 matrix in "inverse", expected a square matrix'],
    ["inprod", [vector(1, 2), vector(1, 2, 3)], "expected two arrays of one length"],
    [
      "%*%",
      [matrix(2, 1, 2, 3, 4), vector(1, 2, 3)],
      "expected as many rows on the right as columns on the left",
    ],
    ["%*%", [vector(1, 2), vector(1, 2, 3)], "expected as many rows on the right as elements on the left"],
    ["sd", [scalarValue(1)], 'found a scalar in "sd", expected two or more values'],
    ["mean", [vector()], 'found an empty array in "mean"'],
    ["rep", [vector(1, 2), scalarValue(-1)], "found -1 repetitions"],
    ["rep", [vector(1, 2), vector(1, 2, 3)], "one number of repetitions, or one for each element"],
    [":", [scalarValue(1.5), scalarValue(3)], 'found 1.5 in ":", expected an integer'],
    [":", [scalarValue(1), scalarValue(1e12)], "expected at most"],
    ["interp.lin", [scalarValue(1), vector(1, 3, 2), vector(1, 2, 3)], "points that do not ascend"],
    ["interp.lin", [scalarValue(1), vector(1, 3), vector(1, 2, 3)], "two vectors of one length"],
    ["t", [{ dims: [1, 2, 2], values: new Float64Array(4) }], "found a 1 × 2 × 2 array"],
  ])("%s of arguments that do not fit", (name, args, message) => {
    expect(catchError(() => apply(name as string, ...(args as ArrayValue[]))).message).toContain(message)
  })

  it("say when the size of a result would be drawn", () => {
    const range = lookupFunction(":", 2)
    if (range.kind !== "array") throw new Error("expected an array function")
    expect(() => range.dims([[1], [1]], [scalarValue(1), undefined])).toThrow(
      'the last number of ":" is drawn',
    )
    const repeat = lookupFunction("rep", 2)
    if (repeat.kind !== "array") throw new Error("expected an array function")
    expect(() => repeat.dims([[3], [1]])).toThrow('the number of repetitions of "rep" is drawn')
  })
})

it("every name stands for one function", () => {
  const names = modelFunctions.flatMap((f) => [f.name, ...(f.aliases ?? [])])
  expect(new Set(names).size).toBe(names.length)
  for (const name of names) expect(findFunction(name)).toBeDefined()
})
