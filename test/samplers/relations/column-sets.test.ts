import fc from "fast-check"
import { expect, it } from "vitest"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { findColumnSets } from "../../../src/samplers/relations/column-sets.ts"
import { areAlone, findComponents } from "../../../src/samplers/relations/components.ts"
import { buildNetwork, findEachWeighed } from "../../../src/samplers/relations/dependents.ts"
import { bindEngine } from "../../../src/samplers/relations/engine.ts"
import {
  type FactorPattern,
  findPatterns,
  findProducts,
} from "../../../src/samplers/relations/factor-pattern.ts"

const ABILITIES = `model {
  for (j in 1:6) {
    for (k in 1:3) { y[j, k] ~ dbern(p[j, k]); logit(p[j, k]) <- beta * theta[j] - alpha[k] }
    theta[j] ~ dnorm(m, 1)
  }
  for (k in 1:3) { alpha[k] ~ dnorm(0, 1) }
  beta ~ dnorm(0, 1)
  m ~ dnorm(0, 1)
}`

function abilities() {
  const y = Array.from({ length: 6 }, (_, j) => [0, 1, 2].map((k) => (j + k) % 2))
  const { graph } = bugs(ABILITIES, { y })
  const slotsOf = (name: string) => {
    const { offset, size } = graph.variables.find((variable) => variable.name === name)!
    return Array.from({ length: size }, (_, k) => offset + k)
  }
  return { graph, network: buildNetwork(graph), slotsOf }
}

it("takes elements together that no child and no own prior meets", () => {
  const { network, slotsOf } = abilities()
  const slots = Int32Array.from([
    ...slotsOf("theta"),
    ...slotsOf("alpha"),
    ...slotsOf("beta"),
    ...slotsOf("m"),
  ])
  const sets = findColumnSets(network, slots, findEachWeighed(network, slots))
  const members = Array.from({ length: sets.start.length - 1 }, (_, k) => [
    ...sets.columns.subarray(sets.start[k], sets.start[k + 1]),
  ])
  // m is the parent of the abilities, so that it cannot be with them; nothing keeps it from the difficulties.
  expect(members).toEqual([[0, 1, 2, 3, 4, 5], [6, 7, 8, 10], [9]])
})

it("tells which elements share a child, and which hang together through others", () => {
  const { graph, network, slotsOf } = abilities()
  expect(areAlone(network, slotsOf("theta"))).toBe(true)
  expect(areAlone(network, [...slotsOf("theta"), ...slotsOf("beta")])).toBe(false)
  const model = { graph, network, engine: bindEngine(graph) }
  const target = (name: string) => {
    const relation = graph.relations.findIndex((r) => r.kind === "stochastic" && r.variable === name)
    const { size } = graph.relations[relation]!
    return { relation, instances: Int32Array.from({ length: size }, (_, i) => i) }
  }
  expect(findComponents(model, [target("theta")]).length).toBe(6)
  expect(findComponents(model, [target("theta"), target("m")]).length).toBe(1)
  expect(findComponents(model, [target("alpha"), target("theta")]).length).toBe(1)
})

it("places the products of rows where a dense matrix has them", () => {
  const rows = fc.array(fc.uniqueArray(fc.nat(6), { maxLength: 5 }), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(rows, (drawn) => {
      const n = 7
      // By element of x the rows that hang on it, as a network gives them.
      const columns = Array.from({ length: n }, (_, c) =>
        drawn.flatMap((row, i) => (row.includes(c) ? [i] : [])),
      )
      const start = new Int32Array(n + 1)
      columns.forEach((own, c) => {
        start[c + 1] = start[c]! + own.length
      })
      const each = Int32Array.from({ length: n }, (_, c) => c)
      const weighed = {
        start: Int32Array.from({ length: n + 1 }, (_, c) => c),
        relation: new Int32Array(n),
        from: each.map((c) => start[c]!),
        to: each.map((c) => start[c + 1]!),
        instances: Int32Array.from(columns.flat()),
      }
      const instances = Int32Array.from(drawn, (_, i) => i)
      const [pattern] = findPatterns([{ relation: 0, instances, size: drawn.length }], weighed, n)
      const { columnPointers, rowIndices, pairs } = findProducts([pattern!], n)
      const counts = sumPairs(pattern!, pairs[0]!, rowIndices.length)
      for (let column = 0; column < n; column++) {
        const own = [...rowIndices.subarray(columnPointers[column], columnPointers[column + 1])]
        expect(own).toEqual([...own].sort((a, b) => a - b))
        expect(own[0]).toBe(column)
        for (let row = column; row < n; row++) {
          const expected = drawn.filter((list) => list.includes(row) && list.includes(column)).length
          const place = columnPointers[column]! + own.indexOf(row)
          expect(own.includes(row) ? counts[place] : 0).toBe(expected)
        }
      }
    }),
    { numRuns: 60 },
  )
})

/** Adds 1 at the place of each pair of columns of each row. */
function sumPairs({ start }: FactorPattern, pairs: Int32Array, entries: number): number[] {
  const counts = Array.from({ length: entries }, () => 0)
  let at = 0
  for (let i = 0; i + 1 < start.length; i++) {
    const m = start[i + 1]! - start[i]!
    for (let k = 0; k < (m * (m + 1)) / 2; k++) counts[pairs[at++]!]!++
  }
  return counts
}
