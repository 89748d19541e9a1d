import { describe, expect, it } from "vitest"
import { startChain } from "../../../src/chains/chain.ts"
import { chooseElements, makeGraphRunSpec } from "../../../src/chains/sample-graph.ts"
import { InternalError } from "../../../src/core/errors.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { withInterpreter } from "../../../src/samplers/relations/engine.ts"
import { interpretFunction } from "../../../src/samplers/relations/interpret-code.ts"

const MODELS: Record<string, () => ReturnType<typeof bugs>> = {
  "normal regression with slices, reductions and a link": () =>
    bugs(
      `model {
        for (i in 1:N) {
          y[i] ~ dnorm(mu[i], tau)
          mu[i] <- a[g[i]] + inprod(b[], x[i,]) - mean(a[])
          z[i] ~ dbern(p[i])
          logit(p[i]) <- b[1] * x[i, 1] + ifelse(x[i, 2] > 0, c, -c) + pow(c, 3)
        }
        for (j in 1:2) { a[j] ~ dnorm(0, 0.1); b[j] ~ dnorm(0, 0.1) }
        c ~ dunif(-2, 2)
        tau ~ dgamma(1, 1)
        s <- sum(a[]) / sqrt(tau)
      }`,
      {
        N: 4,
        y: [1, 2, 0, 4],
        z: [0, 1, 1, 0],
        g: [1, 2, 1, 2],
        x: [
          [1, -1],
          [0, 2],
          [3, 1],
          [1, 1],
        ],
      },
    ),
  "mixture with a drawn index, truncation and an array function": () =>
    bugs(
      `model {
        for (i in 1:5) { y[i] ~ dnorm(m[k[i]], tau); k[i] ~ dcat(w[]) }
        m[1] ~ dnorm(0, 0.01) T(, 3)
        m[2] ~ dnorm(5, 0.01)
        w[1:2] ~ ddirch(alpha[])
        tau ~ dgamma(2, 1)
        r <- sort(m[])
      }`.replace("r <- sort(m[])", "r[1:2] <- sort(m[])"),
      { y: [0, 1, 5, 6, 5.5], alpha: [1, 1] },
    ),
}

describe("generated code that is interpreted", () => {
  for (const [name, make] of Object.entries(MODELS)) {
    it(`gives the same draws bit for bit: ${name}`, () => {
      const run = { chains: 1, draws: 50, warmup: 50, thin: 1, seed: "interpreter" }
      const drawsOf = (): number[] => {
        const model = make()
        const monitors = chooseElements(model.graph)
        const chain = startChain(makeGraphRunSpec(model, model.plan(), run, monitors), 0)
        const record = new Float64Array(monitors.length)
        const draws: number[] = []
        while (!chain.done) if (chain.advance(record)) draws.push(...record)
        return draws
      }
      const compiled = drawsOf()
      expect(compiled.length).toBeGreaterThan(0)
      expect(compiled.every(Number.isFinite)).toBe(true)
      expect(withInterpreter(drawsOf)).toEqual(compiled)
    })
  }

  it("has loops, conditions, assignments and early returns", () => {
    const f = interpretFunction(
      ["x", "n"],
      "let total = 0; for (let k = 0; k < n; k++) { if (!(x[k] >= 0)) return -1; const y = square(x[k]); total += y > 4 ? T0[0] : -y; x[k] -= 1; } return total * Math.exp(0);",
      { T0: Float64Array.of(10) },
    )
    const x = Float64Array.of(1, 2, 3)
    expect(f(x, 3)).toBe(10 - 1 - 4)
    expect([...x]).toEqual([0, 1, 2])
    expect(f(Float64Array.of(1, -1), 2)).toBe(-1)
  })

  it("refuses what the generator does not write, and names that it does not know", () => {
    expect(() => interpretFunction(["x"], "return typeof x;", {})).toThrow(InternalError)
    expect(() => interpretFunction(["x"], "return globalThis;", {})).toThrow(/unknown name globalThis/)
    expect(() => interpretFunction(["x"], "while (x) {}", {})).toThrow(InternalError)
  })
})
