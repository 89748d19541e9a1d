/** The page's own functions, run outside a page: what they make of templates and packed numbers can be drawn. */
import vm from "node:vm"
import { describe, expect, it } from "vitest"
import { rankEcdfData } from "../../src/plots/rank-ecdf.ts"
import { renderSvg } from "../../src/plots/render-svg.ts"
import type { VegaLiteSpec } from "../../src/plots/spec.ts"
import { type ChartData, chartData } from "../../src/report/chart-data.ts"
import { pageScript } from "../../src/report/page-script.ts"
import { demoInput } from "./demo-input.ts"

type Rows = Readonly<Record<string, readonly Record<string, number | null>[]>>

/** Rows and charts of one parameter, as the page makes them. */
function makeInPage(
  data: ChartData,
  at: number,
): { readonly rows: Rows; readonly charts: readonly VegaLiteSpec[] } {
  const program = pageScript.replace(
    /^}\s*$/m,
    `const rows = rowsOf(parameter, envelope)
     result = JSON.stringify({
       rows, charts: charts.map(({ template }) => fill(template, parameter.name, rows, placeholder)),
     })
  }`,
  )
  const parameter = data.parameters[at]
  // Through JSON, as in the page: what JSON cannot carry would be lost there too.
  const context = vm.createContext({
    atob,
    ...JSON.parse(JSON.stringify({ ...data, parameter })),
    result: "",
  })
  vm.runInContext(program, context)
  return JSON.parse(context.result as string) as { rows: Rows; charts: VegaLiteSpec[] }
}

const input = demoInput()
const data = chartData(input)
const { rows, charts } = makeInPage(data, 1)
const chains = input.plots.source.chains("sd[operator,(Intercept)]")

describe("the charts of the page", () => {
  it("hold every draw of a short chain, in its place", () => {
    const second = rows.trace!.filter((row) => row.chain === 2)
    expect(second.map((row) => row.draw)).toEqual(Array.from({ length: 1000 }, (_, i) => i + 1))
    const span = Math.max(...chains[1]!) - Math.min(...chains[1]!)
    second.forEach((row, i) => {
      expect(Math.abs(row.value! - chains[1]![i]!)).toBeLessThanOrEqual(span / 131_000)
    })
  })

  it("hold densities that integrate to one over their grid", () => {
    const first = rows.density!.filter((row) => row.chain === 1)
    const step = first[1]!.x! - first[0]!.x!
    const area = first.reduce((sum, row) => sum + row.density! * step, 0)
    // The grid ends where the kernel does: what lies beyond is less than a hundredth.
    expect(Math.abs(area - 1)).toBeLessThan(0.01)
  })

  it("hold autocorrelations from lag 0, where they are 1", () => {
    const first = rows.acf!.filter((row) => row.chain === 1)
    expect(first[0]).toEqual({ chain: 1, lag: 0, acf: 1 })
    expect(first[1]!.lag).toBe(1)
    expect(rows.band).toEqual([{ low: -1.96 / Math.sqrt(1000), high: 1.96 / Math.sqrt(1000) }])
  })

  it("hold rank ECDFs from 0 to 1, and one envelope for all parameters", () => {
    const expected = rankEcdfData("", chains, 40)
    const second = rows.ecdf!.filter((row) => row.chain === 2)
    expect(second.map((row) => row.rank)).toEqual([0, ...expected.at, 1].map((z) => expect.closeTo(z, 12)))
    const differences = [0, ...expected.differences[1]!, 0]
    second.forEach((row, i) => {
      expect(Math.abs(row.difference! - differences[i]!)).toBeLessThan(1e-5)
    })
    expect(rows.envelope![20]).toEqual({
      rank: 0.5,
      lower: expect.closeTo(expected.lower[19]!, 9),
      upper: expect.closeTo(expected.upper[19]!, 9),
    })
  })

  it("are drawn with the name of the parameter and without a number that is none", async () => {
    expect(charts.length).toBe(4)
    for (const chart of charts) {
      const svg = await renderSvg({ ...chart, width: 300 } as VegaLiteSpec)
      expect(svg.includes("NaN")).toBe(false)
      expect([...svg.matchAll(/aria-roledescription="line mark"/g)].length).toBe(4)
      expect(svg.includes(data.placeholder)).toBe(false)
    }
    const [trace, density] = charts
    expect(JSON.stringify(trace)).toContain("sd[operator,(Intercept)]")
    expect(JSON.stringify(density)).toContain("sd[operator,(Intercept)]")
  })

  it("reach farther where a chain mixes slowly", () => {
    const slow = { name: "sd[operator,(Intercept)]", mean: 1, sd: 0.2, phi: 0.99 }
    const made = chartData(demoInput([slow]))
    expect(made.parameters[0]!.lagStep).toBeGreaterThan(1)
    const lags = makeInPage(made, 0).rows.acf!.map((row) => row.lag)
    expect(Math.max(...lags.map(Number))).toBeGreaterThanOrEqual(200)
  })
})
