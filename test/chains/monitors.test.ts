import { describe, expect, it } from "vitest"
import { chooseMonitors } from "../../src/chains/monitors.ts"
import { chooseElements } from "../../src/chains/sample-graph.ts"
import { listQuantities } from "../../src/models/effect-quantities.ts"
import { bugs } from "../../src/samplers/graph-model.ts"
import { lmm } from "../../src/samplers/model.ts"
import { standardTable } from "../kit/zoo.ts"

const { graph } = bugs(
  "model { for (i in 1:3) { for (j in 1:2) { y[i, j] ~ dnorm(a, 1) } z[i] ~ dnorm(a, 1) } a ~ dnorm(0, 1) }",
)
const chosen = (...wanted: string[]) => chooseElements(graph, wanted).map(({ name }) => name)

it("constants that the model computes can be monitored, elements that nothing defines and data cannot", () => {
  const { graph } = bugs(
    "model { b[1] <- 0; b[2] ~ dnorm(m, 1); b[4] ~ dnorm(0, 1); m <- b[1] + x; y ~ dnorm(b[2], 1) }",
    { x: 3, y: 1 },
  )
  const names = (...wanted: string[]) => chooseElements(graph, wanted).map((q) => [q.name, q.constant])
  expect(names()).toEqual([
    ["b[2]", false],
    ["b[4]", false],
  ])
  expect(names("b", "m")).toEqual([
    ["b[2]", false],
    ["b[4]", false],
    ["b[1]", true],
    ["m", true],
  ])
  expect(() => names("x")).toThrow('nothing that the model draws or computes is called "x"')
  expect(() => names("b[3]")).toThrow('nothing that the model draws or computes is called "b[3]"')
})

it("monitors name variables, elements and parts of arrays", () => {
  expect(chosen("a", "z[2]")).toEqual(["z[2]", "a"])
  expect(chosen("y[2:3, 1]")).toEqual(["y[2,1]", "y[3,1]"])
  expect(chosen("y[3,]", "z[1:2]")).toEqual(["y[3,1]", "y[3,2]", "z[1]", "z[2]"])
  expect(chosen("a[1]")).toEqual(["a"])
  for (const wrong of ["y[1:2]", "z[4:5]", "z[i]", "z[1;2]", "b", "__proto__"])
    expect(() => chosen(wrong)).toThrow(`nothing that the model draws or computes is called "${wrong}"`)
})

it("structural zeros of a Dirichlet vector are constants, and a probability that is all", () => {
  const { graph } = bugs("model { for (i in 1:2) { p[i, 1:3] ~ ddirch(a[i, ]) } }", {
    a: [
      [1, 2, 0],
      [3, 0, 0],
    ],
  })
  const constant = chooseElements(graph).filter((q) => q.constant)
  expect(constant.map(({ name }) => name)).toEqual(["p[2,1]", "p[2,2]", "p[1,3]", "p[2,3]"])
})

it("a difference of an element and itself is a constant", () => {
  const { graph } = bugs(
    "model { for (k in 1:3) { b[k] ~ dnorm(0, 1) d[k] <- b[k] - b[2] } y ~ dnorm(d[1], 1) v <- b[1:2] - b[1:2] }",
    { y: 1 },
  )
  expect(chooseElements(graph, ["d"]).map(({ name, constant }) => [name, constant])).toEqual([
    ["d[1]", false],
    ["d[2]", true],
    ["d[3]", false],
  ])
})

describe("monitors of a formula's model", () => {
  const { graph } = lmm("y ~ x + (x | g) + (1 | h)", standardTable())
  const names = (...wanted: string[]) => chooseMonitors(graph, wanted).map(({ name }) => name)
  const every = listQuantities(graph).map(({ name }) => name)

  it("are everything, families, names, and names without their last index", () => {
    expect(names()).toEqual(every)
    expect(names("u", "b")).toEqual(every.filter((name) => /^[bu]\[/.test(name)))
    expect(names("u[g,x]")).toEqual(every.filter((name) => name.startsWith("u[g,x,")))
    expect(names("u[g]")).toEqual(every.filter((name) => name.startsWith("u[g,")))
    expect(names("u[h,(Intercept),h1]", "u[g,x,g2]")).toEqual(["u[g,x,g2]", "u[h,(Intercept),h1]"])
    for (const wrong of ["u[g,x,g", "u[x]", "u[g,x,h1]", "v"])
      expect(() => names(wrong)).toThrow(`nothing is called "${wrong}"`)
  })

  it("a level may have commas in its name", () => {
    const effects = [{ node: "u[g]", group: "g", terms: ["x"], levels: ["Smith, J", "Smith", "Jo"] }]
    const found = chooseMonitors({ quantities: [], effects }, ["u[g,x,Smith]"])
    expect(found.map(({ name }) => name)).toEqual(["u[g,x,Smith, J]", "u[g,x,Smith]"])
  })

  it("no name of an effect is made where none is recorded", () => {
    const unread = new Proxy<string[]>([], {
      has: () => true,
      get: (target, key) => {
        if (key === "0") throw new Error("a level was read")
        return key === "length" ? 1 : Reflect.get(target, key)
      },
    })
    const large = { ...graph, effects: graph.effects.map((of) => ({ ...of, levels: unread })) }
    expect(() => chooseMonitors(large, ["u"])).toThrow("a level was read")
    expect(chooseMonitors(large, ["b", "sd"])).toHaveLength(6)
    expect(chooseMonitors(large, ["b", "u"], false)).toHaveLength(2)
    expect(chooseMonitors(large, [], false)).toBe(graph.quantities)
  })
})
