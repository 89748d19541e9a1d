/** Densities of categories and counts as they are written out, against the distributions' own. */
import { describe, expect, it } from "vitest"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { bindWeigh } from "../../../src/samplers/relations/block-density.ts"
import { bindEngine, withInterpreter } from "../../../src/samplers/relations/engine.ts"
import { logDensityOf, refresh } from "../../kit/relation-joint.ts"

const TEXT = `model {
  for (i in 1:4) {
    c[i] ~ dcat(P[])
    d[i] ~ dcat(Q[i, 1:3])
    e[i] ~ dcat(E[z, 1:3])
    m[i, 1:3] ~ dmulti(P[], 5)
    n[i, 1:3] ~ dmulti(Q[i, 1:3], size[i])
    o[i, 1:3] ~ dmulti(E[z, 1:3], 5)
    for (k in 1:3) { Q[i, k] <- w[k] * i }
  }
  P[1:3] ~ ddirch(ones[])
  for (j in 1:2) { E[j, 1:3] ~ ddirch(ones[]) }
  z ~ dcat(half[])
  for (k in 1:3) { w[k] ~ dunif(-1, 2) }
}`
const counts = [
  [5, 0, 0],
  [2, 2, 1],
  [0, 0, 5],
  [1, 3, 1],
]
const DATA = {
  c: [1, 2, 3, 2],
  d: [3, 1, 2, 2],
  e: [1, 1, 2, 3],
  m: counts,
  n: counts,
  o: counts,
  size: [5, 5, 5, 5],
  ones: [1, 1, 1],
  half: [0.5, 0.5],
}

/** Values of P, E, z and w, and whether the densities are numbers. */
const STATES: readonly [string, number[], number[], number, number[]][] = [
  ["inside", [0.2, 0.3, 0.5], [0.1, 0.6, 0.4, 0.2, 0.5, 0.2], 2, [0.3, 0.2, 1.5]],
  ["a probability of 0", [0, 0.5, 0.5], [0, 0.6, 1, 0.2, 0, 0.2], 1, [0.3, 0, 1.5]],
  ["a negative weight", [-0.1, 0.6, 0.5], [0.1, 0.6, 0.4, 0.2, 0.5, 0.2], 1, [0.3, -0.2, 1.5]],
  [
    "an unknown weight",
    [Number.NaN, 0.6, 0.5],
    [0.1, Number.NaN, 0.4, 0.2, 0.5, 0.2],
    1,
    [0.3, Number.NaN, 1],
  ],
  ["nothing but zeros", [0, 0, 0], [0, 0, 0, 0, 0, 0], 1, [0, 0, 0]],
]

describe("densities of categories and counts", () => {
  for (const [how, make] of [
    ["compiled", <T>(f: () => T): T => f()],
    ["interpreted", withInterpreter],
  ] as const)
    it.each(STATES)(`${how}: %s`, (_, p, e, z, w) => {
      make(() => {
        const { graph } = bugs(TEXT, DATA)
        const engine = bindEngine(graph)
        const s = graph.values.slice()
        const put = (name: string, values: readonly number[]) =>
          s.set(values, graph.variables.find((one) => one.name === name)!.offset)
        put("P", p)
        put("E", e)
        put("z", [z])
        put("w", w)
        refresh(graph, s)
        for (const [r, relation] of graph.relations.entries()) {
          const f = engine.functions[r]!
          if (
            relation.kind !== "stochastic" ||
            f.kind !== "stochastic" ||
            !"cdemno".includes(relation.variable)
          )
            continue
          // Of data, what hangs on these alone is left out: the same in every state.
          const middle = s.slice()
          middle.set([0.3, 0.3, 0.4], graph.variables.find(({ name }) => name === "P")!.offset)
          middle.set([0.3, 0.4, 0.3, 0.3, 0.3, 0.4], graph.variables.find(({ name }) => name === "E")!.offset)
          middle.set([1, 2, 1], graph.variables.find(({ name }) => name === "w")!.offset)
          refresh(graph, middle)
          for (let i = 0; i < relation.size; i++) {
            const at = (state: Float64Array) => f.logDensity(state, Int32Array.of(i), 0, 1)
            const expected = logDensityOf(relation, i, s) - logDensityOf(relation, i, middle)
            const found = at(s) - at(middle)
            if (Number.isFinite(expected)) expect(found).toBeCloseTo(expected, 10)
            else expect(found).toBe(expected)
          }
        }
      })
    })

  it("are impossible where counts do not make up their number", () => {
    const { graph } = bugs(TEXT, DATA)
    const engine = bindEngine(graph)
    const s = graph.values.slice()
    const slotOf = (name: string) => graph.variables.find((one) => one.name === name)!.offset
    s.set([0.2, 0.3, 0.5], slotOf("P"))
    s[slotOf("m")] = 4
    s[slotOf("c")] = 4
    for (const name of ["m", "c"]) {
      const r = graph.relations.findIndex(({ variable }) => variable === name)
      const f = engine.functions[r]!
      if (f.kind === "stochastic") expect(f.logDensity(s, Int32Array.of(0), 0, 1)).toBe(-Infinity)
    }
  })
})

describe("a number of trials that is drawn", () => {
  // The coefficients C(N, y) tell most of N.
  const { graph } = bugs(
    `model {
      N ~ dpois(5); M <- N + 1
      for (j in 1:3) { y[j] ~ dbin(0.5, N); x[j] ~ dbin(0.3, M); w[j] ~ dbin(q, 4) }
      q ~ dunif(0, 1)
    }`,
    { y: [2, 3, 2], x: [1, 2, 2], w: [1, 2, 2] },
  )
  const relationOf = (name: string) => graph.relations.findIndex(({ variable }) => variable === name)
  const logBinomial = (n: number, k: number): number => {
    let log = 0
    for (let i = 1; i <= k; i++) log += Math.log((n - k + i) / i)
    return log
  }
  const logMass = (k: number, n: number, p: number) =>
    logBinomial(n, k) + k * Math.log(p) + (n - k) * Math.log(1 - p)

  it("counts with its coefficients, however the density is asked for", () => {
    const at = (N: number) => {
      const s = graph.values.slice()
      for (const { name, offset } of graph.variables) {
        if (name === "N") s[offset] = N
        if (name === "q") s[offset] = 0.4
      }
      refresh(graph, s)
      const engine = bindEngine(graph)
      return ["y", "x"].map((name) => {
        const r = relationOf(name)
        const list = Int32Array.of(0, 1, 2)
        const f = engine.functions[r]!
        const direct = f.kind === "stochastic" ? f.logDensity(s, list, 0, 3) : Number.NaN
        expect(bindWeigh([{ relation: r, instances: list }], engine)(s)).toBeCloseTo(direct, 10)
        return direct
      })
    }
    const [y3, x3] = at(3)
    const [y8, x8] = at(8)
    const sum = (values: number[], n: number, p: number) =>
      values.reduce((total, k) => total + logMass(k, n, p), 0)
    expect(y8! - y3!).toBeCloseTo(sum([2, 3, 2], 8, 0.5) - sum([2, 3, 2], 3, 0.5), 10)
    expect(x8! - x3!).toBeCloseTo(sum([1, 2, 2], 9, 0.3) - sum([1, 2, 2], 4, 0.3), 10)
  })

  it("is told from one that is known", () => {
    const flags = ["y", "x", "w"].map((name) => {
      const one = graph.relations[relationOf(name)]!
      return one.kind === "stochastic" && one.hasDrawnSize === true
    })
    expect(flags).toEqual([true, true, false])
  })
})
