import { describe, expect, it } from "vitest"
import { DataError, GibbsError, ModelError } from "../../../src/core/errors.ts"
import {
  bernoulli,
  gamma,
  halfT,
  inverseGamma,
  multivariateNormal,
  normal,
  truncated,
  wishart,
} from "../../../src/models/builder/distributions.ts"
import { index, matrix, scalar, vector } from "../../../src/models/builder/inputs.ts"
import { exp, ilogit } from "../../../src/models/builder/value.ts"
import { bugs, model } from "../../../src/samplers/graph-model.ts"

const oneWay = model({ y: vector(), g: index() }, ({ y, g, param, observe }) => {
  const mu = param("mu", normal(0, { variance: 0.5 }))
  const between = param("between", inverseGamma(2, 100))
  const within = param("within", inverseGamma(2, 100))
  const a = param("a", normal(0, { variance: between }), { over: g.levels })
  observe(y, normal(mu.plus(a.at(g)), { variance: within }))
})

const errorOf = (run: () => unknown): GibbsError => {
  try {
    run()
  } catch (error) {
    if (error instanceof GibbsError) return error
    throw error
  }
  throw new ModelError("nothing was thrown", { code: "no-error" })
}

describe("a model written in TypeScript", () => {
  it("is the model that BUGS text states", () => {
    const data = { y: [1, 2, 3, 2, 1, 4], g: [1, 1, 2, 2, 3, 3] }
    const built = oneWay.with(data).graph
    const text = bugs(
      `model {
        mu ~ dnorm(0, 1 / 0.5)
        between ~ dinvgamma(2, 100)
        within ~ dinvgamma(2, 100)
        for (j in 1:3) { a[j] ~ dnorm(0, 1 / between) }
        for (i in 1:6) { y[i] ~ dnorm(mu + a[g[i]], 1 / within) }
      }`,
      data,
    ).graph
    const strip = (graph: typeof built) => graph.relations.map(({ span: _, ...relation }) => relation)
    expect(strip(built)).toEqual(strip(text))
  })

  it("takes labels as groups, in the order of the alphabet", () => {
    const { graph } = oneWay.with({ y: [1, 2, 3], g: ["b", "a", "b"] })
    const g = graph.variables.find(({ name }) => name === "g")!
    expect([...graph.values.slice(g.offset, g.offset + g.size)]).toEqual([2, 1, 2])
  })

  it("draws what is missing in the data", () => {
    const { graph } = oneWay.with({ y: [1, null, 3], g: [1, 1, 2] })
    const drawn = graph.relations.filter((r) => r.kind === "stochastic" && !r.observed && r.variable === "y")
    expect(drawn.map(({ size }) => size)).toEqual([1])
  })

  it("has vectors, matrices, links, truncation and scalars", () => {
    const { program } = model(
      { y: vector(), x: matrix(), g: index("rows", { of: "group" }), c: scalar() },
      ({ y, x, g, c, param, vectorParam, matrixParam, define, observe }) => {
        const omega = matrixParam(
          "Omega",
          wishart(3, [
            [1, 0],
            [0, 1],
          ]),
        )
        const b = vectorParam("b", multivariateNormal([0, 0], { precision: omega }), { over: g.levels })
        const t = param("t", truncated(gamma(2, { scale: 3 }), 0.5, null))
        const s = param("s", halfT(3, 1))
        const p = define(
          "p",
          ilogit(
            b
              .at(g)
              .element(1)
              .plus(b.at(g).element(2).times(x.column(2)))
              .minus(exp(t))
              .times(c)
              .over(s),
          ),
        )
        observe(y, bernoulli(p))
      },
    ).with({
      y: [0, 1],
      x: [
        [1, 2],
        [1, 3],
      ],
      g: [1, 2],
      c: 2,
    })
    expect(program.source).toBe(`model {
  Omega[1:2, 1:2] ~ dwish(Omega.matrix[1:2, 1:2], 3)
  for (j in 1:2) {
    b[j, 1:2] ~ dmnorm(c(0, 0), Omega[1:2, 1:2])
  }
  t ~ dgamma(2, 1 / 3) T(0.5, )
  s ~ dt(0, 1 / 1^2, 3) T(0, )
  for (i in 1:2) {
    p[i] <- ilogit((b[g[i], 1] + b[g[i], 2] * x[i, 2] - exp(t)) * c / s)
  }
  for (i in 1:2) {
    y[i] ~ dbern(p[i])
  }
}
`)
  })
})

describe("a model that cannot be meant", () => {
  it("names values along different plates", () => {
    const error = errorOf(() =>
      model({ y: vector(), g: index() }, ({ y, g, param, observe }) => {
        const a = param("a", normal(0, 1), { over: g.levels })
        observe(y, normal(a, 1))
      }),
    )
    expect(error.oneLine()).toBe(
      'y: the parameters of y run along g, y along rows; write param("y", …, { over: … }) with that plate, or gather',
    )
  })

  it("names a parameter used twice, a form that does not exist, an input without data, uneven rows", () => {
    const twice = () =>
      model({ y: vector() }, ({ param }) => {
        param("y", normal(0, 1))
      })
    expect(errorOf(twice).message).toBe('"y" is used twice')
    const vectorAsNumber = () =>
      model({ y: vector() }, ({ param }) => {
        param(
          "b",
          multivariateNormal([0, 0], {
            precision: [
              [1, 0],
              [0, 1],
            ],
          }),
        )
      })
    expect(errorOf(vectorAsNumber).oneLine()).toBe('b: b is a vector; write vectorParam("b", …)')
    const uneven = errorOf(() => oneWay.with({ y: [1, 2], g: [1, 2, 2] }))
    expect(uneven).toBeInstanceOf(DataError)
    expect(uneven.message).toBe("g has 3 rows, others along rows have 2")
    expect(errorOf(() => oneWay.with({ y: [1, 2], g: [0, 2] })).message).toBe(
      "g holds 0, expected labels or whole numbers from 1",
    )
  })
})
