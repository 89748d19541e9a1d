import { describe, expect, it } from "vitest"
import type { ArraysInput } from "../../../src/models/array-input.ts"
import { bugs } from "../../../src/samplers/graph-model.ts"
import { refusal } from "../../kit/bugs-refusal.ts"

const IDENTITY = [
  [1, 0],
  [0, 1],
]

describe("what is known before drawing is checked where it stands", () => {
  it.each<[string, ArraysInput, RegExp]>([
    ["y ~ dnorm(0, tau)", { y: 1, tau: -1 }, /^line 2: y: precision must be positive, found -1/],
    [
      "for (i in 1:3) { y[i] ~ dpois(l[i]) }",
      { y: [1, 2, 3], l: [1, -1, 2] },
      /^line 2: y\[2\]: mean must not be negative, found -1/,
    ],
    [
      "for (i in 1:3) { y[i] ~ dpois(2) }",
      { y: [1, 2.5, 3] },
      /^line 2: y\[2\] is 2\.5, and dpois gives integers/,
    ],
    [
      "y[1:2] ~ dmnorm(z, P)",
      {
        z: [0, 0],
        P: [
          [1, 0.5],
          [0, 1],
        ],
      },
      /^line 2: y\[1\]: precision must be symmetric and positive definite/,
    ],
    [
      "y[1:2] ~ dmnorm(z, P)",
      {
        z: [0, 0],
        P: [
          [1, 0, 0],
          [0, 1, 0],
        ],
      },
      /^line 2: the precision of dmnorm is a matrix of 2 by 2, found an array of 2 by 3/,
    ],
  ])("%s", (statement, data, expected) => {
    expect(refusal(`model {\n  ${statement}\n}`, data)).toMatch(expected)
  })

  it("lets pass what BUGS models do: structural zeros, means of zero, unnormalised probabilities, one by one matrices", () => {
    const statements = `p[1:3] ~ ddirch(a[])
      x ~ dcat(w[])
      z ~ dpois(0)
      r ~ dbin(0, 4)
      y[1:2] ~ dmnorm(m, P)
      u[1] ~ dmnorm(v[1], Q[1, 1])
      n[1:3] ~ dmulti(w[], 5)
      k ~ dpois(l)
      l ~ dgamma(1, 1)`
    const data = { a: [1, 0, 2], w: [2, 0, 1], m: [0, 0], P: IDENTITY, v: [0, 1], Q: IDENTITY, k: 3 }
    expect(refusal(`model { ${statements} }`, data)).toBe("no error")
  })

  it("a cycle is told with its line", () => {
    expect(refusal("model {\n  a <- b + 1\n  b <- a + 1\n}")).toMatch(/^line [23]: a cycle: /)
  })

  it("what would not fit into memory is refused at once", () => {
    expect(refusal("model {\n  y[1000000000] ~ dnorm(0, 1)\n}")).toMatch(/^line 2: y would be 1000000000/)
    expect(refusal("var y[1000000, 1000000];\nmodel {\n  y[1, 1] ~ dnorm(0, 1)\n}")).toMatch(
      /^line 1: y would be/,
    )
    const loop = "model {\n  for (i in 1:100000) { for (j in 1:100000) { y[i, j] ~ dnorm(0, 1) } }\n}"
    expect(refusal(loop)).toMatch(/^line 2: the loop has more than 4000000 iterations/)
  })

  it("names that every object has are no functions and no distributions", () => {
    expect(refusal("model { a ~ dnorm(0, 1)\n b <- constructor(a) }")).toMatch(
      /there is no function "constructor"; write it with the functions there are/,
    )
    expect(
      refusal("model { constructor ~ dnorm(0, 1)\n toString ~ dnorm(constructor, 1) }", { toString: 1 }),
    ).toBe("no error")
  })
})

it("a loop without iterations defines nothing, also where nothing else does", () => {
  const { graph } = bugs("model { for (k in 3:1) { z[k] ~ dnorm(0, 1)  w <- z[k] }  x ~ dnorm(0, 1) }")
  expect(graph.relations.map(({ variable }) => variable)).toEqual(["x"])
  expect(refusal("model {\n  for (k in 3:1) { z[k] ~ dnorm(0, 1) }\n  x ~ dnorm(z[1], 1) }")).toMatch(
    /^line 3: undefined variable "z"/,
  )
})
