/** Discrete elements drawn jointly: against sums over every combination, the joint density, forward draws. */
import { describe, expect, it } from "vitest"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import {
  createElimination,
  createTable,
  orderElimination,
  readTable,
  type Table,
} from "../../../src/samplers/relations/elimination.ts"
import type { EnumerationBlockMatch } from "../../../src/samplers/relations/enumeration-block.ts"
import { planRelations } from "../../../src/samplers/relations/plan-relations.ts"
import { bindRelationBlock } from "../../../src/samplers/relations/registry.ts"
import { MCSE_LIMIT } from "../../kit/goodness-of-fit.ts"
import { disagreements } from "../../kit/joint-distribution.ts"
import { compareRelationSimulators } from "../../kit/relation-geweke.ts"
import { relationDefect } from "../../kit/relation-identity.ts"

const CHAIN = `model {
  z[1] ~ dcat(p[1, ])
  for (i in 2:4) { z[i] ~ dcat(p[z[i - 1], ]) }
  for (i in 1:4) { y[i] ~ dt(m + z[i], 2, 4) }
  m ~ dnorm(0, 1)
}`
const CASES = [
  {
    name: "a chain of hidden states",
    text: CHAIN,
    data: {
      y: [1, 2.2, 2.9, 1.4],
      p: [
        [0.6, 0.3, 0.1],
        [0.2, 0.5, 0.3],
        [0.1, 0, 0.9],
      ],
    },
    drawn: ["z[1]", "z[i]"],
    wrong: ["z[1] ~ dcat(p[1, ])", "z[1] ~ dcat(p[3, ])"],
  },
  {
    name: "causes of one effect",
    text: `model {
      a ~ dbern(0.3); b ~ dbin(0.4, 2); c ~ dbern(q[a + 1]); either <- max(a, b)
      x ~ dpois(0.5 + either); w ~ dpois(1 + 2 * b * c)
    }`,
    data: { x: 2, w: 1, q: [0.2, 0.7] },
    drawn: ["a", "b", "c"],
    wrong: ["dbern(0.3)", "dbern(0.6)"],
  },
] as const

describe("joint draw of discrete elements", () => {
  it.each(CASES)("has the joint density: $name", ({ name, text, data, drawn, wrong }) => {
    const { graph } = bugs(text, data)
    const options = { samplers: Object.fromEntries(drawn.map((one) => [one[0]!, "enumeration-block"])) }
    const block = planRelations(graph, options).blocks.find(({ sampler }) => sampler === "enumeration-block")!
    expect([...block.targets].sort()).toEqual([...drawn].sort())
    const kernel = bindRelationBlock(block.lowered)
    expect(relationDefect(graph, [kernel], streamFor(name, 0, "identity"))).toBeLessThan(1e-8)
    const slipped = planRelations(bugs(text.replace(wrong[0], wrong[1]), data).graph, options)
    const mutant = slipped.blocks.find(({ sampler }) => sampler === "enumeration-block")!
    const rng = streamFor(name, 0, "mutant")
    expect(relationDefect(graph, [bindRelationBlock(mutant.lowered)], rng)).not.toBeLessThan(1e-5)
  })

  it.each(CASES)("agrees with forward draws, and not with another prior: $name", (specimen) => {
    const { name, text, data, wrong } = specimen
    const { graph } = bugs(text, data)
    const options = { seed: name, draws: 1200 }
    const right = compareRelationSimulators(graph, planRelations(graph), options)
    expect(disagreements(right, MCSE_LIMIT)).toEqual([])
    const other = planRelations(bugs(text.replace(wrong[0], wrong[1]), data).graph)
    expect(disagreements(compareRelationSimulators(graph, other, options), MCSE_LIMIT)).not.toEqual([])
  })

  it("leaves alone what has nothing to do with others, and what is too large", () => {
    const labels = bugs(
      "model { for (i in 1:3) { k[i] ~ dcat(p[]); y[i] ~ dpois(m[k[i]]) } for (j in 1:3) { m[j] ~ dunif(0, 9) } }",
      { p: [0.2, 0.3, 0.5], y: [1, 4, 2] },
    )
    expect(labels.plan().blocks.map(({ sampler }) => sampler)).not.toContain("enumeration-block")
    const sum = (n: number) =>
      bugs("model { for (i in 1:n) { k[i] ~ dbin(0.5, 9) } y ~ dpois(0.1 + sum(k[])) }", { n, y: 12 })
    expect(sum(3).plan().blocks[0]!.sampler).toBe("enumeration-block")
    expect(sum(5).plan().blocks[0]!.sampler).toBe("enumeration")
    expect(sum(3).plan({ method: "gibbs" }).blocks[0]!.sampler).toBe("enumeration")
  })
})

describe("densities of one class", () => {
  // Visits to sites over seasons: no two elements are one, and few densities differ.
  const SITES = `model {
    for (i in 1:6) {
      z[i, 1] ~ dbern(psi)
      for (k in 2:3) { z[i, k] ~ dbern(mu[i, k]); mu[i, k] <- z[i, k - 1] * phi[k - 1] + (1 - z[i, k - 1]) * 0.3 }
      for (k in 1:3) { for (j in 1:2) { y[i, j, k] ~ dbern(q[i, j, k]); q[i, j, k] <- z[i, k] * p + 0.1 } }
    }
    psi ~ dbeta(2, 2); p ~ dunif(0, 0.9); for (k in 1:2) { phi[k] ~ dbeta(3, 2) }
  }`
  const y = Array.from({ length: 6 }, (_, i) =>
    Array.from({ length: 2 }, (_, j) => Array.from({ length: 3 }, (_, k) => (i * j + k + (i >> 1)) % 2)),
  )
  const { graph } = bugs(SITES, { y })
  const options = { samplers: { z: "enumeration-block" } }
  const block = planRelations(graph, options).blocks.find(({ sampler }) => sampler === "enumeration-block")!
  const matchOf = (lowered: unknown) => (lowered as { match: EnumerationBlockMatch }).match

  it("are as many as the functions that they are", () => {
    const { parts, sharing } = matchOf(block.lowered)
    expect(parts.length).toBe(6)
    expect(parts.reduce((total, { factors }) => total + factors.length, 0)).toBe(54)
    // Of a first state, of one after each season, and of a visit with and without success.
    expect(sharing.count).toBe(5)
  })

  it("are not taken for each other when data are other ones", () => {
    const kernel = bindRelationBlock(block.lowered)
    expect(relationDefect(graph, [kernel], streamFor("classes", 0, "identity"))).toBeLessThan(1e-8)
    const other = { ...graph, values: graph.values.map((v, slot) => (isVisit(slot) ? 1 - v : v)) }
    expect(relationDefect(other, [kernel], streamFor("classes", 0, "other"))).toBeLessThan(1e-8)
  })

  const visits = graph.variables.find(({ name }) => name === "y")!
  const isVisit = (slot: number) =>
    slot >= visits.offset && slot < visits.offset + visits.size && slot % 2 === 0
})

const fill = (table: Table, logs: ArrayLike<number>): void => {
  table.logs.set(logs)
  readTable(table)
}

describe("elimination", () => {
  it("has the probabilities of a sum over every combination, and draws by them", () => {
    const counts = [2, 3, 2, 4, 2]
    const scopes = [[0, 1], [2, 1], [3, 0], [2, 4, 3], [4], [1]]
    const rng = streamFor("elimination", 0, "tables")
    const elimination = createElimination(counts, scopes, orderElimination(counts, scopes))
    for (const { logs } of elimination.tables)
      logs.forEach((_, k) => {
        logs[k] = rng.uniform() < 0.1 ? -Infinity : 2 * rng.uniform()
      })
    elimination.tables.forEach(readTable)
    expect(elimination.eliminate(true)).toBe(true)
    const combinations = Array.from({ length: 96 }, (_, at) => {
      let rest = at
      return Int32Array.from(counts, (count) => {
        const value = rest % count
        rest = Math.floor(rest / count)
        return value
      })
    })
    const logs = combinations.map((values) =>
      scopes.reduce((total, scope, k) => {
        let place = 0
        let stride = 1
        for (const v of scope) {
          place += values[v]! * stride
          stride *= counts[v]!
        }
        return total + elimination.tables[k]!.logs[place]!
      }, 0),
    )
    const total = logs.reduce((sum, log) => sum + Math.exp(log), 0)
    expect(elimination.logTotal()).toBeCloseTo(Math.log(total), 10)
    const draws = 20_000
    const seen = new Map<string, number>()
    const values = new Int32Array(5)
    for (let n = 0; n < draws; n++) {
      elimination.draw(rng, values)
      seen.set(values.join(), (seen.get(values.join()) ?? 0) + 1)
    }
    combinations.forEach((one, k) => {
      const p = Math.exp(logs[k]!) / total
      if (p > 0) expect(elimination.logProbability(one)).toBeCloseTo(Math.log(p), 10)
      const se = Math.sqrt((p * (1 - p)) / draws)
      expect(Math.abs((seen.get(one.join()) ?? 0) / draws - p)).toBeLessThanOrEqual(5 * se)
    })
    for (const { logs } of elimination.tables) logs.fill(-Infinity)
    elimination.tables.forEach(readTable)
    expect(elimination.eliminate(true)).toBe(false)
  })

  const COUNTS = [2, 3, 2, 2]
  const SCOPES = [[0, 1], [2, 1], [3, 2], [3], [1]]
  const probabilities = (tables: readonly Float64Array[], changes: number[]) => {
    const own = tables.map(({ length }, k) => createTable(length, changes[k] === 1))
    const elimination = createElimination(COUNTS, SCOPES, orderElimination(COUNTS, SCOPES), own)
    for (const [k, table] of tables.entries()) fill(own[k]!, table)
    elimination.eliminate(true)
    return elimination
  }
  const tablesOf = (seed: number, size: number) => {
    const rng = streamFor("tables", seed, "elimination")
    return SCOPES.map((scope) =>
      Float64Array.from(
        { length: scope.reduce((total, v) => total * COUNTS[v]!, 1) },
        () => size * rng.uniform(),
      ),
    )
  }
  const VALUES = [Int32Array.of(0, 2, 1, 0), Int32Array.of(1, 1, 0, 1), Int32Array.of(1, 0, 1, 1)]

  it("keeps what hangs on tables that stay, and no more", () => {
    const changes = [0, 1, 0, 0, 1]
    const kept = probabilities(tablesOf(1, 3), changes)
    // The third step is beyond what products of numbers reach, so that logarithms step in and out again.
    for (const [seed, size] of [
      [2, 3],
      [3, 3],
      [4, 2000],
      [5, 3],
    ] as const) {
      const tables = tablesOf(1, 3).map((table, k) => (changes[k] === 1 ? tablesOf(seed, size)[k]! : table))
      for (const [k, table] of tables.entries()) fill(kept.tables[k]!, table)
      expect(kept.eliminate(false)).toBe(true)
      const fresh = probabilities(
        tables,
        SCOPES.map(() => 1),
      )
      for (const one of VALUES) expect(kept.logProbability(one)).toBeCloseTo(fresh.logProbability(one), 9)
      expect(kept.logTotal()).toBeCloseTo(fresh.logTotal(), 9)
    }
  })

  it("knows what is possible however unlikely it is", () => {
    // Each table is all but sure of a value that the other all but excludes.
    const scopes = [[0, 1], [1], [0]]
    const elimination = createElimination([2, 2], scopes, orderElimination([2, 2], scopes))
    fill(elimination.tables[0]!, [0, -Infinity, -Infinity, 0])
    fill(elimination.tables[1]!, [0, -2000])
    fill(elimination.tables[2]!, [-2000 - Math.LN2, 0])
    expect(elimination.eliminate(true)).toBe(true)
    expect(elimination.logProbability(Int32Array.of(0, 0))).toBeCloseTo(Math.log(1 / 3), 12)
    expect(elimination.logTotal()).toBeCloseTo(-2000 + Math.log(1.5), 9)
    fill(elimination.tables[2]!, [-Infinity, -Infinity])
    expect(elimination.eliminate(true)).toBe(false)
  })
})
