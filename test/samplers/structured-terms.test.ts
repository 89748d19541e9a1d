/** Bars with structures in the Bayesian front end. */
import { describe, expect, it } from "vitest"
import { sample } from "../../src/chains/sample.ts"
import { ModelError } from "../../src/core/errors.ts"
import { datasets } from "../../src/data/datasets.ts"
import { lmm } from "../../src/samplers/model.ts"

const machines = datasets.machines()
const nested = "score ~ Machine + (1 | Worker:Machine)"
const shared = "score ~ Machine + identity(0 + Machine | Worker)"

describe("identity()", () => {
  it.each(["auto", "gibbs"] as const)("is a nested intercept, drawn by %s", async (method) => {
    const options = { chains: 2, draws: 1500, warmup: 500, seed: "identity", workers: 1, method } as const
    const a = (await sample(lmm(shared, machines), options)).summary()
    const b = (await sample(lmm(nested, machines), options)).summary()
    const of = (rows: typeof a, name: string) => rows.find((row) => row.name === name)!
    const names = [
      ["sd[Worker,MachineA]", "sd[Worker:Machine,(Intercept)]"],
      ["sd[residual]", "sd[residual]"],
      ["b[MachineB]", "b[MachineB]"],
    ] as const
    for (const [own, other] of names) {
      const left = of(a, own)
      const right = of(b, other)
      const error = Math.hypot(left.mcseMean ?? 0, right.mcseMean ?? 0)
      expect(error).toBeGreaterThan(0)
      expect(Math.abs(left.mean - right.mean)).toBeLessThan(4 * error)
    }
    expect(of(a, "sd[Worker,MachineB]").mean).toBe(of(a, "sd[Worker,MachineA]").mean)
  })

  it("takes its prior by the group, and not by the coefficient", () => {
    const model = lmm(shared, machines, { priors: { "sd(Worker)": "halfT(3, 10)" } })
    expect(model.priors.map(({ target }) => target)).toContain("sd(Worker)")
    expect(() => lmm(shared, machines, { priors: { "sd(Worker, MachineA)": "halfT(3, 10)" } })).toThrow(
      /share one variance/,
    )
  })
})

describe("the other structures", () => {
  it("diag() is one independent term a column", () => {
    const graph = lmm("score ~ Machine + diag(0 + Machine | Worker)", machines).graph
    const effects = graph.nodes.filter((node) => node.plate === "Worker").map((node) => node.id)
    expect(effects).toEqual(["u[Worker,MachineA]", "u[Worker,MachineB]", "u[Worker,MachineC]"])
  })

  it("cs() has no sampler, and says what to use", () => {
    let error: unknown
    try {
      lmm("score ~ Machine + cs(0 + Machine | Worker)", machines)
    } catch (caught) {
      error = caught
    }
    expect(error).toBeInstanceOf(ModelError)
    expect((error as ModelError).hint).toContain("identity(MachineA + MachineB + MachineC | Worker)")
  })
})
