/** Vectors of data with the same arguments, and labels with children of several kinds: the conditionals stay exact. */
import { describe, expect, it } from "vitest"
import { streamFor } from "../../../src/random/stream.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { bindRelationBlock, FORWARD } from "../../../src/samplers/relations/registry.ts"
import { kernelsOf, modelOf, relationDefect } from "../../kit/relation-identity.ts"
import { refresh } from "../../kit/relation-joint.ts"
import { relationShift } from "../../kit/relation-stationarity.ts"

const z = (k: number): number => Math.round(100 * Math.sin(3 * k + 1)) / 50
const rows = Array.from({ length: 10 }, (_, i) => [z(i), z(2 * i + 1), z(5 * i)])
const R = [
  [2, 0.3, 0],
  [0.3, 1, 0.1],
  [0, 0.1, 3],
]
const counts = Array.from({ length: 10 }, (_, i) => [i % 3, 3 - (i % 3), 1])

interface Specimen {
  readonly name: string
  readonly sampler: string
  readonly target: string
  readonly text: string
  readonly wrong: readonly [string, string]
  readonly data: Record<string, unknown>
}

const SPECIMENS: readonly Specimen[] = [
  {
    name: "a precision matrix of vectors with one mean",
    sampler: "conjugate",
    target: "x",
    text: "for (i in 1:10) { y[i, 1:3] ~ dmnorm(mu[], x[,]) } for (j in 1:3) { mu[j] <- b * j } b ~ dnorm(0, 1); x[1:3, 1:3] ~ dwish(R[,], 4)",
    wrong: ["dwish(R[,], 4)", "dwish(R[,], 5)"],
    data: { y: rows, R },
  },
  {
    name: "coefficients of the mean of vectors with one precision",
    sampler: "gaussian-block",
    target: "b",
    text: "for (i in 1:10) { y[i, 1:3] ~ dmnorm(mu[], R[,]) } for (j in 1:3) { mu[j] <- b[1] + b[2] * j * v } v ~ dunif(0, 2); for (j in 1:2) { b[j] ~ dnorm(1, 0.5) }",
    wrong: ["dnorm(1, 0.5)", "dnorm(1, 0.6)"],
    data: { y: rows, R },
  },
  {
    name: "vectors that share their prior, which are not one row",
    sampler: "gaussian-block",
    target: "b",
    text: "for (i in 1:10) { for (k in 1:3) { y[i, k] ~ dnorm(b[i, k], 2) } b[i, 1:3] ~ dmnorm(mu[], R[,]) } mu[1:3] ~ dmnorm(zero[], R[,])",
    wrong: ["dnorm(b[i, k], 2)", "dnorm(b[i, k], 2.5)"],
    data: { y: rows, R, zero: [0, 0, 0] },
  },
  {
    name: "labels of counts",
    sampler: "enumeration",
    target: "t",
    text: "for (i in 1:10) { y[i, 1:3] ~ dmulti(e[t[i], 1:3], 4); t[i] ~ dcat(p[]) } for (j in 1:2) { e[j, 1:3] ~ ddirch(c(1, 2, 3)) } p[1:2] ~ ddirch(c(2, 1))",
    wrong: ["t[i] ~ dcat(p[])", "t[i] ~ dcat(c(0.7, 0.3))"],
    data: { y: counts },
  },
  {
    name: "labels with children of their own and a sum of all",
    sampler: "enumeration",
    target: "t",
    text: "for (i in 1:10) { x[i] ~ dnorm(m[t[i] + 1], 1); t[i] ~ dbern(0.3) } n <- sum(t[]); k ~ dpois(n + 0.5); for (j in 1:2) { m[j] ~ dnorm(j, 1) }",
    wrong: ["dpois(n + 0.5)", "dpois(n + 1.5)"],
    data: { x: rows.map(([a]) => a), k: 3 },
  },
  {
    name: "states of a chain, one after another",
    sampler: "enumeration",
    target: "t",
    text: "t[1] ~ dcat(p[1, 1:2]); for (i in 2:10) { t[i] ~ dcat(p[t[i - 1], 1:2]) } for (i in 1:10) { x[i] ~ dnorm(m[t[i]], 1) } for (j in 1:2) { m[j] ~ dnorm(j, 1); p[j, 1:2] ~ ddirch(c(2, 1)) }",
    wrong: ["dcat(p[t[i - 1], 1:2])", "dcat(p[3 - t[i - 1], 1:2])"],
    data: { x: rows.map(([a]) => a) },
  },
  {
    name: "probabilities that a drawn label picks",
    sampler: "conjugate",
    target: "e",
    text: "for (i in 1:10) { y[i, 1:3] ~ dmulti(e[t[i], 1:3], 4); t[i] ~ dcat(c(0.3, 0.7)) } for (j in 1:2) { e[j, 1:3] ~ ddirch(c(1, 2, 3)) }",
    wrong: ["ddirch(c(1, 2, 3))", "ddirch(c(2, 2, 3))"],
    data: { y: counts },
  },
]

describe("conditionals of equal rows and of labels", () => {
  it.each(SPECIMENS)("$name", ({ name, sampler, target, text, wrong, data }) => {
    const compile = (inner: string) => bugs(`model { ${inner} }`, data as Parameters<typeof bugs>[1]).graph
    const graph = compile(text)
    const defect = (of: typeof graph) => {
      const kernels = kernelsOf(modelOf(of), sampler, target)
      expect(kernels.length).toBeGreaterThan(0)
      return relationDefect(graph, kernels, streamFor(name, 0, "identity"))
    }
    expect(defect(graph)).toBeLessThan(1e-8)
    expect(defect(compile(text.replace(...wrong)))).not.toBeLessThan(1e-5)
  })
})

describe("labels drawn one after another from tables made at once", () => {
  it("stay as they were, whatever they share", () => {
    const text =
      "model { for (i in 1:6) { x[i] ~ dnorm(m[t[i] + 1], 1); t[i] ~ dbern(q) } n <- sum(t[]); k ~ dpois(n + 0.5); for (j in 1:2) { m[j] ~ dnorm(2 * j, 1) } q ~ dbeta(2, 2) }"
    const specimen = {
      name: "labels",
      text,
      data: { x: [0, 1, 2, 3, 4, 5], k: 3 },
      watched: ["t", "q", "m"],
      wrong: ["dpois(n + 0.5)", "dpois(2 * n + 0.5)"] as const,
      samplers: { t: "enumeration" },
    }
    const size = { replicates: 1000, steps: 3, warmup: 50 }
    expect(relationShift(specimen, text, text, size).shift).toBeLessThan(4)
    expect(relationShift(specimen, text, text.replace(...specimen.wrong), size).shift).toBeGreaterThan(5)
  })
})

describe("what is only predicted", () => {
  it("is drawn and computed level by level, parents before children", () => {
    const { blocks } = bugs(
      "model { y ~ dnorm(a, 1); a ~ dnorm(0, 1); x[1] ~ dnorm(a, 100); for (t in 2:5) { x[t] ~ dnorm(2 * d[t], 1e8) } for (t in 2:5) { d[t] <- x[t - 1] + 1 } for (t in 1:5) { c[t] ~ dpois(exp(x[t] / 20)) T(1, ) } r <- sum(c[]) - sum(x[]) }",
      { y: 1 },
    ).plan()
    const { lowered } = blocks.find(({ sampler }) => sampler === FORWARD)!
    const kernel = bindRelationBlock(lowered)
    const { graph } = lowered
    const slotOf = (name: string) => graph.variables.find((one) => one.name === name)!.offset
    const s = graph.values.slice()
    const rng = streamFor("levels", 0, "forward")
    s[slotOf("a")] = 0
    for (let k = 0; k < 20; k++) {
      kernel.step(s, new Float64Array(0), rng, "sampling")
      const again = s.slice()
      refresh(graph, again)
      expect([...s]).toEqual([...again])
      for (let t = 1; t < 5; t++)
        expect(Math.abs(s[slotOf("x") + t]! - 2 * (s[slotOf("x") + t - 1]! + 1))).toBeLessThan(6e-4)
      expect(Math.min(...s.subarray(slotOf("c"), slotOf("c") + 5))).toBeGreaterThan(0)
    }
  })
})

describe("categories with equal probabilities", () => {
  it("are counted in joint steps of what these follow from", () => {
    const text = `model { for (i in 1:12) { k[i] ~ dcat(p[]) } p[1] <- r[1]; p[2] <- r[2] * (1 - r[1]); p[3] <- (1 - r[1]) * (1 - r[2])
      for (j in 1:2) { r[j] ~ dbeta(1, a) } a ~ dunif(0.5, 4) }`
    const specimen = {
      name: "sticks",
      text,
      data: { k: [1, 1, 2, 3, 1, 2, 1, 3, 1, 1, 2, 1] },
      watched: ["r", "a"],
      wrong: ["dbeta(1, a)", "dbeta(2, a)"] as const,
    }
    const size = { replicates: 500, steps: 2, warmup: 150 }
    const right = relationShift(specimen, text, text, size)
    expect(right.names).toContain("curvature-block")
    expect(right.shift).toBeLessThan(4)
    expect(relationShift(specimen, text, text.replace(...specimen.wrong), size).shift).toBeGreaterThan(5)
  })
})
