/** What texts written for WinBUGS and OpenBUGS need beyond the dialect of JAGS. */
import { describe, expect, it } from "vitest"
import { completeData } from "../../../src/models/bugs/compile.ts"
import { lookupBugsDistribution } from "../../../src/models/bugs/distribution-table.ts"
import { parseBugs } from "../../../src/models/bugs/parse.ts"
import { bugs, type GraphModel } from "../../../src/samplers/graph-model.ts"
import { refusal } from "../../kit/bugs-refusal.ts"

/** Known value of an element, counted from 1. */
function knownValue({ graph }: GraphModel, name: string, element = 1): number {
  return graph.values[graph.variables.find((v) => v.name === name)!.offset + element - 1]!
}

const observed = ({ graph }: GraphModel): string[] =>
  graph.relations.flatMap((r) => (r.kind === "stochastic" && r.observed ? [`${r.variable} ${r.size}`] : []))

describe("data computed inside the model", () => {
  const text = `model {
    for (i in 1:N) { half[i] <- y[i] / 2
      z[i] ~ dnorm(mu, 1)  z[i] <- sqrt(half[i]) - shift
      zeros[i] <- 0;  zeros[i] ~ dpois(exp(mu)) }
    N <- 3;  shift <- 1;  mu ~ dnorm(0, 1)
  }`
  const model = bugs(text, { y: [2, 8, 18] })

  it("are observed", () => {
    expect(observed(model)).toEqual(["z 3", "zeros 3"])
    expect([1, 2, 3].map((k) => knownValue(model, "z", k))).toEqual([0, 1, 2])
  })

  it("move to the data block with what they hang on", () => {
    expect(model.program.data.length).toBeGreaterThan(0)
    expect([...completeData(model.program, model.data).get("z")!.values]).toEqual([0, 1, 2])
  })

  it("must follow from data alone", () => {
    expect(refusal("model {\n  y <- mu + 1\n  y ~ dnorm(0, 1)\n  mu ~ dnorm(0, 1) }")).toMatch(
      /^line 3: y is defined twice: computed by a relation, and drawn; what is drawn can be computed too only/,
    )
    expect(refusal("model {\n  y <- 1\n  y <- 2 }")).toMatch(/^line 3: y is defined twice; an element/)
    expect(refusal("model {\n  y <- 1\n  y ~ dnorm(0, 1)\n  y ~ dnorm(1, 1) }")).toMatch(
      /^line 4: y is defined/,
    )
  })
})

describe("ranges", () => {
  const early = "model { for (i in 2:4) { n[i] <- sum(y[1:i - 1]) }  m ~ dnorm(0, 1) }"

  it("end behind a sum where JAGS's reading is none", () => {
    const model = bugs(early, { y: [1, 2, 4, 8] })
    expect([2, 3, 4].map((k) => knownValue(model, "n", k))).toEqual([1, 3, 7])
    expect(model.messages.join()).toMatch(/ranges are read as in WinBUGS.*index 0 of y/)
  })

  it("begin before one too", () => {
    const model = bugs(
      "model { for (j in 1:end[1]) { r[j] <- 1 }  for (j in end[1] + 1 : end[2]) { r[j] <- 2 }  m ~ dnorm(0, 1) }",
      { end: [2, 5] },
    )
    expect([1, 2, 3, 4, 5].map((k) => knownValue(model, "r", k))).toEqual([1, 1, 2, 2, 2])
  })

  it("are JAGS's wherever that has a meaning", () => {
    const model = bugs("model { for (i in 1 + 1:2) { x[i] <- i }  m ~ dnorm(0, 1) }")
    expect(model.messages).toEqual([])
    expect(model.graph.variables.find((v) => v.name === "x")!.size).toBe(3)
  })

  it("are named where neither reading has one", () => {
    expect(refusal("model {\n  for (i in 1:3 - 1) { x[i] <- z[i] } }", { z: [1] })).toMatch(
      /^line 2: index 0 of x.*1:N - 1 means \(1:N\) - 1: write 1:\(N - 1\)/,
    )
  })
})

it("C(,) censors as I(,) does", () => {
  const bounds = (text: string) => {
    const [statement] = parseBugs(text).model
    return statement?.kind === "stochastic" ? statement.bounds?.kind : undefined
  }
  expect(bounds("model { x ~ dweib(1, 2) C(3, ) }")).toBe("I")
  expect(bounds("model { x ~ dweib(1, 2) T(3, ) }")).toBe("T")
})

it("dloglik adds its argument, and dflat can have bounds", () => {
  const dloglik = lookupBugsDistribution("dloglik")
  const dflat = lookupBugsDistribution("dflat")
  if (dloglik.calling !== "numbers" || dflat.calling !== "numbers") throw new Error("not numbers")
  expect(dloglik.logDensity(0, -3.5, 0, 0, 0)).toBe(-3.5)
  expect(dflat.logMass(0, 4, 0, 0, 0, 0)).toBe(Math.log(4))
  expect(dflat.logMass(0, Infinity, 0, 0, 0, 0)).toBe(0)
})

it("has ranked, and rank of one element", () => {
  const model = bugs("model { a <- ranked(x[], 2)  b <- rank(x[], 1)  c <- rank(x[], 3)  m ~ dnorm(0, 1) }", {
    x: [3, 1, 2, 3],
  })
  expect(["a", "b", "c"].map((name) => knownValue(model, name))).toEqual([2, 4, 2])
})

describe("a drawn index", () => {
  const text =
    "model {\n  for (i in 1:3) { y[i] ~ dnorm(m[z[i]], 1); z[i] ~ dcat(p[]) }\n  for (j in 1:2) { m[j] ~ dnorm(0, 1) } }"

  it("picks elements that there are", () => {
    expect(refusal(text, { y: [1, 2, 3], p: [0.3, 0.3, 0.4] })).toMatch(
      /^line 2: z\[1\] may be 3, and index 3 of m in m\[z\[i\]\] is outside 1:2/,
    )
    // What has no weight is never picked.
    expect(bugs(text, { y: [1, 2, 3], p: [0.3, 0.7, 0] }).graph.length).toBeGreaterThan(0)
    expect(refusal(text, { y: [1, 2, 3], p: [0, 0.7, 0.1] })).toMatch(/may be 3/)
  })
})

describe("I(,) of what has known parents", () => {
  const boundsOf = (text: string, data = {}) =>
    bugs(text, data).graph.relations.flatMap((one) =>
      one.kind === "stochastic" && one.bounds !== null ? [`${one.variable} ${one.bounds.kind}`] : [],
    )

  it("is a truncation; with parents that are drawn it is not, nor is it one of data", () => {
    expect(
      boundsOf("model { p <- 1 / s^2; a ~ dnorm(m, p) I(0, ); y ~ dnorm(a, 1) }", { m: 0, s: 2, y: 1 }),
    ).toEqual(["a T"])
    expect(boundsOf("model { m ~ dnorm(0, 1); a ~ dnorm(m, 1) I(0, ) }")).toEqual(["a I"])
    expect(boundsOf("model { m ~ dnorm(0, 1); a ~ dnorm(0, 1) I(m, ) }")).toEqual(["a I"])
    expect(boundsOf("model { y ~ dnorm(m, 1) I(0, ) }", { y: 1, m: 0 })).toEqual(["y I"])
  })
})
