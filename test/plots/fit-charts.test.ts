import { describe, expect, it } from "vitest"
import { datasets } from "../../src/data/datasets.ts"
import { reml } from "../../src/frequentist/reml.ts"
import { effectsOfReml, plotCaterpillar } from "../../src/plots/caterpillar.ts"
import {
  interceptSlopeData,
  interceptSlopeSpec,
  plotInterceptSlope,
} from "../../src/plots/intercept-slope.ts"
import { plotProfileZeta } from "../../src/plots/profile-zeta.ts"
import { plotQqEffects } from "../../src/plots/qq-effects.ts"
import { qqData, qqPanel } from "../../src/plots/qq-points.ts"
import { plotQqResiduals } from "../../src/plots/qq-residuals.ts"
import { renderSvg } from "../../src/plots/render-svg.ts"
import { plotResidualsFitted, residualsFittedData } from "../../src/plots/residuals-fitted.ts"
import { plotSpaghetti, spaghettiData } from "../../src/plots/spaghetti.ts"
import { composeSpec } from "../../src/plots/spec.ts"
import { countMarks, itDraws, itMatchesRecord } from "./check-chart.ts"

const fit = reml("Reaction ~ Days + (Days | Subject)", datasets.sleepstudy())
const oneWay = reml("bright ~ 1 + (1 | operator)", datasets.pulp())

/** Records of plain numbers; what a fit gives is checked below, to its own tolerance. */
const golden = {
  qqResiduals: composeSpec([qqPanel(qqData("scaled residual", [3, 1, 2, -1, 0]), 0, 1, {})], {}),
  qqEffects: plotQqEffects({
    ranef: () => ({ g: [1, 2, 4].map((x) => ({ level: `${x}`, "(Intercept)": x, x: -x })) }),
  }),
  residualsFitted: plotResidualsFitted({
    fitted: Float64Array.of(1, 2, 3, 4),
    residualsOf: () => Float64Array.of(-1, 1, 0.5, -0.5),
  }),
  profileZeta: plotProfileZeta([
    { name: "b[x]", value: 1, zeta: -1 },
    { name: "b[x]", value: 3, zeta: 1.5 },
    { name: "b[x]", value: 2, zeta: 0 },
  ]),
}

describe("charts of a REML fit", () => {
  itMatchesRecord(golden)
  itDraws({
    ...golden,
    "qq of residuals": plotQqResiduals(fit, { theme: "dark" }),
    "qq of effects": plotQqEffects(fit),
    "residuals against fitted": plotResidualsFitted(fit),
    spaghetti: plotSpaghetti(fit),
    "intercepts and slopes": plotInterceptSlope(fit, { theme: "page" }),
    "profile zeta": plotProfileZeta(oneWay),
    caterpillar: plotCaterpillar(fit),
  })

  it("a line and a set of points a subject", async () => {
    expect(countMarks(await renderSvg(plotSpaghetti(fit)), "line mark")).toBe(18)
    expect(countMarks(await renderSvg(plotInterceptSlope(fit)), "point")).toBe(36)
  })

  it("spaghetti: fitted values are those of the fit, in the order of the predictor", () => {
    const data = spaghettiData(fit)
    expect([data.x, data.group, data.response, data.total]).toEqual(["Days", "Subject", "Reaction", 18])
    expect(data.levels[0]!.x).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    const line = fit.coef().Subject![0]!
    data.levels[0]!.fitted.forEach((value, day) => {
      expect(value).toBeCloseTo(Number(line["(Intercept)"]) + day * Number(line.Days), 8)
    })
  })

  it("spaghetti: says what there is when a name is wrong, or nothing varies over anything", () => {
    expect(() => plotSpaghetti(fit, { x: "Day" })).toThrow('the model has no predictor "Day"')
    expect(() => plotSpaghetti(fit, { group: "Subjects" })).toThrow(
      'the model has no grouping factor "Subjects"',
    )
    expect(() => plotSpaghetti(oneWay)).toThrow("the model has no predictor")
    expect(() => plotInterceptSlope(oneWay)).toThrow("no bar has two coefficients")
  })

  it("intercept and slope: separate fits are least squares of the subject alone", () => {
    // R: coef(lm(Reaction ~ Days, sleepstudy, Subject == 308)); coef(lmer(...))$Subject["308", ]
    const row = interceptSlopeData(fit).levels.find(({ level }) => level === "308")!
    expect(row.separate![0]).toBeCloseTo(244.1927, 4)
    expect(row.separate![1]).toBeCloseTo(21.764702, 5)
    expect(row.blup[0]).toBeCloseTo(253.6637, 2)
    expect(row.blup[1]).toBeCloseTo(19.66626, 3)
  })

  it("intercept and slope: the frame takes in all estimates but those far off, and says how many reach beyond", () => {
    const data = interceptSlopeData(fit)
    const spec = JSON.stringify(interceptSlopeSpec(data))
    expect(spec).not.toContain("beyond the frame")
    const slopes = data.levels.map(({ separate }) => separate![1])
    const domain = JSON.parse(/"field":"y"[^}]*"domain":(\[[^\]]*\])/.exec(spec)![1]!)
    expect([domain[0] < Math.min(...slopes), domain[1] > Math.max(...slopes)]).toEqual([true, true])
    const [first, ...others] = data.levels
    const wild = { ...data, levels: [{ ...first!, separate: [900, 20] as const }, ...others] }
    expect(JSON.stringify(interceptSlopeSpec(wild))).toContain("; 1 level reaches beyond the frame")
  })

  it("caterpillar: intervals of the conditional sds", () => {
    // R: ranef(fm, condVar = TRUE): Subject 308, Days 9.19898; its conditional sd 2.30474 (lme4 1.1, sleepstudy).
    const row = effectsOfReml(fit, 0.95).find(({ level, term }) => level === "308" && term === "Days")!
    const sd = Number(fit.ranefSd().Subject![0]!.Days)
    expect(row.estimate).toBeCloseTo(9.199, 2)
    expect((row.upper - row.lower) / 2).toBeCloseTo(1.959963984540054 * sd, 12)
    expect(row.upper + row.lower).toBeCloseTo(2 * row.estimate, 10)
  })
})

describe("qqData", () => {
  it("has the points and the line of R's qqnorm and qqline", () => {
    const { theoretical, values, slope, intercept } = qqData("r", [3, 1, 2, -1, 0, NaN])
    expect(values).toEqual([-1, 0, 1, 2, 3])
    // R: qnorm((1:5 - 0.5) / 5); slope 2 / diff(qnorm(c(.25, .75)))
    const expected = [-1.2815515655446004, -0.5244005127080407, 0, 0.5244005127080407, 1.2815515655446004]
    theoretical.forEach((quantile, i) => {
      expect(quantile).toBeCloseTo(expected[i]!, 12)
    })
    expect(slope).toBeCloseTo(1.4826022185056018, 12)
    expect(intercept).toBe(1)
  })

  it("thins the middle of many values, never the ends", () => {
    const many = Float64Array.from({ length: 20_000 }, (_, i) => i)
    const { values, total } = qqData("r", many)
    expect(total).toBe(20_000)
    expect(values.length).toBeLessThan(600)
    expect(values.slice(0, 60)).toEqual(Array.from({ length: 60 }, (_, i) => i))
    expect(values.slice(-60)).toEqual(Array.from({ length: 60 }, (_, i) => 19_940 + i))
  })
})

describe("residualsFittedData", () => {
  it("means of neighbours follow a trend, and the extremes of many rows stay", () => {
    const fitted = Float64Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 10_000)
    const residual = fitted.map((x) => (x === 77 ? 1e4 : (x / 1000) ** 2))
    const { trend, fitted: shown, residual: height, total } = residualsFittedData(fitted, residual)
    expect(total).toBe(10_000)
    expect(shown.length).toBeLessThanOrEqual(3004)
    expect(height).toContain(1e4)
    expect(trend.length).toBe(20)
    // The mean of (x/1000)² over x = 9500 … 9999.
    const mean = Array.from({ length: 500 }, (_, k) => ((9500 + k) / 1000) ** 2).reduce((a, b) => a + b) / 500
    expect(trend[19]!.residual).toBeCloseTo(mean, 9)
  })
})
