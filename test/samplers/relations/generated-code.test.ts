/** Generated code against the interpreter, and its derivatives against differences, on random expressions. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { bindEngine } from "../../../src/samplers/relations/engine.ts"
import { evaluateExpr } from "../../kit/relation-joint.ts"

const atoms = [
  "a",
  "b",
  "v[i]",
  "v[g[i]]",
  "v[z[i]]",
  "d[i]",
  "1.5",
  "-2",
  "i",
  "sum(v[])",
  "inprod(v[1:2], d[1:2])",
  "inprod(sort(v[1:3]), d[1:3])",
]

const { expression } = fc.letrec<{ expression: string; call: string }>((tie) => ({
  expression: fc.oneof({ maxDepth: 4 }, fc.constantFrom(...atoms), tie("call")),
  call: fc.oneof(
    fc
      .tuple(fc.constantFrom("+", "-", "*", "/"), tie("expression"), tie("expression"))
      .map(([op, x, y]) => `(${x} ${op} ${y})`),
    fc
      .tuple(fc.constantFrom("exp", "sin", "ilogit", "-", "phi"), tie("expression"))
      .map(([f, x]) => `${f}(${x})`),
    tie("expression").map((x) => `log(1 + (${x})^2)`),
    tie("expression").map((x) => `pow(${x}, 3)`),
    tie("expression").map((x) => `max(${x}, 0.37)`),
    fc.tuple(tie("expression"), tie("expression")).map(([x, y]) => `ifelse(z[i] == 1, ${x}, ${y})`),
  ),
}))

const data = { g: [2, 1, 3], d: [0.3, -1.2, 2], y: [1, 2, 3], p: [0.3, 0.3, 0.4] }

const compile = (e: string) =>
  bugs(
    `model { for (i in 1:3) { y[i] ~ dnorm(t[i], 1); t[i] <- ${e} + 0 * a; v[i] ~ dnorm(0, 1); z[i] ~ dcat(p[]) } a ~ dnorm(0, 1); b ~ dnorm(0, 1) }`,
    data,
  ).graph

function stateOf(graph: ReturnType<typeof compile>, numbers: readonly number[]): Float64Array {
  const s = graph.values.slice()
  const put = (name: string, values: readonly number[]) => {
    const variable = graph.variables.find((one) => one.name === name)
    if (variable !== undefined) s.set(values, variable.offset)
  }
  put("a", numbers.slice(0, 1))
  put("b", numbers.slice(1, 2))
  put("v", numbers.slice(2, 5))
  put("z", [1, 3, 2])
  return s
}

const states = fc.array(fc.double({ min: 0.1, max: 2, noNaN: true }), { minLength: 5, maxLength: 5 })
const list = Int32Array.of(0, 1, 2)

describe("generated code", () => {
  it("computes what the interpreter does, to the bit", () => {
    fc.assert(
      fc.property(expression, states, (e, numbers) => {
        const graph = compile(e)
        const s = stateOf(graph, numbers)
        const r = graph.relations.findIndex(({ variable }) => variable === "t")
        const relation = graph.relations[r]!
        const f = bindEngine(graph).functions[r]!
        if (relation.kind !== "deterministic" || f.kind !== "deterministic") throw new Error("not computed")
        f.update(s, list, 0, 3)
        const found = Array.from(list, (i) => s[relation.writes[i]!]!)
        expect(found).toEqual(
          Array.from(list, (i) => evaluateExpr(relation, i, relation.value, s).values[0]!),
        )
      }),
      { numRuns: 300, seed: 1 },
    )
  })

  it("differentiates as differences do", () => {
    fc.assert(
      fc.property(expression, states, fc.integer({ min: 0, max: 4 }), (e, numbers, k) => {
        // A kink has no derivative.
        fc.pre(!e.includes("max"))
        const graph = compile(e)
        const r = graph.relations.findIndex(({ variable }) => variable === "t")
        const relation = graph.relations[r]!
        const f = bindEngine(graph).functions[r]!
        if (relation.kind !== "deterministic" || f.kind !== "deterministic") throw new Error("not computed")
        const h = 1e-4
        const at = (shift: number): number[] => {
          const moved = stateOf(
            graph,
            numbers.map((x, j) => (j === k ? x + shift : x)),
          )
          return Array.from(list, (i) => evaluateExpr(relation, i, relation.value, moved).values[0]!)
        }
        const name = k === 0 ? "a" : k === 1 ? "b" : "v"
        const variable = graph.variables.find((one) => one.name === name)!
        const s = stateOf(graph, numbers)
        const t = new Float64Array(graph.length)
        t[variable.offset + Math.max(0, k - 2)] = 1
        f.tangent(s, t, list, 0, 3)
        const [low, high, near, far] = [at(-h), at(h), at(-h / 2), at(h / 2)]
        for (const i of list) {
          // Richardson's extrapolation; near a pole the two disagree, and nothing is asked.
          const coarse = (high[i]! - low[i]!) / (2 * h)
          const fine = (far[i]! - near[i]!) / h
          const scale = 1 + Math.abs(fine)
          if (!(Math.abs(coarse - fine) < 1e-4 * scale) || Math.abs(high[i]!) > 1e6) continue
          const slope = t[relation.writes[i]!]!
          expect(Math.abs(slope - (4 * fine - coarse) / 3)).toBeLessThan(1e-5 * scale)
        }
      }),
      { numRuns: 200, seed: 2 },
    )
  })
})
