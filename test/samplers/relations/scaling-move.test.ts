import { describe, expect, it } from "vitest"
import { startChain } from "../../../src/chains/chain.ts"
import { chooseElements, makeGraphRunSpec } from "../../../src/chains/sample-graph.ts"
import { drawNormal } from "../../../src/random/normal.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { buildNetwork } from "../../../src/samplers/relations/dependents.ts"
import { bindEngine } from "../../../src/samplers/relations/engine.ts"
import { scalingMove } from "../../../src/samplers/relations/scaling-move.ts"

const TEXT = `model {
  for (j in 1:N) { v[j] ~ dnorm(0, 1); y[j] ~ dnorm(b * v[j], 4) }
  b ~ dgamma(3, 2)
}`
const N = 20

/** The joint density of b and v given y, up to a constant: b ~ Gamma(3, 2), v ~ N(0, 1), y ~ N(b v, 1/4). */
function logJoint(b: number, v: Float64Array, y: readonly number[]): number {
  let total = 2 * Math.log(b) - 2 * b
  v.forEach((vj, j) => {
    total -= 0.5 * vj * vj + 2 * (y[j]! - b * vj) ** 2
  })
  return total
}

function setUp(y: readonly number[]) {
  const { graph } = bugs(TEXT, { N, y: [...y] })
  const model = { graph, network: buildNetwork(graph), engine: bindEngine(graph) }
  const targets = graph.relations.flatMap((relation, r) =>
    relation.kind === "stochastic" && !relation.observed
      ? [{ relation: r, instances: Int32Array.from({ length: relation.size }, (_, i) => i) }]
      : [],
  )
  const { blocks } = scalingMove.match(model, targets)
  return { graph, model, blocks }
}

describe("a factor and what it multiplies", () => {
  it("are found, and taken from no other sampler", () => {
    const { blocks } = setUp(Array.from({ length: N }, () => 1))
    expect(blocks).toHaveLength(1)
    expect(blocks[0]!.targets).toEqual([])
    expect(blocks[0]!.match.multiplied).toHaveLength(N)
  })

  it("keep their products, and follow the density along the orbit", () => {
    const y = Array.from({ length: N }, (_, j) => Math.sin(j))
    const { graph, model, blocks } = setUp(y)
    const { match } = blocks[0]!
    const kernel = scalingMove.bind(match, model.engine)
    const rng = streamFor("scaling", 0, "test")
    const s = graph.values.slice()
    const v0 = Float64Array.from({ length: N }, () => drawNormal(rng))
    s[match.factor] = 1.3
    match.multiplied.forEach((slot, j) => {
      s[slot] = v0[j]!
    })
    // The density of t = log c, by the trapezoidal rule on a fine grid: log joint plus (1 − n) t.
    const grid = Array.from({ length: 4001 }, (_, k) => -2 + k / 1000)
    const logs = grid.map(
      (t) =>
        logJoint(
          1.3 * Math.exp(t),
          v0.map((v) => v / Math.exp(t)),
          y,
        ) +
        (1 - N) * t,
    )
    const top = Math.max(...logs)
    const weights = logs.map((l) => Math.exp(l - top))
    const total = weights.reduce((a, b) => a + b, 0)
    const mean = grid.reduce((sum, t, k) => sum + t * weights[k]!, 0) / total
    const variance = grid.reduce((sum, t, k) => sum + (t - mean) ** 2 * weights[k]!, 0) / total
    const steps = 20_000
    let sum = 0
    let squares = 0
    for (let k = 0; k < steps; k++) {
      kernel.step(s, new Float64Array(0), rng, "sampling")
      const t = Math.log(s[match.factor]! / 1.3)
      sum += t
      squares += (t - mean) ** 2
      if (k % 1000 === 0)
        for (let j = 0; j < N; j++)
          expect(s[match.factor]! * s[match.multiplied[j]!]!).toBeCloseTo(1.3 * v0[j]!, 10)
    }
    // Slices along one line are all but independent: five standard errors, doubled for what correlation is left.
    const se = 2 * Math.sqrt(variance / steps)
    expect(Math.abs(sum / steps - mean)).toBeLessThan(5 * se)
    expect(Math.abs(squares / steps - variance)).toBeLessThan(5 * 2 * variance * Math.sqrt(2 / steps))
  })

  it("mix, where one at a time they would not", () => {
    const y = Array.from({ length: N }, (_, j) => 2 * Math.sin(3 * j))
    const model = bugs(TEXT, { N, y })
    const run = { chains: 1, draws: 200, warmup: 200, thin: 1, seed: 3 }
    const monitors = chooseElements(model.graph, ["b"])
    const plan = model.plan()
    expect(plan.blocks.map(({ sampler }) => sampler)).toContain("scaling")
    const chain = startChain(makeGraphRunSpec(model, plan, run, monitors), 0)
    const record = new Float64Array(1)
    let moved = 0
    let last = Number.NaN
    while (!chain.done)
      if (chain.advance(record)) {
        if (record[0] !== last) moved++
        last = record[0]!
      }
    expect(moved).toBe(200)
  })
})
