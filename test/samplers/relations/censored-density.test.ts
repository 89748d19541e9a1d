/** Children known by an interval, integrated out of a block: their curvature, the joint density, posterior means. */
import { describe, expect, it } from "vitest"
import { mcseMean } from "../../../src/diagnostics/mcse-mean.ts"
import { mean } from "../../../src/diagnostics/moments.ts"
import { streamFor } from "../../../src/random/stream.ts"
import { isRefusal } from "../../../src/samplers/conditional.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import {
  bindCensoredCurvature,
  bindCensoredDensity,
} from "../../../src/samplers/relations/censored-density.ts"
import { bindEngine } from "../../../src/samplers/relations/engine.ts"
import { initialState } from "../../../src/samplers/relations/initial-state.ts"
import { planRelations } from "../../../src/samplers/relations/plan-relations.ts"
import { bindRelationBlock } from "../../../src/samplers/relations/registry.ts"
import { truncatedSite } from "../../../src/samplers/relations/truncated-site.ts"
import { MCSE_LIMIT } from "../../kit/goodness-of-fit.ts"
import { modelOf, relationDefect } from "../../kit/relation-identity.ts"

const SURVIVAL = `model {
  for (i in 1:4) { late[i] ~ dinterval(t[i], cut[i]); t[i] ~ dweib(r, mu[i]); log(mu[i]) <- a + b * x[i] }
  a ~ dnorm(0, 1); b ~ dnorm(0.5, 1); r ~ dgamma(8, 6)
}`
const SURVIVAL_DATA = {
  t: [0.5, null, 1.2, null],
  late: [0, 1, 0, 1],
  cut: [9, 0.8, 9, 1.5],
  x: [-1, 0.5, 0, 1],
}
const CASES = [
  {
    name: "survival times",
    text: SURVIVAL,
    data: SURVIVAL_DATA,
    wrong: ["dnorm(0.5, 1)", "dnorm(1.3, 1)"],
  },
  {
    name: "a censored location with I",
    text: "model { for (i in 1:3) { y[i] ~ dlogis(m, 2) I(c[i], ) } m ~ dnorm(0, 1) T(-3, 3); z ~ dlogis(m, 3) }",
    data: { c: [0.2, -0.5, 1], z: 0.4 },
    wrong: ["dnorm(0, 1)", "dnorm(0.7, 1)"],
  },
] as const

describe("censored children of a block", () => {
  it.each(CASES)("are integrated out, with the joint density: $name", ({ name, text, data, wrong }) => {
    const { graph } = bugs(text, data)
    const { blocks } = planRelations(graph)
    expect(blocks.map(({ sampler }) => sampler)).toEqual(["curvature-block"])
    expect(blocks[0]!.because.join()).toMatch("integrated out")
    const kernel = bindRelationBlock(blocks[0]!.lowered)
    expect(relationDefect(graph, [kernel], streamFor(name, 0, "identity"))).toBeLessThan(1e-8)
    const slipped = planRelations(bugs(text.replace(wrong[0], wrong[1]), data).graph).blocks[0]!
    const mutant = bindRelationBlock(slipped.lowered)
    expect(relationDefect(graph, [mutant], streamFor(name, 0, "mutant"))).not.toBeLessThan(1e-5)
  })

  it("leave the posterior means that quadrature gives, and not those of another prior", () => {
    const text = `model {
      for (i in 1:4) { late[i] ~ dinterval(t[i], cut[i]); t[i] ~ dweib(r, mu); }
      mu <- exp(a); a ~ dnorm(0.5, 1); r ~ dgamma(8, 6)
    }`
    const [{ data }] = CASES
    // t[1], t[3] seen; t[2], t[4] beyond their cutpoints.
    const logDensity = (a: number, r: number): number => {
      let log = -0.5 * (a - 0.5) ** 2 + 7 * Math.log(r) - 6 * r
      for (const t of [0.5, 1.2]) log += Math.log(r) + a + (r - 1) * Math.log(t) - Math.exp(a) * t ** r
      for (const c of [0.8, 1.5]) log -= Math.exp(a) * c ** r
      return log
    }
    let total = 0
    let meanA = 0
    let meanR = 0
    for (let a = -5; a < 3; a += 0.02)
      for (let r = 0.01; r < 6; r += 0.02) {
        const w = Math.exp(logDensity(a, r))
        total += w
        meanA += w * a
        meanR += w * r
      }
    const chainOf = (model: string) => {
      const { graph } = bugs(model, data)
      const kernels = planRelations(graph).blocks.map(({ lowered }) => bindRelationBlock(lowered))
      const memories = kernels.map(({ memoryLength }) => new Float64Array(memoryLength))
      const rng = streamFor("survival", 0, "quadrature")
      const s = initialState(bindEngine(graph), new Map(), rng)
      const slots = ["a", "r"].map((name) => graph.relations.find((one) => one.variable === name)!.writes[0]!)
      const draws = slots.map(() => new Float64Array(4000))
      for (let n = -300; n < 4000; n++) {
        kernels.forEach((kernel, k) => {
          kernel.step(s, memories[k]!, rng, n < 0 ? "warmup" : "sampling")
        })
        if (n >= 0)
          slots.forEach((slot, k) => {
            draws[k]![n] = s[slot]!
          })
      }
      return draws
    }
    const distances = (model: string): number[] =>
      chainOf(model).map((draws, k) => Math.abs(mean(draws) - [meanA, meanR][k]! / total) / mcseMean([draws]))
    expect(Math.max(...distances(text))).toBeLessThan(MCSE_LIMIT)
    expect(distances(text.replace("dnorm(0.5, 1)", "dnorm(1.3, 1)"))[0]!).toBeGreaterThan(MCSE_LIMIT)
  })

  it("have the slopes of their log survival, and the information of its logarithms", () => {
    // log S = −mu c^r: by log mu the slope is log S and the information −log S; by r, −mu c^r log c.
    const { graph } = bugs(SURVIVAL, SURVIVAL_DATA)
    const model = modelOf(graph)
    const relation = graph.relations.findIndex(
      (r) => r.kind === "stochastic" && !r.observed && r.variable === "t",
    )
    const site = truncatedSite.match(model, { relation, instances: Int32Array.of(0, 1) })
    if (isRefusal(site)) throw new Error("refused")
    const s = graph.values.slice()
    const place = (variable: string, value: number): void => {
      const r = graph.relations.findIndex((one) => one.variable === variable)
      for (const slot of graph.relations[r]!.writes) s[slot] = value
    }
    place("mu", 0.7)
    place("r", 1.3)
    const survival = (c: number): number => -0.7 * c ** 1.3
    expect(bindCensoredDensity([site], model.engine)(s)).toBeCloseTo(survival(0.8) + survival(1.5), 12)
    const out = new Float64Array(6)
    bindCensoredCurvature(site, [0, 1], model.engine)(s, 1, out)
    const log = survival(1.5)
    const byShape = log * Math.log(1.5)
    expect(out[0]).toBeCloseTo(byShape, 5)
    expect(out[1]).toBeCloseTo(log / 0.7, 5)
    expect(out[3]).toBe(out[4])
    expect(out[5]).toBeCloseTo(-log / 0.7 ** 2, 4)
    // By log r: r log c times log S, plus (r log c)² log S.
    const l = 1.3 * Math.log(1.5)
    expect(out[2]).toBeCloseTo((-log * (l + l * l)) / 1.3 ** 2, 4)
    expect(out[2]! * out[5]!).toBeGreaterThan(out[3]! ** 2)
  })
})
