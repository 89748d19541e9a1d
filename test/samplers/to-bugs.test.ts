import { describe, expect, it } from "vitest"
import { readRDump } from "../../src/models/bugs/r-dump.ts"
import { invertRows } from "../../src/models/builder/constant-parameters.ts"
import {
  flat,
  gamma,
  halfCauchy,
  halfT,
  multivariateNormal,
  normal,
  scaledWishart,
} from "../../src/models/builder/distributions.ts"
import { index, inverse, vector } from "../../src/models/builder/inputs.ts"
import { call, sqrt } from "../../src/models/builder/value.ts"
import { latentNodes, type StochasticNode } from "../../src/models/graph.ts"
import { drawNormal } from "../../src/random/normal.ts"
import { streamFor } from "../../src/random/stream.ts"
import { drawInverseWishart } from "../../src/random/wishart.ts"
import { bugs, model } from "../../src/samplers/graph-model.ts"
import { layOut } from "../../src/samplers/kernel/layout.ts"
import { listRelations, printGraph } from "../../src/samplers/list-relations.ts"
import { lmm } from "../../src/samplers/model.ts"
import { toBugs } from "../../src/samplers/to-bugs.ts"
import { logJoint } from "../kit/log-joint.ts"
import { logJointOf, refresh } from "../kit/relation-joint.ts"
import { modelOf, standardTable, ZOO } from "../kit/zoo.ts"

/** log |A| of a positive definite matrix by elimination. */
function logDeterminantOf(rows: readonly (readonly number[])[]): number {
  const [first, ...rest] = rows
  if (first === undefined) return 0
  const minor = rest.map((row) => row.slice(1).map((x, k) => x - (row[0]! * first[k + 1]!) / first[0]!))
  return Math.log(first[0]!) + logDeterminantOf(minor)
}

describe.each(ZOO)("$name", (specimen) => {
  const formula = modelOf(specimen)
  const { text, data, names } = toBugs(formula, { dialect: "gibbsite" })
  const other = bugs(text, data)

  it("has the same relations, and the same joint density with every constant", () => {
    expect(listRelations(other)).toEqual(listRelations(formula))
    const rng = streamFor("to-bugs", 0, specimen.name)
    const layout = layOut(formula.graph)
    const state = new Float64Array(layout.length)
    const slots = other.graph.values.slice()
    const offsetOf = (name: string) => other.graph.variables.find((v) => v.name === name)!.offset
    let jacobian = 0
    const drawNode = ({ id, plate, shape }: StochasticNode): void => {
      const { offset, stride, members, q } = layout.slots[id]!
      const name = names.get(id)
      if (shape.kind === "matrix") {
        const scale = Float64Array.from({ length: q * q }, (_, k) => (k % (q + 1) === 0 ? 2 : 0.3))
        drawInverseWishart(rng, q + 3, scale, q, state, offset, new Float64Array(2 * q * q))
        const rows = Array.from({ length: q }, (_, r) => [
          ...state.subarray(offset + r * q, offset + (r + 1) * q),
        ])
        slots.set(invertRows(rows).flat(), offsetOf(name!.replace("Sigma", "Omega")))
        jacobian -= (q + 1) * logDeterminantOf(rows)
        return
      }
      for (let k = 0; k < members * stride; k++) {
        const x = plate === null ? 0.1 + 0.7 * rng.uniform() : drawNormal(rng)
        state[offset + k] = x
        if (name !== undefined) slots[offsetOf(name) + (k % stride) * members + Math.floor(k / stride)] = x
        else {
          // An inverse gamma of the variance is drawn as a gamma of the precision.
          slots[offsetOf(names.get(id.replace("var", "sd"))!.replace("sd", "tau"))] = 1 / x
          jacobian -= 2 * Math.log(x)
        }
      }
    }
    for (const node of latentNodes(formula.graph)) drawNode(node)
    refresh(other.graph, slots)
    const expected = logJoint(formula.graph, layout, state)
    const difference = logJointOf(other.graph, slots).value + jacobian - expected.value
    expect(Math.abs(difference)).toBeLessThan(1e-12 * expected.magnitude)
  })
})

describe("a formula, the builder and BUGS text of one model print the same graph", () => {
  const data = standardTable()
  const { y, g, h, x } = data as Record<string, number[]> & { g: string[]; h: string[] }
  const numbers = {
    y: y!,
    x: x!,
    g: g.map((label) => Number(label.slice(1)) + 1),
    h: h.map((label) => Number(label.slice(1)) + 1),
  }

  it("one-way with conjugate priors", () => {
    const priors = [
      "Intercept ~ normal(0, 2)",
      "var(g) ~ inverseGamma(2, 100)",
      "var(residual) ~ inverseGamma(3, 1)",
    ]
    const formula = lmm("y ~ 1 + (1 | g)", data, { priors })
    const built = model({ y: vector(), g: index() }, ({ y, g, param, define, observe }) => {
      const intercept = param("b.Intercept", normal(0, { variance: 4 }))
      const between = param("tau.g.Intercept", gamma(2, 100))
      const within = param("tau.residual", gamma(3, 1))
      const u = param("u.g", normal(0, { precision: between }), { over: g.levels })
      const mu = define("mu", intercept.plus(u.at(g)))
      define("sd.residual", sqrt(call("/", 1, within)))
      define("sd.g.Intercept", sqrt(call("/", 1, between)))
      observe(y, normal(mu, { precision: within }))
    }).with({ y: numbers.y, g: numbers.g })
    const text = bugs(
      `model {
        b.Intercept ~ dnorm(0, 1 / 4)
        tau.g.Intercept ~ dgamma(2, 100); tau.residual ~ dgamma(3, 1)
        sd.g.Intercept <- sqrt(1 / tau.g.Intercept)
        sd.residual <- sqrt(1 / tau.residual)
        for (j in 1:4) { u.g[j] ~ dnorm(0, tau.g.Intercept) }
        for (i in 1:36) {
          mu[i] <- b.Intercept + u.g[g[i]]
          y[i] ~ dnorm(mu[i], tau.residual)
        }
      }`,
      { y: numbers.y, g: numbers.g },
    )
    expect(printGraph(formula)).toBe(
      [
        "  y[i] ~ dnorm(mu[i], tau.residual)   (36)",
        "  mu[i] <- b.Intercept + u.g[g[i]]   (36)",
        "  tau.residual ~ dgamma(3, 1)",
        "  b.Intercept ~ dnorm(0, 1 / 4)",
        "  u.g[j] ~ dnorm(0, tau.g.Intercept)   (4)",
        "  tau.g.Intercept ~ dgamma(2, 100)",
        "  sd.g.Intercept <- sqrt(1 / tau.g.Intercept)",
        "  sd.residual <- sqrt(1 / tau.residual)",
        "",
      ].join("\n"),
    )
    expect(printGraph(built)).toBe(printGraph(formula))
    expect(printGraph(text)).toBe(printGraph(formula))
  })

  it("crossed factors, a predictor and weights", () => {
    const formula = lmm(
      "y ~ x + (1 | g) + (1 | h)",
      { ...data, w: x!.map(Math.abs) },
      {
        priors: ["sd(g) ~ halfT(3, 1)", "sd(h) ~ halfT(3, 1)", "sd(residual) ~ halfCauchy(2)"],
        weights: "w",
      },
    )
    const inputs = { y: vector(), x: vector(), w: vector(), g: index(), h: index() }
    const built = model(inputs, ({ y, x, w, g, h, param, define, observe }) => {
      const spread = (name: string, prior: ReturnType<typeof halfT>) =>
        define(`tau.${name}`, call("/", 1, param(`sd.${name}`, prior).power(2)))
      const ug = param("u.g", normal(0, { precision: spread("g.Intercept", halfT(3, 1)) }), {
        over: g.levels,
      })
      const uh = param("u.h", normal(0, { precision: spread("h.Intercept", halfT(3, 1)) }), {
        over: h.levels,
      })
      const fixed = param("b.Intercept", flat()).plus(param("b.x", flat()).times(x))
      const mu = define("mu", fixed.plus(ug.at(g)).plus(uh.at(h)))
      observe(y, normal(mu, { precision: w.times(spread("residual", halfCauchy(2))) }))
    }).with({ ...numbers, w: x!.map(Math.abs) })
    const { text, data: arrays } = toBugs(formula, { dialect: "gibbsite" })
    const backwards = text.replace(/model \{\n([\s\S]*)\}\n$/, (_, body: string) => {
      const blocks = body.match(/^ {2}(?:for[\s\S]*?^ {2}\}|.*)\n/gm)!
      return `model {\n${blocks.reverse().join("")}}\n`
    })
    expect(backwards).not.toBe(text)
    expect(printGraph(formula)).toContain("y[i] ~ dnorm(mu[i], w[i] * tau.residual)   (36)")
    expect(printGraph(built)).toBe(printGraph(formula))
    expect(printGraph(bugs(backwards, arrays))).toBe(printGraph(formula))
  })

  it("correlated slopes", () => {
    const formula = lmm("y ~ x + (x | g)", data, {
      priors: ["cov(g) ~ huangWand(2, [1.5, 0.4])", "sd(residual) ~ halfT(3, 2)"],
    })
    const built = model({ y: vector(), x: vector(), g: index() }, ({ y, x, g, ...to }) => {
      const omega = to.matrixParam("Omega.g", scaledWishart(2, [1.5, 0.4]))
      const sigma = to.define("Sigma.g", inverse(omega))
      const tau = to.define("tau.residual", call("/", 1, to.param("sd.residual", halfT(3, 2)).power(2)))
      const [a, b] = [sigma.element(1, 1), sigma.element(2, 2)]
      to.define("sd.g.Intercept", sqrt(a))
      to.define("sd.g.x", sqrt(b))
      to.define("cor.g.Intercept.x", sigma.element(1, 2).over(sqrt(a.times(b))))
      const u = to.vectorParam("u.g", multivariateNormal([0, 0], { precision: omega }), { over: g.levels })
      const fixed = to.param("b.Intercept", flat()).plus(to.param("b.x", flat()).times(x))
      const mu = to.define("mu", fixed.plus(u.at(g).element(1)).plus(u.at(g).element(2).times(x)))
      to.observe(y, normal(mu, { precision: tau }))
    }).with({ y: numbers.y, x: numbers.x, g: numbers.g })
    const text = bugs(
      `model {
        for (i in 1:length(y)) {
          mu[i] <- b.Intercept + b.x * x[i] + u.g[g[i], 1] + u.g[g[i], 2] * x[i]
          y[i] ~ dnorm(mu[i], tau.residual)
        }
        for (j in 1:4) { u.g[j, 1:2] ~ dmnorm(c(0, 0), Omega.g[1:2, 1:2]) }
        b.Intercept ~ dflat()
        b.x ~ dflat()
        Sigma.g[1:2, 1:2] <- inverse(Omega.g[1:2, 1:2])
        sd.g.Intercept <- sqrt(Sigma.g[1, 1])
        sd.g.x <- sqrt(Sigma.g[2, 2])
        cor.g.Intercept.x <- Sigma.g[1, 2] / sqrt(Sigma.g[1, 1] * Sigma.g[2, 2])
        Omega.g[1:2, 1:2] ~ dscaled.wishart(c(1.5, 0.4), 2)
        sd.residual ~ dt(0, 1 / 2^2, 3) T(0, )
        tau.residual <- 1 / sd.residual^2
      }`,
      { y: numbers.y, x: numbers.x, g: numbers.g },
    )
    expect(printGraph(built)).toBe(printGraph(formula))
    expect(printGraph(text)).toBe(printGraph(formula))
  })
})

describe("the text for JAGS", () => {
  const table = standardTable()

  it("has wide normals for flat priors, by the scale of the data, and a mixture for Huang and Wand's prior", () => {
    const { text, data } = toBugs(
      lmm("y ~ x + (x | g)", { ...table, y: table.y!.map((v) => 1e8 * Number(v)) }),
    )
    expect(text).not.toMatch(/dflat|dscaled/)
    expect(text).toContain("b.x ~ dnorm(0, 1e-30)")
    expect(text).toContain("Omega.g[1:2, 1:2] ~ dwish(Omega.g.matrix[1:2, 1:2], 4)")
    expect(text).toContain("Omega.g.matrix[2, 2] <- 6 * a.g.x")
    expect(data.has("Omega.g.matrix")).toBe(false)
    expect(listRelations(bugs(text, data)).map(({ id }) => id)).toContain("a.g.x")
  })

  it("renames what the language cannot call so, and what is taken", () => {
    const odd = { i: table.x!, N: table.z!, "y!": table.y!, model: table.g! }
    const { text, data } = toBugs(lmm("`y!` ~ i + N + (1 | model)", odd))
    expect([...data.keys()]).toEqual(["i.2", "N", "y", "model.2", "N.2", "J"])
    expect(text).toContain("mu[i] <- b.Intercept + b.i * i.2[i] + b.N * N[i] + u.model[model.2[i]]")
    expect(text).toContain("for (i in 1:N.2)")
    bugs(text, data).plan()
  })

  it("comes with its data in R's dump format, exactly", () => {
    const { data, dump } = toBugs(modelOf(ZOO.find(({ name }) => name === "slopes, inverseWishart rows")!))
    expect(new Map(readRDump(dump))).toEqual(new Map(data))
  })
})
