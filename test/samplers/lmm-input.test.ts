import { describe, expect, it } from "vitest"
import { sample } from "../../src/chains/sample.ts"
import { datasets } from "../../src/data/datasets.ts"
import { lmm } from "../../src/samplers/model.ts"

const FORMULA = "bright ~ 1 + (1 | operator)"

describe("lmm refuses in words", () => {
  it("a formula that is no text", () => {
    // @ts-expect-error: a program without types
    expect(() => lmm(undefined, datasets.pulp())).toThrow("the formula is undefined, expected a text")
  })
  it("a misspelt option, and so does sample", async () => {
    // @ts-expect-error: a program without types
    expect(() => lmm(FORMULA, datasets.pulp(), { prior: [] })).toThrow('no option is called "prior"')
    // @ts-expect-error: a program without types
    await expect(sample(lmm(FORMULA, datasets.pulp()), { seeed: 1 })).rejects.toThrow(
      'no option is called "seeed"',
    )
  })
  it("a grouping factor called residual", () => {
    const data = { y: [1, 2, 3, 5, 4, 6], residual: ["a", "b", "c", "a", "b", "c"] }
    expect(() => lmm("y ~ 1 + (1 | residual)", data)).toThrow('called "residual"')
  })
})

it("priors by target may be texts", () => {
  const stated = lmm(FORMULA, datasets.pulp(), { priors: { "sd(operator)": "halfT(3, 2)" } })
  expect(stated.priors.find(({ chosenBy }) => chosenBy === "user")?.prior).toBe("halfT(3, 2)")
})
