import { describe, expect, it } from "vitest"
import { sample } from "../../src/chains/sample.ts"
import { graphChecksOf } from "../../src/report/report-checks.ts"
import { bugs } from "../../src/samplers/graph-model.ts"

const run = { chains: 2, draws: 30, warmup: 10, workers: 1 } as const
const values = [0.4, -0.2, 1.1, 0.3]

describe("model checks of the report", () => {
  it("cover every observed variable by name, the largest first, and say which are left out", async () => {
    const names = ["a", "b", "c", "d", "e", "f", "g"]
    const text = names.map((name, k) => `for (i in 1:${k + 2}) { ${name}[i] ~ dnorm(mu, 1) }`).join("\n")
    const data = Object.fromEntries(
      names.map((name, k) => [name, Array.from({ length: k + 2 }, (_, i) => i % 3)]),
    )
    const posterior = await sample(bugs(`model { ${text}; mu ~ dnorm(0, 1) }`, data), run)
    const { replicates, remarks, loo } = graphChecksOf(posterior, undefined)!
    expect(replicates.map(({ name }) => name)).toEqual(["g", "f", "e", "d", "c", "b"])
    expect(replicates[0]!.observed).toEqual(Float64Array.from(data.g!))
    expect(replicates[0]!.sets.every((set) => set.length === 8)).toBe(true)
    expect(remarks[0]).toBe("Of 7 observed variables replicated data of g, f, e, d, c, b are shown.")
    expect(loo!.paretoK).toHaveLength(35)
  })

  it("name the variable that the model misses, and leave one alone without a name", async () => {
    const text = "for (i in 1:4) { x[i] ~ dnorm(mu, 1); y[i] ~ dnorm(10, 1) } mu ~ dnorm(0, 1)"
    const two = await sample(bugs(`model { ${text} }`, { x: values, y: values }), run)
    const { remarks } = graphChecksOf(two, undefined)!
    expect(remarks.some((remark) => remark.startsWith("The mean in y of the data"))).toBe(true)
    const one = await sample(
      bugs("model { for (i in 1:4) { x[i] ~ dnorm(mu, 1) } mu ~ dnorm(0, 1) }", { x: values }),
      run,
    )
    const given = one.loo()
    const { replicates, loo } = graphChecksOf(one, { ...given, elpd: { value: -7, se: 1 } })!
    expect(replicates).toHaveLength(1)
    expect(replicates[0]!.name).toBeUndefined()
    expect(loo!.elpd).toBe(-7)
  })
})
