import { describe, expect, it } from "vitest"
import { autocorrelation } from "../../src/diagnostics/autocorrelation.ts"
import { acfDataOf } from "../../src/plots/acf.ts"
import { plots } from "../../src/plots/plots.ts"
import { plotRegistry } from "../../src/plots/registry.ts"
import { renderSvg } from "../../src/plots/render-svg.ts"
import { demoSource, pulpParameters, pulpShrinkage } from "./demo-chains.ts"

const post = demoSource(pulpParameters, { draws: 60 })

describe("plots", () => {
  it("has every chart of the registry under its name", () => {
    expect(Object.keys(plots)).toEqual(plotRegistry.map(({ name }) => name))
    for (const { name, plot } of plotRegistry) expect(plots[name]).toBe(plot)
  })

  it.each(["trace", "density", "acf"] as const)(
    "%s: one name a chart, several a stack, none the main ones",
    (name) => {
      expect(plots[name](post, ["sd[residual]"])).toHaveProperty("layer")
      expect(plots[name](post, ["b[(Intercept)]", "sd[residual]"])).toHaveProperty("vconcat.length", 2)
      expect(plots[name](post)).toHaveProperty("vconcat.length", 3)
      expect(() => plots[name](post, ["sd[resdual]"])).toThrow('no parameter is called "sd[resdual]"')
    },
  )

  it.each(["trace", "density", "acf"] as const)(
    "%s: a stack is drawn, a line a chain in each panel",
    async (name) => {
      const svg = await renderSvg(plots[name](post))
      expect([...svg.matchAll(/aria-roledescription="line mark"/g)].length).toBe(12)
      expect(svg.includes("NaN")).toBe(false)
    },
  )

  it("shrinkage: a row of marks a level", async () => {
    const svg = await renderSvg(plots.shrinkage(pulpShrinkage, { theme: "dark" }))
    expect([...svg.matchAll(/aria-roledescription="point"/g)].length).toBe(3 * pulpShrinkage.length)
  })

  it("shrinkage: says what it is a chart of when given draws", () => {
    expect(() => Reflect.apply(plots.shrinkage, undefined, [post])).toThrow("found no rows of a comparison")
  })

  it("priorPosterior: says what is missing when given names in the place of draws from the prior", () => {
    expect(() => Reflect.apply(plots.priorPosterior, undefined, [post, ["sd[residual]"]])).toThrow(
      "found no draws from the prior",
    )
  })

  it("options that are none, and unknown themes, are errors in every chart", () => {
    const rows = [pulpShrinkage]
    expect(() => Reflect.apply(plots.shrinkage, undefined, [...rows, "dark"])).toThrow(
      'found "dark", expected the options of a chart',
    )
    expect(() => Reflect.apply(plots.trace, undefined, [post, undefined, ["dark"]])).toThrow(
      'found ["dark"], expected the options of a chart',
    )
    expect(() => Reflect.apply(plots.acf, undefined, [post, undefined, { theme: "drak" }])).toThrow(
      'no theme is called "drak"',
    )
  })

  it("takes its autocorrelations from the diagnostics", () => {
    const chains = post.chains("sd[residual]")
    const data = acfDataOf("sd[residual]", chains)
    expect(data.series[2]!.acf).toEqual([...autocorrelation(chains[2]!, 40)])
  })
})
