import { describe, expect, it } from "vitest"
import { OptionError } from "../../src/core/errors.ts"
import { chooseNames, defaultParameters, type PlotSource } from "../../src/plots/plot-source.ts"

const source: PlotSource = { names: ["mu", "tau"], chains: () => [] }

describe("defaultParameters", () => {
  it("leaves out random effects, and var and cov where sd and cor say the same", () => {
    const names = ["b[x]", "sd[g,x]", "var[g,x]", "cor[g,x,z]", "cov[g,x,z]", "var[h]", "u[g,x,1]"]
    expect(defaultParameters(names)).toEqual(["b[x]", "sd[g,x]", "cor[g,x,z]", "var[h]"])
  })

  it("takes random effects when there is nothing else, and no more than asked for", () => {
    expect(defaultParameters(["u[g,x,1]", "u[g,x,2]", "u[g,x,3]"], 2)).toEqual(["u[g,x,1]", "u[g,x,2]"])
  })
})

describe("chooseNames", () => {
  it("takes the names given", () => {
    expect(chooseNames(source, ["tau"])).toEqual(["tau"])
  })

  it("suggests the name that was meant", () => {
    expect(() => chooseNames(source, ["tua"])).toThrow(OptionError)
    expect(() => chooseNames(source, ["tua"])).toThrow('no parameter is called "tua"')
  })

  it("refuses a text in place of a list, as scripts without types give it", () => {
    const given: unknown = JSON.parse('"tau"')
    expect(() => Reflect.apply(chooseNames, undefined, [source, given])).toThrow(OptionError)
    expect(() => Reflect.apply(chooseNames, undefined, [source, given])).toThrow(
      'found "tau", expected a list of names',
    )
  })

  it("refuses to chart nothing", () => {
    expect(() => chooseNames({ names: [], chains: () => [] }, undefined)).toThrow("no parameter to chart")
    expect(() => chooseNames(source, [])).toThrow("no parameter to chart")
  })
})
